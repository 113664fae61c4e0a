#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"
#include "api/routes/webhook_json.hpp"

#include "api/webhooks/message.hpp"
#include "engine/model/input_parts.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace parley::routes {

namespace {

Result<WebhookEndpoint> find_endpoint(Services& services, Call const& call) {
    auto const id = read_id<WebhookEndpointId>(call, "endpoint", "webhook endpoint");
    if (!id) return std::unexpected(id.error());
    auto const registry = services.engine.registry();
    auto const found = registry->endpoints.find(*id);
    if (found == registry->endpoints.end() || found->second.live != call.principal().live ||
        (call.principal().platform && found->second.platform != *call.principal().platform))
        return no_such("webhook endpoint");
    return found->second;
}

Result<std::optional<DeliveryState>> read_state(Call const& call) {
    std::string const* text = call.head().parameter("state");
    if (text == nullptr) return std::optional<DeliveryState>{};
    auto const state = parse_name<DeliveryState>(*text);
    if (!state) return refuse(RefusalCode::bad_parameter, "state is pending, delivered or failed.");
    return state;
}

Result<ReplayRange> read_range(Json const& body) {
    std::vector<FieldError> errors;
    ObjectReader reader(body, "", errors);
    ReplayRange range;
    if (body.is_object()) {
        if (reader.has("message")) {
            range.message = reader.text("message", input_limits::name);
        } else {
            range.from = reader.instant("from");
            range.until = reader.optional_instant("until");
        }
    }
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return range;
}

http::Response answer_for(WebhookEndpoint const& endpoint, WebhookDelivery const& delivery) {
    return http::json_response(202, delivery_json(endpoint, delivery));
}

} // namespace

// GET /v1/webhook_endpoints/{endpoint}/deliveries
net::awaitable<http::Response> list_deliveries(Services& services, Call call) {
    auto const endpoint = find_endpoint(services, call);
    if (!endpoint) co_return refused(call, endpoint.error());
    auto const state = read_state(call);
    if (!state) co_return refused(call, state.error());
    auto const page =
        read_page(services, call, *state ? name_of(**state) : std::string_view("all"));
    if (!page) co_return refused(call, page.error());
    std::uint64_t before = 0;
    std::from_chars(page->after.data(), page->after.data() + page->after.size(), before);
    auto rows = co_await services.engine.read(
        [id = endpoint->id, state = *state, before, limit = page->limit + 1](Reader& reader) {
            return reader.webhooks().deliveries(id, state, before, limit);
        });
    std::optional<std::string> next;
    if (rows.size() > page->limit) {
        rows.resize(page->limit);
        next = std::to_string(rows.back().turn);
    }
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (WebhookDelivery const& row : rows) json.raw(delivery_json(*endpoint, row));
    json.end_array();
    write_page_end(json, services, *page, next);
    json.end_object();
    co_return http::json_response(200, std::move(body));
}

// POST /v1/webhook_endpoints/{endpoint}/test
// Puts a message in line that tells of nothing; the answer to it is then among the deliveries.
net::awaitable<http::Response> test_endpoint(Services& services, Call call) {
    auto const endpoint = find_endpoint(services, call);
    if (!endpoint) co_return refused(call, endpoint.error());
    auto body = read_nothing(call);
    if (!body) co_return refused(call, body.error());
    auto receipt = read_receipt_key(call, *body);
    if (!receipt) co_return refused(call, receipt.error());
    if (endpoint->status != EndpointStatus::enabled && !co_await asked_before(services, *receipt))
        co_return refused(call, refuse(RefusalCode::not_possible_now,
                                       "Nothing is sent to this endpoint now; resume it first.")
                                    .error());
    WebhookDelivery delivery;
    delivery.endpoint = endpoint->id;
    Instant const now = services.engine.clock().now();
    delivery.message = Entropy(random32()).make_id<WebhookMessageId>(now).text();
    delivery.type = webhooks::test_type;
    delivery.at = delivery.created_at = now;
    delivery.next_at = now;
    auto const before = co_await services.engine.write_once(
        delivery.message, std::move(*receipt), 202,
        [delivery](Journal& journal, StoredReceipt const& kept) {
            journal.webhooks().add_delivery(delivery, kept);
        },
        false);
    if (!before) co_return refused(call, before.error());
    services.options.wake_webhooks();
    if (!*before) co_return answer_for(*endpoint, delivery);
    auto const known = co_await services.engine.read(
        [id = endpoint->id, message = (*before)->stream](Reader& reader) {
            return reader.webhooks().delivery(id, message);
        });
    if (!known) co_return refused(call, no_such("delivery").error());
    auto answer = answer_for(*endpoint, *known);
    answer.set("Idempotent-Replayed", "true");
    co_return answer;
}

// POST /v1/webhook_endpoints/{endpoint}/replay
// Deliveries that are over go in line again, under the same webhook-id and with a fresh timestamp and
// signature. Those still in line stay as they are.
net::awaitable<http::Response> replay_deliveries(Services& services, Call call) {
    auto const endpoint = find_endpoint(services, call);
    if (!endpoint) co_return refused(call, endpoint.error());
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto receipt = read_receipt_key(call, *body);
    if (!receipt) co_return refused(call, receipt.error());
    auto const range = read_range(*body);
    if (!range) co_return refused(call, range.error());
    if (range->message) {
        auto const known = co_await services.engine.read(
            [id = endpoint->id, message = *range->message](Reader& reader) {
                return reader.webhooks().delivery(id, message).has_value();
            });
        if (!known)
            co_return refused(call, refuse_field(RefusalCode::invalid, "/message",
                                                 "There is no delivery of such a message.")
                                        .error());
    }
    auto const count = std::make_shared<std::size_t>(0);
    auto const before = co_await services.engine.write_once(
        endpoint->id.text(), std::move(*receipt), 202,
        [count, id = endpoint->id, range = *range,
         now = services.engine.clock().now()](Journal& journal, StoredReceipt const& kept) {
            *count = journal.webhooks().replay(id, range, now, kept);
        },
        false);
    if (!before) co_return refused(call, before.error());
    services.options.wake_webhooks();
    if (*before) *count = (*before)->version;
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.member("object", "webhook_replay");
    json.member("replayed", *count);
    json.member("complete", *count < range->most); // no: ask again for the rest of the time
    json.end_object();
    auto answer = http::json_response(202, std::move(text));
    if (*before) answer.set("Idempotent-Replayed", "true");
    co_return answer;
}

} // namespace parley::routes
