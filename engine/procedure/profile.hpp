#pragma once

#include "engine/procedure/reading.hpp"

namespace parley {

// A profile is a procedure file that names another and changes its numbers and its words alone: no
// stage, step, clock or condition. Gives the file that the two are together. Refuses with
// procedure_rejected where the base is not among `bases` by name, version and hash, where something is
// given that a profile cannot change, and where a parameter or a place of words is not in the base.
Result<OrderedJson> whole_of_profile(std::string_view text, OrderedJson const& profile,
                                     ProcedureLibrary const& bases);

} // namespace parley
