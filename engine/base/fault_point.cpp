#include "engine/base/fault_point.hpp"

#ifdef PARLEY_FAULT_POINTS

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>

namespace parley {

void pass_fault_point(std::string_view name) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it while the process runs
    char const* const wanted = std::getenv("PARLEY_FAIL");
    if (wanted == nullptr) return;
    std::string_view rest(wanted);
    if (!rest.starts_with(name)) return;
    rest.remove_prefix(name.size());
    unsigned nth = 1;
    if (rest.starts_with(':')) {
        rest.remove_prefix(1);
        auto const read = std::from_chars(rest.data(), rest.data() + rest.size(), nth);
        rest.remove_prefix(static_cast<std::size_t>(read.ptr - rest.data()));
    }
    if (!rest.empty()) return; // another point, whose name begins alike
    // One count is enough: a process is told of one point.
    static std::atomic<unsigned> passed{0};
    if (++passed == nth) std::raise(SIGKILL);
}

std::int64_t clock_ahead_us() {
    static std::int64_t const ahead = [] {
        std::int64_t us = 0;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets it while the process runs
        if (char const* const wanted = std::getenv("PARLEY_CLOCK_AHEAD")) {
            std::string_view const text(wanted);
            std::from_chars(text.data(), text.data() + text.size(), us);
        }
        return us;
    }();
    return ahead;
}

} // namespace parley

#endif
