#include "tests/app/traffic.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <fmt/format.h>

// The program on PostgreSQL, from the command line to the record.
namespace parley::app::testing {
namespace {

PostgresCluster& cluster() {
    static PostgresCluster one({.durable = true, .more = {}}); // `serve` would not take another
    return one;
}

TEST(PostgreSQLProgram, TheOwnerMigratesAndTheServerOnlyLooks) {
    ScratchFolder const scratch;
    std::string const database = cluster().make_database(false);
    std::string const owner = cluster().url(database, "parley_owner");
    std::string const app = cluster().url(database);
    std::vector<std::string> const serve = {
        "serve", "--listen", "127.0.0.1:0", "--data", scratch.path() + "/data", "--database"};
    auto const with = [](std::vector<std::string> line, std::string const& url) {
        line.push_back(url);
        return line;
    };
    Ran const early = run_parley(with(serve, app));
    EXPECT_EQ(early.code, 1);
    EXPECT_NE(early.err.find("parley migrate"), std::string::npos) << early.err;
    EXPECT_EQ(lines_in(early.err), 1U) << early.err;

    Ran const dry = run_parley({"migrate", "--dry-run", "--database", owner});
    EXPECT_EQ(dry.code, 0) << dry.err;
    EXPECT_NE(dry.out.find("would apply 001_journal"), std::string::npos) << dry.out;
    Ran const done = run_parley({"migrate", "--database", owner});
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_NE(done.out.find("applied 001_journal"), std::string::npos) << done.out;
    Ran const again = run_parley({"migrate", "--database", owner});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_EQ(again.out.find("applied"), std::string::npos) << again.out;
    EXPECT_EQ(run_parley({"migrate", "--database", app}).code, 1); // not the login's business

    Ran const owning = run_parley(with(serve, owner));
    EXPECT_EQ(owning.code, 1);
    EXPECT_NE(owning.err.find("owns the tables"), std::string::npos) << owning.err;
}

TEST(PostgreSQLProgram, ServesAcrossARestartAndProvesItsRecord) {
    ScratchFolder const scratch;
    std::string const url = cluster().url(cluster().make_database());
    std::string const data = scratch.path() + "/data";
    Ran const key =
        run_parley({"keys", "create", "--platform", "Shop", "--data", data, "--database", url});
    ASSERT_EQ(key.code, 0) << key.err;
    std::string const secret = key.out.substr(0, key.out.find('\n'));

    std::string const filing = filing_of(Sample::lamp, SystemClock().now(), std::nullopt);
    for (int run = 0; run < 2; ++run) {
        auto server = start_serve(data, {"--database", url});
        ASSERT_TRUE(server) << server.error().line;
        DemoClient client(server->url);
        auto const filed = client.send("POST", "/v1/disputes", as(secret, "", "once"), filing);
        ASSERT_TRUE(filed) << filed.error();
        EXPECT_EQ(filed->status, 201U) << filed->body;
        EXPECT_EQ(filed->header("idempotent-replayed"), run == 0 ? "" : "true");
        std::string const dispute = Json::parse(filed->body).at("id").get<std::string>();
        auto const shown = client.send("GET", "/v1/disputes/" + dispute, as(secret));
        ASSERT_TRUE(shown && shown->status == 200) << (shown ? shown->body : shown.error());
        auto const listed = client.send("GET", "/v1/disputes", as(secret));
        ASSERT_TRUE(listed && listed->status == 200) << (listed ? listed->body : listed.error());
        EXPECT_EQ(Json::parse(listed->body).at("data").size(), 1U) << listed->body;
        EXPECT_EQ(stop(*server), 0);
    }
    Ran const verified = run_parley({"journal", "verify", "--database", url});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    EXPECT_NE(verified.out.find("test log: 1 events"), std::string::npos) << verified.out;
}

TEST(PostgreSQLProgram, ANodeWithOtherKeysDoesNotStart) {
    ScratchFolder const scratch;
    std::string const url = cluster().url(cluster().make_database(), "parley_owner");
    std::string const first = scratch.path() + "/first", second = scratch.path() + "/second";
    std::vector<std::string> const options = {"--empty", "--seed", "7", "--database", url};
    auto server = start_dev(first, options);
    ASSERT_TRUE(server) << server.error().line;

    auto const other = start_dev(second, options);
    ASSERT_FALSE(other);
    EXPECT_NE(other.error().line.find(second + "/sealing.key is not the sealing.key"),
              std::string::npos)
        << other.error().line;
    share_keys(first, second);
    auto again = start_dev(second, options);
    ASSERT_TRUE(again) << again.error().line;
    EXPECT_EQ(stop(*again), 0);
    EXPECT_EQ(stop(*server), 0);
}

TEST(PostgreSQLProgram, TheDemoRunsFromNoticeToOutcome) {
    std::string const url = cluster().url(cluster().make_database(false), "parley_owner");
    Ran const told = run_parley({"demo", "--database", url});
    EXPECT_EQ(told.code, 0) << told.out << told.err;
    Ran const verified = run_parley({"journal", "verify", "--database", url});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    EXPECT_NE(verified.out.find("everything fits"), std::string::npos) << verified.out;
}

// The database is taken away under load in every way there is; the server stays up throughout.
TEST(PostgreSQLProgram, EveryOutageIsA503AndEndsByItself) {
    ScratchFolder const scratch;
    std::string const database = cluster().make_database();
    std::string const url = cluster().url(database, "parley_owner");
    auto server = start_dev(scratch.path() + "/data", {"--empty", "--database", url});
    ASSERT_TRUE(server) << server.error().line;
    Traffic traffic(server->url(), server->key("platform"), 6);
    ASSERT_TRUE(traffic.wait_for_more(50));
    auto const cut = [&] {
        cluster().sql("postgres", "SELECT count(pg_terminate_backend(pid, 5000)) FROM"
                                  " pg_stat_activity WHERE datname = '" +
                                      database + "'");
    };
    auto const readiness = [&] {
        auto const answer = DemoClient(server->url()).send("GET", "/readyz", {});
        return answer ? answer->status : 0;
    };
    auto const wait_until = [](auto const& holds) {
        auto const until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        while (!holds() && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    auto const expect_outage = [&](char const* what, auto const& take, auto const& give) {
        std::size_t const before = traffic.turned_away();
        take();
        // A connection that was being made while the others were cut may live on for some calls.
        wait_until([&] { return traffic.turned_away() >= before + 6 && readiness() == 503; });
        EXPECT_GE(traffic.turned_away(), before + 6) << what;
        EXPECT_EQ(readiness(), 503) << what;
        give();
        EXPECT_TRUE(traffic.wait_for_more(50)) << what << ": " << traffic.wrong();
        wait_until([&] { return readiness() == 200; });
        EXPECT_EQ(readiness(), 200) << what;
    };

    for (int i = 0; i < 5; ++i) {
        cut();
        EXPECT_TRUE(traffic.wait_for_more(20)) << traffic.wrong();
    }
    expect_outage("stopped", [] { cluster().stop(); }, [] { cluster().start(); });
    expect_outage("killed", [] { cluster().kill_hard(); }, [] { cluster().start(); });
    expect_outage(
        "read-only",
        [&] {
            cluster().set("default_transaction_read_only", "on");
            cut();
        },
        [] { cluster().set("default_transaction_read_only", "off"); });
    expect_outage(
        "no connection free",
        [&] {
            cluster().sql("postgres", "ALTER DATABASE " + database + " CONNECTION LIMIT 0");
            cut();
        },
        [&] { cluster().sql("postgres", "ALTER DATABASE " + database + " CONNECTION LIMIT -1"); });

    traffic.stop();
    EXPECT_EQ(traffic.wrong(), "");
    EXPECT_EQ(traffic.without_advice(), 0U);
    EXPECT_EQ(stop(*server), 0);
    expect_record_fits(url, scratch, traffic);
}

} // namespace
} // namespace parley::app::testing
