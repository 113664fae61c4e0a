#pragma once

#include "engine/base/json.hpp"
#include "engine/core/project.hpp"
#include "engine/procedure/procedure.hpp"
#include "engine/runtime/entry.hpp"

#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace parley::routes {

// The acts of the procedures as JSON. Half of what an act is answered with are these, the same in all
// disputes: they are put into JSON once and copied from then on. For one thread.
class ActTexts {
public:
    using ProcedurePtr = std::shared_ptr<Procedure const>;

    // An act that can be taken, around what differs: `before`, the dispute's id, `after`, its rooms.
    struct Open {
        std::string before;
        std::string after;
    };
    // Both are good until the next call.
    Open const& open(ProcedurePtr const& procedure, Step const& step);
    // An act that cannot, with the reasons.
    std::string const& blocked(ProcedurePtr const& procedure, BlockedAct const& act);

private:
    struct Blocked {
        Blockers because; // what `text` was made from: mostly the same the next time
        std::string text;
    };
    std::set<ProcedurePtr> held_; // so that no address of a step comes to mean another one
    std::unordered_map<Step const*, Open> open_;
    std::unordered_map<Step const*, Blocked> blocked_;
};

// What the viewer can do now, and what not and why: the members `actions` and `blocked`.
void write_acts(JsonWriter& json, ActTexts& texts, DisputeEntry const& entry, Viewer const& viewer);

} // namespace parley::routes
