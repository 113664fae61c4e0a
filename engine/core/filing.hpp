#pragma once

#include "engine/core/core.hpp"

namespace parley {

// Files under this very procedure, for stories that test a file before any library has it. Refuses
// what decide_filing refuses.
Result<Decided> decide_filing_under(World const& world, Procedure const& procedure,
                                    Filing const& filing, Stamp const& stamp);
// What a dispute keeps to from its first day, where it is known already.
struct Pinned {
    Resolution resolution;
    std::string calendars; // edition
};
Result<Decided> decide_filing_under(World const& world, Procedure const& procedure, Pinned pinned,
                                    Filing const& filing, Stamp const& stamp);

} // namespace parley
