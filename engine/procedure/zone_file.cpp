#include "engine/procedure/zone_file.hpp"

#include <algorithm>
#include <limits>

namespace parley {

namespace {

constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::size_t types_max = 256; // a transition names its type with one byte
constexpr int offset_hours_max = 24;   // of a footer's offset from UTC
constexpr int change_hours_max = 167;  // of the local time at which a footer's rule takes effect
constexpr std::int64_t beginning = std::numeric_limits<std::int64_t>::min();

// Takes big-endian numbers from the front; once something did not fit, everything is zero.
class Bytes {
public:
    explicit Bytes(std::string_view rest) : rest_(rest) {}
    bool ok() const { return ok_; }
    std::string_view rest() const { return rest_; }
    std::string_view take(std::size_t count) {
        if (count > rest_.size()) {
            ok_ = false;
            return {};
        }
        std::string_view const taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    std::uint64_t number(std::size_t width) {
        std::uint64_t value = 0;
        for (char const c : take(width)) value = (value << 8) | static_cast<unsigned char>(c);
        return value;
    }

private:
    std::string_view rest_;
    bool ok_ = true;
};

struct Counts {
    char version = 0;
    std::size_t utc = 0, standard = 0, leaps = 0, transitions = 0, types = 0, characters = 0;

    std::size_t body_size(std::size_t time_size) const {
        return transitions * (time_size + 1) + types * 6 + characters + leaps * (time_size + 4) +
               standard + utc;
    }
};

std::optional<Counts> read_header(Bytes& bytes) {
    if (bytes.take(4) != "TZif") return std::nullopt;
    Counts counts;
    std::string_view const version = bytes.take(1);
    bytes.take(15);
    for (std::size_t* count : {&counts.utc, &counts.standard, &counts.leaps, &counts.transitions,
                               &counts.types, &counts.characters})
        *count = static_cast<std::size_t>(bytes.number(4));
    if (!bytes.ok() || counts.types == 0 || counts.types > types_max) return std::nullopt;
    counts.version = version.front();
    return counts;
}

// One side of a rule such as CET-1CEST,M3.5.0,M10.5.0/3 (POSIX TZ, extended by RFC 9636 §3.3.1).
struct RuleDay {
    enum class Kind : std::uint8_t { julian, day_of_year, month_week_day } kind = Kind::julian;
    int day = 0, week = 0, month = 0;
    std::int64_t time_s = 7200; // local time of the change
};
struct FutureRule {
    std::int32_t standard_s = 0;
    bool has_summer = false;
    std::int32_t summer_s = 0;
    RuleDay summer_starts, summer_ends;
};

class RuleText {
public:
    explicit RuleText(std::string_view text) : rest_(text) {}

