#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley {

// A point in time: microseconds since 1970-01-01T00:00:00Z, without leap seconds (S1).
struct Instant {
    std::int64_t us = 0;
    friend auto operator<=>(Instant, Instant) = default;
};

constexpr std::int64_t us_per_second = 1'000'000;
constexpr std::int64_t us_per_hour = 3600 * us_per_second;
constexpr std::int64_t us_per_day = 24 * us_per_hour;

constexpr Instant operator+(Instant at, std::int64_t us) { return {at.us + us}; }
constexpr Instant operator-(Instant at, std::int64_t us) { return {at.us - us}; }

// Years 1970 to 2199 are accepted; anything else is no date that a dispute can have.
constexpr Instant instant_min{0};
constexpr Instant instant_max{7'258'118'399'999'999};

// RFC 3339 in UTC with `Z` and six fraction digits: one spelling for one instant.
std::string text_of(Instant at);
void append(std::string& out, Instant at);
// The same without a fraction where it is zero: for sentences.
std::string short_text_of(Instant at);
// Reads RFC 3339 with `Z` or an offset and up to six fraction digits; nothing else.
std::optional<Instant> parse_instant(std::string_view text);

// A civil date in no zone.
struct Date {
    std::int32_t days = 0; // since 1970-01-01
    friend auto operator<=>(Date, Date) = default;
};
std::string text_of(Date date);                        // 2026-11-28
std::optional<Date> parse_date(std::string_view text); // 2026-11-28
Date make_date(int year, unsigned month, unsigned day);
// The same day number `months` later, or the last day of a shorter month (S8).
Date add_months(Date date, int months);

// An ISO 8601 period with one unit, as procedures and extensions use it: P7D, PT48H, P2W, P1M, P1Y.
enum class PeriodUnit : std::uint8_t { hours, days, business_days, weeks, months, years };
struct Period {
    std::int32_t count = 0;
    PeriodUnit unit = PeriodUnit::days;
    friend bool operator==(Period, Period) = default;
};
constexpr std::int32_t period_count_max = 3660;
std::string text_of(Period period);
// Reads P7D, PT48H, P2W, P1M, P1Y, and P20B for business days (Parley's own letter; ISO 8601 has none).
std::optional<Period> parse_period(std::string_view text);
// "7 calendar days", "1 month".
std::string words_of(Period period);

// Gives the time. Only the committer, caches and doors own one; the core never does.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
public:
    Instant now() const override;
};

// Time that a test or the simulator turns by hand.
class ManualClock final : public Clock {
public:
    explicit ManualClock(Instant start) : now_(start) {}
    Instant now() const override { return now_; }
    void set(Instant at) { now_ = at; }

private:
    Instant now_;
};

} // namespace parley
