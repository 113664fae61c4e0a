#include "engine/procedure/calendar.hpp"

#include "engine/base/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

// Calendars as a file: rules for holidays, worked out into dates for every year of the calendar.

namespace parley {

namespace {

constexpr std::size_t calendars_max = 300;
constexpr std::size_t holidays_max = 100;
constexpr std::size_t dates_max = 300;
constexpr std::int64_t year_min = 1970, year_max = 2199;
constexpr std::string_view weekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                         "friday", "saturday", "sunday"};
// Where a holiday on a day off is kept instead.
constexpr std::string_view moves[] = {"weekend_to_next_working_day", "saturday_back_sunday_on",
                                      "sunday_to_next_free_day", "sunday_to_day_before"};

unsigned weekday_of(Date date) { return static_cast<unsigned>(((date.days + 3) % 7 + 7) % 7); }

// Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher).
Date easter(int year) {
    int const a = year % 19, b = year / 100, c = year % 100;
    int const g = (8 * b + 13) / 25;
    int const h = (19 * a + b - b / 4 - g + 15) % 30;
    int const l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int const m = (a + 11 * h + 22 * l) / 451;
    int const n = h + l - 7 * m + 114;
    return make_date(year, static_cast<unsigned>(n / 31), static_cast<unsigned>(n % 31 + 1));
}

// Easter Sunday of the Julian calendar, as the Gregorian calendar dates it in these centuries.
Date orthodox_easter(int year) {
    int const d = (19 * (year % 19) + 15) % 30;
    int const e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7;
    int const n = d + e + 114;
    Date const julian =
        make_date(year, static_cast<unsigned>(n / 31), static_cast<unsigned>(n % 31 + 1));
    return {julian.days + year / 100 - year / 400 - 2};
}

// One rule: exactly one of the ways to say when.
struct Rule {
    std::string name;
    std::optional<std::pair<unsigned, unsigned>> on; // month, day
    std::optional<std::int32_t> easter, orthodox_easter;
    std::optional<unsigned> weekday;
    unsigned month = 0;
    std::int32_t nth = 0; // of the weekday in the month; from the end where negative
    std::optional<std::pair<unsigned, unsigned>> on_or_after;
    std::vector<Date> dates;
    std::string moves;
    std::int32_t since = 0, until = 9999;
};

class CalendarReader {
public:
    CalendarReader(Json const& json, std::string pointer, std::string_view edition,
                   std::vector<FieldError>& errors)
        : object_(json, std::move(pointer), errors), errors_(errors) {
        calendar_.edition = edition;
    }

    Calendar read() {
        calendar_.id = object_.text("id", 10);
        calendar_.name = object_.text("name", 200);
        calendar_.source = object_.text("source", 300);
        calendar_.verified = object_.boolean("verified");
        calendar_.from = static_cast<std::int32_t>(object_.integer("from", year_min, year_max));
        calendar_.to = static_cast<std::int32_t>(object_.integer("to", year_min, year_max));
        if (calendar_.to < calendar_.from)
            object_.error("to", RefusalCode::invalid, "must not be earlier than from");
        read_weekend();
        std::vector<Rule> const rules = read_rules();
        if (errors_.empty()) work_out(rules);
        return std::move(calendar_);
    }

private:
    static std::optional<unsigned> weekday_named(Json const& json) {
        if (!json.is_string()) return std::nullopt;
        auto const found = std::ranges::find(weekdays, json.get_ref<std::string const&>());
        if (found == std::end(weekdays)) return std::nullopt;
        return static_cast<unsigned>(found - std::begin(weekdays));
    }

    void read_weekend() {
        Json const* const json = object_.required("weekend");
        if (json == nullptr) return;
        bool fits = json->is_array() && json->size() < 7;
        for (std::size_t i = 0; fits && i < json->size(); ++i) {
            auto const day = weekday_named((*json)[i]);
            fits = day.has_value();
            if (fits) calendar_.weekend[*day] = true;
        }
        if (!fits)
            object_.error("weekend", RefusalCode::invalid,
                          "must list weekdays such as saturday and sunday, fewer than seven");
    }

