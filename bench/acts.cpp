#include "bench/act_load.hpp"
#include "bench/report.hpp"

#include "engine/store/data_folder.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/sqlite_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace parley::bench {

namespace {

constexpr double seconds = 6;
constexpr std::size_t baseline_acts = 64 * 1024;
constexpr std::size_t acts_a_commit = 64;
// How many acts a second there are when nobody who could act is missing, and with few callers, whose
// batches are smaller than the baseline's.
constexpr std::size_t many_connections = 512;
constexpr std::size_t few_connections = 64;

// The rows of the same acts, ready made, written 64 a commit by the store alone.
double baseline_per_second() {
    TemporaryFolder const scratch;
    DataFolder folder(scratch.path() / "data");
    auto const journal = open_sqlite_journal(folder);
    auto const reader = open_sqlite_reader(folder);
    std::vector<Unit> recorded =
        record_acts(*journal, *reader, baseline_acts, act_disputes, many_connections);
    auto const start = std::chrono::steady_clock::now();
    std::span<Unit> left(recorded);
    while (!left.empty()) {
        std::size_t const count = std::min(acts_a_commit, left.size());
        for (UnitFate const fate : journal->append(left.first(count)))
            if (fate != UnitFate::won) throw std::runtime_error("the baseline lost a unit");
        left = left.subspan(count);
    }
    std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - start;
    return static_cast<double>(baseline_acts) / passed.count();
}

struct Measured {
    std::string name;
    std::size_t connections = 0;
    bool minimal = false;
    LoadResult result = {};
};

std::vector<Figure> run(std::string const& parley_binary) {
    // The baseline runs before and after, so that a machine that changes its pace shows.
    double const before = baseline_per_second();
    std::array<Measured, 3> measured = {{
        {.name = "acts_sqlite", .connections = many_connections},
        {.name = "acts_sqlite_minimal", .connections = many_connections, .minimal = true},
        {.name = "acts_sqlite_64", .connections = few_connections},
    }};
    for (Measured& one : measured) {
        DevServer const server(parley_binary); // each begins with the same small database
        ActLoad load(server, one.connections);
        load.prefer_minimal(one.minimal);
        one.result = load.run(seconds);
        one.result.expect_none_failed();
    }
    double const after = baseline_per_second();
    std::vector<Figure> figures;
    for (Measured& one : measured) {
        LoadResult& result = one.result;
        Figure figure;
        figure.name = one.name;
        figure.value = result.per_second();
        figure.unit = "acts/s";
        figure.baseline = "the same rows in process, 64 a commit";
        figure.baseline_value = (before + after) / 2;
        figure.goal = "0.7 x, then 0.85";
        figure.note = fmt::format(
            "{} connections, {} acts; p50 {} us, p99 {} us; baseline {:.0f} before, {:.0f} after",
            one.connections, result.done, result.percentile(0.5), result.percentile(0.99), before,
            after);
        figures.push_back(std::move(figure));
    }
    return figures;
}

} // namespace

Benchmark acts_benchmark(std::string parley_binary) {
    return {"acts_sqlite", "durable acts a second over HTTP on SQLite",
            [parley_binary = std::move(parley_binary)] { return run(parley_binary); }};
}

} // namespace parley::bench
