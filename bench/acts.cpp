#include "bench/act_load.hpp"
#include "bench/report.hpp"

#include "engine/store/data_folder.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/sqlite_reader.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <utility>

namespace parley::bench {

namespace {

constexpr double seconds = 6;
constexpr std::size_t baseline_acts = 64 * 1024;
constexpr std::size_t acts_a_commit = 64;
constexpr std::size_t connections = 128; // while 64 acts are committed, 64 are under way

// The rows of the same acts, ready made, written 64 a commit by the store alone.
double baseline_per_second() {
    ScratchFolder const scratch;
    DataFolder folder(scratch.path() + "/data");
    auto const journal = open_sqlite_journal(folder);
    auto const reader = open_sqlite_reader(folder);
    std::vector<Unit> recorded =
        record_acts(*journal, *reader, baseline_acts, act_disputes, connections);
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

std::vector<Figure> run(std::string const& parley_binary) {
    // The baseline runs before and after, so that a machine that changes its pace shows.
    double const before = baseline_per_second();
    LoadResult whole, minimal;
    {
        DevServer const server(parley_binary);
        ActLoad load(server, connections);
        whole = load.run(seconds);
        load.prefer_minimal(true);
        minimal = load.run(seconds);
    }
    double const after = baseline_per_second();
    std::vector<Figure> figures;
    for (auto const& [name, result] :
         {std::pair("acts_sqlite", &whole), std::pair("acts_sqlite_minimal", &minimal)}) {
        if (result->failed != 0)
            throw std::runtime_error("an act failed: " + result->first_failure);
        Figure figure;
        figure.name = name;
        figure.value = result->per_second();
        figure.unit = "acts/s";
        figure.baseline = "the same rows in process, 64 a commit";
        figure.baseline_value = (before + after) / 2;
        figure.goal = "0.7 x, then 0.85";
        figure.note = fmt::format(
            "{} connections, {} acts; p50 {} us, p99 {} us; baseline {:.0f} before, {:.0f} after",
            connections, result->done, result->percentile(0.5), result->percentile(0.99), before,
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
