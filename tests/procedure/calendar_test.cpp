#include "engine/procedure/calendar.hpp"

#include "engine/procedure/embedded_library.hpp"
#include "engine/procedure/time_rules.hpp"

#include <gtest/gtest.h>

#include <array>

namespace parley {
namespace {

CalendarBook const& book() {
    static CalendarBook const loaded = load_embedded_calendars();
    return loaded;
}
Calendar const& calendar(std::string_view id) {
    Calendar const* const found = book().find(book().newest(), id);
    EXPECT_NE(found, nullptr) << id;
    static Calendar const none{};
    return found == nullptr ? none : *found;
}
Date day(std::string_view text) { return *parse_date(text); }

TEST(Calendars, SpeakOfAtLeastTwelveJurisdictionsWithTheirSources) {
    int known = 0;
    for (char const* id : {"EU", "AT", "BE", "DE", "ES", "FR", "GR", "IE", "IT", "NL",
                           "PL", "PT", "SE", "GB", "US", "CA", "AU", "NZ", "JP", "BR"}) {
        Calendar const& one = calendar(id);
        EXPECT_FALSE(one.source.empty()) << id;
        EXPECT_TRUE(one.covers(day("2028-12-31"))) << id;
        ++known;
    }
    EXPECT_GE(known, 12);
    EXPECT_EQ(book().find(book().newest(), "XX"), nullptr);
    EXPECT_EQ(book().find("1999-01", "DE"), nullptr);
}

// Dates that can be looked up: movable feasts, substitutes, rules by weekday, days that came later.
TEST(Calendars, KnowTheirHolidays) {
    struct Known {
        char const *id, *date;
        bool works;
    };
    constexpr Known dates[] = {
        {"DE", "2026-04-03", false}, {"DE", "2026-04-06", false}, {"DE", "2026-05-14", false},
        {"DE", "2026-05-25", false}, {"DE", "2026-04-02", true},  {"DE", "2027-03-26", false},
        {"AT", "2026-06-04", false}, {"GR", "2026-04-10", false}, {"GR", "2026-04-13", false},
        {"GR", "2026-02-23", false}, {"GR", "2026-04-03", true},  {"GB", "2026-05-04", false},
        {"GB", "2026-05-25", false}, {"GB", "2026-08-31", false}, {"GB", "2026-12-28", false},
        {"GB", "2027-12-27", false}, {"GB", "2027-12-28", false}, {"GB", "2026-12-24", true},
        {"US", "2026-07-03", false}, {"US", "2027-06-18", false}, {"US", "2026-11-26", false},
        {"US", "2027-12-31", false}, {"US", "2026-06-19", false}, {"US", "2020-06-19", true},
        {"CA", "2026-05-18", false}, {"CA", "2026-10-12", false}, {"JP", "2026-05-06", false},
        {"JP", "2026-09-22", false}, {"JP", "2027-03-22", false}, {"SE", "2026-06-19", false},
        {"NZ", "2026-07-10", false}, {"NZ", "2028-01-03", false}, {"NZ", "2028-01-04", false},
        {"NL", "2025-04-26", false}, {"NL", "2026-04-27", false}, {"PL", "2024-12-24", true},
        {"PL", "2025-12-24", false}, {"IE", "2026-10-26", false}, {"BR", "2026-11-20", false},
        {"EU", "2026-05-01", false}, {"FR", "2026-07-14", false}, {"FR", "2026-07-15", true},
        {"IT", "2026-07-18", false}, // a Saturday
    };
    for (Known const& known : dates)
        EXPECT_EQ(calendar(known.id).is_business_day(day(known.date)), known.works)
            << known.id << ' ' << known.date;
}

TEST(Calendars, CountBusinessDaysAndSayWhatTheyLeftOut) {
    auto const counted = add_business_days(calendar("DE"), day("2026-12-23"), 2);
    ASSERT_TRUE(counted.has_value());
    EXPECT_EQ(text_of(counted->day), "2026-12-28"); // the 24th, then the Monday
    EXPECT_EQ(counted->skipped,
              (std::vector<std::string>{"2 weekend days", "2026-12-25 Christmas Day"}));
    EXPECT_EQ(business_days_between(calendar("DE"), day("2026-12-23"), counted->day), 2);
    EXPECT_EQ(text_of(roll_forward(calendar("DE"), day("2026-12-25"))->day), "2026-12-28");
    EXPECT_EQ(text_of(roll_forward(calendar("DE"), day("2026-12-24"))->day), "2026-12-24");
}

TEST(Calendars, DoNotSpeakOfYearsThatTheyDoNotKnow) {
    auto const beyond = add_business_days(calendar("NZ"), day("2030-12-30"), 5);
    ASSERT_FALSE(beyond.has_value());
    EXPECT_NE(beyond.error().detail.find("NZ/2026-11 speaks of 2024 to 2030"), std::string::npos)
        << beyond.error().detail;
}

TEST(Calendars, CarryADeadlineWithItsExplanation) {
    static ZoneRules const zones = ZoneRules::load();
    std::array const trader{TimedActor{"respondent", "Europe/Berlin", &calendar("DE")}};
    auto const end = compute_deadline(zones, {20, PeriodUnit::business_days},
                                      *parse_instant("2026-12-01T08:00:00Z"), trader, {}, "asked");
    ASSERT_TRUE(end.has_value()) << end.error().detail;
    EXPECT_EQ(text_of(end->at), "2026-12-30T22:59:59.999999Z");
    EXPECT_EQ(end->calendar, "DE/2026-11");
    ASSERT_GE(end->trace.size(), 3U);
    EXPECT_NE(end->trace[1].find("2026-12-25 Christmas Day"), std::string::npos) << end->trace[1];
    // A last day that is no business day gives way where the rule says so (S6).
    auto const rolled =
        compute_deadline(zones, {4, PeriodUnit::days}, *parse_instant("2026-12-21T08:00:00Z"),
                         trader, {false, true}, "asked");
    ASSERT_TRUE(rolled.has_value());
    EXPECT_EQ(text_of(rolled->last_days.front()), "2026-12-28");
}

// Two who act in one zone and in two countries: the deadline stands in the calendar of the later end.
TEST(Calendars, ADeadlineStandsInThatOfTheLatestEnd) {
    static ZoneRules const zones = ZoneRules::load();
    for (bool const turned : {false, true}) {
        TimedActor const german{"claimant", "Europe/Berlin", &calendar("DE")};
        TimedActor const austrian{"respondent", "Europe/Berlin", &calendar("AT")};
        std::array const both =
            turned ? std::array{austrian, german} : std::array{german, austrian};
        // The 8th of December is a holiday in Austria alone.
        auto const end =
            compute_deadline(zones, {2, PeriodUnit::business_days},
                             *parse_instant("2026-12-04T08:00:00Z"), both, {}, "asked");
        ASSERT_TRUE(end.has_value());
        EXPECT_EQ(text_of(end->at), "2026-12-09T22:59:59.999999Z");
        EXPECT_EQ(end->calendar, "AT/2026-11");
        EXPECT_EQ(book().find(end->calendar), &calendar("AT"));
    }
    EXPECT_EQ(book().find("civil"), nullptr);
}

TEST(Calendars, WithAFaultAreRefusedWithItsPlace) {
    auto const with = [](std::string const& holiday) {
        return R"({"version":"v","means":"m","calendars":[{"id":"DE","name":"n","weekend":["sunday"],
            "from":2026,"to":2027,"verified":true,"source":"s","holidays":[)" +
               holiday + "]}]}";
    };
    EXPECT_TRUE(read_calendars(with(R"({"name":"x","on":"12-25"})")).has_value());
    constexpr std::pair<char const*, char const*> faults[] = {
        {R"({"name":"x"})", "must say in one way when it is"},
        {R"({"name":"x","on":"12-25","easter":1})", "must say in one way when it is"},
        {R"({"name":"x","on":"13-25"})", "must be a month and a day"},
        {R"({"name":"x","weekday":"funday","month":1,"nth":1})", "must be one of monday"},
        {R"({"name":"x","weekday":"monday","month":1,"nth":0})", "must be 1 to 5"},
        {R"({"name":"x","dates":["2026-02-30"]})", "must be a list of 1 to"},
        {R"({"name":"x","on":"12-25","moves":"away"})", "must be one of weekend_to"},
        {R"({"name":"x","on":"12-25","colour":"red"})", "colour"},
    };
    for (auto const& [holiday, says] : faults) {
        auto const read = read_calendars(with(holiday));
        ASSERT_FALSE(read.has_value()) << holiday;
        EXPECT_TRUE(read.error().errors.front().pointer.starts_with("/calendars/0/holidays/0"))
            << read.error().errors.front().pointer;
        EXPECT_NE(read.error().detail.find(says), std::string::npos) << read.error().detail;
    }
}

} // namespace
} // namespace parley
