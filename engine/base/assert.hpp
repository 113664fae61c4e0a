#pragma once

namespace parley {

// Reports a bug on standard error and aborts. Never called for input.
[[noreturn]] void report_bug(char const* condition, char const* sentence, char const* file,
                             int line);

} // namespace parley

// States what must hold if the code is right; stays on in release. Never for input, and never while
// stored events are replayed: a bad stored event is a fault of that dispute alone.
#define PARLEY_ASSERT(condition, sentence)                                                         \
    (static_cast<bool>(condition)                                                                  \
         ? static_cast<void>(0)                                                                    \
         : ::parley::report_bug(#condition, sentence, __FILE__, __LINE__))
