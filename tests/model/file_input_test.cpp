#include "engine/model/command.hpp"
#include "engine/model/countries.hpp"
#include "engine/model/input_parts.hpp"
#include "tests/model/input_cases.hpp"
#include "tests/model/samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace parley {
namespace {

using enum RefusalCode;

Json sample() { return parse_json(sample_filing_json()).value(); }

TEST(FileInput, ReadsTheFilingOfTheContract) {
    auto const input = read_file_input(sample());
    ASSERT_TRUE(input.has_value()) << input.error().detail;
    EXPECT_EQ(input->claimant.kind, PartyKind::consumer);
    EXPECT_EQ(input->claimant.name, "Ana Ruiz");
    EXPECT_EQ(input->claimant.email, "ana@example.net");
    EXPECT_EQ(input->claimant.address, "");
    EXPECT_EQ(input->respondent.country, "CN");
    EXPECT_EQ(input->respondent.language, "zh-Hans");
    EXPECT_EQ(input->respondent.time_zone, "Asia/Shanghai");
    EXPECT_EQ(input->transaction.reference, "ORD-10027");
    EXPECT_EQ(text_of(input->transaction.concluded_at), "2026-10-02T09:12:00.000000Z");
    EXPECT_EQ(text_of(input->transaction.total), "129.90 EUR");
    ASSERT_EQ(input->transaction.items.size(), 1U);
    EXPECT_EQ(input->transaction.items[0].quantity, 2);
    EXPECT_EQ(input->transaction.items[0].price.amount, 6495);
    ASSERT_TRUE(input->transaction.delivery.has_value());
    EXPECT_EQ(input->transaction.delivery->promised_by, "2026-10-20");
    EXPECT_FALSE(input->transaction.delivery->delivered_at.has_value());
    EXPECT_EQ(input->claim.reason, ClaimReason::not_received);
    ASSERT_EQ(input->claim.remedies.size(), 1U);
    EXPECT_EQ(input->claim.remedies[0].remedy.kind, RemedyKind::refund);
    ASSERT_EQ(input->consents.size(), 2U);
    EXPECT_EQ(input->consents[1].by, Side::respondent);
    EXPECT_EQ(input->consents[1].track, Track::two);
    EXPECT_EQ(input->identified_by, "platform");
    EXPECT_EQ(input->procedure, std::nullopt);
    EXPECT_EQ(input->clock, std::nullopt);
    EXPECT_THAT(input->metadata, testing::ElementsAre(testing::Pair("shop", "42")));
}

TEST(FileInput, AcceptsWhatMayBeAbsentOrSaidOtherwise) {
    struct Row {
        std::string_view at;
        std::string_view value;
    };
    Row const rows[] = {
        {"/procedure", ""},
        {"/procedure", R"("uncitral-track-1")"},
        {"/clock", ""},
        {"/clock", R"("clk_01KJMA0FM0E008000000000002")"},
        {"/metadata", ""},
        {"/metadata", "{}"},
        {"/metadata/note", R"("")"},
        {"/identified_by", ""},
        {"/respondent/email", ""},
        {"/other_remedies", ""},
        {"/other_remedies", R"(["A chargeback was asked for."])"},
        {"/consents", "[]"},
        {"/consents/0/track", ""},
        {"/consents/0/amount_most", R"({"amount":100000,"currency":"EUR"})"},
        {"/consents/0/read_and_understood", "true"},
        {"/transaction/delivery", "null"},
        {"/transaction/delivery", ""},
        {"/transaction/delivery", "{}"},
        {"/transaction/delivery/delivered_at", R"("2026-10-21T10:00:00+02:00")"},
        {"/transaction/items/0/price/amount", "0"},
        {"/transaction/items/0/quantity", "100000"},
        {"/transaction/channel", R"("c2c")"},
        {"/claimant/address", R"("Calle Mayor 1\nMadrid")"},
        {"/claimant/representative", R"("Lic. Gil, power of attorney of 2026-10-01")"},
        {"/claimant/country", R"("XK")"},
        {"/claimant/language", R"("es-419")"},
        {"/claimant/language", R"("de-x-court")"},
        {"/claimant/email", R"("o'hara+shop@mail.example.co.uk")"},
        {"/claimant/email", R"("анна@почта.рф")"},
        {"/claimant/time_zone", R"("UTC")"},
        {"/claimant/time_zone", R"("America/Argentina/Buenos_Aires")"},
        {"/claimant/time_zone", R"("Etc/GMT+5")"},
        {"/claim/amount/amount", "1000000000000000"},
        {"/claim/remedies/0",
         R"({"kind":"replacement","by":"respondent","due":"2026-12-01T00:00:00Z"})"},
        {"/claim/remedies/0", R"({"kind":"other","description":"An apology in public."})"},
    };
    for (Row const& row : rows) {
        auto const input = read_file_input(changed(sample(), row.at, std::string(row.value)));
        EXPECT_TRUE(input.has_value())
            << row.at << ' ' << row.value << ": " << input.error().detail;
    }
}

std::string repeated(std::string_view entry, std::size_t times) {
    std::string out = "[";
    for (std::size_t i = 0; i < times; ++i) out.append(i == 0 ? "" : ",").append(entry);
    return out + "]";
}

TEST(FileInput, NamesTheOneFaultOfABadFiling) {
    std::string const long_text = '"' + std::string(10'001, 'x') + '"';
    std::string const item =
        R"({"description":"Lamp","quantity":1,"price":{"amount":1,"currency":"EUR"}})";
    std::string const items_101 = repeated(item, 101);
    std::string const remedies_21 = repeated(R"({"kind":"apology"})", 21);
    std::string metadata_21 = "{";
    for (int i = 0; i < 21; ++i) metadata_21 += fmt::format(R"({}"k{}":"v")", i == 0 ? "" : ",", i);
    metadata_21 += "}";
    std::string const long_key = "/metadata/" + std::string(41, 'k');
    std::string const long_value = '"' + std::string(501, 'v') + '"';
    std::string const long_mail = '"' + std::string(65, 'a') + R"(@example.net")";

    BadInput const rows[] = {
        {"/claimant", "", "/claimant", missing_field, "is missing"},
        {"/claimant", "null", "/claimant", missing_field, "is missing"},
        {"/claimant", "[]", "/claimant", wrong_type, "must be an object, not an array"},
        {"/claimant/kind", "", "/claimant/kind", missing_field, "is missing"},
        {"/claimant/kind", R"("company")", "/claimant/kind", invalid,
         "must be one of consumer, business"},
        {"/claimant/kind", "1", "/claimant/kind", wrong_type, "must be a string"},
        {"/claimant/name", R"("")", "/claimant/name", out_of_range, "1 to 200"},
        {"/claimant/name", R"("a\u0007b")", "/claimant/name", invalid, "control characters"},
        {"/claimant/name", R"("Ana\nFrom: bank")", "/claimant/name", invalid, "one line"},
        {"/claimant/name", R"(" ")", "/claimant/name", invalid, "can be read"},
        {"/claimant/name", R"("\u202e\u00a0\u3000")", "/claimant/name", invalid, "can be read"},
        {"/transaction/reference", R"("\ufeff")", "/transaction/reference", invalid, "can be read"},
        {"/claim/statement", R"("\n\t \u200b")", "/claim/statement", invalid, "can be read"},
        {"/claimant/nick", R"("ana")", "/claimant/nick", unknown_field, "leave it out"},
        {"/claimant/email", "", "/claimant/email", missing_field, "is missing"},
        {"/claimant/email", R"("ana")", "/claimant/email", invalid, "ana@example.net"},
        {"/claimant/email", R"("ana@localhost")", "/claimant/email", invalid, "one e-mail address"},
        {"/claimant/email", R"("ana@a.net, eve@b.net")", "/claimant/email", invalid,
         "one e-mail address"},
        {"/claimant/email", R"("ana@a.net\nBcc: eve@b.net")", "/claimant/email", invalid,
         "one e-mail"},
        {"/claimant/email", R"("Ana <ana@a.net>")", "/claimant/email", invalid,
         "one e-mail address"},
        {"/claimant/email", R"("ana@-a.net")", "/claimant/email", invalid, "one e-mail address"},
        {"/claimant/email", R"("ana@a..net")", "/claimant/email", invalid, "one e-mail address"},
        {"/claimant/email", R"(".ana@a.net")", "/claimant/email", invalid, "one e-mail address"},
        {"/claimant/email", long_mail, "/claimant/email", invalid, "one e-mail address"},
        {"/claimant/country", R"("es")", "/claimant/country", invalid, "alpha-2"},
        {"/claimant/country", R"("UK")", "/claimant/country", invalid, "alpha-2"},
        {"/claimant/country", R"("ESP")", "/claimant/country", invalid, "alpha-2"},
        {"/claimant/country", R"("S ")", "/claimant/country", invalid, "alpha-2"},
        {"/claimant/language", R"("spanish")", "/claimant/language", invalid, "BCP 47"},
        {"/claimant/language", R"("es_ES")", "/claimant/language", invalid, "BCP 47"},
        {"/claimant/language", R"("es-")", "/claimant/language", invalid, "BCP 47"},
        {"/claimant/language", R"("es-x")", "/claimant/language", invalid, "BCP 47"},
        {"/claimant/time_zone", R"("")", "/claimant/time_zone", invalid, "IANA"},
        {"/claimant/time_zone", R"("+02:00")", "/claimant/time_zone", invalid, "IANA"},
        {"/claimant/time_zone", R"("../etc/passwd")", "/claimant/time_zone", invalid, "IANA"},
        {"/respondent", "", "/respondent", missing_field, "is missing"},
        {"/respondent/kind", R"("Business")", "/respondent/kind", invalid, "consumer, business"},
        {"/transaction", "", "/transaction", missing_field, "is missing"},
        {"/transaction/reference", "10027", "/transaction/reference", wrong_type,
         "must be a string"},
        {"/transaction/concluded_at", R"("2026-10-02")", "/transaction/concluded_at", invalid,
         "RFC 3339"},
        {"/transaction/channel", R"("web")", "/transaction/channel", invalid, "b2c, b2b, c2c, c2b"},
        {"/transaction/total", "12990", "/transaction/total", wrong_type, "must be an object"},
        {"/transaction/total/amount", "129.9", "/transaction/total/amount", wrong_type,
         "an integer"},
        {"/transaction/total/currency", R"("euro")", "/transaction/total/currency", invalid,
         "ISO 4217"},
        {"/transaction/total/cents", "1", "/transaction/total/cents", unknown_field,
         "leave it out"},
        {"/transaction/items", "", "/transaction/items", missing_field, "is missing"},
        {"/transaction/items", "[]", "/transaction/items", out_of_range,
         "1 to 100 entries, holds 0"},
        {"/transaction/items", items_101, "/transaction/items", out_of_range, "holds 101"},
        {"/transaction/items", "{}", "/transaction/items", wrong_type, "must be an array"},
        {"/transaction/items/0", "7", "/transaction/items/0", wrong_type, "must be an object"},
        {"/transaction/items/0/quantity", "0", "/transaction/items/0/quantity", out_of_range,
         "1 to 100000"},
        {"/transaction/items/0/quantity", "100001", "/transaction/items/0/quantity", out_of_range,
         "100000"},
        {"/transaction/items/0/price/amount", "-1", "/transaction/items/0/price/amount",
         out_of_range, "0 to"},
        {"/transaction/items/0/price/currency", R"("USD")", "/transaction/items/0/price/currency",
         currency_mismatch, "must be EUR, the currency of /transaction/total, not USD"},
        {"/transaction/delivery/promised_by", R"("soon")", "/transaction/delivery/promised_by",
         invalid, "2026-10-20"},
        {"/transaction/delivery/promised_by", R"("2026-02-30")",
         "/transaction/delivery/promised_by", invalid, "must be a date"},
        {"/transaction/delivery/delivered_at", R"("2026-10-21")",
         "/transaction/delivery/delivered_at", invalid, "RFC 3339"},
        {"/claim", "", "/claim", missing_field, "is missing"},
        {"/claim/reason", R"("lost")", "/claim/reason", invalid,
         "must be one of not_received, late"},
        {"/claim/amount", "", "/claim/amount", missing_field, "is missing"},
        {"/claim/amount/amount", "0", "/claim/amount/amount", out_of_range, "must be 1 or more"},
        {"/claim/amount/amount", "1000000000000001", "/claim/amount/amount", out_of_range, "0 to"},
        {"/claim/amount/currency", R"("JPY")", "/claim/amount/currency", currency_mismatch,
         "not JPY"},
        {"/claim/statement", R"("")", "/claim/statement", out_of_range, "1 to 10000"},
        {"/claim/statement", long_text, "/claim/statement", out_of_range, "has 10001"},
        {"/claim/remedies", "", "/claim/remedies", missing_field, "is missing"},
        {"/claim/remedies", "[]", "/claim/remedies", out_of_range, "1 to 20"},
        {"/claim/remedies", remedies_21, "/claim/remedies", out_of_range, "holds 21"},
        {"/claim/remedies/0/kind", R"("money")", "/claim/remedies/0/kind", invalid,
         "must be one of refund"},
        {"/claim/remedies/0/amount", "", "/claim/remedies/0/amount", missing_field,
         "a remedy of kind refund says how much"},
        {"/claim/remedies/0", R"({"kind":"price_reduction"})", "/claim/remedies/0/amount",
         missing_field, "price_reduction"},
        {"/claim/remedies/0/kind", R"("nothing")", "/claim/remedies/0/amount", invalid,
         "must be absent"},
        {"/claim/remedies/0/amount/amount", "0", "/claim/remedies/0/amount/amount", out_of_range,
         "1 or more"},
        {"/claim/remedies/0/amount/currency", R"("USD")", "/claim/remedies/0/amount/currency",
         currency_mismatch, "must be EUR"},
        {"/claim/remedies/0/by", R"("seller")", "/claim/remedies/0/by", invalid,
         "claimant, respondent"},
        {"/claim/remedies/0/due", "7", "/claim/remedies/0/due", wrong_type, "must be a string"},
        {"/consents", "", "/consents", missing_field, "is missing"},
        {"/consents/0/kind", R"("clause")", "/consents/0/kind", invalid,
         "must be one of odr_clause"},
        {"/consents/0/by", "", "/consents/0/by", missing_field, "is missing"},
        {"/consents/0/given_at", "", "/consents/0/given_at", missing_field, "is missing"},
        {"/consents/0/text_sha256", R"("25DF")", "/consents/0/text_sha256", invalid,
         "64 lower-case"},
        {"/consents/0/locale", R"("")", "/consents/0/locale", invalid, "BCP 47"},
        {"/consents/0/track", R"("2")", "/consents/0/track", invalid, "must be one of I, II"},
        {"/consents/0/amount_most", R"({"amount":5,"currency":"USD"})",
         "/consents/0/amount_most/currency", currency_mismatch, "must be EUR"},
        {"/consents/0/separate_document", R"("yes")", "/consents/0/separate_document", wrong_type,
         "true or false"},
        {"/identified_by", "1", "/identified_by", wrong_type, "must be a string"},
        {"/other_remedies", R"("none")", "/other_remedies", wrong_type, "must be an array"},
        {"/other_remedies", R"(["court", 7])", "/other_remedies/1", wrong_type, "must be a string"},
        {"/other_remedies", R"([""])", "/other_remedies/0", out_of_range, "1 to 2000"},
        {"/other_remedies", R"([null])", "/other_remedies/0", missing_field, "is missing"},
        {"/procedure", "7", "/procedure", wrong_type, "must be a string"},
        {"/procedure", R"("Track I")", "/procedure", invalid, "uncitral-track-2"},
        {"/clock", R"("dsp_01KJMA0FM0E00R0081040G2081")", "/clock", invalid,
         "clk_ and 26 characters"},
        {"/metadata", "[]", "/metadata", wrong_type, "must be an object"},
        {"/metadata", metadata_21, "/metadata", out_of_range, "at most 20 members, holds 21"},
        {"/metadata/shop", "42", "/metadata/shop", wrong_type, "must be a string"},
        {"/metadata/shop", long_value, "/metadata/shop", out_of_range, "500"},
        {long_key, R"("v")", long_key, invalid, "1 to 40"},
        {"/priority", R"("high")", "/priority", unknown_field, "leave it out"},
    };
    for (BadInput const& row : rows) {
        auto const input = read_file_input(changed(sample(), row.at, std::string(row.value)));
        ASSERT_FALSE(input.has_value()) << row.at << ' ' << row.value;
        Refusal const& refusal = input.error();
        EXPECT_EQ(refusal.code, RefusalCode::invalid);
        ASSERT_EQ(refusal.errors.size(), 1U) << row.at << ' ' << row.value << ": " << refusal.detail
                                             << " and " << refusal.errors.back().pointer;
        EXPECT_EQ(refusal.errors[0].pointer, row.pointer);
        EXPECT_EQ(name_of(refusal.errors[0].code), name_of(row.code)) << row.pointer;
        EXPECT_THAT(refusal.errors[0].detail, testing::HasSubstr(std::string(row.detail)));
    }
}

TEST(FileInput, GathersEveryFaultAtOnce) {
    Json body = sample();
    body["claimant"]["country"] = "Spain";
    body["claim"]["amount"]["currency"] = "USD";
    body["extra"] = 1;
    body.erase("respondent");
    auto const input = read_file_input(body);
    ASSERT_FALSE(input.has_value());
    std::vector<std::string> pointers;
    for (FieldError const& error : input.error().errors) pointers.push_back(error.pointer);
    EXPECT_THAT(pointers,
                testing::UnorderedElementsAre("/claimant/country", "/claim/amount/currency",
                                              "/extra", "/respondent"));
}

TEST(FileInput, RefusesABodyThatIsNoObject) {
    for (char const* text : {"[]", "null", "7", "\"file\""}) {
        auto const input = read_file_input(Json::parse(text));
        ASSERT_FALSE(input.has_value());
        ASSERT_EQ(input.error().errors.size(), 1U);
        EXPECT_EQ(input.error().errors[0].pointer, "");
        EXPECT_EQ(input.error().errors[0].code, wrong_type);
    }
}

TEST(Countries, KnowsAssignedCodesAndNothingElse) {
    for (char const* code : {"AD", "AX", "BQ", "CN", "ES", "GB", "SS", "TL", "US", "XK", "ZW"})
        EXPECT_TRUE(is_country(code)) << code;
    for (char const* code : {"", "E", "ESP", "es", "EU", "UK", "ZZ", "D ", " D", "AN", "YU"})
        EXPECT_FALSE(is_country(code)) << code;
}

} // namespace
} // namespace parley
