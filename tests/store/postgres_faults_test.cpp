#include "tests/store/database_test.hpp"

#include "engine/store/postgres.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

// The database goes away, refuses, or leaves a commit unanswered: nothing is said to be written that is
// not, nothing is done twice, and once it is back no restart is needed.
namespace parley {
namespace {

using store::PostgresConnection;
using store::PostgresRole;
using ::testing::HasSubstr;

constexpr std::chrono::seconds wait_max{20};
constexpr std::chrono::seconds patience{30};

class PostgreSQLFaults : public ::testing::Test {
protected:
    PostgresCluster& cluster_ = shared_cluster();
    PostgresStore store_;
    std::string const url_ = cluster_.url(store_.database);

    std::string sql(std::string const& text) { return cluster_.sql(store_.database, text); }
    std::string ours(std::string const& what, std::string const& where = "true") {
        return sql("SELECT " + what + " FROM pg_stat_activity WHERE datname = '" + store_.database +
                   "' AND pid <> pg_backend_pid() AND " + where);
    }
    void cut_all() { ours("count(pg_terminate_backend(pid, 5000))"); }
    bool comes(std::string const& where) {
        auto const until = std::chrono::steady_clock::now() + patience;
        while (ours("count(*)", where) == "0") {
            if (std::chrono::steady_clock::now() > until) return false;
            std::this_thread::yield();
        }
        return true;
    }
    // Nothing is written and it is known that nothing is.
    void expect_refusal(std::string const& words) {
        bool unknown = false;
        std::string said;
        try {
            store_.append(make_unit(99, 0));
        } catch (UnknownFate const& fault) {
            unknown = true;
            said = fault.what();
        } catch (Fault const& fault) {
            said = fault.what();
        }
        EXPECT_FALSE(unknown) << said;
        EXPECT_THAT(said, HasSubstr(words));
    }
    void expect_all_well(std::uint32_t dispute) {
        EXPECT_EQ(store_.append(make_unit(dispute, 0)), UnitFate::won);
        EXPECT_EQ(store_.reader->events(stream_of(dispute)).size(), 1U);
        EXPECT_TRUE(store_.reader->events(stream_of(99)).empty());
    }
};

TEST_F(PostgreSQLFaults, ConnectionsCutBetweenTwoUsesAreMadeAnewUnnoticed) {
    expect_all_well(1);
    cut_all();
    EXPECT_EQ(store_.reader->log_size(false), 1U);
    EXPECT_EQ(store_.append(make_unit(2, 0)), UnitFate::won);
    cut_all();
    store_.journal->beat(noon);
    EXPECT_EQ(store_.reader->last_beat(), noon);
}

TEST_F(PostgreSQLFaults, AServerThatIsDownIsAFaultUntilItIsBack) {
    expect_all_well(1);
    cluster_.stop();
    expect_refusal("cannot be reached");
    EXPECT_THROW(store_.reader->log_size(false), Fault);
    EXPECT_THROW(store_.journal->beat(noon), Fault);
    cluster_.start();
    expect_all_well(2);
}

TEST_F(PostgreSQLFaults, AServerThatWasKilledHasKeptEverything) {
    expect_all_well(1);
    cluster_.kill_hard();
    expect_refusal("cannot be reached");
    cluster_.start();
    EXPECT_EQ(store_.reader->log_size(false), 1U);
    expect_all_well(2);
}

TEST_F(PostgreSQLFaults, AServerThatOnlyReadsTakesNothing) {
    expect_all_well(1);
    cluster_.set("default_transaction_read_only", "on");
    cut_all();
    expect_refusal("cannot be reached"); // the connection string asks for one that writes
    cluster_.set("default_transaction_read_only", "off");
    expect_all_well(2);
}

TEST_F(PostgreSQLFaults, ASessionThatMayOnlyReadIsLeftForOneThatWrites) {
    expect_all_well(1);
    // As it is to a session that was on a primary and finds itself on a standby.
    auto const journal =
        open_postgres_journal(url_ + "&target_session_attrs=any", {.strict = false});
    sql("ALTER ROLE parley_app SET default_transaction_read_only = on");
    cut_all();
    std::vector<Unit> units{make_unit(99, 0)};
    EXPECT_THAT(fault_of([&] { journal->append(units); }), HasSubstr("25006"));
    sql("ALTER ROLE parley_app RESET default_transaction_read_only");
    units = {make_unit(2, 0)};
    EXPECT_EQ(journal->append(units).at(0), UnitFate::won);
    EXPECT_TRUE(store_.reader->events(stream_of(99)).empty());
}

TEST_F(PostgreSQLFaults, WithoutAFreeConnectionNothingIsWritten) {
    expect_all_well(1);
    sql("ALTER DATABASE " + store_.database + " CONNECTION LIMIT 0");
    cut_all();
    expect_refusal("too many connections");
    EXPECT_THROW(store_.reader->log_size(false), Fault);
    sql("ALTER DATABASE " + store_.database + " CONNECTION LIMIT -1");
    expect_all_well(2);
}

TEST_F(PostgreSQLFaults, AConnectionCutBeforeTheCommitIsMadeAnewAndTheBatchDoneAgain) {
    expect_all_well(1);
    PostgresConnection other(url_, PostgresRole::writer, wait_max);
    other.begin();
    other.command("SELECT 1 FROM log_head FOR UPDATE");
    UnitFate fate = UnitFate::lost_load;
    std::thread writer([&] { fate = store_.append(make_unit(2, 0)); });
    EXPECT_TRUE(comes("wait_event_type = 'Lock'"));
    ours("pg_terminate_backend(pid, 5000)", "wait_event_type = 'Lock'");
    EXPECT_TRUE(comes("wait_event_type = 'Lock'")); // and is there again
    other.roll_back();
    writer.join();
    EXPECT_EQ(fate, UnitFate::won);
    EXPECT_EQ(store_.reader->log_size(false), 2U);
}

TEST_F(PostgreSQLFaults, ALockThatIsNotToBeHadInTimeIsAFault) {
    PostgresConnection other(url_, PostgresRole::writer, wait_max);
    other.begin();
    other.command("SELECT 1 FROM log_head FOR UPDATE");
    expect_refusal("55P03");
    other.roll_back();
    expect_all_well(1);
}

// The standby that a commit waits for does not exist, so the commit takes place here and is not
// confirmed.
class PostgreSQLUnconfirmed : public PostgreSQLFaults {
protected:
    PostgreSQLUnconfirmed() { cluster_.set("synchronous_standby_names", "nobody"); }
    ~PostgreSQLUnconfirmed() override { cluster_.set("synchronous_standby_names", ""); }

