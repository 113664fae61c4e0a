#pragma once

#include "engine/base/digest.hpp"
#include "engine/base/money.hpp"
#include "engine/model/actor.hpp"

#include <map>
#include <string>
#include <vector>

namespace parley {

enum class PartyKind : std::uint8_t { consumer, business };
template <>
struct EnumNames<PartyKind> {
    static constexpr std::string_view names[] = {"consumer", "business"};
};

// What the procedure needs to know of a party; names and addresses are content, not here.
struct PartyFacts {
    PartyId id;
    Side side = Side::claimant;
    PartyKind kind = PartyKind::consumer;
    std::string country;   // ISO 3166-1 alpha-2, habitual residence or establishment
    std::string language;  // BCP 47
    std::string time_zone; // IANA
    friend bool operator==(PartyFacts const&, PartyFacts const&) = default;
};

enum class ClaimReason : std::uint8_t {
    not_received,
    late,
    damaged,
    not_as_described,
    counterfeit,
    wrong_item,
    incomplete,
    customs_held,
    return_not_refunded,
    return_refused,
    duplicate_charge,
    wrong_amount,
    not_authorised,
    service_not_provided,
    cancelled_not_refunded,
    non_payment,
    other,
};
template <>
struct EnumNames<ClaimReason> {
    static constexpr std::string_view names[] = {"not_received",
                                                 "late",
                                                 "damaged",
                                                 "not_as_described",
                                                 "counterfeit",
                                                 "wrong_item",
                                                 "incomplete",
                                                 "customs_held",
                                                 "return_not_refunded",
                                                 "return_refused",
                                                 "duplicate_charge",
                                                 "wrong_amount",
                                                 "not_authorised",
                                                 "service_not_provided",
                                                 "cancelled_not_refunded",
                                                 "non_payment",
                                                 "other"};
};

enum class RemedyKind : std::uint8_t {
    refund,
    payment,
    replacement,
    repair,
    return_goods,
    redelivery,
    price_reduction,
    apology,
    cancellation,
    nothing,
    other,
};
template <>
struct EnumNames<RemedyKind> {
    static constexpr std::string_view names[] = {
        "refund",          "payment", "replacement",  "repair",  "return_goods", "redelivery",
        "price_reduction", "apology", "cancellation", "nothing", "other"};
};

// One executable term: who (the payer or performer), what, how much, by when. Its words are content.
struct Remedy {
    RemedyKind kind = RemedyKind::refund;
    std::optional<Money> amount;
    std::optional<Side> by; // who performs it; the respondent where absent
    std::optional<Instant> due;
    friend bool operator==(Remedy const&, Remedy const&) = default;
};
constexpr std::size_t remedies_max = 20;

// What a side asks for: grounds and solutions (notice items 3 and 4; Art. 4C(1) for a counterclaim).
struct ClaimFacts {
    ClaimReason reason = ClaimReason::other;
    Money amount;
    std::vector<Remedy> remedies;
    friend bool operator==(ClaimFacts const&, ClaimFacts const&) = default;
};

enum class Track : std::uint8_t { one, two };
template <>
struct EnumNames<Track> {
    static constexpr std::string_view names[] = {"I", "II"};
};

// C1 to C9 of docs/LAW.md, in order.
enum class ConsentKind : std::uint8_t {
    odr_clause,
    standing_submission,
    arbitration,
    outcome,
    file_to_decider,
    language,
    mandate,
    publication,
    automation,
};
template <>
struct EnumNames<ConsentKind> {
    static constexpr std::string_view names[] = {"odr_clause", "standing_submission", "arbitration",
                                                 "outcome",    "file_to_decider",     "language",
                                                 "mandate",    "publication",         "automation"};
};

// How much of an outcome may be published (C8); the later names take more out.
enum class Redaction : std::uint8_t { full, names_removed, summary };
template <>
struct EnumNames<Redaction> {
    static constexpr std::string_view names[] = {"full", "names_removed", "summary"};
};

// A consent is typed, timed and about an exact text.
struct Consent {
    ConsentKind kind = ConsentKind::odr_clause;
    Side by = Side::claimant;
    Instant given_at;
    std::string text_sha256; // 64 hex digits of the text as shown
    std::string locale;
    std::optional<Track> track;         // odr_clause and arbitration: what the text said
    std::optional<Money> amount_most;   // a cap in the clause or the standing submission
    bool read_and_understood = false;   // arbitration: certified by the consumer
    bool separate_document = false;     // arbitration: a writing of its own
    bool same_neutral = false;          // arbitration: who recommended may also give the award
    std::optional<Redaction> redaction; // publication: what is taken out first
    friend bool operator==(Consent const&, Consent const&) = default;
};

// The rules as data, pinned when the dispute starts.
struct ProcedureRef {
    std::string name;
    std::int32_t version = 0;
    Digest sha256{};
    friend bool operator==(ProcedureRef const&, ProcedureRef const&) = default;
};

// One step of the resolver's reasoning: the rule that matched and the facts it saw.
struct Reason {
    std::string code;  // B2B, PRE_DISPUTE_BINDING, ... (docs/LAW.md)
    std::string rule;  // a sentence
    std::string cites; // the authority
    std::vector<std::pair<std::string, std::string>> facts;
    friend bool operator==(Reason const&, Reason const&) = default;
};

// The resolver's answer with its reasons and the version of the law table it read.
struct Resolution {
    Track track = Track::two;
    std::string table;
    std::vector<Reason> because;
    friend bool operator==(Resolution const&, Resolution const&) = default;
};

} // namespace parley
