#include "engine/core/behaviour.hpp"

#include "engine/base/json.hpp"
#include "engine/core/conditions.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace parley {

namespace {

// Says each reason once, though a file may ask for what the behaviour needs anyway.
void block(Blockers& out, RefusalCode code, Phrase condition, Phrase detail) {
    if (std::ranges::find(out, condition, &Blocker::condition) == out.end())
        out.push_back({std::move(condition), std::move(detail), std::nullopt, code});
}
void block(Blockers& out, Phrase condition, Phrase detail) {
    block(out, RefusalCode::not_possible_now, std::move(condition), std::move(detail));
}

void need_seated(Standing const& in, Blockers& out) {
    auto const seat = in.seat();
    if (seat && in.state.seat(*seat).status != SeatStatus::seated)
        block(out, fmt::format("a {} is seated", name_of(*seat)),
              fmt::format("No {} has accepted an appointment yet.", name_of(*seat)));
}

void offers_to_answer(Standing const& in, Blockers& out) {
    if (!holds({Fact::offer_open_by_other_side, false, {}, 0, {}}, in.state, {in.side(), {}}))
        block(out, "an offer by the other side is open",
              "There is no open offer by the other side.");
}

// The clock that the step names runs, and has been moved fewer times than it may be.
void clock_left(Standing const& in, std::map<std::string, std::uint32_t> const& moved,
                Blockers& out) {
    BehaviourSettings const& rule = in.step.settings;
    if (in.state.deadline(rule.deadline) == nullptr)
        return block(out, fmt::format("the deadline {} is running", rule.deadline),
                     fmt::format("There is no open deadline called {}.", rule.deadline));
    auto const times = moved.find(rule.deadline);
    if (times != moved.end() && times->second >= static_cast<std::uint32_t>(rule.times))
        block(out, RefusalCode::extension_used, "an extension is left",
              fmt::format("The deadline {} can be extended {} time(s), which has happened.",
                          rule.deadline, rule.times));
}

void withdrawal(Standing const& in, Blockers& out) {
    bool const agreed_only = in.step.settings.consent == "other_side";
    if (in.role == Role::claimant) {
        if (agreed_only && in.state.withdrawal_asked_by == Side::claimant)
            block(out, RefusalCode::already_done, "the withdrawal has not been proposed",
                  "You have asked to withdraw; the respondent has not agreed yet.");
    } else if (!agreed_only || !in.state.withdrawal_asked_by) {
        block(
            out, "the claimant has asked to withdraw",
            "Only the claimant can withdraw the claim; the respondent or a neutral agrees to it.");
    }
}

void appointment(Standing const& in, Blockers& out) {
    auto const seat = in.seat();
    if (seat && in.state.seat(*seat).status != SeatStatus::vacant)
        block(out, fmt::format("the {}'s seat is free", name_of(*seat)),
              fmt::format("Someone is asked or seated as {} already.", name_of(*seat)));
}

void acceptance_of_appointment(Standing const& in, Blockers& out) {
    auto const seat = in.seat();
    if (!seat || in.state.seat(*seat).status == SeatStatus::asked) return;
    bool const seated = in.state.seat(*seat).status == SeatStatus::seated;
    block(out, seated ? RefusalCode::already_done : RefusalCode::not_possible_now,
          "an appointment awaits its answer",
          seated ? Phrase("The appointment is accepted already.")
                 : Phrase("Nobody is asked to take this seat."));
}

void pending_challenge(Standing const& in, Blockers& out) {
    auto const seat = in.seat();
    if (seat && !in.state.seat(*seat).challenged_by)
        block(out, "an objection for cause awaits its decision",
              "There is no objection to decide.");
}

void final_date(Standing const& in, Blockers& out) {
    need_seated(in, out);
    if (in.state.deadline(in.step.settings.deadline) == nullptr)
        block(out, fmt::format("the deadline {} is running", in.step.settings.deadline),
              "The time for communications is over.");
}

void rendering(Standing const& in, Blockers& out) {
    need_seated(in, out);
    // A file that forgot to ask for the track would otherwise bind people the law protects.
    if (in.step.settings.kind == OutcomeKind::award && in.state.resolution->track != Track::one)
        block(out, RefusalCode::track_forbidden, "the track is I", explain(in.state.resolution));
}

void outcome_to_answer(Standing const& in, Blockers& out) {
    OutcomeState const* outcome = in.state.outcome();
    if (outcome == nullptr)
        return block(out, "an outcome was rendered", "There is no outcome to answer.");
    auto const side = in.side();
    if (side && outcome->accepted_by[index_of(*side)])
        block(out, RefusalCode::already_done, "you have not accepted the outcome",
              "You have accepted this outcome already.");
}

void reflection(Standing const& in, Blockers& out) {
    auto const side = in.side();
    bool const waits =
        in.step.settings.reflection && side && in.state.party(*side).kind == PartyKind::consumer;
    if (!waits || has_passed(in.state, "reflection")) return;
    if (std::ranges::find(out, RefusalCode::too_early, &Blocker::code) != out.end()) return;
    auto const unlocks = unlocks_after(in.state, "reflection");
    Phrase detail = "A consumer may accept after a time for reflection.";
    if (unlocks) detail = fmt::format("A consumer may accept from {} on.", short_text_of(*unlocks));
    out.push_back(
        {"the time for reflection is over", std::move(detail), unlocks, RefusalCode::too_early});
}

void performance(Standing const& in, Blockers& out) {
    auto const side = in.side();
    if (side && !is_creditor(in.state, *side))
        block(out, "the outcome owes you something",
              "Only the side to which something is due can say so.");
}

void correction(Standing const& in, Blockers& out) {
    need_seated(in, out);
    if (in.state.outcome() == nullptr)
        block(out, "an outcome was rendered", "There is no outcome to correct.");
}

// Open while the window of this very appointment runs (Art. 9(8)).
void file_window(Standing const& in, Blockers& out) {
    need_seated(in, out);
    if (in.state.file_closed)
        return block(out, RefusalCode::already_done, "the negotiation is open to the neutral",
                     "A side keeps the negotiation from the neutral already.");
    if (in.state.deadline(in.step.settings.deadline) != nullptr) return;
    auto const seat = in.seat();
    bool const passed = seat && in.state.seat(*seat).file_open;
    block(out, passed ? RefusalCode::too_late : RefusalCode::not_possible_now,
          "the window for this objection is open",
          passed ? Phrase("The window has passed and the neutral has the file.")
                 : Phrase("This is possible for a short time after an appointment."));
}

void confirmation(Standing const& in, Blockers& out) {
    auto const side = in.side();
    bool const waits =
        side && std::ranges::any_of(in.state.pending_consents, [&](Consent const& c) {
            return c.by == *side && c.kind == in.step.settings.consents.front();
        });
    if (!waits)
        return block(out, "a consent of yours waits to be confirmed",
                     "There is no consent of yours to confirm.");
    auto const unlocks = unlocks_after(in.state, in.step.settings.deadline);
    if (!unlocks) return;
    out.push_back({"the time for reflection is over",
                   fmt::format("You may confirm from {} on.", short_text_of(*unlocks)), unlocks,
                   RefusalCode::too_early});
}

void consent_to_revoke(Standing const& in, Blockers& out) {
    auto const side = in.side();
    auto const& kinds = in.step.settings.consents;
    auto const own = [&](Consent const& c) {
        return side && c.by == *side && std::ranges::find(kinds, c.kind) != kinds.end();
    };
    if (std::ranges::none_of(in.state.consents, own) &&
        std::ranges::none_of(in.state.pending_consents, own))
        block(out, "you have given such a consent", "There is no consent of yours to take back.");
}

void time_to_give(Standing const& in, Blockers& out) {
    if (!in.step.settings.deadline.empty()) return clock_left(in, *in.state.granted, out);
    if (std::ranges::all_of(in.state.deadlines, [](Deadline const& d) { return d.actors.empty(); }))
        block(out, "a time of the parties is running", "No time of the parties is running.");
}

void outcome_to_review(Standing const& in, Blockers& out) {
    OutcomeState const* outcome = in.state.outcome();
    if (outcome == nullptr || outcome->kind != OutcomeKind::award || outcome->annulled)
        block(out, "an award stands", "There is no award that stands.");
}

void outcome_to_publish(Standing const& in, Blockers& out) {
    OutcomeState const* outcome = in.state.outcome();
    if (outcome == nullptr || outcome->annulled)
        return block(out, "an outcome stands", "There is no outcome that stands.");
    if (outcome->published)
        block(out, RefusalCode::already_done, "the outcome is not public",
              "The outcome is public already.");
}

void settlement_to_record(Standing const& in, Blockers& out) {
    need_seated(in, out);
    OutcomeState const* outcome = in.state.outcome();
    if (outcome == nullptr || outcome->kind != OutcomeKind::settlement)
        block(out, "a settlement was reached", "There is no settlement to record.");
    if (in.state.resolution->track != Track::one)
        block(out, RefusalCode::track_forbidden, "the track is I", explain(in.state.resolution));
}

void request_of_consent_award(Standing const& in, Blockers& out) {
    auto const side = in.side();
    if (side && in.state.consent_award_asked_by[index_of(*side)])
        block(out, RefusalCode::already_done, "you have not asked for it",
              "You have asked for it already.");
}

void late_counterclaim(Standing const& in, Blockers& out) {
    if (in.state.counterclaim)
        block(out, RefusalCode::already_done, "no counterclaim was made",
              "There is a counterclaim already.");
}

// What the behaviour needs of the state, whatever is said.
void needs_of_behaviour(Standing const& in, Blockers& out) {
    switch (in.step.does) {
    case Behaviour::accept_offer:
    case Behaviour::decline_offer: return offers_to_answer(in, out);
    case Behaviour::extend_deadline: return clock_left(in, *in.state.extensions, out);
    case Behaviour::withdraw: return withdrawal(in, out);
    case Behaviour::appoint_neutral: return appointment(in, out);
    case Behaviour::accept_appointment: return acceptance_of_appointment(in, out);
    case Behaviour::object_to_neutral: return need_seated(in, out);
    case Behaviour::decide_objection: return pending_challenge(in, out);
    case Behaviour::set_final_date: return final_date(in, out);
    case Behaviour::render_outcome: return rendering(in, out);
    case Behaviour::request_correction: return outcome_to_answer(in, out);
    case Behaviour::correct_outcome: return correction(in, out);
    case Behaviour::accept_outcome: outcome_to_answer(in, out); return reflection(in, out);
    case Behaviour::refuse_outcome: return outcome_to_answer(in, out);
    case Behaviour::confirm_performance:
    case Behaviour::report_breach: return performance(in, out);
    case Behaviour::object_to_file: return file_window(in, out);
    case Behaviour::confirm_consent: return confirmation(in, out);
    case Behaviour::revoke_consent: return consent_to_revoke(in, out);
    case Behaviour::grant_time: return time_to_give(in, out);
    case Behaviour::request_review: return outcome_to_review(in, out);
    case Behaviour::decide_review: need_seated(in, out); return outcome_to_review(in, out);
    case Behaviour::publish_outcome: return outcome_to_publish(in, out);
    case Behaviour::record_settlement: return settlement_to_record(in, out);
    case Behaviour::ask_consent_award: return request_of_consent_award(in, out);
    case Behaviour::make_counterclaim: return late_counterclaim(in, out);
    case Behaviour::order_burden: return need_seated(in, out);
    case Behaviour::file_dispute:
        return block(out, RefusalCode::already_done, "the dispute has not been filed",
                     "This dispute is filed.");
    case Behaviour::draw_neutral:
    case Behaviour::respond:
    case Behaviour::reply:
    case Behaviour::make_offer:
    case Behaviour::post_message:
    case Behaviour::move_on:
    case Behaviour::let_pass:
    case Behaviour::stand_down:
    case Behaviour::disclose:
    case Behaviour::submit_evidence:
    case Behaviour::request_evidence:
    case Behaviour::complete_notice:
    case Behaviour::pass_file:
    case Behaviour::lapse_consent:
    case Behaviour::file_document:
    case Behaviour::correct_facts:
    case Behaviour::change_details:
    case Behaviour::amend_claim:
    case Behaviour::ask_language:
    case Behaviour::list_languages:
    case Behaviour::name_representative:
    case Behaviour::give_consent: return;
    }
}

// Someone who was asked, but has not accepted, can answer that and nothing else.
bool open_to_the_asked(Behaviour behaviour) {
    return behaviour == Behaviour::accept_appointment || behaviour == Behaviour::stand_down ||
           behaviour == Behaviour::disclose;
}

} // namespace

