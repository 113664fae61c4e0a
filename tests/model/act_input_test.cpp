#include "engine/model/command.hpp"
#include "tests/model/input_cases.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace parley {
namespace {

using enum RefusalCode;

constexpr std::size_t kinds = std::size(EnumNames<InputKind>::names);

// A body with every member that the kind knows.
Json full_body(InputKind kind) {
    constexpr std::string_view remedies =
        R"([{"kind":"refund","amount":{"amount":5000,"currency":"EUR"},"by":"respondent",
             "due":"2026-12-01T12:00:00Z","description":"Half of the price."}])";
    auto const with_remedies = [&](std::string text) {
        auto const at = text.find('@');
        return Json::parse(text.replace(at, 1, remedies));
    };
    switch (kind) {
    case InputKind::none: return Json::object();
    case InputKind::message: return Json::parse(R"({"text":"Hello.","room":"claimant_caucus"})");
    case InputKind::respond:
        return with_remedies(R"({"answer":"accept","statement":"It is so.","remedies":@,
            "counterclaim":{"reason":"non_payment","amount":{"amount":700,"currency":"EUR"},
                            "statement":"Postage.","remedies":[{"kind":"apology"}]}})");
    case InputKind::reply: return Json::parse(R"({"answer":"accept","statement":"It is so."})");
    case InputKind::offer:
        return with_remedies(
            R"({"remedies":@,"message":"Last word.","expires_at":"2026-11-30T12:00:00Z"})");
    case InputKind::offer_ref:
        return Json::parse(R"({"offer":"off_01KJMA0FM0E008000000000006","message":"Yes."})");
    case InputKind::extend:
        return Json::parse(R"({"by":"P5D","deadline":"negotiation","reason":"A holiday."})");
    case InputKind::appoint:
        return Json::parse(
            R"({"neutral":"ntr_01KJMA0FM0E008000000000005","reasons":"Speaks both."})");
    case InputKind::accept_appointment:
        return Json::parse(R"({"available":true,"impartial":true,"disclosure":"None."})");
    case InputKind::object: return Json::parse(R"({"kind":"peremptory","reasons":"None given."})");
    case InputKind::decide_objection:
        return Json::parse(R"({"upheld":false,"reasons":"No doubt."})");
    case InputKind::final_date:
        return Json::parse(R"({"at":"2026-12-15T12:00:00Z","message":"Then."})");
    case InputKind::evidence:
        return Json::parse(R"({"description":"The receipt.","reference":"DOC-7"})");
    case InputKind::request_evidence:
        return Json::parse(R"({"from":"respondent","description":"Proof of posting."})");
    case InputKind::outcome:
        return with_remedies(R"({"dispositions":@,"grounds":"It never came.","place":"Vienna",
            "signature":"A. Neutral"})");
    case InputKind::outcome_ref:
        return Json::parse(R"({"version":2,"message":"Agreed.",
            "text_sha256":"25dfd29c09617dcc9852281c030e5b3037a338a4712a42a21c907f259c6412a0"})");
    case InputKind::consent:
        return Json::parse(R"({"kind":"arbitration","locale":"es","track":"I",
            "text_sha256":"25dfd29c09617dcc9852281c030e5b3037a338a4712a42a21c907f259c6412a0",
            "read_and_understood":true,"separate_document":true,"same_neutral":true,
            "redaction":"summary"})");
    case InputKind::procedure: return Json::parse(R"({"version":2,"reasons":"Reviewed."})");
    case InputKind::document:
        return Json::parse(R"({"fields":{"held_on":"2026-12-01","attended":true,"sessions":2,
            "cost":{"amount":5000,"currency":"EUR"},"summary":"Next steps."}})");
    case InputKind::complete:
        return Json::parse(R"({"respondent_email":"care@lamps.example","identified_by":"bank"})");
    case InputKind::details:
        return Json::parse(R"({"email":"ana@example.net","address":"Calle 1",
            "time_zone":"Asia/Tokyo","language":"ja"})");
    case InputKind::facts:
        return Json::parse(
            R"({"side":"respondent","kind":"consumer","country":"NZ","reasons":"A private sale."})");
    case InputKind::claim:
        return with_remedies(R"({"reason":"damaged","amount":{"amount":900,"currency":"EUR"},
            "statement":"It broke.","remedies":@})");
    case InputKind::language: return Json::parse(R"({"language":"fr"})");
    case InputKind::languages: return Json::parse(R"({"languages":["fr","zh-Hans"]})");
    case InputKind::representative:
        return Json::parse(R"({"name":"R. Roe","email":"roe@example.net","address":"Calle 2",
            "authority":"Power of attorney of 1 March.","locale":"es",
            "text_sha256":"25dfd29c09617dcc9852281c030e5b3037a338a4712a42a21c907f259c6412a0"})");
    case InputKind::burden:
        return Json::parse(
            R"({"on":"respondent","fact":"That the parcel left.","reasons":"It alone can."})");
    case InputKind::publication: return Json::parse(R"({"ground":"court","reasons":"Asked for."})");
    case InputKind::consent_ref: return Json::parse(R"({"kind":"arbitration"})");
    case InputKind::record:
        return Json::parse(R"({"place":"Vienna","signature":"A. Neutral","grounds":"Agreed."})");
    }
    return {};
}

