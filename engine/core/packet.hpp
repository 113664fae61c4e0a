#pragma once

#include "engine/core/core.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

// One thing that a court asks for when an award is to be enforced (New York Convention, Art. IV and
// V): where it is in the record, or that it is not there and who has it.
struct PacketItem {
    int number = 0;
    std::string_view name;
    bool present = false;
    std::string detail;
    std::vector<std::string> events; // evt_, in order
};

// The nine items for the award that stands, each present or marked missing; empty where no award
// stands. `events` are those of the dispute, in order; only those of the joint room are named. Pure.
std::vector<PacketItem> enforcement_packet(DisputeState const& state,
                                           std::span<StoredEvent const> events);

} // namespace parley
