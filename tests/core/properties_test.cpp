#include "tests/core/support.hpp"

#include "engine/core/tasks.hpp"
#include "engine/procedure/behaviours.hpp"

#include <algorithm>
#include <random>

#include <fmt/core.h>

// Any sequence of acts that the views list, by anyone, at any time: every dispute ends, nothing
// that was listed is refused for who asks or when, and no invariant breaks on the way.

namespace parley::test {

namespace {

Instant const start = at("2026-03-02T09:30:00Z");

class Chance {
public:
    explicit Chance(std::uint64_t seed) : engine_(seed) {}
    std::size_t below(std::size_t bound) { return bound == 0 ? 0 : engine_() % bound; }
    bool one_in(std::size_t n) { return below(n) == 0; }

private:
    std::mt19937_64 engine_;
};

// The agreement to arbitrate as this side is shown it, in its language where there is one.
std::string agreement_for(Play const& play, Role role) {
    Side const side = side_of(role).value_or(Side::claimant);
    std::string hash;
    for (AgreementText const& text :
         agreement_texts(world().law, play.state.parties, side, play.state.concluded_at))
        if (hash.empty() || text.locale == play.state.party(side).language) hash = text.sha256;
    return hash;
}

// A consent that this side gave and this step may take back.
ConsentKind given_by(Play const& play, Step const& step, Role role) {
    auto const& kinds = step.settings.consents;
    for (auto const* list : {&play.state.consents, &play.state.pending_consents})
        for (Consent const& consent : *list)
            if (role_of(consent.by) == role &&
                std::ranges::find(kinds, consent.kind) != kinds.end())
                return consent.kind;
    return kinds.front();
}

ExtendInput any_extension(Play const& play, Behaviour does, Chance& chance) {
    ExtendInput input{
        {}, {static_cast<std::int32_t>(1 + chance.below(3)), PeriodUnit::days}, "Reasons."};
    if (does != Behaviour::grant_time) return input;
    for (Deadline const& deadline : play.state.deadlines)
        if (!deadline.actors.empty() && (!input.deadline || chance.one_in(2)))
            input.deadline = deadline.name;
    return input;
}

// Something that the field may hold; what has a time lies ahead.
FieldValue any_value(Play const& play, FieldRule const& rule, Chance& chance) {
    Instant const ahead =
        play.state.last_at + static_cast<std::int64_t>(1 + chance.below(20)) * day;
    switch (rule.type) {
    case FieldType::text: return std::string("Words.");
    case FieldType::choice: return rule.choices[chance.below(rule.choices.size())];
    case FieldType::yes_no: return chance.one_in(2);
    case FieldType::number: return static_cast<std::int64_t>(chance.below(5));
    case FieldType::date: return text_of(ahead).substr(0, 10);
    case FieldType::instant: return text_of(ahead);
    case FieldType::money: return play.state.claim->amount;
    }
    return std::string();
}
DocumentInput any_document(Play const& play, Step const& step, Chance& chance) {
    DocumentInput input;
    for (FieldRule const& field : play.rules.document(step.settings.document)->fields)
        if (field.required || chance.one_in(2))
            input.fields.emplace_back(field.name, any_value(play, field, chance));
    return input;
}

ActInput any_input(Play const& play, AvailableAct const& act, Role role, Chance& chance) {
    switch (spec_of(act.step->does).input) {
    case InputKind::none: return NoInput{};
    case InputKind::message: {
        Room const room =
            act.rooms.empty() ? Room::joint : act.rooms[chance.below(act.rooms.size())];
        return MessageInput{"Some words.",
                            act.step->does == Behaviour::post_message ? room : Room::joint};
    }
    case InputKind::respond: {
        RespondInput input{chance.one_in(8) ? Answer::accept : Answer::contest, "Words.", {}, {}};
        if (chance.one_in(3))
            input.counterclaim =
                ClaimInput{ClaimReason::non_payment, play.state.claim->amount, "Words.", {}};
        return input;
    }
    case InputKind::reply: return ReplyInput{Answer::contest, "Words."};
    case InputKind::offer:
        return OfferInput{{refund(static_cast<std::int64_t>(chance.below(10000)))}, "", {}};
    case InputKind::offer_ref: return OfferRefInput{};
    case InputKind::extend: return any_extension(play, act.step->does, chance);
    case InputKind::appoint:
        return AppointInput{play.roster[chance.below(play.roster.size())].id, ""};
    case InputKind::accept_appointment: return AcceptAppointmentInput{true, true, ""};
    case InputKind::object:
        return ObjectInput{chance.one_in(2) ? ObjectionKind::peremptory : ObjectionKind::cause,
                           "Reasons."};
    case InputKind::decide_objection: return DecideObjectionInput{chance.one_in(2), "Reasons."};
    case InputKind::final_date:
        return FinalDateInput{
            play.state.last_at + static_cast<std::int64_t>(chance.below(10)) * day, ""};
    case InputKind::evidence: return EvidenceInput{"A slip.", "1"};
    case InputKind::request_evidence: return RequestEvidenceInput{Side::claimant, "A slip."};
    case InputKind::outcome: return award_input();
    case InputKind::outcome_ref: {
        OutcomeState const* outcome = play.state.outcome();
        return OutcomeRefInput{{}, outcome == nullptr ? "" : outcome->text_sha256, ""};
    }
    case InputKind::consent: {
        Consent consent;
        auto const& kinds = act.step->settings.consents;
        if (!kinds.empty()) consent.kind = kinds[chance.below(kinds.size())];
        consent.text_sha256 = std::string(64, 'c');
        consent.separate_document = consent.read_and_understood = true;
        consent.same_neutral = chance.one_in(2);
        if (consent.kind == ConsentKind::arbitration)
            consent.text_sha256 = agreement_for(play, role);
        return ConsentInput{consent};
    }
    case InputKind::procedure: return ProcedureInput{2, "Reviewed."};
    case InputKind::document: return any_document(play, *act.step, chance);
    case InputKind::complete: return CompleteInput{"care@lamps.example", "bank"};
    case InputKind::details: return DetailsInput{{}, {}, "Asia/Tokyo", {}};
    case InputKind::facts: {
        bool const consumer = play.state.party(Side::claimant).kind == PartyKind::consumer;
        return FactsInput{Side::claimant, consumer ? PartyKind::business : PartyKind::consumer,
                          chance.one_in(2) ? std::optional<std::string>("US") : std::nullopt,
                          "The file shows it."};
    }
    case InputKind::claim:
        return ClaimInput{ClaimReason::damaged, play.state.claim->amount, "Words.", {refund(100)}};
    case InputKind::language: return LanguageInput{chance.one_in(2) ? "fr" : "de"};
    case InputKind::languages: return LanguagesInput{{"fr", "de"}};
    case InputKind::representative: {
        RepresentativeInput input{"R. Roe", "roe@example.net", "", "A power of attorney.", {}};
        input.consent.text_sha256 = std::string(64, 'c');
        input.consent.locale = "en";
        return input;
    }
    case InputKind::burden: return BurdenInput{Side::respondent, "A fact.", "Reasons."};
    case InputKind::publication: return PublicationInput{PublicationGround::court, "Asked for."};
    case InputKind::record: return RecordInput{"London", "Signed.", ""};
    case InputKind::consent_ref: return ConsentRefInput{given_by(play, *act.step, role)};
    }
    return NoInput{};
}

// What is said in euros, in the currency of the dispute.
void put_into_currency(ActInput& input, Currency currency) {
    auto const change = [&](std::vector<RemedyInput>& remedies) {
        for (RemedyInput& one : remedies)
            if (one.remedy.amount) one.remedy.amount->currency = currency;
    };
    if (auto* said = std::get_if<RespondInput>(&input)) {
        change(said->remedies);
        if (said->counterclaim) change(said->counterclaim->remedies);
    }
    if (auto* said = std::get_if<OfferInput>(&input)) change(said->remedies);
    if (auto* said = std::get_if<OutcomeInput>(&input)) change(said->dispositions);
    if (auto* said = std::get_if<ClaimInput>(&input)) change(said->remedies);
}

// Refusals that depend on what was said or on the clock, which no list of acts can foresee.
bool may_refuse(RefusalCode code) {
    using enum RefusalCode;
    constexpr RefusalCode fair[] = {neutral_unavailable, too_late,     peremptory_exhausted,
                                    already_done,        out_of_range, extension_used};
    return std::ranges::find(fair, code) != std::end(fair);
}

// Every event is one that the table of behaviours names for its step.
void check_events_are_declared(Play const& play) {
    for (Written const& written : play.record) {
        Event const& event = written.event;
        if (event.step.empty()) continue;
        Step const* step = play.rules.stage(event.stage)->step(event.step);
        ASSERT_NE(step, nullptr) << event.step;
        auto const& declared = spec_of(step->does).events;
        ASSERT_NE(std::ranges::find(declared, type_of(event)), declared.end())
            << name_of(step->does) << " wrote " << type_of(event);
    }
}

struct Tally {
    std::size_t steps = 0, taken = 0, ends = 0;
};

// Content is words; no state ever depends on them.
void check_content_is_not_read(Play const& play) {
    DisputeState folded;
    for (Written const& written : play.record) apply(folded, play.id, written.event);
    ASSERT_EQ(dump(folded), dump(play.state));
}

// A duty is an act that its holder is offered, and what is offered of that sort is a duty.
void check_duties(Play const& play) {
    auto const duties = duties_of(play.rules, play.state);
    for (Role const role : {Role::mediator, Role::decider, Role::administrator}) {
        std::optional<SeatKind> seat;
        if (role == Role::mediator) seat = SeatKind::mediator;
        if (role == Role::decider) seat = SeatKind::decider;
        Acts const acts = acts_of(play.rules, play.state, {role, true, seat});
        auto const offered = [&](std::string_view name) {
            return std::ranges::any_of(
                acts.available, [&](AvailableAct const& act) { return act.step->name == name; });
        };
        for (Duty const& duty : duties) {
            bool const theirs = duty.neutral ? duty.seat == seat : role == Role::administrator;
            if (theirs) ASSERT_TRUE(offered(duty.act)) << play.state.stage << ' ' << duty.act;
        }
        for (AvailableAct const& act : acts.available) {
            Behaviour const does = act.step->does;
            bool const is_duty =
                does == Behaviour::appoint_neutral || does == Behaviour::accept_appointment ||
                does == Behaviour::decide_objection || does == Behaviour::render_outcome ||
                (does == Behaviour::correct_outcome && play.state.correction_asked_by) ||
                (does == Behaviour::decide_review && play.state.review_asked_by) ||
                does == Behaviour::record_settlement ||
                (does == Behaviour::set_final_date && !play.state.final_date);
            if (is_duty)
                ASSERT_TRUE(std::ranges::any_of(
                    duties, [&](Duty const& duty) { return duty.act == act.step->name; }))
                    << play.state.stage << ' ' << act.step->name;
        }
    }
}

void check_invariants(Play const& play) {
    check_duties(play);
    DisputeState const& s = play.state;
    ASSERT_NE(play.rules.stage(s.stage), nullptr);
    if (s.ended) ASSERT_TRUE(s.deadlines.empty()) << s.stage;
    else ASSERT_FALSE(s.deadlines.empty()) << "nothing moves " << s.stage << " on";
    ASSERT_EQ(s.ended, s.status != Status::open);
    ASSERT_TRUE(std::ranges::is_sorted(s.deadlines, {}, &Deadline::name));
    for (Deadline const& deadline : s.deadlines) ASSERT_GE(deadline.at, s.last_at) << deadline.name;
    std::uint64_t counted = 0;
    for (auto const& room : s.counts)
        for (std::uint32_t count : room) counted += count;
    ASSERT_EQ(counted, s.version);
    for (std::string const& mark : s.marks) ASSERT_EQ(mark.find("admit"), std::string::npos);
    if (s.resolution->track == Track::two)
        for (OutcomeState const& outcome : s.outcomes) ASSERT_NE(outcome.kind, OutcomeKind::award);
    // Nobody is bound who did not agree.
    OutcomeState const* outcome = s.outcome();
    if (outcome != nullptr && outcome->kind == OutcomeKind::recommendation &&
        outcome->binding == Binding::both)
        ASSERT_TRUE(outcome->accepted_by[0] && outcome->accepted_by[1]);
}

void play_out(std::string_view procedure, std::uint64_t seed, std::size_t haste, Tally& tally) {
    Chance chance(seed);
    Play play(procedure, seed);
    play.file(start);
    Instant now = start;
    constexpr Role actors[] = {Role::claimant, Role::respondent, Role::mediator, Role::decider,
                               Role::administrator};
    for (int i = 0; i < 400 && !play.state.ended; ++i) {
        now = now + static_cast<std::int64_t>(chance.below(haste)) * hour;
        play.wait(now);
        if (play.state.ended) break;
        Role const role = actors[chance.below(std::size(actors))];
        bool const verified = !chance.one_in(4);
        std::optional<SeatKind> seat;
        if (role == Role::mediator) seat = SeatKind::mediator;
        if (role == Role::decider) seat = SeatKind::decider;
        Acts const acts = acts_of(play.rules, play.state, {role, verified, seat});
        if (acts.available.empty()) continue;
        // Ways out are rare, so that long roads are walked too.
        AvailableAct const& act = acts.available[chance.below(acts.available.size())];
        Behaviour const does = act.step->does;
        if ((does == Behaviour::withdraw || does == Behaviour::accept_offer) && !chance.one_in(12))
            continue;
        ActInput input = any_input(play, act, role, chance);
        put_into_currency(input, play.state.claim->amount.currency);
        if (!verified && does == Behaviour::give_consent) continue;
        ++tally.steps;
        auto decided = play.act(now, role, act.step->name, std::move(input), verified);
        if (decided) ++tally.taken;
        else
            ASSERT_TRUE(may_refuse(decided.error().code))
                << play.state.stage << " lists " << act.step->name << " for " << name_of(role)
                << ": " << name_of(decided.error().code) << ", " << decided.error().detail;
        ASSERT_NO_FATAL_FAILURE(check_invariants(play));
    }
    play.wait(now + 5 * 366 * day); // whatever was left undone, time does
    ASSERT_TRUE(play.state.ended) << play.state.stage;
    ++tally.ends;
    check_events_are_declared(play);
    check_content_is_not_read(play);
    for (Written& written : play.record) written.content.clear();
    check_content_is_not_read(play);
}

TEST(Properties, AnySequenceOfListedActsEnds) {
    Tally tally;
    for (std::uint64_t seed = 1; seed <= 80; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        for (char const* procedure : {"uncitral-track-1", "uncitral-track-2"})
            ASSERT_NO_FATAL_FAILURE(play_out(procedure, seed, seed % 3 == 0 ? 80 : 20, tally));
    }
    EXPECT_EQ(tally.ends, 160U);
    EXPECT_GT(tally.taken, 2500U);
    EXPECT_GT(tally.taken * 2, tally.steps) << "most of what is listed is taken";
}

TEST(Properties, SoDoesItUnderEveryProcedureOfTheLibrary) {
    for (auto const& procedure : world().procedures.all()) {
        SCOPED_TRACE(procedure->ref.name);
        Tally tally;
        for (std::uint64_t seed = 1; seed <= 25; ++seed) {
            SCOPED_TRACE(fmt::format("seed {}", seed));
            ASSERT_NO_FATAL_FAILURE(
                play_out(procedure->ref.name, seed, seed % 3 == 0 ? 80 : 20, tally));
        }
        EXPECT_EQ(tally.ends, 25U);
        EXPECT_GT(tally.taken * 2, tally.steps) << "most of what is listed is taken";
    }
}

// Two disputes with the same joint acts, one of them full of confidences: the other side sees the
// same.
TEST(Properties, ConfidencesInterfereWithNothing) {
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        Chance chance(seed);
        Play quiet(Track::two, seed), talking(Track::two, seed);
        quiet.to_mediation(start);
        talking.to_mediation(start);
        Instant now = start;
        for (int i = 0; i < 30; ++i) {
            now = now + static_cast<std::int64_t>(chance.below(3)) * hour;
            Role const role = chance.one_in(2) ? Role::claimant : Role::mediator;
            if (chance.one_in(2)) {
                Room const room = role == Role::mediator && chance.one_in(2)
                                      ? Room::neutral_notes
                                      : Room::claimant_caucus;
                talking.must(now, role, "message", MessageInput{"Between us.", room});
            } else {
                for (Play* play : {&quiet, &talking})
                    play->must(now, role, "message", MessageInput{"To all.", Room::joint});
            }
            Viewer const other{Role::respondent, true, {}};
            ASSERT_EQ(version_for(quiet.state, other), version_for(talking.state, other));
        }
        for (Play* play : {&quiet, &talking}) play->wait(now + 30 * day);
        EXPECT_EQ(quiet.state.stage, talking.state.stage);
        EXPECT_EQ(quiet.state.stage_entered_at, talking.state.stage_entered_at);
    }
}

} // namespace

} // namespace parley::test
