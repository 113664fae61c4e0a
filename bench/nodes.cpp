#include "bench/act_load.hpp"
#include "bench/report.hpp"

#include "tests/support/postgres_cluster.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <future>

namespace parley::bench {

namespace {

constexpr double seconds = 8;

// Two nodes of one database share their keys (docs/OPERATING.md).
void copy_keys(std::string const& from, std::string const& to) {
    std::filesystem::create_directories(to);
    for (char const* key : {"sealing.key", "tokens.key", "webhooks.key", "dev-keys.json"})
        std::filesystem::copy_file(from + "/" + key, to + "/" + key);
}

std::vector<Figure> run(std::string const& parley_binary) {
    PostgresCluster cluster({.durable = true,
                             .more = {"shared_buffers = 512MB", "max_wal_size = 8GB",
                                      "min_wal_size = 4GB", "max_connections = 100"}});
    std::string const url = cluster.url(cluster.make_database(), "parley_owner");
    DevServer const first(parley_binary, url);
    ActLoad load(first);
    LoadResult alone = load.run(seconds);
    alone.expect_none_failed();
    DevServer const second(parley_binary, url,
                           [&](std::string const& data) { copy_keys(first.data(), data); });
    ActLoad other(second, act_connections, "other-");
    cluster.sql("postgres", "CHECKPOINT");
    auto beside = std::async(std::launch::async, [&] { return other.run(seconds); });
    LoadResult one = load.run(seconds);
    LoadResult two = beside.get();
    one.expect_none_failed();
    two.expect_none_failed();
    return {{"nodes_two", one.per_second() + two.per_second(), "acts/s", "one node",
             alone.per_second(), "no less than one",
             fmt::format(
                 "two nodes on one PostgreSQL database, 64 connections each, all on this "
                 "machine; {:.0f} and {:.0f} acts/s, p50 {} and {}, p99 {} and {} us, alone {} us",
                 one.per_second(), two.per_second(), one.percentile(0.5), two.percentile(0.5),
                 one.percentile(0.99), two.percentile(0.99), alone.percentile(0.99))}};
}

} // namespace

Benchmark nodes_benchmark(std::string parley_binary) {
    return {"nodes", "two nodes on one database",
            [parley_binary = std::move(parley_binary)] { return run(parley_binary); }};
}

} // namespace parley::bench
