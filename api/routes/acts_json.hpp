#pragma once

#include "engine/base/json.hpp"
#include "engine/core/project.hpp"
#include "engine/procedure/procedure.hpp"
#include "engine/runtime/entry.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace parley::routes {

// The acts of one stage as JSON. Half of what an act is answered with are these, the same in all
// disputes: they are put into JSON once and copied from then on. For one thread.
class StageActs {
public:
    // `stage` is one of the procedure's.
    StageActs(std::shared_ptr<Procedure const> procedure, Stage const& stage);

    // An act that can be taken, around what differs: `before`, the dispute's id, `after`, its rooms.
    struct Open {
        std::string before;
        std::string after;
    };
    Open const& open(Step const& step) const { return open_[index_of(step)]; }
    // An act that cannot, with the reasons. Good until the next call.
    std::string const& blocked(BlockedAct const& act);

private:
    struct Blocked {
        Blockers because; // what `text` was made from: mostly the same the next time
        std::string text;
    };
    std::size_t index_of(Step const& step) const {
        return static_cast<std::size_t>(&step - stage_.steps.data());
    }
    std::shared_ptr<Procedure const> held_; // so that no address comes to mean another stage
    Stage const& stage_;
    std::vector<Open> open_;       // one for each step
    std::vector<Blocked> blocked_; // likewise
};

// Those of the stages that were looked at. For one thread.
class ActTexts {
public:
    StageActs& of(std::shared_ptr<Procedure const> const& procedure, Stage const& stage) {
        auto const known = stages_.find(&stage);
        if (known != stages_.end()) return known->second;
        return stages_.try_emplace(&stage, procedure, stage).first->second;
    }

private:
    std::unordered_map<Stage const*, StageActs> stages_;
};

// What the viewer can do now, and what not and why: the members `actions` and `blocked`.
void write_acts(JsonWriter& json, ActTexts& texts, DisputeEntry const& entry, Viewer const& viewer);

} // namespace parley::routes
