#include "api/webhooks/signature.hpp"

#include "engine/base/assert.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>

namespace parley::webhooks {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

constexpr std::size_t seed_size = 32, public_size = 32, signature_size = 64;

unsigned char const* bytes_of(std::string_view text) {
    return reinterpret_cast<unsigned char const*>(text.data());
}

Key key_pair(std::string_view seed) {
    PARLEY_ASSERT(seed.size() == seed_size, "a v1a key is made from 32 bytes");
    Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed), seed.size()),
            &EVP_PKEY_free);
    PARLEY_ASSERT(key != nullptr, "any 32 bytes make an Ed25519 key");
    return key;
}

std::string ed25519(std::string_view seed, std::string_view message) {
    Key const key = key_pair(seed);
    Context const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::string out(signature_size, '\0');
    std::size_t size = out.size();
    bool const done =
        context != nullptr &&
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       bytes_of(message), message.size()) == 1;
    PARLEY_ASSERT(done && size == signature_size, "Ed25519 signs any bytes");
    return out;
}

std::string binding_of(WebhookEndpointId endpoint) {
    return "parley-webhook-secret/v1\n" + endpoint.text();
}

} // namespace

std::string sign(SigningKey const& key, std::string_view id, std::int64_t timestamp_s,
                 std::string_view body) {
    std::string message(id);
    message += '.';
    message += std::to_string(timestamp_s);
    message += '.';
    message += body;
    switch (key.kind) {
    case WebhookSigning::v1: return "v1," + base64_of(view_of(hmac_sha256(key.bytes, message)));
    case WebhookSigning::v1a: return "v1a," + base64_of(ed25519(key.bytes, message));
    }
    return {};
}

std::string signature_header(std::span<SigningKey const> keys, std::string_view id,
                             std::int64_t timestamp_s, std::string_view body) {
    std::string out;
    for (SigningKey const& key : keys) {
        if (!out.empty()) out += ' ';
        out += sign(key, id, timestamp_s, body);
    }
    return out;
}

std::string secret_text(SigningKey const& key) {
    return (key.kind == WebhookSigning::v1 ? "whsec_" : "whsk_") + base64_of(key.bytes);
}

std::string public_key_text(SigningKey const& key) {
    PARLEY_ASSERT(key.kind == WebhookSigning::v1a, "only v1a has a public key");
    Key const pair = key_pair(key.bytes);
    std::array<unsigned char, public_size> bytes{};
    std::size_t size = bytes.size();
    PARLEY_ASSERT(EVP_PKEY_get_raw_public_key(pair.get(), bytes.data(), &size) == 1,
                  "an Ed25519 key has a public half");
    return "whpk_" + base64_of(view_of(bytes));
}

std::string seal_secret(Bytes32 const& key, WebhookEndpointId endpoint, std::string_view secret) {
    Bytes16 nonce{};
    fill_random(nonce);
    return seal(key, nonce, secret, binding_of(endpoint));
}

std::optional<std::string> open_secret(Bytes32 const& key, WebhookEndpointId endpoint,
                                       std::string_view sealed) {
    return unseal(key, sealed, binding_of(endpoint));
}

std::vector<SigningKey> signing_keys(Bytes32 const& key, WebhookEndpoint const& endpoint,
                                     Instant now) {
    std::vector<SigningKey> out;
    auto current = open_secret(key, endpoint.id, endpoint.secret);
    if (!current) return out;
    out.push_back({endpoint.signing, std::move(*current)});
    if (!endpoint.previous_until || *endpoint.previous_until <= now) return out;
    if (auto previous = open_secret(key, endpoint.id, endpoint.previous_secret))
        out.push_back({endpoint.signing, std::move(*previous)});
    return out;
}

} // namespace parley::webhooks