void add_blockers(Standing const& in, Blockers& out) {
    Asked const asked{in.side(), in.step.settings.seat};
    for (Condition const& need : in.step.needs)
        if (!holds(need, in.state, asked)) out.push_back(blocker_for(need, in.state));
    auto const own = seat_of(in.role);
    if (own && in.state.seat(*own).status == SeatStatus::asked && !open_to_the_asked(in.step.does))
        block(out, "the appointment is accepted", "Accept the appointment first.");
    else needs_of_behaviour(in, out);
}

Result<Said> take(Act const& act) {
    switch (act.step.does) {
    case Behaviour::respond: return respond(act);
    case Behaviour::reply: return reply(act);
    case Behaviour::make_offer: return make_offer(act);
    case Behaviour::accept_offer: return accept_offer(act);
    case Behaviour::decline_offer: return decline_offer(act);
    case Behaviour::post_message: return post_message(act);
    case Behaviour::extend_deadline: return propose_extension(act);
    case Behaviour::move_on:
    case Behaviour::let_pass: return Said(StepTaken{}, content_of("text", words_of(act.input)));
    case Behaviour::withdraw: return withdraw(act);
    case Behaviour::appoint_neutral: return appoint_neutral(act);
    case Behaviour::accept_appointment: return accept_appointment(act);
    case Behaviour::object_to_neutral: return object_to_neutral(act);
    case Behaviour::decide_objection: return decide_objection(act);
    case Behaviour::stand_down: return stand_down(act);
    case Behaviour::disclose: return disclose(act);
    case Behaviour::set_final_date: return set_final_date(act);
    case Behaviour::submit_evidence: return submit_evidence(act);
    case Behaviour::request_evidence: return request_evidence(act);
    case Behaviour::render_outcome: return render_outcome(act);
    case Behaviour::request_correction: return request_correction(act);
    case Behaviour::correct_outcome: return correct_outcome(act);
    case Behaviour::accept_outcome: return accept_outcome(act);
    case Behaviour::refuse_outcome: return refuse_outcome(act);
    case Behaviour::give_consent: return give_consent(act);
    case Behaviour::confirm_performance: return confirm_performance(act);
    case Behaviour::report_breach: return report_breach(act);
    case Behaviour::complete_notice: return complete_notice(act);
    case Behaviour::object_to_file: return object_to_file(act);
    case Behaviour::grant_time: return grant_time(act);
    case Behaviour::request_review: return request_review(act);
    case Behaviour::decide_review: return decide_review(act);
    case Behaviour::confirm_consent: return confirm_consent(act);
    case Behaviour::revoke_consent: return revoke_consent(act);
    case Behaviour::correct_facts: return correct_facts(act);
    case Behaviour::change_details: return change_details(act);
    case Behaviour::amend_claim: return amend_claim(act);
    case Behaviour::make_counterclaim: return make_counterclaim(act);
    case Behaviour::ask_language: return ask_language(act);
    case Behaviour::list_languages: return list_languages(act);
    case Behaviour::name_representative: return name_representative(act);
    case Behaviour::order_burden: return order_burden(act);
    case Behaviour::ask_consent_award: return ask_consent_award(act);
    case Behaviour::record_settlement: return record_settlement(act);
    case Behaviour::publish_outcome: return publish_outcome(act);
    case Behaviour::file_document: return file_document(act);
    case Behaviour::pass_file:
    case Behaviour::lapse_consent:
        return refuse(RefusalCode::not_yours, "Only the clock takes this step.");
    case Behaviour::draw_neutral:
        if (auto drawn = draw_neutral(act)) return std::move(*drawn);
        return refuse(RefusalCode::neutral_unavailable, "Nobody on the roster can take this seat.");
    case Behaviour::file_dispute: break;
    }
    return refuse(RefusalCode::already_done, "This dispute is filed.");
}

