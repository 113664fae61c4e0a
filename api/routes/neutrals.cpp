#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "engine/model/countries.hpp"
#include "engine/model/input_parts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace parley::routes {

namespace {

constexpr std::size_t languages_max = 50;
constexpr std::int64_t load_max = 10'000;

// How busy someone is concerns the administrator alone.
std::string neutral_json(Neutral const& neutral, bool with_load) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("id", neutral.id);
    json.member("object", "neutral");
    json.member("live", neutral.live);
    json.member("name", neutral.name);
    json.key("seats").begin_array();
    for (SeatKind const seat : neutral.seats) json.value(name_of(seat));
    json.end_array();
    json.key("languages").begin_array();
    for (std::string const& language : neutral.languages) json.value(language);
    json.end_array();
    json.member("country", neutral.country);
    json.member("time_zone", neutral.time_zone);
    json.member("available", neutral.available);
    if (with_load) json.member("load", neutral.load).member("load_most", neutral.load_most);
    json.end_object();
    return out;
}

bool sees_load(Call const& call) { return call.principal().kind == KeyKind::administrator; }

Result<Neutral> read_neutral(Services& services, Json const& body) {
    std::vector<FieldError> errors;
    ObjectReader reader(body, "", errors);
    Neutral neutral;
    if (body.is_object()) {
        neutral.name = line_text(reader, "name");
        read_list(reader, "seats", 1, 2, [&](Json const& entry, std::string pointer) {
            auto const seat = entry.is_string()
                                  ? parse_name<SeatKind>(entry.get_ref<std::string const&>())
                                  : std::nullopt;
            if (!seat || std::ranges::find(neutral.seats, *seat) != neutral.seats.end())
                errors.push_back({std::move(pointer), RefusalCode::invalid,
                                  "must be mediator or decider, each once"});
            else neutral.seats.push_back(*seat);
        });
        read_list(
            reader, "languages", 1, languages_max, [&](Json const& entry, std::string pointer) {
                if (entry.is_string() && is_language_tag(entry.get_ref<std::string const&>()))
                    neutral.languages.push_back(entry.get<std::string>());
                else
                    errors.push_back({std::move(pointer), RefusalCode::invalid,
                                      "must be a language tag of BCP 47, such as es or zh-Hans"});
            });
        neutral.country = shaped_text(reader, "country", is_country,
                                      "an ISO 3166-1 alpha-2 country code in capitals, such as ES");
        neutral.time_zone = shaped_text(reader, "time_zone", is_zone_name,
                                        "an IANA time zone, such as Europe/Madrid");
        if (!neutral.time_zone.empty() &&
            services.engine.world().zones.find(neutral.time_zone) == nullptr)
            reader.error("time_zone", RefusalCode::invalid,
                         "is not a zone of the IANA time-zone data");
        neutral.load_most = 20;
        if (reader.has("load_most"))
            neutral.load_most = static_cast<std::int32_t>(reader.integer("load_most", 0, load_max));
    }
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return neutral;
}

Result<Neutral> find_neutral(Services& services, Call const& call) {
    auto const id = read_id<NeutralId>(call, "neutral", "neutral");
    if (!id) return std::unexpected(id.error());
    auto const registry = services.engine.registry();
    auto const found = registry->neutrals.find(*id);
    if (found == registry->neutrals.end() || found->second.live != call.principal().live)
        return no_such("neutral");
    return found->second;
}

// What may change of someone who is on the roster: being there, and how many cases.
Result<Neutral> read_change(Neutral neutral, Json const& body) {
    std::vector<FieldError> errors;
    ObjectReader reader(body, "", errors);
    if (body.is_object()) {
        if (reader.has("available")) neutral.available = reader.boolean("available");
        if (reader.has("load_most"))
            neutral.load_most = static_cast<std::int32_t>(reader.integer("load_most", 0, load_max));
    }
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return neutral;
}

} // namespace

// GET /v1/neutrals
net::awaitable<http::Response> list_neutrals(Services& services, Call call) {
    auto const registry = services.engine.registry();
    co_return list_of(
        services, call, registry->neutrals,
        [&](Neutral const& neutral) { return neutral.live == call.principal().live; },
        [&](Neutral const& neutral) { return neutral_json(neutral, sees_load(call)); });
}

// GET /v1/neutrals/{neutral}
net::awaitable<http::Response> get_neutral(Services& services, Call call) {
    auto const neutral = find_neutral(services, call);
    if (!neutral) co_return refused(call, neutral.error());
    co_return http::json_response(200, neutral_json(*neutral, sees_load(call)));
}

// POST /v1/neutrals
net::awaitable<http::Response> create_neutral(Services& services, Call call) {
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto key = read_receipt_key(call, *body);
    if (!key) co_return refused(call, key.error());
    auto neutral = read_neutral(services, *body);
    if (!neutral) co_return refused(call, neutral.error());
    neutral->live = call.principal().live;
    neutral->id = new_id<NeutralId>(services);
    auto const made = co_await services.engine.add_neutral(std::move(*neutral), std::move(*key));
    if (!made) co_return refused(call, made.error());
    co_return answer_for(
        *made, created("/v1/neutrals/" + made->thing.id.text(), neutral_json(made->thing, true)));
}

// POST /v1/neutrals/{neutral}
net::awaitable<http::Response> update_neutral(Services& services, Call call) {
    auto known = find_neutral(services, call);
    if (!known) co_return refused(call, known.error());
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto key = read_receipt_key(call, *body);
    if (!key) co_return refused(call, key.error());
    auto changed = read_change(std::move(*known), *body);
    if (!changed) co_return refused(call, changed.error());
    auto const made = co_await services.engine.update_neutral(std::move(*changed), std::move(*key));
    if (!made) co_return refused(call, made.error());
    co_return answer_for(*made, http::json_response(200, neutral_json(made->thing, true)));
}

} // namespace parley::routes
