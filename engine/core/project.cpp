#include "engine/core/project.hpp"

#include "engine/base/contains.hpp"

#include "engine/core/behaviour.hpp"

#include <algorithm>

// What each viewer may see and do. Every list, count and version asks `may_see` and nothing else.

namespace parley {

namespace {

bool mediator_may_see(DisputeState const& state, Room room, Label label) {
    switch (state.seat(SeatKind::mediator).status) {
    case SeatStatus::vacant: return false; // nobody, or somebody who left
    case SeatStatus::asked: return room == Room::joint && label == Label::open;
    case SeatStatus::seated:
        // What was said in negotiation waits until nobody can object any more (Art. 9(8)).
        if (room == Room::joint && label == Label::negotiation)
            return state.seat(SeatKind::mediator).file_open;
        return room != Room::administration;
    }
    return false;
}

// What was said to reach a settlement is closed to who decides, unless every party opens it (C5);
// what was said in confidence, always.
bool decider_may_see(DisputeState const& state, Room room, Label label) {
    SeatStatus const status = state.seat(SeatKind::decider).status;
    if (status == SeatStatus::vacant || room != Room::joint) return false;
    return label == Label::open || (status == SeatStatus::seated && file_may_pass(state));
}

bool seated(DisputeState const& state, SeatKind kind) {
    return state.seat(kind).status == SeatStatus::seated;
}

Rooms rooms_for(Step const& step, Rooms const& speaking) {
    Rooms out;
    for (Room const room : speaking) {
        bool const listed = step.rooms.empty()
                                ? room == Room::joint
                                : std::ranges::find(step.rooms, room) != step.rooms.end();
        if (listed) out.add(room);
    }
    return out;
}

} // namespace

bool may_see(DisputeState const& state, Viewer const& viewer, Room room, Label label) {
    switch (viewer.role) {
    case Role::claimant:
        return room == Room::joint || (room == Room::claimant_caucus && viewer.verified);
    case Role::respondent:
        return room == Room::joint || (room == Room::respondent_caucus && viewer.verified);
    case Role::mediator: return mediator_may_see(state, room, label);
    case Role::decider: return decider_may_see(state, room, label);
    case Role::administrator:
    case Role::auditor: return room == Room::joint || room == Room::administration;
    case Role::platform: return room == Room::joint;
    case Role::clock: return false;
    }
    return false;
}

std::uint64_t version_for(DisputeState const& state, Viewer const& viewer) {
    std::uint64_t sum = 0;
    for (std::size_t room = 0; room < room_count; ++room)
        for (std::size_t label = 0; label < label_count; ++label)
            if (may_see(state, viewer, static_cast<Room>(room), static_cast<Label>(label)))
                sum += state.counts[room][label];
    return sum;
}

Rooms rooms_of(DisputeState const& state, Viewer const& viewer) {
    if (state.ended) return {};
    bool const mediated = seated(state, SeatKind::mediator);
    switch (viewer.role) {
    case Role::claimant:
        if (mediated && viewer.verified) return {Room::joint, Room::claimant_caucus};
        return {Room::joint};
    case Role::respondent:
        if (mediated && viewer.verified) return {Room::joint, Room::respondent_caucus};
        return {Room::joint};
    case Role::mediator:
        if (!mediated) return {};
        return {Room::joint, Room::claimant_caucus, Room::respondent_caucus, Room::neutral_notes};
    case Role::decider:
        if (!seated(state, SeatKind::decider)) return {};
        return {Room::joint};
    case Role::administrator: return {Room::joint, Room::administration};
    case Role::platform:
    case Role::auditor:
    case Role::clock: return {};
    }
    return {};
}

Acts acts_of(Procedure const& procedure, DisputeState const& state, Viewer const& viewer) {
    Acts acts;
    Stage const* stage = procedure.stage(state.stage);
    if (stage == nullptr || viewer.role == Role::clock) return acts;
    if (auto const seat = seat_of(viewer.role);
        seat && state.seat(*seat).status == SeatStatus::vacant)
        return acts;
    Rooms const speaking = rooms_of(state, viewer);
    acts.available.reserve(stage->steps.size());
    acts.blocked.reserve(stage->steps.size());
    for (Step const& step : stage->steps) {
        if (!contains(step.by, viewer.role)) continue;
        Blockers because;
        bool const party = side_of(viewer.role).has_value();
        bool const binds =
            step.verified_sign_in || (party && step.does == Behaviour::accept_outcome);
        if (binds && !viewer.verified)
            because.push_back({"your sign-in was checked by Parley",
                               "Sign in at Parley itself; a platform cannot do this for you.",
                               std::nullopt, RefusalCode::sign_in_required});
        if (step.once_per_side && state.taken_by(viewer.role, step.name) != nullptr)
            because.push_back({"you have not done this yet", "This is done once.", std::nullopt,
                               RefusalCode::already_done});
        add_blockers({procedure, state, step, viewer.role, viewer.verified}, because);
        if (because.empty()) acts.available.push_back({&step, rooms_for(step, speaking)});
        else acts.blocked.push_back({&step, std::move(because)});
    }
    return acts;
}

std::string_view turn_of(Procedure const& procedure, DisputeState const& state,
                         Viewer const& viewer) {
    Stage const* stage = procedure.stage(state.stage);
    if (stage == nullptr || stage->ends()) return "nobody";
    std::vector<Role> const& waits = stage->waits_for;
    if (contains(waits, viewer.role)) return "you";
    if (contains(waits, Role::claimant) || contains(waits, Role::respondent)) return "other";
    if (contains(waits, Role::mediator) || contains(waits, Role::decider)) return "neutral";
    if (contains(waits, Role::administrator)) return "administrator";
    return "nobody";
}

} // namespace parley
