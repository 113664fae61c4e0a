#include "engine/base/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace parley {
namespace {

// "pointer code; ..." of all faults, in the order they were found.
std::string summary(std::vector<FieldError> const& errors) {
    std::string out;
    for (FieldError const& error : errors) {
        if (!out.empty()) out += "; ";
        out += error.pointer + ' ' + std::string(name_of(error.code));
    }
    return out;
}

template <class Read>
std::string faults_of(std::string_view text, Read read) {
    Json const json = parse_json(text).value();
    std::vector<FieldError> errors;
    {
        ObjectReader reader(json, "/body", errors);
        read(reader);
    }
    return summary(errors);
}

TEST(ObjectReading, TakesEveryKindOfMember) {
    Json const json =
        parse_json(R"({"text":"héllo","count":-5,"yes":true,"at":"2026-03-01T09:00:00Z",
        "period":"P7D","money":{"amount":12990,"currency":"EUR"},"nothing":null,"free":{"x":[1]}})")
            .value();
    std::vector<FieldError> errors;
    {
        ObjectReader reader(json, "", errors);
        EXPECT_EQ(reader.text("text"), "héllo");
        EXPECT_EQ(reader.integer("count", -10, 10), -5);
        EXPECT_TRUE(reader.boolean("yes"));
        EXPECT_EQ(reader.instant("at"), parse_instant("2026-03-01T09:00:00Z"));
        EXPECT_EQ(reader.period("period"), (Period{7, PeriodUnit::days}));
        EXPECT_EQ(reader.money("money"), (Money{12990, *parse_currency("EUR")}));
        EXPECT_FALSE(reader.has("nothing"));
        EXPECT_EQ(reader.optional("absent"), nullptr);
        EXPECT_EQ(reader.optional_text("absent_text"), "");
        EXPECT_EQ(reader.optional_instant("absent_at"), std::nullopt);
        EXPECT_EQ(reader.optional_money("absent_money"), std::nullopt);
        ASSERT_NE(reader.required("free"), nullptr);
    }
    EXPECT_EQ(summary(errors), "");
}

TEST(ObjectReading, MembersNobodyAskedForAreFaults) {
    EXPECT_EQ(faults_of(R"({"a":1,"b":2,"c/d":3})", [](ObjectReader& r) { r.integer("a", 0, 9); }),
              "/body/b unknown_field; /body/c~1d unknown_field");
    EXPECT_EQ(faults_of(R"({"m":{"amount":1,"currency":"EUR","extra":1}})",
                        [](ObjectReader& r) { r.money("m"); }),
              "/body/m/extra unknown_field");
}

TEST(ObjectReading, FinishingTwiceReportsOnce) {
    EXPECT_EQ(faults_of(R"({"a":1})",
                        [](ObjectReader& r) {
                            r.finish();
                            r.finish();
                        }),
              "/body/a unknown_field");
}

TEST(ObjectReading, AllFaultsAreGathered) {
    EXPECT_EQ(
        faults_of(R"({"text":5,"count":"5","yes":1,"at":"today","period":"soon","null":null})",
                  [](ObjectReader& r) {
                      EXPECT_EQ(r.text("text"), "");
                      EXPECT_EQ(r.integer("count", 3, 9), 3);
                      EXPECT_FALSE(r.boolean("yes"));
                      EXPECT_EQ(r.instant("at"), Instant{});
                      EXPECT_EQ(r.period("period"), Period{});
                      EXPECT_EQ(r.text("null"), "");
                      EXPECT_EQ(r.text("missing"), "");
                  }),
        "/body/text wrong_type; /body/count wrong_type; /body/yes wrong_type; "
        "/body/at invalid; /body/period invalid; /body/null missing_field; "
        "/body/missing missing_field");
}

TEST(ObjectReading, NumbersHaveBounds) {
    struct Row {
        char const* number;
        char const* faults;
    };
    Row const rows[] = {
        {"0", "/body/n out_of_range"},
        {"1", ""},
        {"9", ""},
        {"10", "/body/n out_of_range"},
        {"-1", "/body/n out_of_range"},
        {"18446744073709551615", "/body/n out_of_range"},
        {"5.0", "/body/n wrong_type"},
        {"true", "/body/n wrong_type"},
    };
    for (Row const& row : rows)
        EXPECT_EQ(faults_of(std::string("{\"n\":") + row.number + "}",
                            [](ObjectReader& r) { r.integer("n", 1, 9); }),
                  row.faults)
            << row.number;
}

