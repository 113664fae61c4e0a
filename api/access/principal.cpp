#include "api/access/principal.hpp"

namespace parley::access {

namespace {

// The scheme's name knows no case (RFC 9110 §11.1).
std::optional<std::string_view> bearer_of(std::string_view header) {
    constexpr std::string_view scheme = "bearer ";
    if (header.size() <= scheme.size()) return std::nullopt;
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        char const c = header[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != scheme[i])
            return std::nullopt;
    }
    header.remove_prefix(scheme.size());
    while (header.starts_with(' ')) header.remove_prefix(1);
    return header;
}

template <class IdType>
bool take_owner(std::optional<IdType>& into, ApiKey const& key) {
    into = IdType::parse(key.owner);
    return into.has_value();
}

Result<Principal> authenticate_token(Registry const& registry, std::string_view text, Instant now,
                                     Bytes32 const& token_key) {
    auto const token = read_token(token_key, text);
    if (!token)
        return refuse(RefusalCode::not_authenticated,
                      "This access token is not known here; check that it was copied whole.");
    if (token->expires_at <= now)
        return refuse(RefusalCode::not_authenticated, "This access token expired at " +
                                                          short_text_of(token->expires_at) +
                                                          "; get a new one.");
    bool revoked = registry.revoked_tokens.contains({token->id, token->dispute});
    if (!token->key.is_nil()) { // whose key is gone, has no say any more
        auto const found = registry.keys.find(token->key);
        revoked = revoked || found == registry.keys.end() ||
                  (found->second.revoked_at && *found->second.revoked_at <= now) ||
                  (found->second.expires_at && *found->second.expires_at <= now);
    }
    if (revoked)
        return refuse(RefusalCode::not_authenticated,
                      "This access token was revoked; get a new one.");
    Principal principal{KeyKind::party, token->live, token->key, {}, {}, token->party};
    principal.token = *token;
    return principal;
}

} // namespace

std::string Principal::name() const {
    if (!token) return key.text();
    return token->party.text() + (token->verified ? " itself" : " through " + key.text());
}

Result<Principal> authenticate(RegistryPtr const& registry,
                               std::optional<std::string_view> authorization, Instant now,
                               Bytes32 const* token_key) {
    if (!authorization)
        return refuse(RefusalCode::not_authenticated,
                      "Send an API key: `Authorization: Bearer parley_test_…`.");
    auto const token = bearer_of(*authorization);
    if (!token)
        return refuse(RefusalCode::not_authenticated,
                      "The Authorization field must read `Bearer`, a space and an API key.");
    if (token_key != nullptr && looks_like_token(*token))
        return authenticate_token(*registry, *token, now, *token_key);
    auto const found = verify_api_key(*registry, *token, now);
    if (!found) return std::unexpected(found.error());
    ApiKey const& key = **found;

    Principal principal{key.kind, key.live, key.id, {}, {}, {}};
    bool owned = true;
    switch (key.kind) {
    case KeyKind::platform: owned = take_owner(principal.platform, key); break;
    case KeyKind::neutral: owned = take_owner(principal.neutral, key); break;
    case KeyKind::party: owned = take_owner(principal.party, key); break;
    case KeyKind::administrator:
    case KeyKind::auditor: break;
    }
    // A stored record, so a damaged one is no bug of ours: it simply opens nothing.
    if (!owned)
        return refuse(RefusalCode::not_authenticated, "This API key has no owner any more.");
    return principal;
}

Result<std::optional<PartyId>> read_act_as(Principal const& principal,
                                           std::optional<std::string_view> header) {
    if (!header) return std::optional<PartyId>{};
    auto const party = PartyId::parse(*header);
    if (!party)
        return refuse(RefusalCode::bad_parameter,
                      "Parley-Act-As takes the id of a party: pty_ and 26 characters.");
    if (principal.kind != KeyKind::platform)
        return refuse(RefusalCode::not_permitted,
                      "Parley-Act-As is for a platform's key; leave it out with any other.");
    return party;
}

} // namespace parley::access
