#include "engine/procedure/time_rules.hpp"

#include "engine/base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>

// Deadlines as declared in docs/LAW.md.

namespace parley {

namespace {

constexpr std::int64_t seconds_per_day = 86'400;
// No zone has ever been further from UTC than this.
constexpr std::int64_t offset_max_s = 26 * 3600;

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    std::int64_t const quotient = value / by;
    return value % by < 0 ? quotient - 1 : quotient;
}

Date date_in_utc(Instant at) {
    return {static_cast<std::int32_t>(floor_divide(at.us, us_per_day))};
}

// What lies beyond the last instant that Parley can store ends there.
Instant within_reach(Instant at) { return std::clamp(at, instant_min, instant_max); }
Date within_reach(Date date) { return std::clamp(date, Date{0}, date_in_utc(instant_max)); }

bool is_elapsed(Period period) { return period.unit == PeriodUnit::hours; }

// The date `period` after a date: days are counted, months keep the day number (S8).
Date add(Date date, Period period) {
    switch (period.unit) {
    case PeriodUnit::hours: break; // never asked: hours have no date
    case PeriodUnit::
        business_days: // of elapsed time: never fewer days than any calendar would give
        return within_reach(Date{date.days + period.count * 2});
    case PeriodUnit::days: return within_reach(Date{date.days + period.count});
    case PeriodUnit::weeks: return within_reach(Date{date.days + period.count * 7});
    case PeriodUnit::months: return within_reach(add_months(date, period.count));
    case PeriodUnit::years: return within_reach(add_months(date, period.count * 12));
    }
    return date;
}

// Elapsed time: hours, and days of 24 hours (S7). Months and years keep the day number in UTC.
Instant add_elapsed(Instant anchor, Period period) {
    if (is_elapsed(period)) return within_reach(anchor + period.count * us_per_hour);
    Date const date = date_in_utc(anchor);
    std::int64_t const days = add(date, period).days - date.days;
    return within_reach(anchor + days * us_per_day);
}

struct LocatedActor {
    TimedActor const* actor;
    Zone const* zone;
};

Result<std::vector<LocatedActor>> locate(ZoneRules const& zones,
                                         std::span<TimedActor const> actors) {
    std::vector<LocatedActor> located;
    located.reserve(actors.size());
    for (TimedActor const& actor : actors) {
        Zone const* zone = zones.find(actor.zone);
        if (zone == nullptr)
            return refuse(RefusalCode::invalid,
                          fmt::format("{} is not a time zone of the IANA database, release {}.",
                                      actor.zone, zones.version()));
        located.push_back({&actor, zone});
    }
    return located;
}

// The latest of the ends of the actors' last days (S3), and how it came about.
Result<ComputedDeadline> end_of_last_days(ZoneRules const& zones,
                                          std::span<TimedActor const> actors,
                                          std::vector<Date> last_days, std::string_view words,
                                          std::string_view because) {
    PARLEY_ASSERT(!actors.empty(), "a deadline in days says whose days they are");
    auto const located = locate(zones, actors);
    if (!located) return std::unexpected(located.error());
    ComputedDeadline out;
    out.trace.reserve(actors.size() + 2);
    out.trace.emplace_back(because);
    bool first = true;
    for (std::size_t i = 0; i < located->size(); ++i) {
        auto const& [actor, zone] = (*located)[i];
        Instant const end = within_reach(zone->end_of_day(last_days[i]));
        if (actors.size() == 1)
            out.trace.push_back(
                fmt::format("{}: last day {} in {}", words, text_of(last_days[i]), zone->name));
        else
            out.trace.push_back(fmt::format("{}: {}, last day {} in {}, which ends {}", actor->who,
                                            words, text_of(last_days[i]), zone->name,
                                            text_of(end)));
        if (first || end > out.at) {
            out.at = end;
            out.zone = zone->name;
            out.calendar = actor->calendar == nullptr ? "civil" : actor->calendar->reference();
        }
        first = false;
    }
    out.trace.push_back(
        fmt::format("ends {}, the {} in {}", text_of(out.at),
                    actors.size() == 1 ? "end of that day" : "latest of these ends,", out.zone));
    out.last_days = std::move(last_days);
    return out;
}

// A deadline at an instant; zones only tell on which day of each actor it falls.
ComputedDeadline at_instant(ZoneRules const& zones, std::span<TimedActor const> actors,
                            Instant at) {
    ComputedDeadline out;
    out.at = at;
    for (TimedActor const& actor : actors) {
        Zone const* zone = zones.find(actor.zone);
        out.last_days.push_back(zone == nullptr ? date_in_utc(at) : zone->local_date(at));
        if (zone != nullptr && out.zone.empty()) out.zone = zone->name;
    }
    if (out.zone.empty()) out.zone = "UTC";
    return out;
}

// A last day with what was left out on the way to it.
struct LastDay {
    Date date;
    std::vector<std::string> trace;
};

void note_skipped(LastDay& day, TimedActor const& actor, CountedDay const& counted,
                  std::string_view how) {
    day.date = within_reach(counted.day);
    if (!counted.skipped.empty())
        day.trace.push_back(fmt::format("{}: {} {}: {}", actor.who, how,
                                        actor.calendar->reference(),
                                        fmt::join(counted.skipped, ", ")));
}

Result<LastDay> last_day(TimedActor const& actor, Date from, Period period, bool roll) {
    LastDay out;
    bool const business = period.unit == PeriodUnit::business_days;
    if ((business || roll) && actor.calendar == nullptr)
        return refuse(RefusalCode::invalid,
                      fmt::format("{} of the {} cannot be counted without a calendar of holidays.",
                                  words_of(period), actor.who));
    if (business) {
        auto const counted = add_business_days(*actor.calendar, from, period.count);
        if (!counted) return std::unexpected(counted.error());
        note_skipped(out, actor, *counted, "not counted in");
        return out;
    }
    out.date = add(from, period);
    if (!roll) return out;
    auto const counted = roll_forward(*actor.calendar, out.date);
    if (!counted) return std::unexpected(counted.error());
    note_skipped(out, actor, *counted, "passed over in");
    return out;
}

// The last days of all, each counted from a date of its own.
Result<ComputedDeadline> count_days(ZoneRules const& zones, std::span<TimedActor const> actors,
                                    std::vector<Date> const& from, Period period, bool roll,
                                    std::string_view words, std::string_view because) {
    std::vector<Date> last_days;
    std::vector<std::string> skipped;
    for (std::size_t i = 0; i < actors.size(); ++i) {
        auto day = last_day(actors[i], from[i], period, roll);
        if (!day) return std::unexpected(std::move(day.error()));
        last_days.push_back(day->date);
        for (std::string& sentence : day->trace) skipped.push_back(std::move(sentence));
    }
    auto out = end_of_last_days(zones, actors, std::move(last_days), words, because);
    if (!out) return out;
    out->trace.insert(out->trace.begin() + 1, std::make_move_iterator(skipped.begin()),
                      std::make_move_iterator(skipped.end()));
    return out;
}

// Whole days from the local date of `at` to `last`, of the deadline's own kind; none where it is past.
std::int32_t left_of(Deadline const& deadline, Zone const* zone, Date last, Instant at,
                     Calendar const* calendar) {
    Date const today = zone == nullptr ? date_in_utc(at) : zone->local_date(at);
    if (deadline.period.unit == PeriodUnit::business_days && calendar != nullptr)
        return business_days_between(*calendar, today, last);
    return std::max(last.days - today.days, 0);
}

// False for a deadline at an instant of its own: elapsed time, or a date that somebody set.
bool ends_with_a_day(ZoneRules const& zones, Deadline const& deadline,
                     std::span<TimedActor const> actors) {
    for (std::size_t i = 0; i < actors.size() && i < deadline.last_days.size(); ++i) {
        Zone const* zone = zones.find(actors[i].zone);
        if (zone != nullptr && zone->end_of_day(deadline.last_days[i]) == deadline.at) return true;
    }
    return false;
}

} // namespace

