#include "api/access/access_token.hpp"

#include "api/access/cursor.hpp"
#include "api/access/idempotency.hpp"
#include "tests/access/samples.hpp"

#include <gtest/gtest.h>

#include <set>

namespace parley::access {
namespace {

Instant const now = at("2026-11-21T10:00:00Z");

class Token : public ::testing::Test {
protected:
    Bytes32 const key_ = random32();
    std::shared_ptr<Registry> registry_ = std::make_shared<Registry>();

    Token() {
        ApiKey key;
        key.id = id<ApiKeyId>(1);
        key.owner = id<PlatformId>(1).text();
        registry_->keys.emplace(key.id, key);
    }
    static AccessToken token() {
        AccessToken out;
        out.id = id<AccessTokenId>(7);
        out.dispute = id<DisputeId>(1);
        out.party = id<PartyId>(1);
        out.platform = id<PlatformId>(1);
        out.key = id<ApiKeyId>(1);
        out.expires_at = now + us_per_hour;
        return out;
    }
    static AccessToken own_token() {
        AccessToken out = token();
        out.platform = {};
        out.key = {};
        out.verified = true;
        return out;
    }
    Result<Principal> come(AccessToken const& with, Instant when = now) {
        return authenticate(registry_, "Bearer " + write_token(key_, with), when, &key_);
    }
};

TEST_F(Token, SaysWhatWasWritten) {
    for (AccessToken const& one : {token(), own_token()}) {
        auto const read = read_token(key_, write_token(key_, one));
        ASSERT_TRUE(read);
        EXPECT_EQ(*read, one);
    }
    EXPECT_NE(write_token(key_, token()), write_token(key_, token()));
}

TEST_F(Token, CannotBeReadAlteredOrMadeByAnyoneElse) {
    std::string const text = write_token(key_, token());
    EXPECT_EQ(text.find(id<PartyId>(1).text()), std::string::npos);
    EXPECT_FALSE(read_token(random32(), text));
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(read_token(key_, changed)) << i;
    }
    EXPECT_FALSE(read_token(key_, text.substr(0, text.size() - 1)));
    EXPECT_FALSE(read_token(key_, text + "A"));
    EXPECT_FALSE(read_token(key_, "parley_token_"));
    EXPECT_FALSE(read_token(key_, ""));
    EXPECT_FALSE(read_token(key_, write_link(key_, id<SignInId>(1)))) << "a link is no token";
}

TEST_F(Token, SpeaksForItsPartyInItsDisputeAndIsNotASignIn) {
    auto const principal = come(token());
    ASSERT_TRUE(principal) << principal.error().detail;
    DisputeState const state = dispute();
    auto const viewer = viewer_of(*principal, state, {});
    ASSERT_TRUE(viewer);
    EXPECT_EQ(viewer->role, Role::claimant);
    EXPECT_FALSE(viewer->verified);
    Actor const actor = actor_of(*principal, *viewer, state);
    EXPECT_EQ(actor.id, id<PartyId>(1).text());
    EXPECT_EQ(actor.via, id<PlatformId>(1)) << "it is recorded through whom";
    EXPECT_FALSE(actor.verified);
    AccessToken elsewhere = token();
    elsewhere.dispute = id<DisputeId>(2);
    EXPECT_FALSE(viewer_of(*come(elsewhere), state, {}));
    AccessToken live = token();
    live.live = true;
    EXPECT_FALSE(viewer_of(*come(live), state, {}));
}

TEST_F(Token, OfASignInIsTheParty) {
    auto const principal = come(own_token());
    ASSERT_TRUE(principal);
    auto const viewer = viewer_of(*principal, dispute(), {});
    ASSERT_TRUE(viewer);
    EXPECT_TRUE(viewer->verified);
    EXPECT_FALSE(actor_of(*principal, *viewer, dispute()).via);
}

TEST_F(Token, EndsWithItsTimeItsKeyOrARevocation) {
    EXPECT_TRUE(come(token(), now + us_per_hour - 1));
    EXPECT_FALSE(come(token(), now + us_per_hour));
    registry_->revoked_tokens.emplace(id<AccessTokenId>(7), id<DisputeId>(2));
    EXPECT_TRUE(come(token())) << "that was said of another dispute";
    registry_->revoked_tokens.emplace(id<AccessTokenId>(7), id<DisputeId>(1));
    EXPECT_FALSE(come(token()));
    EXPECT_FALSE(come(own_token()));
    registry_->revoked_tokens.clear();
    registry_->keys.at(id<ApiKeyId>(1)).revoked_at = now;
    EXPECT_FALSE(come(token()));
    EXPECT_TRUE(come(own_token())) << "it is nobody's key";
    registry_->keys.clear();
    EXPECT_FALSE(come(token()));
}

TEST_F(Token, IsNotTakenWhereNobodyReadsTokens) {
    auto const refused = authenticate(registry_, "Bearer " + write_token(key_, token()), now);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, RefusalCode::not_authenticated);
}

// Two parties of one platform, the same path, the same Idempotency-Key.
TEST_F(Token, NobodyGetsAnAnswerThatWasAnothers) {
    std::set<std::string> scopes, bindings;
    AccessToken other = token();
    other.party = id<PartyId>(2);
    for (AccessToken const& one : {token(), other, own_token()}) {
        Principal const principal = come(one).value();
        scopes.insert(receipt_key(principal, {}, "POST", "/v1/x", "1", {}).scope);
        bindings.insert(cursor_binding(principal, {}, "/v1/x", ""));
    }
    scopes.insert(receipt_key(platform(1), {}, "POST", "/v1/x", "1", {}).scope);
    bindings.insert(cursor_binding(platform(1), {}, "/v1/x", ""));
    EXPECT_EQ(scopes.size(), 4U);
    EXPECT_EQ(bindings.size(), 4U);
}

TEST_F(Token, ACodeFollowsFromItsSignInAndTheKeyAlone) {
    auto const code = code_of(key_, id<SignInId>(1));
    EXPECT_EQ(code.size(), 8U);
    EXPECT_EQ(code.find_first_not_of("0123456789"), std::string::npos);
    EXPECT_EQ(code, code_of(key_, id<SignInId>(1)));
    EXPECT_NE(code, code_of(key_, id<SignInId>(2)));
    EXPECT_NE(code, code_of(random32(), id<SignInId>(1)));
    EXPECT_EQ(read_link(key_, write_link(key_, id<SignInId>(1))), id<SignInId>(1));
    EXPECT_FALSE(read_link(random32(), write_link(key_, id<SignInId>(1))));
    EXPECT_FALSE(read_link(key_, write_token(key_, token())));
}

} // namespace
} // namespace parley::access