template <class Input>
Input read(InputKind kind) {
    auto const input = read_act_input(kind, full_body(kind));
    EXPECT_TRUE(input.has_value()) << name_of(kind) << ": " << (input ? "" : input.error().detail);
    return std::get<Input>(input.value());
}

TEST(ActInput, ReadsTheKindThatWasAskedFor) {
    for (std::size_t i = 0; i < kinds; ++i) {
        auto const kind = static_cast<InputKind>(i);
        auto const input = read_act_input(kind, full_body(kind));
        ASSERT_TRUE(input.has_value()) << name_of(kind) << ": " << input.error().detail;
        EXPECT_EQ(input->index(), i) << name_of(kind);
    }
}

TEST(ActInput, TakesEveryMember) {
    EXPECT_EQ(read<MessageInput>(InputKind::message).text, "Hello.");
    EXPECT_EQ(read<MessageInput>(InputKind::message).room, Room::claimant_caucus);
    auto const respond = read<RespondInput>(InputKind::respond);
    EXPECT_EQ(respond.answer, Answer::accept);
    EXPECT_EQ(respond.statement, "It is so.");
    ASSERT_EQ(respond.remedies.size(), 1U);
    EXPECT_EQ(respond.remedies[0].description, "Half of the price.");
    EXPECT_EQ(respond.remedies[0].remedy.by, Side::respondent);
    EXPECT_EQ(respond.remedies[0].remedy.amount.value().amount, 5000);
    EXPECT_EQ(short_text_of(respond.remedies[0].remedy.due.value()), "2026-12-01T12:00:00Z");
    ASSERT_TRUE(respond.counterclaim.has_value());
    EXPECT_EQ(respond.counterclaim->reason, ClaimReason::non_payment);
    EXPECT_EQ(respond.counterclaim->amount.amount, 700);
    EXPECT_EQ(respond.counterclaim->remedies.size(), 1U);
    EXPECT_EQ(read<ReplyInput>(InputKind::reply).answer, Answer::accept);
    auto const offer = read<OfferInput>(InputKind::offer);
    EXPECT_EQ(offer.message, "Last word.");
    EXPECT_EQ(short_text_of(offer.expires_at.value()), "2026-11-30T12:00:00Z");
    EXPECT_EQ(read<OfferRefInput>(InputKind::offer_ref).offer.value().text(),
              "off_01KJMA0FM0E008000000000006");
    auto const extend = read<ExtendInput>(InputKind::extend);
    EXPECT_EQ(extend.by, (Period{5, PeriodUnit::days}));
    EXPECT_EQ(extend.deadline, "negotiation");
    EXPECT_EQ(read<AppointInput>(InputKind::appoint).neutral.text(),
              "ntr_01KJMA0FM0E008000000000005");
    EXPECT_TRUE(read<AcceptAppointmentInput>(InputKind::accept_appointment).impartial);
    EXPECT_EQ(read<ObjectInput>(InputKind::object).kind, ObjectionKind::peremptory);
    EXPECT_FALSE(read<DecideObjectionInput>(InputKind::decide_objection).upheld);
    EXPECT_EQ(short_text_of(read<FinalDateInput>(InputKind::final_date).at),
              "2026-12-15T12:00:00Z");
    EXPECT_EQ(read<EvidenceInput>(InputKind::evidence).reference, "DOC-7");
    EXPECT_EQ(read<RequestEvidenceInput>(InputKind::request_evidence).from, Side::respondent);
    auto const outcome = read<OutcomeInput>(InputKind::outcome);
    EXPECT_EQ(outcome.dispositions.size(), 1U);
    EXPECT_EQ(outcome.place, "Vienna");
    EXPECT_EQ(outcome.signature, "A. Neutral");
    EXPECT_EQ(read<OutcomeRefInput>(InputKind::outcome_ref).version, 2U);
    auto const consent = read<ConsentInput>(InputKind::consent).consent;
    EXPECT_EQ(consent.kind, ConsentKind::arbitration);
    EXPECT_EQ(consent.track, Track::one);
    EXPECT_TRUE(consent.read_and_understood);
    EXPECT_TRUE(consent.separate_document);
    EXPECT_TRUE(consent.same_neutral);
    EXPECT_EQ(consent.redaction, Redaction::summary);
    EXPECT_TRUE(read<OutcomeRefInput>(InputKind::outcome_ref).text_sha256.starts_with("25dfd2"));
    auto const complete = read<CompleteInput>(InputKind::complete);
    EXPECT_EQ(complete.respondent_email, "care@lamps.example");
    EXPECT_EQ(complete.identified_by, "bank");
    auto const details = read<DetailsInput>(InputKind::details);
    EXPECT_EQ(details.email, "ana@example.net");
    EXPECT_EQ(details.address, "Calle 1");
    EXPECT_EQ(details.time_zone, "Asia/Tokyo");
    EXPECT_EQ(details.language, "ja");
    auto const facts = read<FactsInput>(InputKind::facts);
    EXPECT_EQ(facts.side, Side::respondent);
    EXPECT_EQ(facts.kind, PartyKind::consumer);
    EXPECT_EQ(facts.country, "NZ");
    EXPECT_EQ(read<ClaimInput>(InputKind::claim).amount.amount, 900);
    EXPECT_EQ(read<LanguageInput>(InputKind::language).language, "fr");
    EXPECT_EQ(read<LanguagesInput>(InputKind::languages).languages[1], "zh-Hans");
    auto const who = read<RepresentativeInput>(InputKind::representative);
    EXPECT_EQ(who.name, "R. Roe");
    EXPECT_EQ(who.consent.kind, ConsentKind::mandate);
    EXPECT_EQ(who.consent.locale, "es");
    EXPECT_EQ(read<BurdenInput>(InputKind::burden).fact, "That the parcel left.");
    EXPECT_EQ(read<PublicationInput>(InputKind::publication).ground, PublicationGround::court);
    EXPECT_EQ(read<RecordInput>(InputKind::record).signature, "A. Neutral");
    EXPECT_EQ(read<ConsentRefInput>(InputKind::consent_ref).kind, ConsentKind::arbitration);
}

