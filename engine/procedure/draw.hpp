#pragma once

#include "engine/procedure/procedure.hpp"

#include <string>

// A procedure to look at, and for other programs to run. All of these take whatever read_procedure
// accepts and give the same bytes every time. Words of the file are escaped; what no screen can show
// is left out.

namespace parley {

// A drawing: stages from top to bottom in the order of the file with what they wait for, their clocks
// and what can be done without leaving; arrows that say who leads where by what, those of a clock
// dashed; ends at the right. One file without script or anything from elsewhere, readable on light and
// dark ground; its <desc> says in words what the drawing shows.
std::string draw_svg(Procedure const& procedure);

// A state diagram in the language of Mermaid, which many editors and wikis show.
std::string draw_mermaid(Procedure const& procedure);

// A statechart (W3C SCXML, ECMAScript datamodel) that other programs can run. Its events are called
// "<role>.<step>", those of a clock "clock.<step>". The chart itself keeps marks, deadlines that have
// passed, steps taken once a side, the stage that was interrupted and how often a seat was taken again.
// All else comes with an event, as `_event.data`:
//   facts: {name: bool} as the act's own facts have left them; before: the same, just before the act;
//   marks: those that the act itself made; room; deadline: the one that passed.
std::string draw_scxml(Procedure const& procedure);
// Whether the statechart works this fact out by itself; any other is told to it.
bool chart_keeps(Fact fact);
// The name under which a condition's fact is told to the statechart, whichever way it is asked.
std::string chart_fact(Condition const& condition);

// The procedure in plain words, for people who read no code: what it rests on, who takes part, each
// stage with what can be done there, its clocks and what silence does, the ends and whom they bind,
// and every number with its bounds and source. Lines are at most about 100 characters wide.
std::string explain(Procedure const& procedure);

} // namespace parley
