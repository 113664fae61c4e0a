#include "api/webhooks/message.hpp"

#include "engine/base/json.hpp"
#include "engine/model/event.hpp"

#include <algorithm>

namespace parley::webhooks {

std::string message_type_of(std::string_view event_type) {
    constexpr std::string_view prefix = "dispute_";
    if (event_type.starts_with(prefix)) event_type.remove_prefix(prefix.size());
    std::string out = "dispute.";
    out += event_type;
    return out;
}

std::vector<std::string> const& message_types() {
    static std::vector<std::string> const types = [] {
        std::vector<std::string> out;
        for (std::string_view const name : event_names) out.push_back(message_type_of(name));
        std::ranges::sort(out);
        return out;
    }();
    return types;
}

WebhookDelivery delivery_of(WebhookEndpointId endpoint, StoredEvent const& event, Instant now) {
    WebhookDelivery out;
    out.endpoint = endpoint;
    out.message = event.id;
    out.position = event.position;
    out.dispute = DisputeId::parse(event.stream);
    out.number = event.number;
    out.type = message_type_of(event.type);
    out.at = event.at;
    out.created_at = now;
    out.next_at = now;
    return out;
}

bool wants(WebhookEndpoint const& endpoint, std::string_view message_type) {
    return endpoint.events.empty() ||
           std::ranges::find(endpoint.events, message_type) != endpoint.events.end();
}

std::string body_of(WebhookEndpoint const& endpoint, WebhookDelivery const& delivery) {
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    json.member("type", delivery.type);
    json.member("timestamp", delivery.at);
    json.key("data").begin_object();
    if (delivery.dispute) {
        json.member("event", delivery.message);
        json.member("dispute", *delivery.dispute);
        json.member("number", delivery.number);
    } else {
        json.member("endpoint", endpoint.id);
    }
    json.member("live", endpoint.live);
    json.end_object().end_object();
    return body;
}

std::vector<http::Header> headers_of(WebhookDelivery const& delivery, std::int64_t timestamp_s) {
    return {{"Content-Type", "application/json"},
            {"User-Agent", "Parley-Webhooks/1"},
            {"webhook-id", delivery.message},
            {"webhook-timestamp", std::to_string(timestamp_s)}};
}

} // namespace parley::webhooks
