#include "engine/procedure/calendar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace parley {

namespace {

std::unexpected<Refusal> beyond(Calendar const& calendar) {
    return refuse(
        RefusalCode::invalid,
        fmt::format("The calendar {} speaks of {} to {}; a deadline beyond that cannot be "
                    "counted in business days.",
                    calendar.reference(), calendar.from, calendar.to));
}

// What did not count, with the weekend days in one sentence.
class Skipped {
public:
    void note(Calendar const& calendar, Date day) {
        if (calendar.is_weekend(day)) ++weekend_;
        else holidays_.push_back(fmt::format("{} {}", text_of(day), calendar.holiday(day)));
    }
    std::vector<std::string> said() && {
        if (weekend_ > 0)
            holidays_.insert(holidays_.begin(),
                             fmt::format("{} weekend day{}", weekend_, weekend_ == 1 ? "" : "s"));
        return std::move(holidays_);
    }

private:
    std::int32_t weekend_ = 0;
    std::vector<std::string> holidays_;
};

} // namespace

bool Calendar::covers(Date date) const {
    return date >= make_date(from, 1, 1) && date <= make_date(to, 12, 31);
}

bool Calendar::is_weekend(Date date) const {
    // 1970-01-01 was a Thursday.
    return weekend[static_cast<std::size_t>(((date.days + 3) % 7 + 7) % 7)];
}

std::string_view Calendar::holiday(Date date) const {
    auto const found = holidays.find(date);
    return found == holidays.end() ? std::string_view() : std::string_view(found->second);
}

Result<CountedDay> add_business_days(Calendar const& calendar, Date date, std::int32_t count) {
    CountedDay out{date, {}};
    Skipped skipped;
    while (count > 0) {
        ++out.day.days;
        if (!calendar.covers(out.day)) return beyond(calendar);
        if (calendar.is_business_day(out.day)) --count;
        else skipped.note(calendar, out.day);
    }
    out.skipped = std::move(skipped).said();
    return out;
}

Result<CountedDay> roll_forward(Calendar const& calendar, Date date) {
    CountedDay out{date, {}};
    Skipped skipped;
    while (true) {
        if (!calendar.covers(out.day)) return beyond(calendar);
        if (calendar.is_business_day(out.day)) break;
        skipped.note(calendar, out.day);
        ++out.day.days;
    }
    out.skipped = std::move(skipped).said();
    return out;
}

std::int32_t business_days_between(Calendar const& calendar, Date from, Date to) {
    std::int32_t count = 0;
    for (Date day{from.days + 1}; day <= to; ++day.days)
        if (calendar.is_business_day(day)) ++count;
    return count;
}

void CalendarBook::add(CalendarEdition edition) {
    std::string version = edition.version;
    editions_.insert_or_assign(std::move(version), std::move(edition));
}

std::string CalendarBook::newest() const {
    return editions_.empty() ? std::string() : editions_.rbegin()->first;
}

Calendar const* CalendarBook::find(std::string_view reference) const {
    std::size_t const slash = reference.find('/');
    if (slash == std::string_view::npos) return nullptr;
    return find(reference.substr(slash + 1), reference.substr(0, slash));
}

Calendar const* CalendarBook::find(std::string_view edition, std::string_view id) const {
    auto const known = editions_.find(edition);
    if (known == editions_.end()) return nullptr;
    auto const found = std::ranges::find(known->second.calendars, id, &Calendar::id);
    return found == known->second.calendars.end() ? nullptr : &*found;
}

} // namespace parley
