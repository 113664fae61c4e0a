#pragma once

#include "engine/core/core.hpp"

namespace parley {

// Files under this very procedure, for stories that test a file before any library has it. Refuses
// what decide_filing refuses.
Result<Decided> decide_filing_under(World const& world, Procedure const& procedure,
                                    Filing const& filing, Stamp const& stamp);
// The same where the track is resolved already.
Result<Decided> decide_filing_under(World const& world, Procedure const& procedure,
                                    Resolution resolution, Filing const& filing,
                                    Stamp const& stamp);

} // namespace parley
