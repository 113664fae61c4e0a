#pragma once

#include "engine/model/event.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace parley {

// What an act takes. The shape belongs to the behaviour behind the step, not to its name.

// A remedy with the words that go with it; words become content.
struct RemedyInput {
    Remedy remedy;
    std::string description;
};
struct PartyInput {
    PartyKind kind = PartyKind::consumer;
    std::string name, email, country, language, time_zone;
    std::string address;        // optional, free lines
    std::string representative; // optional; who speaks for the party and by what authority
};
struct ItemInput {
    std::string description;
    std::int64_t quantity = 1;
    Money price;
};
struct DeliveryInput {
    std::string carrier, tracking_number, promised_by; // promised_by: a civil date or empty
    std::optional<Instant> delivered_at;
};
struct TransactionInput {
    std::string reference;
    Instant concluded_at;
    std::string channel;
    Money total;
    std::vector<ItemInput> items;
    std::optional<DeliveryInput> delivery;
};
struct ClaimInput {
    ClaimReason reason = ClaimReason::other;
    Money amount;
    std::string statement;
    std::vector<RemedyInput> remedies;
};
// POST /v1/disputes: the notice (docs/LAW.md).
struct FileInput {
    PartyInput claimant, respondent;
    TransactionInput transaction;
    ClaimInput claim;
    std::vector<Consent> consents;
    std::string identified_by;
    std::vector<std::string> other_remedies;
    std::optional<std::string> procedure; // none: the resolver chooses
    std::optional<TestClockId> clock;
    std::vector<std::pair<std::string, std::string>> metadata;
};

struct NoInput {};
struct MessageInput { // message, withdraw, decline, object and the like: words, sometimes a room
    std::string text; // may be empty where the behaviour says so
    Room room = Room::joint;
};
struct RespondInput {
    Answer answer = Answer::contest;
    std::string statement;
    std::vector<RemedyInput> remedies;
    std::optional<ClaimInput> counterclaim;
};
struct ReplyInput {
    Answer answer = Answer::contest;
    std::string statement;
};
struct OfferInput {
    std::vector<RemedyInput> remedies;
    std::string message;
    std::optional<Instant> expires_at;
};
struct OfferRefInput {            // accept, decline
    std::optional<OfferId> offer; // none: the one open offer
    std::string message;
};
struct ExtendInput {
    std::optional<std::string> deadline; // none: the one the step extends
    Period by;
    std::string reason;
};
struct AppointInput {
    NeutralId neutral;
    std::string reasons;
};
struct AcceptAppointmentInput { // Art. 9(1)-(3): time available, impartial and independent
    bool available = false;
    bool impartial = false;
    std::string disclosure;
};
struct ObjectInput {
    ObjectionKind kind = ObjectionKind::peremptory;
    std::string reasons; // required for cause
};
struct DecideObjectionInput {
    bool upheld = false;
    std::string reasons;
};
struct FinalDateInput {
    Instant at;
    std::string message;
};
struct EvidenceInput {
    std::string description;
    std::string reference; // a document number, a link, a tracking number
};
struct RequestEvidenceInput {
    Side from = Side::claimant;
    std::string description;
};
struct OutcomeInput { // award, recommend, correct
    std::vector<RemedyInput> dispositions;
    std::string grounds;   // brief grounds (Art. 7(5))
    std::string place;     // award: place of arbitration (Art. 7(4)); empty takes the procedure's
    std::string signature; // award: how the neutral signs (data that identify and approve)
};
struct OutcomeRefInput { // accept_outcome, refuse_outcome
    std::optional<std::uint32_t> version;
    std::string text_sha256; // accepting names the very text (C4); empty where left out
    std::string message;
};
struct ConsentInput {
    Consent consent; // `by` and `given_at` are set from actor and stamp
};

