#pragma once

#include "api/http/client.hpp"
#include "api/webhooks/endpoint_queue.hpp"
#include "engine/runtime/engine.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace parley::webhooks {

struct ServiceOptions {
    Bytes32 key{};      // that secrets are sealed under
    std::string holder; // this node's lasting name: a restart finds its leases again
    http::ClientOptions client;
    QueueLimits queue;
    std::size_t in_flight = 256; // over all endpoints
    std::int64_t lease_us = 15 * us_per_second;
    std::int64_t deliveries_kept_us = 30 * us_per_day;
    std::function<void(std::string const&)> log = [](std::string const&) {}; // from any thread
};

// Delivers. A thread of its own follows the logs for every endpoint whose lease this node has, sends
// through the client, and has the engine's writer put on record what came of it, all endpoints in one
// transaction. Where there is no endpoint it does nothing. Several nodes may run one each: an endpoint
// is worked by whoever holds its lease, and what two send all the same carries one webhook-id.
class Service {
public:
    // The engine must outlive it. Throws Fault when the client cannot be made.
    Service(Engine& engine, ServiceOptions options);
    ~Service(); // stops
    Service(Service const&) = delete;
    Service& operator=(Service const&) = delete;

    void start();
    // Starts no further attempt, waits some seconds for those under way and puts them on record.
    // Idempotent. The engine must still run.
    void stop();
    // Something was put in line, or an endpoint has changed. Any thread.
    void wake();

    struct Figures {
        std::uint64_t delivered = 0, failed = 0; // attempts, since the start
        std::size_t in_line = 0;                 // at endpoints held here
    };
    Figures figures() const;

private:
    struct Body;
    std::unique_ptr<Body> body_;
};

// Retry-After of an answer, from `now`: seconds, or a date of RFC 9110 §5.6.7 in its usual form.
std::optional<std::int64_t> read_retry_after(std::string_view text, Instant now);

} // namespace parley::webhooks
