#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"
#include "api/routes/webhook_json.hpp"

#include "api/webhooks/message.hpp"
#include "api/webhooks/signature.hpp"
#include "engine/model/input_parts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace parley::routes {

namespace {

constexpr std::size_t endpoints_most = 20; // of one platform, in one mode
constexpr std::int64_t overlap_us = us_per_day;

bool may_see_endpoint(Call const& call, WebhookEndpoint const& endpoint) {
    if (endpoint.live != call.principal().live) return false;
    return !call.principal().platform || endpoint.platform == *call.principal().platform;
}

Result<WebhookEndpoint> find_endpoint(Services& services, Call const& call) {
    auto const id = read_id<WebhookEndpointId>(call, "endpoint", "webhook endpoint");
    if (!id) return std::unexpected(id.error());
    auto const registry = services.engine.registry();
    auto const found = registry->endpoints.find(*id);
    if (found == registry->endpoints.end() || !may_see_endpoint(call, found->second))
        return no_such("webhook endpoint");
    return found->second;
}

std::string public_key_of(Services& services, WebhookEndpoint const& endpoint) {
    if (endpoint.signing != WebhookSigning::v1a) return {};
    auto secret = webhooks::open_secret(services.options.webhook_key, endpoint.id, endpoint.secret);
    return secret ? webhooks::public_key_text({endpoint.signing, std::move(*secret)}) : "";
}

// What its owner is told once: of v1a nothing, for only we need that secret.
std::string shown_secret(WebhookEndpoint const& endpoint, std::string const& secret) {
    if (endpoint.signing == WebhookSigning::v1a) return {};
    return webhooks::secret_text({endpoint.signing, secret});
}

http::Response answer_for(Services& services, unsigned status, WebhookEndpoint const& endpoint,
                          std::string_view secret = {}) {
    std::string body = endpoint_json(endpoint, services.engine.clock().now(),
                                     public_key_of(services, endpoint), secret);
    auto answer = status == 201
                      ? created("/v1/webhook_endpoints/" + endpoint.id.text(), std::move(body))
                      : http::json_response(status, std::move(body));
    answer.set("Cache-Control", "no-store");
    return answer;
}

void read_url(Services& services, ObjectReader& reader, WebhookEndpoint& endpoint) {
    std::size_t const before = reader.errors().size();
    std::string const text = reader.text("url", http::url_length_max);
    if (reader.errors().size() != before) return;
    auto const url = http::parse_url(text);
    if (!url) return reader.error("url", RefusalCode::invalid, url.error());
    if (auto fine = services.options.addresses.check(*url); !fine)
        return reader.error("url", RefusalCode::invalid, fine.error());
    endpoint.url = url->text();
}

void read_events(ObjectReader& reader, WebhookEndpoint& endpoint) {
    endpoint.events.clear();
    auto const& known = webhooks::message_types();
    bool all = false;
    read_list(reader, "events", 0, known.size() + 1, [&](Json const& entry, std::string pointer) {
        std::string const type = entry.is_string() ? entry.get<std::string>() : std::string();
        if (type == "*") all = true;
        else if (std::ranges::find(known, type) != known.end()) endpoint.events.push_back(type);
        else
            reader.errors().push_back(
                {std::move(pointer), RefusalCode::invalid,
                 fmt::format("must be \"*\" or one of {}", fmt::join(known, ", "))});
    });
    if (all) endpoint.events.clear();
    std::ranges::sort(endpoint.events);
    auto const doubled = std::ranges::unique(endpoint.events);
    endpoint.events.erase(doubled.begin(), doubled.end());
}

Result<WebhookEndpoint> read_new(Services& services, Call const& call, Json const& body) {
    std::vector<FieldError> errors;
    ObjectReader reader(body, "", errors);
    WebhookEndpoint endpoint;
    endpoint.live = call.principal().live;
    if (body.is_object()) {
        read_url(services, reader, endpoint);
        endpoint.description = reader.optional_text("description", input_limits::line);
        read_events(reader, endpoint);
        endpoint.signing =
            optional_choice<WebhookSigning>(reader, "signing").value_or(WebhookSigning::v1);
        if (call.principal().platform) {
            endpoint.platform = *call.principal().platform;
        } else { // an administrator says for whom
            std::size_t const before = errors.size();
            static_cast<void>(reader.required("platform"));
            endpoint.platform =
                optional_id<PlatformId>(reader, "platform", "plt_").value_or(PlatformId());
            if (errors.size() == before &&
                !services.engine.registry()->platforms.contains(endpoint.platform))
                reader.error("platform", RefusalCode::invalid, "there is no such platform");
        }
    }
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return endpoint;
}

Result<void> check_room(Services& services, WebhookEndpoint const& endpoint) {
    std::size_t count = 0;
    for (auto const& [id, known] : services.engine.registry()->endpoints)
        if (known.platform == endpoint.platform && known.live == endpoint.live) ++count;
    if (count < endpoints_most) return {};
    return refuse(RefusalCode::not_possible_now,
                  fmt::format("There are {} webhook endpoints already; delete one first.", count));
}

// The endpoint as the registry has it after a write; none when its owner deleted it meanwhile.
http::Response answer_with(Services& services, Call const& call, unsigned status,
                           std::string const& id, std::string_view secret, bool replayed) {
    auto const registry = services.engine.registry();
    auto const named = WebhookEndpointId::parse(id);
    auto const found = named ? registry->endpoints.find(*named) : registry->endpoints.end();
    if (found == registry->endpoints.end())
        return refused(call, no_such("webhook endpoint").error());
    auto answer = answer_for(services, status, found->second, replayed ? "" : secret);
    if (replayed) answer.set("Idempotent-Replayed", "true");
    return answer;
}

// Writes the owner's part, once a key, and lets the deliveries know.
net::awaitable<http::Response> save(Services& services, Call const& call, WebhookEndpoint endpoint,
                                    ReceiptKey key, std::string secret = {}) {
    std::string const id = endpoint.id.text();
    auto const before = co_await services.engine.write_once(
        id, std::move(key), 200,
        [endpoint](Journal& journal, StoredReceipt const& receipt) {
            journal.webhooks().update(endpoint, receipt);
        },
        true);
    if (!before) co_return refused(call, before.error());
    services.options.wake_webhooks();
    co_return answer_with(services, call, 200, id, secret, before->has_value());
}

// POST …/pause and …/resume: to do it twice is to do it once.
net::awaitable<http::Response> set_status(Services& services, Call call, EndpointStatus status) {
    auto endpoint = find_endpoint(services, call);
    if (!endpoint) co_return refused(call, endpoint.error());
    auto body = read_nothing(call);
    if (!body) co_return refused(call, body.error());
    auto receipt = read_receipt_key(call, *body);
    if (!receipt) co_return refused(call, receipt.error());
    if (endpoint->status == EndpointStatus::disabled && status == EndpointStatus::paused &&
        !co_await asked_before(services, *receipt))
        co_return refused(call, refuse(RefusalCode::not_possible_now,
                                       "This endpoint is disabled; resume it when it works again.")
                                    .error());
    if (endpoint->status != status) endpoint->disabled_because.clear();
    endpoint->status = status;
    co_return co_await save(services, call, std::move(*endpoint), std::move(*receipt));
}

} // namespace

