#pragma once

#include "engine/base/digest.hpp"
#include "engine/model/event.hpp"

#include <string>
#include <vector>

namespace parley {

inline Instant at(std::string_view text) { return parse_instant(text).value(); }
inline Money euros(std::int64_t cents) { return {cents, parse_currency("EUR").value()}; }
// An id that is the same in every run: `n` stands in its last byte.
template <class IdType>
IdType sample_id(std::uint8_t n) {
    std::array<std::uint8_t, 10> random{};
    random.back() = n;
    return IdType::make(at("2026-03-01T09:00:00Z"), random);
}

inline Remedy sample_remedy() {
    return {RemedyKind::refund, euros(12990), Side::respondent, at("2026-12-01T23:59:59.999999Z")};
}
inline ClaimFacts sample_claim() {
    return {ClaimReason::not_received,
            euros(12990),
            {sample_remedy(), {RemedyKind::apology, {}, {}, {}}}};
}
inline Consent sample_consent() {
    Consent consent;
    consent.kind = ConsentKind::arbitration;
    consent.by = Side::respondent;
    consent.given_at = at("2026-10-02T09:11:30.000001Z");
    consent.text_sha256 = hex_of(sha256("the clause"));
    consent.locale = "zh-Hans";
    consent.track = Track::one;
    consent.amount_most = euros(500'000);
    consent.read_and_understood = true;
    consent.separate_document = true;
    return consent;
}
inline Deadline sample_deadline() {
    Deadline deadline;
    deadline.name = "response";
    deadline.at = at("2026-11-28T15:59:59.999999Z");
    deadline.zone = "Asia/Shanghai";
    deadline.calendar = "civil";
    deadline.trace = {"told on 2026-11-21", "7 calendar days",
                      "ends with the day in Asia/Shanghai"};
    deadline.step = "respondent_silent";
    deadline.stamp = 3;
    deadline.anchor = at("2026-11-21T10:00:00Z");
    deadline.period = {7, PeriodUnit::days};
    deadline.actors = {Side::respondent, Side::claimant};
    deadline.tz_version = "2025b";
    deadline.keeps_running = true;
    deadline.last_days = {parse_date("2026-11-28").value(), parse_date("2026-11-29").value()};
    return deadline;
}
inline Consequences sample_consequences() {
    Consequences then;
    then.passed = DroppedDeadline{"reply", 2, {}};
    then.entered =
        StageEntered{"negotiation", Label::negotiation, Status::settled, true, "response"};
    then.dropped = {{"reply", 2, {}}, {"negotiation", 4, 5}};
    then.armed = {sample_deadline()};
    then.marks = {"respondent_silent", "told"};
    then.notified = {{Role::respondent, "notice_of_dispute"}, {Role::mediator, "case_for_you"}};
    return then;
}
inline DisputeFiled sample_filed() {
    DisputeFiled filed;
    filed.platform = sample_id<PlatformId>(1);
    filed.live = true;
    filed.clock = sample_id<TestClockId>(2);
    filed.parties = {
        {sample_id<PartyId>(3), Side::claimant, PartyKind::consumer, "ES", "es", "Europe/Madrid"},
        {sample_id<PartyId>(4), Side::respondent, PartyKind::business, "CN", "zh-Hans",
         "Asia/Shanghai"}};
    filed.claim = sample_claim();
    filed.concluded_at = at("2026-10-02T09:12:00Z");
    filed.channel = "b2c";
    filed.consents = {sample_consent()};
    filed.procedure = {"uncitral-track-2", 1, sha256("a procedure")};
    // Not sorted by name: their order is part of the value.
    filed.resolution = {Track::one,
                        "2026-11",
                        {{"B2B",
                          "Two businesses may agree to arbitrate.",
                          "Model Law Art. 7",
                          {{"respondent.kind", "business"}, {"claimant.country", "ES"}}}}};
    return filed;
}

// One value of each kind, every member set to something that is not its default.
inline std::vector<EventBody> sample_bodies() {
    auto const neutral = sample_id<NeutralId>(5);
    auto const offer = sample_id<OfferId>(6);
    std::vector<Remedy> const remedies = sample_claim().remedies;
    return {
        sample_filed(),
        Responded{Answer::accept, remedies, sample_claim()},
        Replied{Answer::accept},
        OfferMade{offer, remedies, at("2026-11-30T12:00:00Z")},
        OfferAccepted{offer, true},
        OfferDeclined{offer},
        MessagePosted{},
        ExtensionProposed{"negotiation", {5, PeriodUnit::business_days}},
        DeadlineExtended{"negotiation", {48, PeriodUnit::hours}, "agreed"},
        StepTaken{},
        NeutralAppointed{SeatKind::decider, neutral, true, true, 7},
        AppointmentAccepted{SeatKind::decider, neutral},
        NeutralObjected{SeatKind::decider, neutral, ObjectionKind::cause, true},
        ObjectionDecided{SeatKind::decider, neutral, true},
        NeutralStoodDown{SeatKind::decider, neutral},
        InterestDisclosed{SeatKind::decider, neutral},
        FinalDateSet{at("2026-12-15T22:59:59.999999Z")},
        EvidenceSubmitted{sample_id<EvidenceId>(7)},
        EvidenceRequested{Side::respondent},
        OutcomeRendered{OutcomeKind::award, Binding::both, 2, neutral, remedies, "Vienna",
                        "contract", ""},
        CorrectionRequested{},
        OutcomeAccepted{2, true, ""},
        OutcomeRefused{2},
        ConsentGiven{sample_consent(), false},
        WithdrawalProposed{},
        Withdrawn{},
        PerformanceConfirmed{},
        BreachReported{},
        DeadlinePassed{"response", 3},
        ContentErased{{sample_id<EventId>(8), sample_id<EventId>(9)}},
        NoticeCompleted{{"identification"}},
        FilePassed{SeatKind::decider},
        FileObjected{SeatKind::decider},
        ReviewRequested{},
        ReviewDecided{neutral, true},
        ConsentConfirmed{ConsentKind::mandate},
        ConsentRevoked{ConsentKind::mandate},
        ConsentLapsed{ConsentKind::mandate},
        FactsCorrected{Side::respondent, PartyKind::business, "NZ"},
        DetailsChanged{"Asia/Tokyo", "ja"},
        ClaimAmended{sample_claim()},
        CounterclaimMade{sample_claim()},
        LanguageAsked{"fr", true},
        LanguagesListed{{"fr", "de"}, "fr"},
        RepresentativeNamed{sample_consent()},
        BurdenReversed{Side::claimant},
        ConsentAwardAsked{},
        OutcomePublished{PublicationGround::court, Redaction::summary},
    };
}

inline Consent publication_consent() {
    Consent consent = sample_consent();
    consent.kind = ConsentKind::publication;
    consent.same_neutral = true;
    consent.redaction = Redaction::summary;
    return consent;
}

// Members that came later, in kinds and frames that were there before: the lines above keep their
// bytes.
inline std::vector<Event> later_samples() {
    DisputeFiled incomplete = sample_filed();
    incomplete.missing = {"identification", "respondent_address"};
    DisputeFiled frozen = incomplete;
    frozen.calendars = "2026-11";
    std::string const text_hash = hex_of(sha256("an award"));
    std::vector<EventBody> const bodies = {
        incomplete,
        OutcomeRendered{OutcomeKind::award, Binding::both, 2, sample_id<NeutralId>(5),
                        sample_claim().remedies, "Vienna", "contract", text_hash},
        OutcomeAccepted{2, true, text_hash},
        ConsentGiven{publication_consent(), true},
        StepTaken{},
        frozen,
        DocumentFiled{"minutes", {{"result", "adjourned"}, {"ended_on", "2026-11-21"}}},
        ProcedureAgreed{{"uncitral-track-2", 2, sha256("the next version")}},
        ProcedureChanged{{"uncitral-track-2", 2, sha256("the next version")},
                         {"uncitral-track-2", 1, sha256("a version")}},
    };
    std::vector<Event> events;
    std::uint8_t n = 200;
    for (EventBody const& body : bodies) {
        Event event;
        event.id = sample_id<EventId>(n++);
        event.step = "an_act";
        event.stage = "deliberation";
        event.at = at("2026-11-21T10:00:00.123456Z");
        event.actor = {Role::claimant, sample_id<PartyId>(3).text(), {}, true};
        event.body = body;
        event.then = sample_consequences();
        Resolution after = sample_filed().resolution;
        after.track = Track::two;
        event.then.reevaluated = Reevaluation{sample_filed().resolution, after};
        event.then.cleared = {"respondent_silent"};
        event.then.vacated = {SeatKind::decider};
        events.push_back(std::move(event));
    }
    return events;
}

// Each kind with a full frame, and the kinds once more with the barest.
inline std::vector<Event> sample_events() {
    std::vector<Event> events;
    std::uint8_t n = 20;
    for (EventBody const& body : sample_bodies()) {
        Event event;
        event.id = sample_id<EventId>(n++);
        event.step = "an_act";
        event.room = Room::claimant_caucus;
        event.stage = "negotiation";
        event.at = at("2026-11-21T10:00:00.123456Z");
        event.actor = {Role::claimant, sample_id<PartyId>(3).text(), sample_id<PlatformId>(1),
                       true};
        event.body = body;
        event.then = sample_consequences();
        events.push_back(event);
        Event bare;
        bare.id = sample_id<EventId>(n++);
        bare.at = at("2026-11-21T10:00:00Z");
        bare.body = body;
        events.push_back(bare);
    }
    for (Event& event : later_samples()) events.push_back(std::move(event));
    return events;
}

} // namespace parley
