#include "api/app/commands.hpp"
#include "api/app/world.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>

// `parley procedure deadline`: when a period ends, and how that is computed.
namespace parley::app {
namespace {

struct Question {
    Period after;
    Instant from;
    std::vector<TimedActor> actors;
    Counting counting;
    std::optional<Period> extend;
    std::optional<Interruption> interrupted;
};

constexpr std::string_view receipt_days =
    "must be days, such as P3D, or business days, such as P2B";
bool is_days(Period period) {
    return period.unit == PeriodUnit::days || period.unit == PeriodUnit::business_days;
}

// The calendar of that name in the newest edition.
Result<Calendar const*> calendar_of(World const& world, std::string const& id) {
    if (id.empty()) return nullptr;
    std::string const edition = world.calendars.newest();
    if (Calendar const* found = world.calendars.find(edition, id)) return found;
    return refuse(RefusalCode::invalid,
                  fmt::format("there is no calendar {} in the edition {}", id, edition));
}

// First the period, then what was added to it, then the interruption: as in a dispute.
Result<ComputedDeadline> answer_to(World const& world, Question const& asked) {
    auto computed = compute_deadline(world.zones, asked.after, asked.from, asked.actors,
                                     asked.counting, "from " + text_of(asked.from));
    auto const as_open = [&](ComputedDeadline const& end) {
        Deadline open;
        open.at = end.at;
        open.zone = end.zone;
        open.period = asked.after;
        open.last_days = end.last_days;
        open.roll = asked.counting.roll;
        return open;
    };
    auto const go_on = [&](Result<ComputedDeadline> next) {
        if (next)
            next->trace.insert(next->trace.begin(), computed->trace.begin(), computed->trace.end());
        computed = std::move(next);
    };
    if (computed && asked.extend)
        go_on(extend_deadline(world.zones, as_open(*computed), *asked.extend, asked.actors,
                              "extended by " + words_of(*asked.extend)));
    if (computed && asked.interrupted)
        go_on(resume_deadline(world.zones, as_open(*computed), *asked.interrupted, asked.actors,
                              fmt::format("interrupted {}, resumed {}",
                                          text_of(asked.interrupted->from),
                                          text_of(asked.interrupted->to))));
    return computed;
}

// {"after", "from", "actors": [{"zone", "calendar"?, "receipt"?}], "instant"?, "roll"?, "extend"?, "interrupted"?:
// [from, to]}
Result<Question> read_question(World const& world, std::string const& line) {
    auto const json = parse_json(line);
    if (!json) return std::unexpected(json.error());
    std::vector<FieldError> errors;
    Question asked;
    Json const empty = Json::object();
    ObjectReader reader(json->is_object() ? *json : empty, "", errors);
    asked.after = reader.period("after");
    asked.from = reader.instant("from");
    asked.counting.instant = reader.has("instant") && reader.boolean("instant");
    asked.counting.roll = reader.has("roll") && reader.boolean("roll");
    if (reader.has("extend")) asked.extend = reader.period("extend");
    if (Json const* const both = reader.optional("interrupted")) {
        auto const at = [&](std::size_t i) {
            return both->is_array() && both->size() == 2 && (*both)[i].is_string()
                       ? parse_instant((*both)[i].get<std::string>())
                       : std::nullopt;
        };
        auto const since = at(0);
        auto const until = at(1);
        if (since && until && *since <= *until) asked.interrupted = Interruption{*since, *until};
        else
            reader.error("interrupted", RefusalCode::invalid,
                         "must be two instants, the second not before the first");
    }
    Json const* const actors = reader.required("actors");
    for (std::size_t i = 0; actors != nullptr && actors->is_array() && i < actors->size(); ++i) {
        ObjectReader one((*actors)[i].is_object() ? (*actors)[i] : empty,
                         fmt::format("/actors/{}", i), errors);
        TimedActor actor{fmt::format("actor {}", i + 1), one.text("zone")};
        auto calendar = calendar_of(world, one.optional_text("calendar"));
        if (!calendar) return std::unexpected(calendar.error());
        actor.calendar = *calendar;
        if (one.has("receipt")) actor.receipt = one.period("receipt");
        if (actor.receipt && !is_days(*actor.receipt))
            one.error("receipt", RefusalCode::invalid, std::string(receipt_days));
        asked.actors.push_back(std::move(actor));
    }
    if (actors != nullptr && asked.actors.empty())
        reader.error("actors", RefusalCode::invalid, "must list at least one actor");
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return asked;
}

void write_line(Result<ComputedDeadline> const& answer) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    if (answer) {
        json.member("at", answer->at).member("zone", answer->zone);
        json.member("calendar", answer->calendar).key("last_days").begin_array();
        for (Date const day : answer->last_days) json.value(text_of(day));
        json.end_array().key("trace").begin_array();
        for (std::string const& sentence : answer->trace) json.value(sentence);
        json.end_array();
    } else {
        json.member("code", name_of(answer.error().code)).member("detail", answer.error().detail);
    }
    json.end_object();
    fmt::print("{}\n", out);
}

Done answer_lines(World const& world) {
    for (std::string line; std::getline(std::cin, line);) {
        if (line.empty()) continue;
        auto asked = read_question(world, line);
        write_line(asked ? answer_to(world, *asked)
                         : Result<ComputedDeadline>(std::unexpected(asked.error())));
    }
    return {};
}

} // namespace

Done run_procedure_deadline(DeadlineOptions const& options) {
    auto const world = load_world("UTC");
    if (!world) return fail(world.error().detail);
    if (options.lines) return answer_lines(*world);
    Question asked;
    auto const after = parse_period(options.after);
    auto const from = parse_instant(options.from);
    if (!after) return misuse("--after takes a period such as PT48H, P7D, P20B, P2W, P3M or P1Y");
    if (!from) return misuse("--from takes an instant such as 2026-03-02T10:00:00Z");
    std::optional<Period> receipt;
    if (!options.receipt.empty()) {
        receipt = parse_period(options.receipt);
        if (!receipt || !is_days(*receipt))
            return misuse(fmt::format("--receipt {}", receipt_days));
    }
    asked.after = *after;
    asked.from = *from;
    asked.counting = {options.instant, options.roll};
    for (std::string const& zone : options.zones) {
        auto const calendar = calendar_of(*world, options.calendar);
        if (!calendar) return misuse(calendar.error().detail);
        asked.actors.push_back({zone, zone, *calendar, receipt});
    }
    auto const answer = answer_to(*world, asked);
    if (!answer) return fail(answer.error().detail);
    fmt::print("{}\n", text_of(answer->at));
    for (std::string const& sentence : answer->trace) fmt::print("  {}\n", sentence);
    return {};
}

} // namespace parley::app
