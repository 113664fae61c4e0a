#pragma once

#include "engine/core/behaviour.hpp"

namespace parley {

// Where a step starts from and what the world knows of time.
struct Passage {
    World const& world;
    Procedure const& procedure;
    Stage const& stage; // the present one
    Step const* step;   // none: the event leads nowhere and moves only what it names
};

// Completes an event of the joint room and gives the state after it: applies its facts to a copy of
// `seen`, chooses the branch on that state, works out which clocks stop, start, wait and resume,
// writes all that into `event.then`, and applies it. Another room's event gets no consequences.
Decided conclude(Passage const& passage, DisputeState const& seen, DisputeId dispute, Event event,
                 std::string content, std::vector<Deadline> moved);

// Asks for the track once more, on the facts of `state` at `at`. Refuses what the resolver refuses.
Result<Resolution> resolve_again(World const& world, DisputeState const& state, Instant at);

// The clock of `rule` started at `anchor`; `because` is the first sentence of its trace.
Deadline start_clock(World const& world, DisputeState const& state, DeadlineRule const& rule,
                     Instant anchor, std::string_view because);
// When a notice given now has run out for each of these sides. Refuses what compute_deadline refuses.
Result<Instant> end_of_notice(Act const& act, Period notice, std::vector<Side> const& sides);
// Whose days a deadline counts: its parties, or the administrator's zone for everyone else. `counts_in`:
// of_actor, the id of a calendar, or empty where no business days count.
std::vector<TimedActor> timed_actors(World const& world, DisputeState const& state,
                                     std::vector<Side> const& sides,
                                     std::string_view counts_in = {});

} // namespace parley
