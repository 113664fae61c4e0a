#include "bench/act_load.hpp"
#include "bench/report.hpp"
#include "bench/scene.hpp"

#include "tests/support/postgres_cluster.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace parley::bench {

namespace {

constexpr double seconds = 8;
constexpr std::string_view token = "bench";
constexpr int outbox_rows = 1; // as Parley writes for a message or an offer

// A hand-written service of one process, which prints its port.
class NodeService {
public:
    explicit NodeService(std::string const& database_url) {
        std::string const folder = PARLEY_SOURCE_DIR "/bench/node";
        if (!std::filesystem::exists(folder + "/node_modules"))
            throw std::runtime_error("bench/node has no packages yet; `script/bench` brings them");
        std::string const command = fmt::format("exec node '{}/service.mjs' '{}' {} {}", folder,
                                                database_url, token, outbox_rows);
        child_ = std::make_unique<Child>([&] {
            std::string const to = "exec >'" + (scratch_.path() / "port").string() + "'; ";
            ::execl("/bin/sh", "sh", "-c", (to + command).c_str(), nullptr);
        });
        for (int tries = 0; tries < 1000 && port == 0; ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            std::ifstream(scratch_.path() / "port") >> port;
        }
        if (port == 0) throw std::runtime_error("the Node service did not start");
    }
    std::uint16_t port = 0;

private:
    TemporaryFolder scratch_;
    std::unique_ptr<Child> child_;
};

LoadResult load_node(std::uint16_t port) {
    std::vector<std::size_t> turns(act_connections, 0);
    return run_load(
        port, act_connections,
        [&](std::size_t connection) {
            std::size_t const turn = turns[connection]++;
            auto const [dispute, offers] = turn_of(connection, turn, act_connections);
            return request_text(
                "POST",
                fmt::format("/v1/disputes/d{}/actions/{}", dispute, offers ? "offer" : "message"),
                token, "", fmt::format("act-{}-{}", connection, turn),
                offers ? offer_json() : message_json());
        },
        seconds);
}

std::vector<Figure> run(std::string const& parley_binary) {
    PostgresCluster cluster({.durable = true,
                             .more = {"shared_buffers = 512MB", "max_wal_size = 8GB",
                                      "min_wal_size = 4GB", "max_connections = 100"}});
    std::string const baseline = cluster.make_database();
    cluster.sql(
        baseline,
        fmt::format("CREATE SEQUENCE node_place; CREATE TABLE node_dispute (id text PRIMARY "
                    "KEY, version bigint, top bytea, stage text); INSERT INTO node_dispute "
                    "SELECT 'd' || n, 2, decode(repeat('ab', 32), 'hex'), 'negotiation' "
                    "FROM generate_series(0, {}) n",
                    act_disputes - 1));
    LoadResult node;
    {
        NodeService const service(cluster.url(baseline, "postgres"));
        node = load_node(service.port);
        node.expect_none_failed("an act of the Node service");
    }
    cluster.sql("postgres", "CHECKPOINT");
    std::string const database = cluster.make_database();
    DevServer const server(parley_binary, cluster.url(database, "parley_owner"));
    ActLoad load(server);
    LoadResult const parley = load.run(seconds);
    parley.expect_none_failed();
    LoadResult both = parley;
    return {{"node_service", parley.per_second(), "acts/s",
             "fastify and pg, one process, the same rows in one transaction", node.per_second(),
             "8 x",
             fmt::format("64 connections on PostgreSQL; Node p50 {} us, p99 {} us; Parley p50 {} "
                         "us, p99 {} us",
                         node.percentile(0.5), node.percentile(0.99), both.percentile(0.5),
                         both.percentile(0.99))}};
}

} // namespace

Benchmark node_service_benchmark(std::string parley_binary) {
    return {"node_service", "acts a second beside a service written by hand",
            [parley_binary = std::move(parley_binary)] { return run(parley_binary); }};
}

} // namespace parley::bench
