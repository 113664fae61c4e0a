#include "tests/app/program.hpp"

#include <fmt/format.h>

#include <sqlite3.h>

#include <filesystem>

namespace parley::app::testing {
namespace {

// Two things that leave receipts, which the seeded stories do not: a message in the dispute that
// waits for its response, and a clock.
void ask_for_receipts(DevServer const& server) {
    DemoClient client(server.url());
    std::string const key = server.key("platform");
    auto const found = client.send("GET", "/v1/disputes?stage=response", as(key));
    ASSERT_TRUE(found && found->status == 200) << (found ? found->body : found.error());
    Json const dispute = Json::parse(found->body).at("data").at(0);
    auto const said = client.send(
        "POST", "/v1/disputes/" + dispute.at("id").get<std::string>() + "/actions/message",
        as(key, dispute.at("parties").at(0).at("id").get<std::string>(), "said"),
        R"({"text": "Is anybody there?"})");
    ASSERT_TRUE(said && said->status == 200) << (said ? said->body : said.error());
    auto const clock = client.send("POST", "/v1/test/clocks", as(key, "", "clock"), "{}");
    ASSERT_TRUE(clock && clock->status == 201) << (clock ? clock->body : clock.error());
}

// The journal of a seeded demo, made once; each test tampers with a copy.
std::string const& demo_folder() {
    static ScratchFolder const scratch;
    static std::string const folder = [] {
        std::string made = scratch.path() + "/demo";
        auto server = start_dev(made, {"--seed", "1"});
        EXPECT_TRUE(server) << server.error().line;
        if (!server) return made;
        ask_for_receipts(*server);
        EXPECT_EQ(stop(*server), 0);
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
     "the notice message_posted of evt_"},
    {"TailCutWithItsCountAndItsNotices",
     "DELETE FROM outbox WHERE notice = 'message_posted' AND dispute ="
     " (SELECT substr(stream, 2) FROM event WHERE place = (SELECT max(place) FROM event));"
     "DELETE FROM event WHERE place = (SELECT max(place) FROM event);"
     "UPDATE log_head SET size = size - 1 WHERE log = 0",
     "which the stream does not have"},
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
    {"LoadTooLarge", "UPDATE neutral SET load = load + 1 WHERE name = 'Noor Haddad'",
     "the roster counts"},
    {"LoadTooSmall", "UPDATE neutral SET load = load - 1 WHERE load > 0", "the roster counts"},
    {"NeutralWithoutASeatCarriesOne", "UPDATE neutral SET load = 1 WHERE load = 0",
     "the roster counts 1 cases, the events say 0"},
    {"NeutralStruckOffTheRoster", "DELETE FROM neutral WHERE load > 0",
     "name this neutral, its roster does not"},
    {"NeutralMovedToTheOtherLog", "UPDATE neutral SET live = 1 WHERE load > 0",
     "the roster counts 1 cases, the events say 0"},
    {"NoticeDeleted", "DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox)", "is missing"},
    {"NoticeAdded",
     "INSERT INTO outbox SELECT event || '/pty_00000000000000000000000000', kind, dispute, event,"
     " 'pty_00000000000000000000000000', notice, at FROM outbox LIMIT 1",
     "waits, but not by the events"},
    {"NoticeInOtherWords", "UPDATE outbox SET notice = 'settled' WHERE notice = 'message_posted'",
     "the notice message_posted of evt_"},
    {"NoticeToAnother",
     "UPDATE outbox SET addressee = 'ntr_00000000000000000000000000' WHERE notice = "
     "'message_posted'",
     "is missing"},
    {"NoticeOfNothing",
     "INSERT INTO outbox VALUES ('evt_1/pty_1', 'notice', zeroblob(16), 'evt_1', 'pty_1', 'x', 0)",
     "the notice x of evt_1 to pty_1 belongs to no dispute"},
    {"ReceiptWithoutItsEvents", "UPDATE receipt SET events = x'' WHERE turn = 1",
     "it is of a dispute and names no events"},
    {"ReceiptOfAnotherVersion", "UPDATE receipt SET version = version + 1 WHERE turn = 1",
     "which the stream does not have"},
    {"ReceiptOfAnotherEvent",
     "UPDATE receipt SET events = (SELECT id FROM event WHERE place = 1) WHERE turn = 1",
     "it names evt_"},
    {"ReceiptOfAnotherDispute",
     "UPDATE receipt SET stream = (SELECT stream FROM event WHERE place ="
     " (SELECT max(place) - 1 FROM event)) WHERE turn = 1",
     "it names evt_"},
    {"ReceiptTwice",
     "INSERT INTO receipt SELECT 99, randomblob(16), fingerprint, stream, version, events, status, "
     "at, told"
     " FROM receipt WHERE turn = 1",
     "another receipt names the same events"},
    {"ReceiptOfEventsOfAThing",
     "UPDATE receipt SET events = (SELECT id FROM event WHERE place = 1) WHERE turn = 2",
     "it names events of something that has none"},
    {"ReceiptOfNothing", "DELETE FROM test_clock WHERE id NOT IN (SELECT clock FROM dispute)",
     "what it names does not exist"},
    {"PlatformDeleted", "DELETE FROM platform", "its platform plt_"},
    {"ClockDeleted",
     "DELETE FROM test_clock WHERE id IN (SELECT clock FROM dispute WHERE stage = 'response')",
     "its clock clk_"},
    {"ClockOfAnother",
     "UPDATE test_clock SET platform = zeroblob(16) WHERE id IN (SELECT clock FROM dispute)",
     "belongs to another platform"},
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
