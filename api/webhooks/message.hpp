#pragma once

#include "api/http/message.hpp"
#include "engine/model/journal_rows.hpp"
#include "engine/model/webhook_rows.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

// What a webhook says: that something happened, and where to look. It carries ids and the event's
// number in the joint room, never what was said; who wants that fetches it with a key of their own.
namespace parley::webhooks {

// "dispute_filed" is told as "dispute.filed", "offer_made" as "dispute.offer_made".
std::string message_type_of(std::string_view event_type);
constexpr std::string_view test_type = "endpoint.test";
// Everything that an endpoint can ask for, test messages apart: those always come.
std::vector<std::string> const& message_types();

// The delivery of an event to an endpoint, before any attempt.
WebhookDelivery delivery_of(WebhookEndpointId endpoint, StoredEvent const& event, Instant now);
// Does the endpoint want to be told of it?
bool wants(WebhookEndpoint const& endpoint, std::string_view message_type);

// {"type", "timestamp", "data"}: the same bytes at each attempt.
std::string body_of(WebhookEndpoint const& endpoint, WebhookDelivery const& delivery);
// The header fields of an attempt, but for the signature.
std::vector<http::Header> headers_of(WebhookDelivery const& delivery, std::int64_t timestamp_s);

} // namespace parley::webhooks
