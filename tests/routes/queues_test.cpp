#include "tests/routes/house.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <set>

namespace parley::routes {
namespace {

std::vector<Extra> match(std::string tag) { return {{"If-Match", std::move(tag)}}; }

Json tasks(House& house, std::string const& key, std::string const& queue,
           std::string const& query = "") {
    auto const answer = house.get(key, "/v1/queues/" + queue + "/tasks" + query);
    EXPECT_EQ(answer.status, 200U) << answer.text;
    return answer.json.is_object() ? answer.json["data"] : Json::array();
}

// The one task of a queue, as its reader finds it.
struct Found {
    std::string id, etag;
    Json json;
    std::string path(std::string const& move = "") const {
        return "/v1/tasks/" + id + (move.empty() ? "" : "/" + move);
    }
};
Found only_task(House& house, std::string const& key, std::string const& queue) {
    Json const all = tasks(house, key, queue);
    EXPECT_EQ(all.size(), 1U) << all.dump(2);
    if (all.empty()) return {};
    return {all[0]["id"], all[0]["etag"], all[0]};
}

TEST(QueueRoutes, TheOfficeFindsAppointsAndTheTaskIsOver) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_negotiation();
    EXPECT_TRUE(tasks(house, house.administrator, "administration").empty());
    one.act_ok("claimant", "ask_for_mediator");
    Found const task = only_task(house, house.administrator, "administration");
    EXPECT_EQ(task.json["kind"], "appoint");
    EXPECT_EQ(task.json["dispute"], one.id);
    EXPECT_EQ(task.json["act"], "appoint");
    EXPECT_EQ(task.json["due"]["deadline"], "mediator_appointment");
    EXPECT_EQ(task.json["due"]["at"], one.see("platform").at("/deadlines/0/at"));
    EXPECT_EQ(task.json["parties"][0]["country"], "ES");
    EXPECT_EQ(task.json["amount"]["amount"], 12990);
    auto const queues = house.get(house.administrator, "/v1/queues");
    EXPECT_EQ(queues.json["data"][2]["name"], "administration");
    EXPECT_EQ(queues.json["data"][2]["open"], 1);

    one.act_ok("administrator", "appoint",
               fmt::format(R"({{"neutral":"{}","reasons":"Next."}})", house.mediator_id));
    EXPECT_TRUE(tasks(house, house.administrator, "administration").empty());
    auto const over = house.get(house.administrator, task.path());
    EXPECT_EQ(over.at("/closed/how"), "done");
    EXPECT_EQ(over.at("/closed/late"), "false");
    EXPECT_NE(over.header("ETag"), task.etag);
    EXPECT_EQ(house.post(house.administrator, task.path("claim"), "{}", match(over.header("ETag")))
                  .code(),
              "already_done");
    EXPECT_EQ(house.journal_fault(), "");
}

TEST(QueueRoutes, AClaimNeedsTheTagAndOnlyThePresentOneWins) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    Found const task = only_task(house, house.mediator, "mediation");
    EXPECT_EQ(task.json["kind"], "mediate");
    EXPECT_EQ(house.get(house.mediator, task.path()).header("ETag"), task.etag);
    EXPECT_EQ(house.post(house.mediator, task.path("claim"), "{}").status, 428U);
    EXPECT_EQ(house.post(house.mediator, task.path("claim"), "{}", match("no tag")).status, 400U);
    auto const claimed = house.post(house.mediator, task.path("claim"), "{}", match(task.etag));
    ASSERT_EQ(claimed.status, 200U) << claimed.text;
    EXPECT_EQ(claimed.at("/claimed_by"), house.mediator_id);
    EXPECT_EQ(claimed.header("ETag"), house.get(house.mediator, task.path()).header("ETag"));
    auto const again = house.post(house.mediator, task.path("claim"), "{}", match(task.etag));
    EXPECT_EQ(again.status, 412U);
    EXPECT_NE(again.at("/detail").find(house.mediator_id), std::string::npos) << again.text;
    EXPECT_FALSE(again.json["allowed"].empty());
    EXPECT_EQ(house.post(house.mediator, task.path("claim"), "{}", match("*")).status, 409U);
    auto const free =
        house.post(house.mediator, task.path("release"), "{}", match(claimed.header("ETag")));
    EXPECT_EQ(free.status, 200U);
    EXPECT_EQ(free.at("/claimed_by"), "null");
    auto const history = house.get(house.mediator, task.path());
    ASSERT_EQ(history.json["movements"].size(), 2U);
    EXPECT_EQ(history.json["movements"][0]["what"], "claim");
    EXPECT_EQ(history.json["movements"][1]["by"], house.mediator_id);
}

