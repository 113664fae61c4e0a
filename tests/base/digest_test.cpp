#include "engine/base/digest.hpp"

#include "engine/base/instant.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace parley {
namespace {

using namespace std::string_view_literals;

TEST(Digests, Sha256MatchesFips180) {
    EXPECT_EQ(hex_of(sha256("")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex_of(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex_of(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(sha256({"a", "", "bc"}), sha256("abc"));
    EXPECT_EQ(hex_of(sha256(std::string(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digests, HmacMatchesRfc4231) {
    EXPECT_EQ(hex_of(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex_of(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex_of(hmac_sha256(std::string(131, '\xaa'),
                                 "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Digests, TheSaltedCommitmentOfThePublishedEventHolds) {
    EXPECT_EQ(hex_of(hmac_sha256(std::string(32, '\x11'), R"({"statement":"Nothing arrived."})")),
              "3771356e862c0da7b33a3fe0b2fda000659b1c75264a3fc0948590de59dde124");
}

TEST(Digests, ThreadsDoNotDisturbEachOther) {
    std::string const expected = hex_of(sha256("abc"));
    std::vector<int> wrong(4, 0);
    {
        std::vector<std::jthread> threads;
        for (int& count : wrong)
            threads.emplace_back([&] {
                for (int i = 0; i < 2000; ++i)
                    if (hex_of(sha256({"a", "bc"})) != expected) ++count;
            });
    }
    EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(Digests, AreComparedWhole) {
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
    EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
    EXPECT_FALSE(equal_in_constant_time("secret", "secret\0"sv));
    EXPECT_FALSE(equal_in_constant_time("secret", ""));
}

TEST(Encodings, HexIsLowerCaseAndStrict) {
    EXPECT_EQ(parse_hex("00ff10"), "\x00\xff\x10"sv);
    EXPECT_EQ(parse_hex(""), "");
    for (char const* bad : {"0", "0g", "FF", "0x10", " 00", "00\n"})
        EXPECT_FALSE(parse_hex(bad)) << bad;
    auto const digest = sha256("abc");
    EXPECT_EQ(parse_digest(hex_of(digest)), digest);
    EXPECT_FALSE(parse_digest(hex_of(digest).substr(2)));
    EXPECT_FALSE(parse_digest(hex_of(digest) + "00"));
}

TEST(Encodings, Base64MatchesRfc4648) {
    struct Row {
        char const* plain;
        char const* padded;
        char const* bare;
    };
    Row const rows[] = {{"", "", ""},
                        {"f", "Zg==", "Zg"},
                        {"fo", "Zm8=", "Zm8"},
                        {"foo", "Zm9v", "Zm9v"},
                        {"foob", "Zm9vYg==", "Zm9vYg"},
                        {"fooba", "Zm9vYmE=", "Zm9vYmE"},
                        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
                        {"\xfb\xff\xfe", "+//+", "-__-"}};
    for (Row const& row : rows) {
        EXPECT_EQ(base64_of(row.plain), row.padded);
        EXPECT_EQ(base64url_of(row.plain), row.bare);
        EXPECT_EQ(parse_base64url(row.bare), row.plain);
    }
    for (char const* bad : {"Z", "Zg==", "Zm9vY", "Zh", "Zm9", "+//+", "Zm9v ", "Zm\n9v"})
        EXPECT_FALSE(parse_base64url(bad)) << bad;
}

TEST(Sealing, OnlyTheSameKeyAndBindingOpen) {
    Bytes32 const key = random32();
    Bytes32 const other = random32();
    Bytes16 nonce{};
    fill_random(nonce);
    for (std::string const& plain :
         {std::string(), std::string("after=17"), std::string(5000, 'x')}) {
        std::string const sealed = seal(key, nonce, plain, "caller");
        EXPECT_EQ(sealed.size(), 12 + plain.size() + 16);
        EXPECT_EQ(sealed.substr(0, 12), view_of(nonce).substr(0, 12));
        EXPECT_EQ(unseal(key, sealed, "caller"), plain);
        EXPECT_FALSE(unseal(other, sealed, "caller"));
        EXPECT_FALSE(unseal(key, sealed, "someone else"));
        for (std::size_t const i :
             {std::size_t{0}, std::size_t{11}, sealed.size() / 2, sealed.size() - 1}) {
            std::string changed = sealed;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            EXPECT_FALSE(unseal(key, changed, "caller")) << i;
        }
        EXPECT_FALSE(unseal(key, sealed.substr(0, sealed.size() - 1), "caller"));
    }
    EXPECT_FALSE(unseal(key, "", "caller"));
    EXPECT_FALSE(unseal(key, std::string(27, 'x'), "caller"));
}

TEST(Sealing, TheBytesAreThoseOfAes256Gcm) {
    Bytes32 key;
    key.fill(0x22);
    Bytes16 nonce;
    nonce.fill(0x33);
    std::string const sealed =
        seal(key, nonce, R"({"statement":"Nothing arrived."})", "evt_01KJMA0FM0E01800G2081040G2");
    std::string const hex =
        hex_of({reinterpret_cast<std::uint8_t const*>(sealed.data()), sealed.size()});
    EXPECT_EQ(hex, "333333333333333333333333"
                   "0de1b59e145813056d83ef522ff343fd51c902e93f90088378be5e93faa12000"
                   "5e58e2c8aa6bc03c82b4a4660524044f");
}

TEST(Randomness, TheSameSeedDrawsTheSameAndEachDrawIsFresh) {
    Bytes32 seed;
    seed.fill(7);
    Entropy one(seed);
    Entropy two(seed);
    std::set<Bytes32> seen;
    for (int i = 0; i < 100; ++i) {
        Bytes32 const drawn = one.draw32();
        EXPECT_EQ(drawn, two.draw32());
        EXPECT_TRUE(seen.insert(drawn).second);
    }
    std::array<std::uint8_t, 100> long_draw{};
    one.draw(long_draw);
    EXPECT_NE(hex_of(std::span(long_draw).first(32)), hex_of(std::span(long_draw).subspan(32, 32)));
}

TEST(Randomness, ABoundedDrawReachesEveryValueAndNoneBeyond) {
    Entropy entropy(sha256("a fixed seed"));
    std::array<int, 6> count{};
    for (int i = 0; i < 6000; ++i) {
        std::uint64_t const value = entropy.below(6);
        ASSERT_LT(value, 6U);
        ++count[value];
    }
    for (int const times : count) EXPECT_NEAR(times, 1000, 150);
    EXPECT_EQ(entropy.below(1), 0U);
}

TEST(Randomness, TheOperatingSystemGivesDifferentBytes) { EXPECT_NE(random32(), random32()); }

} // namespace
} // namespace parley
