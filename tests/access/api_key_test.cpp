#include "api/access/principal.hpp"
#include "tests/access/samples.hpp"

#include <gtest/gtest.h>

namespace parley::access {
namespace {

struct Keys : testing::Test {
    Instant const now = at("2026-11-21T10:00:00Z");
    NewApiKey const good = make(KeyKind::platform, false, id<PlatformId>(1).text());
    NewApiKey const live = make(KeyKind::administrator, true, "");

    static NewApiKey make(KeyKind kind, bool is_live, std::string owner) {
        return make_api_key(kind, is_live, std::move(owner), "for tests",
                            at("2026-11-01T00:00:00Z"));
    }
    Result<Principal> ask(std::vector<ApiKey> const& stored, std::optional<std::string> header) {
        auto registry = std::make_shared<Registry>();
        for (ApiKey const& key : stored) registry->keys.emplace(key.id, key);
        return authenticate(registry,
                            header ? std::optional<std::string_view>(*header) : std::nullopt, now);
    }
    void expect_unknown(std::optional<std::string> header, char const* why) {
        auto const answer = ask({good.key, live.key}, header);
        ASSERT_FALSE(answer) << why;
        EXPECT_EQ(answer.error().code, RefusalCode::not_authenticated) << why;
        EXPECT_FALSE(answer.error().detail.empty()) << why;
    }
};

TEST_F(Keys, AKeyHasItsOneSpelling) {
    EXPECT_EQ(good.text.size(), 82U);
    EXPECT_TRUE(good.text.starts_with("parley_test_" + good.key.id.text().substr(4) + "_"));
    EXPECT_TRUE(live.text.starts_with("parley_live_"));
    auto const read = parse_api_key(good.text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->id, good.key.id);
    EXPECT_EQ(sha256(read->secret), good.key.secret_sha256);
    EXPECT_EQ(good.text.find(hex_of(good.key.secret_sha256)), std::string::npos);
}

TEST_F(Keys, TwoKeysAreNeverAlike) {
    auto const other = make(KeyKind::platform, false, good.key.owner);
    EXPECT_NE(other.key.id, good.key.id);
    EXPECT_NE(other.text.substr(39), good.text.substr(39));
}

TEST_F(Keys, TheRightKeyIsLetInAsItsOwner) {
    auto const answer = ask({good.key, live.key}, "Bearer " + good.text);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, KeyKind::platform);
    EXPECT_FALSE(answer->live);
    EXPECT_EQ(answer->platform, id<PlatformId>(1));
    EXPECT_EQ(answer->key, good.key.id);
    EXPECT_TRUE(ask({good.key, live.key}, "bearer " + live.text)->live);
}

TEST_F(Keys, BadCredentialsAreRefusedEachAlike) {
    std::string const& text = good.text;
    std::string other_secret = text;
    other_secret[50] = other_secret[50] == 'A' ? 'B' : 'A';
    std::string other_id = text;
    other_id[30] = other_id[30] == 'A' ? 'B' : 'A';
    std::string as_live = text;
    as_live.replace(0, 12, "parley_live_");
    std::string lower = text;
    lower[36] = 'i';
    struct Row {
        std::optional<std::string> header;
        char const* why;
    };
    Row const rows[] = {
        {std::nullopt, "no header"},
        {"", "empty"},
        {"Bearer", "no key"},
        {"Bearer ", "no key after the blank"},
        {text, "no scheme"},
        {"Basic " + text, "another scheme"},
        {"Bearer " + text + " ", "a blank behind"},
        {"Bearer " + text + "x", "too long"},
        {"Bearer " + text.substr(0, 81), "too short"},
        {"Bearer " + other_secret, "another secret"},
        {"Bearer " + other_id, "an unknown id"},
        {"Bearer " + as_live, "the other mode"},
        {"Bearer " + lower, "a letter that Crockford lacks"},
        {"Bearer " + text + "," + text, "two keys"},
    };
    for (Row const& row : rows) expect_unknown(row.header, row.why);
}

TEST_F(Keys, AnUnknownIdAndAWrongSecretReadTheSame) {
    std::string other_secret = good.text;
    other_secret[50] = other_secret[50] == 'A' ? 'B' : 'A';
    auto const wrong = ask({good.key}, "Bearer " + other_secret);
    auto const unknown = ask({}, "Bearer " + good.text);
    EXPECT_EQ(wrong.error(), unknown.error());
}

TEST_F(Keys, ARecordWithoutAKeyIsNobody) {
    // The digest compared with for an unknown id belongs to no secret, and its id is nil.
    ApiKeyId const nil;
    std::string text = "parley_test_" + nil.text().substr(4) + "_" + std::string(43, 'A');
    expect_unknown("Bearer " + text, "nil id");
}

TEST_F(Keys, RevokedAndExpiredKeysAreOver) {
    struct Row {
        std::optional<Instant> expires, revoked;
        bool open;
    };
    Row const rows[] = {
        {{}, {}, true},       {now + 1, {}, true}, {now, {}, false},
        {now - 1, {}, false}, {{}, now + 1, true}, {{}, now, false},
    };
    for (Row const& row : rows) {
        ApiKey key = good.key;
        key.expires_at = row.expires;
        key.revoked_at = row.revoked;
        auto const answer = ask({key}, "Bearer " + good.text);
        EXPECT_EQ(answer.has_value(), row.open);
        if (!answer) {
            EXPECT_EQ(answer.error().code, RefusalCode::not_authenticated);
        }
    }
}

TEST_F(Keys, AKeyWhoseOwnerCannotBeReadOpensNothing) {
    ApiKey key = good.key;
    key.owner = "ntr_somebody";
    EXPECT_FALSE(ask({key}, "Bearer " + good.text));
}

TEST_F(Keys, OnlyAPlatformActsForOthers) {
    std::string const who = id<PartyId>(1).text();
    EXPECT_EQ(read_act_as(platform(1), who).value(), id<PartyId>(1));
    EXPECT_EQ(read_act_as(platform(1), std::nullopt).value(), std::nullopt);
    EXPECT_EQ(read_act_as(platform(1), "pty_1").error().code, RefusalCode::bad_parameter);
    EXPECT_EQ(read_act_as(platform(1), id<NeutralId>(1).text()).error().code,
              RefusalCode::bad_parameter);
    EXPECT_EQ(read_act_as(office(KeyKind::administrator), who).error().code,
              RefusalCode::not_permitted);
    EXPECT_EQ(read_act_as(party(1), who).error().code, RefusalCode::not_permitted);
}

} // namespace
} // namespace parley::access
