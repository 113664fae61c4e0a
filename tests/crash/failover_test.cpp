#include "tests/app/traffic.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <fmt/format.h>

#include <random>

// The primary is killed under load and its synchronous standby takes over: nothing that was
// acknowledged is lost, and nothing is there twice. The server is not restarted.
namespace parley::app::testing {
namespace {

int rounds() { return long_run() ? 20 : 1; }

void wait_until_synchronous(PostgresCluster const& primary) {
    auto const until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (primary.sql("postgres", "SELECT count(*) FROM pg_stat_replication WHERE sync_state ="
                                   " 'sync'") != "1") {
        ASSERT_LT(std::chrono::steady_clock::now(), until) << "the standby does not stream";
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

void fail_over_once(std::mt19937_64& random) {
    ScratchFolder const scratch;
    PostgresCluster primary;
    std::string const database = primary.make_database();
    PostgresCluster standby(primary, "s1");
    primary.set("synchronous_standby_names", "s1");
    wait_until_synchronous(primary);
    std::string const url =
        fmt::format("postgresql:///{}?user=parley_owner&host={},{}", database,
                    primary.socket_folder().string(), standby.socket_folder().string());
    auto server = start_dev(scratch.path() + "/data", {"--empty", "--database", url});
    ASSERT_TRUE(server) << server.error().line;
    Traffic traffic(server->url(), server->key("platform"), 8);
    EXPECT_TRUE(traffic.wait_for_more(100)) << traffic.wrong();
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 800)); // at no chosen moment

    auto const start = std::chrono::steady_clock::now();
    primary.kill_hard();
    std::size_t const at_the_kill = traffic.acknowledged();
    standby.promote();
    EXPECT_TRUE(traffic.wait_for_more(1)) << traffic.wrong();
    auto const out = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    EXPECT_TRUE(traffic.wait_for_more(100)) << traffic.wrong();
    traffic.stop();
    EXPECT_EQ(traffic.wrong(), "");
    EXPECT_EQ(traffic.without_advice(), 0U);
    EXPECT_EQ(stop(*server), 0);
    expect_record_fits(url, scratch, traffic);
    fmt::print("{} acknowledged before the kill, {} after it; {} times 503; out for {} ms\n",
               at_the_kill, traffic.acknowledged() - at_the_kill, traffic.turned_away(),
               out.count());
}

TEST(PostgreSQLFailover, NothingAcknowledgedIsLostOrDoneTwice) {
    std::uint64_t const seed = std::random_device{}();
    std::mt19937_64 random(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed));
    for (int round = 1; round <= rounds(); ++round) {
        fail_over_once(random);
        if (::testing::Test::HasFailure()) FAIL() << "in round " << round;
    }
}

} // namespace
} // namespace parley::app::testing