TEST(ObjectReading, TextIsMeasuredInCharactersAndFreeOfControls) {
    struct Row {
        char const* text;
        char const* faults;
    };
    Row const rows[] = {
        {"", "/body/t out_of_range"},
        {"abc", ""},
        {"\u00e9\u20ac\U0001F600", ""},
        {"abcd", "/body/t out_of_range"},
        {"\u00e9\u00e9\u00e9\u00e9", "/body/t out_of_range"},
        {"a\\nb", ""},
        {"a\\tb", ""},
        {"a\\rb", "/body/t invalid"},
        {"\\u001b", "/body/t invalid"},
        {"\\u007f", "/body/t invalid"},
        {"\\u0085", "/body/t invalid"},
        {"\\u00a0x", ""},
    };
    for (Row const& row : rows)
        EXPECT_EQ(faults_of(std::string("{\"t\":\"") + row.text + "\"}",
                            [](ObjectReader& r) { r.text("t", 3); }),
                  row.faults)
            << row.text;
    EXPECT_EQ(faults_of(R"({"t":""})", [](ObjectReader& r) { r.text("t", 3, 0); }), "");
    EXPECT_EQ(faults_of(R"({"t":"abcd"})", [](ObjectReader& r) { r.optional_text("t", 3); }),
              "/body/t out_of_range");
}

TEST(ObjectReading, MoneyNamesTheMemberAtFault) {
    struct Row {
        char const* money;
        char const* faults;
    };
    Row const rows[] = {
        {R"({"amount":0,"currency":"EUR"})", ""},
        {R"({"amount":1000000000000000,"currency":"EUR"})", ""},
        {R"({"amount":1000000000000001,"currency":"EUR"})", "/body/m/amount out_of_range"},
        {R"({"amount":-1,"currency":"EUR"})", "/body/m/amount out_of_range"},
        {R"({"amount":1.5,"currency":"EUR"})", "/body/m/amount wrong_type"},
        {R"({"amount":"1","currency":"EUR"})", "/body/m/amount wrong_type"},
        {R"({"amount":1,"currency":"eur"})", "/body/m/currency invalid"},
        {R"({"amount":1,"currency":"HRK"})", "/body/m/currency invalid"},
        {R"({"amount":1})", "/body/m/currency missing_field"},
        {R"({})", "/body/m/amount missing_field; /body/m/currency missing_field"},
        {R"("1 EUR")", "/body/m wrong_type"},
        {R"([])", "/body/m wrong_type"},
    };
    for (Row const& row : rows)
        EXPECT_EQ(faults_of(std::string("{\"m\":") + row.money + "}",
                            [](ObjectReader& r) { r.optional_money("m"); }),
                  row.faults)
            << row.money;
}

TEST(ObjectReading, WhatIsNoObjectIsOneFault) {
    EXPECT_EQ(faults_of("[1]",
                        [](ObjectReader& r) {
                            EXPECT_EQ(r.text("a"), "");
                            EXPECT_FALSE(r.has("b"));
                        }),
              "/body wrong_type");
}

TEST(ObjectReading, ThousandsOfUnknownMembersGiveABoundedAnswer) {
    std::string text = "{";
    for (int i = 0; i < 5000; ++i) text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
    Json const json = parse_json(text + "}").value();
    std::vector<FieldError> errors;
    {
        ObjectReader reader(json, "", errors);
    }
    EXPECT_EQ(errors.size(), 100U);
}

TEST(ObjectReading, TheRefusalTellsTheFirstFaultAndCarriesAll) {
    Refusal const refusal = refusal_of({{"/a", RefusalCode::missing_field, "is missing"},
                                        {"/b", RefusalCode::wrong_type, "must be a string"}});
    EXPECT_EQ(refusal.code, RefusalCode::invalid);
    EXPECT_EQ(refusal.detail, "/a is missing");
    EXPECT_EQ(refusal.errors.size(), 2U);
}

} // namespace
} // namespace parley
