#include "engine/base/blockers.hpp"

#include <fmt/format.h>

namespace parley {

void write(JsonWriter& json, Blockers const& blockers) {
    json.begin_array();
    for (Blocker const& blocker : blockers) {
        json.begin_object();
        json.member("condition", blocker.condition.text());
        json.member("detail", detail_of(blocker));
        json.member("unlocks_at", blocker.unlocks_at);
        json.end_object();
    }
    json.end_array();
}

std::string detail_of(Blocker const& blocker) {
    if (!blocker.detail.empty()) return std::string(blocker.detail.text());
    return fmt::format("This needs: {}.", blocker.condition.text());
}

} // namespace parley