    // Appends a dispute while `meddle` runs, once the commit waits.
    template <class Meddle>
    std::string unknown_fate_of(Journal& journal, Meddle const& meddle) {
        std::string said;
        std::thread writer([&] {
            try {
                std::vector<Unit> units{make_unit(1, 0)};
                journal.append(units);
            } catch (UnknownFate const& fault) {
                said = fault.what();
            }
        });
        EXPECT_TRUE(comes("wait_event = 'SyncRep'"));
        meddle();
        writer.join();
        return said;
    }
    void expect_unsettled_and_settle(Journal& journal) {
        EXPECT_TRUE(journal.recovers());
        cluster_.set("synchronous_standby_names", "");
        journal.settle();
        EXPECT_EQ(store_.reader->events(stream_of(1)).size(), 1U);
        std::vector<Unit> again{make_unit(1, 0)}, next{make_unit(1, 1)};
        EXPECT_EQ(journal.append(again), std::vector{UnitFate::lost_version});
        EXPECT_EQ(journal.append(next), std::vector{UnitFate::won});
    }
};

TEST_F(PostgreSQLUnconfirmed, AWaitThatIsCancelledIsNoSuccess) {
    EXPECT_THAT(unknown_fate_of(*store_.journal,
                                [&] { ours("pg_cancel_backend(pid)", "wait_event = 'SyncRep'"); }),
                HasSubstr("standby"));
    expect_unsettled_and_settle(*store_.journal);
}

TEST_F(PostgreSQLUnconfirmed, AConnectionCutInTheCommitIsOfUnknownFate) {
    EXPECT_THAT(
        unknown_fate_of(*store_.journal,
                        [&] { ours("pg_terminate_backend(pid)", "wait_event = 'SyncRep'"); }),
        HasSubstr("may be durable or not"));
    expect_unsettled_and_settle(*store_.journal);
}

TEST_F(PostgreSQLUnconfirmed, ACommitThatIsNotConfirmedInTimeIsOfUnknownFateAndStaysSo) {
    auto const journal = open_postgres_journal(
        url_, {.answer_wait_max = std::chrono::milliseconds(300), .strict = false});
    EXPECT_THAT(unknown_fate_of(*journal, [] {}), HasSubstr("no answer in time"));
    // The commit still waits, and holds the lock by which it would be known to have ended.
    EXPECT_THROW(journal->settle(), Fault);
    expect_unsettled_and_settle(*journal);
}

} // namespace
} // namespace parley
