#pragma once

#include "api/routes/view_cache.hpp"
#include "engine/base/json.hpp"
#include "engine/model/journal_rows.hpp"

#include <cstddef>
#include <string>

namespace parley::routes {

// Room for one in negotiation, as JSON and with what an act adds to it.
constexpr std::size_t usual_dispute_bytes = 12 * 1024;

// A dispute as one viewer may see it: member by member from a list of what may be shown, never the
// state as a whole. Words lie in texts beside the events and are copied as they are; where they
// were erased, null stands. Writes the members only, so that an act's answer can add its events.
void write_dispute(JsonWriter& json, ViewCache& views, EntryPtr const& entry, Viewer const& viewer);
std::string dispute_json(ViewCache& views, EntryPtr const& entry, Viewer const& viewer);

// Renders those parts anew that are not what they were made from; what stands in them may depend on
// nothing else than what is compared here.
void renew(DisputeParts& parts, EntryPtr const& entry);

// Where a party's mail goes, as it was given last; empty where it was erased.
std::string email_of(DisputeEntry const& entry, Side side);

// One line of a list.
void write_row(JsonWriter& json, DisputeRow const& row);

} // namespace parley::routes