TEST(QueueRoutes, ALeaseRunsOnTheTestClockAndReturnsByItself) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    Found const task = only_task(house, house.mediator, "mediation");
    auto const claimed =
        house.post(house.mediator, task.path("claim"), R"({"lease":"PT2H"})", match(task.etag));
    ASSERT_EQ(claimed.status, 200U) << claimed.text;
    EXPECT_EQ(claimed.at("/lease_until"), "2026-11-21T12:00:00.000000Z");
    one.advance("PT1H");
    EXPECT_EQ(house.get(house.mediator, task.path()).header("ETag"), claimed.header("ETag"));
    one.advance("PT1H");
    auto const seen = house.get(house.mediator, task.path());
    EXPECT_EQ(seen.at("/claimed_by"), "null");
    EXPECT_NE(seen.header("ETag"), claimed.header("ETag"));
    // Who slept meanwhile learns it.
    auto const late = house.post(house.mediator, task.path("snooze"),
                                 R"({"until":"2026-11-22T10:00:00Z","reason":"Waits."})",
                                 match(claimed.header("ETag")));
    EXPECT_EQ(late.status, 412U);
    EXPECT_EQ(
        house.post(house.mediator, task.path("claim"), "{}", match(seen.header("ETag"))).status,
        200U);
}

TEST(QueueRoutes, OneKeyClaimsOnceHoweverOftenItIsSent) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    Found const task = only_task(house, house.mediator, "mediation");
    std::vector<Extra> const same = {{"If-Match", task.etag}, {"Idempotency-Key", "claim-1"}};
    auto const first = house.post(house.mediator, task.path("claim"), "{}", same);
    ASSERT_EQ(first.status, 200U);
    house.post(house.mediator, task.path("release"), "{}", match(first.header("ETag")));
    auto const replayed = house.post(house.mediator, task.path("claim"), "{}", same);
    EXPECT_EQ(replayed.status, 200U);
    EXPECT_EQ(replayed.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(replayed.text, first.text);
    EXPECT_EQ(replayed.header("ETag"), first.header("ETag"));
    EXPECT_EQ(house.get(house.mediator, task.path()).at("/claimed_by"), "null");
    EXPECT_EQ(house.post(house.mediator, task.path("claim"), R"({"lease":"PT3H"})", same).status,
              422U);
}

TEST(QueueRoutes, NextTakesTheFirstThatIsFreeAndThenTheOneAfter) {
    House house;
    Case one(house, Sale::consumer), two(house, Sale::consumer);
    for (Case* each : {&one, &two}) {
        each->go_to_negotiation();
        each->act_ok("claimant", "ask_for_mediator");
    }
    Json const order = tasks(house, house.administrator, "administration");
    ASSERT_EQ(order.size(), 2U);
    auto const first = house.post(house.administrator, "/v1/queues/administration/next", "{}",
                                  {{"Idempotency-Key", "play-1"}});
    ASSERT_EQ(first.status, 200U) << first.text;
    EXPECT_EQ(first.at("/id"), order[0]["id"].get<std::string>());
    EXPECT_EQ(house
                  .post(house.administrator, "/v1/queues/administration/next", "{}",
                        {{"Idempotency-Key", "play-1"}})
                  .text,
              first.text);
    auto const second = house.post(house.administrator, "/v1/queues/administration/next", "{}");
    EXPECT_EQ(second.at("/id"), order[1]["id"].get<std::string>());
    EXPECT_EQ(house.post(house.administrator, "/v1/queues/administration/next", "{}").status, 204U);
    EXPECT_EQ(house.post(house.administrator, "/v1/queues/mediation/next", "{}").status, 204U);
    // What is put away is passed over until its time.
    auto const away = house.post(
        house.administrator, "/v1/tasks/" + order[0]["id"].get<std::string>() + "/snooze",
        R"({"until":"2026-11-22T10:00:00Z","reason":"Asked two already."})",
        match(first.header("ETag")));
    ASSERT_EQ(away.status, 200U) << away.text;
    EXPECT_EQ(house.post(house.administrator, "/v1/queues/administration/next", "{}").status, 204U);
    one.advance("P1D");
    two.advance("P1D");
    EXPECT_EQ(house.post(house.administrator, "/v1/queues/administration/next", "{}").at("/id"),
              order[0]["id"].get<std::string>());
}

