#include "engine/core/conditions.hpp"
#include "engine/core/transitions.hpp"

namespace parley {

Decided fire(World const& world, Procedure const& procedure, DisputeState const& seen,
             Deadline const& deadline, Stamp const& stamp) {
    Event event;
    event.id = stamp.entropy.make_id<EventId>(stamp.at);
    event.stage = seen.stage;
    event.at = deadline.at;
    event.then.passed = DroppedDeadline{deadline.name, deadline.stamp, std::nullopt};
    event.body = DeadlinePassed{deadline.name, deadline.stamp};

    // A clock that outlived its stage, or whose step has nothing to do any more, passes silently:
    // the record shows it and nothing else happens.
    Stage const* stage = procedure.stage(seen.stage);
    Step const* step = stage == nullptr ? nullptr : stage->step(deadline.step);
    if (step != nullptr && !hold(step->needs, seen, {std::nullopt, step->settings.seat}))
        step = nullptr;
    static Stage const nowhere{};
    Passage const passage{world, procedure, stage == nullptr ? nowhere : *stage, step};
    if (step == nullptr) return conclude(passage, seen, seen.id, std::move(event), {}, {});

    event.step = step->name;
    ActInput const nothing = NoInput{};
    Stamp const then{deadline.at, stamp.entropy, stamp.roster};
    Standing const standing{procedure, seen, *step, Role::clock, false};
    Said said = take_by_clock(Act(standing, world, event.actor, nothing, then), deadline);
    event.body = std::move(said.body);
    return conclude(passage, seen, seen.id, std::move(event), std::move(said.content),
                    std::move(said.moved));
}

} // namespace parley
