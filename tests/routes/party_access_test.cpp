#include "tests/routes/house.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>

namespace parley::routes {
namespace {

std::string for_party(std::string const& party, std::string const& more = "") {
    return fmt::format(R"({{"party":"{}"{}}})", party, more);
}

Answer token_for(Case& one, std::string const& party, std::string const& more = "") {
    return one.house.post(one.house.platform, one.path + "/access_tokens", for_party(party, more));
}

TEST(AccessTokens, LetAPartyActInTheJointRoom) {
    House house;
    Case one(house, Sale::consumer);
    auto const made = token_for(one, one.respondent_id, R"(,"expires_in":600)");
    ASSERT_EQ(made.status, 201U) << made.text;
    EXPECT_EQ(made.at("/party"), one.respondent_id);
    EXPECT_EQ(made.at("/verified"), "false");
    std::string const token = made.at("/token");
    auto const seen = house.get(token, one.path);
    ASSERT_EQ(seen.status, 200U) << seen.text;
    EXPECT_EQ(seen.at("/viewer/as"), "respondent");
    auto const acted = house.post(token, one.path + "/actions/respond",
                                  R"({"answer":"contest","statement":"It was sent."})");
    ASSERT_EQ(acted.status, 200U) << acted.text;
    EXPECT_EQ(acted.at("/events/0/actor/id"), one.respondent_id);
    EXPECT_EQ(acted.at("/events/0/actor/via"), house.platform_id);
    EXPECT_EQ(house.get(token, "/v1/disputes").json["data"].size(), 1U);
    Case other(house, Sale::consumer);
    EXPECT_EQ(house.get(token, other.path).status, 404U);
}

TEST(AccessTokens, ReachNoConfidenceAndBindNobody) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    one.act_ok("mediator", "message",
               R"({"room":"claimant_caucus","text":"Between us: 60 CEDAR"})");
    std::string const token = token_for(one, one.claimant_id).at("/token");
    for (char const* below : {"", "/events?limit=100", "/actions"}) {
        auto const seen = house.get(token, one.path + below);
        EXPECT_EQ(seen.text.find("CEDAR"), std::string::npos) << below;
        EXPECT_EQ(seen.header("ETag"), one.see("claimant", below).header("ETag")) << below;
    }
    auto const refused = house.post(token, one.path + "/actions/message",
                                    R"({"room":"claimant_caucus","text":"I would take 40"})");
    EXPECT_EQ(refused.status, 403U) << refused.text;
    EXPECT_EQ(house.get(token, "/v1/events").status, 403U);
    EXPECT_EQ(house.post(token, one.path + "/access_tokens", for_party(one.claimant_id)).status,
              403U);
}

TEST(AccessTokens, AreShownOnceAndAskedForProperly) {
    House house;
    Case one(house, Sale::consumer);
    std::vector<Extra> const key = {{"Idempotency-Key", "one"}};
    auto const path = one.path + "/access_tokens";
    auto const first = house.post(house.platform, path, for_party(one.claimant_id), key);
    auto const again = house.post(house.platform, path, for_party(one.claimant_id), key);
    EXPECT_EQ(again.at("/id"), first.at("/id"));
    EXPECT_EQ(again.at("/token"), "null");
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    struct Row {
        std::string body, pointer;
    };
    Case other(house, Sale::consumer);
    for (Row const& row : {Row{"{}", "/party"}, Row{R"({"party":"pty_x"})", "/party"},
                           Row{for_party(other.claimant_id), "/party"},
                           Row{for_party(one.claimant_id, R"(,"expires_in":59)"), "/expires_in"},
                           Row{for_party(one.claimant_id, R"(,"expires_in":86401)"), "/expires_in"},
                           Row{for_party(one.claimant_id, R"(,"verified":true)"), "/verified"}}) {
        auto const refused = house.post(house.platform, path, row.body);
        EXPECT_EQ(refused.status, 422U) << row.body << refused.text;
        EXPECT_EQ(refused.at("/errors/0/pointer"), row.pointer) << row.body;
    }
    EXPECT_EQ(house.post(house.other_platform, path, for_party(one.claimant_id)).status, 404U);
    EXPECT_EQ(house.post(house.mediator, path, for_party(one.claimant_id)).status, 403U);
}

TEST(AccessTokens, AreRevokedByThePlatformOrTheirHolder) {
    House house;
    Case one(house, Sale::consumer);
    auto const made = token_for(one, one.claimant_id);
    auto const second = token_for(one, one.claimant_id);
    auto const revoke = [&](std::string const& key, Answer const& token) {
        return house.post(key, one.path + "/access_tokens/" + token.at("/id") + "/revoke", "{}");
    };
    EXPECT_EQ(revoke(house.other_platform, made).status, 404U);
    EXPECT_EQ(revoke(second.at("/token"), made).status, 404U) << "that is not its own";
    EXPECT_EQ(house.get(made.at("/token"), one.path).status, 200U);
    EXPECT_EQ(revoke(house.platform, made).status, 200U);
    EXPECT_EQ(house.get(made.at("/token"), one.path).status, 401U);
    EXPECT_EQ(revoke(house.platform, made).status, 200U);
    EXPECT_EQ(revoke(second.at("/token"), second).status, 200U);
    EXPECT_EQ(house.get(second.at("/token"), one.path).status, 401U);
}

// --- signing in ----------------------------------------------------------------------------------

struct Begun {
    std::string id, link, code;
};

Begun begin(Case& one, std::string const& party) {
    House& house = one.house;
    auto const begun = house.post(house.platform, one.path + "/sign_ins", for_party(party));
    EXPECT_EQ(begun.status, 201U) << begun.text;
    auto const shown = house.get(house.platform, "/v1/test/sign_ins/" + begun.at("/id"));
    EXPECT_EQ(shown.status, 200U) << shown.text;
    return {begun.at("/id"), begun.at("/link"), shown.at("/code")};
}
Answer finish(House& house, std::string const& link, std::string const& code) {
    return house.post("", "/v1/sign_ins",
                      fmt::format(R"({{"link":"{}","code":"{}"}})", link, code));
}
std::string wrong(std::string code) {
    code[0] = code[0] == '9' ? '0' : '9';
    return code;
}

TEST(SignIn, LinkAndCodeTogetherAreTheParty) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    auto const begun = begin(one, one.claimant_id);
    auto const signed_in = finish(house, begun.link, begun.code);
    ASSERT_EQ(signed_in.status, 201U) << signed_in.text;
    EXPECT_EQ(signed_in.at("/verified"), "true");
    std::string const token = signed_in.at("/token");
    auto const said = house.post(token, one.path + "/actions/message",
                                 R"({"room":"claimant_caucus","text":"I would take 40"})");
    EXPECT_EQ(said.status, 200U) << said.text;
    EXPECT_EQ(said.at("/events/0/actor/via"), "null");
    EXPECT_EQ(house.get(token, one.path + "/events?limit=100").json["data"],
              one.see("claimant_self", "/events?limit=100").json["data"]);
}

