#include "engine/core/project.hpp"

#include "engine/base/assert.hpp"
#include "engine/core/behaviour.hpp"

namespace parley {

namespace {

// More deadlines than any checked procedure can pass one after another without an act.
constexpr int passings_max = 64;

// People who do not exist, so that the look ahead finds every seat taken at the last moment, as a
// roster with room would. Nothing of it is recorded.
std::vector<Candidate> stand_ins() {
    std::vector<Candidate> out;
    for (std::uint8_t i = 1; i <= 8; ++i) {
        Bytes16 bytes{};
        bytes[15] = i;
        out.push_back(
            {NeutralId(bytes), {SeatKind::mediator, SeatKind::decider}, {}, {}, "UTC", true});
    }
    return out;
}

} // namespace

std::vector<TimetableEntry> timetable_of(World const& world, Procedure const& procedure,
                                         DisputeState const& state) {
    std::vector<TimetableEntry> out;
    static std::vector<Candidate> const roster = stand_ins();
    Entropy entropy(Bytes32{});
    DisputeState ahead = state;
    for (int i = 0; i < passings_max && !ahead.ended; ++i) {
        Deadline const* next = first_due(ahead, Instant{instant_max.us + 1});
        if (next == nullptr) break;
        Instant const at = next->at;
        Stage const* const stage = procedure.stage(ahead.stage);
        PARLEY_ASSERT(stage != nullptr, "a dispute stands in a stage of its procedure");
        ahead = fire(world, procedure, ahead, *next, {at, entropy, roster}).after;
        if (ahead.stage != stage->name) out.push_back({stage->name, at});
    }
    return out;
}

} // namespace parley
