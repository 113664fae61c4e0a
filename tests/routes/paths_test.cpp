#include "tests/routes/house.hpp"

#include "api/routes/acts_json.hpp"

#include <gtest/gtest.h>

namespace parley::routes {
namespace {

TEST(Paths, ABusinessDisputeRunsFromNoticeToAward) {
    House house;
    Case one(house, Sale::business);
    EXPECT_EQ(one.see("platform").at("/track"), "I");
    one.go_to_deliberation();
    auto const award = one.act_ok(
        "decider", "award",
        R"({"dispositions":[{"kind":"payment","amount":{"amount":9000,"currency":"EUR"},)"
        R"("by":"respondent","description":"within a week"}],)"
        R"("grounds":"The parcel was late.","place":"London","signature":"E. Brandt"})");
    EXPECT_EQ(award.at("/stage"), "award_communicated");
    auto const seen = one.see("respondent");
    EXPECT_EQ(seen.at("/outcome/kind"), "award");
    EXPECT_EQ(seen.at("/outcome/binding"), "both");
    EXPECT_EQ(seen.at("/outcome/grounds"), "The parcel was late.");
    EXPECT_EQ(seen.at("/outcome/dispositions/0/description"), "within a week");
    EXPECT_EQ(seen.at("/outcome/place"), "London");

    one.act_ok("claimant", "request_correction", R"({"text":"The sum was 90.00, not 9000."})");
    one.act_ok(
        "decider", "correct",
        R"({"dispositions":[{"kind":"payment","amount":{"amount":9100,"currency":"EUR"},"by":"respondent"}],)"
        R"("grounds":"A slip of the pen.","place":"London","signature":"E. Brandt"})");
    EXPECT_EQ(one.see("claimant").at("/outcome/version"), "2");
    // Both versions stay readable, each with the hash of its own text.
    auto const outcome = one.see("claimant", "/documents/outcome").json["versions"];
    ASSERT_EQ(outcome.size(), 2U);
    for (Json const& version : outcome)
        EXPECT_EQ(version["text_sha256"], hex_of(sha256(version["text"].get<std::string>())));
    auto const packet = one.see("respondent", "/documents/enforcement_packet").json["items"];
    ASSERT_EQ(packet.size(), 9U);
    for (std::size_t i = 0; i < packet.size(); ++i) {
        EXPECT_EQ(packet[i]["number"], i + 1);
        EXPECT_TRUE(packet[i]["present"].is_boolean());
        EXPECT_FALSE(packet[i]["detail"].get<std::string>().empty());
    }
    EXPECT_EQ(packet[2]["present"], false) << "nobody made a certified translation";
    EXPECT_EQ(one.see("claimant", "/documents/poem").status, 404U);
    one.advance("P8D");
    EXPECT_EQ(one.stage(), "compliance");
    one.act_ok("claimant", "confirm_performance");
    EXPECT_EQ(one.see("platform").at("/status"), "decided");
}

TEST(Paths, AConsumerDisputeRunsFromNoticeToAnAcceptedRecommendation) {
    House house;
    Case one(house, Sale::consumer);
    EXPECT_EQ(one.see("platform").at("/track"), "II");
    EXPECT_FALSE(one.see("platform").json.at("/resolution/because"_json_pointer).empty());
    one.go_to_deliberation();
    auto const blocked = one.see("decider", "/actions");
    bool award_is_explained = false;
    for (Json const& act : blocked.json["blocked"])
        award_is_explained =
            award_is_explained || (act["name"] == "award" && !act["because"].empty());
    EXPECT_TRUE(award_is_explained) << blocked.text;
    one.act_ok(
        "decider", "recommend",
        R"({"dispositions":[{"kind":"refund","amount":{"amount":12990,"currency":"EUR"},"by":"respondent"}],)"
        R"("grounds":"No proof of delivery."})");
    EXPECT_EQ(one.see("claimant").at("/outcome/kind"), "recommendation");
    one.advance("P8D");
    // Who accepts names the text; another's hash, or none, is refused (C4).
    auto const outcome = one.see("claimant").json["outcome"];
    EXPECT_EQ(outcome["text_sha256"], hex_of(sha256(outcome["text"].get<std::string>())));
    EXPECT_NE(outcome["text"].get<std::string>().find("A court stays open to you."),
              std::string::npos);
    EXPECT_EQ(one.act("respondent_self", "accept_outcome", "{}").code(), "missing_field");
    EXPECT_EQ(one.act("respondent_self", "accept_outcome",
                      R"({"text_sha256":")" + std::string(64, 'b') + R"("})")
                  .status,
              422U);
    std::string const text =
        R"({"text_sha256":")" + outcome["text_sha256"].get<std::string>() + R"("})";
    one.act_ok("respondent_self", "accept_outcome", text);
    one.act_ok("claimant_self", "accept_outcome", text);
    EXPECT_EQ(one.stage(), "settled_by_contract");
    EXPECT_EQ(one.see("claimant").json["actions"], Json::array());
}

TEST(Paths, AnOfferAcceptedSettles) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_negotiation();
    one.act_ok(
        "respondent", "offer",
        R"({"remedies":[{"kind":"refund","amount":{"amount":5000,"currency":"EUR"},"description":"half"}],"message":"Fifty?"})");
    auto const seen = one.see("claimant");
    EXPECT_EQ(seen.at("/offers/0/message"), "Fifty?");
    EXPECT_EQ(seen.at("/offers/0/remedies/0/description"), "half");
    one.act_ok("claimant", "accept");
    auto const after = one.see("respondent");
    EXPECT_EQ(after.at("/status"), "settled");
    EXPECT_EQ(after.at("/outcome/kind"), "settlement");
    EXPECT_EQ(after.at("/outcome/dispositions/0/description"), "half");
}

TEST(Paths, SilenceOfBothSidesReachesAnEndAndTheClockSaysHow) {
    House house;
    Case one(house, Sale::consumer);
    auto const fired = one.advance("P1Y");
    EXPECT_FALSE(fired.json["fired"].empty());
    EXPECT_EQ(fired.json["finished"], true);
    EXPECT_EQ(fired.json["fired"][0]["deadline"], "response");
    EXPECT_EQ(fired.json["fired"][0]["dispute"], one.id);
    EXPECT_NE(one.see("platform").at("/status"), "open");
}

TEST(Paths, TheViewIsWhatTheContractSays) {
    House house;
    Case one(house, Sale::consumer);
    auto const seen = one.see("respondent");
    EXPECT_EQ(seen.at("/id"), one.id);
    EXPECT_EQ(seen.at("/object"), "dispute");
    EXPECT_EQ(seen.at("/live"), "false");
    EXPECT_EQ(seen.at("/created_at"), "2026-11-21T10:00:00.000000Z");
    EXPECT_EQ(seen.at("/status"), "open");
    EXPECT_EQ(seen.at("/stage"), "response");
    EXPECT_EQ(seen.at("/procedure/name"), "uncitral-track-2");
    EXPECT_EQ(seen.at("/procedure/sha256").size(), 64U);
    EXPECT_EQ(seen.at("/viewer/as"), "respondent");
    EXPECT_EQ(seen.at("/viewer/turn"), "you");
    EXPECT_EQ(one.see("claimant").at("/viewer/turn"), "other");
    EXPECT_EQ(seen.at("/parties/0/name"), "Ana Ruiz");
    EXPECT_EQ(seen.at("/parties/1/time_zone"), "Asia/Shanghai");
    EXPECT_EQ(seen.at("/neutral"), "null");
    EXPECT_EQ(seen.at("/transaction/items/0/description"), "Desk lamp");
    EXPECT_EQ(seen.at("/transaction/delivery/delivered_at"), "null");
    EXPECT_EQ(seen.at("/claim/statement"), "Nothing arrived.");
    EXPECT_EQ(seen.at("/claim/remedies/0/description"), "all of it");
    EXPECT_EQ(seen.at("/counterclaim"), "null");
    EXPECT_EQ(seen.at("/deadlines/0/name"), "response");
    EXPECT_EQ(seen.at("/deadlines/0/at"), "2026-11-28T15:59:59.999999Z");
    EXPECT_EQ(seen.at("/deadlines/0/zone"), "Asia/Shanghai");
    EXPECT_EQ(seen.at("/deadlines/0/then/step"), "respondent_silent");
    EXPECT_FALSE(seen.at("/deadlines/0/then/means").empty());
    EXPECT_FALSE(seen.json["deadlines"][0]["trace"].empty());
    bool can_respond = false;
    for (Json const& act : seen.json["actions"]) {
        EXPECT_EQ(act["href"], one.path + "/actions/" + act["name"].get<std::string>());
        EXPECT_EQ(house.get("", act["schema"]).status, 200U) << act;
        can_respond = can_respond || act["name"] == "respond";
    }
    EXPECT_TRUE(can_respond);
    EXPECT_FALSE(seen.json["timetable"].empty());
    EXPECT_EQ(seen.at("/outcome"), "null");
    EXPECT_EQ(seen.at("/metadata/shop"), "42");
}

// The reasons that a role is given for one act, and where the act is found while it is open.
Json reasons(Case& one, std::string const& role, std::string const& act) {
    Json const acts = one.see(role, "/actions").json;
    for (Json const& blocked : acts["blocked"])
        if (blocked["name"] == act) return blocked["because"];
    return {};
}
std::string href(Case& one, std::string const& role, std::string const& act) {
    Json const acts = one.see(role, "/actions").json;
    for (Json const& open : acts["actions"])
        if (open["name"] == act) return open["href"];
    return {};
}

TEST(Paths, TheActsOfOneDisputeAreNotThoseOfAnother) {
    House house;
    Case one(house, Sale::consumer), other(house, Sale::consumer);
    one.go_to_negotiation();
    other.go_to_negotiation();
    Json const none = reasons(one, "claimant", "accept");
    ASSERT_EQ(none.size(), 1U);
    EXPECT_EQ(reasons(other, "claimant", "accept"), none);
    other.act_ok(
        "respondent", "offer",
        R"({"remedies":[{"kind":"refund","amount":{"amount":6000,"currency":"EUR"}}],"message":"Half."})");
    // There an offer waits now, and here still none.
    EXPECT_EQ(href(other, "claimant", "accept"), other.path + "/actions/accept");
    EXPECT_EQ(reasons(one, "claimant", "accept"), none);
    EXPECT_EQ(href(one, "claimant", "message"), one.path + "/actions/message");
    EXPECT_EQ(href(other, "claimant", "message"), other.path + "/actions/message");
}

TEST(Paths, ABlockedActIsWrittenWithTheReasonsOfThisTime) {
    auto const procedure = std::make_shared<Procedure const>();
    Stage stage;
    stage.steps.resize(2);
    stage.steps[1].name = "accept";
    StageActs texts(procedure, stage);
    BlockedAct act{&stage.steps[1], {{"an offer is open", "There is none."}}};
    std::string const first = texts.blocked(act);
    EXPECT_EQ(first, R"({"name":"accept","because":[{"condition":"an offer is open",)"
                     R"("detail":"There is none.","unlocks_at":null}]})");
    EXPECT_EQ(texts.blocked(act), first);
    act.because[0].unlocks_at = *parse_instant("2026-11-21T10:00:00Z");
    EXPECT_EQ(Json::parse(texts.blocked(act))["because"][0]["unlocks_at"],
              "2026-11-21T10:00:00.000000Z");
    act.because[0].unlocks_at.reset();
    EXPECT_EQ(texts.blocked(act), first);
}

TEST(Paths, ACounterclaimIsSeenWithItsWords) {
    House house;
    Case one(house, Sale::business);
    one.act_ok(
        "respondent", "respond",
        R"({"answer":"contest","statement":"We shipped.","counterclaim":{"reason":"non_payment",)"
        R"("amount":{"amount":700,"currency":"EUR"},"statement":"Storage was never paid.",)"
        R"("remedies":[{"kind":"payment","amount":{"amount":700,"currency":"EUR"}}]}})");
    auto const seen = one.see("claimant");
    EXPECT_EQ(seen.at("/stage"), "reply");
    EXPECT_EQ(seen.at("/counterclaim/statement"), "Storage was never paid.");
    EXPECT_EQ(seen.at("/response/statement"), "We shipped.");
    one.act_ok("claimant", "reply", R"({"answer":"contest","statement":"It was included."})");
    EXPECT_EQ(one.stage(), "negotiation");
}

TEST(Paths, TheDocketTellsEachEventOnceInOrderWithItsWords) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_negotiation();
    for (int i = 0; i < 5; ++i)
        one.act_ok("claimant", "message", R"({"text":"message )" + std::to_string(i) + R"("})");
    auto const all = one.see("respondent", "/events?limit=100");
    ASSERT_EQ(all.status, 200U) << all.text;
    auto const& data = all.json["data"];
    EXPECT_EQ(all.json["has_more"], false);
    EXPECT_EQ(data[0]["type"], "dispute_filed");
    EXPECT_EQ(data[0]["content"]["claim"]["statement"], "Nothing arrived.");
    EXPECT_EQ(data[1]["actor"]["role"], "respondent");
    EXPECT_EQ(data[1]["actor"]["id"], one.respondent_id);
    EXPECT_EQ(data[1]["actor"]["via"], house.platform_id);
    EXPECT_EQ(data[1]["facts"]["answer"], "contest");
    for (std::size_t i = 0; i < data.size(); ++i) EXPECT_EQ(data[i]["number"], i + 1);
    EXPECT_EQ(all.text.find("position"), std::string::npos);

    // The same in pages of two.
    Json paged = Json::array();
    std::string after;
    for (int pages = 0; pages < 20; ++pages) {
        auto const page =
            one.see("respondent", "/events?limit=2" + (after.empty() ? "" : "&after=" + after));
        ASSERT_EQ(page.status, 200U) << page.text;
        for (Json const& event : page.json["data"]) paged.push_back(event);
        if (!page.json["has_more"].get<bool>()) break;
        after = page.at("/next");
    }
    EXPECT_EQ(paged, data);
}

} // namespace
} // namespace parley::routes
