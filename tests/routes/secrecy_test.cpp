#include "tests/routes/house.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace parley::routes {
namespace {

// Everything that a viewer can read about one dispute.
std::vector<std::string> const places = {"", "/events?limit=100", "/actions"};

struct Seen {
    std::vector<std::string> texts;
    std::string etag;
    friend bool operator==(Seen const&, Seen const&) = default;
};

Seen everything(Case& one, std::string const& who) {
    Seen seen;
    for (std::string const& place : places) {
        auto const answer = one.see(who, place);
        EXPECT_EQ(answer.status, 200U) << who << place << answer.text;
        seen.texts.push_back(answer.text);
        if (place.empty()) seen.etag = answer.header("ETag");
    }
    seen.texts.push_back(one.house.get(one.key_of(who), "/v1/disputes", one.headers_of(who)).text);
    return seen;
}

bool mentions(Seen const& seen, std::string const& word) {
    for (std::string const& text : seen.texts)
        if (text.find(word) != std::string::npos) return true;
    return seen.etag.find(word) != std::string::npos;
}

std::string message(std::string const& room, std::string const& text) {
    return R"({"room":")" + room + R"(","text":")" + text + R"("})";
}

TEST(Secrecy, WhatOneSideTellsTheMediatorChangesNothingForAnyoneElse) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    std::vector<std::string> const others = {"respondent_self", "respondent", "claimant",
                                             "platform",        "auditor",    "administrator"};
    std::map<std::string, Seen> before;
    for (std::string const& who : others) before[who] = everything(one, who);

    one.act_ok("claimant_self", "message", message("claimant_caucus", "I would take 40 BIRCH"));
    one.act_ok("mediator", "message", message("claimant_caucus", "Then say 60 CEDAR"));
    one.act_ok("mediator", "message", message("neutral_notes", "They will meet at 50 ALDER"));

    for (std::string const& who : others) {
        EXPECT_EQ(everything(one, who), before[who]) << who;
        for (char const* word : {"BIRCH", "CEDAR", "ALDER"})
            EXPECT_FALSE(mentions(everything(one, who), word)) << who;
    }
    auto const claimant = everything(one, "claimant_self");
    EXPECT_TRUE(mentions(claimant, "BIRCH"));
    EXPECT_TRUE(mentions(claimant, "CEDAR"));
    EXPECT_FALSE(mentions(claimant, "ALDER"));
    auto const mediator = everything(one, "mediator");
    for (char const* word : {"BIRCH", "CEDAR", "ALDER"}) EXPECT_TRUE(mentions(mediator, word));
}

TEST(Secrecy, WhatTheCaucusSaidStaysOutOfLaterAnswersToo) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    one.act_ok("respondent_self", "message",
               message("respondent_caucus", "our stock is gone ELDER"));
    // The other side acts, is refused, reads: nothing of it anywhere.
    auto const answer = one.act_ok("claimant_self", "message", message("joint", "any news?"));
    EXPECT_EQ(answer.text.find("ELDER"), std::string::npos);
    EXPECT_EQ(one.act("claimant_self", "message", message("respondent_caucus", "let me in")).status,
              403U);
    EXPECT_EQ(one.act("claimant_self", "respond", R"({"answer":"accept","statement":"x"})")
                  .text.find("ELDER"),
              std::string::npos);
    EXPECT_FALSE(mentions(everything(one, "claimant_self"), "ELDER"));
    auto const docket = one.see("claimant_self", "/events?limit=100");
    std::size_t number = 0;
    for (Json const& event : docket.json["data"])
        EXPECT_EQ(event["number"], ++number) << "a gap would tell";
}

TEST(Secrecy, APlatformNeverReachesACaucusForAParty) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    auto const answer = one.act("claimant", "message", message("claimant_caucus", "x"));
    EXPECT_EQ(answer.status, 403U);
    EXPECT_EQ(answer.code(), "sign_in_required");
}