TEST(ActInput, ReadsAMissingBodyAsAnEmptyOne) {
    for (InputKind const kind :
         {InputKind::none, InputKind::message, InputKind::offer_ref, InputKind::outcome_ref})
        EXPECT_TRUE(read_act_input(kind, Json()).has_value()) << name_of(kind);
    EXPECT_FALSE(read_act_input(InputKind::offer, Json()).has_value());
}

TEST(ActInput, ContestsAndSpeaksToAllUnlessToldOtherwise) {
    auto const reply = read_act_input(InputKind::reply, Json::parse(R"({"statement":"No."})"));
    EXPECT_EQ(std::get<ReplyInput>(reply.value()).answer, Answer::contest);
    auto const message = read_act_input(InputKind::message, Json::parse(R"({"text":"Hi."})"));
    EXPECT_EQ(std::get<MessageInput>(message.value()).room, Room::joint);
}

TEST(ActInput, NamesTheOneFaultOfABadBody) {
    struct Row {
        InputKind kind;
        BadInput bad;
    };
    std::string const long_text = '"' + std::string(10'001, 'x') + '"';
    using enum InputKind;
    Row const rows[] = {
        {none, {"/message", R"("hi")", "/message", unknown_field, "leave it out"}},
        {message, {"/text", "7", "/text", wrong_type, "must be a string"}},
        {message, {"/text", long_text, "/text", out_of_range, "has 10001"}},
        {message,
         {"/room", R"("hall")", "/room", RefusalCode::invalid,
          "must be one of joint, claimant_caucus"}},
        {message, {"/to", R"("all")", "/to", unknown_field, "leave it out"}},
        {respond, {"/answer", "", "/answer", missing_field, "is missing"}},
        {respond,
         {"/answer", R"("deny")", "/answer", RefusalCode::invalid,
          "must be one of contest, accept"}},
        {respond, {"/statement", R"("")", "/statement", out_of_range, "1 to 10000"}},
        {respond, {"/remedies/0/amount", "", "/remedies/0/amount", missing_field, "says how much"}},
        {respond, {"/counterclaim", "[]", "/counterclaim", wrong_type, "must be an object"}},
        {respond,
         {"/counterclaim/amount/amount", "0", "/counterclaim/amount/amount", out_of_range,
          "1 or more"}},
        {respond,
         {"/counterclaim/reason", "", "/counterclaim/reason", missing_field, "is missing"}},
        {respond,
         {"/counterclaim/statement", "", "/counterclaim/statement", missing_field, "is missing"}},
        {reply, {"/statement", "", "/statement", missing_field, "is missing"}},
        {offer, {"/remedies", "", "/remedies", missing_field, "is missing"}},
        {offer, {"/remedies", "[]", "/remedies", out_of_range, "1 to 20 entries"}},
        {offer, {"/remedies/0", "null", "/remedies/0", wrong_type, "must be an object, not null"}},
        {offer,
         {"/remedies/0/amount/amount", "12.5", "/remedies/0/amount/amount", wrong_type,
          "an integer"}},
        {offer, {"/expires_at", R"("tomorrow")", "/expires_at", RefusalCode::invalid, "RFC 3339"}},
        {offer_ref,
         {"/offer", R"("off_1")", "/offer", RefusalCode::invalid, "off_ and 26 characters"}},
        {offer_ref, {"/offer", "1", "/offer", wrong_type, "must be a string"}},
        {extend, {"/by", "", "/by", missing_field, "is missing"}},
        {extend, {"/by", R"("5 days")", "/by", RefusalCode::invalid, "P7D"}},
        {extend, {"/by", R"("PT48H")", "/by", out_of_range, "whole days, P1D to P366D"}},
        {extend, {"/by", R"("P1W")", "/by", out_of_range, "whole days"}},
        {extend, {"/by", R"("P0D")", "/by", out_of_range, "whole days"}},
        {extend, {"/by", R"("P367D")", "/by", out_of_range, "whole days"}},
        {extend,
         {"/deadline", R"("The End")", "/deadline", RefusalCode::invalid, "such as negotiation"}},
        {appoint, {"/neutral", "", "/neutral", missing_field, "is missing"}},
        {appoint,
         {"/neutral", R"("pty_01KJMA0FM0E008000000000003")", "/neutral", RefusalCode::invalid,
          "ntr_ and 26 characters"}},
        {accept_appointment, {"/available", "false", "/available", RefusalCode::invalid, "recuse"}},
        {accept_appointment, {"/impartial", "false", "/impartial", RefusalCode::invalid, "recuse"}},
        {accept_appointment, {"/impartial", "", "/impartial", missing_field, "is missing"}},
        {accept_appointment, {"/available", R"("yes")", "/available", wrong_type, "true or false"}},
        {object, {"", R"({"kind":"cause"})", "/reasons", missing_field, "is missing"}},
        {object, {"", R"({"kind":"cause","reasons":""})", "/reasons", out_of_range, "1 to 10000"}},
        {object,
         {"/kind", R"("mood")", "/kind", RefusalCode::invalid, "must be one of peremptory, cause"}},
        {decide_objection, {"/upheld", "", "/upheld", missing_field, "is missing"}},
        {decide_objection, {"/reasons", "", "/reasons", missing_field, "is missing"}},
        {final_date, {"/at", R"("2026-12-15")", "/at", RefusalCode::invalid, "RFC 3339"}},
        {evidence, {"/description", "", "/description", missing_field, "is missing"}},
        {evidence, {"/reference", "[]", "/reference", wrong_type, "must be a string"}},
        {request_evidence,
         {"/from", R"("mediator")", "/from", RefusalCode::invalid, "claimant, respondent"}},
        {outcome, {"/dispositions", "[]", "/dispositions", out_of_range, "1 to 20 entries"}},
        {outcome, {"/grounds", "", "/grounds", missing_field, "is missing"}},
        {outcome,
         {"/dispositions/0", R"({"kind":"nothing","amount":{"amount":1,"currency":"EUR"}})",
          "/dispositions/0/amount", RefusalCode::invalid, "must be absent"}},
        {outcome_ref, {"/version", "0", "/version", out_of_range, "1 to 1000"}},
        {outcome_ref, {"/version", "18446744073709551615", "/version", out_of_range, "1 to 1000"}},
        {InputKind::consent,
         {"/text_sha256", R"("abc")", "/text_sha256", RefusalCode::invalid, "64 lower-case"}},
        {InputKind::consent,
         {"/kind", R"("marriage")", "/kind", RefusalCode::invalid, "must be one of odr_clause"}},
        {InputKind::consent, {"/by", R"("claimant")", "/by", unknown_field, "leave it out"}},
        {outcome_ref, {"/text_sha256", R"("00")", "/text_sha256", RefusalCode::invalid, "64"}},
        {complete,
         {"/respondent_email", R"("nobody")", "/respondent_email", RefusalCode::invalid, "e-mail"}},
        {details, {"/time_zone", R"("no zone")", "/time_zone", RefusalCode::invalid, "IANA"}},
        {facts, {"/reasons", "", "/reasons", missing_field, "is missing"}},
        {facts, {"/country", R"("XX")", "/country", RefusalCode::invalid, "ISO 3166-1"}},
        {InputKind::claim, {"/remedies", "[]", "/remedies", out_of_range, "1 to 20"}},
        {language, {"/language", R"("a b")", "/language", RefusalCode::invalid, "BCP 47"}},
        {languages, {"/languages/0", "7", "/languages/0", RefusalCode::invalid, "BCP 47"}},
        {languages, {"/languages", "[]", "/languages", out_of_range, "1 to 20"}},
        {representative, {"/authority", "", "/authority", missing_field, "is missing"}},
        {burden, {"/on", R"("clock")", "/on", RefusalCode::invalid, "claimant, respondent"}},
        {publication, {"/ground", R"("gossip")", "/ground", RefusalCode::invalid, "consent"}},
        {record, {"/signature", "", "/signature", missing_field, "is missing"}},
        {consent_ref, {"/kind", "", "/kind", missing_field, "is missing"}},
        {InputKind::consent, {"", "[]", "", wrong_type, "must be an object, not an array"}},
    };
    for (auto const& [kind, bad] : rows) {
        auto const input =
            read_act_input(kind, changed(full_body(kind), bad.at, std::string(bad.value)));
        ASSERT_FALSE(input.has_value()) << name_of(kind) << ' ' << bad.at << ' ' << bad.value;
        Refusal const& refusal = input.error();
        ASSERT_EQ(refusal.errors.size(), 1U)
            << name_of(kind) << ' ' << bad.at << ": " << refusal.detail;
        EXPECT_EQ(refusal.errors[0].pointer, bad.pointer) << name_of(kind);
        EXPECT_EQ(name_of(refusal.errors[0].code), name_of(bad.code))
            << name_of(kind) << bad.pointer;
        EXPECT_THAT(refusal.errors[0].detail, testing::HasSubstr(std::string(bad.detail)));
    }
}

// Walks a schema beside a full body: the schema must know every member and no other, and the reader
// must call missing exactly those that the schema requires.
void expect_agreement(InputKind kind, Json const& schema, std::string const& at) {
    Json const body = full_body(kind);
    Json const& here = at.empty() ? body : body.at(Json::json_pointer(at));
    if (schema.at("type") == "array") return expect_agreement(kind, schema.at("items"), at + "/0");
    if (schema.at("type") != "object") return;
    EXPECT_EQ(schema.at("additionalProperties"), false) << at;
    for (auto const& [name, value] : here.items())
        EXPECT_TRUE(schema.at("properties").contains(name)) << name_of(kind) << at << '/' << name;
    for (auto const& [name, property] : schema.at("properties").items()) {
        std::string const pointer = at + '/' + name;
        if (!here.contains(name)) continue; // a nested object that stands elsewhere in full
        auto const input = read_act_input(kind, changed(body, pointer, ""));
        auto const& required = schema.at("required");
        bool const must = std::ranges::find(required, Json(name)) != required.end();
        // What a refund needs is a rule between members, told in words.
        bool const of_a_refund = name == "amount" && here.contains("kind");
        EXPECT_EQ(!input.has_value(), must || of_a_refund) << name_of(kind) << ' ' << pointer;
        if (!input && !of_a_refund) {
            EXPECT_EQ(input.error().errors[0].pointer, pointer);
            EXPECT_EQ(input.error().errors[0].code, missing_field);
        }
        expect_agreement(kind, property, pointer);
    }
}

TEST(InputSchema, AgreesWithTheReaders) {
    for (std::size_t i = 0; i < kinds; ++i) {
        auto const kind = static_cast<InputKind>(i);
        auto const schema = parse_json(input_schema(kind));
        ASSERT_TRUE(schema.has_value()) << name_of(kind);
        EXPECT_EQ(schema->at("$schema"), "https://json-schema.org/draft/2020-12/schema");
        if (kind == InputKind::document) continue; // its fields are those of a procedure
        for (auto const& [name, property] : schema->at("properties").items())
            EXPECT_TRUE(full_body(kind).contains(name))
                << name_of(kind) << ": no sample of " << name;
        expect_agreement(kind, *schema, "");
    }
}

TEST(InputSchema, DescribesEveryMember) {
    for (std::size_t i = 0; i < kinds; ++i) {
        auto const schema = Json::parse(input_schema(static_cast<InputKind>(i)));
        for (auto const& [name, property] : schema.at("properties").items())
            EXPECT_FALSE(property.value("description", "").empty()) << i << ' ' << name;
    }
}

} // namespace
} // namespace parley