    std::vector<Rule> read_rules() {
        std::vector<Rule> out;
        Json const* const json = object_.required("holidays");
        if (json == nullptr) return out;
        if (!json->is_array() || json->size() > holidays_max) {
            object_.error("holidays", RefusalCode::wrong_type,
                          fmt::format("must be a list of at most {} holidays", holidays_max));
            return out;
        }
        for (std::size_t i = 0; i < json->size(); ++i)
            out.push_back(
                read_rule((*json)[i], fmt::format("{}/{}", object_.pointer_to("holidays"), i)));
        return out;
    }

    Rule read_rule(Json const& json, std::string const& pointer) {
        ObjectReader object(json, pointer, errors_);
        Rule rule;
        rule.name = object.text("name", 100);
        int ways = 0;
        if (object.has("on") && ++ways != 0) rule.on = day_of_year(object, "on");
        if (object.has("easter") && ++ways != 0)
            rule.easter = static_cast<std::int32_t>(object.integer("easter", -100, 200));
        if (object.has("orthodox_easter") && ++ways != 0)
            rule.orthodox_easter =
                static_cast<std::int32_t>(object.integer("orthodox_easter", -100, 200));
        if (object.has("weekday") && ++ways != 0) read_weekday_rule(object, rule);
        if (object.has("dates") && ++ways != 0) read_dates(object, rule);
        if (ways != 1 && json.is_object())
            errors_.push_back(
                {pointer, RefusalCode::invalid,
                 "must say in one way when it is: on, easter, orthodox_easter, weekday "
                 "or dates"});
        if (object.has("moves")) {
            rule.moves = object.text("moves", 60);
            if (std::ranges::find(moves, rule.moves) == std::end(moves))
                object.error("moves", RefusalCode::invalid,
                             fmt::format("must be one of {}", fmt::join(moves, ", ")));
        }
        if (object.has("since"))
            rule.since = static_cast<std::int32_t>(object.integer("since", year_min, year_max));
        if (object.has("until"))
            rule.until = static_cast<std::int32_t>(object.integer("until", year_min, year_max));
        return rule;
    }

    static std::optional<std::pair<unsigned, unsigned>> day_of_year(ObjectReader& object,
                                                                    std::string_view member) {
        std::string const text = object.text(member, 5);
        // A leap year knows every day that there can be.
        auto const date = text.size() == 5 ? parse_date("2028-" + text) : std::nullopt;
        if (!date) {
            object.error(member, RefusalCode::invalid, "must be a month and a day such as 12-25");
            return std::nullopt;
        }
        auto const two = [&](std::size_t at) {
            return static_cast<unsigned>((text[at] - '0') * 10 + (text[at + 1] - '0'));
        };
        return std::pair(two(0), two(3));
    }

    static void read_weekday_rule(ObjectReader& object, Rule& rule) {
        rule.weekday = weekday_named(*object.required("weekday"));
        if (!rule.weekday)
            object.error("weekday", RefusalCode::invalid,
                         fmt::format("must be one of {}", fmt::join(weekdays, ", ")));
        if (object.has("on_or_after")) {
            rule.on_or_after = day_of_year(object, "on_or_after");
            return;
        }
        rule.month = static_cast<unsigned>(object.integer("month", 1, 12));
        rule.nth = static_cast<std::int32_t>(object.integer("nth", -1, 5));
        if (rule.nth == 0)
            object.error("nth", RefusalCode::invalid, "must be 1 to 5, or -1 for the last one");
    }

    static void read_dates(ObjectReader& object, Rule& rule) {
        Json const& json = *object.required("dates");
        bool fits = json.is_array() && !json.empty() && json.size() <= dates_max;
        for (std::size_t i = 0; fits && i < json.size(); ++i) {
            auto const date = json[i].is_string()
                                  ? parse_date(json[i].get_ref<std::string const&>())
                                  : std::nullopt;
            fits = date.has_value();
            if (date) rule.dates.push_back(*date);
        }
        if (!fits)
            object.error(
                "dates", RefusalCode::invalid,
                fmt::format("must be a list of 1 to {} dates such as 2026-07-10", dates_max));
    }

