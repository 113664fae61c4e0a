#include "api/webhooks/signature.hpp"

#include "api/webhooks/message.hpp"
#include "api/webhooks/service.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace parley::webhooks {
namespace {

constexpr auto id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::int64_t timestamp = 1614265330;
constexpr auto body = R"({"test": 2432232314})";

std::string decoded(std::string text) {
    for (char& c : text) {
        if (c == '+') c = '-';
        if (c == '/') c = '_';
    }
    while (text.ends_with('=')) text.pop_back();
    return parse_base64url(text).value();
}

// The vector of the specification's own libraries.
TEST(Signature, AgreesWithTheSharedSecretVector) {
    SigningKey const key{WebhookSigning::v1, decoded("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")};
    EXPECT_EQ(sign(key, id, timestamp, body), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    EXPECT_EQ(secret_text(key), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
}

TEST(Signature, AgreesWithTheEd25519Vector) {
    SigningKey const key{WebhookSigning::v1a, std::string(32, '\x05')};
    EXPECT_EQ(sign(key, id, timestamp, body),
              "v1a,34H2hfJo1WmqUq/TuMjK+OpkvUa7DeHmdNls7KmDaNoFuX/DfpG/"
              "2Jg4LomXWAAdQAFjr50/R8HOoYXAOTk+Cg==");
    EXPECT_EQ(public_key_text(key), "whpk_bnoc3Smwt4/ROvTFWY/v9O8qlxZuPKby5Pv8zYBQW/E=");
}

TEST(Signature, EveryPartOfTheMessageCounts) {
    SigningKey const key{WebhookSigning::v1, std::string(32, 'k')};
    std::string const one = sign(key, id, timestamp, body);
    EXPECT_NE(sign(key, "msg_other", timestamp, body), one);
    EXPECT_NE(sign(key, id, timestamp + 1, body), one);
    EXPECT_NE(sign(key, id, timestamp, "{}"), one);
    EXPECT_NE(sign({WebhookSigning::v1, std::string(32, 'l')}, id, timestamp, body), one);
}

WebhookEndpoint endpoint_with(Bytes32 const& key, std::string const& secret) {
    WebhookEndpoint endpoint;
    endpoint.id = Entropy(random32()).make_id<WebhookEndpointId>({1'800'000'000'000'000});
    endpoint.secret = seal_secret(key, endpoint.id, secret);
    return endpoint;
}

TEST(Signature, WhileASecretIsReplacedBothSign) {
    Bytes32 const key = random32();
    Instant const now{1'800'000'000'000'000};
    auto endpoint = endpoint_with(key, std::string(32, 'n'));
    endpoint.previous_secret = seal_secret(key, endpoint.id, std::string(32, 'o'));
    endpoint.previous_until = now + 1;
    auto const both = signing_keys(key, endpoint, now);
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(signature_header(both, id, timestamp, body),
              sign(both[0], id, timestamp, body) + ' ' + sign(both[1], id, timestamp, body));
    EXPECT_EQ(both[0].bytes, std::string(32, 'n'));
    EXPECT_EQ(signing_keys(key, endpoint, now + 1).size(), 1U) << "its time is over";
}

TEST(Signature, ASealedSecretOpensWithItsKeyAtItsEndpointAlone) {
    Bytes32 const key = random32();
    auto const endpoint = endpoint_with(key, std::string(32, 's'));
    EXPECT_EQ(endpoint.secret.find(std::string(8, 's')), std::string::npos);
    EXPECT_EQ(open_secret(key, endpoint.id, endpoint.secret), std::string(32, 's'));
    EXPECT_FALSE(open_secret(random32(), endpoint.id, endpoint.secret));
    auto const other = endpoint_with(key, "x");
    EXPECT_FALSE(open_secret(key, other.id, endpoint.secret));
    EXPECT_TRUE(signing_keys(random32(), endpoint, {}).empty());
}

TEST(Message, IsThinAndNamesWhatHappened) {
    WebhookEndpoint endpoint;
    WebhookDelivery delivery;
    delivery.message = "evt_1";
    delivery.type = message_type_of("offer_made");
    delivery.dispute = DisputeId();
    delivery.number = 7;
    delivery.at = parse_instant("2026-11-21T10:00:00Z").value();
    EXPECT_EQ(body_of(endpoint, delivery),
              R"({"type":"dispute.offer_made","timestamp":"2026-11-21T10:00:00.000000Z","data":{)"
              R"("event":"evt_1","dispute":")" +
                  DisputeId().text() + R"(","number":7,"live":false}})");
    EXPECT_EQ(message_type_of("dispute_filed"), "dispute.filed");
    for (std::string const& type : message_types())
        for (char const c : type)
            EXPECT_TRUE((c >= 'a' && c <= 'z') || c == '.' || c == '_') << type;
}

TEST(Message, AnEndpointIsToldOfWhatItAskedFor) {
    WebhookEndpoint endpoint;
    EXPECT_TRUE(wants(endpoint, "dispute.filed"));
    endpoint.events = {"dispute.filed"};
    EXPECT_TRUE(wants(endpoint, "dispute.filed"));
    EXPECT_FALSE(wants(endpoint, "dispute.offer_made"));
}

TEST(RetryAfter, IsReadAsSecondsOrAsADate) {
    Instant const now = parse_instant("1994-11-06T08:49:37Z").value();
    EXPECT_EQ(read_retry_after("120", now), 120 * us_per_second);
    EXPECT_EQ(read_retry_after(" 0 ", now), 0);
    EXPECT_EQ(read_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), 60 * us_per_second);
    EXPECT_EQ(read_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), 0) << "that is past";
    for (char const* bad : {"", "-1", "1.5", "soon", "99999999999999999999",
                            "Sun, 06 Xyz 1994 08:49:37 GMT", "Sun, 06 ovD 1994 08:49:37 GMT",
                            "Sun, 36 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET"})
        EXPECT_FALSE(read_retry_after(bad, now)) << bad;
}

} // namespace
} // namespace parley::webhooks
