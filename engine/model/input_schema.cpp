#include "engine/model/input_parts.hpp"

#include <array>
#include <initializer_list>

// The schemas are composed from the same limits and names that the readers enforce; a test holds
// their required members against the readers.

namespace parley {

namespace {

using namespace input_limits;

struct Property {
    std::string_view name;
    std::string schema;
    bool required = false;
};
Property must(std::string_view name, std::string schema) { return {name, std::move(schema), true}; }
Property may(std::string_view name, std::string schema) { return {name, std::move(schema), false}; }

// Writes `{...members}` as a JSON Schema; `write` adds the keywords.
template <class Write>
std::string schema(std::string_view type, std::string_view means, Write write) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("type", type);
    if (!means.empty()) json.member("description", means);
    write(json);
    json.end_object();
    return out;
}

void write_object(JsonWriter& json, std::initializer_list<Property> properties) {
    json.key("properties").begin_object();
    for (Property const& property : properties) json.key(property.name).raw(property.schema);
    json.end_object();
    json.key("required").begin_array();
    for (Property const& property : properties)
        if (property.required) json.value(property.name);
    json.end_array();
    json.member("additionalProperties", false);
}
std::string object(std::string_view means, std::initializer_list<Property> properties) {
    return schema("object", means, [&](JsonWriter& json) { write_object(json, properties); });
}
std::string body(std::string_view title, std::initializer_list<Property> properties) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("$schema", "https://json-schema.org/draft/2020-12/schema");
    json.member("title", title);
    json.member("type", "object");
    write_object(json, properties);
    json.end_object();
    return out;
}
std::string text(std::string_view means, std::size_t length_max, std::size_t length_min = 0) {
    return schema("string", means, [&](JsonWriter& json) {
        if (length_min > 0) json.member("minLength", length_min);
        json.member("maxLength", length_max);
    });
}
std::string pattern(std::string_view means, std::string_view expression) {
    return schema("string", means, [&](JsonWriter& json) { json.member("pattern", expression); });
}
std::string integer(std::string_view means, std::int64_t min, std::int64_t max) {
    return schema("integer", means, [&](JsonWriter& json) {
        json.member("minimum", min);
        json.member("maximum", max);
    });
}
std::string boolean(std::string_view means) {
    return schema("boolean", means, [](JsonWriter&) {});
}
std::string always_true(std::string_view means) {
    return schema("boolean", means, [](JsonWriter& json) { json.member("const", true); });
}
std::string instant(std::string_view means) {
    return schema("string", means, [](JsonWriter& json) { json.member("format", "date-time"); });
}
template <NamedEnum E>
std::string one_of(std::string_view means) {
    return schema("string", means, [](JsonWriter& json) {
        json.key("enum").begin_array();
        for (std::string_view const name : EnumNames<E>::names) json.value(name);
        json.end_array();
    });
}
std::string list(std::string_view means, std::string const& of, std::size_t min, std::size_t max) {
    return schema("array", means, [&](JsonWriter& json) {
        json.key("items").raw(of);
        if (min > 0) json.member("minItems", min);
        json.member("maxItems", max);
    });
}
std::string id(std::string_view means, std::string_view prefix) {
    return pattern(means, fmt::format("^{}[0-9A-HJKMNP-TV-Z]{{26}}$", prefix));
}

std::string money(std::string_view means) {
    return object(means, {must("amount", integer("In minor units: 12990 is 129.90 EUR.", 1,
                                                 money_amount_max)),
                          must("currency", pattern("An ISO 4217 code.", "^[A-Z]{3}$"))});
}
std::string remedies(std::string_view means, std::size_t min) {
    return list(
        means,
        object("One term: what, how much, by whom, by when.",
               {must("kind", one_of<RemedyKind>("What is done. A refund, a payment and a price "
                                                "reduction need an amount; nothing has none.")),
                may("amount", money("How much, in the currency of the sale.")),
                may("by", one_of<Side>("Who performs it; the respondent where absent.")),
                may("due", instant("By when.")),
                may("description", text("The term in words.", description))}),
        min, remedies_max);
}
std::string said(std::string_view means) { return text(means, statement); }
std::string said_surely(std::string_view means) { return text(means, statement, 1); }

