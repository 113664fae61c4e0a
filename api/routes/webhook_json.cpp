#include "api/routes/webhook_json.hpp"

#include "api/webhooks/message.hpp"

namespace parley::routes {

namespace {

void text_or_null(JsonWriter& json, std::string_view name, std::string_view text) {
    json.key(name);
    if (text.empty()) json.null();
    else json.value(text);
}

} // namespace

std::string endpoint_json(WebhookEndpoint const& endpoint, Instant now,
                          std::string const& public_key, std::string_view secret) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("id", endpoint.id);
    json.member("object", "webhook_endpoint");
    json.member("live", endpoint.live);
    json.member("platform", endpoint.platform);
    json.member("url", endpoint.url);
    json.member("description", endpoint.description);
    json.key("events").begin_array();
    if (endpoint.events.empty()) json.value("*");
    for (std::string const& type : endpoint.events) json.value(type);
    json.end_array();
    json.member("signing", name_of(endpoint.signing));
    json.member("status", name_of(endpoint.status));
    text_or_null(json, "disabled_because", endpoint.disabled_because);
    json.member("created_at", endpoint.created_at);
    text_or_null(json, "public_key", public_key);
    bool const two = endpoint.previous_until && *endpoint.previous_until > now;
    json.member("previous_secret_until", two ? endpoint.previous_until : std::nullopt);
    text_or_null(json, "secret", secret);
    json.end_object();
    return out;
}

std::string delivery_json(WebhookEndpoint const& endpoint, WebhookDelivery const& delivery) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("id", delivery.message);
    json.member("object", "webhook_delivery");
    json.member("endpoint", endpoint.id);
    json.member("type", delivery.type);
    json.member("dispute", delivery.dispute);
    json.key("number");
    if (delivery.dispute) json.value(delivery.number);
    else json.null();
    json.member("state", name_of(delivery.state));
    json.member("created_at", delivery.created_at);
    json.member("next_at", delivery.next_at);
    json.key("request").begin_object();
    json.member("method", "POST");
    json.member("url", endpoint.url);
    json.member("body", webhooks::body_of(endpoint, delivery));
    json.end_object();
    json.key("attempts").raw(delivery.attempts);
    json.end_object();
    return out;
}

} // namespace parley::routes
