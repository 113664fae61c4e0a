#include "api/app/people.hpp"

#include "api/access/api_key.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace parley::app {
namespace {

template <class IdType>
IdType new_id(Instant at) {
    Entropy entropy(random32());
    return entropy.make_id<IdType>(at);
}

using Made = std::expected<MadeKey, Failure>;

net::awaitable<Made> add_key(Engine& engine, KeyRequest request, std::string owner,
                             std::string label, bool owner_is_new) {
    auto fresh = access::make_api_key(request.kind, request.live, owner, std::move(label),
                                      engine.clock().now());
    ApiKeyId const id = fresh.key.id;
    co_await engine.add_key(std::move(fresh.key));
    co_return MadeKey{id, std::move(owner), std::move(fresh.text), owner_is_new};
}

net::awaitable<Made> make_platform_key(Engine& engine, KeyRequest request) {
    RegistryPtr const registry = engine.registry();
    for (auto const& [id, platform] : registry->platforms)
        if (platform.name == request.owner || id.text() == request.owner)
            co_return co_await add_key(engine, request, id.text(), platform.name, false);
    if (request.owner.starts_with("plt_"))
        co_return fail(
            fmt::format("there is no platform {}; give its name to make one", request.owner));
    Instant const now = engine.clock().now();
    Platform const platform{new_id<PlatformId>(now), request.owner, now};
    co_await engine.add_platform(platform);
    co_return co_await add_key(engine, request, platform.id.text(), platform.name, true);
}

Done check_new_neutral(Engine& engine, KeyRequest const& request) {
    if (request.owner.starts_with("ntr_"))
        return fail(fmt::format("there is no neutral {}; give a name to put one on the roster",
                                request.owner));
    if (request.seats.empty())
        return misuse(
            fmt::format("{} is new to the roster; say for which seats: --seats mediator,decider",
                        request.owner));
    if (request.languages.empty())
        return misuse(fmt::format("{} is new to the roster; say which languages: --languages en,es",
                                  request.owner));
    if (engine.world().zones.find(request.time_zone) == nullptr)
        return misuse(
            fmt::format("there is no time zone {}; give an IANA name such as Europe/Madrid",
                        request.time_zone));
    return {};
}

net::awaitable<Made> make_neutral_key(Engine& engine, KeyRequest request) {
    RegistryPtr const registry = engine.registry();
    for (auto const& [id, neutral] : registry->neutrals) {
        if (id.text() != request.owner &&
            (neutral.name != request.owner || neutral.live != request.live))
            continue;
        if (neutral.live != request.live)
            co_return fail(fmt::format("{} is on the {} roster; {} --live", request.owner,
                                       neutral.live ? "live" : "test",
                                       neutral.live ? "add" : "leave out"));
        co_return co_await add_key(engine, request, id.text(), neutral.name, false);
    }
    if (Done checked = check_new_neutral(engine, request); !checked)
        co_return std::unexpected(checked.error());
    Neutral neutral;
    neutral.id = new_id<NeutralId>(engine.clock().now());
    neutral.name = request.owner;
    neutral.seats = request.seats;
    neutral.languages = request.languages;
    neutral.country = request.country;
    neutral.time_zone = request.time_zone;
    neutral.load_most = request.load_most;
    neutral.live = request.live;
    co_await engine.add_neutral(neutral);
    co_return co_await add_key(engine, request, neutral.id.text(), neutral.name, true);
}

net::awaitable<Made> make_party_key(Engine& engine, KeyRequest request) {
    auto const party = PartyId::parse(request.owner);
    if (!party)
        co_return misuse(fmt::format("\"{}\" is no party; give the pty_ id that the dispute shows",
                                     request.owner));
    DisputeFilter filter;
    filter.live = request.live;
    filter.party = *party;
    auto const found = co_await engine.read(
        [filter](Reader& reader) { return reader.disputes(filter, std::nullopt, 1); });
    if (found.empty())
        co_return fail(fmt::format("no {} dispute has the party {}; check the id, and --live",
                                   request.live ? "live" : "test", request.owner));
    co_return co_await add_key(engine, request, request.owner, "sign-in of a party", false);
}

} // namespace

