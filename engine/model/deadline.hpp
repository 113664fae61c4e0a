#pragma once

#include "engine/base/instant.hpp"
#include "engine/model/actor.hpp"

#include <string>
#include <vector>

namespace parley {

// A named instant with its computation. Armed by an event, it fires a step that the clock takes, or
// is dropped. Never recomputed: what is recorded is what counts. `stamp` distinguishes two armings of
// one name; a firing with a stale stamp does nothing.
struct Deadline {
    std::string name;
    Instant at; // the last microsecond that is in time (S9)
    std::string zone;
    std::string calendar = "civil";
    std::vector<std::string> trace; // one sentence a step of the computation
    std::string step;               // the act that the clock takes when it passes
    std::uint32_t stamp = 0;
    Instant anchor; // what the period ran from
    Period period;
    std::vector<Side> actors;   // whose zones count; empty: the administrator's or the neutral's
    std::string tz_version;     // release of the time-zone data, "2025b"
    bool keeps_running = false; // outlives the stage that armed it
    // Last local day of each actor, in the order of `actors` (one entry where that is empty): what an
    // extension adds to and what a suspension counts from (S11).
    std::vector<Date> last_days;
    // In which calendar its business days are counted: of_actor, or the id of one; empty: in none.
    std::string counts_in;
    bool roll = false; // a last day that is no business day gives way to the next one that is
    friend bool operator==(Deadline const&, Deadline const&) = default;
};

// A deadline taken off the table: done in time, dropped with its stage, or suspended with what was
// left of it.
struct DroppedDeadline {
    std::string name;
    std::uint32_t stamp = 0;
    std::optional<std::int32_t> days_left; // suspended: whole days left (S11)
    friend bool operator==(DroppedDeadline const&, DroppedDeadline const&) = default;
};

} // namespace parley
