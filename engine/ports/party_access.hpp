#pragma once

#include "engine/model/journal_rows.hpp"
#include "engine/model/party_access_rows.hpp"

#include <vector>

namespace parley {

// The rows of parties' access, written; part of the Journal, with its rules.
class PartyAccessWrites {
public:
    virtual ~PartyAccessWrites() = default;
    using WithReceipt = std::optional<StoredReceipt>; // of a keyed request, written with what it does

    // A token was made. It has no row of its own; only that it was asked for is kept.
    virtual void note_token(StoredReceipt const& receipt) = 0;
    // Keeps the sign-in and, in the same transaction, the notice that brings the party its code. False,
    // and nothing is kept, when `most` were begun for that party since `since`.
    virtual bool begin_sign_in(SignIn const& sign_in, OutboxRow const& notice, Instant since,
                               std::size_t most, WithReceipt const& receipt = {}) = 0;
    // Counts one try. Over is one that is unknown, used, expired, or was tried wrongly `wrong_most`
    // times; a right code uses it up.
    virtual SignInFate try_sign_in(SignInId sign_in, bool right, Instant now,
                                   std::uint32_t wrong_most) = 0;
    // To do it twice is to do it once.
    virtual void revoke_token(RevokedToken const& token, WithReceipt const& receipt = {}) = 0;
    // Sign-ins that expired and revocations that have nothing left to revoke.
    virtual void delete_party_access_before(Instant at) = 0;
};

class PartyAccessReads {
public:
    virtual ~PartyAccessReads() = default;
    virtual std::optional<SignIn> sign_in(SignInId id) = 0;
    virtual std::vector<RevokedToken> revoked_tokens() = 0;
};

} // namespace parley