TEST(Secrecy, TheDeciderSeesNeitherCaucusNorWhatWasOfferedToSettle) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    one.act_ok("claimant_self", "message", message("claimant_caucus", "I would take 40 BIRCH"));
    one.act_ok("mediator", "message", message("neutral_notes", "weak case ALDER"));
    one.act_ok("respondent", "message", message("joint", "we might pay OAKEN"));
    one.act_ok(
        "respondent", "offer",
        R"({"remedies":[{"kind":"refund","amount":{"amount":4321,"currency":"EUR"}}],"message":"without prejudice WILLOW"})");
    one.advance("P12D");
    one.act_ok("administrator", "appoint", R"({"neutral":")" + house.decider_id + R"("})");
    auto const asked = everything(one, "decider");
    one.act_ok("decider", "accept_appointment", R"({"available":true,"impartial":true})");
    auto const seated = everything(one, "decider");
    for (char const* word : {"BIRCH", "ALDER", "OAKEN", "WILLOW", "4321"}) {
        EXPECT_FALSE(mentions(asked, word)) << word;
        EXPECT_FALSE(mentions(seated, word)) << word;
        EXPECT_TRUE(mentions(everything(one, word == std::string("ALDER")   ? "mediator"
                                             : word == std::string("BIRCH") ? "claimant_self"
                                                                            : "claimant"),
                             word))
            << word;
    }
}

// A number betrays how many events came before it. Who may not read all of a room gets none.
TEST(Secrecy, WhoMayNotReadAllOfARoomGetsNoNumbers) {
    House house;
    Case quiet(house, Sale::consumer);
    Case talking(house, Sale::consumer);
    talking.go_to_negotiation();
    for (char const* words : {"we might pay", "how much?", "half"})
        talking.act_ok("respondent", "message", message("joint", words));
    talking.go_on_to_mediation();
    quiet.go_to_mediation();
    auto const numbers = [](Case& one, std::string const& who) {
        std::vector<std::string> out;
        auto const docket = one.see(who, "/events?limit=100");
        for (Json const& event : docket.json["data"]) out.push_back(event["number"].dump());
        return out;
    };
    auto const all_null = [](std::vector<std::string> const& shown) {
        return std::ranges::all_of(shown, [](std::string const& n) { return n == "null"; });
    };
    EXPECT_TRUE(all_null(numbers(talking, "mediator")));
    EXPECT_EQ(numbers(talking, "mediator"), numbers(quiet, "mediator"));
    for (Case* one : {&quiet, &talking}) {
        one->advance("P12D");
        one->act_ok("administrator", "appoint", R"({"neutral":")" + house.decider_id + R"("})");
        one->act_ok("decider", "accept_appointment", R"({"available":true,"impartial":true})");
        auto const docket = one->see("decider", "/events?limit=100");
        EXPECT_FALSE(docket.json["data"].empty());
    }
    EXPECT_TRUE(all_null(numbers(talking, "decider")));
    EXPECT_EQ(numbers(talking, "decider"), numbers(quiet, "decider"));
    // The mediator may read the negotiation by now, and all of the joint room with it.
    EXPECT_EQ(numbers(talking, "mediator").front(), "1");
    EXPECT_EQ(numbers(talking, "claimant").front(), "1");
}

// It widens who may read, so each side says it itself: a platform that speaks for both would otherwise
// hand a confidence to the decider alone (docs/decisions/0010).
TEST(Secrecy, APlatformCannotOpenTheFileToTheDecider) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_negotiation();
    std::string const consent = R"({"kind":"file_to_decider","locale":"es","text_sha256":")" +
                                std::string(64, 'a') + R"("})";
    for (char const* side : {"claimant", "respondent"}) {
        auto const answer = one.act(side, "consent", consent);
        EXPECT_EQ(answer.status, 403U) << answer.text;
        EXPECT_EQ(answer.code(), "sign_in_required");
    }
    one.act_ok("claimant_self", "consent", consent);
    one.act_ok("respondent_self", "consent", consent);
}

