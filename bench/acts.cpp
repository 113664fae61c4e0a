#include "bench/act_load.hpp"
#include "bench/report.hpp"

#include "engine/store/data_folder.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/sqlite_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace parley::bench {

namespace {

// A machine shared with others changes its pace from one minute to the next: several short rounds, each
// with a baseline of its own on either side, and the middle one counts.
constexpr double seconds = 4;
constexpr std::size_t rounds = 5;
constexpr std::size_t baseline_acts = 48 * 1024;
constexpr std::size_t acts_a_commit = 64;
// How many acts a second there are when nobody who could act is missing, and with few callers, whose
// batches are smaller than the baseline's.
constexpr std::size_t many_connections = 512;
constexpr std::size_t few_connections = 64;

// The rows of the same acts, ready made, written 64 a commit by the store alone.
double baseline_per_second() {
    TemporaryFolder const scratch;
    DataFolder const folder(scratch.path() / "data");
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

struct Load {
    std::string name;
    std::size_t connections = 0;
    bool minimal = false;
};

struct Round {
    LoadResult load;
    double baseline = 0;
    double ratio() const { return load.per_second() / baseline; }
};

LoadResult measure(std::string const& parley_binary, Load const& load) {
    DevServer const server(parley_binary); // each begins with the same small database
    ActLoad acts(server, load.connections);
    acts.prefer_minimal(load.minimal);
    LoadResult result = acts.run(seconds);
    result.expect_none_failed(load.name);
    return result;
}

// Of the middle round; the others are told in the note.
Figure figure_of(Load const& load, std::vector<Round> all) {
    std::ranges::sort(all, {}, &Round::ratio);
    Round& middle = all[all.size() / 2];
    Figure figure;
    figure.name = load.name;
    figure.value = middle.load.per_second();
    figure.unit = "acts/s";
    figure.baseline = "the same rows in process, 64 a commit";
    figure.baseline_value = middle.baseline;
    figure.goal = "0.7 x, then 0.85";
    figure.note = fmt::format(
        "{} connections; p50 {} us, p99 {} us; the middle of {} rounds, {:.2f} to {:.2f}",
        load.connections, middle.load.percentile(0.5), middle.load.percentile(0.99), all.size(),
        all.front().ratio(), all.back().ratio());
    return figure;
}

std::vector<Figure> run(std::string const& parley_binary) {
    std::array<Load, 3> const loads = {{
        {.name = "acts_sqlite", .connections = many_connections},
        {.name = "acts_sqlite_minimal", .connections = many_connections, .minimal = true},
        {.name = "acts_sqlite_64", .connections = few_connections},
    }};
    std::array<std::vector<Round>, loads.size()> measured;
    double before = baseline_per_second();
    for (std::size_t round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < loads.size(); ++i) {
            LoadResult result = measure(parley_binary, loads[i]);
            double const after = baseline_per_second();
            measured[i].push_back({std::move(result), (before + after) / 2});
            before = after;
        }
    std::vector<Figure> figures;
    figures.reserve(loads.size());
    for (std::size_t i = 0; i < loads.size(); ++i)
        figures.push_back(figure_of(loads[i], std::move(measured[i])));
    return figures;
}

} // namespace

Benchmark acts_benchmark(std::string parley_binary) {
    return {"acts_sqlite", "durable acts a second over HTTP on SQLite",
            [parley_binary = std::move(parley_binary)] { return run(parley_binary); }};
}

} // namespace parley::bench
