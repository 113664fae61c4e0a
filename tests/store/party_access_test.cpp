#include "tests/store/database_test.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

class PartyAccess : public DatabaseTest {
protected:
    PartyAccessWrites& writes_ = store_.journal->party_access();
    PartyAccessReads& reads_ = store_.reader->party_access();

    static SignIn sign_in_of(std::uint32_t number, Instant at = noon) {
        return {id_of<SignInId>(number), dispute_of(1), id_of<PartyId>(1), at, at + 100, 0, {}};
    }
    static OutboxRow notice_of(SignIn const& sign_in) {
        std::string const id = sign_in.id.text();
        return {id + "/x", "sign_in_code", sign_in.dispute, id, "x", "sign_in_code", noon};
    }
    bool begin(std::uint32_t number, Instant at = noon, std::size_t most = 5) {
        SignIn const made = sign_in_of(number, at);
        return writes_.begin_sign_in(made, notice_of(made), noon, most);
    }
};

PARLEY_ON_BOTH_DATABASES(PartyAccess);

TEST_P(PartyAccess, ASignInIsKeptWithItsNotice) {
    EXPECT_TRUE(begin(1));
    auto const kept = reads_.sign_in(id_of<SignInId>(1));
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->dispute, dispute_of(1));
    EXPECT_EQ(kept->party, id_of<PartyId>(1));
    EXPECT_EQ(kept->made_at, noon);
    EXPECT_EQ(kept->expires_at, noon + 100);
    EXPECT_EQ(store_.reader->outbox("", 10).size(), 1U);
    EXPECT_FALSE(reads_.sign_in(id_of<SignInId>(2)));
}

TEST_P(PartyAccess, SoManyAreBegunInATime) {
    EXPECT_TRUE(begin(1, noon - 1, 2)) << "before the time that counts";
    EXPECT_TRUE(begin(2, noon, 2));
    EXPECT_TRUE(begin(3, noon + 1, 2));
    EXPECT_FALSE(begin(4, noon + 2, 2));
    EXPECT_FALSE(reads_.sign_in(id_of<SignInId>(4)));
    EXPECT_EQ(store_.reader->outbox("", 10).size(), 3U);
}

TEST_P(PartyAccess, ACodeIsGoodOnceInTimeAndWithinFewTries) {
    ASSERT_TRUE(begin(1));
    auto const tried = [&](std::uint32_t number, bool right, Instant at) {
        return writes_.try_sign_in(id_of<SignInId>(number), right, at, 2);
    };
    EXPECT_EQ(tried(1, false, noon), SignInFate::wrong);
    EXPECT_EQ(tried(1, true, noon + 99), SignInFate::good);
    EXPECT_EQ(tried(1, true, noon + 99), SignInFate::over);
    ASSERT_TRUE(begin(2));
    EXPECT_EQ(tried(2, true, noon + 100), SignInFate::over);
    EXPECT_EQ(tried(2, false, noon), SignInFate::wrong);
    EXPECT_EQ(tried(2, false, noon), SignInFate::wrong);
    EXPECT_EQ(tried(2, true, noon), SignInFate::over);
    EXPECT_EQ(tried(3, true, noon), SignInFate::over) << "nobody began it";
}

TEST_P(PartyAccess, RevocationsAreKeptOnceAndUntilTheirTime) {
    RevokedToken const one{id_of<AccessTokenId>(1), dispute_of(1), noon + 10};
    writes_.revoke_token(one);
    writes_.revoke_token(one);
    writes_.revoke_token({id_of<AccessTokenId>(1), dispute_of(2), noon + 20});
    EXPECT_EQ(reads_.revoked_tokens().size(), 2U);
    ASSERT_TRUE(begin(1));
    writes_.delete_party_access_before(noon + 11);
    ASSERT_EQ(reads_.revoked_tokens().size(), 1U);
    EXPECT_EQ(reads_.revoked_tokens()[0].dispute, dispute_of(2));
    EXPECT_TRUE(reads_.sign_in(id_of<SignInId>(1)));
    writes_.delete_party_access_before(noon + 101);
    EXPECT_FALSE(reads_.sign_in(id_of<SignInId>(1)));
}

} // namespace
} // namespace parley