net::awaitable<std::expected<MadeKey, Failure>> make_key(Engine& engine, KeyRequest request) {
    switch (request.kind) {
    case KeyKind::platform: co_return co_await make_platform_key(engine, std::move(request));
    case KeyKind::neutral: co_return co_await make_neutral_key(engine, std::move(request));
    case KeyKind::party: co_return co_await make_party_key(engine, std::move(request));
    case KeyKind::administrator:
    case KeyKind::auditor: break;
    }
    std::string label(name_of(request.kind));
    co_return co_await add_key(engine, std::move(request), "", std::move(label), false);
}

std::string json_of(KeyRequest const& request) {
    Json json = {{"command", "create_key"},        {"kind", name_of(request.kind)},
                 {"live", request.live},           {"owner", request.owner},
                 {"languages", request.languages}, {"country", request.country},
                 {"time_zone", request.time_zone}, {"load_most", request.load_most}};
    json["seats"] = Json::array();
    for (SeatKind const seat : request.seats) json["seats"].push_back(name_of(seat));
    return json.dump();
}

std::expected<KeyRequest, Failure> read_key_request(std::string_view text) {
    auto json = parse_json(text);
    if (!json || !json->is_object()) return fail("the question is no JSON object");
    std::vector<FieldError> errors;
    ObjectReader reader(*json, "", errors);
    KeyRequest request;
    std::string const command = reader.text("command");
    auto const kind = parse_name<KeyKind>(reader.text("kind"));
    request.live = reader.boolean("live");
    request.owner = reader.optional_text("owner", 200);
    request.country = reader.text("country", 2, 2);
    request.time_zone = reader.text("time_zone", 64);
    request.load_most = static_cast<std::int32_t>(reader.integer("load_most", 1, 10'000));
    auto const texts = [&](std::string_view name) {
        std::vector<std::string> out;
        if (Json const* list = reader.required(name); list != nullptr && list->is_array())
            for (Json const& entry : *list)
                if (entry.is_string()) out.push_back(entry.get<std::string>());
        return out;
    };
    request.languages = texts("languages");
    for (std::string const& seat : texts("seats"))
        if (auto known = parse_name<SeatKind>(seat)) request.seats.push_back(*known);
    reader.finish();
    if (!errors.empty()) return fail(refusal_of(std::move(errors)).detail);
    if (command != "create_key" || !kind)
        return fail("this server knows the command create_key only; is it the same version?");
    request.kind = *kind;
    return request;
}

std::string json_of(MadeKey const& made) {
    return Json{{"id", made.id.text()},
                {"owner", made.owner},
                {"key", made.text},
                {"new", made.owner_is_new}}
        .dump();
}

std::expected<MadeKey, Failure> read_made_key(std::string_view text) {
    auto const json = parse_json(text);
    if (!json || !json->is_object())
        return fail("the server's answer is no JSON object; is it the same version?");
    if (auto const error = json->find("error"); error != json->end() && error->is_string())
        return std::unexpected(Failure{error->get<std::string>(), json->value("exit", 1)});
    MadeKey made;
    made.id = ApiKeyId::parse(json->value("id", "")).value_or(ApiKeyId());
    made.owner = json->value("owner", "");
    made.text = json->value("key", "");
    made.owner_is_new = json->value("new", false);
    if (made.text.empty()) return fail("the server's answer holds no key; is it the same version?");
    return made;
}

net::awaitable<std::string> answer_control(Engine& engine, std::string line) {
    auto const failed = [](Failure const& failure) {
        return Json{{"error", failure.line}, {"exit", failure.exit_code}}.dump();
    };
    auto request = read_key_request(line);
    if (!request) co_return failed(request.error());
    auto made = co_await make_key(engine, std::move(*request));
    if (!made) co_return failed(made.error());
    co_return json_of(*made);
}

} // namespace parley::app
