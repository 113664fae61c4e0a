#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "engine/model/input_parts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// Time that a tester turns. Live keys never come here: to them these paths do not exist.
namespace parley::routes {

namespace {

void write_clock(JsonWriter& json, TestClock const& clock) {
    json.member("id", clock.id);
    json.member("object", "test_clock");
    json.member("platform", clock.platform);
    json.member("name", clock.name);
    json.member("now", clock.now);
}
std::string clock_json(TestClock const& clock) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    write_clock(json, clock);
    json.end_object();
    return out;
}

bool may_turn(Call const& call, TestClock const& clock) {
    return call.principal().kind == KeyKind::administrator ||
           clock.platform == call.principal().platform;
}

Result<TestClock> find_clock(Services& services, Call const& call) {
    auto const id = read_id<TestClockId>(call, "clock", "test clock");
    if (!id) return std::unexpected(id.error());
    auto const registry = services.engine.registry();
    auto const found = registry->clocks.find(*id);
    if (found == registry->clocks.end() || !may_turn(call, found->second))
        return no_such("test clock");
    return found->second;
}

Result<TestClock> read_clock(Services& services, Call const& call, Json const& body) {
    std::vector<FieldError> errors;
    Json const empty = Json::object();
    Json const& object = body.is_null() ? empty : body;
    ObjectReader reader(object, "", errors);
    TestClock clock;
    if (object.is_object()) {
        clock.name = reader.optional_text("name", input_limits::line);
        clock.now = reader.optional_instant("now").value_or(services.engine.clock().now());
        if (call.principal().platform) {
            clock.platform = *call.principal().platform;
        } else { // an administrator says for whom
            std::size_t const before = errors.size();
            static_cast<void>(reader.required("platform"));
            clock.platform =
                optional_id<PlatformId>(reader, "platform", "plt_").value_or(PlatformId());
            if (errors.size() == before &&
                !services.engine.registry()->platforms.contains(clock.platform))
                reader.error("platform", RefusalCode::invalid, "there is no such platform");
        }
    }
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return clock;
}

Instant at_date(Date date, std::int64_t us_of_day) {
    return {static_cast<std::int64_t>(date.days) * us_per_day + us_of_day};
}

// A clock knows no zone: a day is 24 hours, a month the same day of the month in UTC.
std::optional<Instant> moved(Instant from, Period by) {
    Date const date{static_cast<std::int32_t>(from.us / us_per_day)};
    std::int64_t const rest = from.us % us_per_day;
    switch (by.unit) {
    case PeriodUnit::hours: return from + by.count * us_per_hour;
    case PeriodUnit::days: return from + by.count * us_per_day;
    case PeriodUnit::weeks: return from + by.count * (7 * us_per_day);
    case PeriodUnit::months: return at_date(add_months(date, by.count), rest);
    case PeriodUnit::years: return at_date(add_months(date, by.count * 12), rest);
    case PeriodUnit::business_days: return std::nullopt;
    }
    return std::nullopt;
}

Result<Instant> read_target(TestClock const& clock, Json const& body) {
    std::vector<FieldError> errors;
    ObjectReader reader(body, "", errors);
    Instant target = clock.now;
    if (body.is_object()) {
        bool const to = reader.has("to");
        bool const by = reader.has("by");
        if (to == by) {
            errors.push_back(
                {"", RefusalCode::invalid, "must have either `to`, an instant, or `by`, a period"});
        } else if (to) {
            target = reader.instant("to");
        } else {
            Period const period = reader.period("by");
            auto const there = moved(clock.now, period);
            if (!there)
                reader.error("by", RefusalCode::invalid,
                             "must not be in business days: a clock has no calendar");
            else if (*there > instant_max)
                reader.error("by", RefusalCode::out_of_range, "leads past the year 2199");
            else target = *there;
        }
    }
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return target;
}

http::Response answer_for(Advanced const& advanced) {
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    write_clock(json, advanced.clock);
    json.member("finished", advanced.finished);
    json.key("fired").begin_array();
    for (Fired const& one : advanced.fired) {
        json.begin_object();
        json.member("dispute", one.dispute);
        json.member("deadline", one.deadline);
        json.member("at", one.at);
        json.member("step", one.step);
        json.member("stage", one.stage);
        json.end_object();
    }
    json.end_array().end_object();
    auto answer = http::json_response(advanced.finished ? 200 : 202, std::move(body));
    if (!advanced.finished) // its `now` arrives last
        answer.set("Location", "/v1/test/clocks/" + advanced.clock.id.text());
    if (advanced.replayed) answer.set("Idempotent-Replayed", "true");
    return answer;
}

} // namespace

// GET /v1/test/clocks
net::awaitable<http::Response> list_clocks(Services& services, Call call) {
    auto const registry = services.engine.registry();
    co_return list_of(
        services, call, registry->clocks,
        [&](TestClock const& clock) { return may_turn(call, clock); }, clock_json);
}

// POST /v1/test/clocks
net::awaitable<http::Response> create_clock(Services& services, Call call) {
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto key = read_receipt_key(call, *body);
    if (!key) co_return refused(call, key.error());
    auto clock = read_clock(services, call, *body);
    if (!clock) co_return refused(call, clock.error());
    clock->id = new_id<TestClockId>(services);
    auto const made = co_await services.engine.add_clock(std::move(*clock), std::move(*key));
    if (!made) co_return refused(call, made.error());
    co_return answer_for(
        *made, created("/v1/test/clocks/" + made->thing.id.text(), clock_json(made->thing)));
}

// GET /v1/test/clocks/{clock}
net::awaitable<http::Response> get_clock(Services& services, Call call) {
    auto const clock = find_clock(services, call);
    if (!clock) co_return refused(call, clock.error());
    co_return http::json_response(200, clock_json(*clock));
}

// POST /v1/test/clocks/{clock}/advance
net::awaitable<http::Response> advance_clock(Services& services, Call call) {
    auto const clock = find_clock(services, call);
    if (!clock) co_return refused(call, clock.error());
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto key = read_receipt_key(call, *body);
    if (!key) co_return refused(call, key.error());
    auto const target = read_target(*clock, *body);
    if (!target) co_return refused(call, target.error());
    auto const advanced =
        co_await services.engine.advance_clock(clock->id, *target, std::move(*key));
    if (!advanced) co_return refused(call, advanced.error());
    co_return answer_for(*advanced);
}

} // namespace parley::routes
