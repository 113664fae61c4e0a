#pragma once

#include "engine/procedure/reading.hpp"

#include <vector>

namespace parley {

// What a procedure must keep so that a dispute under it always ends, is heard and is timed fairly.
// Each fault has its pointer and a sentence that says how to mend it; one without faults may run.
//
// Stage by stage: names resolve (stages, deadlines, marks); roles and behaviours fit each other;
// every deadline leads to a step of the clock, and every step of the clock has its deadline;
// branches cover every case and none is out of reach; a stage that can be interrupted says what its
// clocks do then. Across stages: each can be reached, has a clock that is sure to move it on,
// and can reach an end; nothing goes round without a bound; silence never leads to an outcome that
// binds; who acts in a stage can have been appointed by then; every parameter is used.
std::vector<FieldError> check_procedure(Procedure const& procedure, Reading const& reading);

// The part of it that asks about the file as a whole: where it starts, names, documents, what it rests on.
void check_whole(Procedure const& procedure, std::vector<FieldError>& faults);
// The part of it that looks across stages, once every name resolves.
void check_paths(Procedure const& procedure, std::vector<FieldError>& faults);

} // namespace parley