std::int32_t Zone::offset_at(Instant at) const {
    PARLEY_ASSERT(!changes.empty(), "a zone has an offset from the beginning of time");
    std::int64_t const at_s = floor_divide(at.us, us_per_second);
    auto const next = std::ranges::upper_bound(changes, at_s, {}, &Change::at_s);
    return next == changes.begin() ? changes.front().offset_s : std::prev(next)->offset_s;
}

Date Zone::local_date(Instant at) const { return date_in_utc(at + offset_at(at) * us_per_second); }

// The last microsecond at which clocks there show that date or an earlier one. For a day that was
// skipped (Apia, 2011-12-30) this is the end of the day before it, where the skipped day's own end
// would have been; for a day entered twice it is the end of the second time.
Instant Zone::end_of_day(Date date) const {
    PARLEY_ASSERT(!changes.empty(), "a zone has an offset from the beginning of time");
    std::int64_t const midnight = (std::int64_t{date.days} + 1) * seconds_per_day; // local
    auto next = std::ranges::upper_bound(changes, midnight + offset_max_s, {}, &Change::at_s);
    for (; next != changes.begin(); --next) {
        Change const& holds = *std::prev(next);
        std::int64_t end = midnight - holds.offset_s;
        if (next != changes.end()) end = std::min(end, next->at_s);
        if (end > holds.at_s) return {end * us_per_second - 1};
    }
    return {(midnight - changes.front().offset_s) * us_per_second - 1};
}