TEST(QueueRoutes, AnAdministratorAssignsAndTheHolderKeepsIt) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    Found const task = only_task(house, house.mediator, "mediation");
    auto const assign = [&](std::string const& key, std::string const& to, std::string const& tag) {
        return house.post(key, task.path("assign"), fmt::format(R"({{"to":"{}"}})", to),
                          match(tag));
    };
    EXPECT_EQ(assign(house.mediator, house.mediator_id, task.etag).status, 403U);
    EXPECT_EQ(assign(house.administrator, house.decider_id, task.etag).code(),
              "neutral_unavailable");
    EXPECT_EQ(house.post(house.administrator, task.path("assign"), "{}", match(task.etag)).status,
              422U);
    auto const done = assign(house.administrator, house.mediator_id, task.etag);
    ASSERT_EQ(done.status, 200U) << done.text;
    EXPECT_EQ(done.at("/assigned_to"), house.mediator_id);
    EXPECT_EQ(tasks(house, house.mediator, "mediation", "?holder=me").size(), 1U);
    EXPECT_EQ(tasks(house, house.mediator, "mediation", "?holder=nobody").size(), 0U);
    one.advance("P2D");
    EXPECT_EQ(house.get(house.mediator, task.path()).at("/assigned_to"), house.mediator_id);
    EXPECT_EQ(house.post(house.administrator, task.path("claim"), "{}", match(done.header("ETag")))
                  .code(),
              "not_yours");
}

TEST(QueueRoutes, WorkWithoutAnActIsFinishedByHand) {
    House house;
    Case one(house, Sale::business);
    one.go_to_deliberation();
    Found const deciding = only_task(house, house.decider, "arbitration");
    EXPECT_EQ(
        house.post(house.decider, deciding.path("complete"), "{}", match(deciding.etag)).status,
        409U);
    one.act_ok("decider", "award",
               R"({"dispositions":[{"kind":"payment","amount":{"amount":9000,"currency":"EUR"},)"
               R"("by":"respondent"}],"grounds":"Late.","place":"London","signature":"E. B."})");
    one.advance("P12D");
    one.act_ok("claimant", "report_breach", R"({"text":"Nothing came."})");
    Found const breach = only_task(house, house.administrator, "administration");
    EXPECT_EQ(breach.json["kind"], "look_into_breach");
    EXPECT_EQ(breach.json["due"]["binding"], false);
    EXPECT_EQ(
        house.post(house.administrator, breach.path("complete"), "{}", match(breach.etag)).status,
        409U)
        << "nobody has claimed it";
    auto const mine =
        house.post(house.administrator, breach.path("claim"), "{}", match(breach.etag));
    auto const done = house.post(house.administrator, breach.path("complete"),
                                 R"({"reason":"Paid by card since."})", match(mine.header("ETag")));
    ASSERT_EQ(done.status, 200U) << done.text;
    EXPECT_EQ(done.at("/closed/how"), "done");
    EXPECT_EQ(house.get(house.auditor, breach.path()).at("/movements/1/reason"),
              "Paid by card since.");
    EXPECT_EQ(house.journal_fault(), "");
}

