#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "engine/model/input_parts.hpp"

#include <nlohmann/json.hpp>

namespace parley::routes {

namespace {

std::string platform_json(Platform const& platform) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("id", platform.id);
    json.member("object", "platform");
    json.member("name", platform.name);
    json.member("created_at", platform.created_at);
    json.end_object();
    return out;
}

Result<std::string> read_name(Json const& body) {
    std::vector<FieldError> errors;
    ObjectReader reader(body, "", errors);
    std::string name;
    if (body.is_object()) name = line_text(reader, "name");
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return name;
}

} // namespace

// GET /v1/platforms
net::awaitable<http::Response> list_platforms(Services& services, Call call) {
    auto const registry = services.engine.registry();
    co_return list_of(
        services, call, registry->platforms, [](Platform const&) { return true; }, platform_json);
}

// GET /v1/platforms/{platform}
net::awaitable<http::Response> get_platform(Services& services, Call call) {
    auto const id = read_id<PlatformId>(call, "platform", "platform");
    if (!id) co_return refused(call, id.error());
    auto const registry = services.engine.registry();
    auto const found = registry->platforms.find(*id);
    if (found == registry->platforms.end()) co_return refused(call, no_such("platform").error());
    co_return http::json_response(200, platform_json(found->second));
}

// POST /v1/platforms
net::awaitable<http::Response> create_platform(Services& services, Call call) {
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto key = read_receipt_key(call, *body);
    if (!key) co_return refused(call, key.error());
    auto name = read_name(*body);
    if (!name) co_return refused(call, name.error());
    Instant const now = services.engine.clock().now();
    Platform platform{new_id<PlatformId>(services), std::move(*name), now};
    auto const made = co_await services.engine.add_platform(std::move(platform), std::move(*key));
    if (!made) co_return refused(call, made.error());
    co_return answer_for(
        *made, created("/v1/platforms/" + made->thing.id.text(), platform_json(made->thing)));
}

} // namespace parley::routes
