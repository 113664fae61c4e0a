#pragma once

#include "engine/ports/party_access.hpp"
#include "engine/store/reader_pool.hpp"
#include "engine/store/sqlite_webhooks.hpp"

#include <memory>

namespace parley::store {

std::unique_ptr<PartyAccessWrites> sqlite_party_access_writes(Connection& connection, Write write);
std::unique_ptr<PartyAccessReads> sqlite_party_access_reads(ReaderPool& pool);

} // namespace parley::store
