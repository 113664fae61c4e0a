#pragma once

#include "engine/ports/webhooks.hpp"
#include "engine/store/reader_pool.hpp"
#include "engine/store/sqlite.hpp"

#include <functional>
#include <memory>

namespace parley::store {

// Runs work as one durable transaction of the journal that the rows belong to, and then writes the
// receipt, which the work may still change.
using Write = std::function<void(std::optional<StoredReceipt> const& receipt,
                                 std::function<void()> const& work)>;

std::unique_ptr<WebhookWrites> sqlite_webhook_writes(Connection& connection, Write write);
std::unique_ptr<WebhookReads> sqlite_webhook_reads(ReaderPool& pool);

} // namespace parley::store
