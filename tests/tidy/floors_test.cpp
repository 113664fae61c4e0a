#include "tests/tidy/house_rules.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace parley::tidy {
namespace {

namespace fs = std::filesystem;

std::vector<SourceFile> house() {
    std::vector<SourceFile> files;
    fs::path const root = PARLEY_SOURCE_DIR;
    for (char const* wing : {"engine", "api", "tests", "bench"})
        for (auto const& entry : fs::recursive_directory_iterator(root / wing)) {
            auto const extension = entry.path().extension();
            if (extension != ".hpp" && extension != ".cpp") continue;
            std::ifstream in(entry.path(), std::ios::binary);
            files.push_back({fs::relative(entry.path(), root).generic_string(),
                             {std::istreambuf_iterator<char>(in), {}}});
        }
    return files;
}

// A file with one line in it, below the line that every header needs.
std::vector<std::string> faults_with(std::string path, std::string const& line) {
    return faults_of({std::move(path), "#pragma once\n" + line + "\n"});
}

TEST(Floors, EveryFileKeepsTheRulesOfTheHouse) {
    auto const files = house();
    ASSERT_GT(files.size(), 10U) << "the house was not found at " << PARLEY_SOURCE_DIR;
    for (SourceFile const& file : files)
        for (std::string const& fault : faults_of(file)) ADD_FAILURE() << fault;
    for (std::string const& fault : faults_between(files)) ADD_FAILURE() << fault;
}

TEST(Floors, TestsAndBenchmarksLookInAndAreNotLookedAt) {
    struct Row {
        char const* path;
        char const* line;
        std::size_t faults;
    };
    Row const rows[] = {
        {"tests/core/a_test.cpp", "#include \"engine/procedure/procedure.hpp\"", 0},
        {"tests/core/a_test.cpp", "#include \"engine/ledger/tree.hpp\"", 0},
        {"tests/core/a_test.cpp", "#include \"tests/model/samples.hpp\"", 0},
        {"tests/runtime/a_test.cpp", "#include \"engine/store/sqlite_journal.hpp\"", 0},
        {"tests/crash/a_test.cpp", "#include \"api/app/child.hpp\"", 0},
        {"tests/crash/a_test.cpp", "#include <sqlite3.h>", 0},
        {"tests/fuzz/driver/a.cpp", "#include \"tests/fuzz/target.hpp\"", 0},
        {"bench/a.cpp", "#include \"api/app/compose.hpp\"", 0},
        {"bench/a.cpp", "#include <boost/beast/http.hpp>", 0},
        {"tests/core/a_test.cpp", "#include \"engine/ports/journal.hpp\"", 1},
        {"tests/core/a_test.cpp", "#include \"engine/store/sqlite_journal.hpp\"", 1},
        {"tests/http/a_test.cpp", "#include \"engine/core/core.hpp\"", 1},
        {"tests/routes/a_test.cpp", "#include \"api/app/compose.hpp\"", 1},
        {"tests/store/a_test.cpp", "#include <soci/soci.h>", 1},
        {"tests/http/a_test.cpp", "#include <boost/beast/http.hpp>", 1},
        {"tests/crash/a_test.cpp", "#include \"rounds.hpp\"", 1},
        {"tests/crash/a_test.cpp", "#include \"../app/program.hpp\"", 1},
        {"tests/crash/a_test.cpp", "#include \"bench/child.hpp\"", 1},
        {"bench/a.cpp", "#include \"tests/store/store_world.hpp\"", 1},
        {"bench/a.cpp", "#include <soci/soci.h>", 1},
        {"engine/core/a.cpp", "#include \"tests/core/support.hpp\"", 1},
        {"api/app/a.cpp", "#include \"bench/child.hpp\"", 1},
    };
    for (Row const& row : rows)
        EXPECT_EQ(faults_with(row.path, row.line).size(), row.faults)
            << row.path << ' ' << row.line;
}

TEST(Floors, AnIncludeThatClimbsIsFound) {
    struct Row {
        char const* path;
        char const* line;
    };
    Row const rows[] = {
        {"engine/base/a.cpp", "#include \"engine/model/ids.hpp\""},
        {"engine/model/a.cpp", "#include \"engine/words/catalogue.hpp\""},
        {"engine/ports/a.hpp", "#include \"engine/procedure/procedure.hpp\""},
        {"engine/core/a.cpp", "#include \"engine/ledger/tree.hpp\""},
        {"engine/core/a.cpp", "#include \"engine/ports/journal.hpp\""},
        {"engine/ledger/a.cpp", "#include \"engine/ports/journal.hpp\""},
        {"engine/store/a.cpp", "#include \"engine/runtime/engine.hpp\""},
        {"engine/runtime/a.cpp", "#include \"engine/store/journal.hpp\""},
        {"engine/files/a.cpp", "#include \"engine/store/journal.hpp\""},
        {"api/http/a.cpp", "#include \"engine/model/ids.hpp\""},
        {"api/http/a.cpp", "#include \"engine/core/decide.hpp\""},
        {"api/http/a.cpp", "#include \"engine/runtime/engine.hpp\""},
        {"engine/runtime/a.cpp", "#include \"api/http/server.hpp\""},
        {"api/access/a.cpp", "#include \"api/routes/routes.hpp\""},
        {"api/access/a.cpp", "#include \"api/webhooks/pump.hpp\""},
        {"api/routes/a.cpp", "#include \"api/app/config.hpp\""},
        {"api/routes/a.cpp", "  #  include \"api/app/config.hpp\""},
        {"engine/core/a.cpp", "#include \"engine/attic/a.hpp\""},
        {"engine/attic/a.cpp", ""},
        {"engine/core/deeper/a.cpp", ""},
    };
    for (Row const& row : rows)
        EXPECT_EQ(faults_with(row.path, row.line).size(), 1U) << row.path << ' ' << row.line;
}

TEST(Floors, ALibraryOutsideItsRoomsIsFound) {
    struct Row {
        char const* path;
        char const* header;
    };
    Row const rows[] = {
        {"api/routes/a.cpp", "<boost/beast/http.hpp>"},
        {"api/app/a.cpp", "<boost/beast.hpp>"},
        {"engine/runtime/a.cpp", "<boost/beast/core.hpp>"},
        {"engine/store/a.cpp", "<boost/asio.hpp>"},
        {"engine/files/a.cpp", "<boost/asio/post.hpp>"},
        {"engine/runtime/a.cpp", "<soci/soci.h>"},
        {"api/app/a.cpp", "<soci/sqlite3/soci-sqlite3.h>"},
        {"api/access/a.cpp", "<sqlite3.h>"},
        {"engine/runtime/a.cpp", "<libpq-fe.h>"},
        {"engine/base/a.cpp", "<boost/container/flat_map.hpp>"},
        {"engine/core/a.cpp", "<boost/container/flat_map.hpp>"},
        {"engine/core/a.cpp", "<chrono>"},
        {"engine/core/a.cpp", "<random>"},
        {"engine/core/a.cpp", "<unordered_map>"},
        {"engine/core/a.cpp", "<cmath>"},
        {"engine/core/a.cpp", "<date/tz.h>"},
        {"engine/ledger/a.cpp", "<iostream>"},
        {"engine/ledger/a.cpp", "<locale>"},
        {"engine/procedure/a.cpp", "<coroutine>"},
        {"engine/ports/a.hpp", "<fstream>"},
    };
    for (Row const& row : rows)
        EXPECT_EQ(faults_with(row.path, std::string("#include ") + row.header).size(), 1U)
            << row.path << ' ' << row.header;
}

TEST(Floors, ImpureWordsInTheCoreAreFoundButNotInItsSentences) {
    for (char const* line :
         {"double rate = 1;", "float const x{};", "auto now(Clock const& clock);",
          "std::unordered_map<int, int> seen;", "co_return;", "random32();"}) {
        EXPECT_EQ(faults_with("engine/core/a.cpp", line).size(), 1U) << line;
        EXPECT_EQ(faults_with("engine/runtime/a.cpp", line).size(), 0U) << line;
    }
    for (char const* line :
         {"// no double work", "auto s = \"a float\";", "int doubled = 1'000;",
          "/* Clock */ int x;", "auto r = R\"(double \" float)\"; char c = '\"';",
          "ClockRef clock_at;"})
        EXPECT_EQ(faults_with("engine/core/a.cpp", line), std::vector<std::string>{}) << line;
}

TEST(Floors, WhatTheTableAllowsPasses) {
    struct Row {
        char const* path;
        char const* line;
    };
    Row const rows[] = {
        {"engine/core/a.cpp", "#include \"engine/core/decide.hpp\""},
        {"engine/core/a.cpp", "#include \"engine/procedure/procedure.hpp\""},
        {"engine/procedure/a.cpp", "#include <date/tz.h>"},
        {"engine/procedure/a.cpp", "#include <fstream>"},
        {"engine/store/a.cpp", "#include <soci/soci.h>"},
        {"engine/store/a.cpp", "#include \"engine/ports/journal.hpp\""},
        {"engine/runtime/a.cpp", "#include <boost/asio/post.hpp>"},
        {"engine/runtime/a.cpp", "#include \"engine/core/decide.hpp\""},
        {"api/http/a.cpp", "#include <boost/beast/http.hpp>"},
        {"api/http/a.cpp", "#include \"engine/base/digest.hpp\""},
        {"api/routes/a.cpp", "#include <boost/asio/awaitable.hpp>"},
        {"api/routes/a.cpp", "#include \"api/http/request.hpp\""},
        {"api/app/a.cpp", "#include \"engine/store/journal.hpp\""},
        {"engine/model/a.hpp", "#include <nlohmann/json_fwd.hpp>"},
        {"engine/model/a.cpp", "#include <nlohmann/json.hpp>"},
    };
    for (Row const& row : rows)
        EXPECT_EQ(faults_with(row.path, row.line), std::vector<std::string>{}) << row.path;
}

TEST(Floors, TheJsonLibraryDoesNotTravelThroughHeaders) {
    SourceFile const heavy{"engine/model/reader.hpp", "#include <nlohmann/json.hpp>\n"};
    SourceFile const light{"engine/model/event.hpp", "#include <nlohmann/json_fwd.hpp>\n"};
    auto const faults = [&](std::string path, std::string const& header) {
        return faults_between({heavy, light, {std::move(path), "#include \"" + header + "\"\n"}})
            .size();
    };
    EXPECT_EQ(faults("engine/model/a.cpp", heavy.path), 0U);
    EXPECT_EQ(faults("engine/model/a.hpp", heavy.path), 1U);
    EXPECT_EQ(faults("engine/core/a.cpp", heavy.path), 1U);
    EXPECT_EQ(faults("engine/core/a.hpp", light.path), 0U);
}

TEST(Tidiness, ShapelessFilesAreFound) {
    EXPECT_EQ(faults_of({"engine/base/a.hpp", "int x;\n"}),
              std::vector<std::string>{"engine/base/a.hpp:1: no #pragma once"});
    EXPECT_EQ(faults_of({"engine/base/a.cpp", "int x;\n"}), std::vector<std::string>{});
    EXPECT_EQ(faults_with("engine/base/a.cpp", "#include \"id.hpp\"").size(), 1U);
    EXPECT_EQ(faults_with("engine/base/a.cpp", "#include \"../model/ids.hpp\"").size(), 1U);
    EXPECT_EQ(faults_with("engine/core/a.cpp", "#include \"engine/core/../base/id.hpp\"").size(),
              1U);

    std::string const long_body(600, '\n');
    EXPECT_EQ(faults_of({"engine/base/a.cpp", long_body}), std::vector<std::string>{});
    EXPECT_EQ(faults_of({"engine/base/a.cpp", long_body + "int x;\n"}).size(), 1U);
    EXPECT_EQ(faults_of({"engine/base/a.cpp", "// one idea: a table\n" + long_body}),
              std::vector<std::string>{});
}

} // namespace
} // namespace parley::tidy