Result<ComputedDeadline> compute_deadline(ZoneRules const& zones, Period period, Instant anchor,
                                          std::span<TimedActor const> actors, Counting counting,
                                          std::string_view because) {
    if (counting.instant || is_elapsed(period)) {
        Instant received = anchor;
        for (TimedActor const& actor : actors)
            if (actor.receipt) received = std::max(received, add_elapsed(anchor, *actor.receipt));
        ComputedDeadline out = at_instant(zones, actors, add_elapsed(received, period));
        out.trace = {std::string(because), fmt::format("{} of elapsed time", words_of(period)),
                     fmt::format("ends {}", text_of(out.at))};
        return out;
    }
    auto const located = locate(zones, actors);
    if (!located) return std::unexpected(located.error());
    std::vector<Date> from;
    from.reserve(actors.size());
    std::vector<std::string> receipts;
    for (auto const& [actor, zone] : *located) {
        Date const available = zone->local_date(anchor);
        if (!actor->receipt) {
            from.push_back(available);
            continue;
        }
        auto received = last_day(*actor, available, *actor->receipt, false);
        if (!received) return std::unexpected(std::move(received.error()));
        from.push_back(received->date);
        std::ranges::move(received->trace, std::back_inserter(receipts));
        receipts.push_back(fmt::format("{}: counts as received {} after {}{}, on {}", actor->who,
                                       words_of(*actor->receipt), text_of(available),
                                       actor->abroad ? ", abroad" : "", text_of(received->date)));
    }
    auto out = count_days(zones, actors, from, period, counting.roll, words_of(period), because);
    if (!out) return out;
    out->trace.insert(out->trace.begin() + 1, std::make_move_iterator(receipts.begin()),
                      std::make_move_iterator(receipts.end()));
    return out;
}

Result<ComputedDeadline> extend_deadline(ZoneRules const& zones, Deadline const& deadline,
                                         Period by, std::span<TimedActor const> actors,
                                         std::string_view because) {
    if (is_elapsed(by) || !ends_with_a_day(zones, deadline, actors)) {
        ComputedDeadline out = at_instant(zones, actors, add_elapsed(deadline.at, by));
        out.trace = {std::string(because),
                     fmt::format("ends {}, {} later", text_of(out.at), words_of(by))};
        return out;
    }
    // Days of the deadline's own kind (S11).
    if (deadline.period.unit == PeriodUnit::business_days && by.unit == PeriodUnit::days)
        by.unit = PeriodUnit::business_days;
    std::vector<Date> from;
    from.reserve(actors.size());
    for (std::size_t i = 0; i < actors.size(); ++i) {
        bool const known = i < deadline.last_days.size();
        Zone const* zone = zones.find(actors[i].zone);
        from.push_back(known             ? deadline.last_days[i]
                       : zone != nullptr ? zone->local_date(deadline.at)
                                         : date_in_utc(deadline.at));
    }
    return count_days(zones, actors, from, by, deadline.roll, fmt::format("{} more", words_of(by)),
                      because);
}

std::int32_t days_left(ZoneRules const& zones, Deadline const& deadline, Instant suspended_at,
                       Calendar const* calendar) {
    Zone const* zone = zones.find(deadline.zone);
    Date const last = zone == nullptr ? date_in_utc(deadline.at) : zone->local_date(deadline.at);
    return left_of(deadline, zone, last, suspended_at, calendar);
}

Result<ComputedDeadline> resume_deadline(ZoneRules const& zones, Deadline const& deadline,
                                         Interruption const& interruption,
                                         std::span<TimedActor const> actors,
                                         std::string_view because) {
    auto const located = locate(zones, actors);
    if (!located) return std::unexpected(located.error());
    bool const business = deadline.period.unit == PeriodUnit::business_days;
    std::vector<Date> last_days;
    std::vector<std::string> trace;
    for (std::size_t i = 0; i < located->size(); ++i) {
        auto const& [actor, zone] = (*located)[i];
        Date const last =
            i < deadline.last_days.size() ? deadline.last_days[i] : zone->local_date(deadline.at);
        Period const left{left_of(deadline, zone, last, interruption.from, actor->calendar),
                          business ? PeriodUnit::business_days : PeriodUnit::days};
        auto day = last_day(*actor, zone->local_date(interruption.to), left, deadline.roll);
        if (!day) return std::unexpected(std::move(day.error()));
        last_days.push_back(day->date);
        if (actors.size() > 1)
            trace.push_back(fmt::format("{}: {} left", actor->who, words_of(left)));
        for (std::string& sentence : day->trace) trace.push_back(std::move(sentence));
    }
    auto out = end_of_last_days(zones, actors, std::move(last_days), "the days left", because);
    if (!out) return out;
    out->trace.insert(out->trace.begin() + 1, std::make_move_iterator(trace.begin()),
                      std::make_move_iterator(trace.end()));
    return out;
}

} // namespace parley
