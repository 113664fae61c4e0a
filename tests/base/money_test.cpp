#include "engine/base/money.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace parley {
namespace {

Currency currency(std::string_view code) { return parse_currency(code).value(); }

TEST(Money, DigitsFollowIso4217) {
    struct Row {
        char const* code;
        int digits;
    };
    Row const rows[] = {
        {"EUR", 2}, {"USD", 2}, {"GBP", 2}, {"JPY", 0}, {"KRW", 0}, {"CLP", 0},
        {"ISK", 0}, {"VND", 0}, {"UGX", 0}, {"XOF", 0}, {"XPF", 0}, {"BHD", 3},
        {"IQD", 3}, {"JOD", 3}, {"KWD", 3}, {"LYD", 3}, {"OMR", 3}, {"TND", 3},
        {"CLF", 4}, {"UYW", 4}, {"HUF", 2}, {"TWD", 2}, {"IDR", 2}, {"MGA", 2},
        {"XCG", 2}, {"ZWG", 2}, {"BGN", 2}, {"SLE", 2}, {"AED", 2},
    };
    for (Row const& row : rows) {
        ASSERT_TRUE(parse_currency(row.code)) << row.code;
        EXPECT_EQ(minor_digits(currency(row.code)), row.digits) << row.code;
        EXPECT_EQ(currency(row.code).text(), row.code);
    }
}

TEST(Money, WhatIsNoCurrencyIsRefused) {
    for (char const* bad : {"", "E", "EU", "EURO", "eur", "HRK", "DEM", "XAU", "XXX", "XTS", "ZWL",
                            "SLL", "AAA", "ZZZ", "E R", "123"})
        EXPECT_FALSE(parse_currency(bad)) << bad;
}

TEST(Money, IsWrittenWithTheDigitsOfItsCurrency) {
    EXPECT_EQ(text_of({12990, currency("EUR")}), "129.90 EUR");
    EXPECT_EQ(text_of({13000, currency("JPY")}), "13000 JPY");
    EXPECT_EQ(text_of({5, currency("EUR")}), "0.05 EUR");
    EXPECT_EQ(text_of({0, currency("EUR")}), "0.00 EUR");
    EXPECT_EQ(text_of({0, currency("JPY")}), "0 JPY");
    EXPECT_EQ(text_of({1, currency("KWD")}), "0.001 KWD");
    EXPECT_EQ(text_of({1234, currency("KWD")}), "1.234 KWD");
    EXPECT_EQ(text_of({-5, currency("EUR")}), "-0.05 EUR");
    EXPECT_EQ(text_of({std::numeric_limits<std::int64_t>::min(), currency("JPY")}),
              "-9223372036854775808 JPY");
    EXPECT_EQ(text_of({money_amount_max, currency("CLF")}), "100000000000.0000 CLF");
}

TEST(Money, IsReadBackAsItIsWritten) {
    for (Money const money : {Money{12990, currency("EUR")},
                              {13000, currency("JPY")},
                              {5, currency("EUR")},
                              {1234, currency("KWD")},
                              {-5, currency("EUR")},
                              {0, currency("JPY")},
                              {money_amount_max, currency("CLF")}})
        EXPECT_EQ(parse_money(text_of(money)), money) << text_of(money);
    EXPECT_EQ(parse_money("20 EUR"), (Money{2000, currency("EUR")}));
    EXPECT_EQ(parse_money("20.5 EUR"), (Money{2050, currency("EUR")}));
    for (char const* bad : {"", "EUR", " EUR", "20", "20EUR", "20 EURO", "20. EUR", ".5 EUR",
                            "20.555 EUR", "20.5 JPY", "2 0 EUR", "1e3 EUR", "--1 EUR",
                            "10000000000000.01 EUR", "99999999999999999999999 JPY"})
        EXPECT_FALSE(parse_money(bad)) << bad;
}

} // namespace
} // namespace parley
