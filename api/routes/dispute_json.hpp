#pragma once

#include "engine/base/json.hpp"
#include "engine/model/journal_rows.hpp"
#include "engine/runtime/entry.hpp"

#include <string>

namespace parley::routes {

// A dispute as one viewer may see it: member by member from a list of what may be shown, never the
// state as a whole. Words lie in texts beside the events and are copied as they are; where they
// were erased, null stands. Writes the members only, so that an act's answer can add its events.
void write_dispute(JsonWriter& json, DisputeEntry const& entry, Viewer const& viewer);
std::string dispute_json(DisputeEntry const& entry, Viewer const& viewer);

// One line of a list.
void write_row(JsonWriter& json, DisputeRow const& row);

// What the viewer can do now, and what not and why: the members `actions` and `blocked`.
void write_acts(JsonWriter& json, DisputeEntry const& entry, Viewer const& viewer);

} // namespace parley::routes
