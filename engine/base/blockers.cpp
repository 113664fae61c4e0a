#include "engine/base/blockers.hpp"

namespace parley {

void write(JsonWriter& json, std::vector<Blocker> const& blockers) {
    json.begin_array();
    for (Blocker const& blocker : blockers) {
        json.begin_object();
        json.member("condition", blocker.condition);
        json.member("detail", blocker.detail);
        json.member("unlocks_at", blocker.unlocks_at);
        json.end_object();
    }
    json.end_array();
}

} // namespace parley
