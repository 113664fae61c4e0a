#pragma once

#include "engine/base/digest.hpp"
#include "engine/base/refusal.hpp"
#include "engine/model/ids.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace parley::access {

// What an access token says: who, in which dispute, until when, and whose word that is. A token that a
// platform had made speaks for the party as the platform itself may, in the joint room; one that came
// of a sign-in is the party.
struct AccessToken {
    AccessTokenId id;
    bool live = false;
    DisputeId dispute;
    PartyId party;
    PlatformId platform; // whose key made it; nil after a sign-in
    ApiKeyId key;        // that key: a revoked one takes its tokens along
    bool verified = false;
    Instant expires_at;
    friend bool operator==(AccessToken const&, AccessToken const&) = default;
};
constexpr std::int64_t token_life_us_max = us_per_day;

// All of it sealed, so nothing is stored: parley_token_ and base64url. Only this server can read one or
// make one.
std::string write_token(Bytes32 const& key, AccessToken const& token);
// Nothing for any text but one that write_token made. Says nothing of its time.
std::optional<AccessToken> read_token(Bytes32 const& key, std::string_view text);
bool looks_like_token(std::string_view text);

// A link for signing in: names the sign-in, and nothing can be done with it alone.
std::string write_link(Bytes32 const& key, SignInId sign_in);
std::optional<SignInId> read_link(Bytes32 const& key, std::string_view text);

// The one-time code that goes to the party: eight digits that follow from the sign-in and the key.
std::string code_of(Bytes32 const& key, SignInId sign_in);

} // namespace parley::access