Said take_by_clock(Act const& act, Deadline const& deadline) {
    Said passed(DeadlinePassed{deadline.name, deadline.stamp});
    if (act.step.does == Behaviour::draw_neutral) {
        auto drawn = draw_neutral(act);
        return drawn ? std::move(*drawn) : std::move(passed);
    }
    if (act.step.does == Behaviour::stand_down) {
        auto const seat = act.seat();
        if (!seat || act.state.seat(*seat).status == SeatStatus::vacant) return passed;
        return Said(NeutralStoodDown{*seat, act.state.seat(*seat).neutral});
    }
    if (act.step.does == Behaviour::pass_file) {
        auto const seat = act.seat();
        if (!seat || act.state.seat(*seat).status != SeatStatus::seated || act.state.file_closed)
            return passed;
        return Said(FilePassed{*seat});
    }
    if (act.step.does == Behaviour::lapse_consent) {
        ConsentKind const kind = act.step.settings.consents.front();
        bool const waits = std::ranges::any_of(act.state.pending_consents,
                                               [&](Consent const& c) { return c.kind == kind; });
        return waits ? Said(ConsentLapsed{kind}) : std::move(passed);
    }
    return passed;
}

std::string_view words_of(ActInput const& input) {
    if (auto const* message = std::get_if<MessageInput>(&input)) return message->text;
    return {};
}

