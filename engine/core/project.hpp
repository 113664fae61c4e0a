#pragma once

#include "engine/core/core.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
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
// A few rooms, in order.
class Rooms {
public:
    Rooms() = default;
    Rooms(std::initializer_list<Room> rooms) {
        for (Room const room : rooms) add(room);
    }
    void add(Room room) { rooms_[size_++] = room; } // each once
    Room const* begin() const { return rooms_.data(); }
    Room const* end() const { return begin() + size_; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    Room operator[](std::size_t i) const { return rooms_[i]; }
    friend bool operator==(Rooms const&, Rooms const&) = default;

private:
    std::array<Room, room_count> rooms_{};
    std::size_t size_ = 0;
};

// The rooms in which the viewer may speak now.
Rooms rooms_of(DisputeState const& state, Viewer const& viewer);

struct AvailableAct {
    Step const* step;
    Rooms rooms; // of the step, that this viewer may speak in
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
