#include "bench/report.hpp"

#include "engine/base/json.hpp"
#include "engine/procedure/embedded_library.hpp"
#include "engine/procedure/examine.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace parley::bench {

namespace {

// The fastest of a few calls, in milliseconds.
template <class Call>
double fastest_ms(Call const& call) {
    double best = 1e9;
    for (int i = 0; i < 3; ++i) {
        auto const start = std::chrono::steady_clock::now();
        call();
        std::chrono::duration<double, std::milli> const passed =
            std::chrono::steady_clock::now() - start;
        best = std::min(best, passed.count());
    }
    return best;
}

// Examining each procedure of the library, beside reading the same file.
std::vector<Figure> run() {
    ProcedureLibrary const library = load_embedded_procedures();
    std::vector<Figure> figures;
    for (auto const& procedure : library.all()) {
        Examination found;
        double const examined = fastest_ms([&] { found = examine(*procedure); });
        if (!found.proven()) throw std::runtime_error(procedure->ref.name + " is not proven");
        double const read = fastest_ms([&] {
            if (!read_procedure(procedure->text, library)) throw std::runtime_error("unreadable");
        });
        figures.push_back({"check_" + procedure->ref.name, examined, "ms", "reading the file", read,
                           "under 1000 ms", fmt::format("{} cases", found.cases)});
    }
    std::ranges::sort(figures, std::greater{}, &Figure::value);
    return figures;
}

} // namespace

Benchmark checker_benchmark() { return {"checker", "proving the procedures of the library", run}; }

} // namespace parley::bench
