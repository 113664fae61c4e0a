#include "engine/base/blockers.hpp"
#include "engine/base/contains.hpp"
#include "engine/core/conditions.hpp"
#include "engine/core/procedure_change.hpp"
#include "engine/core/transitions.hpp"
#include "engine/procedure/behaviours.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace parley {

namespace {

// Everything about an act but what it says: found once, asked by every rung of the ladder.
struct Attempt {
    Procedure const& procedure;
    DisputeState const& seen;
    Command const& command;
    Stage const& stage;
    Step const* here;     // the step in the present stage
    Step const* anywhere; // a step of that name anywhere
    Viewer viewer;
};

// Steps of one name may belong to different people in different stages.
bool role_may(Attempt const& attempt) {
    Role const role = attempt.command.actor.role;
    if (role == Role::clock) return false;
    if (attempt.here != nullptr) return contains(attempt.here->by, role);
    return std::ranges::any_of(attempt.procedure.stages, [&](Stage const& stage) {
        Step const* step = stage.step(attempt.command.act);
        return step != nullptr && contains(step->by, role);
    });
}

Room room_of(ActInput const& input) {
    MessageInput const* message = std::get_if<MessageInput>(&input);
    return message == nullptr ? Room::joint : message->room;
}

// Rooms that a role can never enter, whatever happens in the dispute.
bool room_is_foreign(Role role, Room room) {
    switch (room) {
    case Room::joint: return false;
    case Room::claimant_caucus: return role != Role::claimant && role != Role::mediator;
    case Room::respondent_caucus: return role != Role::respondent && role != Role::mediator;
    case Room::neutral_notes: return role != Role::mediator;
    case Room::administration: return role != Role::administrator;
    }
    return true;
}

// Binds the party, or lets people see what they could not: a platform cannot say it for both sides
// (docs/decisions/0010).
bool needs_own_word(ConsentKind kind) {
    switch (kind) {
    case ConsentKind::arbitration:
    case ConsentKind::outcome:
    case ConsentKind::file_to_decider:
    case ConsentKind::publication: return true;
    case ConsentKind::odr_clause:
    case ConsentKind::standing_submission:
    case ConsentKind::language:
    case ConsentKind::mandate:
    case ConsentKind::automation: return false;
    }
    return true;
}

// A confidence and a word that binds need a sign-in that Parley itself checked.
bool needs_sign_in(Attempt const& attempt) {
    Step const& step = attempt.here != nullptr ? *attempt.here : *attempt.anywhere;
    if (!side_of(attempt.command.actor.role)) return step.verified_sign_in;
    if (step.verified_sign_in || step.does == Behaviour::accept_outcome) return true;
    if (room_of(attempt.command.input) != Room::joint) return true;
    ConsentInput const* given = std::get_if<ConsentInput>(&attempt.command.input);
    return given != nullptr && needs_own_word(given->consent.kind);
}

// Some clocks only inform (a reflection that is over); the others close the stage and its acts.
bool ends_its_stage(Stage const& stage, DeadlineRule const& rule) {
    Step const* then = stage.step(rule.then);
    return !rule.by_step && then != nullptr && then->leads_away();
}

// When the time for this act ended, where it was a clock that ended it.
std::optional<Instant> was_due(Attempt const& attempt) {
    if (attempt.here != nullptr) {
        for (Condition const& need : attempt.here->needs) {
            if (need.fact != Fact::deadline_passed || !need.negated) continue;
            for (auto const& [name, at] : attempt.seen.passed)
                if (name == need.name) return at;
        }
        return std::nullopt;
    }
    for (auto passed = attempt.seen.passed.rbegin(); passed != attempt.seen.passed.rend(); ++passed)
        for (Stage const& stage : attempt.procedure.stages) {
            Step const* step = stage.step(attempt.command.act);
            if (step == nullptr || !contains(step->by, attempt.command.actor.role)) continue;
            for (DeadlineRule const& rule : stage.deadlines) {
                if (rule.name != passed->first || !ends_its_stage(stage, rule)) continue;
                // What was done after all, when the time was given again, was not ended by it.
                TakenStep const* const done =
                    attempt.seen.taken_by(attempt.command.actor.role, attempt.command.act);
                if (done != nullptr && done->at > passed->second) continue;
                // What came to an end otherwise was not ended by this clock.
                if (attempt.seen.ended && passed->second != attempt.seen.stage_entered_at) continue;
                return passed->second;
            }
        }
    return std::nullopt;
}

bool has_done(Attempt const& attempt) {
    Step const& step = attempt.here != nullptr ? *attempt.here : *attempt.anywhere;
    bool const one_shot = step.does == Behaviour::file_dispute || step.does == Behaviour::respond ||
                          step.does == Behaviour::reply;
    if (!step.once_per_side && !(one_shot && attempt.here == nullptr)) return false;
    return attempt.seen.taken_by(attempt.command.actor.role, step.name) != nullptr;
}

// A refusal says what the same person may do instead.
Refusal with_allowed(Attempt const& attempt, Refusal refusal) {
    if (id_fits(attempt.seen, attempt.command.actor))
        for (AvailableAct const& act :
             acts_of(attempt.procedure, attempt.seen, attempt.viewer).available)
            refusal.allowed.push_back(act.step->name);
    return refusal;
}

std::unexpected<Refusal> refuse_act(Attempt const& attempt, RefusalCode code, std::string detail,
                                    Blockers blocked_by = {}) {
    return std::unexpected(
        with_allowed(attempt, {code, std::move(detail), {}, std::move(blocked_by), {}}));
}

std::unexpected<Refusal> refuse_for(Attempt const& attempt, Blockers blocked_by) {
    Blocker const& first = blocked_by.front();
    RefusalCode const code = first.code;
    std::string detail =
        fmt::format("{} is not open to you now. {}", attempt.command.act, detail_of(first));
    return refuse_act(attempt, code, std::move(detail), std::move(blocked_by));
}

} // namespace

