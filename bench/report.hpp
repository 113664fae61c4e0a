#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace parley::bench {

// One figure beside what it is measured against, both from this run.
struct Figure {
    std::string name;
    double value = 0;
    std::string unit;
    std::string baseline; // what the baseline is, empty where the goal is a number
    double baseline_value = 0;
    std::string goal; // in words: "at least 0.7 of the baseline"
    std::string note;
    double ratio() const { return baseline_value > 0 ? value / baseline_value : 0; }
};

struct Benchmark {
    std::string name;
    std::string measures;
    std::function<std::vector<Figure>()> run;
};

Benchmark acts_benchmark(std::string parley_binary);
Benchmark postgres_acts_benchmark(std::string parley_binary);
Benchmark reads_benchmark(std::string parley_binary);
Benchmark decisions_benchmark();
Benchmark checker_benchmark();
Benchmark deadlines_benchmark();
Benchmark nodes_benchmark(std::string parley_binary);
Benchmark node_service_benchmark(std::string parley_binary);
Benchmark stored_benchmark(std::string parley_binary, std::size_t disputes);
Benchmark queue_benchmark(std::string parley_binary, std::size_t disputes);

} // namespace parley::bench