TEST(Secrecy, AStrangerLearnsNothing) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    Case other(house, Sale::consumer);
    std::string const nobody = "dsp_01KJMA0FM0E00R0081040G2081";
    struct Stranger {
        char const* who;
        std::string key;
        std::vector<Extra> headers;
    };
    std::vector<Stranger> const strangers = {
        {"another platform", house.other_platform, {}},
        {"another platform for the claimant",
         house.other_platform,
         {{"Parley-Act-As", one.claimant_id}}},
        {"its platform for another's party",
         house.platform,
         {{"Parley-Act-As", other.claimant_id}}},
        {"a neutral who is not in it", house.other_neutral, {}},
        {"the decider before being asked", house.decider, {}},
        {"a party of another dispute", other.claimant_key, {}},
    };
    auto const same = [](Answer const& a, Answer const& b) {
        auto strip = [](Json json) {
            json.erase("instance");
            return json;
        };
        EXPECT_EQ(a.status, 404U) << a.text;
        EXPECT_EQ(a.status, b.status);
        EXPECT_EQ(strip(a.json), strip(b.json));
        EXPECT_EQ(a.headers.size(), b.headers.size());
    };
    for (Stranger const& stranger : strangers) {
        SCOPED_TRACE(stranger.who);
        for (char const* below : {"", "/events", "/actions"})
            same(house.get(stranger.key, one.path + below, stranger.headers),
                 house.get(stranger.key, "/v1/disputes/" + nobody + below, stranger.headers));
        for (char const* act : {"/actions/message", "/actions/withdraw", "/actions/no_such_act"})
            same(house.post(stranger.key, one.path + act, R"({"text":"hello"})", stranger.headers),
                 house.post(stranger.key, "/v1/disputes/" + nobody + act, R"({"text":"hello"})",
                            stranger.headers));
        auto const list = house.get(stranger.key, "/v1/disputes?limit=100", stranger.headers);
        EXPECT_EQ(list.status, 200U) << list.text;
        EXPECT_EQ(list.text.find(one.id), std::string::npos);
    }
    EXPECT_EQ(house.get(other.claimant_key, "/v1/disputes?party=" + one.claimant_id).json["data"],
              Json::array());
    EXPECT_EQ(house.get(house.other_platform, "/v1/disputes?party=" + one.claimant_id).json["data"],
              Json::array());
    EXPECT_EQ(house.get(house.other_platform, "/v1/disputes?reference=ORD-10027").json["data"],
              Json::array());
}

TEST(Secrecy, WhoStoodDownIsAStrangerAfterwardsButMayHearThatItWasDone) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    std::vector<Extra> const key = {{"Idempotency-Key", "recuse-once"}};
    auto const first = house.post(house.mediator, one.path + "/actions/recuse",
                                  R"({"text":"I know the shop."})", key);
    ASSERT_EQ(first.status, 200U) << first.text;
    EXPECT_EQ(first.at("/id"), one.id);
    EXPECT_EQ(first.json["events"][0]["type"], "neutral_stood_down");
    EXPECT_FALSE(first.json.contains("claim"));
    EXPECT_EQ(one.see("mediator").status, 404U);
    auto const again = house.post(house.mediator, one.path + "/actions/recuse",
                                  R"({"text":"I know the shop."})", key);
    EXPECT_EQ(again.status, 200U) << again.text;
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.text, first.text);
    EXPECT_EQ(
        house.post(house.mediator, one.path + "/actions/recuse", R"({"text":"other"})", key).status,
        404U);
}

