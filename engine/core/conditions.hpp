#pragma once

#include "engine/core/behaviour.hpp"

namespace parley {

// Whom a condition is asked about: the side for "by the other side", the seat for replacements.
struct Asked {
    std::optional<Side> side;
    std::optional<SeatKind> seat;
};

// Does the condition hold of this state? A function of events alone.
bool holds(Condition const& condition, DisputeState const& state, Asked const& asked);
// All of them.
bool hold(std::vector<Condition> const& conditions, DisputeState const& state, Asked const& asked);
// Why an unmet condition stands in the way, from when it no longer will where a clock opens it, and
// the code a refusal for it carries.
Blocker blocker_for(Condition const& condition, DisputeState const& state);

bool has_passed(DisputeState const& state, std::string_view deadline);
// "the first instant after the deadline", while it is open.
std::optional<Instant> unlocks_after(DisputeState const& state, std::string_view deadline);

} // namespace parley
