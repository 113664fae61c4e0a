#include "engine/core/conditions.hpp"

#include "engine/procedure/behaviours.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace parley {

namespace {

bool challenge_pending(DisputeState const& state, std::optional<SeatKind> seat) {
    if (seat) return state.seat(*seat).challenged_by.has_value();
    return std::ranges::any_of(state.seats,
                               [](Seat const& s) { return s.challenged_by.has_value(); });
}

bool offer_open_by_other(DisputeState const& state, std::optional<Side> side) {
    return std::ranges::any_of(state.offers, [&](Offer const& offer) {
        if (offer.status != OfferStatus::open) return false;
        if (!side) return true;
        std::optional<Side> const by = side_of(offer.by);
        return by ? *by != *side : !offer.accepted_by[index_of(*side)];
    });
}

bool is_decision(OutcomeState const* outcome) {
    return outcome != nullptr &&
           (outcome->kind == OutcomeKind::award || outcome->kind == OutcomeKind::recommendation);
}

bool reflection_over(DisputeState const& state, std::optional<Side> side) {
    if (side && state.party(*side).kind == PartyKind::business) return true;
    return has_passed(state, "reflection");
}

// Both asked for it, in a track that knows awards, before any was given.
bool consent_award_asked(DisputeState const& state) {
    bool const given = std::ranges::any_of(
        state.outcomes, [](OutcomeState const& o) { return o.kind == OutcomeKind::award; });
    return state.consent_award_asked_by[0] && state.consent_award_asked_by[1] && !given &&
           state.resolution->track == Track::one;
}

// Each side's agreement to arbitrate says so.
bool same_neutral_agreed(DisputeState const& state) {
    return std::ranges::all_of(state.parties, [&](PartyFacts const& party) {
        return std::ranges::any_of(state.consents, [&](Consent const& c) {
            return c.by == party.side && c.kind == ConsentKind::arbitration && c.same_neutral;
        });
    });
}

std::uint32_t replacements(DisputeState const& state, std::optional<SeatKind> seat) {
    if (seat) return state.seat(*seat).replacements;
    return std::max(state.seats[0].replacements, state.seats[1].replacements);
}

// Since the stage was entered: what was agreed on an earlier visit is not agreed again.
bool both_took(DisputeState const& state, std::string const& step) {
    return std::ranges::all_of(state.parties, [&](PartyFacts const& party) {
        TakenStep const* const taken = state.taken_by(role_of(party.side), step);
        return taken != nullptr && taken->at >= state.stage_entered_at;
    });
}

bool says(DisputeState const& state, Condition const& condition) {
    std::string const* const value = value_of(state, condition.name);
    return value != nullptr && *value == condition.value;
}

std::int64_t times_filed(DisputeState const& state, std::string const& document) {
    auto const found = state.documents.find(document);
    return found == state.documents.end() ? 0 : found->second.times;
}

bool fact_holds(Condition const& condition, DisputeState const& state, Asked const& asked) {
    OutcomeState const* outcome = state.outcome();
    switch (condition.fact) {
    case Fact::counterclaim_made: return state.counterclaim.has_value();
    case Fact::claim_accepted: return state.response == Answer::accept;
    case Fact::offer_open_by_other_side: return offer_open_by_other(state, asked.side);
    case Fact::settlement_reached:
        return outcome != nullptr && outcome->kind == OutcomeKind::settlement;
    case Fact::mediator_asked: return state.seat(SeatKind::mediator).status == SeatStatus::asked;
    case Fact::mediator_seated: return state.seat(SeatKind::mediator).status == SeatStatus::seated;
    case Fact::decider_asked: return state.seat(SeatKind::decider).status == SeatStatus::asked;
    case Fact::decider_seated: return state.seat(SeatKind::decider).status == SeatStatus::seated;
    case Fact::challenge_pending: return challenge_pending(state, asked.seat);
    case Fact::mediator_may_decide: return file_may_pass(state);
    case Fact::outcome_rendered: return is_decision(outcome);
    case Fact::outcome_binding: return is_decision(outcome) && outcome->binding == Binding::both;
    case Fact::outcome_refused: return state.marked("outcome_refused");
    case Fact::correction_pending: return state.correction_asked_by.has_value();
    case Fact::withdrawal_agreed:
        return outcome != nullptr && outcome->kind == OutcomeKind::withdrawal;
    case Fact::reflection_over: return reflection_over(state, asked.side);
    case Fact::resumes_a_stage: return state.resumes.has_value();
    case Fact::track_is_one: return state.resolution->track == Track::one;
    case Fact::notice_incomplete: return !state.missing.empty();
    case Fact::file_closed: return state.file_closed;
    case Fact::outcome_annulled: return outcome != nullptr && outcome->annulled;
    case Fact::consent_award_asked: return consent_award_asked(state);
    case Fact::same_neutral_agreed: return same_neutral_agreed(state);
    case Fact::consumer_involved:
        return std::ranges::any_of(state.parties, [](PartyFacts const& party) {
            return party.kind == PartyKind::consumer;
        });
    case Fact::both_took: return both_took(state, condition.name);
    case Fact::filed: return times_filed(state, condition.name) > 0;
    case Fact::filed_below: return times_filed(state, condition.name) < condition.number;
    case Fact::says: return says(state, condition);
    case Fact::enabled: return condition.number != 0;
    case Fact::marked: return state.marked(condition.name);
    case Fact::deadline_passed: return has_passed(state, condition.name);
    case Fact::replacements_below: return replacements(state, asked.seat) < condition.number;
    }
    return false;
}

RefusalCode code_for(Condition const& condition) {
    if (condition.fact == Fact::track_is_one) return RefusalCode::track_forbidden;
    if (condition.fact == Fact::reflection_over && !condition.negated)
        return RefusalCode::too_early;
    if (condition.fact == Fact::deadline_passed)
        return condition.negated ? RefusalCode::too_late : RefusalCode::too_early;
    return RefusalCode::not_possible_now;
}

} // namespace

bool has_passed(DisputeState const& state, std::string_view deadline) {
    return std::ranges::any_of(state.passed, [&](auto const& p) { return p.first == deadline; });
}

std::optional<Instant> unlocks_after(DisputeState const& state, std::string_view deadline) {
    Deadline const* open = state.deadline(deadline);
    if (open == nullptr) return std::nullopt;
    return open->at + 1;
}

bool holds(Condition const& condition, DisputeState const& state, Asked const& asked) {
    return fact_holds(condition, state, asked) != condition.negated;
}

bool hold(std::vector<Condition> const& conditions, DisputeState const& state, Asked const& asked) {
    return std::ranges::all_of(conditions,
                               [&](Condition const& c) { return holds(c, state, asked); });
}

Blocker blocker_for(Condition const& condition, DisputeState const& state) {
    Blocker blocker{sentence_of(condition), {}, std::nullopt, code_for(condition)};
    if (blocker.code == RefusalCode::track_forbidden) {
        blocker.detail = explain(state.resolution);
        return blocker;
    }
    if (!condition.negated && condition.fact == Fact::reflection_over)
        blocker.unlocks_at = unlocks_after(state, "reflection");
    if (!condition.negated && condition.fact == Fact::deadline_passed)
        blocker.unlocks_at = unlocks_after(state, condition.name);
    if (blocker.unlocks_at)
        blocker.detail = fmt::format("This opens at {}.", short_text_of(*blocker.unlocks_at));
    return blocker;
}

} // namespace parley
