#include "tests/app/program.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <latch>
#include <map>
#include <thread>

namespace parley::app::testing {
namespace {

constexpr std::size_t claimants = 200;

// Of two hundred who claim one task at once, each under a key of its own and spread over the nodes, one
// has it.
void expect_one_winner(std::vector<std::string> const& nodes, std::string const& key) {
    DemoClient desk(nodes.front());
    auto const listed = desk.send("GET", "/v1/queues/arbitration/tasks", as(key));
    ASSERT_TRUE(listed) << listed.error();
    Json const tasks = parse_json(listed->body).value().at("data");
    ASSERT_FALSE(tasks.empty()) << "the demo leaves the arbitrator something to decide";
    std::string const path = "/v1/tasks/" + tasks[0].at("id").get<std::string>();
    std::string const etag = tasks[0].at("etag");

    std::array<unsigned, claimants> statuses{};
    std::atomic<int> said_who{0};
    {
        std::latch together(claimants);
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < claimants; ++i)
            threads.emplace_back([&, i] {
                DemoClient client(nodes[i % nodes.size()]);
                // Connected before the start, so that the claims meet.
                static_cast<void>(client.send("GET", "/livez", {}));
                auto headers = as(key, "", "claim-" + std::to_string(i));
                headers.emplace_back("If-Match", etag);
                together.arrive_and_wait();
                auto const answer = client.send("POST", path + "/claim", headers, "{}");
                if (!answer) return;
                statuses[i] = answer->status;
                if (answer->status == 412 && answer->body.find("has it until") != std::string::npos)
                    ++said_who;
            });
    }
    std::map<unsigned, std::size_t> counted;
    for (unsigned const status : statuses) ++counted[status];
    EXPECT_EQ(counted[200], 1U) << ::testing::PrintToString(counted);
    EXPECT_EQ(counted[412] + counted[409], claimants - 1) << ::testing::PrintToString(counted);
    EXPECT_EQ(static_cast<std::size_t>(said_who), counted[412]);
    for (std::string const& node : nodes) {
        auto const after = DemoClient(node).send("GET", path, as(key));
        ASSERT_TRUE(after);
        EXPECT_EQ(parse_json(after->body).value().at("movements").size(), 1U);
    }
}

// The guarantee of the queue, over real sockets and against the real program.
TEST(Claims, OfTwoHundredAtOnceOneWins) {
    ScratchFolder const folder;
    auto server = start_dev(folder.path() + "/data", {});
    ASSERT_TRUE(server) << server.error().line;
    expect_one_winner({server->url()}, server->key("arbitrator"));
    EXPECT_EQ(stop(*server), 0);
    Ran const verified = run_parley({"journal", "verify", "--data", folder.path() + "/data"});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

TEST(PostgreSQLClaims, OfTwoHundredOverThreeNodesOneWins) {
    ScratchFolder const scratch;
    PostgresCluster cluster;
    std::string const url = cluster.url(cluster.make_database(), "parley_owner");
    std::vector<DevServer> servers;
    std::vector<std::string> nodes;
    for (std::string const name : {"/first", "/second", "/third"}) {
        std::string const folder = scratch.path() + name;
        std::vector<std::string> options = {"--seed", "7", "--database", url};
        if (!servers.empty()) { // the first has made the disputes, and the keys that all share
            options.emplace_back("--empty");
            share_keys(scratch.path() + "/first", folder);
        }
        auto server = start_dev(folder, options);
        ASSERT_TRUE(server) << server.error().line;
        nodes.push_back(server->url());
        servers.push_back(std::move(*server));
    }
    expect_one_winner(nodes, servers.front().key("arbitrator"));
    for (DevServer& server : servers) EXPECT_EQ(stop(server), 0);
    Ran const verified = run_parley({"journal", "verify", "--database", url});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

} // namespace
} // namespace parley::app::testing