    static Date weekday_from(Date date, unsigned weekday) {
        return {date.days + static_cast<std::int32_t>((weekday + 7 - weekday_of(date)) % 7)};
    }
    static std::optional<Date> date_in(Rule const& rule, int year) {
        if (rule.on) return make_date(year, rule.on->first, rule.on->second);
        if (rule.easter) return Date{parley::easter(year).days + *rule.easter};
        if (rule.orthodox_easter)
            return Date{parley::orthodox_easter(year).days + *rule.orthodox_easter};
        if (rule.on_or_after)
            return weekday_from(make_date(year, rule.on_or_after->first, rule.on_or_after->second),
                                *rule.weekday);
        if (!rule.weekday) return std::nullopt; // a list of dates
        Date const first = make_date(year, rule.month, 1);
        if (rule.nth > 0) return Date{weekday_from(first, *rule.weekday).days + 7 * (rule.nth - 1)};
        Date const next = add_months(first, 1);
        return Date{weekday_from(next, *rule.weekday).days - 7};
    }

    // First where the rules put them, then where those that fall on a day off are kept instead, in the
    // order of the year: a substitute looks for a day that is free of everything else.
    void work_out(std::vector<Rule> const& rules) {
        std::vector<std::pair<Date, Rule const*>> all;
        for (int year = calendar_.from - 1; year <= calendar_.to + 1; ++year)
            for (Rule const& rule : rules)
                if (auto const date = date_in(rule, year);
                    date && year >= rule.since && year <= rule.until)
                    all.emplace_back(*date, &rule);
        for (Rule const& rule : rules)
            for (Date const date : rule.dates) all.emplace_back(date, &rule);
        std::ranges::sort(all); // rules of one day in the order of the file
        for (auto const& [date, rule] : all) calendar_.holidays.try_emplace(date, rule->name);
        for (auto const& [date, rule] : all) substitute(date, *rule);
    }
    void substitute(Date date, Rule const& rule) {
        bool const saturday = weekday_of(date) == 5, sunday = weekday_of(date) == 6;
        std::optional<Date> kept;
        if (rule.moves == "weekend_to_next_working_day" && calendar_.is_weekend(date))
            kept = next_free(date, true);
        else if (rule.moves == "saturday_back_sunday_on" && (saturday || sunday))
            kept = Date{date.days + (saturday ? -1 : 1)};
        else if (rule.moves == "sunday_to_next_free_day" && sunday) kept = next_free(date, false);
        else if (rule.moves == "sunday_to_day_before" && sunday) kept = Date{date.days - 1};
        if (!kept) return;
        calendar_.holidays.try_emplace(*kept, rule.name + " (kept)");
    }
    Date next_free(Date date, bool working) const {
        do ++date.days;
        while (calendar_.holidays.contains(date) || (working && calendar_.is_weekend(date)));
        return date;
    }

    ObjectReader object_;
    std::vector<FieldError>& errors_;
    Calendar calendar_;
};

} // namespace

Result<CalendarEdition> read_calendars(std::string_view text) {
    auto const json = parse_json(text);
    if (!json) return std::unexpected(json.error());
    std::vector<FieldError> errors;
    CalendarEdition edition;
    ObjectReader object(*json, "", errors);
    object.optional_text("$schema");
    edition.version = object.text("version", 40);
    object.text("means");
    Json const* const calendars = object.required("calendars");
    if (calendars != nullptr && (!calendars->is_array() || calendars->size() > calendars_max))
        object.error("calendars", RefusalCode::wrong_type,
                     fmt::format("must be a list of at most {} calendars", calendars_max));
    else if (calendars != nullptr)
        for (std::size_t i = 0; i < calendars->size(); ++i) {
            std::string const pointer = fmt::format("/calendars/{}", i);
            Calendar calendar =
                CalendarReader((*calendars)[i], pointer, edition.version, errors).read();
            if (std::ranges::find(edition.calendars, calendar.id, &Calendar::id) !=
                edition.calendars.end())
                errors.push_back({pointer + "/id", RefusalCode::invalid,
                                  fmt::format("names {} a second time", calendar.id)});
            edition.calendars.push_back(std::move(calendar));
        }
    object.finish();
    if (errors.empty()) return edition;
    return std::unexpected(refusal_of_file(RefusalCode::invalid, text, std::move(errors)));
}

} // namespace parley
