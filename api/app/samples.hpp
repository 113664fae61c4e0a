#pragma once

#include "engine/base/instant.hpp"
#include "engine/model/ids.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace parley::app {

// Invented disputes for the seeded demo, `parley demo` and the curl that `parley dev` prints.
enum class Sample : std::uint8_t { lamp, shoes, vase, printing, bicycle };

// The body of POST /v1/disputes for a sale concluded some weeks before `now`.
std::string filing_of(Sample sample, Instant now, std::optional<TestClockId> clock);

// One thing that happens in a story told by data: someone acts, or time passes.
struct Move {
    std::string_view who;  // claimant, respondent, mediator, decider, administrator, or "time"
    std::string_view act;  // name of the act; for time a period such as P8D
    std::string_view body; // JSON; $mediator and $decider stand for the neutrals' ids
};

// How far each dispute of the seeded demo has come when the demo begins.
struct SeededStory {
    Sample sample;
    std::string_view clock; // name of its test clock
    std::span<Move const> moves;
};
std::span<SeededStory const> seeded_stories();

// From notice to award under Track I, and from notice to an accepted recommendation under Track II.
std::span<Move const> track_one_moves();
std::span<Move const> track_two_moves();

// `body` with the ids put in.
std::string with_neutrals(std::string_view body, std::string_view mediator,
                          std::string_view decider);

} // namespace parley::app
