#pragma once

#include "engine/base/json.hpp"
#include "engine/base/refusal.hpp"
#include "engine/model/deadline.hpp"
#include "engine/model/dispute.hpp"

#include <string>
#include <variant>
#include <vector>

namespace parley {

// What happened, one struct a kind. Each holds facts alone: what `apply` reads, pseudonymous and kept
// for ever. Words, names and addresses are content beside the event (docs/FORMATS.md).

struct DisputeFiled {
    PlatformId platform;
    bool live = false;
    std::optional<TestClockId> clock;
    std::vector<PartyFacts> parties; // claimant, then respondent
    ClaimFacts claim;
    Instant concluded_at;
    std::string channel; // b2c, b2b, c2c, c2b as the platform calls the sale
    std::vector<Consent> consents;
    ProcedureRef procedure;
    Resolution resolution;
    friend bool operator==(DisputeFiled const&, DisputeFiled const&) = default;
};
enum class Answer : std::uint8_t { contest, accept };
template <>
struct EnumNames<Answer> {
    static constexpr std::string_view names[] = {"contest", "accept"};
};
struct Responded {
    Answer answer = Answer::contest;
    std::vector<Remedy> remedies; // solutions the respondent proposes
    std::optional<ClaimFacts> counterclaim;
    friend bool operator==(Responded const&, Responded const&) = default;
};
struct Replied {
    Answer answer = Answer::contest;
    friend bool operator==(Replied const&, Replied const&) = default;
};
struct OfferMade {
    OfferId offer;
    std::vector<Remedy> remedies;
    std::optional<Instant> expires_at;
    friend bool operator==(OfferMade const&, OfferMade const&) = default;
};
struct OfferAccepted {
    OfferId offer;
    bool settles = false; // every side whose word is needed has given it
    friend bool operator==(OfferAccepted const&, OfferAccepted const&) = default;
};
struct OfferDeclined {
    OfferId offer;
    friend bool operator==(OfferDeclined const&, OfferDeclined const&) = default;
};
struct MessagePosted {
    friend bool operator==(MessagePosted const&, MessagePosted const&) = default;
};
// One side asks to move a deadline; changes nothing until the other asks for the same (Art. 5(5)).
struct ExtensionProposed {
    std::string deadline;
    Period by;
    friend bool operator==(ExtensionProposed const&, ExtensionProposed const&) = default;
};
// The deadline moved; the new one stands in `then.armed`.
struct DeadlineExtended {
    std::string deadline;
    Period by;
    std::string cause; // agreed, granted, outage
    friend bool operator==(DeadlineExtended const&, DeadlineExtended const&) = default;
};
// A step without facts of its own beyond where it leads (asking for the mediator, moving on).
struct StepTaken {
    friend bool operator==(StepTaken const&, StepTaken const&) = default;
};
struct NeutralAppointed {
    SeatKind seat = SeatKind::mediator;
    NeutralId neutral;
    bool drawn = false;  // by the clock from the roster, rather than named by the administrator
    bool seated = false; // at once (a drawn or consented neutral); else on acceptance
    std::uint32_t candidates = 0; // how many the draw chose among
    friend bool operator==(NeutralAppointed const&, NeutralAppointed const&) = default;
};
struct AppointmentAccepted {
    SeatKind seat = SeatKind::mediator;
    NeutralId neutral;
    friend bool operator==(AppointmentAccepted const&, AppointmentAccepted const&) = default;
};
enum class ObjectionKind : std::uint8_t { peremptory, cause };
template <>
struct EnumNames<ObjectionKind> {
    static constexpr std::string_view names[] = {"peremptory", "cause"};
};
struct NeutralObjected {
    SeatKind seat = SeatKind::mediator;
    NeutralId neutral;
    ObjectionKind kind = ObjectionKind::peremptory;
    bool removes = false; // peremptory: the neutral is out at once
    friend bool operator==(NeutralObjected const&, NeutralObjected const&) = default;
};
struct ObjectionDecided {
    SeatKind seat = SeatKind::mediator;
    NeutralId neutral;
    bool upheld = false; // true: the neutral is out
    friend bool operator==(ObjectionDecided const&, ObjectionDecided const&) = default;
};
// The neutral declined the appointment or stood down from it.
struct NeutralStoodDown {
    SeatKind seat = SeatKind::mediator;
    NeutralId neutral;
    friend bool operator==(NeutralStoodDown const&, NeutralStoodDown const&) = default;
};
struct InterestDisclosed {
    SeatKind seat = SeatKind::mediator;
    NeutralId neutral;
    friend bool operator==(InterestDisclosed const&, InterestDisclosed const&) = default;
};
struct FinalDateSet {
    Instant at;
    friend bool operator==(FinalDateSet const&, FinalDateSet const&) = default;
};
struct EvidenceSubmitted {
    EvidenceId evidence;
    friend bool operator==(EvidenceSubmitted const&, EvidenceSubmitted const&) = default;
};
struct EvidenceRequested {
    Side from = Side::claimant;
    friend bool operator==(EvidenceRequested const&, EvidenceRequested const&) = default;
};
enum class OutcomeKind : std::uint8_t {
    settlement,
    award,
    recommendation,
    withdrawal,
    dismissal,
    referral,
};
template <>
struct EnumNames<OutcomeKind> {
    static constexpr std::string_view names[] = {"settlement", "award",     "recommendation",
                                                 "withdrawal", "dismissal", "referral"};
};
enum class Binding : std::uint8_t { none, one_side, both };
template <>
struct EnumNames<Binding> {
    static constexpr std::string_view names[] = {"none", "one_side", "both"};
};
// An award or a recommendation; a correction renders the next version, the old one stays.
struct OutcomeRendered {
    OutcomeKind kind = OutcomeKind::recommendation;
    Binding binding = Binding::none;
    std::uint32_t version = 1;
    NeutralId neutral;
    std::vector<Remedy> dispositions; // one or more, `nothing` where a claim fails
    std::string place;                // seat of the arbitration, award only
    std::string basis;                // ex_aequo_et_bono, contract, law
    friend bool operator==(OutcomeRendered const&, OutcomeRendered const&) = default;
};
struct CorrectionRequested {
    friend bool operator==(CorrectionRequested const&, CorrectionRequested const&) = default;
};
struct OutcomeAccepted {
    std::uint32_t version = 1;
    bool binds = false; // every acceptance that is needed is there
    friend bool operator==(OutcomeAccepted const&, OutcomeAccepted const&) = default;
};
struct OutcomeRefused {
    std::uint32_t version = 1;
    friend bool operator==(OutcomeRefused const&, OutcomeRefused const&) = default;
};
struct ConsentGiven {
    Consent consent;
    friend bool operator==(ConsentGiven const&, ConsentGiven const&) = default;
};
struct WithdrawalProposed {
    friend bool operator==(WithdrawalProposed const&, WithdrawalProposed const&) = default;
};
struct Withdrawn {
    friend bool operator==(Withdrawn const&, Withdrawn const&) = default;
};
struct PerformanceConfirmed {
    friend bool operator==(PerformanceConfirmed const&, PerformanceConfirmed const&) = default;
};
struct BreachReported {
    friend bool operator==(BreachReported const&, BreachReported const&) = default;
};
// Dated at the deadline itself, whenever it was processed (S10).
struct DeadlinePassed {
    std::string deadline;
    std::uint32_t stamp = 0;
    friend bool operator==(DeadlinePassed const&, DeadlinePassed const&) = default;
};
// Content was deleted; commitments stay and every proof still verifies.
struct ContentErased {
    std::vector<EventId> events;
    friend bool operator==(ContentErased const&, ContentErased const&) = default;
};

// The order is the order of EventNames below; released kinds keep name and version for ever.
using EventBody =
    std::variant<DisputeFiled, Responded, Replied, OfferMade, OfferAccepted, OfferDeclined,
                 MessagePosted, ExtensionProposed, DeadlineExtended, StepTaken, NeutralAppointed,
                 AppointmentAccepted, NeutralObjected, ObjectionDecided, NeutralStoodDown,
                 InterestDisclosed, FinalDateSet, EvidenceSubmitted, EvidenceRequested,
                 OutcomeRendered, CorrectionRequested, OutcomeAccepted, OutcomeRefused,
                 ConsentGiven, WithdrawalProposed, Withdrawn, PerformanceConfirmed, BreachReported,
                 DeadlinePassed, ContentErased>;
constexpr std::string_view event_names[] = {
    "dispute_filed",       "responded",          "replied",
    "offer_made",          "offer_accepted",     "offer_declined",
    "message_posted",      "extension_proposed", "deadline_extended",
    "step_taken",          "neutral_appointed",  "appointment_accepted",
    "neutral_objected",    "objection_decided",  "neutral_stood_down",
    "interest_disclosed",  "final_date_set",     "evidence_submitted",
    "evidence_requested",  "outcome_rendered",   "correction_requested",
    "outcome_accepted",    "outcome_refused",    "consent_given",
    "withdrawal_proposed", "withdrawn",          "performance_confirmed",
    "breach_reported",     "deadline_passed",    "content_erased"};
static_assert(std::size(event_names) == std::variant_size_v<EventBody>);

enum class Status : std::uint8_t {
    open,
    settled,
    withdrawn,
    decided,
    closed,
};
template <>
struct EnumNames<Status> {
    static constexpr std::string_view names[] = {"open", "settled", "withdrawn", "decided",
                                                 "closed"};
};

// The stage that an event led to, as computed then.
struct StageEntered {
    std::string stage;
    Label label = Label::open;
    Status status = Status::open;
    bool ends = false;
    std::optional<std::string> resumes; // left to come back to this stage
    friend bool operator==(StageEntered const&, StageEntered const&) = default;
};

// Availability on the platform told to someone in the same batch: contractual receipt (S12).
struct Notified {
    Role to = Role::respondent;
    std::string notice; // template name
    friend bool operator==(Notified const&, Notified const&) = default;
};

// What follows from an event, travelling inside it as computed, so that replaying needs neither the
// procedure nor the time-zone data.
struct Consequences {
    std::optional<DroppedDeadline>
        passed; // the deadline whose passing this is: on every event of the clock
    std::optional<StageEntered> entered;
    std::vector<DroppedDeadline> dropped;
    std::vector<Deadline> armed;
    std::vector<std::string> marks; // facts of record, such as respondent_silent
    std::vector<Notified> notified;
    bool empty() const {
        return !passed && !entered && dropped.empty() && armed.empty() && marks.empty() &&
               notified.empty();
    }
    friend bool operator==(Consequences const&, Consequences const&) = default;
};

struct Event {
    EventId id;
    std::string step; // the act of the procedure, or empty
    Room room = Room::joint;
    std::string stage; // in which it was said
    Instant at;
    Actor actor;
    EventBody body;
    Consequences then; // empty outside the joint room
    friend bool operator==(Event const&, Event const&) = default;
};
constexpr std::int32_t event_version = 1;

inline std::string_view type_of(Event const& event) { return event_names[event.body.index()]; }

// Events <-> bytes by (name, version). `facts_of` writes the facts object of an envelope; `read_event`
// takes the members of a stored envelope back. A fault names what does not fit: the caller
// quarantines that dispute.
void append_facts(std::string& out, Event const& event);
std::expected<Event, std::string> read_event(Json const& envelope);

// Pieces that views write the same way.
void write(JsonWriter& json, Remedy const& remedy);
void write(JsonWriter& json, std::vector<Remedy> const& remedies);
void write(JsonWriter& json, ClaimFacts const& claim);
void write(JsonWriter& json, Consent const& consent);
void write(JsonWriter& json, Deadline const& deadline);
void write(JsonWriter& json, Resolution const& resolution);

} // namespace parley
