#include "engine/core/apply.hpp"

#include "engine/core/behaviour.hpp"

#include <algorithm>

namespace parley {

namespace {

void vacate(Seat& seat) {
    if (seat.status == SeatStatus::vacant) return;
    seat.removed.push_back(seat.neutral);
    seat.neutral = {};
    seat.status = SeatStatus::vacant;
    seat.challenged_by.reset();
    seat.file_open = false;
}

// Takes one event's own facts into the state; a kind without an overload here does not compile.
class Fold {
public:
    Fold(DisputeState& state, DisputeId dispute, Event const& event)
        : state_(state), dispute_(dispute), event_(event) {}

    void operator()(DisputeFiled const& e) const {
        state_.id = dispute_;
        state_.platform = e.platform;
        state_.live = e.live;
        state_.clock = e.clock;
        state_.procedure = e.procedure;
        state_.resolution = e.resolution;
        state_.filed_at = event_.at;
        state_.filed_event = event_.id;
        state_.channel = e.channel;
        state_.concluded_at = e.concluded_at;
        state_.stage = event_.stage;
        state_.stage_entered_at = event_.at;
        for (PartyFacts const& party : e.parties)
            state_.parties.edit()[index_of(party.side)] = party;
        state_.claim = e.claim;
        state_.consents = e.consents;
        state_.missing = e.missing;
        state_.calendars = e.calendars;
        if (e.missing.empty()) state_.commenced_at = event_.at;
    }
    void operator()(NoticeCompleted const& e) const {
        state_.missing = e.missing;
        if (e.missing.empty()) state_.commenced_at = event_.at;
    }
    void operator()(Responded const& e) const {
        state_.response = e.answer;
        state_.counterclaim = e.counterclaim;
    }
    void operator()(Replied const& e) const { state_.reply = e.answer; }
    void operator()(OfferMade const& e) const {
        std::vector<Offer>& offers = state_.offers.edit();
        for (Offer& earlier : offers)
            if (earlier.status == OfferStatus::open && earlier.by == event_.actor.role)
                earlier.status = OfferStatus::replaced;
        offers.push_back({e.offer,
                          event_.id,
                          event_.actor.role,
                          event_.at,
                          e.remedies,
                          e.expires_at,
                          OfferStatus::open,
                          {},
                          state_.label});
    }
    void operator()(OfferAccepted const& e) const {
        Offer* offer = find_offer(e.offer);
        if (offer == nullptr) return;
        if (auto side = side_of(event_.actor.role)) offer->accepted_by[index_of(*side)] = true;
        if (!e.settles) return;
        offer->status = OfferStatus::accepted;
        settle(std::vector<Remedy>(*offer->remedies));
    }
    void operator()(OfferDeclined const& e) const {
        if (Offer* offer = find_offer(e.offer)) offer->status = OfferStatus::declined;
    }
    void operator()(MessagePosted const&) const {}
    void operator()(ExtensionProposed const& e) const {
        if (auto side = side_of(event_.actor.role))
            state_.proposed_extension = ProposedExtension{*side, e.deadline, e.by};
    }
    void operator()(DeadlineExtended const& e) const {
        if (e.cause == "granted") ++state_.granted.edit()[e.deadline];
        if (e.cause != "agreed" && e.cause != "requested")
            return; // time given from outside takes nothing from the parties' own
        ++state_.extensions.edit()[e.deadline];
        state_.proposed_extension.reset();
    }
    void operator()(StepTaken const&) const {}
    void operator()(NeutralAppointed const& e) const {
        Seat& seat = seat_in(e.seat);
        if (seat.status != SeatStatus::vacant && seat.neutral != e.neutral) vacate(seat);
        seat.neutral = e.neutral;
        seat.status = SeatStatus::asked;
        if (e.seated) sit(seat);
    }
    void operator()(AppointmentAccepted const& e) const {
        Seat& seat = seat_in(e.seat);
        seat.neutral = e.neutral;
        sit(seat);
    }
    void operator()(NeutralObjected const& e) const {
        Seat& seat = seat_in(e.seat);
        std::optional<Side> const side = side_of(event_.actor.role);
        if (side && e.kind == ObjectionKind::peremptory) ++seat.peremptory[index_of(*side)];
        if (e.removes) vacate(seat);
        else seat.challenged_by = side;
    }
    void operator()(ObjectionDecided const& e) const {
        Seat& seat = seat_in(e.seat);
        seat.challenged_by.reset();
        if (e.upheld) vacate(seat);
    }
    void operator()(NeutralStoodDown const& e) const { vacate(seat_in(e.seat)); }
    void operator()(InterestDisclosed const&) const {}
    void operator()(FinalDateSet const& e) const { state_.final_date = e.at; }
    void operator()(EvidenceSubmitted const&) const {}
    void operator()(EvidenceRequested const&) const {}
    void operator()(OutcomeRendered const& e) const {
        state_.outcomes.edit().push_back({e.kind,
                                          e.binding,
                                          e.version,
                                          event_.id,
                                          event_.at,
                                          e.dispositions,
                                          e.place,
                                          e.basis,
                                          e.neutral,
                                          {},
                                          e.text_sha256,
                                          false,
                                          {}});
        state_.correction_asked_by.reset();
    }
    void operator()(CorrectionRequested const&) const {
        state_.correction_asked_by = side_of(event_.actor.role);
    }
    void operator()(OutcomeAccepted const& e) const {
        if (state_.outcomes.empty()) return;
        OutcomeState& outcome = state_.outcomes.edit().back();
        if (auto side = side_of(event_.actor.role)) outcome.accepted_by[index_of(*side)] = true;
        if (e.binds) outcome.binding = Binding::both;
    }
    void operator()(OutcomeRefused const&) const { mark("outcome_refused"); }
    void operator()(ConsentGiven const& e) const {
        if (!e.pending) return state_.consents.edit().push_back(e.consent);
        std::erase_if(state_.pending_consents.edit(), [&](Consent const& c) {
            return c.by == e.consent.by && c.kind == e.consent.kind;
        });
        state_.pending_consents.edit().push_back(e.consent);
    }
    void operator()(ConsentConfirmed const& e) const {
        auto const side = side_of(event_.actor.role);
        for (Consent const& consent : state_.pending_consents)
            if (side == consent.by && consent.kind == e.kind)
                state_.consents.edit().push_back(consent);
        std::erase_if(state_.pending_consents.edit(),
                      [&](Consent const& c) { return side == c.by && c.kind == e.kind; });
    }
    void operator()(ConsentRevoked const& e) const {
        auto const side = side_of(event_.actor.role);
        auto const meant = [&](Consent const& c) { return side == c.by && c.kind == e.kind; };
        std::erase_if(state_.pending_consents.edit(), meant);
        std::erase_if(state_.consents.edit(), meant);
    }
    void operator()(ConsentLapsed const& e) const {
        auto const meant = [&](Consent const& c) { return c.kind == e.kind; };
        std::erase_if(state_.pending_consents.edit(), meant);
        std::erase_if(state_.consents.edit(), meant);
    }
    void operator()(FilePassed const& e) const { seat_in(e.seat).file_open = true; }
    void operator()(FileObjected const& e) const {
        seat_in(e.seat).file_open = false;
        state_.file_closed = true;
    }
    void operator()(ReviewRequested const&) const {
        state_.review_asked_by = side_of(event_.actor.role);
        vacate(seat_in(SeatKind::decider));
    }
    void operator()(ReviewDecided const& e) const {
        state_.review_asked_by.reset();
        if (!e.annulled || state_.outcomes.empty()) return;
        OutcomeState& annulled = state_.outcomes.edit().back();
        annulled.annulled = true;
        annulled.binding = Binding::none;
    }
    void operator()(FactsCorrected const& e) const {
        PartyFacts& party = state_.parties.edit()[index_of(e.side)];
        if (e.kind) party.kind = *e.kind;
        if (e.country) party.country = *e.country;
    }
    void operator()(DetailsChanged const& e) const {
        auto const side = side_of(event_.actor.role);
        if (!side) return;
        PartyFacts& party = state_.parties.edit()[index_of(*side)];
        if (e.time_zone) party.time_zone = *e.time_zone;
        if (e.language) party.language = *e.language;
    }
    void operator()(ClaimAmended const& e) const { state_.claim = e.claim; }
    void operator()(CounterclaimMade const& e) const { state_.counterclaim = e.claim; }
    void operator()(LanguageAsked const& e) const {
        if (auto side = side_of(event_.actor.role))
            state_.language_asked_by[index_of(*side)] = e.language;
        if (e.agreed) state_.language = e.language;
    }
    void operator()(LanguagesListed const& e) const {
        state_.languages = e.languages;
        if (!e.agreed.empty()) state_.language = e.agreed;
    }
    void operator()(RepresentativeNamed const& e) const {
        state_.consents.edit().push_back(e.consent);
    }
    void operator()(BurdenReversed const& e) const { state_.burden_on = e.on; }
    void operator()(ConsentAwardAsked const&) const {
        if (auto side = side_of(event_.actor.role))
            state_.consent_award_asked_by[index_of(*side)] = true;
    }
    void operator()(OutcomePublished const& e) const {
        if (!state_.outcomes.empty()) state_.outcomes.edit().back().published = e.redaction;
    }
    void operator()(DocumentFiled const& e) const {
        FiledDocument& filed = state_.documents.edit()[e.document];
        filed = {event_.id, event_.actor.role, event_.at, state_.label, filed.times + 1, e.values};
    }
    void operator()(ProcedureAgreed const& e) const {
        if (auto side = side_of(event_.actor.role))
            state_.procedure_agreed_by[index_of(*side)] = e.procedure.version;
    }
    void operator()(ProcedureChanged const& e) const {
        state_.procedure = e.procedure;
        state_.procedure_agreed_by = {};
    }
    void operator()(WithdrawalProposed const&) const {
        state_.withdrawal_asked_by = side_of(event_.actor.role);
    }
    void operator()(Withdrawn const&) const {
        conclude(OutcomeKind::withdrawal, Binding::none, {});
    }
    void operator()(PerformanceConfirmed const&) const {}
    void operator()(BreachReported const&) const {}
    void operator()(DeadlinePassed const&) const {}
    void operator()(ContentErased const&) const {} // content is nothing that a state reads

