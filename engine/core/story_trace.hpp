#pragma once

#include "engine/core/core.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace parley {

// Inside core: a story as it went, for a check by a program that knows the procedure from its statechart
// alone (engine/procedure/draw.hpp). Each row becomes one line of JSON:
//   {"story", "row": line, "events": [{"event": "respondent.respond" or "clock.respondent_silent",
//     "deadline": the one that passed, or null, "room", "before": {fact: bool}, "facts": {fact: bool},
//     "marks": [those that the behaviour itself made], "stage_after", "marks_after": [...]}]}
// `before` is what `needs` are asked of, `facts` what branches are asked of: the act's own facts are in,
// and nothing that follows from the branch. Only facts that the statechart does not keep by itself are
// told.
class StoryTrace {
public:
    explicit StoryTrace(Procedure const& procedure);
    // Takes down one event on the state before it; `clock_step` is the step of the deadline that fired.
    void add(DisputeState const& before, DisputeId dispute, Event const& event,
             std::string_view clock_step);
    // The line of the row that ended; the next row begins.
    std::string take_row(std::string_view story, std::size_t line);

private:
    Procedure const& procedure_;
    std::vector<Condition> asked_; // each once, as asked for
    std::string events_;           // JSON, joined by commas
};

} // namespace parley
