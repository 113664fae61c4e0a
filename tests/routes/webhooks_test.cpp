#include "tests/routes/house.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace parley::routes {
namespace {

std::string make(House& house, std::string const& key, std::string const& body) {
    auto const made = house.post(key, "/v1/webhook_endpoints", body);
    EXPECT_EQ(made.status, 201U) << made.text;
    return made.at("/id");
}
constexpr auto shop = R"({"url":"https://shop.example/hook"})";

TEST(WebhookEndpoints, TheSecretIsShownOnce) {
    House house;
    auto const made =
        house.post(house.platform, "/v1/webhook_endpoints", shop, {{"Idempotency-Key", "one"}});
    ASSERT_EQ(made.status, 201U) << made.text;
    EXPECT_TRUE(made.at("/secret").starts_with("whsec_"));
    EXPECT_EQ(made.header("Location"), "/v1/webhook_endpoints/" + made.at("/id"));
    EXPECT_EQ(made.at("/status"), "enabled");
    EXPECT_EQ(made.json["events"], Json::array({"*"}));
    EXPECT_EQ(made.at("/signing"), "v1");
    auto const again =
        house.post(house.platform, "/v1/webhook_endpoints", shop, {{"Idempotency-Key", "one"}});
    EXPECT_EQ(again.at("/id"), made.at("/id"));
    EXPECT_EQ(again.at("/secret"), "null");
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    auto const path = "/v1/webhook_endpoints/" + made.at("/id");
    EXPECT_EQ(house.get(house.platform, path).at("/secret"), "null");
    auto const list = house.get(house.platform, "/v1/webhook_endpoints");
    EXPECT_EQ(list.json["data"].size(), 1U);
    EXPECT_EQ(list.text.find("whsec_"), std::string::npos);
}

TEST(WebhookEndpoints, AnAsymmetricOneShowsItsPublicKeyAlone) {
    House house;
    auto const made = house.post(house.platform, "/v1/webhook_endpoints",
                                 R"({"url":"https://shop.example/hook","signing":"v1a"})");
    ASSERT_EQ(made.status, 201U) << made.text;
    EXPECT_EQ(made.at("/secret"), "null");
    EXPECT_TRUE(made.at("/public_key").starts_with("whpk_"));
    auto const seen = house.get(house.platform, "/v1/webhook_endpoints/" + made.at("/id"));
    EXPECT_EQ(seen.at("/public_key"), made.at("/public_key"));
    EXPECT_EQ(made.text.find("whsk_"), std::string::npos);
}

TEST(WebhookEndpoints, AnInnerAddressIsRefusedWithItsPlace) {
    House house;
    for (char const* url :
         {"http://shop.example/", "https://127.0.0.1/", "https://169.254.169.254/latest",
          "https://localhost/", "https://[::1]/", "https://shop.example:8443/", "nonsense"}) {
        auto const refused = house.post(house.platform, "/v1/webhook_endpoints",
                                        fmt::format(R"({{"url":"{}"}})", url));
        EXPECT_EQ(refused.status, 422U) << url;
        EXPECT_EQ(refused.at("/errors/0/pointer"), "/url") << refused.text;
    }
    EXPECT_EQ(house.get(house.platform, "/v1/webhook_endpoints").json["data"].size(), 0U);
}

TEST(WebhookEndpoints, WhatIsAskedForWronglyIsNamed) {
    House house;
    struct Row {
        char const* body;
        char const* pointer;
    };
    for (Row const& row :
         {Row{R"({})", "/url"}, Row{R"({"url":7})", "/url"},
          Row{R"({"url":"https://shop.example/","events":["dispute.unknown"]})", "/events/0"},
          Row{R"({"url":"https://shop.example/","events":"*"})", "/events"},
          Row{R"({"url":"https://shop.example/","signing":"v2"})", "/signing"},
          Row{R"({"url":"https://shop.example/","secret":"mine"})", "/secret"},
          Row{R"({"url":"https://shop.example/","platform":"plt_x"})", "/platform"}}) {
        auto const refused = house.post(house.platform, "/v1/webhook_endpoints", row.body);
        EXPECT_EQ(refused.status, 422U) << row.body << refused.text;
        EXPECT_EQ(refused.at("/errors/0/pointer"), row.pointer) << row.body;
    }
}

TEST(WebhookEndpoints, NobodyElseKnowsOfThem) {
    House house;
    auto const id = make(house, house.platform, shop);
    std::string const path = "/v1/webhook_endpoints/" + id;
    for (char const* below : {"", "/deliveries"})
        EXPECT_EQ(house.get(house.other_platform, path + below).status, 404U) << below;
    for (char const* below : {"", "/rotate_secret", "/pause", "/resume", "/test", "/replay"})
        EXPECT_EQ(house.post(house.other_platform, path + below, "{}").status, 404U) << below;
    EXPECT_EQ(house.ask({house.other_platform, http::Method::delete_, path}).status, 404U);
    EXPECT_EQ(house.get(house.other_platform, "/v1/webhook_endpoints").json["data"].size(), 0U);
    EXPECT_EQ(house.get(house.auditor, path).status, 403U);
    EXPECT_EQ(house.get(house.mediator, path).status, 403U);
    EXPECT_EQ(house.get(house.administrator, path).status, 200U);
    EXPECT_EQ(house.get(house.platform, path).status, 200U) << "and it is still there";
}

TEST(WebhookEndpoints, AnAdministratorSaysForWhom) {
    House house;
    EXPECT_EQ(
        house.post(house.administrator, "/v1/webhook_endpoints", shop).at("/errors/0/pointer"),
        "/platform");
    auto const made = house.post(
        house.administrator, "/v1/webhook_endpoints",
        fmt::format(R"({{"url":"https://shop.example/","platform":"{}"}})", house.platform_id));
    EXPECT_EQ(made.status, 201U) << made.text;
    EXPECT_EQ(house.get(house.platform, "/v1/webhook_endpoints").json["data"].size(), 1U);
}

TEST(WebhookEndpoints, AreChangedPausedResumedAndDeleted) {
    House house;
    std::string const path = "/v1/webhook_endpoints/" + make(house, house.platform, shop);
    auto const changed = house.post(house.platform, path,
                                    R"({"url":"https://new.example/","description":"the new one",)"
                                    R"("events":["dispute.filed","dispute.filed"]})");
    ASSERT_EQ(changed.status, 200U) << changed.text;
    EXPECT_EQ(changed.at("/url"), "https://new.example/");
    EXPECT_EQ(changed.json["events"], Json::array({"dispute.filed"}));
    EXPECT_EQ(house.post(house.platform, path, "{}").at("/description"), "the new one");
    EXPECT_EQ(house.post(house.platform, path, R"({"url":"https://10.0.0.1/"})").status, 422U);
    EXPECT_EQ(house.post(house.platform, path, R"({"status":"paused"})").status, 422U);
    for (int twice = 0; twice < 2; ++twice)
        EXPECT_EQ(house.post(house.platform, path + "/pause", "{}").at("/status"), "paused");
    EXPECT_EQ(house.post(house.platform, path + "/test", "{}").status, 409U);
    EXPECT_EQ(house.post(house.platform, path + "/resume", "").at("/status"), "enabled");
    EXPECT_EQ(house.ask({house.platform, http::Method::delete_, path}).status, 204U);
    EXPECT_EQ(house.get(house.platform, path).status, 404U);
    EXPECT_EQ(house.ask({house.platform, http::Method::delete_, path}).status, 404U);
}

TEST(WebhookEndpoints, ASecretIsReplacedOnceForOneKey) {
    House house;
    auto const made = house.post(house.platform, "/v1/webhook_endpoints", shop);
    std::string const path = "/v1/webhook_endpoints/" + made.at("/id");
    std::vector<Extra> const key = {{"Idempotency-Key", "rotate"}};
    auto const first = house.post(house.platform, path + "/rotate_secret", "{}", key);
    ASSERT_EQ(first.status, 200U) << first.text;
    EXPECT_TRUE(first.at("/secret").starts_with("whsec_"));
    EXPECT_NE(first.at("/secret"), made.at("/secret"));
    EXPECT_NE(first.at("/previous_secret_until"), "null");
    auto const again = house.post(house.platform, path + "/rotate_secret", "{}", key);
    EXPECT_EQ(again.at("/secret"), "null");
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.at("/previous_secret_until"), first.at("/previous_secret_until"));
    EXPECT_EQ(house.post(house.platform, path + "/pause", "{}", key).status, 200U)
        << "a key is of one path";
    EXPECT_EQ(house.journal_fault(), "");
}

TEST(WebhookEndpoints, ThereIsAnEndToTheirNumber) {
    House house;
    for (int i = 0; i < 19; ++i) make(house, house.platform, shop);
    std::vector<Extra> const key = {{"Idempotency-Key", "the-last"}};
    auto const last = house.post(house.platform, "/v1/webhook_endpoints", shop, key);
    EXPECT_EQ(last.status, 201U) << last.text;
    EXPECT_EQ(house.post(house.platform, "/v1/webhook_endpoints", shop, key).at("/id"),
              last.at("/id"))
        << "it was let in";
    auto const refused = house.post(house.platform, "/v1/webhook_endpoints", shop);
    EXPECT_EQ(refused.status, 409U);
    make(house, house.other_platform, shop);
}

TEST(WebhookDeliveries, ATestMessageIsInLineAndListed) {
    House house;
    std::string const path = "/v1/webhook_endpoints/" + make(house, house.platform, shop);
    auto const test = house.post(house.platform, path + "/test", "{}");
    ASSERT_EQ(test.status, 202U) << test.text;
    EXPECT_EQ(test.at("/type"), "endpoint.test");
    EXPECT_EQ(test.at("/state"), "pending");
    EXPECT_NE(test.at("/request/body").find("endpoint.test"), std::string::npos);
    auto const list = house.get(house.platform, path + "/deliveries?state=pending");
    ASSERT_EQ(list.status, 200U) << list.text;
    ASSERT_EQ(list.json["data"].size(), 1U);
    EXPECT_EQ(list.json["data"][0]["id"], test.at("/id"));
    EXPECT_EQ(list.json["data"][0]["attempts"], Json::array());
    EXPECT_EQ(house.get(house.platform, path + "/deliveries?state=failed").json["data"].size(), 0U);
    EXPECT_EQ(house.get(house.platform, path + "/deliveries?state=lost").status, 400U);
}

TEST(WebhookDeliveries, AreListedInPagesBoundToTheirFilter) {
    House house;
    std::string const path = "/v1/webhook_endpoints/" + make(house, house.platform, shop);
    for (int i = 0; i < 5; ++i) house.post(house.platform, path + "/test", "{}");
    std::vector<std::string> ids;
    std::string after;
    for (int pages = 0; pages < 10; ++pages) {
        auto const page = house.get(house.platform, path + "/deliveries?limit=2" +
                                                        (after.empty() ? "" : "&after=" + after));
        ASSERT_EQ(page.status, 200U) << page.text;
        for (Json const& one : page.json["data"]) ids.push_back(one["id"]);
        if (!page.json["has_more"].get<bool>()) break;
        after = page.at("/next");
    }
    EXPECT_EQ(ids.size(), 5U);
    EXPECT_EQ(house.get(house.platform, path + "/deliveries?state=failed&after=" + after).status,
              400U);
}

TEST(WebhookDeliveries, AReplaySaysWhatItDid) {
    House house;
    std::string const path = "/v1/webhook_endpoints/" + make(house, house.platform, shop);
    EXPECT_EQ(house.post(house.platform, path + "/replay", R"({"message":"evt_unknown"})")
                  .at("/errors/0/pointer"),
              "/message");
    EXPECT_EQ(house.post(house.platform, path + "/replay", "{}").status, 422U);
    auto const none =
        house.post(house.platform, path + "/replay", R"({"from":"2026-01-01T00:00:00Z"})");
    ASSERT_EQ(none.status, 202U) << none.text;
    EXPECT_EQ(none.at("/replayed"), "0");
    EXPECT_EQ(none.at("/complete"), "true");
}

TEST(WebhookDeliveries, AKeyIsGoodForOneTestAndOneReplay) {
    House house;
    std::string const path = "/v1/webhook_endpoints/" + make(house, house.platform, shop);
    std::vector<Extra> const key = {{"Idempotency-Key", "one"}};
    auto const first = house.post(house.platform, path + "/test", "{}", key);
    auto const again = house.post(house.platform, path + "/test", "{}", key);
    EXPECT_EQ(again.at("/id"), first.at("/id"));
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(house.get(house.platform, path + "/deliveries").json["data"].size(), 1U);
    std::string const some = R"({"from":"2026-01-01T00:00:00Z"})";
    house.post(house.platform, path + "/replay", some, key);
    auto const replayed = house.post(house.platform, path + "/replay", some, key);
    EXPECT_EQ(replayed.at("/replayed"), "0");
    EXPECT_EQ(replayed.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(
        house.post(house.platform, path + "/replay", R"({"from":"2026-01-02T00:00:00Z"})", key)
            .code(),
        "idempotency_key_reused");
    EXPECT_EQ(house.ask({house.platform, http::Method::delete_, path}).status, 204U);
    EXPECT_EQ(house.journal_fault(), "") << "its receipts outlive it";
}

} // namespace
} // namespace parley::routes
