#pragma once

#include "engine/base/json.hpp"

namespace parley {

// [{condition, detail, unlocks_at}]: a refusal and a view list what stands in the way alike.
void write(JsonWriter& json, Blockers const& blockers);

// What the blocker says to people, a whole sentence.
std::string detail_of(Blocker const& blocker);

} // namespace parley
