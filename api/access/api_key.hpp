#pragma once

#include "engine/base/digest.hpp"
#include "engine/base/refusal.hpp"
#include "engine/model/journal_rows.hpp"
#include "engine/runtime/registry.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace parley::access {

// A key as its holder writes it: parley_test_<26 characters of its id>_<43 of base64url>, or
// parley_live_. The id finds the record; the 32 bytes behind it are the secret.
struct ApiKeyText {
    bool live = false;
    ApiKeyId id;
    std::string secret; // 32 bytes
};

// Exactly that spelling, or nothing.
std::optional<ApiKeyText> parse_api_key(std::string_view text);

// A fresh key: the record, which holds only a digest of the secret, and the text to show once.
struct NewApiKey {
    ApiKey key;
    std::string text;
};
NewApiKey make_api_key(KeyKind kind, bool live, std::string owner, std::string label, Instant at);
// The same under an id and from 32 secret bytes of the caller's, for demo data that a seed repeats.
NewApiKey make_api_key(ApiKeyId id, Bytes32 const& secret, KeyKind kind, bool live,
                       std::string owner, std::string label, Instant at);

// The record behind a key's text. Refuses not_authenticated for a text of another shape, an
// unknown id, a wrong secret, the other mode's prefix, a revoked and an expired key. An unknown id
// costs the same work as a wrong secret, and only who knows the secret learns which of the rest it
// was. The record lives as long as the registry.
Result<ApiKey const*> verify_api_key(Registry const& registry, std::string_view text, Instant now);

} // namespace parley::access