// GET /v1/webhook_endpoints
net::awaitable<http::Response> list_endpoints(Services& services, Call call) {
    auto const registry = services.engine.registry();
    Instant const now = services.engine.clock().now();
    co_return list_of(
        services, call, registry->endpoints,
        [&](WebhookEndpoint const& endpoint) { return may_see_endpoint(call, endpoint); },
        [&](WebhookEndpoint const& endpoint) {
            return endpoint_json(endpoint, now, public_key_of(services, endpoint));
        });
}

// POST /v1/webhook_endpoints
// It is told of what happens from now on; the feed has what was before.
net::awaitable<http::Response> create_endpoint(Services& services, Call call) {
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto receipt = read_receipt_key(call, *body);
    if (!receipt) co_return refused(call, receipt.error());
    auto wanted = read_new(services, call, *body);
    if (!wanted) co_return refused(call, wanted.error());
    wanted->created_at = services.engine.clock().now();
    wanted->id = Entropy(random32()).make_id<WebhookEndpointId>(wanted->created_at);
    Bytes32 const fresh = random32();
    std::string const secret(view_of(fresh));
    wanted->secret = webhooks::seal_secret(services.options.webhook_key, wanted->id, secret);
    if (auto fine = check_room(services, *wanted);
        !fine && !co_await asked_before(services, *receipt))
        co_return refused(call, fine.error());
    wanted->cursor = co_await services.engine.read(
        [live = wanted->live](Reader& reader) { return reader.log_size(live); });
    auto const before = co_await services.engine.write_once(
        wanted->id.text(), std::move(*receipt), 201,
        [endpoint = *wanted](Journal& journal, StoredReceipt const& kept) {
            journal.webhooks().add(endpoint, kept);
        },
        true);
    if (!before) co_return refused(call, before.error());
    services.options.wake_webhooks();
    bool const replayed = before->has_value();
    co_return answer_with(services, call, 201, replayed ? (*before)->stream : wanted->id.text(),
                          shown_secret(*wanted, secret), replayed);
}