TEST(Secrecy, ErasedWordsAreGoneAndTheDisputeStands) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    one.act_ok("claimant_self", "message", message("claimant_caucus", "I would take 40 BIRCH"));
    std::vector<Extra> const key = {{"Idempotency-Key", "before-it-was-erased"}};
    house.post(one.claimant_key, one.path + "/actions/message", message("joint", "ASPEN"), key);
    auto const before = one.see("claimant_self");
    std::vector<Extra> const eraser = {{"Idempotency-Key", "erase-it"}};
    auto const erased = house.post(house.administrator, one.path + "/erase", "", eraser);
    ASSERT_EQ(erased.status, 200U) << erased.text;
    EXPECT_EQ(erased.json["events"][0]["type"], "content_erased");
    for (char const* who : {"claimant_self", "respondent", "mediator", "administrator"}) {
        auto const seen = everything(one, who);
        for (char const* word : {"Ana Ruiz", "ana@example.net", "BIRCH", "ASPEN", "Nothing arrived",
                                 "ORD-10027", "Desk lamp"})
            EXPECT_FALSE(mentions(seen, word)) << who << ' ' << word;
    }
    auto const after = one.see("claimant_self");
    EXPECT_EQ(after.at("/claim/statement"), "null");
    EXPECT_EQ(after.at("/claim/amount/amount"), "12990");
    EXPECT_EQ(after.json["deadlines"], before.json["deadlines"]);
    // The answer to an old key is rendered again from what is left.
    auto const replayed =
        house.post(one.claimant_key, one.path + "/actions/message", message("joint", "ASPEN"), key);
    EXPECT_EQ(replayed.status, 200U) << replayed.text;
    EXPECT_EQ(replayed.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(replayed.at("/events/0/content"), "null");
    EXPECT_EQ(replayed.text.find("Ana Ruiz"), std::string::npos);
    // A second time there is nothing left to erase, and nothing is written.
    auto const again = house.post(house.administrator, one.path + "/erase", "");
    EXPECT_EQ(again.json["events"], Json::array());
    EXPECT_EQ(again.header("Idempotent-Replayed"), "");
    auto const same = house.post(house.administrator, one.path + "/erase", "", eraser);
    EXPECT_EQ(same.text, erased.text);
    EXPECT_EQ(same.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(house.post(house.platform, one.path + "/erase", "").status, 403U);
}

// One side's docket without what differs between any two disputes: ids, instants and hashes.
struct Told {
    std::vector<std::string> rows;
    std::string etag;
    friend bool operator==(Told const&, Told const&) = default;
};

Told told_to(Case& one, std::string const& who) {
    Told told;
    auto const docket = one.see(who, "/events?limit=100");
    EXPECT_EQ(docket.status, 200U) << docket.text;
    for (Json const& event : docket.json["data"]) {
        std::string row = event["room"].get<std::string>() + ' ' + event["number"].dump() + ' ' +
                          event["type"].get<std::string>();
        if (event["facts"].contains("events"))
            row += " of " + std::to_string(event["facts"]["events"].size());
        told.rows.push_back(row + (event["content"].is_null() ? " erased" : ""));
    }
    auto view = one.see(who);
    EXPECT_EQ(view.status, 200U) << view.text;
    for (char const* each :
         {"id", "created_at", "clock", "parties", "neutral", "neutrals", "actions", "resolution"})
        view.json.erase(each);
    told.rows.push_back(view.json.dump());
    told.etag = view.header("ETag");
    return told;
}

TEST(Secrecy, AnErasureDoesNotCountWhatWasSaidInConfidence) {
    House house;
    Case quiet(house, Sale::consumer);
    Case confided(house, Sale::consumer);
    quiet.go_to_mediation();
    confided.go_to_mediation();
    for (char const* words : {"I would take 40", "or even 30", "but say nothing"})
        confided.act_ok("claimant_self", "message", message("claimant_caucus", words));
    confided.act_ok("mediator", "message", message("neutral_notes", "They will meet."));
    std::vector<std::string> const others = {"respondent_self", "respondent", "claimant",
                                             "platform",        "auditor",    "administrator"};
    for (std::string const& who : others)
        EXPECT_EQ(told_to(confided, who), told_to(quiet, who)) << who;

    for (Case* one : {&quiet, &confided}) {
        auto const erased = house.post(house.administrator, one->path + "/erase", "");
        ASSERT_EQ(erased.status, 200U) << erased.text;
        ASSERT_EQ(erased.json["events"].size(), 1U) << "the administrator reads the joint one";
        EXPECT_EQ(erased.json["events"][0]["room"], "joint");
    }
    for (std::string const& who : others)
        EXPECT_EQ(told_to(confided, who), told_to(quiet, who)) << who;

    EXPECT_EQ(house.journal_fault(), "");

    // Whoever may read the confidence reads that it was erased, in its own room.
    auto const own = told_to(confided, "claimant_self");
    EXPECT_EQ(std::ranges::count(own.rows, "claimant_caucus 4 content_erased of 3 erased"), 1);
    auto const neutral = told_to(confided, "mediator");
    EXPECT_EQ(std::ranges::count(neutral.rows, "neutral_notes 2 content_erased of 1 erased"), 1);
}

} // namespace
} // namespace parley::routes