std::string content_of(std::string_view name, std::string_view text) {
    std::string out;
    if (text.empty()) return out;
    out.reserve(name.size() + text.size() + 16);
    JsonWriter(out).begin_object().member(name, text).end_object();
    return out;
}

Result<void> check_currency(DisputeState const& state, std::vector<RemedyInput> const& remedies,
                            std::string_view pointer) {
    Currency const currency = state.claim->amount.currency;
    for (std::size_t i = 0; i < remedies.size(); ++i) {
        std::optional<Money> const& amount = remedies[i].remedy.amount;
        if (amount && amount->currency != currency)
            return refuse_field(RefusalCode::currency_mismatch,
                                fmt::format("{}/{}/amount/currency", pointer, i),
                                fmt::format("This dispute is in {}, not in {}.", currency.text(),
                                            amount->currency.text()));
    }
    return {};
}

std::vector<Remedy> facts_of(std::vector<RemedyInput> const& remedies) {
    std::vector<Remedy> out;
    out.reserve(remedies.size());
    for (RemedyInput const& input : remedies) out.push_back(input.remedy);
    return out;
}

ClaimFacts facts_of(ClaimInput const& claim) {
    return {claim.reason, claim.amount, facts_of(claim.remedies)};
}

void write_descriptions(JsonWriter& json, std::vector<RemedyInput> const& remedies) {
    json.begin_array();
    for (RemedyInput const& input : remedies) json.value(input.description);
    json.end_array();
}

