#include "api/app/samples.hpp"

#include "engine/base/json.hpp"

#include <fmt/format.h>

namespace parley::app {
namespace {

struct PartySample {
    std::string_view kind, name, email, country, language, time_zone;
};
struct DisputeSample {
    PartySample claimant, respondent;
    std::string_view reference, channel, item, reason, statement, remedy, track, currency;
    std::int64_t amount; // minor units
};

// What was agreed at checkout; a clause shown to a consumer names Track II.
constexpr std::string_view clause_sha256 =
    "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";

constexpr DisputeSample samples[] = {
    {{"consumer", "Ana Ruiz", "ana@example.net", "ES", "es", "Europe/Madrid"},
     {"business", "Shenzhen Lamps Ltd", "care@lamps.example", "CN", "zh-Hans", "Asia/Shanghai"},
     "ORD-10027",
     "b2c",
     "Desk lamp, two pieces",
     "not_received",
     "Nothing arrived, and tracking stopped three weeks ago.",
     "refund",
     "II",
     "EUR",
     12990},
    {{"consumer", "Lukas Weber", "lukas@example.net", "DE", "de", "Europe/Berlin"},
     {"business", "Calzature Milano Srl", "aiuto@calzature.example", "IT", "it", "Europe/Rome"},
     "ORD-10031",
     "b2c",
     "Leather shoes",
     "not_as_described",
     "The shop said leather. The label inside says polyurethane.",
     "refund",
     "II",
     "EUR",
     18900},
    {{"consumer", "Chloe Martin", "chloe@example.net", "FR", "fr", "Europe/Paris"},
     {"business", "Ceramica Lisboa Lda", "apoio@ceramica.example", "PT", "pt", "Europe/Lisbon"},
     "ORD-10040",
     "b2c",
     "Hand-painted vase",
     "damaged",
     "It came in five pieces; photographs were sent the same day.",
     "replacement",
     "II",
     "EUR",
     7450},
    {{"business", "Brightwell Office Supplies Ltd", "legal@brightwell.example", "GB", "en",
      "Europe/London"},
     {"business", "Thames Print Ltd", "accounts@thamesprint.example", "GB", "en", "Europe/London"},
     "PO-7781",
     "b2b",
     "500 printed catalogues",
     "late",
     "The catalogues came nine days after the fair they were printed for.",
     "refund",
     "I",
     "GBP",
     184000},
    {{"consumer", "Sanne de Vries", "sanne@example.net", "NL", "nl", "Europe/Amsterdam"},
     {"business", "Velo Gent BV", "service@velogent.example", "BE", "nl", "Europe/Brussels"},
     "ORD-10052",
     "b2c",
     "City bicycle",
     "incomplete",
     "The bicycle came without its front wheel.",
     "refund",
     "II",
     "EUR",
     64900},
};

constexpr Move contested = {
    "respondent", "respond",
    R"({"answer": "contest", "statement": "We handed the goods over as agreed.", "remedies": []})"};
constexpr Move ask_mediator = {"claimant", "ask_for_mediator", R"({})"};
constexpr Move appoint_mediator = {
    "administrator", "appoint",
    R"({"neutral": "$mediator", "reasons": "Speaks both languages and has time."})"};
constexpr Move mediator_accepts = {"mediator", "accept_appointment",
                                   R"({"available": true, "impartial": true})"};
constexpr Move appoint_decider = {"administrator", "appoint",
                                  R"({"neutral": "$decider", "reasons": "Next on the roster."})"};
constexpr Move decider_accepts = {"decider", "accept_appointment",
                                  R"({"available": true, "impartial": true})"};

constexpr Move shoes_moves[] = {
    {"time", "P2D", ""},
    contested,
    {"respondent", "offer",
     R"({"remedies": [{"kind": "price_reduction", "amount": {"amount": 4500, "currency": "EUR"}}],
         "message": "Keep the shoes and take 45 euros."})"},
    {"time", "P1D", ""},
    {"claimant", "message", R"({"text": "They are not what I paid for. Could we meet higher?"})"},
};
constexpr Move vase_moves[] = {
    {"time", "P8D", ""}, // no answer comes: on to the mediator
    appoint_mediator,
    mediator_accepts,
    {"mediator", "message", R"({"text": "Good day to you both. What would put this right?"})"},
};
constexpr Move printing_moves[] = {
    {"time", "P1D", ""},  contested,       ask_mediator,    appoint_mediator,     mediator_accepts,
    {"time", "P11D", ""}, appoint_decider, decider_accepts, {"time", "P11D", ""},
};
constexpr Move bicycle_moves[] = {
    {"time", "P1D", ""},
    contested,
    {"respondent", "offer",
     R"({"remedies": [{"kind": "redelivery"}], "message": "The wheel goes out tomorrow."})"},
    {"claimant", "accept", R"({"message": "Good, thank you."})"},
};

constexpr SeededStory stories[] = {
    {Sample::lamp, "Lamp: waiting for the response", {}},
    {Sample::shoes, "Shoes: an offer lies on the table", shoes_moves},
    {Sample::vase, "Vase: before the mediator", vase_moves},
    {Sample::printing, "Catalogues: before the arbitrator", printing_moves},
    {Sample::bicycle, "Bicycle: settled", bicycle_moves},
};

constexpr Move to_award[] = {
    {"time", "P2D", ""},
    contested,
    {"claimant", "offer",
     R"({"remedies": [{"kind": "refund", "amount": {"amount": 120000, "currency": "GBP"}}],
         "message": "We would take 1,200 pounds."})"},
    {"respondent", "decline", R"({"message": "That is more than we earned."})"},
    ask_mediator,
    appoint_mediator,
    mediator_accepts,
    {"mediator", "message", R"({"text": "What did the fair cost you, and can it be shown?"})"},
    {"time", "P11D", ""}, // the mediation period ends without a settlement
    appoint_decider,
    decider_accepts,
    {"claimant", "submit_evidence",
     R"({"description": "Invoice of the fair's organiser", "reference": "INV-2026-118"})"},
    {"time", "P11D", ""}, // the record closes
    {"decider", "award",
     R"({"dispositions": [{"kind": "payment", "amount": {"amount": 92000, "currency": "GBP"}, "by": "respondent"}],
         "grounds": "Time was of the essence of this order and the respondent knew it. Half the price is fair.",
         "place": "London", "signature": "Signed by the arbitrator through the platform"})"},
    {"time", "P6D", ""}, // nobody asks for a correction
    {"claimant", "confirm_performance", R"({})"},
};
constexpr Move to_recommendation[] = {
    {"time", "P3D", ""},
    {"respondent", "respond",
     R"({"answer": "contest", "statement": "The carrier says it was delivered.", "remedies": []})"},
    {"respondent", "offer",
     R"({"remedies": [{"kind": "refund", "amount": {"amount": 3000, "currency": "EUR"}}],
         "message": "30 euros for the trouble."})"},
    {"time", "P11D", ""}, // negotiation ends by itself
    appoint_mediator,
    mediator_accepts,
    {"mediator", "propose",
     R"({"remedies": [{"kind": "refund", "amount": {"amount": 9000, "currency": "EUR"}}],
         "message": "A proposal to both: 90 euros, and the matter ends."})"},
    {"claimant", "accept", R"({})"}, // one side alone settles nothing
    {"time", "P11D", ""},
    appoint_decider,
    decider_accepts,
    {"time", "P11D", ""},
    {"decider", "recommend",
     R"({"dispositions": [{"kind": "refund", "amount": {"amount": 12990, "currency": "EUR"}, "by": "respondent"}],
         "grounds": "No proof of delivery was shown. The price should be paid back."})"},
    {"time", "P8D", ""}, // a consumer has a week to think before agreeing
    {"respondent", "accept_outcome", R"({})"},
    {"claimant", "accept_outcome", R"({})"},
};

