#include "api/access/api_key.hpp"

#include <array>
#include <span>

namespace parley::access {

namespace {

constexpr std::string_view test_prefix = "parley_test_";
constexpr std::string_view live_prefix = "parley_live_";
constexpr std::size_t id_length = 26;
constexpr std::size_t secret_length = 43;
static_assert(test_prefix.size() == live_prefix.size());

std::string_view prefix_of(bool live) { return live ? live_prefix : test_prefix; }

std::unexpected<Refusal> unknown_key() {
    return refuse(RefusalCode::not_authenticated,
                  "This API key is not known here; check that it was copied whole.");
}

} // namespace

std::optional<ApiKeyText> parse_api_key(std::string_view text) {
    if (text.size() != test_prefix.size() + id_length + 1 + secret_length) return std::nullopt;
    bool const live = text.starts_with(live_prefix);
    if (!live && !text.starts_with(test_prefix)) return std::nullopt;
    text.remove_prefix(test_prefix.size());
    if (text[id_length] != '_') return std::nullopt;
    auto const id = parse_crockford(text.substr(0, id_length));
    auto secret = parse_base64url(text.substr(id_length + 1));
    if (!id || !secret) return std::nullopt;
    return ApiKeyText{live, ApiKeyId(*id), std::move(*secret)};
}

NewApiKey make_api_key(ApiKeyId id, Bytes32 const& secret, KeyKind kind, bool live,
                       std::string owner, std::string label, Instant at) {
    NewApiKey made;
    made.key = {id, kind, live, std::move(owner), std::move(label), sha256(view_of(secret)),
                at, {},   {}};
    made.text = prefix_of(live);
    append_crockford(made.text, id.bytes());
    made.text += '_';
    made.text += base64url_of(view_of(secret));
    return made;
}

NewApiKey make_api_key(KeyKind kind, bool live, std::string owner, std::string label, Instant at) {
    std::array<std::uint8_t, 10> random{};
    fill_random(random);
    return make_api_key(ApiKeyId::make(at, random), random32(), kind, live, std::move(owner),
                        std::move(label), at);
}

Result<ApiKey const*> verify_api_key(Registry const& registry, std::string_view text, Instant now) {
    auto const said = parse_api_key(text);
    if (!said)
        return refuse(RefusalCode::not_authenticated,
                      "That is no API key; one looks like parley_test_… or parley_live_….");
    static ApiKey const nobody{};
    auto const found = registry.keys.find(said->id);
    ApiKey const& key = found == registry.keys.end() ? nobody : found->second;
    Digest const digest = sha256(said->secret);
    bool const same = equal_in_constant_time(view_of(digest), view_of(key.secret_sha256));
    if (!same || key.id.is_nil() || key.live != said->live) return unknown_key();
    if (key.revoked_at && *key.revoked_at <= now)
        return refuse(RefusalCode::not_authenticated, "This API key was revoked; use a newer one.");
    if (key.expires_at && *key.expires_at <= now)
        return refuse(RefusalCode::not_authenticated, "This API key expired at " +
                                                          short_text_of(*key.expires_at) +
                                                          "; use a newer one.");
    return &key;
}

} // namespace parley::access
