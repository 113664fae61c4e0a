#include "tests/app/program.hpp"

#include <fmt/format.h>

#include <sqlite3.h>

#include <filesystem>

namespace parley::app::testing {
namespace {

// The journal of a seeded demo, made once; each test tampers with a copy.
std::string const& demo_folder() {
    static ScratchFolder const scratch;
    static std::string const folder = [] {
        std::string made = scratch.path() + "/demo";
        auto server = start_dev(made, {"--seed", "1"});
        EXPECT_TRUE(server) << server.error().line;
        if (server) EXPECT_EQ(stop(*server), 0);
        return made;
    }();
    return folder;
}

// What somebody with the database in their hands could do; they would not mind the triggers.
std::string tamper(std::string const& folder, std::string const& sql) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open((folder + "/parley.db").c_str(), &database), SQLITE_OK);
    std::string const all =
        "DROP TRIGGER event_is_never_changed; DROP TRIGGER event_is_never_deleted; "
        "PRAGMA ignore_check_constraints=ON; " +
        sql;
    char* message = nullptr;
    sqlite3_exec(database, all.c_str(), nullptr, nullptr, &message);
    std::string const problem = message == nullptr ? "" : message;
    sqlite3_free(message);
    sqlite3_close(database);
    return problem;
}

Ran verify(std::string const& folder, std::vector<std::string> const& more = {}) {
    std::vector<std::string> arguments = {"journal", "verify", "--data", folder};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_parley(arguments);
}

struct Tampering {
    char const* name;
    char const* sql;
    char const* says; // part of the line on standard error
};

class TamperedJournal : public ::testing::TestWithParam<Tampering> {};

TEST_P(TamperedJournal, IsFound) {
    ScratchFolder const scratch;
    std::string const folder = scratch.path() + "/data";
    std::filesystem::copy(demo_folder(), folder, std::filesystem::copy_options::recursive);
    ASSERT_EQ(tamper(folder, GetParam().sql), "");
    Ran const ran = verify(folder);
    EXPECT_EQ(ran.code, 1) << ran.out;
    EXPECT_EQ(lines_in(ran.err), 1U) << ran.err;
    EXPECT_NE(ran.err.find(GetParam().says), std::string::npos) << ran.err;
}

constexpr Tampering tamperings[] = {
    {"EnvelopeChanged",
     "UPDATE event SET envelope = CAST(CAST(envelope AS TEXT) || ' ' AS BLOB) WHERE place = 2",
     "at position 2 of the test log"},
    {"HashChanged", "UPDATE event SET hash = zeroblob(32) WHERE place = 3",
     "at position 3 of the test log"},
    {"ContentChanged",
     "UPDATE content SET bytes = CAST(replace(bytes, 'Ana', 'Eva') AS BLOB) WHERE place = 1",
     "at position 1 of the test log"},
    {"SaltChanged", "UPDATE content SET salt = zeroblob(32) WHERE place = 1",
     "at position 1 of the test log"},
    {"ContentDeleted", "DELETE FROM content WHERE place = 2", "no event tells of an erasure"},
    {"EventDeleted", "DELETE FROM event WHERE place = 4", "position 4 is missing"},
    {"TailCut", "DELETE FROM event WHERE place = (SELECT max(place) FROM event)",
     "ends before position"},
    {"TailCutWithItsCount",
     "DELETE FROM event WHERE place = (SELECT max(place) FROM event);"
     "UPDATE log_head SET size = size - 1 WHERE log = 0",
     "the dispute row has status settled, the events say open"},
    {"TwoEventsSwapped",
     "UPDATE event SET place = 1000000 WHERE place = 2; UPDATE event SET place = 2 WHERE place = 3;"
     "UPDATE event SET place = 3 WHERE place = 1000000",
     "of the test log"},
    {"ColumnAgainstEnvelope", "UPDATE event SET stage = 'settled' WHERE place = 2",
     "at position 2 of the test log"},
    {"CountTooSmall", "UPDATE log_head SET size = size - 1 WHERE log = 0",
     "beyond the size of the log"},
    {"StatusOfARow", "UPDATE dispute SET status = 4 WHERE stage = 'negotiation'",
     "the dispute row has status"},
    {"StageOfARow", "UPDATE dispute SET stage = 'settled' WHERE stage = 'response'",
     "the dispute row has stage"},
    {"PartiesOfARow", "UPDATE dispute SET claimant = respondent WHERE stage = 'response'",
     "other parties"},
    {"NeutralOfARow", "UPDATE dispute SET mediator = NULL WHERE stage = 'mediation'",
     "other neutrals"},
    {"RowDeleted", "DELETE FROM dispute WHERE stage = 'response'", "no dispute row"},
    {"DeadlineDeleted", "DELETE FROM deadline WHERE name = 'response'", "the deadline response"},
    {"DeadlineMoved", "UPDATE deadline SET at = at + 1 WHERE name = 'negotiation'",
     "the deadline negotiation"},
    {"DeadlineAdded",
     "INSERT INTO deadline (dispute, name, stamp, at, clock) SELECT id, 'reply', 99, 0, clock FROM "
     "dispute "
     "WHERE stage = 'response'",
     "open, but not by the events"},
    {"DeadlineOfNothing",
     "INSERT INTO deadline (dispute, name, stamp, at, clock) VALUES (zeroblob(16), 'reply', 1, 0, "
     "NULL)",
     "belongs to no dispute"},
    {"LoadOfANeutral", "UPDATE neutral SET load = load + 1 WHERE name = 'Noor Haddad'",
     "the roster counts"},
};
INSTANTIATE_TEST_SUITE_P(Verify, TamperedJournal, ::testing::ValuesIn(tamperings),
                         [](auto const& row) { return std::string(row.param.name); });

TEST(Verify, ACleanJournalFitsAndItsRootStaysTheSame) {
    Ran const first = verify(demo_folder());
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_NE(first.out.find("5 disputes replayed"), std::string::npos) << first.out;
    EXPECT_NE(first.out.find("everything fits"), std::string::npos);
    EXPECT_EQ(verify(demo_folder()).out, first.out);
}

TEST(Verify, WorksBesideARunningServer) {
    ScratchFolder const scratch;
    std::string const folder = scratch.path() + "/data";
    std::filesystem::copy(demo_folder(), folder, std::filesystem::copy_options::recursive);
    auto server = start_dev(folder);
    ASSERT_TRUE(server) << server.error().line;
    Ran const ran = verify(folder);
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(stop(*server), 0);
}

TEST(Verify, LooksForEveryAcknowledgement) {
    ScratchFolder const scratch;
    std::string const acks = scratch.path() + "/acks";
    auto const with = [&](std::string const& text) {
        write_private_file(acks, text);
        return verify(demo_folder(), {"--acks", acks});
    };
    auto const nowhere = with(R"({"dispute": "dsp_01KJMA0FM0E00R0081040G2081", "key": "k1"})"
                              "\n");
    EXPECT_EQ(nowhere.code, 1);
    EXPECT_NE(nowhere.err.find("acknowledged under key k1, but not in the journal"),
              std::string::npos)
        << nowhere.err;
    EXPECT_EQ(with("").code, 0);
    EXPECT_EQ(with("not json\n").code, 1);
}

} // namespace
} // namespace parley::app::testing
