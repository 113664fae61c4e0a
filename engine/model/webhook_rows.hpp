#pragma once

#include "engine/base/instant.hpp"
#include "engine/base/names.hpp"
#include "engine/model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley {

// How the messages to an endpoint are signed (Standard Webhooks 1.0.0): with a shared secret, or with
// an Ed25519 key whose public half anyone may have.
enum class WebhookSigning : std::uint8_t { v1, v1a };
template <>
struct EnumNames<WebhookSigning> {
    static constexpr std::string_view names[] = {"v1", "v1a"};
};

enum class EndpointStatus : std::uint8_t { enabled, paused, disabled };
template <>
struct EnumNames<EndpointStatus> {
    static constexpr std::string_view names[] = {"enabled", "paused", "disabled"};
};

// Where a platform wants to be told of the events of its disputes. The first part is its owner's to
// change; the last two members follow the deliveries and are written by who holds the lease.
struct WebhookEndpoint {
    WebhookEndpointId id;
    PlatformId platform;
    bool live = false;
    std::string url;
    std::string description;
    std::vector<std::string> events; // message types; none: all
    WebhookSigning signing = WebhookSigning::v1;
    EndpointStatus status = EndpointStatus::enabled;
    std::string disabled_because; // gone, failing; empty while it is not disabled
    std::string secret;           // sealed (api/webhooks/secrets.hpp)
    std::string previous_secret;  // sealed; signs beside the new one until that time
    std::optional<Instant> previous_until;
    Instant created_at;
    // Everything in the log up to here has been delivered or has a row of its own.
    std::uint64_t cursor = 0;
    std::optional<Instant> failing_since; // since the last success nothing but failures
};

enum class DeliveryState : std::uint8_t { pending, delivered, failed };
template <>
struct EnumNames<DeliveryState> {
    static constexpr std::string_view names[] = {"pending", "delivered", "failed"};
};

// One message to one endpoint. What is sent is written anew at each attempt from what stands here:
// ids and numbers, nothing that anyone said.
struct WebhookDelivery {
    std::uint64_t turn = 0; // in the order of their making; given by the store
    WebhookEndpointId endpoint;
    std::string message;        // evt_, or whm_ for a test
    std::uint64_t position = 0; // of the event in its log; 0 for a test
    std::optional<DisputeId> dispute;
    std::uint32_t number = 0; // of the event in the joint room
    std::string type;         // of the message, such as dispute.filed
    Instant at;               // when what it tells of happened
    DeliveryState state = DeliveryState::pending;
    std::uint32_t tries = 0; // failed ones, since it was put in line (anew)
    std::optional<Instant> next_at;
    Instant created_at;
    std::string attempts = "[]"; // JSON: the last ones, with what was answered
};

// What the holder of a lease has got done at one endpoint, to be written at once.
struct EndpointWork {
    WebhookEndpointId endpoint;
    std::uint64_t cursor = 0;
    std::optional<Instant> failing_since;
    std::string disable_because; // not empty: the endpoint is switched off
    std::vector<WebhookDelivery> rows;
};

// Which deliveries are to be made again: one message, or those made in a stretch of time.
struct ReplayRange {
    std::optional<std::string> message;
    std::optional<Instant> from, until; // from <= made < until
    std::size_t most = 5'000;
};

} // namespace parley
