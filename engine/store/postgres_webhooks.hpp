#pragma once

#include "engine/ports/webhooks.hpp"
#include "engine/store/postgres.hpp"

#include <functional>
#include <memory>
#include <string>

namespace parley::store {

// Runs work as one durable transaction of the journal that the rows belong to; it may be run again
// where the first try wrote nothing. Then it writes the receipt, which the work may still change.
using PgWrite = std::function<void(std::optional<StoredReceipt> const& receipt,
                                   std::function<void(PostgresConnection&)> const& work)>;
// One question of a reader that sees every tenant's rows.
using PgAsk = std::function<PgRows(std::string const& sql, PgValues const& values)>;

std::unique_ptr<WebhookWrites> postgres_webhook_writes(PgWrite write);
std::unique_ptr<WebhookReads> postgres_webhook_reads(PgAsk ask);

} // namespace parley::store
