#include "tests/store/database_test.hpp"

#include "engine/store/migrations.hpp"
#include "engine/store/postgres.hpp"
#include "engine/store/postgres_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

// What holds on PostgreSQL alone: roles and rights, rows of one platform, migrations, several writers.
// Lost connections are in postgres_faults_test.cpp.
namespace parley {
namespace {

using store::PostgresConnection;
using store::PostgresRole;
using ::testing::HasSubstr;

constexpr std::chrono::seconds wait_max{20};

class PostgreSQL : public ::testing::Test {
protected:
    PostgresStore store_;
    std::string url(std::string const& user = "parley_app") const {
        return shared_cluster().url(store_.database, user);
    }
    PostgresConnection connect(PostgresRole role, std::string const& user = "parley_app") const {
        return PostgresConnection(url(user), role, wait_max);
    }
    std::string fault_as(PostgresRole role, std::string const& sql) const {
        auto connection = connect(role);
        return fault_of([&] { connection.command(sql); });
    }
};

TEST_F(PostgreSQL, EventsCanNeitherBeChangedNorDeleted) {
    store_.append(make_unit(1, 0));
    // Not by the writer, who lacks the right, and not by one who has every right.
    for (char const* sql :
         {"UPDATE event SET stage = 'x'", "DELETE FROM event", "TRUNCATE event"}) {
        EXPECT_THAT(fault_as(PostgresRole::writer, sql), HasSubstr("42501")) << sql;
        auto owner = connect(PostgresRole::owner, "postgres");
        EXPECT_THAT(fault_of([&] { owner.command(sql); }),
                    HasSubstr("events are never changed or deleted"))
            << sql;
    }
    EXPECT_EQ(store_.reader->events(stream_of(1)).at(0).stage, "negotiation");
}

TEST_F(PostgreSQL, AVersionOfAStreamIsThereOnceWhoeverWrites) {
    store_.append(make_unit(1, 0));
    EXPECT_THAT(fault_as(PostgresRole::writer,
                         "INSERT INTO event (place, version, at, number, room, stream, id, nonce,"
                         " hash, stage, type, envelope) SELECT place + 1, version, at, number,"
                         " room, stream, id, nonce, hash, stage, type, envelope FROM event"),
                HasSubstr("23505"));
}

TEST_F(PostgreSQL, TheReaderCanWriteNothing) {
    std::string const write = "INSERT INTO heartbeat (one, at) VALUES (1, 1)";
    auto reader = connect(PostgresRole::reader);
    EXPECT_THAT(fault_of([&] { reader.command(write); }), HasSubstr("25006"));
    auto again = connect(PostgresRole::reader);
    again.command("SET default_transaction_read_only = off");
    EXPECT_THAT(fault_of([&] { again.command(write); }), HasSubstr("42501"));
}

TEST_F(PostgreSQL, AReaderOfOnePlatformSeesItsRowsAlone) {
    fill_lists(*store_.journal); // twelve test disputes over two platforms
    Unit armed = make_unit(20, 0);
    armed.dispute->platform = id_of<PlatformId>(1);
    armed.armed = {make_due(20, "answer", 1, noon)};
    armed.outbox = {{"evt_x/pty_y", "notice", dispute_of(20), "evt_x", "pty_y", "filed", noon}};
    armed.receipt = make_receipt("k1");
    store_.append(armed);
    for (std::uint32_t i = 0; i < 2; ++i)
        store_.journal->add_platform({id_of<PlatformId>(i), "platform", noon});
    ApiKey key;
    key.id = id_of<ApiKeyId>(1);
    store_.journal->add_key(key);

    auto reader = connect(PostgresRole::reader);
    auto const count = [&](std::string const& tenant, std::string const& table) {
        reader.command("BEGIN");
        reader.command("SELECT set_config('parley.tenant', '" + tenant + "', true)");
        auto const rows = reader.run("SELECT count(*) FROM " + table);
        std::int64_t const found = rows.number(0);
        reader.command("COMMIT");
        return found;
    };
    std::string const odd = hex_of(id_of<PlatformId>(1).bytes());
    std::string const even = hex_of(id_of<PlatformId>(0).bytes());
    for (char const* table : {"dispute", "event", "content"}) {
        EXPECT_EQ(count("every", table), 14) << table;
        EXPECT_EQ(count(odd, table), 8) << table; // six of the twelve, a live one, and this one
        EXPECT_EQ(count(even, table), 6) << table;
        EXPECT_EQ(count(hex_of(id_of<PlatformId>(9).bytes()), table), 0) << table;
    }
    for (char const* table : {"deadline", "outbox"}) {
        EXPECT_EQ(count(odd, table), 1) << table;
        EXPECT_EQ(count(even, table), 0) << table;
    }
    for (char const* table : {"receipt", "api_key"}) {
        EXPECT_EQ(count("every", table), 1) << table;
        EXPECT_EQ(count(odd, table), 0) << table;
    }
    EXPECT_EQ(count("every", "platform"), 2);
    EXPECT_EQ(count(odd, "platform"), 1);
    EXPECT_NE(fault_of([&] { count("nonsense", "dispute"); }), "");
}

TEST_F(PostgreSQL, AReaderThatDoesNotSayWhoseRowsSeesNone) {
    store_.append(make_unit(1, 0));
    auto reader = connect(PostgresRole::reader);
    for (char const* table : {"dispute", "event", "content"})
        EXPECT_THAT(fault_of([&] { reader.run(std::string("SELECT * FROM ") + table); }),
                    HasSubstr("parley.tenant"))
            << table;
    // Nor does what the transaction before has said.
    reader.command("BEGIN; SELECT set_config('parley.tenant', 'every', true); COMMIT");
    for (char const* table : {"dispute", "event", "content"})
        EXPECT_EQ(reader.run(std::string("SELECT * FROM ") + table).count(), 0) << table;
}

TEST_F(PostgreSQL, EveryTableOfPlatformsForcesRowLevelSecurity) {
    std::string const all = shared_cluster().sql(
        store_.database,
        "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relnamespace ="
        " 'parley'::regnamespace AND relkind = 'r' AND NOT (relrowsecurity AND"
        " relforcerowsecurity)");
    // A new table that is not here has its policy, or belongs to nobody.
    EXPECT_EQ(all, "heartbeat lease log_head neutral schema_migration");
    shared_cluster().sql(store_.database, "ALTER TABLE parley.event NO FORCE ROW LEVEL SECURITY");
    EXPECT_THAT(fault_of([&] { open_postgres_journal(url(), {.strict = false}); }),
                HasSubstr("event"));
}

TEST_F(PostgreSQL, AServerOrUserThatCannotKeepTheirWordIsRefused) {
    EXPECT_THAT(fault_of([&] { open_postgres_journal(url()); }), HasSubstr("fsync"));
    shared_cluster().set("fsync", "on");
    shared_cluster().set("full_page_writes", "on");
    EXPECT_EQ(fault_of([&] { open_postgres_journal(url()); }), "");
    for (char const* user : {"postgres", "parley_owner"})
        EXPECT_THAT(fault_of([&] { open_postgres_journal(url(user)); }), HasSubstr("superuser"));
    shared_cluster().set("fsync", "off");
    shared_cluster().set("full_page_writes", "off");
}

TEST_F(PostgreSQL, AUserWithoutTheRolesIsToldSo) {
    shared_cluster().sql("postgres", "DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN");
    EXPECT_THAT(fault_of([&] { open_postgres_journal(url("stranger"), {.strict = false}); }),
                HasSubstr("parley_writer"));
}

TEST_F(PostgreSQL, APasswordIsInNoMessage) {
    std::string const secret = "hunter2-canary";
    std::string const said = fault_of(
        [&] { open_postgres_journal("postgresql://nobody:" + secret + "@/x?host=/nowhere"); });
    EXPECT_THAT(said, HasSubstr("/nowhere"));
    EXPECT_EQ(said.find(secret), std::string::npos);
    EXPECT_EQ(said.find('\n'), std::string::npos); // a log wants one line
    EXPECT_THAT(fault_of([&] { open_postgres_journal("postgresql://a:" + secret + "@/x?no=1"); }),
                ::testing::Not(HasSubstr(secret)));
}

TEST_F(PostgreSQL, AConnectionStringKeepsWhatItSaysAndGetsWhatItLacks) {
    std::string const bare = store::postgres_connection_string("postgresql://a,b/name");
    for (char const* part :
         {"host='a,b'", "connect_timeout='2'", "tcp_user_timeout='5000'", "keepalives_idle='5'",
          "keepalives_interval='2'", "keepalives_count='2'", "target_session_attrs='read-write'"})
        EXPECT_THAT(bare, HasSubstr(part));
    std::string const said = store::postgres_connection_string(
        "postgresql://a:1,b:2/name?target_session_attrs=primary&connect_timeout=9&password=it's");
    EXPECT_THAT(said, HasSubstr("target_session_attrs='primary'"));
    EXPECT_THAT(said, HasSubstr("connect_timeout='9'"));
    EXPECT_THAT(said, HasSubstr("port='1,2'"));
    EXPECT_THAT(said, HasSubstr("password='it\\'s'"));
    EXPECT_THAT(fault_of([] { store::postgres_connection_string("postgresql://[::1/x"); }),
                HasSubstr("cannot be read"));
}

TEST_F(PostgreSQL, CommitsAreFlushedWhateverTheServersDefault) {
    shared_cluster().sql(store_.database, "ALTER ROLE parley_app SET synchronous_commit = off");
    auto writer = connect(PostgresRole::writer);
    auto const shown = writer.run("SELECT current_setting('synchronous_commit')");
    EXPECT_EQ(shown.text(0), "on");
    shared_cluster().sql(store_.database, "ALTER ROLE parley_app RESET synchronous_commit");
}

TEST_F(PostgreSQL, SeesOnlyWhatIsCommitted) {
    store_.append(make_unit(1, 0));
    auto writer = connect(PostgresRole::writer);
    writer.begin();
    writer.command("UPDATE log_head SET size = 99 WHERE log = 0");
    EXPECT_EQ(store_.reader->log_size(false), 1U);
    writer.roll_back();
    store_.append(make_unit(2, 0));
    EXPECT_EQ(store_.reader->log_size(false), 2U);
}

// Two nodes on one database, both sure of their versions: one of them wins each race, positions have
// no gap, and no key is used twice.
TEST_F(PostgreSQL, SeveralWritersLeaveNoGapAndNoDouble) {
    constexpr std::uint32_t rounds = 60;
    constexpr std::uint32_t disputes = 5;
    store_.journal->add_neutral(make_neutral(1, 40));
    std::atomic<std::uint32_t> won = 0;
    auto const write = [&] {
        auto const journal = open_postgres_journal(url(), {.strict = false});
        for (std::uint32_t round = 0; round < rounds; ++round) {
            std::vector<Unit> units;
            for (std::uint32_t dispute = 1; dispute <= disputes; ++dispute) {
                units.push_back(make_unit(dispute, round));
                units.back().receipt = make_receipt(std::to_string(round * disputes + dispute));
            }
            units[0].loads = {{id_of<NeutralId>(1), 1}};
            for (UnitFate const fate : journal->append(units))
                if (fate == UnitFate::won) ++won;
        }
    };
    std::thread other(write);
    write();
    other.join();
    std::uint64_t const size = store_.reader->log_size(false);
    EXPECT_EQ(size, won);
    std::uint64_t position = 0;
    std::set<std::pair<std::string, std::uint64_t>> seen;
    for (StoredEvent const& event : store_.reader->log(false, 1, 10'000)) {
        EXPECT_EQ(event.position, ++position);
        EXPECT_TRUE(seen.emplace(event.stream, event.version).second);
    }
    EXPECT_EQ(position, size);
    EXPECT_EQ(store_.reader->neutrals(false).at(0).load, 40);
}

// Each in disputes of its own, but for one that both write to now and then: in one exchange where no unit
// loses, and either way each is told the places that its events have.
TEST_F(PostgreSQL, WritersOfDisputesOfTheirOwnAreToldTheirPlaces) {
    constexpr std::uint32_t rounds = 100;
    constexpr std::uint32_t shared_one = 9;
    std::mutex mutex;
    std::map<std::uint64_t, std::pair<std::string, std::uint64_t>> told;
    auto const write = [&](std::uint32_t first) {
        auto const journal = open_postgres_journal(url(), {.strict = false});
        for (std::uint32_t round = 0; round < rounds; ++round) {
            std::vector<Unit> units;
            for (std::uint32_t dispute = first; dispute < first + 3; ++dispute)
                units.push_back(make_unit(dispute, round));
            if (round % 25 == 24) units.push_back(make_unit(shared_one, round / 25));
            std::vector<UnitFate> const fates = journal->append(units);
            std::scoped_lock lock(mutex);
            for (std::size_t i = 0; i < units.size(); ++i) {
                bool const own = units[i].stream != stream_of(shared_one);
                EXPECT_TRUE(fates[i] == UnitFate::won || !own) << round;
                if (fates[i] != UnitFate::won) continue;
                for (StoredEvent const& event : units[i].events)
                    EXPECT_TRUE(
                        told.try_emplace(event.position, event.stream, event.version).second);
            }
        }
    };
    std::thread other([&] { write(4); });
    write(1);
    other.join();
    std::uint64_t position = 0;
    for (StoredEvent const& event : store_.reader->log(false, 1, 10'000)) {
        EXPECT_EQ(event.position, ++position);
        EXPECT_EQ(told.at(position), std::pair(event.stream, event.version));
    }
    EXPECT_EQ(position, 6 * rounds + 4);
    EXPECT_EQ(told.size(), position);
}

TEST_F(PostgreSQL, AnotherNodesWorkIsALostVersionNotAFault) {
    auto const other = open_postgres_journal(url(), {.strict = false});
    ASSERT_EQ(store_.append(make_unit(1, 0)), UnitFate::won);
    // The second was decided on what the first would have written, not on what stands there now.
    std::vector<Unit> units{make_unit(1, 0), make_unit(1, 1), make_unit(2, 0)};
    EXPECT_EQ(other->append(units),
              (std::vector{UnitFate::lost_version, UnitFate::lost_version, UnitFate::won}));
    EXPECT_EQ(store_.append(make_unit(2, 0)), UnitFate::lost_version);
    EXPECT_EQ(store_.reader->stream_versions({stream_of(1), stream_of(2)}),
              (std::vector<std::uint64_t>{1, 1}));
}

// A standby that did not have everything took over, and another node wrote on.
TEST_F(PostgreSQL, AnotherEventOfTheSameVersionIsNotBuiltUpon) {
    ASSERT_EQ(store_.append(make_unit(1, 0)), UnitFate::won);
    Unit unit = make_unit(1, 1);
    unit.expected_top = sha256("the event that was lost");
    EXPECT_EQ(store_.append(unit), UnitFate::lost_version);
    EXPECT_EQ(store_.append(make_unit(1, 1)), UnitFate::won);
}

class PostgreSQLMigrations : public ::testing::Test {
protected:
    std::string const first_ = "CREATE TABLE parley.a (x integer);";
    std::string const second_ = "ALTER TABLE parley.a ADD COLUMN y text;\n-- no zero at the end";
    EmbeddedFile const one_{"schemas/sql/001_first.postgresql.sql", first_};
    EmbeddedFile const other_dialect_{"schemas/sql/001_first.sqlite.sql", "NOT POSTGRESQL"};
    EmbeddedFile const two_{"schemas/sql/002_second.postgresql.sql", second_};
    std::string const database_ = shared_cluster().make_database(false);
    std::string const url_ = shared_cluster().url(database_, "parley_owner");

    std::string fault_of_migrating(std::vector<EmbeddedFile> const& files) {
        return fault_of([&] { store::migrate_postgres(url_, files, noon); });
    }
    std::string query(std::string const& sql) { return shared_cluster().sql(database_, sql); }
};

TEST_F(PostgreSQLMigrations, RunOnceEachInOrder) {
    EXPECT_EQ(fault_of_migrating({other_dialect_, one_}), "");
    EXPECT_EQ(fault_of_migrating({other_dialect_, one_}), "");
    EXPECT_EQ(query("SELECT count(*) FROM parley.schema_migration"), "1");
    EXPECT_EQ(fault_of_migrating({two_, other_dialect_, one_}), "");
    EXPECT_EQ(query("SELECT string_agg(number || name, ',' ORDER BY number)"
                    " FROM parley.schema_migration"),
              "1001_first,2002_second");
    EXPECT_EQ(query("SELECT count(y) FROM parley.a"), "0");
}

TEST_F(PostgreSQLMigrations, ANewerSchemaAndChangedTextAreRefused) {
    ASSERT_EQ(fault_of_migrating({one_, two_}), "");
    EXPECT_THAT(fault_of_migrating({one_}), HasSubstr("newer Parley"));
    EmbeddedFile const changed{one_.name, "CREATE TABLE parley.a (x text);"};
    EXPECT_THAT(fault_of_migrating({changed, two_}), HasSubstr("001_first"));
}

TEST_F(PostgreSQLMigrations, OneThatFailsLeavesNothingBehind) {
    EmbeddedFile const bad{two_.name, "CREATE TABLE parley.b (x integer); SELECT nonsense;"};
    EXPECT_THAT(fault_of_migrating({one_, bad}), HasSubstr("002_second"));
    EXPECT_EQ(query("SELECT count(*) FROM pg_namespace WHERE nspname = 'parley'"), "0");
    EXPECT_EQ(fault_of_migrating({one_, two_}), "");
}

TEST_F(PostgreSQLMigrations, TwoAtOnceDoTheWorkOnce) {
    std::atomic<int> applied = 0;
    auto const migrate = [&] {
        applied += static_cast<int>(
            store::migrate_postgres(url_, store::embedded_migrations(), noon).size());
    };
    std::thread other(migrate);
    migrate();
    other.join();
    auto const all = std::ranges::count_if(store::embedded_migrations(), [](EmbeddedFile const& f) {
        return f.name.ends_with(".postgresql.sql");
    });
    EXPECT_EQ(applied, all);
}

TEST_F(PostgreSQLMigrations, AServerFindsTheSchemaMissingAndDoesNotMakeIt) {
    std::string const url = shared_cluster().url(database_);
    EXPECT_EQ(store::pending_postgres_migrations(url).front(), "001_journal");
    EXPECT_THAT(fault_of([&] { open_postgres_journal(url, {.strict = false}); }),
                HasSubstr("parley migrate"));
    EXPECT_EQ(query("SELECT count(*) FROM pg_namespace WHERE nspname = 'parley'"), "0");
}

} // namespace
} // namespace parley
