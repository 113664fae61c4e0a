#pragma once

#include "engine/core/core.hpp"

#include <optional>
#include <string>
#include <vector>

namespace parley {

// Who looks: a role in the dispute and whether Parley checked the sign-in (caucuses need it).
struct Viewer {
    Role role = Role::platform;
    bool verified = false;
    std::optional<SeatKind> seat; // a neutral's
};

// May this viewer see what is said in `room` under `label`? One function of state, viewer, room and
// label; lists, counts, ETags, dockets and exports all ask it.
bool may_see(DisputeState const& state, Viewer const& viewer, Room room, Label label);
// The viewer's own version: how many events it may see. What the ETag shows and If-Match compares.
std::uint64_t version_for(DisputeState const& state, Viewer const& viewer);
// The rooms in which the viewer may speak now.
std::vector<Room> rooms_of(DisputeState const& state, Viewer const& viewer);

struct AvailableAct {
    Step const* step;
    std::vector<Room> rooms; // of the step, that this viewer may speak in
};
struct BlockedAct {
    Step const* step;
    Blockers because;
};
struct Acts {
    std::vector<AvailableAct> available;
    std::vector<BlockedAct> blocked;
};
// What the viewer can do now, and what not and why. A function of events alone: never of a clock.
Acts acts_of(Procedure const& procedure, DisputeState const& state, Viewer const& viewer);

// you, other, neutral, administrator or nobody: whose move it is as the viewer sees it.
std::string_view turn_of(Procedure const& procedure, DisputeState const& state,
                         Viewer const& viewer);

struct TimetableEntry {
    std::string_view stage; // of the procedure, which outlives this
    Instant no_later_than;
    friend bool operator==(TimetableEntry const&, TimetableEntry const&) = default;
};
// If nobody acts from here on: when each further stage ends at the latest.
std::vector<TimetableEntry> timetable_of(World const& world, Procedure const& procedure,
                                         DisputeState const& state);

} // namespace parley
