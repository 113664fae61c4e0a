#pragma once

#include "engine/ports/reader.hpp"

#include <string>

namespace parley::store {

// A page of a list, newest first, for PostgreSQL: each half of a person's list is a range of one index.
// Parameters: 1 live, 2 platform, 3 neutral, 4 party, 5 status, 6 stage, 7 reference, 8 before,
// 9 limit; all of them always, and from 10 on two a word: where its range begins and ends.
std::string postgres_list_sql(DisputeFilter const& filter, bool after_one);
// Every dispute by id, oldest first. Parameters: 1 after (where there is one), 2 limit.
std::string postgres_walk_sql(bool after_one);

} // namespace parley::store
