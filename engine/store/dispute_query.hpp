#pragma once

#include "engine/ports/reader.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace parley::store {

class Statement;
class Connection;

// A page of a list, newest first. Each question names the index that answers it in order, because
// the planner has no statistics and a wrong guess reads a million rows for a page of twenty.
std::string dispute_list_sql(DisputeFilter const& filter, bool after_one);

std::vector<DisputeRow> list_disputes(Connection& connection, DisputeFilter const& filter,
                                      std::optional<DisputeId> const& before, std::size_t limit);
// Every dispute by id, oldest first.
std::vector<DisputeRow> walk_disputes(Connection& connection, std::optional<DisputeId> const& after,
                                      std::size_t limit);

} // namespace parley::store
