#include "bench/act_load.hpp"
#include "bench/report.hpp"

#include "engine/store/postgres_journal.hpp"
#include "engine/store/postgres_reader.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace parley::bench {

namespace {

constexpr int seconds = 8;
constexpr int p99_seconds = 8;
constexpr int warm_seconds = 5; // first: after a checkpoint pages are logged whole
constexpr std::size_t sample_disputes = 64;
constexpr std::size_t sample_acts = 4 * sample_disputes; // whose rows pgbench writes, too

// The rows that one act writes on average, and how large they are.
struct Shape {
    double events = 0, contents = 0, receipts = 0, outbox = 0, deadlines = 0;
    std::size_t envelope = 0, content = 0, packed_events = 17;
    std::string stage, type;
    double rows() const { return events + contents + receipts + outbox + deadlines; }
};

Shape shape_of(std::vector<Unit> const& units) {
    Shape shape;
    std::size_t envelope_bytes = 0;
    std::size_t content_bytes = 0;
    for (Unit const& unit : units) {
        for (StoredEvent const& event : unit.events) {
            shape.events += 1;
            envelope_bytes += event.envelope.size();
            content_bytes += event.content.size();
            if (event.salt) shape.contents += 1;
            shape.stage = event.stage;
            shape.type = event.type;
        }
        shape.outbox += static_cast<double>(unit.outbox.size());
        shape.deadlines += static_cast<double>(unit.armed.size());
        if (unit.receipt) shape.receipts += 1;
    }
    auto const acts = static_cast<double>(units.size());
    shape.envelope = envelope_bytes / static_cast<std::size_t>(shape.events);
    shape.content = content_bytes / static_cast<std::size_t>(std::max(shape.contents, 1.0));
    for (double* count :
         {&shape.events, &shape.contents, &shape.receipts, &shape.outbox, &shape.deadlines})
        *count /= acts;
    return shape;
}

// One act as one statement, the way one would write it without group commit: positions and versions
// come from sequences, the rest is of the same size as what Parley writes into the same tables.
std::string statement_for(Shape const& shape, int outbox_rows) {
    std::string sql = fmt::format(
        "\\set dispute random(1, {})\n"
        "WITH act AS (SELECT nextval('parley.baseline_place') AS place,"
        " '\\x01'::bytea || decode(md5((:dispute)::text), 'hex') AS stream),"
        " e AS (INSERT INTO parley.event (place, version, at, number, room, stream, id, nonce, "
        "hash,"
        " stage, type, envelope) SELECT place, place, place, 1, 0, stream,"
        " '\\x04'::bytea || decode(md5(place::text), 'hex'), decode(repeat('ab', 32), 'hex'),"
        " decode(repeat('cd', 32), 'hex'), '{}', '{}', decode(repeat('7b', {}), 'hex') FROM act),",
        act_disputes, shape.stage, shape.type, shape.envelope);
    if (shape.contents > 0.5)
        sql += fmt::format(" c AS (INSERT INTO parley.content (place, salt, bytes) SELECT place,"
                           " decode(repeat('ef', 32), 'hex'), decode(repeat('7b', {}), 'hex')"
                           " FROM act),",
                           shape.content);
    for (int i = 0; i < outbox_rows; ++i)
        sql += fmt::format(
            " o{0} AS (INSERT INTO parley.outbox (at, dispute, id, kind, event, addressee, notice)"
            " SELECT place, substr(stream, 2), place || '-' || repeat('x', 50) || '{0}', 'notice',"
            " repeat('e', 30), repeat('a', 30), '{1}' FROM act),",
            i, shape.type);
    sql += " r AS (INSERT INTO parley.receipt (version, at, status, name, fingerprint, stream,"
           " events, told) SELECT place, place, 200, decode(md5(place::text || 'r'), 'hex'),"
           " decode(repeat('12', 32), 'hex'), stream, '\\x04'::bytea ||"
           " decode(md5(place::text), 'hex'), '' FROM act)"
           " SELECT 1;\n";
    return sql;
}

// Runs one statement an act with 64 clients for so many seconds; gives what pgbench prints.
std::string pgbench(PostgresCluster const& cluster, std::string const& database, Shape const& shape,
                    int for_seconds, std::string const& more = {}) {
    TemporaryFolder const scratch;
    int const outbox_rows = static_cast<int>(std::lround(shape.outbox));
    std::string const script = scratch.path() / "act.sql";
    std::ofstream(script) << statement_for(shape, outbox_rows);
    std::string const command =
        fmt::format("pgbench -n -M prepared -c 64 -j 2 -T {} {} -f '{}' '{}' 2>&1", for_seconds,
                    more, script, cluster.url(database, "parley_owner"));
    std::unique_ptr<FILE, int (*)(FILE*)> const pipe(::popen(command.c_str(), "r"), ::pclose);
    std::string said;
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr) said += buffer.data();
    return said;
}

double pgbench_peak(PostgresCluster const& cluster, std::string const& database,
                    Shape const& shape) {
    std::string const said = pgbench(cluster, database, shape, seconds);
    std::size_t const at = said.find("tps = ");
    if (at == std::string::npos) throw std::runtime_error("pgbench failed: " + said);
    return std::stod(said.substr(at + 6));
}