TEST(SignIn, TheCodeGoesToThePartyAndIsNowhereElse) {
    House house;
    Case one(house, Sale::consumer);
    auto const begun = begin(one, one.claimant_id);
    std::vector<OutboxRow> notices;
    std::promise<void> done;
    net::thread_pool pool(1);
    net::co_spawn(pool, house.engine().read([](Reader& reader) { return reader.outbox("", 1000); }),
                  [&](std::exception_ptr, std::vector<OutboxRow> rows) {
                      notices = std::move(rows);
                      done.set_value();
                  });
    done.get_future().wait();
    pool.join();
    int found = 0;
    for (OutboxRow const& row : notices) {
        if (row.kind != "sign_in_code") continue;
        ++found;
        EXPECT_EQ(row.event, begun.id);
        EXPECT_EQ(row.addressee, one.claimant_id);
        EXPECT_EQ((row.id + row.notice).find(begun.code), std::string::npos);
    }
    EXPECT_EQ(found, 1);
    EXPECT_EQ(house.get(house.other_platform, "/v1/test/sign_ins/" + begun.id).status, 404U);
    EXPECT_EQ(house.get(one.claimant_key, "/v1/test/sign_ins/" + begun.id).status, 403U);
    house.services().options.test_features = false;
    EXPECT_EQ(house.get(house.platform, "/v1/test/sign_ins/" + begun.id).status, 404U);
}

TEST(SignIn, ACodeIsGoodOnce) {
    House house;
    Case one(house, Sale::consumer);
    auto const begun = begin(one, one.claimant_id);
    EXPECT_EQ(finish(house, begun.link, begun.code).status, 201U);
    EXPECT_EQ(finish(house, begun.link, begun.code).status, 409U);
}

TEST(SignIn, FewGuessesAreTaken) {
    House house;
    Case one(house, Sale::consumer);
    auto const begun = begin(one, one.claimant_id);
    for (int i = 0; i < 5; ++i) {
        auto const refused = finish(house, begun.link, wrong(begun.code));
        EXPECT_EQ(refused.status, 422U) << refused.text;
        EXPECT_EQ(refused.at("/errors/0/pointer"), "/code");
    }
    EXPECT_EQ(finish(house, begun.link, begun.code).status, 409U) << "the right one, too late";
    for (int i = 0; i < 4; ++i) begin(one, one.claimant_id);
    EXPECT_EQ(house.post(house.platform, one.path + "/sign_ins", for_party(one.claimant_id)).status,
              409U);
    begin(one, one.respondent_id);
}

TEST(SignIn, EachLinkWantsItsOwnCode) {
    House house;
    Case one(house, Sale::consumer);
    auto const first = begin(one, one.claimant_id);
    auto const second = begin(one, one.respondent_id);
    EXPECT_EQ(finish(house, first.link, second.code).status, 422U);
    for (char const* link : {"", "x", "parley_link_", "parley_link_AAAA"}) {
        auto const refused = finish(house, link, first.code);
        EXPECT_EQ(refused.status, 422U) << link;
        EXPECT_EQ(refused.at("/errors/0/pointer"), "/link") << link;
    }
}

TEST(SignIn, APartyWithATokenSignsItselfInAndNobodyElse) {
    House house;
    Case one(house, Sale::consumer);
    std::string const token = token_for(one, one.claimant_id).at("/token");
    auto const begun = house.post(token, one.path + "/sign_ins", "{}");
    ASSERT_EQ(begun.status, 201U) << begun.text;
    EXPECT_EQ(begun.at("/party"), one.claimant_id);
    auto const refused = house.post(token, one.path + "/sign_ins", for_party(one.respondent_id));
    EXPECT_EQ(refused.status, 422U) << refused.text;
    EXPECT_EQ(house.post(house.platform, one.path + "/sign_ins", "{}").status, 422U);
    EXPECT_EQ(
        house.post(house.other_platform, one.path + "/sign_ins", for_party(one.claimant_id)).status,
        404U);
}

} // namespace
} // namespace parley::routes
