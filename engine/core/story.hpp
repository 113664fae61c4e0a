#pragma once

#include "engine/core/core.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

// A story is a table that a mediator can read and the core can run:   | when | who | act | then | A
// file holds several, each under a heading `## name` with optional `key: value` lines (zones,
// kinds, countries) before its table. Format in docs/PROCEDURES.md.
struct StoryFault {
    std::string story;
    std::size_t line = 0;
    std::string detail; // what was expected, what happened
};
struct StoriesResult {
    std::size_t passed = 0;
    std::vector<StoryFault> faults;
};
// Is given each row of a story as it was told, as one line of JSON; see story_trace.hpp.
using StoryListener = std::function<void(std::string const& line)>;
// Runs every story of `text` against `procedure` by pure functions alone, in virtual time.
StoriesResult run_stories(World const& world, Procedure const& procedure, std::string_view text,
                          StoryListener const& told = {});

} // namespace parley
