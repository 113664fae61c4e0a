#pragma once

#include "engine/core/retelling.hpp"
#include "engine/ports/reader.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace parley {

// What past disputes would have become under another procedure: nothing is written, and nobody's words
// are read.

// One dispute under both.
struct Compared {
    DisputeId dispute;
    Course recorded;
    Result<Course> candidate; // refused: the candidate does not take this dispute
};
// One clock that ran in both, for the same turn: `later` is how much longer the candidate gives.
struct TimeMoved {
    std::string deadline;
    std::vector<Side> sides;
    std::int64_t later_us = 0; // negative: less time
};
struct Differences {
    bool end = false;                     // another end, outcome, or stage where it stands
    std::optional<std::int64_t> later_us; // both ended: how much later the candidate's end comes
    std::vector<Lapse> lost, spared;      // times of a party that ran out in one of the two alone
    std::vector<TimeMoved> moved;         // in the order of the candidate
    std::vector<RefusedAct> refused;      // what the candidate alone refuses
    bool any() const;
};
// Both of the same dispute, up to the same instant.
Differences differences(Course const& recorded, Course const& candidate);

struct WhatIfTotals {
    struct Time {
        std::size_t longer = 0, shorter = 0; // in so many disputes
        std::int64_t later_us = 0;           // summed
    };
    std::size_t disputes = 0, same = 0;
    std::size_t not_taken = 0;    // the candidate does not take them
    std::size_t not_replayed = 0; // their record does not replay, or their procedure is not at hand
    std::size_t other_ends = 0, refused_acts = 0;
    std::size_t lost = 0, spared = 0;             // times of a party that ran out
    std::int64_t days_sooner = 0, days_later = 0; // of ends, whole days, summed
    std::map<std::string, Time> times;            // by deadline, where they differ
};

struct WhatIfQuestion {
    std::string procedure; // disputes of this name are asked about
    Instant now; // until when clocks of real time have run; a test dispute's own clock counts
};
// Calls `tell` for each dispute that differs, newest first. Throws Fault when the store cannot be read.
WhatIfTotals what_if(World const& world, Procedure const& candidate, Reader& reader,
                     WhatIfQuestion const& question,
                     std::function<void(Compared const&, Differences const&)> const& tell);

} // namespace parley