    // The parties agree on these terms: a contract between both.
    void settle(std::vector<Remedy> const& terms) const {
        conclude(OutcomeKind::settlement, Binding::both, terms);
    }
    void mark(std::string_view what) const {
        if (!state_.marked(what)) state_.marks.edit().emplace_back(what);
    }

private:
    Offer* find_offer(OfferId id) const {
        std::vector<Offer>& offers = state_.offers.edit();
        auto found = std::ranges::find(offers, id, &Offer::id);
        return found == offers.end() ? nullptr : &*found;
    }
    Seat& seat_in(SeatKind kind) const { return state_.seats.edit()[index_of(kind)]; }
    // A seat taken again by someone new is a replacement; who declined before ever sitting is not.
    void sit(Seat& seat) const {
        if (seat.notified_at != Instant{}) ++seat.replacements;
        seat.status = SeatStatus::seated;
        seat.notified_at = event_.at;
        seat.challenged_by.reset();
        seat.file_open = false;
    }
    void conclude(OutcomeKind kind, Binding binding, std::vector<Remedy> const& terms) const {
        Seat const& mediator = state_.seat(SeatKind::mediator);
        std::optional<NeutralId> neutral;
        if (mediator.status == SeatStatus::seated) neutral = mediator.neutral;
        state_.outcomes.edit().push_back(
            {kind, binding, 1, event_.id, event_.at, terms, {}, {}, neutral, {}, {}, false, {}});
    }

