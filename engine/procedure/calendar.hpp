#pragma once

#include "engine/base/refusal.hpp"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

// On which days people work in one place, over the years that it speaks of. Holidays are worked out once,
// when the calendar is read.
struct Calendar {
    std::string id;      // of a country as ISO 3166-1 has it, or EU
    std::string edition; // "2026-11"
    std::string name, source;
    bool verified = false;         // read in the source, or noted from memory
    std::array<bool, 7> weekend{}; // from Monday
    std::int32_t from = 0, to = 0; // years, both included
    std::map<Date, std::string> holidays;

    // "DE/2026-11": what a deadline keeps of it.
    std::string reference() const { return id + '/' + edition; }
    bool covers(Date date) const;
    bool is_weekend(Date date) const;
    // The name of the holiday, or empty.
    std::string_view holiday(Date date) const;
    bool is_business_day(Date date) const { return !is_weekend(date) && holiday(date).empty(); }
};

// A day and the days between that did not count, as sentences name them: "5 weekend days", "2026-12-25
// Christmas Day".
struct CountedDay {
    Date day;
    std::vector<std::string> skipped;
};
// The `count`th business day after `date` (S5). Refuses (invalid) where it would need a year that the
// calendar does not speak of.
Result<CountedDay> add_business_days(Calendar const& calendar, Date date, std::int32_t count);
// The date itself where it is a business day, else the next one that is.
Result<CountedDay> roll_forward(Calendar const& calendar, Date date);
// Business days after `from` up to `to`; none where `to` is not later.
std::int32_t business_days_between(Calendar const& calendar, Date from, Date to);

// One file of workflows/calendars.
struct CalendarEdition {
    std::string version;
    std::vector<Calendar> calendars;
};
// Reads it strictly; a fault has its pointer and line.
Result<CalendarEdition> read_calendars(std::string_view text);

// Every edition: a dispute keeps to the one that was newest when it began.
class CalendarBook {
public:
    void add(CalendarEdition edition);
    std::string newest() const; // empty: there is none
    // Null: there is none of that id in that edition.
    Calendar const* find(std::string_view edition, std::string_view id) const;
    // By what Calendar::reference gives; null for anything else, such as "civil".
    Calendar const* find(std::string_view reference) const;

private:
    std::map<std::string, CalendarEdition, std::less<>> editions_;
};

} // namespace parley
