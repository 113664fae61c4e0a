#pragma once

#include "api/app/compose.hpp"
#include "api/app/house_keys.hpp"
#include "api/webhooks/service.hpp"

namespace parley::app {

// Where webhooks may lead: what the operator said, and never to this server itself, which listens at
// that port.
http::AddressPolicy address_policy(Doors const& doors, std::uint16_t port);
// How they are sent.
webhooks::ServiceOptions webhook_options(HouseKeys const& keys, Doors const& doors,
                                         std::uint16_t port);
// Says loudly at the start what has been opened.
void warn_of_reach(Doors const& doors);

} // namespace parley::app