// GET /v1/webhook_endpoints/{endpoint}
net::awaitable<http::Response> get_endpoint(Services& services, Call call) {
    auto const endpoint = find_endpoint(services, call);
    if (!endpoint) co_return refused(call, endpoint.error());
    co_return answer_for(services, 200, *endpoint);
}

// POST /v1/webhook_endpoints/{endpoint}
net::awaitable<http::Response> update_endpoint(Services& services, Call call) {
    auto endpoint = find_endpoint(services, call);
    if (!endpoint) co_return refused(call, endpoint.error());
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto receipt = read_receipt_key(call, *body);
    if (!receipt) co_return refused(call, receipt.error());
    std::vector<FieldError> errors;
    ObjectReader reader(*body, "", errors);
    if (body->is_object()) {
        if (reader.has("url")) read_url(services, reader, *endpoint);
        if (reader.has("description"))
            endpoint->description = reader.optional_text("description", input_limits::line);
        if (reader.has("events")) read_events(reader, *endpoint);
    }
    reader.finish();
    if (!errors.empty()) co_return refused(call, refusal_of(std::move(errors)));
    co_return co_await save(services, call, std::move(*endpoint), std::move(*receipt));
}

// DELETE /v1/webhook_endpoints/{endpoint}
net::awaitable<http::Response> delete_endpoint(Services& services, Call call) {
    auto const endpoint = find_endpoint(services, call);
    if (!endpoint) co_return refused(call, endpoint.error());
    co_await services.engine.write(
        [id = endpoint->id](Journal& journal) { journal.webhooks().remove(id); }, true);
    services.options.wake_webhooks();
    co_return http::empty_response(204);
}

// POST /v1/webhook_endpoints/{endpoint}/rotate_secret
// For a day messages carry both signatures, so that a receiver can change over when it likes.
net::awaitable<http::Response> rotate_endpoint_secret(Services& services, Call call) {
    auto endpoint = find_endpoint(services, call);
    if (!endpoint) co_return refused(call, endpoint.error());
    auto body = read_nothing(call);
    if (!body) co_return refused(call, body.error());
    auto receipt = read_receipt_key(call, *body);
    if (!receipt) co_return refused(call, receipt.error());
    Bytes32 const fresh = random32();
    std::string const secret(view_of(fresh));
    endpoint->previous_secret = std::move(endpoint->secret);
    endpoint->previous_until = services.engine.clock().now() + overlap_us;
    endpoint->secret = webhooks::seal_secret(services.options.webhook_key, endpoint->id, secret);
    std::string const shown = shown_secret(*endpoint, secret);
    co_return co_await save(services, call, std::move(*endpoint), std::move(*receipt), shown);
}

// POST /v1/webhook_endpoints/{endpoint}/pause
net::awaitable<http::Response> pause_endpoint(Services& services, Call call) {
    return set_status(services, std::move(call), EndpointStatus::paused);
}

// POST /v1/webhook_endpoints/{endpoint}/resume
// Goes on where it stopped: what happened meanwhile is sent now.
net::awaitable<http::Response> resume_endpoint(Services& services, Call call) {
    return set_status(services, std::move(call), EndpointStatus::enabled);
}

} // namespace parley::routes