    DisputeState& state_;
    DisputeId dispute_;
    Event const& event_;
};

void drop(DisputeState& state, DroppedDeadline const& dropped, Instant at) {
    std::vector<Deadline>& open = state.deadlines.edit();
    auto found = std::ranges::find_if(open, [&](Deadline const& d) {
        return d.name == dropped.name && d.stamp == dropped.stamp;
    });
    if (found == open.end()) return;
    if (dropped.days_left)
        state.suspended.edit().push_back({std::move(*found), *dropped.days_left, at});
    open.erase(found);
}

void arm(DisputeState& state, Deadline const& deadline) {
    std::vector<Deadline>& open = state.deadlines.edit();
    auto place = std::ranges::lower_bound(open, deadline.name, {}, &Deadline::name);
    if (place != open.end() && place->name == deadline.name) *place = deadline;
    else open.insert(place, deadline);
    state.last_stamp = std::max(state.last_stamp, deadline.stamp);
}

void enter(DisputeState& state, Event const& event, StageEntered const& entered) {
    state.stage = entered.stage;
    state.label = entered.label;
    state.status = entered.status;
    state.ended = entered.ends;
    state.resumes = entered.resumes;
    state.stage_entered_at = event.at;
    state.proposed_extension.reset(); // it was about a clock of the stage left
    if (!std::holds_alternative<CorrectionRequested>(event.body)) state.correction_asked_by.reset();
}

void note_taken(DisputeState& state, Event const& event) {
    std::vector<TakenStep>& taken = state.taken.edit();
    auto const known = std::ranges::find_if(taken, [&](TakenStep const& t) {
        return t.by == event.actor.role && t.step == event.step;
    });
    if (known != taken.end()) known->at = event.at;
    else taken.push_back({event.actor.role, event.step, event.at});
}

} // namespace

void apply_facts(DisputeState& state, DisputeId dispute, Event const& event) {
    Label const said_under = state.label; // before the event leads anywhere
    std::visit(Fold(state, dispute, event), event.body);
    if (event.then.passed) {
        std::string const name = event.then.passed->name;
        drop(state, {name, event.then.passed->stamp, std::nullopt}, event.at);
        state.passed.edit().emplace_back(name, event.at);
    }
    ++state.version;
    state.last_at = event.at;
    ++state.counts[static_cast<std::size_t>(event.room)][static_cast<std::size_t>(said_under)];
    // What is said in confidence leaves no trace that an act of another could depend on.
    if (event.room == Room::joint && !event.step.empty()) note_taken(state, event);
}

void apply_consequences(DisputeState& state, Event const& event) {
    Consequences const& then = event.then;
    if (then.reevaluated) state.resolution = then.reevaluated->after;
    for (SeatKind const kind : then.vacated) vacate(state.seats.edit()[index_of(kind)]);
    for (std::string const& mark : then.cleared) std::erase(state.marks.edit(), mark);
    if (then.entered && !state.suspended.empty())
        state.suspended = {}; // resumed, or never to be resumed
    for (DroppedDeadline const& dropped : then.dropped) drop(state, dropped, event.at);
    if (then.entered) {
        enter(state, event, *then.entered);
        // A claim that was accepted outright settles on its own terms.
        bool const settled_by_answer = then.entered->ends &&
                                       then.entered->status == Status::settled &&
                                       std::holds_alternative<Responded>(event.body);
        if (settled_by_answer) Fold(state, state.id, event).settle(state.claim->remedies);
    }
    for (Deadline const& deadline : then.armed) arm(state, deadline);
    for (std::string const& what : then.marks)
        if (!state.marked(what)) state.marks.edit().push_back(what);
}

void apply(DisputeState& state, DisputeId dispute, Event const& event) {
    apply_facts(state, dispute, event);
    apply_consequences(state, event);
}

Deadline const* first_due(DisputeState const& state, Instant at) {
    Deadline const* first = nullptr;
    for (Deadline const& deadline : state.deadlines) {
        if (deadline.at >= at) continue;
        bool const sooner = first == nullptr || deadline.at < first->at ||
                            (deadline.at == first->at && deadline.stamp < first->stamp);
        if (sooner) first = &deadline;
    }
    return first;
}

} // namespace parley
