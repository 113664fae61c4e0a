#pragma once

#include "engine/base/json.hpp"
#include "engine/model/webhook_rows.hpp"

#include <string>

namespace parley::routes {

// An endpoint as its owner sees it. `secret` is in the answer that made it and in no other; the public
// key of v1a, when there is one, in all.
std::string endpoint_json(WebhookEndpoint const& endpoint, Instant now,
                          std::string const& public_key, std::string_view secret = {});
// A delivery with what was sent and what came of each attempt.
std::string delivery_json(WebhookEndpoint const& endpoint, WebhookDelivery const& delivery);

} // namespace parley::routes
