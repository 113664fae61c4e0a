#pragma once

#include "engine/model/webhook_rows.hpp"
#include "engine/store/rows.hpp"

// The rows of webhooks, for both databases; see rows.hpp.
namespace parley::store {

inline constexpr std::string_view endpoint_columns =
    "id, live, platform, url, description, events, signing, status, disabled_because,"
    " secret, previous_secret, previous_until, created_at, cursor, failing_since";
template <class Row>
WebhookEndpoint read_endpoint(Row& row) {
    WebhookEndpoint out;
    out.id = row.template id<WebhookEndpointId>(0);
    out.live = row.number(1) != 0;
    out.platform = row.template id<PlatformId>(2);
    out.url = row.text(3);
    out.description = row.text(4);
    out.events = words_in(row.text(5));
    out.signing = enum_of<WebhookSigning>(row.number(6));
    out.status = enum_of<EndpointStatus>(row.number(7));
    out.disabled_because = row.text(8);
    out.secret = row.text(9);
    out.previous_secret = row.text(10);
    out.previous_until = row.optional_instant(11);
    out.created_at = row.instant(12);
    out.cursor = static_cast<std::uint64_t>(row.number(13));
    out.failing_since = row.optional_instant(14);
    return out;
}

inline constexpr std::string_view delivery_columns =
    "turn, endpoint, message, position, dispute, number, type, at, state, tries, next_at,"
    " created_at, attempts";
template <class Row>
WebhookDelivery read_delivery(Row& row) {
    WebhookDelivery out;
    out.turn = static_cast<std::uint64_t>(row.number(0));
    out.endpoint = row.template id<WebhookEndpointId>(1);
    append_key(out.message, row.text(2));
    out.position = static_cast<std::uint64_t>(row.number(3));
    out.dispute = row.template optional_id<DisputeId>(4);
    out.number = static_cast<std::uint32_t>(row.number(5));
    out.type = row.text(6);
    out.at = row.instant(7);
    out.state = enum_of<DeliveryState>(row.number(8));
    out.tries = static_cast<std::uint32_t>(row.number(9));
    out.next_at = row.optional_instant(10);
    out.created_at = row.instant(11);
    out.attempts = row.text(12);
    return out;
}

} // namespace parley::store
