#include "bench/report.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>
#include <fstream>

int main(int argc, char** argv) {
    using namespace parley::bench;
    CLI::App app("Parley's benchmarks: each figure beside its baseline, measured in the same run.");
    std::string json_file;
    std::string only;
    std::string binary = PARLEY_BINARY;
    app.add_option("--json", json_file,
                   "also write [{name, value, unit, baseline, baseline_value, ratio}]");
    app.add_option("--only", only, "run the benchmark of this name alone");
    app.add_option("--parley", binary, "the server's binary");
    bool full = false;
    app.add_flag("--full", full, "the sizes of the goals, where the usual ones are smaller");
    CLI11_PARSE(app, argc, argv);

    std::size_t const stored = full ? 1'000'000 : 100'000;
    std::vector<Benchmark> const all{acts_benchmark(binary),
                                     postgres_acts_benchmark(binary),
                                     reads_benchmark(binary),
                                     decisions_benchmark(),
                                     checker_benchmark(),
                                     deadlines_benchmark(),
                                     nodes_benchmark(binary),
                                     node_service_benchmark(binary),
                                     queue_benchmark(binary, stored),
                                     stored_benchmark(binary, stored)};
    nlohmann::json out = nlohmann::json::array();
    bool ran = false;
    try {
        fmt::print("{:<20} {:>12} {:<8} {:>12} {:>7}  {}\n", "figure", "value", "unit", "baseline",
                   "ratio", "goal");
        for (Benchmark const& benchmark : all) {
            if (!only.empty() && benchmark.name != only) continue;
            ran = true;
            for (Figure const& figure : benchmark.run()) {
                fmt::print("{:<20} {:>12.2f} {:<8} {:>12.2f} {:>7.2f}  {}\n{:20} {}{}{}\n",
                           figure.name, figure.value, figure.unit, figure.baseline_value,
                           figure.ratio(), figure.goal, "", figure.baseline,
                           figure.baseline.empty() ? "" : "; ", figure.note);
                std::fflush(stdout);
                out.push_back({{"name", figure.name},
                               {"value", figure.value},
                               {"unit", figure.unit},
                               {"baseline", figure.baseline},
                               {"baseline_value", figure.baseline_value},
                               {"ratio", figure.ratio()}});
            }
        }
    } catch (std::exception const& fault) {
        fmt::print(stderr, "parley_bench: {}\n", fault.what());
        return 1;
    }
    if (!ran) {
        fmt::print(stderr,
                   "parley_bench: no benchmark is named {}; there are acts_sqlite, "
                   "acts_postgresql, reads, "
                   "decisions, checker, deadlines, nodes, node_service, queue_page, stored\n",
                   only);
        return 2;
    }
    if (!json_file.empty()) std::ofstream(json_file) << out.dump(2) << '\n';
    return 0;
}
