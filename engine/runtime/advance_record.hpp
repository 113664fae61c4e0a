#pragma once

#include "engine/runtime/engine.hpp"

#include <span>
#include <string>
#include <string_view>

namespace parley {

// What the receipt of a clock's advance keeps, so that its answer can be given again: where the clock
// went and what fired on the way, which nothing else records by clock. Ids and names of the procedure
// alone.
std::string told_of(Instant now, std::span<Fired const> fired);
// The answer of then, as replayed. Throws Fault when the record cannot be read.
Advanced advance_told(TestClock clock, std::string_view told);

} // namespace parley
