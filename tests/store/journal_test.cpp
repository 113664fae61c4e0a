#include "tests/store/store_world.hpp"

#include "engine/base/fault_point.hpp"
#include "engine/store/migrations.hpp"
#include "engine/store/sqlite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace parley {
namespace {

using store::Access;
using store::Connection;
using ::testing::HasSubstr;

std::string bytes_of_file(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

class JournalFile : public ::testing::Test {
protected:
    TemporaryFolder folder_;
    std::filesystem::path const data_ = folder_.path() / "data";
    std::filesystem::path const database_ = data_ / "parley.db";
};

TEST_F(JournalFile, IsReadableByItsOwnerAlone) {
    Store store(data_);
    struct stat status{};
    ASSERT_EQ(::stat(data_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);
    for (char const* name : {"parley.db", "parley.db-wal", "lock"}) {
        ASSERT_EQ(::stat((data_ / name).c_str(), &status), 0) << name;
        EXPECT_EQ(status.st_mode & 0777, 0600U) << name;
    }
}

TEST_F(JournalFile, ASecondProcessIsRefusedAndToldWhoHoldsTheFolder) {
    DataFolder const held(data_);
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    pid_t const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        std::string const said = fault_of([&] { DataFolder const second(data_); });
        ssize_t const written = ::write(pipe[1], said.data(), said.size());
        ::_exit(written == static_cast<ssize_t>(said.size()) ? 0 : 1);
    }
    ::close(pipe[1]);
    std::array<char, 1024> said{};
    ssize_t const size = ::read(pipe[0], said.data(), said.size());
    ::close(pipe[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    std::string const text(said.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    EXPECT_THAT(text, HasSubstr(data_.string()));
    EXPECT_THAT(text, HasSubstr("process " + std::to_string(::getpid())));
}

TEST_F(JournalFile, TheFolderIsFreeAgainWhenItsHolderGoes) {
    {
        DataFolder const held(data_);
    }
    EXPECT_EQ(fault_of([&] { DataFolder const again(data_); }), "");
}

TEST_F(JournalFile, AFolderThatCannotBeMadeIsNamed) {
    {
        std::ofstream(folder_.path() / "file") << "x";
    }
    EXPECT_THAT(fault_of([&] { DataFolder const data(folder_.path() / "file"); }),
                HasSubstr("is not a folder"));
    EXPECT_THAT(fault_of([&] { DataFolder const data(folder_.path() / "file" / "data"); }),
                HasSubstr((folder_.path() / "file" / "data").string()));
}

TEST_F(JournalFile, EverythingIsThereAfterReopening) {
    {
        Store store(data_);
        Unit unit = make_unit(1, 0);
        unit.receipt = make_receipt("k1");
        EXPECT_EQ(store.append(unit), UnitFate::won);
        EXPECT_EQ(store.append(make_unit(1, 1)), UnitFate::won);
    }
    EXPECT_FALSE(std::filesystem::exists(data_ / "parley.db-wal") &&
                 std::filesystem::file_size(data_ / "parley.db-wal") > 0);
    Store store(data_);
    EXPECT_EQ(store.reader->log_size(false), 2U);
    EXPECT_EQ(store.append(make_unit(1, 1)), UnitFate::lost_version);
    EXPECT_EQ(store.append(make_unit(1, 2)), UnitFate::won);
    EXPECT_EQ(store.reader->events(stream_of(1)).back().position, 3U);
    EXPECT_TRUE(store.reader->receipt(make_receipt("k1").key.scope, "k1").has_value());
}

TEST_F(JournalFile, AReaderWithoutADatabaseIsAFault) {
    DataFolder const folder(data_);
    EXPECT_NE(fault_of([&] { (void)open_sqlite_reader(folder); }), "");
}

TEST_F(JournalFile, AFileThatIsNoDatabaseIsAFault) {
    std::filesystem::create_directories(data_);
    {
        std::ofstream(database_) << std::string(5000, 'x');
    }
    EXPECT_THAT(fault_of([&] { Store const store(data_); }), HasSubstr("not a database"));
}

TEST_F(JournalFile, EventsCanNeitherBeChangedNorDeleted) {
    {
        Store store(data_);
        store.append(make_unit(1, 0));
    }
    Connection connection(database_.string(), Access::write);
    EXPECT_THAT(fault_of([&] { connection.run("UPDATE event SET stage = 'x'"); }),
                HasSubstr("events are never changed"));
    EXPECT_THAT(fault_of([&] { connection.run("DELETE FROM event"); }),
                HasSubstr("events are never deleted"));
    EXPECT_EQ(connection.number("SELECT count(*) FROM event WHERE stage = 'negotiation'"), 1);
    EXPECT_EQ(connection.number("SELECT log FROM event"), 0);
    EXPECT_EQ(connection.number("SELECT position FROM event"), 1);
}

TEST_F(JournalFile, AVersionOfAStreamIsThereOnceWhoeverWrites) {
    {
        Store store(data_);
        store.append(make_unit(1, 0));
    }
    Connection connection(database_.string(), Access::write);
    EXPECT_THAT(fault_of([&] {
                    connection.run(
                        "INSERT INTO event (place, stream, version, room, number, id, stage,"
                        " type, at, nonce, hash, envelope) SELECT place + 1, stream, version,"
                        " room, number, id, stage, type, at, nonce, hash, envelope FROM event");
                }),
                HasSubstr("UNIQUE"));
}

TEST_F(JournalFile, TheConnectionIsSafeAgainstAPowerCut) {
    Store const store(data_);
    Connection connection(database_.string(), Access::write);
    EXPECT_EQ(connection.text("PRAGMA journal_mode"), "wal");
    EXPECT_EQ(connection.text("PRAGMA synchronous"), "2");
    EXPECT_EQ(connection.text("PRAGMA wal_autocheckpoint"), "0");
    EXPECT_EQ(connection.text("PRAGMA secure_delete"), "1");
    Connection reading(database_.string(), Access::read);
    EXPECT_EQ(reading.text("PRAGMA wal_autocheckpoint"), "0");
    EXPECT_NE(fault_of([&] { reading.run("DELETE FROM content"); }), "");
}

TEST_F(JournalFile, ErasedWordsAreInNoFile) {
    std::string const canary = "Canary-7f3a-lives-here";
    Store store(data_);
    Unit unit = make_unit(1, 0);
    unit.events[0].content = R"({"text":")" + canary + R"("})";
    store.append(unit);
    EXPECT_THAT(bytes_of_file(data_ / "parley.db-wal"), HasSubstr(canary));
    store.journal->checkpoint();
    EXPECT_THAT(bytes_of_file(database_), HasSubstr(canary));
    Unit erasing = make_unit(1, 1);
    erasing.erased = {EventId::parse(unit.events[0].id).value()};
    ASSERT_EQ(store.append(erasing), UnitFate::won);
    EXPECT_EQ(bytes_of_file(database_).find(canary), std::string::npos);
    EXPECT_EQ(bytes_of_file(data_ / "parley.db-wal").find(canary), std::string::npos);
}

TEST_F(JournalFile, TheLogIsKeptShort) {
    Store store(data_, {.checkpoint_pages = 64});
    for (std::uint32_t i = 1; i <= 300; ++i)
        ASSERT_EQ(store.append(make_unit(i, 0)), UnitFate::won);
    // Some sixty-four pages and the largest batch; without checkpoints it would be thousands.
    EXPECT_LT(std::filesystem::file_size(data_ / "parley.db-wal"), 200U * 4096U);
    EXPECT_EQ(store.reader->log_size(false), 300U);
}

TEST_F(JournalFile, ADiskThatIsFullRefusesAndHealsWhenThereIsRoom) {
    {
        Store const made(data_);
    }
    {
        Store store(data_, {.pages_max = 64});
        std::uint32_t kept = 0;
        std::string said;
        for (std::uint32_t i = 1; i <= 400 && said.empty(); ++i) {
            said = fault_of([&] { store.append(make_unit(i, 0)); });
            if (said.empty()) kept = i;
        }
        EXPECT_THAT(said, HasSubstr("full"));
        EXPECT_GT(kept, 0U);
        EXPECT_EQ(store.reader->log_size(false), kept);
        // A small write that fits goes through: nothing is broken.
        store.journal->beat(noon);
        EXPECT_EQ(store.reader->last_beat(), noon);
    }
    Store store(data_);
    EXPECT_EQ(store.append(make_unit(1000, 0)), UnitFate::won);
}

TEST_F(JournalFile, AfterAnInputOutputErrorNothingIsWrittenUntilARestart) {
    {
        Store store(data_);
        ASSERT_EQ(store.append(make_unit(1, 0)), UnitFate::won);
        // The system refuses to let files grow, which SQLite meets as an I/O error in the commit.
        rlimit before{};
        ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
        auto const handler = std::signal(SIGXFSZ, SIG_IGN);
        rlimit tight = before;
        tight.rlim_cur = std::filesystem::file_size(data_ / "parley.db-wal");
        ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
        bool unknown = false;
        try {
            store.append(make_unit(2, 0));
        } catch (UnknownFate const&) {
            unknown = true;
        }
        ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
        std::signal(SIGXFSZ, handler);
        EXPECT_TRUE(unknown);
        EXPECT_THAT(fault_of([&] { store.append(make_unit(3, 0)); }), HasSubstr("until a restart"));
        EXPECT_THAT(fault_of([&] { store.journal->beat(noon); }), HasSubstr("until a restart"));
        EXPECT_EQ(store.reader->events(stream_of(1)).size(), 1U); // reads go on
    }
    Store store(data_);
    EXPECT_EQ(store.reader->events(stream_of(1)).size(), 1U);
    EXPECT_EQ(store.append(make_unit(3, 0)), UnitFate::won);
}

#ifdef PARLEY_FAULT_POINTS
// Appends dispute 2 in a child that the fault point kills.
void die_at(std::filesystem::path const& data, char const* point) {
    pid_t const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::setenv("PARLEY_FAIL", point, 1);
        Store store(data);
        store.append(make_unit(2, 0));
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(JournalFile, DyingBeforeTheCommitLeavesNothing) {
    {
        Store(data_).append(make_unit(1, 0));
    }
    die_at(data_, "before_commit");
    Store store(data_);
    EXPECT_EQ(store.reader->log_size(false), 1U);
    EXPECT_TRUE(store.reader->events(stream_of(2)).empty());
    EXPECT_EQ(store.append(make_unit(2, 0)), UnitFate::won);
}

TEST_F(JournalFile, DyingAfterTheCommitLosesNothing) {
    {
        Store(data_).append(make_unit(1, 0));
    }
    die_at(data_, "after_commit");
    Store store(data_);
    EXPECT_EQ(store.reader->log_size(false), 2U);
    EXPECT_EQ(store.append(make_unit(2, 0)), UnitFate::lost_version);
}

TEST(FaultPoint, KillsTheNamedTimeOnly) {
    pid_t const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        ::setenv("PARLEY_FAIL", "here:2", 1);
        PARLEY_FAULT_POINT("elsewhere");
        PARLEY_FAULT_POINT("her");
        PARLEY_FAULT_POINT("here");
        ::unsetenv("PARLEY_FAIL");
        PARLEY_FAULT_POINT("here");
        ::setenv("PARLEY_FAIL", "here:2", 1);
        PARLEY_FAULT_POINT("here");
        ::_exit(0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
}
#endif

class Migrations : public JournalFile {
protected:
    std::string const first_ = "CREATE TABLE a (x INTEGER) STRICT;";
    std::string const second_ = "ALTER TABLE a ADD COLUMN y TEXT;\n-- no zero at the end";
    EmbeddedFile const one_{"schemas/sql/001_first.sqlite.sql", first_};
    EmbeddedFile const other_dialect_{"schemas/sql/001_first.postgresql.sql", "NOT SQLITE"};
    EmbeddedFile const two_{"schemas/sql/002_second.sqlite.sql", second_};

    void SetUp() override { std::filesystem::create_directories(data_); }
    std::string fault_of_migrating(std::vector<EmbeddedFile> const& files) {
        return fault_of([&] {
            Connection connection(database_.string(), Access::write);
            store::migrate(connection, files, noon);
        });
    }
    std::string query(char const* sql) {
        Connection connection(database_.string(), Access::write);
        return connection.text(sql);
    }
};

TEST_F(Migrations, RunOnceEachInOrder) {
    EXPECT_EQ(fault_of_migrating({other_dialect_, one_}), "");
    EXPECT_EQ(fault_of_migrating({other_dialect_, one_}), "");
    EXPECT_EQ(query("SELECT count(*) FROM schema_migration"), "1");
    EXPECT_EQ(fault_of_migrating({two_, other_dialect_, one_}), "");
    EXPECT_EQ(query("SELECT group_concat(number || name) FROM schema_migration"),
              "1001_first,2002_second");
    EXPECT_EQ(query("SELECT count(y) FROM a"), "0");
    EXPECT_EQ(query("SELECT min(applied_at) FROM schema_migration"), std::to_string(noon.us));
}

TEST_F(Migrations, ANewerSchemaIsRefused) {
    ASSERT_EQ(fault_of_migrating({one_, two_}), "");
    EXPECT_THAT(fault_of_migrating({one_}), HasSubstr("newer Parley"));
}

TEST_F(Migrations, ChangedTextIsRefused) {
    ASSERT_EQ(fault_of_migrating({one_}), "");
    EmbeddedFile const changed{one_.name, "CREATE TABLE a (x TEXT) STRICT;"};
    EXPECT_THAT(fault_of_migrating({changed}), HasSubstr("001_first"));
}

TEST_F(Migrations, AGapIsRefused) { EXPECT_THAT(fault_of_migrating({two_}), HasSubstr("missing")); }

TEST_F(Migrations, OneThatFailsLeavesNothingBehind) {
    EmbeddedFile const bad{two_.name, "CREATE TABLE b (x INTEGER); CREATE TABLE a (x INTEGER);"};
    EXPECT_THAT(fault_of_migrating({one_, bad}), HasSubstr("002_second"));
    EXPECT_EQ(query("SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), "0");
    EXPECT_EQ(query("SELECT count(*) FROM schema_migration"), "1");
    EXPECT_EQ(fault_of_migrating({one_, two_}), "");
}

TEST_F(Migrations, WhatIsPendingIsNamed) {
    EXPECT_EQ(store::pending_migrations(database_),
              (std::vector<std::string>{"001_journal", "002_webhooks", "003_party_access",
                                        "004_tasks", "005_search"}));
    {
        Store const store(data_);
    }
    EXPECT_TRUE(store::pending_migrations(database_).empty());
}

TEST_F(Migrations, TheEmbeddedOnesMakeASoundDatabase) {
    {
        Store const store(data_);
    }
    {
        Store const again(data_);
    }
    EXPECT_EQ(query("PRAGMA integrity_check"), "ok");
    EXPECT_EQ(query("SELECT sha256 IS NOT NULL FROM schema_migration"), "1");
}

} // namespace
} // namespace parley
