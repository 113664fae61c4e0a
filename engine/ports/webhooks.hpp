#pragma once

#include "engine/model/journal_rows.hpp"
#include "engine/model/webhook_rows.hpp"

#include <span>
#include <string>
#include <vector>

namespace parley {

// The rows of webhooks, written; part of the Journal, with its rules: the writer thread alone, each
// call one durable transaction, Fault and UnknownFate.
class WebhookWrites {
public:
    virtual ~WebhookWrites() = default;

    // What a keyed request makes or changes is written with its receipt.
    using WithReceipt = std::optional<StoredReceipt>;
    virtual void add(WebhookEndpoint const& endpoint, WithReceipt const& receipt = {}) = 0;
    // All of its owner's part. An endpoint that is not enabled so far starts without past failures.
    virtual void update(WebhookEndpoint const& endpoint, WithReceipt const& receipt = {}) = 0;
    virtual void remove(WebhookEndpointId endpoint) = 0; // with its deliveries

    // Takes or keeps the leases of those endpoints that nobody else holds; gives the ones held. Who
    // holds a lease is a node by its own lasting name, so a restart finds its leases again.
    virtual std::vector<WebhookEndpointId> lease(std::string const& holder,
                                                 std::span<WebhookEndpointId const> endpoints,
                                                 Instant now, Instant until) = 0;
    // Writes what was done at each endpoint, unless its lease has gone to somebody else or the
    // endpoint itself has gone: of those nothing is written, and they are given back.
    virtual std::vector<WebhookEndpointId> record(std::string const& holder,
                                                  std::span<EndpointWork const> work) = 0;

    // A message that tells of no event; nothing happens where there is one of that name.
    virtual void add_delivery(WebhookDelivery const& delivery, WithReceipt const& receipt = {}) = 0;
    // Puts deliveries that are over in line again; gives how many, which is also the
    // `version` of the receipt.
    virtual std::size_t replay(WebhookEndpointId endpoint, ReplayRange const& range, Instant now,
                               WithReceipt const& receipt = {}) = 0;
    // Those that are over and were made before that time.
    virtual void delete_deliveries_before(Instant at) = 0;
};

// The same, read; part of the Reader, with its rules.
class WebhookReads {
public:
    virtual ~WebhookReads() = default;

    virtual std::vector<WebhookEndpoint> endpoints() = 0; // by id
    // Newest first; `before` is the turn of the last one on the previous page, 0 on the first.
    virtual std::vector<WebhookDelivery> deliveries(WebhookEndpointId endpoint,
                                                    std::optional<DeliveryState> state,
                                                    std::uint64_t before, std::size_t limit) = 0;
    virtual std::optional<WebhookDelivery> delivery(WebhookEndpointId endpoint,
                                                    std::string const& message) = 0;
    // In line, in the order of their positions.
    virtual std::vector<WebhookDelivery> pending(WebhookEndpointId endpoint, std::size_t limit) = 0;
    // What a new holder must know beside the endpoint's row: the positions behind the cursor that
    // have rows, looked for among the newest `limit` deliveries.
    virtual std::vector<std::uint64_t> settled_after(WebhookEndpointId endpoint,
                                                     std::uint64_t cursor, std::size_t limit) = 0;
};

} // namespace parley
