#pragma once

#include "engine/core/core.hpp"

namespace parley {

// The two halves of `apply`. Deciding runs the first, computes what follows from the state it
// gives, writes that into the event and runs the second: so nothing is applied twice.

// The facts of the event itself, its counters and the deadline whose passing it is.
void apply_facts(DisputeState& state, DisputeId dispute, Event const& event);
// What travels in `event.then`: deadlines, stage, marks.
void apply_consequences(DisputeState& state, Event const& event);

} // namespace parley