// Who may know of which task, and do what with it.
TEST(QueueRoutes, EveryRoleSeesItsOwnAndNothingElse) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    Found const seat = only_task(house, house.mediator, "mediation");
    Case two(house, Sale::consumer);
    two.go_to_negotiation();
    two.act_ok("claimant", "ask_for_mediator");
    Found const office = only_task(house, house.administrator, "administration");
    struct Row {
        char const* who;
        std::string const& key;
        unsigned queues, mediation, administration, seat, office, claim_seat, claim_office;
    };
    Row const rows[] = {
        {"platform", house.platform, 404, 404, 404, 404, 404, 404, 404},
        {"other platform", house.other_platform, 404, 404, 404, 404, 404, 404, 404},
        {"party", one.claimant_key, 404, 404, 404, 404, 404, 404, 404},
        {"auditor", house.auditor, 200, 200, 200, 200, 200, 403, 403},
        {"other neutral", house.other_neutral, 200, 200, 404, 404, 404, 404, 404},
        {"decider", house.decider, 200, 200, 404, 404, 404, 404, 404},
        {"administrator", house.administrator, 200, 200, 200, 200, 200, 403, 200},
        {"mediator", house.mediator, 200, 200, 404, 200, 404, 200, 404},
        {"nobody", "", 401, 401, 401, 401, 401, 401, 401},
    };
    for (Row const& row : rows) {
        EXPECT_EQ(house.get(row.key, "/v1/queues").status, row.queues) << row.who;
        EXPECT_EQ(house.get(row.key, "/v1/queues/mediation/tasks").status, row.mediation)
            << row.who;
        EXPECT_EQ(house.get(row.key, "/v1/queues/administration/tasks").status, row.administration)
            << row.who;
        EXPECT_EQ(house.get(row.key, seat.path()).status, row.seat) << row.who;
        EXPECT_EQ(house.get(row.key, office.path()).status, row.office) << row.who;
        EXPECT_EQ(house.post(row.key, seat.path("claim"), "{}", match(seat.etag)).status,
                  row.claim_seat)
            << row.who;
        EXPECT_EQ(house.post(row.key, office.path("claim"), "{}", match(office.etag)).status,
                  row.claim_office)
            << row.who;
    }
    EXPECT_TRUE(tasks(house, house.other_neutral, "mediation").empty());
    EXPECT_EQ(house.get(house.other_neutral, "/v1/queues").json["data"].size(), 2U);
    EXPECT_EQ(house.get(house.administrator, "/v1/queues/nonsense/tasks").status, 404U);
    EXPECT_EQ(house.get(house.mediator, "/v1/tasks/tsk_nonsense").status, 404U);
    // Unknown and unseen are the same.
    auto const unseen = house.get(house.decider, seat.path());
    auto const unknown = house.get(house.decider, "/v1/tasks/tsk_01M7Y7N6JVFN4AA5RVTWMTYG2X");
    EXPECT_EQ(unseen.at("/detail"), unknown.at("/detail"));
}

TEST(QueueRoutes, WordsOfAMoveStayWithWhoSaidThem) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    Found const task = only_task(house, house.mediator, "mediation");
    auto const away = house.post(house.mediator, task.path("snooze"),
                                 R"({"until":"2026-11-22T10:00:00Z","reason":"She may take 40."})",
                                 match(task.etag));
    ASSERT_EQ(away.status, 200U) << away.text;
    EXPECT_NE(house.get(house.mediator, task.path()).text.find("She may take"), std::string::npos);
    for (std::string const& key : {house.administrator, house.auditor})
        EXPECT_EQ(house.get(key, task.path()).text.find("She may take"), std::string::npos);
}

TEST(QueueRoutes, NoConfidenceMovesATask) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    auto const before = house.get(house.administrator, "/v1/queues/mediation/tasks").text;
    one.act_ok("claimant_self", "message",
               R"({"room":"claimant_caucus","text":"I would take 40."})");
    one.act_ok("mediator", "message", R"({"room":"neutral_notes","text":"They may meet."})");
    EXPECT_EQ(house.get(house.administrator, "/v1/queues/mediation/tasks").text, before);
}

