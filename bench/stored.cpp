#include "bench/act_load.hpp"
#include "bench/many.hpp"
#include "bench/report.hpp"

#include "engine/store/data_folder.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/sqlite_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <vector>

namespace parley::bench {

namespace {

constexpr std::size_t few = 10'000;
constexpr std::size_t touched = 100'000; // more than a server keeps in memory
constexpr double seconds = 6;

// What a process holds in memory, in MB: without what it has mapped of files, which the system may take
// back at any time.
double memory_mb(int pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    double anonymous = 0;
    for (std::string word; status >> word;)
        if (word == "RssAnon:") status >> anonymous;
    if (anonymous == 0) throw std::runtime_error("the server's memory cannot be read");
    return anonymous / 1024;
}

// The administrator looks at each of them once.
void look_at(DevServer const& server, std::span<DisputeId const> disputes) {
    std::size_t asked = 0;
    LoadResult const result = run_load(
        server.port, act_connections,
        [&](std::size_t) -> std::string {
            if (asked == disputes.size()) return {};
            return request_text("GET", "/v1/disputes/" + disputes[asked++].text(),
                                server.administrator_key, "", "", "");
        },
        0);
    result.expect_none_failed("a look");
}

struct Measured {
    double startup_s = 0, acts = 0, memory = 0, memory_touched = 0;
    std::uintmax_t file_mb = 0;
};

Measured measure(std::string const& parley_binary, std::size_t disputes) {
    std::vector<DisputeId> filed;
    auto const fill = [&](std::string const& data) {
        DataFolder const folder(data);
        auto const journal = open_sqlite_journal(folder);
        auto const reader = open_sqlite_reader(folder);
        // Not long ago, so that nothing falls due while we measure.
        filed = file_many(*journal, *reader, disputes, SystemClock().now() - us_per_hour).disputes;
        journal->beat(SystemClock().now());
    };
    DevServer const server(parley_binary, {}, fill);
    ActLoad load(server);
    LoadResult const result = load.run(seconds);
    result.expect_none_failed();
    double const memory = memory_mb(server.pid());
    look_at(server, std::span(filed).last(std::min(filed.size(), touched)));
    return {server.startup_seconds, result.per_second(), memory, memory_mb(server.pid()),
            std::filesystem::file_size(server.data() + "/parley.db") / 1'000'000};
}

std::vector<Figure> run(std::string const& parley_binary, std::size_t many) {
    Measured const small = measure(parley_binary, few);
    Measured const large = measure(parley_binary, many);
    std::string const note = fmt::format("{} disputes stored ({} MB), beside {} ({} MB)", many,
                                         large.file_mb, few, small.file_mb);
    std::string const base = fmt::format("with {} disputes", few);
    return {{"stored_startup", large.startup_s, "s", base, small.startup_s, "under 2 s", note},
            {"stored_acts", large.acts, "acts/s", base, small.acts, "at least 0.9 of it", note},
            {"stored_memory", large.memory, "MB", base, small.memory, "under 512 MB",
             "anonymous memory after the acts"},
            {"stored_memory_touched", large.memory_touched, "MB", base, small.memory_touched,
             "under 512 MB", fmt::format("after a look at {} of them", touched)}};
}

} // namespace

Benchmark stored_benchmark(std::string parley_binary, std::size_t disputes) {
    return {"stored", "a server with many disputes in its store",
            [parley_binary = std::move(parley_binary), disputes] {
                return run(parley_binary, disputes);
            }};
}

} // namespace parley::bench
