#pragma once

#include "api/access/access_token.hpp"
#include "api/access/api_key.hpp"

#include <optional>
#include <string_view>

namespace parley::access {

// Who asks, as the credential alone says: never taken from a body, a path or a parameter.
struct Principal {
    KeyKind kind = KeyKind::platform;
    bool live = false;
    ApiKeyId key;
    std::optional<PlatformId> platform;    // of a platform's key
    std::optional<NeutralId> neutral;      // of a neutral's key
    std::optional<PartyId> party;          // of a party
    std::optional<AccessToken> token = {}; // how a party comes that has no key of its own

    // A party that Parley itself has checked; a token that a platform had made is not that.
    bool verified() const { return kind != KeyKind::platform && (!token || token->verified); }
    // The name under which what it asked is remembered: not the same for two who may see different
    // things.
    std::string name() const;
};

// Reads `Authorization: Bearer`, and behind it an API key or, where there is a key to read those with,
// an access token. `now` is the wall clock: test clocks govern neither. Refuses not_authenticated with
// what to do about it.
Result<Principal> authenticate(RegistryPtr const& registry,
                               std::optional<std::string_view> authorization, Instant now,
                               Bytes32 const* token_key = nullptr);

// Reads `Parley-Act-As: pty_…`. Refuses bad_parameter for another text and not_permitted where the
// key is not a platform's. Whether the party is of a dispute of that platform is permit's to say.
Result<std::optional<PartyId>> read_act_as(Principal const& principal,
                                           std::optional<std::string_view> header);

} // namespace parley::access
