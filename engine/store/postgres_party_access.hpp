#pragma once

#include "engine/ports/party_access.hpp"
#include "engine/store/postgres_webhooks.hpp"

#include <memory>

namespace parley::store {

std::unique_ptr<PartyAccessWrites> postgres_party_access_writes(PgWrite write);
std::unique_ptr<PartyAccessReads> postgres_party_access_reads(PgAsk ask);

} // namespace parley::store