bool has_consent(DisputeState const& state, Side side, ConsentKind kind) {
    return std::ranges::any_of(state.consents,
                               [&](Consent const& c) { return c.by == side && c.kind == kind; });
}

bool file_may_pass(DisputeState const& state) {
    return has_consent(state, Side::claimant, ConsentKind::file_to_decider) &&
           has_consent(state, Side::respondent, ConsentKind::file_to_decider);
}

bool is_creditor(DisputeState const& state, Side side) {
    OutcomeState const* outcome = state.outcome();
    if (outcome == nullptr) return false;
    bool anything = false;
    for (Remedy const& remedy : outcome->dispositions) {
        if (remedy.kind == RemedyKind::nothing) continue;
        anything = true;
        if (remedy.by.value_or(Side::respondent) == other(side)) return true;
    }
    return !anything; // nothing is due to anyone: either may say that it is over
}

bool bound_beforehand(DisputeState const& state, Side side) {
    if (state.party(side).kind != PartyKind::business) return false;
    return std::ranges::any_of(state.consents, [&](Consent const& c) {
        if (c.by != side || c.kind != ConsentKind::standing_submission) return false;
        bool const same = c.amount_most && c.amount_most->currency == state.claim->amount.currency;
        return !c.amount_most || (same && state.claim->amount.amount <= c.amount_most->amount);
    });
}

} // namespace parley