struct CompleteInput { // what an incomplete notice lacked; empty: still lacking
    std::string respondent_email;
    std::string identified_by;
};
struct DetailsInput { // what a party changes about itself; absent: as before
    std::optional<std::string> email, address, time_zone, language;
};
struct FactsInput {
    Side side = Side::claimant;
    std::optional<PartyKind> kind;
    std::optional<std::string> country;
    std::string reasons;
};
struct LanguageInput {
    std::string language; // BCP 47
};
struct LanguagesInput {
    std::vector<std::string> languages;
};
struct RepresentativeInput { // Art. 16: names, addresses and authority
    std::string name, email, address, authority;
    Consent consent; // the mandate as it was shown; `by` and `given_at` are set later
};
struct BurdenInput {
    Side on = Side::respondent;
    std::string fact; // what is to be proved
    std::string reasons;
};
struct PublicationInput {
    PublicationGround ground = PublicationGround::consent;
    std::string reasons;
};
struct RecordInput { // a settlement recorded as an award: its form, for the terms are agreed
    std::string place, signature;
    std::string grounds; // may be left out, for the parties agreed
};
// What a document's fields are said to hold; core holds them against the procedure.
using FieldValue = std::variant<std::string, bool, std::int64_t, Money>;
struct DocumentInput {
    std::vector<std::pair<std::string, FieldValue>> fields; // each name once
};
struct ProcedureInput { // change_procedure
    std::int32_t version = 0;
    std::string reasons;
};
struct ConsentRefInput {
    ConsentKind kind = ConsentKind::arbitration;
};

using ActInput = std::variant<
    NoInput, MessageInput, RespondInput, ReplyInput, OfferInput, OfferRefInput, ExtendInput,
    AppointInput, AcceptAppointmentInput, ObjectInput, DecideObjectionInput, FinalDateInput,
    EvidenceInput, RequestEvidenceInput, OutcomeInput, OutcomeRefInput, ConsentInput, CompleteInput,
    DetailsInput, FactsInput, ClaimInput, LanguageInput, LanguagesInput, RepresentativeInput,
    BurdenInput, PublicationInput, ConsentRefInput, RecordInput, DocumentInput, ProcedureInput>;
// In the order of ActInput; the kind also names the JSON Schema of the act's body.
enum class InputKind : std::uint8_t {
    none,
    message,
    respond,
    reply,
    offer,
    offer_ref,
    extend,
    appoint,
    accept_appointment,
    object,
    decide_objection,
    final_date,
    evidence,
    request_evidence,
    outcome,
    outcome_ref,
    consent,
    complete,
    details,
    facts,
    claim,
    language,
    languages,
    representative,
    burden,
    publication,
    consent_ref,
    record,
    document,
    procedure,
};
template <>
struct EnumNames<InputKind> {
    static constexpr std::string_view names[] = {"none",
                                                 "message",
                                                 "respond",
                                                 "reply",
                                                 "offer",
                                                 "offer_ref",
                                                 "extend",
                                                 "appoint",
                                                 "accept_appointment",
                                                 "object",
                                                 "decide_objection",
                                                 "final_date",
                                                 "evidence",
                                                 "request_evidence",
                                                 "outcome",
                                                 "outcome_ref",
                                                 "consent",
                                                 "complete",
                                                 "details",
                                                 "facts",
                                                 "claim",
                                                 "language",
                                                 "languages",
                                                 "representative",
                                                 "burden",
                                                 "publication",
                                                 "consent_ref",
                                                 "record",
                                                 "document",
                                                 "procedure"};
};

// JSON -> nouns, strictly: every fault with its pointer. A missing body reads as an empty object.
Result<FileInput> read_file_input(Json const& body);
Result<ActInput> read_act_input(InputKind kind, Json const& body);
// The JSON Schema (2020-12) of an act's body, as text.
std::string_view input_schema(InputKind kind);

// Makes one effect of many tries (draft-ietf-httpapi-idempotency-key-header): who asked for what
// under which key, and a digest of what was asked.
struct ReceiptKey {
    std::string scope; // principal, method and path
    std::string key;
    Digest fingerprint{};
    friend bool operator==(ReceiptKey const&, ReceiptKey const&) = default;
};

// What someone asks of one dispute. The committer adds the stamp.
struct Command {
    DisputeId dispute; // for a filing: the id it shall have
    Actor actor;
    std::string act;
    ActInput input;
    std::optional<std::uint64_t> expected; // the viewer's version (If-Match)
    std::optional<ReceiptKey> receipt;
    bool validate_only = false;
};

// What a filing asks; `track`, procedure and ids are decided by the core.
struct Filing {
    DisputeId dispute;
    PlatformId platform;
    bool live = false;
    Actor actor; // the claimant, through the platform; its id is set when the party gets one
    FileInput input;
    std::optional<ReceiptKey> receipt;
    bool validate_only = false;
};

} // namespace parley
