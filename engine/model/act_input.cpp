#include "engine/model/countries.hpp"
#include "engine/model/input_parts.hpp"

#include <nlohmann/json.hpp>

namespace parley {

namespace {

using namespace input_limits;

MessageInput read_message(ObjectReader& reader) {
    MessageInput input;
    input.text = reader.optional_text("text", statement);
    input.room = optional_choice<Room>(reader, "room").value_or(Room::joint);
    return input;
}

RespondInput read_respond(ObjectReader& reader) {
    RespondInput input;
    input.answer = choice<Answer>(reader, "answer");
    input.statement = reader.text("statement", statement);
    input.remedies = read_remedies(reader, "remedies", 0);
    if (Json const* const claim = reader.optional("counterclaim"))
        input.counterclaim =
            read_claim(*claim, reader.pointer_to("counterclaim"), reader.errors(), 0);
    return input;
}

ReplyInput read_reply(ObjectReader& reader) {
    ReplyInput input;
    input.answer = optional_choice<Answer>(reader, "answer").value_or(Answer::contest);
    input.statement = reader.text("statement", statement);
    return input;
}

OfferInput read_offer(ObjectReader& reader) {
    OfferInput input;
    input.remedies = read_remedies(reader, "remedies", 1);
    input.message = reader.optional_text("message", statement);
    input.expires_at = reader.optional_instant("expires_at");
    return input;
}

OfferRefInput read_offer_ref(ObjectReader& reader) {
    OfferRefInput input;
    input.offer = optional_id<OfferId>(reader, "offer", "off_");
    input.message = reader.optional_text("message", statement);
    return input;
}

ExtendInput read_extend(ObjectReader& reader) {
    ExtendInput input;
    std::size_t const faults_before = reader.errors().size();
    input.by = reader.period("by");
    bool const read = reader.errors().size() == faults_before;
    if (read && (input.by.unit != PeriodUnit::days || input.by.count < 1 ||
                 input.by.count > extension_days))
        reader.error("by", RefusalCode::out_of_range,
                     fmt::format("must be a period of whole days, P1D to P{}D", extension_days));
    input.deadline = optional_shaped_text(reader, "deadline", is_name,
                                          "the name of a deadline, such as negotiation");
    input.reason = reader.optional_text("reason", statement);
    return input;
}

AppointInput read_appoint(ObjectReader& reader) {
    AppointInput input;
    static_cast<void>(reader.required("neutral"));
    input.neutral = optional_id<NeutralId>(reader, "neutral", "ntr_").value_or(NeutralId());
    input.reasons = reader.optional_text("reasons", statement);
    return input;
}

// A declaration is made or the appointment is declined; there is no half of it.
bool declared(ObjectReader& reader, std::string_view name) {
    std::size_t const faults_before = reader.errors().size();
    bool const truth = reader.boolean(name);
    if (!truth && reader.errors().size() == faults_before)
        reader.error(name, RefusalCode::invalid,
                     "must be true to accept; take recuse to decline the appointment");
    return truth;
}

AcceptAppointmentInput read_accept_appointment(ObjectReader& reader) {
    AcceptAppointmentInput input;
    input.available = declared(reader, "available");
    input.impartial = declared(reader, "impartial");
    input.disclosure = reader.optional_text("disclosure", statement);
    return input;
}

ObjectInput read_object_input(ObjectReader& reader) {
    ObjectInput input;
    std::size_t const faults_before = reader.errors().size();
    input.kind = choice<ObjectionKind>(reader, "kind");
    bool const for_cause =
        reader.errors().size() == faults_before && input.kind == ObjectionKind::cause;
    input.reasons =
        for_cause ? reader.text("reasons", statement) : reader.optional_text("reasons", statement);
    return input;
}

DecideObjectionInput read_decide_objection(ObjectReader& reader) {
    DecideObjectionInput input;
    input.upheld = reader.boolean("upheld");
    input.reasons = reader.text("reasons", statement);
    return input;
}

FinalDateInput read_final_date(ObjectReader& reader) {
    FinalDateInput input;
    input.at = reader.instant("at");
    input.message = reader.optional_text("message", statement);
    return input;
}

EvidenceInput read_evidence(ObjectReader& reader) {
    EvidenceInput input;
    input.description = reader.text("description", description);
    input.reference = reader.optional_text("reference", description);
    return input;
}

RequestEvidenceInput read_request_evidence(ObjectReader& reader) {
    RequestEvidenceInput input;
    input.from = choice<Side>(reader, "from");
    input.description = reader.text("description", description);
    return input;
}

OutcomeInput read_outcome(ObjectReader& reader) {
    OutcomeInput input;
    input.dispositions = read_remedies(reader, "dispositions", 1);
    input.grounds = reader.text("grounds", grounds);
    input.place = reader.optional_text("place", line);
    input.signature = reader.optional_text("signature", signature);
    return input;
}

OutcomeRefInput read_outcome_ref(ObjectReader& reader) {
    OutcomeRefInput input;
    if (reader.has("version"))
        input.version = static_cast<std::uint32_t>(reader.integer("version", 1, outcome_versions));
    if (reader.has("text_sha256")) input.text_sha256 = sha256_text(reader, "text_sha256");
    input.message = reader.optional_text("message", statement);
    return input;
}

ConsentInput read_consent(ObjectReader& reader) { return {read_consent_text(reader)}; }

constexpr std::string_view language_wanted = "a language tag of BCP 47, such as es or zh-Hans";

CompleteInput read_complete(ObjectReader& reader) {
    CompleteInput input;
    input.respondent_email = optional_shaped_text(reader, "respondent_email", is_email,
                                                  "one e-mail address, such as ana@example.net")
                                 .value_or("");
    input.identified_by = reader.optional_text("identified_by", line);
    return input;
}

DetailsInput read_details(ObjectReader& reader) {
    DetailsInput input;
    input.email = optional_shaped_text(reader, "email", is_email,
                                       "one e-mail address, such as ana@example.net");
    if (reader.has("address")) input.address = reader.text("address", address);
    input.time_zone = optional_shaped_text(reader, "time_zone", is_zone_name,
                                           "an IANA time zone, such as Europe/Madrid");
    input.language = optional_shaped_text(reader, "language", is_language_tag, language_wanted);
    return input;
}

FactsInput read_facts(ObjectReader& reader) {
    FactsInput input;
    input.side = choice<Side>(reader, "side");
    input.kind = optional_choice<PartyKind>(reader, "kind");
    input.country =
        optional_shaped_text(reader, "country", is_country,
                             "an ISO 3166-1 alpha-2 country code in capitals, such as ES");
    input.reasons = reader.text("reasons", statement);
    return input;
}

LanguageInput read_language(ObjectReader& reader) {
    return {shaped_text(reader, "language", is_language_tag, language_wanted)};
}

LanguagesInput read_languages(ObjectReader& reader) {
    LanguagesInput input;
    read_list(reader, "languages", 1, languages, [&](Json const& entry, std::string pointer) {
        bool const fits = entry.is_string() && is_language_tag(entry.get_ref<std::string const&>());
        if (fits) input.languages.push_back(entry.get<std::string>());
        else
            reader.errors().push_back({std::move(pointer), RefusalCode::invalid,
                                       fmt::format("must be {}", language_wanted)});
    });
    return input;
}

RepresentativeInput read_representative(ObjectReader& reader) {
    RepresentativeInput input;
    input.name = reader.text("name", line);
    input.email =
        shaped_text(reader, "email", is_email, "one e-mail address, such as ana@example.net", 254);
    input.address = reader.optional_text("address", address);
    input.authority = reader.text("authority", description);
    input.consent.kind = ConsentKind::mandate;
    input.consent.text_sha256 = sha256_text(reader, "text_sha256");
    input.consent.locale = shaped_text(reader, "locale", is_language_tag, language_wanted);
    return input;
}

BurdenInput read_burden(ObjectReader& reader) {
    BurdenInput input;
    input.on = choice<Side>(reader, "on");
    input.fact = reader.text("fact", description);
    input.reasons = reader.text("reasons", statement);
    return input;
}

PublicationInput read_publication(ObjectReader& reader) {
    PublicationInput input;
    input.ground = choice<PublicationGround>(reader, "ground");
    input.reasons = reader.optional_text("reasons", statement);
    return input;
}

RecordInput read_record(ObjectReader& reader) {
    RecordInput input;
    input.place = reader.text("place", line);
    input.signature = reader.text("signature", signature);
    input.grounds = reader.optional_text("grounds", grounds);
    return input;
}

ProcedureInput read_procedure_change(ObjectReader& reader) {
    ProcedureInput input;
    input.version = static_cast<std::int32_t>(reader.integer("version", 1, procedure_version));
    input.reasons = reader.text("reasons", statement);
    return input;
}

DocumentInput read_document(ObjectReader& reader) {
    DocumentInput input;
    Json const* const given = reader.required("fields");
    if (given == nullptr) return input;
    if (!given->is_object() || given->size() > fields) {
        reader.error("fields", RefusalCode::wrong_type,
                     fmt::format("must be an object with at most {} members", fields));
        return input;
    }
    ObjectReader object(*given, reader.pointer_to("fields"), reader.errors());
    for (auto const& [name, json] : given->items()) {
        FieldValue value;
        if (json.is_boolean()) value = object.boolean(name);
        else if (json.is_object()) value = object.money(name);
        else if (json.is_number())
            value = object.integer(name, -money_amount_max, money_amount_max);
        else value = object.text(name, statement, 0);
        input.fields.emplace_back(name, std::move(value));
    }
    return input;
}

ActInput read_kind(InputKind kind, ObjectReader& reader) {
    switch (kind) {
    case InputKind::none: return NoInput{};
    case InputKind::message: return read_message(reader);
    case InputKind::respond: return read_respond(reader);
    case InputKind::reply: return read_reply(reader);
    case InputKind::offer: return read_offer(reader);
    case InputKind::offer_ref: return read_offer_ref(reader);
    case InputKind::extend: return read_extend(reader);
    case InputKind::appoint: return read_appoint(reader);
    case InputKind::accept_appointment: return read_accept_appointment(reader);
    case InputKind::object: return read_object_input(reader);
    case InputKind::decide_objection: return read_decide_objection(reader);
    case InputKind::final_date: return read_final_date(reader);
    case InputKind::evidence: return read_evidence(reader);
    case InputKind::request_evidence: return read_request_evidence(reader);
    case InputKind::outcome: return read_outcome(reader);
    case InputKind::outcome_ref: return read_outcome_ref(reader);
    case InputKind::consent: return read_consent(reader);
    case InputKind::complete: return read_complete(reader);
    case InputKind::details: return read_details(reader);
    case InputKind::facts: return read_facts(reader);
    case InputKind::claim: return read_claim_members(reader, 1);
    case InputKind::language: return read_language(reader);
    case InputKind::languages: return read_languages(reader);
    case InputKind::representative: return read_representative(reader);
    case InputKind::burden: return read_burden(reader);
    case InputKind::publication: return read_publication(reader);
    case InputKind::record: return read_record(reader);
    case InputKind::document: return read_document(reader);
    case InputKind::procedure: return read_procedure_change(reader);
    case InputKind::consent_ref: return ConsentRefInput{choice<ConsentKind>(reader, "kind")};
    }
    return NoInput{};
}

} // namespace

Result<ActInput> read_act_input(InputKind kind, Json const& body) {
    Json const empty = Json::object();
    Json const& object = body.is_null() ? empty : body;
    std::vector<FieldError> errors;
    ObjectReader reader(object, "", errors);
    ActInput input;
    if (object.is_object()) input = read_kind(kind, reader);
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return input;
}

} // namespace parley
