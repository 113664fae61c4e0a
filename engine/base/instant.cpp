#include "engine/base/instant.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault_point.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <utility>

namespace parley {

namespace {

struct CivilDate {
    std::int64_t year;
    unsigned month;
    unsigned day;
};

// Howard Hinnant's days_from_civil and civil_from_days: the Gregorian calendar in integers.
constexpr std::int64_t days_of(CivilDate date) {
    std::int64_t const year = date.year - (date.month <= 2 ? 1 : 0);
    std::int64_t const era = (year >= 0 ? year : year - 399) / 400;
    std::int64_t const year_of_era = year - era * 400;
    std::int64_t const month = date.month;
    std::int64_t const shifted_month = month > 2 ? month - 3 : month + 9;
    std::int64_t const day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
    std::int64_t const day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146'097 + day_of_era - 719'468;
}

constexpr CivilDate civil_of(std::int64_t days) {
    std::int64_t const shifted = days + 719'468;
    std::int64_t const era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
    std::int64_t const day_of_era = shifted - era * 146'097;
    std::int64_t const year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    std::int64_t const day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    std::int64_t const shifted_month = (5 * day_of_year + 2) / 153;
    auto const day = static_cast<unsigned>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    auto const month =
        static_cast<unsigned>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

constexpr bool is_leap(std::int64_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

constexpr unsigned days_in_month(std::int64_t year, unsigned month) {
    constexpr std::array<unsigned, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    std::int64_t const quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

static_assert(days_of({1970, 1, 1}) == 0);
static_assert(days_of({2200, 1, 1}) * us_per_day - 1 == instant_max.us);
static_assert(civil_of(-1).year == 1969 && civil_of(-1).month == 12 && civil_of(-1).day == 31);

// Writes `value` right-aligned with leading zeros; the caller knows that it fits.
void put_digits(char* at, int width, std::int64_t value) {
    for (int i = width - 1; i >= 0; --i) {
        at[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

void append_date(std::string& out, CivilDate date) {
    // Four digits hold for every instant Parley accepts; a computed one beyond stays readable.
    if (date.year < 0 || date.year > 9999) {
        out += fmt::format("{}-{:02}-{:02}", date.year, date.month, date.day);
        return;
    }
    std::array<char, 10> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0'};
    put_digits(text.data(), 4, date.year);
    put_digits(text.data() + 5, 2, date.month);
    put_digits(text.data() + 8, 2, date.day);
    out.append(text.data(), text.size());
}

enum class Fraction : std::uint8_t { always, if_not_zero };

void append_instant(std::string& out, Instant at, Fraction fraction) {
    std::int64_t const days = floor_divide(at.us, us_per_day);
    std::int64_t rest = at.us - days * us_per_day;
    append_date(out, civil_of(days));
    std::array<char, 17> text{'T', '0', '0', ':', '0', '0', ':', '0', '0',
                              '.', '0', '0', '0', '0', '0', '0', 'Z'};
    std::int64_t const micros = rest % us_per_second;
    rest /= us_per_second;
    put_digits(text.data() + 7, 2, rest % 60);
    put_digits(text.data() + 4, 2, rest / 60 % 60);
    put_digits(text.data() + 1, 2, rest / 3600);
    if (fraction == Fraction::if_not_zero && micros == 0) {
        out.append(text.data(), 9);
        out += 'Z';
        return;
    }
    put_digits(text.data() + 10, 6, micros);
    out.append(text.data(), text.size());
}

// Takes characters from the front of a text; once something did not fit, everything fails.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    bool ok() const { return ok_; }
    bool at_end() const { return rest_.empty(); }
    bool next_is_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    char take() {
        if (rest_.empty()) {
            ok_ = false;
            return '\0';
        }
        char const c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }
    void expect(char wanted) {
        if (take() != wanted) ok_ = false;
    }
    int digits(int width) {
        int value = 0;
        for (int i = 0; i < width; ++i) {
            if (!next_is_digit()) {
                ok_ = false;
                return 0;
            }
            value = value * 10 + (take() - '0');
        }
        return value;
    }
    int number(int low, int high, int width) {
        int const value = digits(width);
        if (value < low || value > high) ok_ = false;
        return value;
    }

private:
    std::string_view rest_;
    bool ok_ = true;
};

std::optional<std::int64_t> scan_date(Scanner& scanner) {
    int const year = scanner.digits(4);
    scanner.expect('-');
    auto const month = static_cast<unsigned>(scanner.number(1, 12, 2));
    scanner.expect('-');
    auto const day = static_cast<unsigned>(scanner.number(1, 31, 2));
    if (!scanner.ok() || day > days_in_month(year, month)) return std::nullopt;
    return days_of({year, month, day});
}

// A fraction of one to six digits, in microseconds; the point has been taken.
std::int64_t scan_fraction(Scanner& scanner) {
    std::int64_t value = scanner.digits(1);
    for (int i = 1; i < 6; ++i)
        value = value * 10 + (scanner.next_is_digit() ? scanner.digits(1) : 0);
    return value;
}

std::string_view words_of(PeriodUnit unit) {
    switch (unit) {
    case PeriodUnit::hours: return "hour";
    case PeriodUnit::days: return "calendar day";
    case PeriodUnit::business_days: return "business day";
    case PeriodUnit::weeks: return "week";
    case PeriodUnit::months: return "month";
    case PeriodUnit::years: return "year";
    }
    std::unreachable();
}

char letter_of(PeriodUnit unit) {
    switch (unit) {
    case PeriodUnit::hours: return 'H';
    case PeriodUnit::days: return 'D';
    case PeriodUnit::business_days: return 'B';
    case PeriodUnit::weeks: return 'W';
    case PeriodUnit::months: return 'M';
    case PeriodUnit::years: return 'Y';
    }
    std::unreachable();
}

std::optional<PeriodUnit> unit_of(char letter, bool after_t) {
    if (after_t) return letter == 'H' ? std::optional(PeriodUnit::hours) : std::nullopt;
    switch (letter) {
    case 'D': return PeriodUnit::days;
    case 'B': return PeriodUnit::business_days;
    case 'W': return PeriodUnit::weeks;
    case 'M': return PeriodUnit::months;
    case 'Y': return PeriodUnit::years;
    default: return std::nullopt;
    }
}

} // namespace

void append(std::string& out, Instant at) { append_instant(out, at, Fraction::always); }

std::string text_of(Instant at) {
    std::string out;
    out.reserve(27);
    append_instant(out, at, Fraction::always);
    return out;
}

std::string short_text_of(Instant at) {
    std::string out;
    append_instant(out, at, Fraction::if_not_zero);
    return out;
}

std::optional<Instant> parse_instant(std::string_view text) {
    Scanner scanner(text);
    auto const days = scan_date(scanner);
    if (!days) return std::nullopt;
    scanner.expect('T');
    std::int64_t const hour = scanner.number(0, 23, 2);
    scanner.expect(':');
    std::int64_t const minute = scanner.number(0, 59, 2);
    scanner.expect(':');
    // A leap second (:60) is no instant here: days have 86,400 seconds.
    std::int64_t const second = scanner.number(0, 59, 2);
    std::int64_t micros = 0;
    char mark = scanner.take();
    if (mark == '.') {
        micros = scan_fraction(scanner);
        mark = scanner.take();
    }
    std::int64_t offset_minutes = 0;
    if (mark == '+' || mark == '-') {
        offset_minutes = scanner.number(0, 23, 2) * std::int64_t{60};
        scanner.expect(':');
        offset_minutes += scanner.number(0, 59, 2);
        if (mark == '-') offset_minutes = -offset_minutes;
    } else if (mark != 'Z') {
        return std::nullopt;
    }
    if (!scanner.ok() || !scanner.at_end()) return std::nullopt;
    std::int64_t const seconds = (hour * 60 + minute - offset_minutes) * 60 + second;
    Instant const at{*days * us_per_day + seconds * us_per_second + micros};
    if (at < instant_min || at > instant_max) return std::nullopt;
    return at;
}

std::string text_of(Date date) {
    std::string out;
    append_date(out, civil_of(date.days));
    return out;
}

std::optional<Date> parse_date(std::string_view text) {
    Scanner scanner(text);
    auto const days = scan_date(scanner);
    if (!days || !scanner.at_end()) return std::nullopt;
    if (*days < 0 || *days > instant_max.us / us_per_day) return std::nullopt;
    return Date{static_cast<std::int32_t>(*days)};
}

Date make_date(int year, unsigned month, unsigned day) {
    PARLEY_ASSERT(month >= 1 && month <= 12, "a month is 1 to 12");
    PARLEY_ASSERT(day >= 1 && day <= days_in_month(year, month), "the day exists in its month");
    return {static_cast<std::int32_t>(days_of({year, month, day}))};
}

Date add_months(Date date, int months) {
    CivilDate const from = civil_of(date.days);
    std::int64_t const count = from.year * 12 + (from.month - 1) + months;
    std::int64_t const year = floor_divide(count, 12);
    auto const month = static_cast<unsigned>(count - year * 12 + 1);
    unsigned const last = days_in_month(year, month);
    return {static_cast<std::int32_t>(days_of({year, month, from.day < last ? from.day : last}))};
}

std::string text_of(Period period) {
    return fmt::format("P{}{}{}", period.unit == PeriodUnit::hours ? "T" : "", period.count,
                       letter_of(period.unit));
}

std::optional<Period> parse_period(std::string_view text) {
    Scanner scanner(text);
    scanner.expect('P');
    bool const after_t = text.size() > 1 && text[1] == 'T';
    if (after_t) scanner.expect('T');
    if (!scanner.next_is_digit()) return std::nullopt;
    std::int32_t count = scanner.digits(1);
    bool const leads_with_zero = count == 0;
    while (scanner.next_is_digit()) {
        count = count * 10 + scanner.digits(1);
        // One spelling for one period, and no overflow however many digits follow.
        if (leads_with_zero || count > period_count_max) return std::nullopt;
    }
    auto const unit = unit_of(scanner.take(), after_t);
    if (!unit || !scanner.ok() || !scanner.at_end()) return std::nullopt;
    return Period{count, *unit};
}

std::string words_of(Period period) {
    return fmt::format("{} {}{}", period.count, words_of(period.unit),
                       period.count == 1 ? "" : "s");
}

Instant SystemClock::now() const {
    auto const since_epoch = std::chrono::system_clock::now().time_since_epoch();
    std::int64_t us = std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count();
#ifdef PARLEY_FAULT_POINTS
    us += clock_ahead_us();
#endif
    return {us};
}

} // namespace parley
