#pragma once

#include "engine/core/core.hpp"

namespace parley {

// Inside core: `change_procedure`. By the administrator it moves a running dispute to a later version of
// its procedure; by a party, signed in at Parley itself, it says beforehand that this side agrees to the
// version named. A clock whose rule is another one under that version is counted again from where it began,
// with the days that were added to it; one that had been interrupted keeps its end; one that the version
// does not have stops, and one that is new there begins now.
//
// Refuses not_yours, sign_in_required, not_possible_now (the dispute has ended; the version lacks the stage,
// or what is said there would be closed to other people; a clock would be over already; a side would have
// less time and has not agreed, one blocker each), track_forbidden, invalid (/version: there is no such later
// version) and version_conflict.
Result<Decided> change_procedure(World const& world, Procedure const& procedure,
                                 DisputeState const& seen, Command const& command,
                                 Stamp const& stamp);

} // namespace parley