    std::optional<FutureRule> read() {
        FutureRule rule;
        name();
        rule.standard_s = static_cast<std::int32_t>(-time(offset_hours_max));
        if (ok_ && !rest_.empty()) {
            rule.has_summer = true;
            name();
            rule.summer_s = rest_.empty() || rest_.front() == ','
                                ? rule.standard_s + 3600
                                : static_cast<std::int32_t>(-time(offset_hours_max));
            expect(',');
            rule.summer_starts = day();
            expect(',');
            rule.summer_ends = day();
        }
        if (!ok_ || !rest_.empty()) return std::nullopt;
        return rule;
    }

private:
    bool accept(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char wanted) {
        if (!accept(wanted)) ok_ = false;
    }
    bool next_is_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    int number(int low, int high) {
        if (!next_is_digit()) ok_ = false;
        int value = 0;
        while (next_is_digit() && value < 10'000) {
            value = value * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (value < low || value > high) ok_ = false;
        return value;
    }
    void name() {
        std::size_t length = 0;
        if (accept('<')) {
            length = rest_.find('>');
            if (length == std::string_view::npos) {
                ok_ = false;
                return;
            }
            rest_.remove_prefix(length + 1);
            return;
        }
        while (length < rest_.size() && ((rest_[length] >= 'A' && rest_[length] <= 'Z') ||
                                         (rest_[length] >= 'a' && rest_[length] <= 'z')))
            ++length;
        if (length < 3) ok_ = false;
        rest_.remove_prefix(length);
    }
    // hh[:mm[:ss]] with a sign, in seconds.
    std::int64_t time(int hours_max) {
        bool const negative = accept('-');
        if (!negative) accept('+');
        std::int64_t seconds = number(0, hours_max) * 3600LL;
        if (accept(':')) seconds += number(0, 59) * 60LL;
        if (accept(':')) seconds += number(0, 59);
        return negative ? -seconds : seconds;
    }
    RuleDay day() {
        RuleDay out;
        if (accept('M')) {
            out.kind = RuleDay::Kind::month_week_day;
            out.month = number(1, 12);
            expect('.');
            out.week = number(1, 5);
            expect('.');
            out.day = number(0, 6);
        } else if (accept('J')) {
            out.day = number(1, 365);
        } else {
            out.kind = RuleDay::Kind::day_of_year;
            out.day = number(0, 365);
        }
        if (accept('/')) out.time_s = time(change_hours_max);
        return out;
    }

    std::string_view rest_;
    bool ok_ = true;
};

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

// The local day of the rule in that year.
Date date_of(RuleDay const& rule, int year) {
    Date const first = make_date(year, 1, 1);
    switch (rule.kind) {
    case RuleDay::Kind::julian: // 29 February is never counted
        return {first.days + rule.day - 1 + (is_leap(year) && rule.day >= 60 ? 1 : 0)};
    case RuleDay::Kind::day_of_year: return {first.days + rule.day};
    case RuleDay::Kind::month_week_day: break;
    }
    Date const month = make_date(year, static_cast<unsigned>(rule.month), 1);
    int const weekday = static_cast<int>((month.days + 4) % 7); // 1970-01-01 was a Thursday
    Date date{month.days + (rule.day - weekday + 7) % 7 + (rule.week - 1) * 7};
    if (date >= add_months(month, 1)) date.days -= 7; // week 5 is the last one
    return date;
}

void add_change(Zone& zone, std::int64_t at_s, std::int32_t offset_s) {
    if (!zone.changes.empty() && zone.changes.back().offset_s == offset_s) return;
    zone.changes.push_back({at_s, offset_s});
}

void add_future(Zone& zone, FutureRule const& rule, std::int64_t after_s) {
    int const year_first =
        1970 + static_cast<int>(std::max<std::int64_t>(after_s, 0) / seconds_per_day / 366);
    if (!rule.has_summer)
        return add_change(zone, std::max<std::int64_t>(after_s, 0), rule.standard_s);
    std::vector<Zone::Change> changes;
    for (int year = year_first; year <= zone_year_max; ++year) {
        std::int64_t const starts =
            date_of(rule.summer_starts, year).days * seconds_per_day + rule.summer_starts.time_s;
        std::int64_t const ends =
            date_of(rule.summer_ends, year).days * seconds_per_day + rule.summer_ends.time_s;
        changes.push_back({starts - rule.standard_s, rule.summer_s});
        changes.push_back({ends - rule.summer_s, rule.standard_s});
    }
    std::ranges::sort(changes, {}, &Zone::Change::at_s);
    for (Zone::Change const& change : changes)
        if (change.at_s > after_s) add_change(zone, change.at_s, change.offset_s);
}

} // namespace

std::optional<Zone> read_zone_file(std::string name, std::string_view bytes) {
    Bytes reader(bytes);
    auto const old = read_header(reader);
    if (!old || old->version < '2') return std::nullopt; // 32-bit times end in 2038
    reader.take(old->body_size(4));
    auto const counts = read_header(reader);
    if (!counts || counts->leaps != 0) return std::nullopt;

    Bytes times(reader.take(counts->transitions * 8));
    std::string_view const indices = reader.take(counts->transitions);
    Bytes types(reader.take(counts->types * 6));
    reader.take(counts->characters + counts->standard + counts->utc);
    if (!reader.ok()) return std::nullopt;
    std::vector<std::int32_t> offsets;
    offsets.reserve(counts->types);
    for (std::size_t i = 0; i < counts->types; ++i) {
        offsets.push_back(static_cast<std::int32_t>(static_cast<std::uint32_t>(types.number(4))));
        types.take(2);
        if (offsets.back() < -26 * 3600 || offsets.back() > 26 * 3600) return std::nullopt;
    }

    Zone zone{std::move(name), {}};
    std::int32_t held = offsets.front();
    std::int64_t last = beginning;
    std::vector<Zone::Change> later;
    for (char const raw : indices) {
        auto const index = static_cast<std::size_t>(static_cast<unsigned char>(raw));
        auto const at = static_cast<std::int64_t>(times.number(8));
        if (index >= offsets.size() || at < last) return std::nullopt;
        last = at;
        if (at <= 0) held = offsets[index];
        else later.push_back({at, offsets[index]});
    }
    zone.changes.push_back({beginning, held});
    for (Zone::Change const& change : later) add_change(zone, change.at_s, change.offset_s);

    std::string_view footer = reader.rest();
    if (footer.size() < 2 || footer.front() != '\n' || footer.back() != '\n') return std::nullopt;
    footer = footer.substr(1, footer.size() - 2);
    if (!footer.empty()) {
        auto const rule = RuleText(footer).read();
        if (!rule) return std::nullopt;
        add_future(zone, *rule, last);
    }
    return zone;
}

} // namespace parley