void write_party(JsonWriter& json, std::string_view side, PartySample const& party) {
    json.key(side).begin_object();
    json.member("kind", party.kind).member("name", party.name).member("email", party.email);
    json.member("country", party.country).member("language", party.language);
    json.member("time_zone", party.time_zone).end_object();
}

void write_consent(JsonWriter& json, std::string_view side, PartySample const& party,
                   DisputeSample const& sample, Instant at) {
    json.begin_object().member("kind", "odr_clause").member("by", side).member("given_at", at);
    json.member("text_sha256", clause_sha256).member("locale", party.language);
    json.member("track", sample.track).end_object();
}

} // namespace

std::string filing_of(Sample which, Instant now, std::optional<TestClockId> clock) {
    DisputeSample const& sample = samples[static_cast<std::size_t>(which)];
    Money const amount{sample.amount, parse_currency(sample.currency).value_or(Currency{})};
    Instant const bought = now - 30 * us_per_day;
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    write_party(json, "claimant", sample.claimant);
    write_party(json, "respondent", sample.respondent);
    json.key("transaction").begin_object();
    json.member("reference", sample.reference).member("concluded_at", bought);
    json.member("channel", sample.channel).member("total", amount);
    json.key("items").begin_array().begin_object().member("description", sample.item);
    json.member("quantity", 1).member("price", amount).end_object().end_array().end_object();
    json.key("claim").begin_object();
    json.member("reason", sample.reason)
        .member("amount", amount)
        .member("statement", sample.statement);
    json.key("remedies").begin_array().begin_object().member("kind", sample.remedy);
    if (sample.remedy == "refund") json.member("amount", amount);
    json.end_object().end_array().end_object();
    json.key("consents").begin_array();
    write_consent(json, "claimant", sample.claimant, sample, bought);
    write_consent(json, "respondent", sample.respondent, sample, bought - 90 * us_per_day);
    json.end_array();
    json.member("identified_by", "platform").key("other_remedies").begin_array().end_array();
    json.key("procedure").null().member("clock", clock);
    json.key("metadata").begin_object().member("shop", "42").end_object();
    json.end_object();
    return out;
}

std::span<SeededStory const> seeded_stories() { return stories; }
std::span<Move const> track_one_moves() { return to_award; }
std::span<Move const> track_two_moves() { return to_recommendation; }

std::string with_neutrals(std::string_view body, std::string_view mediator,
                          std::string_view decider) {
    std::string out(body);
    auto const put = [&](std::string_view name, std::string_view id) {
        if (std::size_t const at = out.find(name); at != std::string::npos)
            out.replace(at, name.size(), id);
    };
    put("$mediator", mediator);
    put("$decider", decider);
    return out;
}

} // namespace parley::app
