#pragma once

#include "engine/base/digest.hpp"
#include "engine/base/instant.hpp"
#include "engine/model/webhook_rows.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

// Signatures of Standard Webhooks 1.0.0. What is signed is `id.timestamp.body`, the body byte for
// byte as it is sent.
namespace parley::webhooks {

constexpr std::size_t secret_size = 32; // the specification asks for 24 to 64 bytes

// What signs: the bytes of a shared secret (v1), or the 32 bytes from which an Ed25519 key pair is
// made (v1a).
struct SigningKey {
    WebhookSigning kind = WebhookSigning::v1;
    std::string bytes;
};

// One signature as the header lists it: "v1,…" or "v1a,…". Seconds since 1970.
std::string sign(SigningKey const& key, std::string_view id, std::int64_t timestamp_s,
                 std::string_view body);
// All of them, with a space between: while a secret is being replaced, old and new both sign.
std::string signature_header(std::span<SigningKey const> keys, std::string_view id,
                             std::int64_t timestamp_s, std::string_view body);

// What an endpoint's owner keeps: whsec_ and base64 of the secret, or whpk_ and that of the public key.
std::string secret_text(SigningKey const& key);
std::string public_key_text(SigningKey const& key); // of v1a alone

// Secrets as the database keeps them: AES-256-GCM under a key that lies beside it, bound to the
// endpoint, so that neither a copy of the database nor a row moved elsewhere gives anyone a secret.
std::string seal_secret(Bytes32 const& key, WebhookEndpointId endpoint, std::string_view secret);
std::optional<std::string> open_secret(Bytes32 const& key, WebhookEndpointId endpoint,
                                       std::string_view sealed);

// The keys that sign for an endpoint at that instant, the newest first. None when they cannot be
// opened, which is so when the key file is not the one they were sealed with.
std::vector<SigningKey> signing_keys(Bytes32 const& key, WebhookEndpoint const& endpoint,
                                     Instant now);

} // namespace parley::webhooks
