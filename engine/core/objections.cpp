#include "engine/core/transitions.hpp"

#include "engine/base/assert.hpp"

#include <algorithm>

#include <fmt/core.h>

// Objections to a neutral (Art. 9(4)-(7)): without reasons and few, or for cause and decided.

namespace parley {

namespace {

// The last instant at which this side may object, counted in its own zone.
Result<Instant> window_end(Act const& act, Side side, Instant anchor, Period window) {
    std::vector<TimedActor> const actors = timed_actors(act.world, act.state, {side});
    auto computed =
        compute_deadline(act.world.zones, window, anchor, actors, {}, "told to the parties");
    if (!computed) return std::unexpected(std::move(computed.error()));
    return computed->at;
}

// When the parties last learned something of this neutral: the appointment or a disclosure.
Instant latest_knowledge(Act const& act, SeatKind kind) {
    Instant latest = act.state.seat(kind).notified_at;
    for (Stage const& stage : act.procedure.stages)
        for (Step const& step : stage.steps) {
            if (step.does != Behaviour::disclose) continue;
            TakenStep const* const taken = act.state.taken_by(role_of(kind), step.name);
            if (taken != nullptr) latest = std::max(latest, taken->at);
        }
    return latest;
}

Result<void> check_window(Act const& act, Side side, Instant anchor,
                          std::optional<Period> const& window) {
    if (!window) return {};
    auto end = window_end(act, side, anchor, *window);
    if (!end) return std::unexpected(std::move(end.error()));
    if (act.stamp.at > *end)
        return refuse(RefusalCode::too_late,
                      fmt::format("This objection was due by {}.", text_of(*end)));
    return {};
}

} // namespace

Result<Said> object_to_neutral(Act const& act) {
    using enum RefusalCode;
    ObjectInput const& input = input_of<ObjectInput>(act);
    std::optional<SeatKind> const kind = act.seat();
    std::optional<Side> const side = act.side();
    PARLEY_ASSERT(kind.has_value(),
                  "a step about a neutral names the seat, which reading the file checked");
    if (!side) return refuse(not_yours, "Only a party objects to a neutral.");
    Seat const& seat = act.state.seat(*kind);
    BehaviourSettings const& rule = act.step.settings;
    NeutralObjected body{*kind, seat.neutral, input.kind, false};

    if (input.kind == ObjectionKind::peremptory) {
        if (seat.peremptory[index_of(*side)] >= static_cast<std::uint32_t>(rule.times))
            return refuse(peremptory_exhausted,
                          fmt::format("Each side has {} objections without reasons; yours are "
                                      "used. An objection for cause is still open.",
                                      rule.times));
        if (auto fine = check_window(act, *side, seat.notified_at, rule.window); !fine)
            return std::unexpected(std::move(fine.error()));
        body.removes = true;
    } else {
        if (input.reasons.empty())
            return refuse_field(missing_field, "/reasons", "An objection for cause says why.");
        if (seat.challenged_by == side)
            return refuse(already_done, "Your objection awaits its decision.");
        if (auto fine = check_window(act, *side, latest_knowledge(act, *kind), rule.cause_window);
            !fine)
            return std::unexpected(std::move(fine.error()));
        body.removes =
            seat.challenged_by.has_value(); // both sides object: nothing is left to decide
    }
    return Said(body, content_of("reasons", input.reasons));
}

Result<Said> decide_objection(Act const& act) {
    DecideObjectionInput const& input = input_of<DecideObjectionInput>(act);
    std::optional<SeatKind> const kind = act.seat();
    PARLEY_ASSERT(kind.has_value(),
                  "a step about a neutral names the seat, which reading the file checked");
    return Said(ObjectionDecided{*kind, act.state.seat(*kind).neutral, input.upheld},
                content_of("reasons", input.reasons));
}

} // namespace parley
