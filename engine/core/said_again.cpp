#include "engine/core/behaviour.hpp"
#include "engine/core/retelling.hpp"

#include "engine/base/contains.hpp"
#include "engine/base/json_slice.hpp"
#include "engine/procedure/behaviours.hpp"

#include <charconv>

// From a recorded event back to what was asked for: the inverse of the behaviours, but for the words.

namespace parley {

namespace {

constexpr std::string_view words = "As on record.";
constexpr std::string_view mailbox = "on.record@parley.invalid";

std::vector<RemedyInput> remedies_of(std::vector<Remedy> const& facts) {
    std::vector<RemedyInput> out;
    out.reserve(facts.size());
    for (Remedy const& fact : facts) out.push_back({fact, std::string(words)});
    return out;
}
ClaimInput claim_of(ClaimFacts const& facts) {
    return {facts.reason, facts.amount, std::string(words), remedies_of(facts.remedies)};
}

std::optional<ActInput> response_of(EventBody const& body) {
    auto const* said = std::get_if<Responded>(&body);
    if (said == nullptr) return std::nullopt;
    RespondInput input{said->answer, std::string(words), remedies_of(said->remedies), {}};
    if (said->counterclaim) input.counterclaim = claim_of(*said->counterclaim);
    return input;
}

std::optional<ActInput> offer_meant(EventBody const& body) {
    if (auto const* said = std::get_if<OfferAccepted>(&body))
        return OfferRefInput{said->offer, std::string(words)};
    if (auto const* said = std::get_if<OfferDeclined>(&body))
        return OfferRefInput{said->offer, std::string(words)};
    return std::nullopt;
}

std::optional<ActInput> extension_of(EventBody const& body, Step const& step) {
    // A step that names its deadline moves that one, whatever it is called now.
    bool const open = step.does == Behaviour::grant_time && step.settings.deadline.empty();
    auto const ask = [&](std::string const& deadline, Period by) {
        return ExtendInput{open ? std::optional(deadline) : std::nullopt, by, std::string(words)};
    };
    if (auto const* said = std::get_if<ExtensionProposed>(&body))
        return ask(said->deadline, said->by);
    if (auto const* said = std::get_if<DeadlineExtended>(&body))
        return ask(said->deadline, said->by);
    return std::nullopt;
}

std::optional<ActInput> decision_of(EventBody const& body) {
    if (auto const* said = std::get_if<ObjectionDecided>(&body))
        return DecideObjectionInput{said->upheld, std::string(words)};
    if (auto const* said = std::get_if<ReviewDecided>(&body))
        return DecideObjectionInput{said->annulled, std::string(words)};
    return std::nullopt;
}

std::optional<ActInput> outcome_answered(EventBody const& body) {
    if (auto const* said = std::get_if<OutcomeAccepted>(&body))
        return OutcomeRefInput{said->version, said->text_sha256, std::string(words)};
    if (auto const* said = std::get_if<OutcomeRefused>(&body))
        return OutcomeRefInput{said->version, {}, std::string(words)};
    return std::nullopt;
}

std::optional<ActInput> details_of(EventBody const& body) {
    auto const* said = std::get_if<DetailsChanged>(&body);
    if (said == nullptr) return std::nullopt;
    DetailsInput input{{}, {}, said->time_zone, said->language};
    if (!input.time_zone && !input.language) input.email = mailbox; // only where to write changed
    return input;
}

std::optional<ActInput> claim_made(EventBody const& body) {
    if (auto const* said = std::get_if<ClaimAmended>(&body)) return claim_of(said->claim);
    if (auto const* said = std::get_if<CounterclaimMade>(&body)) return claim_of(said->claim);
    return std::nullopt;
}

std::optional<ActInput> consent_named(EventBody const& body) {
    if (auto const* said = std::get_if<ConsentConfirmed>(&body)) return ConsentRefInput{said->kind};
    if (auto const* said = std::get_if<ConsentRevoked>(&body)) return ConsentRefInput{said->kind};
    return std::nullopt;
}

FieldValue value_again(FieldRule const* rule, std::string const& value) {
    if (rule == nullptr) return value; // there is no such field now; the procedure says so
    if (rule->type == FieldType::yes_no && (value == "yes" || value == "no")) return value == "yes";
    std::int64_t number = 0;
    char const* const end = value.data() + value.size();
    if (rule->type == FieldType::number &&
        std::from_chars(value.data(), end, number) == std::from_chars_result{end, std::errc{}})
        return number;
    if (rule->type == FieldType::money)
        if (auto const money = parse_money(value)) return *money;
    return value;
}

// Which fields of words were filed is known while their words are; afterwards each that must be is
// taken to have been.
std::optional<ActInput> document_of(Written const& recorded, DocumentRule const* document) {
    auto const* filed = std::get_if<DocumentFiled>(&recorded.event.body);
    if (filed == nullptr || document == nullptr) return std::nullopt;
    DocumentInput input;
    for (auto const& [name, value] : filed->values)
        input.fields.emplace_back(name, value_again(document->field(name), value));
    for (FieldRule const& rule : document->fields) {
        if (rule.type != FieldType::text) continue;
        bool const given = recorded.content.empty()
                               ? rule.required
                               : !raw_member(recorded.content, rule.name).empty();
        if (given) input.fields.emplace_back(rule.name, std::string(words));
    }
    return input;
}

// Where the event holds facts of one kind that are all of what was asked.
template <class Body, class Make>
std::optional<ActInput> from(EventBody const& body, Make const& make) {
    if (auto const* said = std::get_if<Body>(&body)) return make(*said);
    return std::nullopt;
}

PartyInput party_again(PartyFacts const& facts, bool has_address) {
    PartyInput party;
    party.kind = facts.kind;
    party.name = words;
    if (has_address) party.email = mailbox;
    party.country = facts.country;
    party.language = facts.language;
    party.time_zone = facts.time_zone;
    return party;
}

} // namespace

std::optional<ActInput> said_again(Written const& recorded, Step const& step,
                                   DocumentRule const* document) {
    EventBody const& body = recorded.event.body;
    std::string const some(words);
    switch (spec_of(step.does).input) {
    case InputKind::none: return NoInput{};
    case InputKind::message: return MessageInput{some, recorded.event.room};
    case InputKind::respond: return response_of(body);
    case InputKind::reply:
        return from<Replied>(body, [&](Replied const& b) { return ReplyInput{b.answer, some}; });
    case InputKind::offer:
        return from<OfferMade>(body, [&](OfferMade const& b) {
            return OfferInput{remedies_of(b.remedies), some, b.expires_at};
        });
    case InputKind::offer_ref: return offer_meant(body);
    case InputKind::extend: return extension_of(body, step);
    case InputKind::appoint:
        return from<NeutralAppointed>(
            body, [&](NeutralAppointed const& b) { return AppointInput{b.neutral, some}; });
    case InputKind::accept_appointment: return AcceptAppointmentInput{true, true, {}};
    case InputKind::object:
        return from<NeutralObjected>(body, [&](NeutralObjected const& b) {
            return ObjectInput{b.kind, b.kind == ObjectionKind::cause ? some : std::string()};
        });
    case InputKind::decide_objection: return decision_of(body);
    case InputKind::final_date:
        return from<FinalDateSet>(
            body, [&](FinalDateSet const& b) { return FinalDateInput{b.at, some}; });
    case InputKind::evidence: return EvidenceInput{some, {}};
    case InputKind::request_evidence:
        return from<EvidenceRequested>(
            body, [&](EvidenceRequested const& b) { return RequestEvidenceInput{b.from, some}; });
    case InputKind::outcome:
        return from<OutcomeRendered>(body, [&](OutcomeRendered const& b) {
            return OutcomeInput{remedies_of(b.dispositions), some, b.place, some};
        });
    case InputKind::outcome_ref: return outcome_answered(body);
    case InputKind::consent:
        return from<ConsentGiven>(body,
                                  [](ConsentGiven const& b) { return ConsentInput{b.consent}; });
    case InputKind::complete: return CompleteInput{std::string(mailbox), some};
    case InputKind::details: return details_of(body);
    case InputKind::facts:
        return from<FactsCorrected>(body, [&](FactsCorrected const& b) {
            return FactsInput{b.side, b.kind, b.country, some};
        });
    case InputKind::claim: return claim_made(body);
    case InputKind::language:
        return from<LanguageAsked>(
            body, [](LanguageAsked const& b) { return LanguageInput{b.language}; });
    case InputKind::languages:
        return from<LanguagesListed>(
            body, [](LanguagesListed const& b) { return LanguagesInput{b.languages}; });
    case InputKind::representative:
        return from<RepresentativeNamed>(body, [&](RepresentativeNamed const& b) {
            return RepresentativeInput{some, std::string(mailbox), {}, some, b.consent};
        });
    case InputKind::burden:
        return from<BurdenReversed>(
            body, [&](BurdenReversed const& b) { return BurdenInput{b.on, some, some}; });
    case InputKind::publication:
        return from<OutcomePublished>(
            body, [&](OutcomePublished const& b) { return PublicationInput{b.ground, some}; });
    case InputKind::record:
        return from<OutcomeRendered>(
            body, [&](OutcomeRendered const& b) { return RecordInput{b.place, some, {}}; });
    case InputKind::consent_ref: return consent_named(body);
    case InputKind::document: return document_of(recorded, document);
    case InputKind::procedure: break; // no step takes that
    }
    return std::nullopt;
}

Filing filed_again(Written const& recorded) {
    Event const& event = recorded.event;
    auto const& filed = std::get<DisputeFiled>(event.body);
    Filing filing;
    filing.platform = filed.platform;
    filing.live = filed.live;
    filing.actor = event.actor;
    FileInput& input = filing.input;
    input.claimant = party_again(filed.parties[0], true);
    input.respondent =
        party_again(filed.parties[1], !contains(filed.missing, notice_items::respondent_address));
    input.transaction.reference = words;
    input.transaction.concluded_at = filed.concluded_at;
    input.transaction.channel = filed.channel;
    input.transaction.total = filed.claim.amount;
    input.claim = claim_of(filed.claim);
    input.consents = filed.consents;
    if (!contains(filed.missing, notice_items::identification)) input.identified_by = words;
    input.clock = filed.clock;
    return filing;
}

} // namespace parley