std::string schema_of(InputKind kind) {
    switch (kind) {
    case InputKind::none: return body("Nothing", {});
    case InputKind::message:
        return body(
            "Words",
            {may("text", said("What is said; some acts may stay without words.")),
             may("room", one_of<Room>("Who may read it: everyone (joint, the default), or the "
                                      "mediator and one side alone."))});
    case InputKind::respond:
        return body(
            "A response",
            {must("answer", one_of<Answer>("contest denies the claim, accept admits it.")),
             must("statement", said_surely("The answer to the grounds of the claim.")),
             may("remedies", remedies("Solutions that the respondent proposes.", 0)),
             may("counterclaim",
                 object(
                     "What the respondent claims in turn.",
                     {must("reason", one_of<ClaimReason>("The ground of the counterclaim.")),
                      must("amount", money("What is claimed.")),
                      must("statement", said_surely("The grounds in words.")),
                      may("remedies", remedies("Solutions that the respondent asks for.", 0))}))});
    case InputKind::reply:
        return body(
            "A reply to a counterclaim",
            {may("answer", one_of<Answer>("contest, the default, or accept.")),
             must("statement", said_surely("The answer to the grounds of the counterclaim."))});
    case InputKind::offer:
        return body("An offer", {must("remedies", remedies("The terms; accepted as a whole.", 1)),
                                 may("message", said("Words that go with the offer.")),
                                 may("expires_at", instant("When the offer ends by itself."))});
    case InputKind::offer_ref:
        return body("An answer to an offer",
                    {may("offer", id("Which offer; the one that is open where absent.", "off_")),
                     may("message", said("Words that go with the answer."))});
    case InputKind::extend:
        return body("More time",
                    {must("by", pattern("Whole days to add, P1D to P366D.", "^P[1-9][0-9]{0,2}D$")),
                     may("deadline", pattern("Which deadline; the one of the stage where absent.",
                                             "^[a-z][a-z0-9_-]{0,63}$")),
                     may("reason", said("Why more time is needed."))});
    case InputKind::appoint:
        return body("An appointment", {must("neutral", id("Whom to appoint.", "ntr_")),
                                       may("reasons", said("Why this neutral."))});
    case InputKind::accept_appointment:
        return body(
            "A neutral's declaration",
            {must("available", always_true("I can give the case the time it needs.")),
             must("impartial", always_true("I am impartial and independent of the parties.")),
             may("disclosure", said("Circumstances that might raise a doubt, for the parties."))});
    case InputKind::object:
        return body(
            "An objection to the neutral",
            {must("kind", one_of<ObjectionKind>("peremptory needs no reasons and is limited in "
                                                "number; cause is decided on its reasons.")),
             may("reasons", said("The reasons; required for cause."))});
    case InputKind::decide_objection:
        return body("The decision on an objection",
                    {must("upheld", boolean("true replaces the neutral, false keeps the neutral.")),
                     must("reasons", said_surely("Why."))});
    case InputKind::final_date:
        return body("A final date", {must("at", instant("After which nothing more is received.")),
                                     may("message", said("Words for the parties."))});
    case InputKind::evidence:
        return body(
            "Evidence",
            {must("description", text("What it is and what it shows.", description, 1)),
             may("reference", text("A document number, a link, a tracking number.", description))});
    case InputKind::request_evidence:
        return body("A request for evidence",
                    {must("from", one_of<Side>("Who is asked.")),
                     must("description", text("What is asked for.", description, 1))});
    case InputKind::outcome:
        return body("An outcome",
                    {must("dispositions", remedies("What is ordered or recommended.", 1)),
                     must("grounds", text("Brief grounds.", grounds, 1)),
                     may("place", text("Of an award: the place of arbitration.", line)),
                     may("signature", text("Of an award: how the neutral signs.", signature))});
    case InputKind::outcome_ref:
        return body(
            "An answer to an outcome",
            {may("version",
                 integer("Which version; the latest where absent.", 1, outcome_versions)),
             may("text_sha256", pattern("SHA-256 of the outcome's text, as the dispute shows it. "
                                        "Accepting an outcome needs it.",
                                        "^[0-9a-f]{64}$")),
             may("message", said("Words that go with the answer."))});
    case InputKind::consent:
        return body(
            "A consent",
            {must("kind", one_of<ConsentKind>("What is agreed to.")),
             must("text_sha256",
                  pattern("SHA-256 of the text exactly as it was shown.", "^[0-9a-f]{64}$")),
             must("locale", text("The language of that text (BCP 47).", 35, 2)),
             may("track", one_of<Track>("Which track the text spoke of.")),
             may("read_and_understood", boolean("Certified as read and understood.")),
             may("separate_document", boolean("Given in a document of its own.")),
             may("same_neutral", boolean("Of arbitration: whoever recommended may also "
                                         "give the award.")),
             may("redaction", one_of<Redaction>("Of publication: what is taken out first."))});
    case InputKind::complete:
        return body("What the notice lacked",
                    {may("respondent_email", text("Where the respondent can be reached.", 254)),
                     may("identified_by", text("How the claimant was identified.", line))});
    case InputKind::details:
        return body(
            "What changes about a party",
            {may("email", text("Where the party is reached from now on.", 254)),
             may("address", text("The postal address.", address, 1)),
             may("time_zone", text("An IANA time zone; running deadlines keep theirs.", 64)),
             may("language", text("A language (BCP 47).", 35, 2))});
    case InputKind::facts:
        return body("A fact that proved to be another",
                    {must("side", one_of<Side>("About whom.")),
                     may("kind", one_of<PartyKind>("What the party is.")),
                     may("country", pattern("Where the party lives (ISO 3166-1).", "^[A-Z]{2}$")),
                     must("reasons", said_surely("What shows it."))});
    case InputKind::claim:
        return body("A claim", {must("reason", one_of<ClaimReason>("The ground of the claim.")),
                                must("amount", money("What is claimed.")),
                                must("statement", said_surely("The grounds in words.")),
                                must("remedies", remedies("Solutions that are asked for.", 1))});
    case InputKind::language:
        return body("A language", {must("language", text("A language (BCP 47).", 35, 2))});
    case InputKind::languages:
        return body("Languages that are to be had",
                    {must("languages", list("The languages.", text("A language (BCP 47).", 35, 2),
                                            1, languages))});
    case InputKind::representative:
        return body("Someone who speaks for a party",
                    {must("name", text("Who it is.", line, 1)),
                     must("email", text("Where they are reached.", 254, 3)),
                     may("address", text("The postal address.", address)),
                     must("authority", text("By what authority.", description, 1)),
                     must("text_sha256", pattern("SHA-256 of the mandate exactly as it was shown.",
                                                 "^[0-9a-f]{64}$")),
                     must("locale", text("The language of the mandate (BCP 47).", 35, 2))});
    case InputKind::burden:
        return body("An order on who proves what",
                    {must("on", one_of<Side>("Who has to prove it.")),
                     must("fact", text("What is to be proved.", description, 1)),
                     must("reasons", said_surely("Why, exceptionally."))});
    case InputKind::publication:
        return body("A publication",
                    {must("ground", one_of<PublicationGround>("What allows it.")),
                     may("reasons", said("Why, where it is not by consent of all."))});
    case InputKind::consent_ref:
        return body("A consent by its kind",
                    {must("kind", one_of<ConsentKind>("Which consent is meant."))});
    case InputKind::document:
        return body("A document of the procedure",
                    {must("fields",
                          schema("object",
                                 "The fields by name; the procedure says which there are and what "
                                 "they hold, and the act's own schema says it in full.",
                                 [](JsonWriter& json) { json.member("maxProperties", fields); }))});
    case InputKind::procedure:
        return body("A later version of the procedure",
                    {must("version",
                          schema("integer", "Which version the dispute goes on under.",
                                 [](JsonWriter& json) {
                                     json.member("minimum", 1).member("maximum", procedure_version);
                                 })),
                     must("reasons", said_surely("Why."))});
    case InputKind::record:
        return body("The form of an award on agreed terms",
                    {must("place", text("The place of arbitration.", line, 1)),
                     must("signature", text("How the neutral signs.", signature, 1)),
                     may("grounds", text("Grounds, where the parties want any.", grounds))});
    }
    return "{}";
}

} // namespace

std::string_view input_schema(InputKind kind) {
    static auto const schemas = [] {
        std::array<std::string, std::size(EnumNames<InputKind>::names)> all;
        for (std::size_t i = 0; i < all.size(); ++i) all[i] = schema_of(static_cast<InputKind>(i));
        return all;
    }();
    return schemas[static_cast<std::size_t>(kind)];
}

} // namespace parley
