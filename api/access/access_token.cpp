#include "api/access/access_token.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace parley::access {

namespace {

constexpr std::string_view token_prefix = "parley_token_";
constexpr std::string_view link_prefix = "parley_link_";
constexpr std::string_view token_binding = "parley-access-token/v1";
constexpr std::string_view link_binding = "parley-sign-in-link/v1";
constexpr std::size_t id_size = 16, time_size = 8;
constexpr std::size_t token_size = 1 + 5 * id_size + time_size;
constexpr std::size_t text_length_max = 256;

std::string sealed(Bytes32 const& key, std::string_view plain, std::string_view binding) {
    Bytes16 nonce{};
    fill_random(nonce);
    return base64url_of(seal(key, nonce, plain, binding));
}

std::optional<std::string> unsealed(Bytes32 const& key, std::string_view text,
                                    std::string_view prefix, std::string_view binding) {
    if (text.size() > text_length_max || !text.starts_with(prefix)) return std::nullopt;
    auto const bytes = parse_base64url(text.substr(prefix.size()));
    return bytes ? unseal(key, *bytes, binding) : std::nullopt;
}

template <class IdType>
IdType take_id(std::string_view& bytes) {
    Bytes16 id{};
    std::ranges::transform(bytes.substr(0, id_size), id.begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    bytes.remove_prefix(id_size);
    return IdType(id);
}

} // namespace

std::string write_token(Bytes32 const& key, AccessToken const& token) {
    std::string plain;
    plain += static_cast<char>((token.live ? 1 : 0) | (token.verified ? 2 : 0));
    for (Bytes16 const& id : {token.id.bytes(), token.dispute.bytes(), token.party.bytes(),
                              token.platform.bytes(), token.key.bytes()})
        plain += view_of(id);
    auto const us = static_cast<std::uint64_t>(token.expires_at.us);
    for (std::size_t i = 0; i < time_size; ++i) plain += static_cast<char>(us >> (8 * i) & 0xff);
    std::string out(token_prefix);
    out += sealed(key, plain, token_binding);
    return out;
}

std::optional<AccessToken> read_token(Bytes32 const& key, std::string_view text) {
    auto const plain = unsealed(key, text, token_prefix, token_binding);
    if (!plain || plain->size() != token_size) return std::nullopt;
    std::string_view rest(*plain);
    AccessToken token;
    token.live = (rest[0] & 1) != 0;
    token.verified = (rest[0] & 2) != 0;
    rest.remove_prefix(1);
    token.id = take_id<AccessTokenId>(rest);
    token.dispute = take_id<DisputeId>(rest);
    token.party = take_id<PartyId>(rest);
    token.platform = take_id<PlatformId>(rest);
    token.key = take_id<ApiKeyId>(rest);
    std::uint64_t us = 0;
    for (std::size_t i = time_size; i > 0; --i)
        us = us << 8 | static_cast<unsigned char>(rest[i - 1]);
    token.expires_at = {static_cast<std::int64_t>(us)};
    return token;
}

bool looks_like_token(std::string_view text) { return text.starts_with(token_prefix); }

std::string write_link(Bytes32 const& key, SignInId sign_in) {
    std::string out(link_prefix);
    out += sealed(key, view_of(sign_in.bytes()), link_binding);
    return out;
}

std::optional<SignInId> read_link(Bytes32 const& key, std::string_view text) {
    auto const plain = unsealed(key, text, link_prefix, link_binding);
    if (!plain || plain->size() != id_size) return std::nullopt;
    std::string_view rest(*plain);
    return take_id<SignInId>(rest);
}

std::string code_of(Bytes32 const& key, SignInId sign_in) {
    constexpr std::uint64_t codes = 100'000'000;
    // 2^64 is so much larger that no code is likelier than another by more than a billionth.
    Digest const digest = hmac_sha256(view_of(key), "parley-sign-in-code/v1\n" + sign_in.text());
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i) number = number << 8 | digest[i];
    return fmt::format("{:08}", number % codes);
}

} // namespace parley::access
