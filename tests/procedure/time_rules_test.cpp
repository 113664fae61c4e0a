#include "engine/procedure/time_rules.hpp"

#include "engine/procedure/zone_file.hpp"

#include <gtest/gtest.h>

#include <array>

// The oracles T1 to T13 of the procedural reference as far as they are dates, and the days on which
// clocks do odd things.

namespace parley {
namespace {

ZoneRules const& zones() {
    static ZoneRules const rules = ZoneRules::load();
    return rules;
}

Instant at(std::string_view text) {
    auto const instant = parse_instant(text);
    EXPECT_TRUE(instant.has_value()) << text;
    return instant.value_or(Instant{});
}

constexpr Period days(std::int32_t count) { return {count, PeriodUnit::days}; }

ComputedDeadline compute(Period period, std::string_view anchor,
                         std::vector<TimedActor> const& actors, bool instant = false) {
    auto const computed =
        compute_deadline(zones(), period, at(anchor), actors, {instant, false}, "anchor");
    EXPECT_TRUE(computed.has_value());
    return computed.value_or(ComputedDeadline{});
}

std::string end_of(Period period, std::string_view anchor, std::string_view zone) {
    return text_of(compute(period, anchor, {{"respondent", std::string(zone)}}).at);
}

Deadline armed(ComputedDeadline const& computed) {
    Deadline deadline;
    deadline.at = computed.at;
    deadline.zone = computed.zone;
    deadline.last_days = computed.last_days;
    return deadline;
}

TEST(Deadlines, CountWholeDaysAfterTheDayOfTheAnchor) {
    EXPECT_EQ(end_of(days(7), "2026-03-02T00:00:00Z", "UTC"), "2026-03-09T23:59:59.999999Z");  // T1
    EXPECT_EQ(end_of(days(10), "2026-03-05T10:00:00Z", "UTC"), "2026-03-15T23:59:59.999999Z"); // T2
    EXPECT_EQ(end_of(days(7), "2026-03-07T12:00:00Z", "UTC"), "2026-03-14T23:59:59.999999Z");  // T3
    EXPECT_EQ(end_of(days(10), "2026-03-14T23:59:59.999999Z", "UTC"),
              "2026-03-24T23:59:59.999999Z");
}

// A letter that counts as received three days after it was sent, abroad ten (S12).
TEST(Deadlines, RunFromTheDayOfReceipt) {
    TimedActor const here{"claimant", "Europe/Madrid", nullptr, days(3)};
    TimedActor const abroad{"respondent", "Asia/Tokyo", nullptr, days(10), true};
    ComputedDeadline const both = compute(days(7), "2026-03-02T20:00:00Z", {here, abroad});
    // 2 March in Madrid, the 3rd already in Tokyo.
    EXPECT_EQ(text_of(both.last_days.at(0)), "2026-03-12");
    EXPECT_EQ(text_of(both.last_days.at(1)), "2026-03-20");
    EXPECT_EQ(text_of(both.at), "2026-03-20T14:59:59.999999Z");
    EXPECT_EQ(both.trace.at(1),
              "claimant: counts as received 3 calendar days after 2026-03-02, on 2026-03-05");
    EXPECT_EQ(
        both.trace.at(2),
        "respondent: counts as received 10 calendar days after 2026-03-03, abroad, on 2026-03-13");
    EXPECT_EQ(text_of(compute(days(7), "2026-03-02T20:00:00Z", {here, abroad}, true).at),
              "2026-03-19T20:00:00.000000Z"); // elapsed time
    TimedActor const uncounted{"claimant", "Europe/Madrid", nullptr,
                               Period{2, PeriodUnit::business_days}};
    EXPECT_FALSE(compute_deadline(zones(), days(7), at("2026-03-02T20:00:00Z"),
                                  std::array{uncounted}, {}, "anchor"));
}

TEST(Deadlines, EndInTheZoneOfWhoMustAct) { // T1a
    EXPECT_EQ(end_of(days(7), "2026-03-02T00:00:00Z", "America/New_York"),
              "2026-03-09T03:59:59.999999Z");
    EXPECT_EQ(end_of(days(7), "2026-03-02T00:00:00Z", "Asia/Tokyo"), "2026-03-09T14:59:59.999999Z");
}

TEST(Deadlines, AtAnInstantNeedNoZone) { // T1a (iii)
    ComputedDeadline const end =
        compute(days(7), "2026-03-02T00:00:00Z", {{"respondent", "Mars/Olympus"}}, true);
    EXPECT_EQ(text_of(end.at), "2026-03-09T00:00:00.000000Z");
    EXPECT_EQ(end.zone, "UTC");
    ComputedDeadline const hours =
        compute({48, PeriodUnit::hours}, "2026-03-28T12:00:00Z", {{"mediator", "Europe/Madrid"}});
    EXPECT_EQ(text_of(hours.at), "2026-03-30T12:00:00.000000Z");
    EXPECT_EQ(hours.last_days, std::vector{make_date(2026, 3, 30)});
}

TEST(Deadlines, OfSeveralEndWithTheLatestOfThem) { // T2a
    std::vector<TimedActor> const both{{"claimant", "Pacific/Auckland"},
                                       {"respondent", "America/Los_Angeles"}};
    ComputedDeadline const end = compute(days(10), "2026-03-05T10:00:00Z", both);
    EXPECT_EQ(text_of(end.at), "2026-03-16T06:59:59.999999Z");
    EXPECT_EQ(end.zone, "America/Los_Angeles");
    EXPECT_EQ(end.last_days, (std::vector{make_date(2026, 3, 15), make_date(2026, 3, 15)}));
    ASSERT_EQ(end.trace.size(), 4U);
    EXPECT_EQ(end.trace[1], "claimant: 10 calendar days, last day 2026-03-15 in Pacific/Auckland, "
                            "which ends 2026-03-15T10:59:59.999999Z");
    EXPECT_EQ(end.trace[2], "respondent: 10 calendar days, last day 2026-03-15 in "
                            "America/Los_Angeles, which ends 2026-03-16T06:59:59.999999Z");
    EXPECT_EQ(end.trace[3],
              "ends 2026-03-16T06:59:59.999999Z, the latest of these ends, in America/Los_Angeles");
}

TEST(Deadlines, TellHowTheyCameAbout) {
    std::array const actors{TimedActor{"respondent", "Asia/Shanghai"}};
    auto const end = compute_deadline(zones(), days(7), at("2026-11-21T10:00:00Z"), actors, {},
                                      "notice available 2026-11-21T10:00:00Z (Art. 4A(3))");
    ASSERT_TRUE(end.has_value());
    EXPECT_EQ(end->trace,
              (std::vector<std::string>{
                  "notice available 2026-11-21T10:00:00Z (Art. 4A(3))",
                  "7 calendar days: last day 2026-11-28 in Asia/Shanghai",
                  "ends 2026-11-28T15:59:59.999999Z, the end of that day in Asia/Shanghai"}));
}

TEST(Deadlines, OfTheOtherOraclesFallOnTheirDates) {
    EXPECT_EQ(end_of(days(2), "2026-03-16T09:00:00Z", "UTC"), "2026-03-18T23:59:59.999999Z"); // T6
    EXPECT_EQ(end_of(days(3), "2026-03-16T09:00:00Z", "UTC"), "2026-03-19T23:59:59.999999Z"); // T8
    EXPECT_EQ(end_of(days(7), "2026-04-20T10:00:00Z", "Europe/Madrid"),
              "2026-04-27T21:59:59.999999Z"); // T11
    EXPECT_EQ(end_of(days(30), "2026-04-20T10:00:00Z", "Europe/Madrid"),
              "2026-05-20T21:59:59.999999Z");                                                 // T11
    EXPECT_EQ(end_of(days(5), "2026-05-04T15:00:00Z", "UTC"), "2026-05-09T23:59:59.999999Z"); // T13
    EXPECT_EQ(end_of(days(2), "2026-05-09T23:59:00Z", "UTC"), "2026-05-11T23:59:59.999999Z"); // T13
}

TEST(Deadlines, OfWeeksMonthsAndYears) {
    EXPECT_EQ(end_of({2, PeriodUnit::weeks}, "2026-03-02T00:00:00Z", "UTC"),
              "2026-03-16T23:59:59.999999Z");
    EXPECT_EQ(end_of({1, PeriodUnit::months}, "2026-01-31T12:00:00Z", "UTC"),
              "2026-02-28T23:59:59.999999Z");
    EXPECT_EQ(end_of({1, PeriodUnit::months}, "2028-01-31T12:00:00Z", "UTC"),
              "2028-02-29T23:59:59.999999Z");
    EXPECT_EQ(end_of({1, PeriodUnit::years}, "2028-02-29T12:00:00Z", "UTC"),
              "2029-02-28T23:59:59.999999Z");
    EXPECT_EQ(end_of(days(1), "2028-02-28T12:00:00Z", "UTC"), "2028-02-29T23:59:59.999999Z");
}

TEST(Deadlines, OnTheDaysWhenClocksChange) {
    // Madrid: 23 hours on 29 March 2026, 25 on 25 October.
    EXPECT_EQ(end_of(days(1), "2026-03-28T12:00:00Z", "Europe/Madrid"),
              "2026-03-29T21:59:59.999999Z");
    EXPECT_EQ(end_of(days(1), "2026-03-27T12:00:00Z", "Europe/Madrid"),
              "2026-03-28T22:59:59.999999Z");
    EXPECT_EQ(end_of(days(1), "2026-10-24T12:00:00Z", "Europe/Madrid"),
              "2026-10-25T22:59:59.999999Z");
    // Far ahead, from the rule for the years after the written-out ones.
    EXPECT_EQ(end_of(days(1), "2060-07-01T12:00:00Z", "Europe/Madrid"),
              "2060-07-02T21:59:59.999999Z");
    EXPECT_EQ(end_of(days(1), "2060-12-01T12:00:00Z", "America/New_York"),
              "2060-12-03T04:59:59.999999Z");
}

TEST(Deadlines, WhereTheClockChangesAtMidnight) {
    // Sao Paulo skipped 2018-11-04T00:00 and gave back the hour before 2018-02-18T00:00.
    EXPECT_EQ(end_of(days(1), "2018-11-02T15:00:00Z", "America/Sao_Paulo"),
              "2018-11-04T02:59:59.999999Z");
    EXPECT_EQ(end_of(days(1), "2018-02-16T15:00:00Z", "America/Sao_Paulo"),
              "2018-02-18T02:59:59.999999Z");
    // St. John's went back from 00:01 to 23:01 of the day before, which so ended twice.
    EXPECT_EQ(end_of(days(1), "2010-11-05T15:00:00Z", "America/St_Johns"),
              "2010-11-07T03:29:59.999999Z");
}

TEST(Deadlines, OnADayThatWasSkipped) {
    Zone const* const apia = zones().find("Pacific/Apia");
    ASSERT_NE(apia, nullptr);
    EXPECT_EQ(text_of(apia->end_of_day(make_date(2011, 12, 29))), "2011-12-30T09:59:59.999999Z");
    EXPECT_EQ(text_of(apia->end_of_day(make_date(2011, 12, 30))), "2011-12-30T09:59:59.999999Z");
    EXPECT_EQ(text_of(apia->end_of_day(make_date(2011, 12, 31))), "2011-12-31T09:59:59.999999Z");
    EXPECT_EQ(text_of(apia->local_date(at("2011-12-30T09:59:59.999999Z"))), "2011-12-29");
    EXPECT_EQ(text_of(apia->local_date(at("2011-12-30T10:00:00Z"))), "2011-12-31");
}

TEST(Deadlines, EndOfEveryDayIsItsLastMicrosecondInEveryZone) {
    for (std::string_view const name :
         {"Europe/Madrid", "America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo",
          "Australia/Lord_Howe", "Africa/Casablanca", "America/St_Johns", "Asia/Kathmandu",
          "Pacific/Chatham", "Antarctica/Troll"}) {
        Zone const* const zone = zones().find(name);
        ASSERT_NE(zone, nullptr) << name;
        for (Date day = make_date(2005, 1, 1); day < make_date(2040, 1, 1); ++day.days) {
            Instant const end = zone->end_of_day(day);
            ASSERT_EQ(zone->local_date(end), day) << name << ' ' << text_of(day);
            ASSERT_GT(zone->local_date(end + 1), day) << name << ' ' << text_of(day);
        }
    }
}

TEST(Deadlines, RefuseAZoneThatDoesNotExistAndBusinessDays) {
    std::array const nowhere{TimedActor{"respondent", "Europe/Atlantis"}};
    auto const lost =
        compute_deadline(zones(), days(7), at("2026-03-02T00:00:00Z"), nowhere, {}, "anchor");
    ASSERT_FALSE(lost.has_value());
    EXPECT_TRUE(lost.error().detail.starts_with("Europe/Atlantis is not a time zone"));
    std::array const here{TimedActor{"respondent", "UTC"}};
    EXPECT_FALSE(compute_deadline(zones(), {5, PeriodUnit::business_days},
                                  at("2026-03-02T00:00:00Z"), here, {}, "anchor")
                     .has_value());
}

TEST(Deadlines, NeverLieBeyondWhatCanBeStored) {
    EXPECT_EQ(end_of({3660, PeriodUnit::years}, "2026-03-02T00:00:00Z", "UTC"),
              text_of(instant_max));
}

TEST(Extensions, AddDaysToTheLastDay) { // T4
    std::vector<TimedActor> const actors{{"claimant", "UTC"}, {"respondent", "UTC"}};
    Deadline const open = armed(compute(days(10), "2026-03-05T10:00:00Z", actors));
    auto const moved = extend_deadline(zones(), open, days(10), actors, "agreed");
    ASSERT_TRUE(moved.has_value());
    EXPECT_EQ(text_of(moved->at), "2026-03-25T23:59:59.999999Z");
    EXPECT_EQ(moved->last_days, (std::vector{make_date(2026, 3, 25), make_date(2026, 3, 25)}));
    EXPECT_EQ(moved->trace.front(), "agreed");
}

TEST(Extensions, AddDaysAcrossAClockChangeForEachActor) {
    std::vector<TimedActor> const actors{{"claimant", "Pacific/Auckland"},
                                         {"respondent", "America/Los_Angeles"}};
    Deadline const open = armed(compute(days(10), "2026-10-20T10:00:00Z", actors));
    EXPECT_EQ(text_of(open.at), "2026-10-31T06:59:59.999999Z");
    auto const moved = extend_deadline(zones(), open, days(2), actors, "agreed");
    ASSERT_TRUE(moved.has_value());
    EXPECT_EQ(text_of(moved->at), "2026-11-02T07:59:59.999999Z"); // Los Angeles left summer time
}

TEST(Extensions, OfAnInstantAddElapsedTime) {
    std::vector<TimedActor> const actors{{"claimant", "Europe/Madrid"}};
    Deadline const open = armed(compute({48, PeriodUnit::hours}, "2026-03-28T12:30:00Z", actors));
    auto const moved = extend_deadline(zones(), open, days(1), actors, "outage");
    ASSERT_TRUE(moved.has_value());
    EXPECT_EQ(text_of(moved->at), "2026-03-31T12:30:00.000000Z");
}

TEST(Suspensions, KeepTheWholeDaysThatWereLeft) { // T7
    std::vector<TimedActor> const both{{"claimant", "UTC"}, {"respondent", "UTC"}};
    Deadline const open = armed(compute(days(10), "2026-03-16T09:00:00Z", both));
    EXPECT_EQ(text_of(open.at), "2026-03-26T23:59:59.999999Z");
    std::int32_t const left = days_left(zones(), open, at("2026-03-22T12:00:00Z"), nullptr);
    EXPECT_EQ(left, 4);
    auto const resumed = resume_deadline(
        zones(), open, {at("2026-03-22T12:00:00Z"), at("2026-03-24T08:00:00Z")}, both, "resumed");
    ASSERT_TRUE(resumed.has_value());
    EXPECT_EQ(text_of(resumed->at), "2026-03-28T23:59:59.999999Z");
    EXPECT_EQ(text_of(compute(days(10), "2026-03-24T08:00:00Z", both).at),
              "2026-04-03T23:59:59.999999Z"); // restart
}

TEST(Suspensions, CountInTheZoneThatEndsLast) {
    std::vector<TimedActor> const both{{"claimant", "Pacific/Auckland"},
                                       {"respondent", "America/Los_Angeles"}};
    Deadline const open = armed(compute(days(10), "2026-03-05T10:00:00Z", both));
    EXPECT_EQ(days_left(zones(), open, at("2026-03-12T03:00:00Z"), nullptr),
              4); // still 11 March in Los Angeles
    EXPECT_EQ(days_left(zones(), open, at("2026-03-16T06:59:59Z"), nullptr), 0);
    EXPECT_EQ(days_left(zones(), open, at("2026-04-16T06:59:59Z"), nullptr), 0);
}

// At three in the morning of UTC it is the 12th in Auckland and the 11th in Los Angeles: each goes on with
// its own days, and neither gets one of the other's.
TEST(Suspensions, EachActorGoesOnWithTheDaysItHadLeft) {
    std::vector<TimedActor> const both{{"claimant", "Pacific/Auckland"},
                                       {"respondent", "America/Los_Angeles"}};
    Deadline const open = armed(compute(days(10), "2026-03-05T20:00:00Z", both));
    EXPECT_EQ(open.last_days,
              (std::vector<Date>{*parse_date("2026-03-16"), *parse_date("2026-03-15")}));
    auto const resumed = resume_deadline(
        zones(), open, {at("2026-03-12T03:00:00Z"), at("2026-03-20T03:00:00Z")}, both, "resumed");
    ASSERT_TRUE(resumed.has_value());
    EXPECT_EQ(resumed->last_days,
              (std::vector<Date>{*parse_date("2026-03-24"), *parse_date("2026-03-23")}));
    EXPECT_EQ(text_of(resumed->at), "2026-03-24T10:59:59.999999Z");
    EXPECT_EQ(resumed->trace[1], "claimant: 4 calendar days left");
    EXPECT_EQ(resumed->trace[2], "respondent: 4 calendar days left");
}

TEST(ZoneData, IsAllThereWithItsRelease) {
    EXPECT_GT(zones().size(), 400U);
    EXPECT_NE(zones().version(), "");
    for (std::string_view const name :
         {"UTC", "Etc/UTC", "Europe/Madrid", "America/Argentina/Buenos_Aires", "Asia/Calcutta"})
        EXPECT_NE(zones().find(name), nullptr) << name;
    for (std::string_view const name :
         {"", "posix/Europe/Madrid", "right/UTC", "localtime", "europe/madrid", "../UTC"})
        EXPECT_EQ(zones().find(name), nullptr) << name;
}

std::string zone_bytes(std::string_view footer) {
    std::string out;
    auto const number = [&](std::uint64_t value, int width) {
        for (int i = width - 1; i >= 0; --i) out += static_cast<char>((value >> (8 * i)) & 0xff);
    };
    for (int part = 0; part < 2; ++part) {
        out += "TZif2";
        out.append(15, '\0');
        for (std::uint64_t const count : {0ULL, 0ULL, 0ULL, 0ULL, 1ULL, 4ULL}) number(count, 4);
        number(3600, 4);
        number(0, 2);
        out.append("CET\0", 4);
    }
    out += '\n';
    out += footer;
    out += '\n';
    return out;
}

TEST(ZoneFiles, ReadTheRulesForYearsToCome) {
    struct Case {
        std::string_view footer, instant;
        std::int32_t offset;
    };
    for (Case const& c : {Case{"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", 3600},
                          Case{"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 7200},
                          Case{"<+0545>-5:45", "2026-03-29T01:00:00Z", 20700},
                          Case{"IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-15T00:00:00Z", 0},
                          Case{"AAA3BBB,J60/0,J300/0", "2028-03-01T02:59:59Z", -10800},
                          Case{"AAA3BBB,J60/0,J300/0", "2028-03-01T03:00:00Z", -7200},
                          Case{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7200},
                          Case{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600}}) {
        auto const zone = read_zone_file("Test/Zone", zone_bytes(c.footer));
        ASSERT_TRUE(zone.has_value()) << c.footer;
        EXPECT_EQ(zone->offset_at(at(c.instant)), c.offset) << c.footer << ' ' << c.instant;
    }
}

TEST(ZoneFiles, ThatAreDamagedAreRefused) {
    std::string const good = zone_bytes("CET-1");
    ASSERT_TRUE(read_zone_file("Test/Zone", good).has_value());
    for (std::size_t length = 0; length < good.size(); ++length)
        EXPECT_FALSE(read_zone_file("Test/Zone", good.substr(0, length)).has_value()) << length;
    for (std::string_view const footer : {"C", "CET", "CET-1CEST,M13.1.0,M10.5.0",
                                          "CET-1CEST,M3.5.0", "CET-999", "<CET-1", "CET-1 "})
        EXPECT_FALSE(read_zone_file("Test/Zone", zone_bytes(footer)).has_value()) << footer;
    for (std::size_t i = 20; i < 44; ++i) { // every count as large as it goes
        std::string bad = good;
        bad[i] = '\xff';
        EXPECT_FALSE(read_zone_file("Test/Zone", bad).has_value()) << i;
    }
}

} // namespace
} // namespace parley