TEST(QueueRoutes, ANeutralWhoLeavesHasNothingLeftToDo) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    Found const task = only_task(house, house.mediator, "mediation");
    one.act_ok("mediator", "recuse", R"({"text":"A conflict."})");
    EXPECT_TRUE(tasks(house, house.mediator, "mediation").empty());
    EXPECT_EQ(house.get(house.mediator, task.path()).at("/closed/how"), "dropped");
    EXPECT_EQ(only_task(house, house.administrator, "administration").json["kind"], "appoint");
}

TEST(QueueRoutes, PagesAreSealedToTheirFilter) {
    House house;
    for (int i = 0; i < 3; ++i) {
        Case one(house, Sale::consumer);
        one.go_to_negotiation();
        one.act_ok("claimant", "ask_for_mediator");
    }
    std::set<std::string> seen;
    std::string after;
    for (int pages = 0; pages < 3; ++pages) {
        auto const page =
            house.get(house.administrator, "/v1/queues/administration/tasks?limit=1" +
                                               (after.empty() ? "" : "&after=" + after));
        ASSERT_EQ(page.json["data"].size(), 1U) << page.text;
        seen.insert(page.at("/data/0/id"));
        EXPECT_EQ(page.at("/has_more"), pages < 2 ? "true" : "false");
        after = page.at("/next");
        if (pages == 0)
            EXPECT_EQ(
                house
                    .get(house.administrator,
                         "/v1/queues/administration/tasks?limit=1&kind=appoint&after=" + after)
                    .status,
                400U);
    }
    EXPECT_EQ(seen.size(), 3U);
}

TEST(QueueRoutes, FiltersAreReadStrictly) {
    House house;
    for (char const* query : {"?kind=nonsense", "?reason=nonsense", "?language=!", "?country=es",
                              "?holder=you", "?sort=age", "?limit=0"})
        EXPECT_EQ(
            house.get(house.administrator, std::string("/v1/queues/administration/tasks") + query)
                .status,
            400U)
            << query;
    for (char const* query : {"?kind=appoint", "?reason=late", "?language=zh-Hans", "?country=ES",
                              "?holder=me", "?holder=nobody"})
        EXPECT_EQ(
            house.get(house.administrator, std::string("/v1/queues/administration/tasks") + query)
                .status,
            200U)
            << query;
}

TEST(SearchRoutes, FindByReferenceNameAndIdWhatTheCallerMayList) {
    House house;
    Case one(house, Sale::consumer);
    auto const find = [&](std::string const& key, std::string const& q,
                          std::vector<Extra> headers = {}) {
        auto const answer = house.get(key, "/v1/disputes?q=" + q, std::move(headers));
        EXPECT_EQ(answer.status, 200U) << answer.text;
        return answer.json["data"].size();
    };
    for (std::string const& q :
         {std::string("ord-10027"), std::string("ORD-100"), std::string("ruiz"),
          std::string("Lamps%20Shenz"), one.id, one.claimant_id})
        for (std::string const& key :
             {house.platform, house.administrator, house.auditor, one.claimant_key})
            EXPECT_EQ(find(key, q), 1U) << q;
    EXPECT_EQ(find(house.platform, "ruiz", {{"Parley-Act-As", one.claimant_id}}), 1U);
    for (std::string const& q : {std::string("ruiz"), one.id, one.claimant_id}) {
        EXPECT_EQ(find(house.other_platform, q), 0U) << q;
        EXPECT_EQ(find(house.mediator, q), 0U) << "asked by nobody yet: " << q;
    }
    EXPECT_EQ(find(house.platform, "ruiz%20xyz"), 0U);
    EXPECT_EQ(find(house.platform, "!"), 0U);
    EXPECT_EQ(house.get(house.platform, "/v1/disputes?q=a+b+c+d+e+f").status, 400U);
    EXPECT_EQ(find(house.platform, "arrived"), 0U) << "what was said is not searched";
    one.go_to_mediation();
    EXPECT_EQ(find(house.mediator, "ruiz"), 1U);

    EXPECT_EQ(house.post(house.administrator, one.path + "/erase", "{}").status, 200U);
    EXPECT_EQ(find(house.platform, "ruiz"), 0U);
    EXPECT_EQ(find(house.platform, one.id), 1U);
}

} // namespace
} // namespace parley::routes
