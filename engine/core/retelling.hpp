#pragma once

#include "engine/core/core.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace parley {

// The acts of a dispute on record, taken once more under a procedure that may be another one: everybody
// does what they did, when they did it, and the procedure's own clocks run between. Pure, and it reads
// nobody's words: where an act needs some, any will do.

// A time that ran out and took the dispute further or left a mark; `sides` empty: no party's.
struct Lapse {
    std::string deadline;
    std::vector<Side> sides;
    Instant at;
    friend bool operator==(Lapse const&, Lapse const&) = default;
};
// A time that was given or moved: until when, for whom.
struct GivenTime {
    std::string deadline;
    std::vector<Side> sides;
    Instant until;
    friend bool operator==(GivenTime const&, GivenTime const&) = default;
};
struct RefusedAct {
    std::string act;
    Role by = Role::clock;
    Instant at;
    Refusal why;
};
// How a dispute went, or would have gone, up to the instant that was asked for.
struct Course {
    DisputeState state;
    std::vector<Lapse> lapses;       // in order
    std::vector<GivenTime> times;    // in order
    std::vector<RefusedAct> refused; // while the dispute was open
    std::size_t after_the_end = 0;   // acts that came when it was over
};

// As it was recorded under `own`; after the last event nobody acts, and clocks that have not been worked
// yet run. `recorded` holds every event of the dispute in order.
Course recorded_course(World const& world, Procedure const& own, DisputeId dispute,
                       std::span<Written const> recorded, Instant until);
// As it would have gone under `candidate`. Refuses where the candidate does not take the dispute at all:
// what decide_filing_under refuses.
Result<Course> course_under(World const& world, Procedure const& candidate, DisputeId dispute,
                            std::span<Written const> recorded, Instant until);

// What whoever took this act said, for a step that takes it now; none where the step asks for something
// else. Words stand in for words. `document` is the one that the step files; null: none.
std::optional<ActInput> said_again(Written const& recorded, Step const& step,
                                   DocumentRule const* document);
// The notice as it was filed, with other words and the same facts.
Filing filed_again(Written const& recorded);

} // namespace parley
