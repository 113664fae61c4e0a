#pragma once

#include "engine/base/json.hpp"

#include <vector>

namespace parley {

// [{condition, detail, unlocks_at}]: a refusal and a view list what stands in the way alike.
void write(JsonWriter& json, std::vector<Blocker> const& blockers);

} // namespace parley