// The same in an open loop; as in ours, a latency counts from when the act was due. The warm
// seconds, in which each client has its statement planned too, are left out.
LoadResult pgbench_at(PostgresCluster const& cluster, std::string const& database,
                      Shape const& shape, double acts_per_second) {
    TemporaryFolder const logs;
    auto const start = std::chrono::duration_cast<std::chrono::seconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count();
    std::string const said = pgbench(
        cluster, database, shape, p99_seconds + warm_seconds,
        fmt::format("-R {:.0f} -l --log-prefix='{}/of'", acts_per_second, logs.path().string()));
    LoadResult result;
    for (auto const& file : std::filesystem::directory_iterator(logs.path())) {
        std::ifstream lines(file.path());
        std::string line;
        while (std::getline(lines, line)) {
            std::istringstream words(line);
            std::uint32_t client = 0;
            std::uint32_t number = 0;
            std::uint32_t latency_us = 0;
            std::uint32_t script = 0;
            std::int64_t ended = 0; // seconds since 1970
            words >> client >> number >> latency_us >> script >> ended;
            if (words && ended > start + warm_seconds) result.latencies_us.push_back(latency_us);
        }
    }
    if (result.latencies_us.empty()) throw std::runtime_error("pgbench failed: " + said);
    return result;
}

std::vector<Figure> run(std::string const& parley_binary) {
    PostgresCluster cluster({.durable = true,
                             .more = {"shared_buffers = 512MB", "max_wal_size = 8GB",
                                      "min_wal_size = 4GB", "max_connections = 100"}});
    std::string const sampled = cluster.make_database();
    Shape shape;
    {
        auto const journal = open_postgres_journal(cluster.url(sampled));
        auto const reader = open_postgres_reader(cluster.url(sampled));
        shape = shape_of(record_acts(*journal, *reader, sample_acts, sample_disputes));
    }
    std::string const baseline = cluster.make_database();
    cluster.sql(baseline, "CREATE SEQUENCE parley.baseline_place CACHE 1;"
                          "GRANT ALL ON SEQUENCE parley.baseline_place TO parley_owner");
    // A server that has run for a while reuses the segments of its log; a new one makes and zeroes
    // each, which takes 15 ms every time.
    auto const settle = [&] { cluster.sql("postgres", "CHECKPOINT"); };
    pgbench_peak(cluster, baseline, shape);
    settle();
    // The baseline runs before and after, so that a machine that changes its pace shows.
    double const before = pgbench_peak(cluster, baseline, shape);
    settle();
    std::string const database = cluster.make_database();
    LoadResult peak, half, minimal;
    double half_rate = 0;
    {
        DevServer const server(parley_binary, cluster.url(database, "parley_owner"));
        ActLoad load(server);
        peak = load.run(seconds);
        peak.expect_none_failed();
        load.prefer_minimal(true);
        minimal = load.run(seconds);
        minimal.expect_none_failed();
        load.prefer_minimal(false);
        settle();
        half_rate = peak.per_second() / 2;
        load.run_at(half_rate, warm_seconds);
        half = load.run_at(half_rate, p99_seconds);
        half.expect_none_failed();
    }
    settle();
    double const after = pgbench_peak(cluster, baseline, shape);
    settle();
    double const baseline_half = (before + after) / 4;
    LoadResult beside = pgbench_at(cluster, baseline, shape, baseline_half);
    Figure acts;
    acts.name = "acts_postgresql";
    acts.value = peak.per_second();
    acts.unit = "acts/s";
    acts.baseline = "pgbench -M prepared, 64 clients, one statement an act, the same rows";
    acts.baseline_value = (before + after) / 2;
    acts.goal = "2.0 x, then 3";
    acts.note = fmt::format(
        "64 connections, {} acts of {:.1f} rows; p50 {} us, p99 {} us; baseline {:.0f} before, "
        "{:.0f} after",
        peak.done, shape.rows(), peak.percentile(0.5), peak.percentile(0.99), before, after);
    Figure brief = acts;
    brief.name = "acts_postgresql_minimal";
    brief.value = minimal.per_second();
    brief.note = fmt::format("the same with `Prefer: return=minimal`; p50 {} us, p99 {} us",
                             minimal.percentile(0.5), minimal.percentile(0.99));
    Figure tail;
    tail.name = "acts_postgresql_p99";
    tail.value = half.percentile(0.99) / 1000.0;
    tail.unit = "ms";
    tail.goal = "10 ms";
    tail.baseline = "pgbench at half of its own peak, open loop";
    tail.baseline_value = beside.percentile(0.99) / 1000.0;
    tail.note = fmt::format("open loop at {:.0f} acts a second, half the peak; p50 {} us; baseline "
                            "at {:.0f}, p50 {} us",
                            half_rate, half.percentile(0.5), baseline_half, beside.percentile(0.5));
    return {acts, brief, tail};
}

} // namespace

Benchmark postgres_acts_benchmark(std::string parley_binary) {
    return {"acts_postgresql", "durable acts a second over HTTP on PostgreSQL",
            [parley_binary = std::move(parley_binary)] { return run(parley_binary); }};
}

} // namespace parley::bench
