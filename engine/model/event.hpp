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
    std::vector<std::string> missing; // items a notice must have and this one lacks (Art. 4A)
    std::string calendars;            // edition of the calendars that this dispute keeps to
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
    std::string cause; // agreed, requested, granted, outage
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
    std::string basis;                // ex_aequo_et_bono, contract, law, consent
    std::string text_sha256;          // of the text as it is shown, which holds a random code
    friend bool operator==(OutcomeRendered const&, OutcomeRendered const&) = default;
};
struct CorrectionRequested {
    friend bool operator==(CorrectionRequested const&, CorrectionRequested const&) = default;
};
struct OutcomeAccepted {
    std::uint32_t version = 1;
    bool binds = false;      // every acceptance that is needed is there
    std::string text_sha256; // of the very text that was accepted (C4)
    friend bool operator==(OutcomeAccepted const&, OutcomeAccepted const&) = default;
};
struct OutcomeRefused {
    std::uint32_t version = 1;
    friend bool operator==(OutcomeRefused const&, OutcomeRefused const&) = default;
};
struct ConsentGiven {
    Consent consent;
    bool pending = false; // counts for nothing until it is confirmed after a time for reflection
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
// The claimant supplied what the notice lacked.
struct NoticeCompleted {
    std::vector<std::string> missing; // still
    friend bool operator==(NoticeCompleted const&, NoticeCompleted const&) = default;
};
// Nobody objected in time: this neutral may read what was said in negotiation (Art. 9(8)).
struct FilePassed {
    SeatKind seat = SeatKind::mediator;
    friend bool operator==(FilePassed const&, FilePassed const&) = default;
};
// A side keeps what was said in negotiation from the neutral (Art. 9(8)).
struct FileObjected {
    SeatKind seat = SeatKind::mediator;
    friend bool operator==(FileObjected const&, FileObjected const&) = default;
};
// A side asks for the award to be annulled (Art. 7 ter); whoever gave it leaves the seat.
struct ReviewRequested {
    friend bool operator==(ReviewRequested const&, ReviewRequested const&) = default;
};
struct ReviewDecided {
    NeutralId neutral;
    bool annulled = false;
    friend bool operator==(ReviewDecided const&, ReviewDecided const&) = default;
};
// A pending consent becomes one that counts, is taken back, or has run out.
struct ConsentConfirmed {
    ConsentKind kind = ConsentKind::arbitration;
    friend bool operator==(ConsentConfirmed const&, ConsentConfirmed const&) = default;
};
struct ConsentRevoked {
    ConsentKind kind = ConsentKind::arbitration;
    friend bool operator==(ConsentRevoked const&, ConsentRevoked const&) = default;
};
struct ConsentLapsed {
    ConsentKind kind = ConsentKind::arbitration;
    friend bool operator==(ConsentLapsed const&, ConsentLapsed const&) = default;
};
// A fact about a party proved to be another than the notice said; the track is looked at again.
struct FactsCorrected {
    Side side = Side::claimant;
    std::optional<PartyKind> kind;
    std::optional<std::string> country;
    friend bool operator==(FactsCorrected const&, FactsCorrected const&) = default;
};
// A party moved (Art. 3(2), 3(3)); no running deadline moves with it (S4).
struct DetailsChanged {
    std::optional<std::string> time_zone;
    std::optional<std::string> language;
    friend bool operator==(DetailsChanged const&, DetailsChanged const&) = default;
};
struct ClaimAmended {
    ClaimFacts claim;
    friend bool operator==(ClaimAmended const&, ClaimAmended const&) = default;
};
// A counterclaim that comes after the response, by leave of the neutral (Art. 4C(1)).
struct CounterclaimMade {
    ClaimFacts claim;
    friend bool operator==(CounterclaimMade const&, CounterclaimMade const&) = default;
};
// Language of the proceedings (Art. 15): a side asks, the administrator lists, both agree.
struct LanguageAsked {
    std::string language;
    bool agreed = false; // the other side asked for the same, and it is to be had
    friend bool operator==(LanguageAsked const&, LanguageAsked const&) = default;
};
struct LanguagesListed {
    std::vector<std::string> languages;
    std::string agreed; // what both sides had asked for, now that it is to be had
    friend bool operator==(LanguagesListed const&, LanguagesListed const&) = default;
};
struct RepresentativeNamed {
    Consent consent; // C7, of the mandate as it was shown
    friend bool operator==(RepresentativeNamed const&, RepresentativeNamed const&) = default;
};
// Exceptionally the other side proves a fact (Art. 7(2)).
struct BurdenReversed {
    Side on = Side::respondent;
    friend bool operator==(BurdenReversed const&, BurdenReversed const&) = default;
};
struct ConsentAwardAsked {
    friend bool operator==(ConsentAwardAsked const&, ConsentAwardAsked const&) = default;
};
enum class PublicationGround : std::uint8_t { consent, legal_duty, protection_of_a_right, court };
template <>
struct EnumNames<PublicationGround> {
    static constexpr std::string_view names[] = {"consent", "legal_duty", "protection_of_a_right",
                                                 "court"};
};
struct OutcomePublished {
    PublicationGround ground = PublicationGround::consent;
    Redaction redaction = Redaction::full;
    friend bool operator==(OutcomePublished const&, OutcomePublished const&) = default;
};
// A document of the procedure: its fields but for the words, each as text, in the order of the file.
struct DocumentFiled {
    std::string document;
    std::vector<std::pair<std::string, std::string>> values;
    friend bool operator==(DocumentFiled const&, DocumentFiled const&) = default;
};
// A side agrees that the dispute goes on under another version of its procedure, which gives it less time.
struct ProcedureAgreed {
    ProcedureRef procedure;
    friend bool operator==(ProcedureAgreed const&, ProcedureAgreed const&) = default;
};
// The administrator moved the dispute to another version of its procedure; clocks that run otherwise under
// it stand in `then`.
struct ProcedureChanged {
    ProcedureRef procedure; // from now on
    ProcedureRef before;
    friend bool operator==(ProcedureChanged const&, ProcedureChanged const&) = default;
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
                 DeadlinePassed, ContentErased, NoticeCompleted, FilePassed, FileObjected,
                 ReviewRequested, ReviewDecided, ConsentConfirmed, ConsentRevoked, ConsentLapsed,
                 FactsCorrected, DetailsChanged, ClaimAmended, CounterclaimMade, LanguageAsked,
                 LanguagesListed, RepresentativeNamed, BurdenReversed, ConsentAwardAsked,
                 OutcomePublished, DocumentFiled, ProcedureAgreed, ProcedureChanged>;
constexpr std::string_view event_names[] = {
    "dispute_filed",       "responded",           "replied",
    "offer_made",          "offer_accepted",      "offer_declined",
    "message_posted",      "extension_proposed",  "deadline_extended",
    "step_taken",          "neutral_appointed",   "appointment_accepted",
    "neutral_objected",    "objection_decided",   "neutral_stood_down",
    "interest_disclosed",  "final_date_set",      "evidence_submitted",
    "evidence_requested",  "outcome_rendered",    "correction_requested",
    "outcome_accepted",    "outcome_refused",     "consent_given",
    "withdrawal_proposed", "withdrawn",           "performance_confirmed",
    "breach_reported",     "deadline_passed",     "content_erased",
    "notice_completed",    "file_passed",         "file_objected",
    "review_requested",    "review_decided",      "consent_confirmed",
    "consent_revoked",     "consent_lapsed",      "facts_corrected",
    "details_changed",     "claim_amended",       "counterclaim_made",
    "language_asked",      "languages_listed",    "representative_named",
    "burden_reversed",     "consent_award_asked", "outcome_published",
    "document_filed",      "procedure_agreed",    "procedure_changed"};
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

// The track was looked at again because a fact changed: both answers stand in the record, also where
// they are the same.
struct Reevaluation {
    Resolution before, after;
    friend bool operator==(Reevaluation const&, Reevaluation const&) = default;
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
    std::optional<Reevaluation> reevaluated;
    std::vector<std::string> cleared; // marks that no longer hold
    std::vector<SeatKind> vacated;    // who sat here leaves
    bool empty() const {
        return !passed && !entered && dropped.empty() && armed.empty() && marks.empty() &&
               notified.empty() && !reevaluated && cleared.empty() && vacated.empty();
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
