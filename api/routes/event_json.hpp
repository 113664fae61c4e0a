#pragma once

#include "engine/base/json.hpp"
#include "engine/runtime/entry.hpp"

namespace parley::routes {

// May the viewer read this event? Asks core's one function, by room and by the label of the stage
// in which it was said.
bool may_read(DisputeEntry const& entry, Viewer const& viewer, StoredEvent const& event);

// May the viewer know how many events a room has? Only who may read all of it: a gap in the numbers
// would tell how much was said under a label that is closed to them (docs/decisions/0011).
bool numbered_for(DisputeEntry const& entry, Viewer const& viewer, Room room);

// One event of the docket, with its number where `numbered`: its facts exactly as they were hashed, and the words beside it, null
// where there are none or where they were erased. Neither its place in the log nor the dispute's
// version.
void write_event(JsonWriter& json, StoredEvent const& event, bool numbered);
// The same in the feed, which has events of many disputes and says whose each is.
void write_feed_event(JsonWriter& json, StoredEvent const& event);

} // namespace parley::routes
