#include "engine/base/instant.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

TEST(Instants, ReadRfc3339AndWriteOneSpelling) {
    struct Row {
        char const* text;
        char const* written;
    };
    Row const rows[] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"},
        {"2026-03-01T09:00:00Z", "2026-03-01T09:00:00.000000Z"},
        {"2026-03-01T09:00:00.5Z", "2026-03-01T09:00:00.500000Z"},
        {"2026-03-01T09:00:00.123456Z", "2026-03-01T09:00:00.123456Z"},
        {"2026-03-01T09:00:00+01:00", "2026-03-01T08:00:00.000000Z"},
        {"2026-03-01T00:30:00+05:45", "2026-02-28T18:45:00.000000Z"},
        {"2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000000Z"},
        {"2026-03-01T09:00:00-00:00", "2026-03-01T09:00:00.000000Z"},
        {"2024-02-29T23:59:59.999999Z", "2024-02-29T23:59:59.999999Z"},
        {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000000Z"},
        {"2199-12-31T23:59:59.999999Z", "2199-12-31T23:59:59.999999Z"},
    };
    for (Row const& row : rows) {
        auto const at = parse_instant(row.text);
        ASSERT_TRUE(at) << row.text;
        EXPECT_EQ(text_of(*at), row.written);
        EXPECT_EQ(parse_instant(text_of(*at)), at);
    }
    EXPECT_EQ(parse_instant("2199-12-31T23:59:59.999999Z"), instant_max);
    EXPECT_EQ(parse_instant("2026-03-01T09:00:00Z")->us, 1'772'355'600'000'000);
}

TEST(Instants, RefuseWhateverIsNotRfc3339) {
    char const* const rows[] = {
        "",
        "2026-03-01",
        "2026-03-01T09:00Z",
        "2026-03-01T09:00:00",
        "2026-03-01 09:00:00Z",
        "2026-03-01t09:00:00z",
        "2026-3-01T09:00:00Z",
        "2026-03-01T9:00:00Z",
        "2026-13-01T09:00:00Z",
        "2026-00-01T09:00:00Z",
        "2026-02-29T09:00:00Z",
        "2100-02-29T09:00:00Z",
        "2026-04-31T09:00:00Z",
        "2026-03-00T09:00:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T09:60:00Z",
        "2026-06-30T23:59:60Z",
        "2026-03-01T09:00:00.Z",
        "2026-03-01T09:00:00.1234567Z",
        "2026-03-01T09:00:00,5Z",
        "2026-03-01T09:00:00+0100",
        "2026-03-01T09:00:00+24:00",
        "2026-03-01T09:00:00+01:60",
        "2026-03-01T09:00:00+01",
        "2026-03-01T09:00:00ZZ",
        " 2026-03-01T09:00:00Z",
        "2026-03-01T09:00:00Z ",
        "+026-03-01T09:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "2200-01-01T00:00:00Z",
        "2199-12-31T23:59:59-00:01",
        "20260301T090000Z",
    };
    for (char const* row : rows) EXPECT_FALSE(parse_instant(row)) << row;
    std::string_view const cut("2026-03-01T09:00:00\0Z", 21);
    EXPECT_FALSE(parse_instant(cut));
}

TEST(Instants, EveryDayFrom1970To2199SurvivesWritingAndReading) {
    for (std::int64_t day = 0; day * us_per_day <= instant_max.us; ++day) {
        Instant const at{day * us_per_day + day % us_per_day};
        ASSERT_EQ(parse_instant(text_of(at)), at) << text_of(at);
    }
}

TEST(Instants, AreAppendedAndShortened) {
    std::string out = "at ";
    append(out, *parse_instant("2026-03-01T09:00:00Z"));
    EXPECT_EQ(out, "at 2026-03-01T09:00:00.000000Z");
    EXPECT_EQ(short_text_of(*parse_instant("2026-03-01T09:00:00Z")), "2026-03-01T09:00:00Z");
    EXPECT_EQ(short_text_of(*parse_instant("2026-03-01T09:00:00.25Z")),
              "2026-03-01T09:00:00.250000Z");
    EXPECT_EQ(text_of(Instant{-1}), "1969-12-31T23:59:59.999999Z");
}

TEST(Dates, AreReadAndWritten) {
    EXPECT_EQ(text_of(*parse_date("2026-11-28")), "2026-11-28");
    EXPECT_EQ(parse_date("1970-01-01"), Date{0});
    EXPECT_EQ(make_date(2026, 3, 1), parse_date("2026-03-01"));
    for (char const* bad : {"", "2026-11-31", "2026-11-2", "2026/11/28", "2026-11-28Z",
                            "1969-12-31", "2200-01-01", "2026-11-28T00:00:00Z"})
        EXPECT_FALSE(parse_date(bad)) << bad;
}

TEST(Dates, MonthsEndOnTheLastDayOfAShorterMonth) {
    struct Row {
        char const* from;
        int months;
        char const* to;
    };
    Row const rows[] = {
        {"2026-01-31", 1, "2026-02-28"},  {"2024-01-31", 1, "2024-02-29"},
        {"2026-01-15", 1, "2026-02-15"},  {"2026-12-31", 2, "2027-02-28"},
        {"2026-03-31", -1, "2026-02-28"}, {"2026-01-31", -2, "2025-11-30"},
        {"2024-02-29", 12, "2025-02-28"}, {"2026-05-31", 0, "2026-05-31"},
    };
    for (Row const& row : rows)
        EXPECT_EQ(text_of(add_months(*parse_date(row.from), row.months)), row.to) << row.from;
}

TEST(Periods, AreReadWrittenAndPutIntoWords) {
    struct Row {
        char const* text;
        std::int32_t count;
        PeriodUnit unit;
        char const* words;
    };
    Row const rows[] = {
        {"P7D", 7, PeriodUnit::days, "7 calendar days"},
        {"P1D", 1, PeriodUnit::days, "1 calendar day"},
        {"P0D", 0, PeriodUnit::days, "0 calendar days"},
        {"PT48H", 48, PeriodUnit::hours, "48 hours"},
        {"P2W", 2, PeriodUnit::weeks, "2 weeks"},
        {"P1M", 1, PeriodUnit::months, "1 month"},
        {"P1Y", 1, PeriodUnit::years, "1 year"},
        {"P20B", 20, PeriodUnit::business_days, "20 business days"},
        {"P3660D", 3660, PeriodUnit::days, "3660 calendar days"},
    };
    for (Row const& row : rows) {
        auto const period = parse_period(row.text);
        ASSERT_TRUE(period) << row.text;
        EXPECT_EQ(*period, (Period{row.count, row.unit})) << row.text;
        EXPECT_EQ(text_of(*period), row.text);
        EXPECT_EQ(words_of(*period), row.words);
    }
}

TEST(Periods, RefuseSeveralUnitsSignsFractionsAndExcess) {
    for (char const* bad :
         {"",     "P",    "PT",   "P7",    "7D",     "PD",     "p7d",
          "P7d",  "P-7D", "P+7D", "P7.5D", "P1DT2H", "P1M2D",  "P7H",
          "PT7M", "PT7S", "PT7D", "P07D",  "P00D",   "P3661D", "P99999999999999999999D",
          "P7D ", " P7D", "P 7D"})
        EXPECT_FALSE(parse_period(bad)) << bad;
}

TEST(Clocks, TheManualOneStandsStillUntilTurned) {
    ManualClock clock(Instant{5});
    EXPECT_EQ(clock.now(), Instant{5});
    clock.set(Instant{9});
    EXPECT_EQ(clock.now(), Instant{9});
    SystemClock const real;
    EXPECT_GT(real.now(), *parse_instant("2025-01-01T00:00:00Z"));
}

} // namespace
} // namespace parley
