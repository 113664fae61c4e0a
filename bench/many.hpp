#pragma once

#include "engine/core/core.hpp"
#include "engine/ports/journal.hpp"
#include "engine/ports/reader.hpp"

#include <cstddef>
#include <vector>

namespace parley::bench {

World const& shipped_world();

struct ManyFiled {
    double seconds = 0;
    std::vector<DisputeId> disputes;
};

// Files so many disputes from that instant on, one a millisecond and 256 a commit, each with its
// events, rows and deadline as a server would write them.
ManyFiled file_many(Journal& journal, Reader& reader, std::size_t disputes, Instant at);

} // namespace parley::bench