bool id_fits(DisputeState const& seen, Actor const& actor) {
    if (auto side = side_of(actor.role)) return PartyId::parse(actor.id) == seen.party(*side).id;
    auto const seat = seat_of(actor.role);
    if (!seat) return true;
    Seat const& taken = seen.seat(*seat);
    return taken.status != SeatStatus::vacant && NeutralId::parse(actor.id) == taken.neutral;
}

Result<Decided> decide(World const& world, Procedure const& procedure, DisputeState const& seen,
                       Command const& command, Stamp const& stamp) {
    using enum RefusalCode;
    if (command.act == change_procedure_act)
        return change_procedure(world, procedure, seen, command, stamp);
    Stage const* stage = procedure.stage(seen.stage);
    if (stage == nullptr)
        return refuse(quarantined, "The stage of this dispute is not one of its procedure.");
    Attempt const attempt{
        procedure,
        seen,
        command,
        *stage,
        stage->step(command.act),
        procedure.step_anywhere(command.act),
        {command.actor.role, command.actor.verified, seat_of(command.actor.role)}};
    std::string const& act = command.act;

    if (attempt.anywhere == nullptr)
        return refuse_act(attempt, no_such_act,
                          fmt::format("{} has no act called {}.", procedure.ref.name, act));
    Step const& named = attempt.here != nullptr ? *attempt.here : *attempt.anywhere;
    if (!role_may(attempt))
        return refuse_act(attempt, not_yours,
                          fmt::format("{} belongs to: {}.", act, names_joined(named.by)));
    if (!id_fits(seen, command.actor))
        return refuse_act(attempt, not_yours,
                          fmt::format("{} belongs to someone else in this dispute.", act));
    if (room_is_foreign(command.actor.role, room_of(command.input)))
        return refuse_act(
            attempt, not_yours,
            fmt::format("{} may not be said in {} by you.", act, name_of(room_of(command.input))));
    if (!command.actor.verified && needs_sign_in(attempt))
        return refuse_act(attempt, sign_in_required,
                          fmt::format("{} needs a sign-in that Parley itself checked.", act));
    if (auto due = was_due(attempt))
        return refuse_act(attempt, too_late, fmt::format("{} was due by {}.", act, text_of(*due)));
    if (has_done(attempt))
        return refuse_act(attempt, already_done, fmt::format("You have done {} already.", act));
    if (attempt.here == nullptr)
        return refuse_act(attempt, not_possible_now,
                          seen.ended
                              ? fmt::format("{} is not possible: the dispute has ended.", act)
                              : fmt::format("{} is not an act of the stage {}.", act, stage->name));

    Standing const standing{procedure, seen, *attempt.here, command.actor.role,
                            command.actor.verified};
    Blockers blockers;
    add_blockers(standing, blockers);
    if (!blockers.empty()) return refuse_for(attempt, std::move(blockers));
    auto said = take(Act(standing, world, command.actor, command.input, stamp));
    if (!said) return std::unexpected(with_allowed(attempt, std::move(said.error())));
    if (command.expected && *command.expected != version_for(seen, attempt.viewer))
        return refuse_act(attempt, version_conflict,
                          "The dispute moved on while you were reading.");

    Event event;
    event.id = stamp.entropy.make_id<EventId>(stamp.at);
    event.step = attempt.here->name;
    event.room = said->room;
    event.stage = seen.stage;
    event.at = stamp.at;
    event.actor = command.actor;
    event.body = std::move(said->body);
    return conclude({world, procedure, *stage, attempt.here}, seen, seen.id, std::move(event),
                    std::move(said->content), std::move(said->moved));
}

} // namespace parley
