#pragma once

#include "engine/core/core.hpp"
#include "engine/ports/journal.hpp"
#include "engine/ports/reader.hpp"

#include <cstddef>

namespace parley::bench {

World const& shipped_world();

// Files so many disputes from that instant on, one a millisecond and 256 a commit, each with its events, rows and deadline as a server
// would write them. Gives the seconds that took.
double file_many(Journal& journal, Reader& reader, std::size_t disputes, Instant at);

} // namespace parley::bench
