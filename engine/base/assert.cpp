#include "engine/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace parley {

void report_bug(char const* condition, char const* sentence, char const* file, int line) {
    // stdio rather than fmt: a process that is already wrong should allocate as little as it can.
    std::fprintf(stderr, "parley: bug at %s:%d: %s (%s does not hold)\n", file, line, sentence,
                 condition);
    std::fflush(stderr);
    std::abort();
}

} // namespace parley
