#pragma once

#include "engine/base/instant.hpp"
#include "engine/model/ids.hpp"

#include <cstdint>
#include <optional>

namespace parley {

// A sign-in that somebody began for a party: the party was sent a one-time code, and whoever brings it
// back in time, and within few tries, is taken for the party. The code itself is nowhere: it follows
// from the id and a key of this server's (api/access/sign_in_code.hpp).
struct SignIn {
    SignInId id;
    DisputeId dispute;
    PartyId party;
    Instant made_at, expires_at;
    std::uint32_t wrong = 0; // codes brought that were not it
    std::optional<Instant> used_at;
};
enum class SignInFate : std::uint8_t { good, wrong, over };

// A token that is no longer good though its time is not over. Kept until no token can be left that it
// speaks of.
struct RevokedToken {
    AccessTokenId id;
    DisputeId dispute; // who revokes may do so for this dispute alone
    Instant keep_until;
};

} // namespace parley
