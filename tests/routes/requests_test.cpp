#include "tests/routes/house.hpp"

#include <gtest/gtest.h>

#include <set>

namespace parley::routes {
namespace {

using http::Method;

TEST(Requests, EveryRefusalHasItsStatusAndCode) {
    House house;
    Case one(house, Sale::consumer);
    std::string const act = one.path + "/actions/";
    std::string const contest = R"({"answer":"contest","statement":"We shipped it."})";
    std::vector<Extra> const as = {{"Parley-Act-As", one.respondent_id}};
    auto const with = [](std::vector<Extra> headers, Extra more) {
        headers.push_back(std::move(more));
        return headers;
    };
    auto const keyed = [&](std::vector<Extra> headers = {}) {
        return with(std::move(headers), {"Idempotency-Key", house.fresh_name()});
    };
    std::string deep = "1";
    for (int i = 0; i < 40; ++i) deep = "[" + deep + "]";
    std::string broken_filing = filing(Sale::consumer, "");
    broken_filing.replace(broken_filing.find("\"EUR\""), 5, "\"USD\"");
    std::string unknown_field = filing(Sale::consumer, "");
    unknown_field.insert(1, R"("admin":true,)");
    std::string forbidden = filing(Sale::consumer, "");
    forbidden.replace(forbidden.find("\"procedure\":null"), 16,
                      "\"procedure\":\"uncitral-track-1\"");

    struct Row {
        char const* what;
        Ask ask;
        unsigned status;
        char const* code;
    };
    std::vector<Row> const rows = {
        {"not JSON",
         {house.platform, Method::post, act + "respond", "{", keyed(as)},
         400,
         "unreadable"},
        {"a key twice",
         {house.platform, Method::post, act + "respond",
          R"({"answer":"contest","answer":"accept","statement":"x"})", keyed(as)},
         400,
         "duplicate_key"},
        {"too deep",
         {house.platform, Method::post, act + "respond", deep, keyed(as)},
         400,
         "too_deep"},
        {"a number too big",
         {house.platform, Method::post, act + "respond", R"({"answer":18446744073709551616})",
          keyed(as)},
         400,
         "number_out_of_range"},
        {"no idempotency key",
         {house.platform, Method::post, act + "respond", contest, as},
         400,
         "idempotency_key_missing"},
        {"a bad idempotency key",
         {house.platform, Method::post, act + "respond", contest,
          with(as, {"Idempotency-Key", "\"x"})},
         400,
         "bad_parameter"},
        {"an unknown parameter",
         {house.platform, Method::get, one.path + "?fields=all"},
         400,
         "bad_parameter"},
        {"a parameter twice",
         {house.platform, Method::get, "/v1/disputes?limit=1&limit=2"},
         400,
         "bad_parameter"},
        {"a limit of nothing",
         {house.platform, Method::get, "/v1/disputes?limit=0"},
         400,
         "bad_parameter"},
        {"a limit too big",
         {house.platform, Method::get, "/v1/disputes?limit=101"},
         400,
         "bad_parameter"},
        {"a limit in words",
         {house.platform, Method::get, "/v1/disputes?limit=ten"},
         400,
         "bad_parameter"},
        {"a status that is none",
         {house.platform, Method::get, "/v1/disputes?status=lost"},
         400,
         "bad_parameter"},
        {"a party that is none",
         {house.platform, Method::get, "/v1/disputes?party=me"},
         400,
         "bad_parameter"},
        {"a made-up cursor",
         {house.platform, Method::get, "/v1/disputes?after=abc"},
         400,
         "bad_parameter"},
        {"a bad If-Match",
         {house.platform, Method::post, act + "respond", contest,
          with(keyed(as), {"If-Match", "v1"})},
         400,
         "bad_parameter"},
        {"validate_only in words",
         {house.platform, Method::post, act + "respond?validate_only=yes", contest, keyed(as)},
         400,
         "bad_parameter"},
        {"acting as nobody",
         {house.platform, Method::get, one.path, "", {{"Parley-Act-As", "pty_x"}}},
         400,
         "bad_parameter"},
        {"two keys",
         {house.platform, Method::get, one.path, "", {{"Authorization", "Bearer x"}}},
         400,
         "bad_parameter"},
        {"no key", {"", Method::get, one.path}, 401, "not_authenticated"},
        {"a bad key", {"parley_test_x", Method::get, one.path}, 401, "not_authenticated"},
        {"acting as a party with its own key",
         {one.claimant_key, Method::get, one.path, "", {{"Parley-Act-As", one.claimant_id}}},
         403,
         "not_permitted"},
        {"a neutral files",
         {house.mediator, Method::post, "/v1/disputes", filing(Sale::consumer, ""), keyed()},
         403,
         "not_permitted"},
        {"a platform makes keys",
         {house.platform, Method::post, "/v1/keys", R"({"kind":"administrator"})", keyed()},
         403,
         "not_permitted"},
        {"a platform makes neutrals",
         {house.platform, Method::post, "/v1/neutrals", "{}", keyed()},
         403,
         "not_permitted"},
        {"a platform reads the figures",
         {house.platform, Method::get, "/metrics"},
         403,
         "not_permitted"},
        {"a party turns the clock",
         {one.claimant_key, Method::post, "/v1/test/clocks/" + one.clock + "/advance",
          R"({"by":"P1D"})", keyed()},
         403,
         "not_permitted"},
        {"the wrong side",
         {house.platform, Method::post, act + "respond", contest,
          keyed({{"Parley-Act-As", one.claimant_id}})},
         403,
         "not_yours"},
        {"nothing there", {house.platform, Method::get, "/v1/nothing"}, 404, "not_found"},
        {"an id that is none",
         {house.platform, Method::get, "/v1/disputes/dsp_1"},
         404,
         "not_found"},
        {"an act that is none",
         {house.platform, Method::post, act + "dance", "{}", keyed(as)},
         404,
         "no_such_act"},
        {"another's clock",
         {house.other_platform, Method::get, "/v1/test/clocks/" + one.clock},
         404,
         "not_found"},
        {"a procedure that is none",
         {house.platform, Method::get, "/v1/procedures/uncitral-track-2/99"},
         404,
         "not_found"},
        {"the wrong method",
         {house.platform, Method::delete_, one.path},
         405,
         "method_not_allowed"},
        {"an act of a later stage",
         {house.platform, Method::post, act + "accept_outcome", "{}", keyed(as)},
         403,
         "sign_in_required"},
        {"an act of a later stage, signed in",
         {one.respondent_key, Method::post, act + "accept_outcome", "{}", keyed()},
         409,
         "not_possible_now"},
        {"a stale version",
         {house.platform, Method::post, act + "respond", contest,
          with(keyed(as), {"If-Match", "\"v99-respondent\""})},
         412,
         "version_conflict"},
        {"another viewer's version",
         {house.platform, Method::post, act + "respond", contest,
          with(keyed(as), {"If-Match", "\"v1-claimant\""})},
         412,
         "version_conflict"},
        {"a weak version",
         {house.platform, Method::post, act + "respond", contest,
          with(keyed(as), {"If-Match", "W/\"v1-respondent\""})},
         412,
         "version_conflict"},
        {"a body too large",
         {house.platform, Method::post, "/v1/disputes", std::string(json_body_max + 1, ' '),
          keyed()},
         413,
         ""},
        {"a body where there is none", {house.platform, Method::get, one.path, "{}"}, 413, ""},
        {"a form",
         {house.platform, Method::post, act + "respond", contest,
          with(keyed(as), {"Content-Type", "application/x-www-form-urlencoded"})},
         415,
         "unsupported_media_type"},
        {"another charset",
         {house.platform, Method::post, act + "respond", contest,
          with(keyed(as), {"Content-Type", "application/json; charset=latin1"})},
         415,
         "unsupported_media_type"},
        {"no type",
         {house.platform, Method::post, act + "respond", contest,
          with(keyed(as), {"Content-Type", ""})},
         415,
         "unsupported_media_type"},
        {"an unknown field",
         {house.platform, Method::post, "/v1/disputes", unknown_field, keyed()},
         422,
         "unknown_field"},
        {"a missing field",
         {house.platform, Method::post, act + "respond", R"({"answer":"contest"})", keyed(as)},
         422,
         "missing_field"},
        {"a wrong type",
         {house.platform, Method::post, act + "respond", R"({"answer":"contest","statement":7})",
          keyed(as)},
         422,
         "wrong_type"},
        {"two currencies",
         {house.platform, Method::post, "/v1/disputes", broken_filing, keyed()},
         422,
         "currency_mismatch"},
        {"a track that the law forbids",
         {house.platform, Method::post, "/v1/disputes", forbidden, keyed()},
         422,
         "track_forbidden"},
        {"a list for a body",
         {house.platform, Method::post, act + "respond", "[]", keyed(as)},
         422,
         "wrong_type"},
        {"no body for a filing",
         {house.platform, Method::post, "/v1/disputes", "", keyed()},
         422,
         ""},
        {"a filing for someone",
         {house.platform, Method::post, "/v1/disputes", filing(Sale::consumer, ""), keyed(as)},
         400,
         "bad_parameter"},
        {"a procedure full of faults",
         {house.platform, Method::post, "/v1/procedures/check", "{}"},
         422,
         ""},
        {"a decision on no version",
         {house.administrator, Method::post, act + "appoint", "{}", keyed()},
         428,
         "precondition_required"},
    };
    auto const before = one.see("platform");
    for (Row const& row : rows) {
        auto const answer = house.ask(row.ask);
        EXPECT_EQ(answer.status, row.status) << row.what << ": " << answer.text;
        if (answer.text.empty()) continue;
        EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << row.what;
        EXPECT_EQ(answer.json.value("status", 0U), row.status) << row.what;
        EXPECT_FALSE(answer.at("/detail").empty()) << row.what;
        EXPECT_TRUE(answer.at("/instance").starts_with("req_")) << row.what;
        // A refusal of several faults is `invalid` as a whole and says each one apart.
        std::set<std::string> codes = {answer.code()};
        if (answer.json.contains("errors"))
            for (Json const& error : answer.json["errors"]) codes.insert(error["code"]);
        if (*row.code != '\0') {
            EXPECT_TRUE(codes.contains(row.code)) << row.what << ": " << answer.text;
        }
    }
    EXPECT_EQ(one.see("platform").text, before.text) << "nothing was written";
}

TEST(Requests, ARefusedActSaysWhatStandsInTheWayAndWhatIsAllowed) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_negotiation();
    auto const answer = one.act("claimant", "accept");
    EXPECT_EQ(answer.status, 409U) << answer.text;
    ASSERT_FALSE(answer.json["blocked_by"].empty()) << answer.text;
    EXPECT_FALSE(answer.at("/blocked_by/0/condition").empty());
    EXPECT_NE(std::ranges::find(answer.json["allowed"], Json("offer")),
              answer.json["allowed"].end());
    EXPECT_EQ(house.ask({"", Method::delete_, one.path}).header("Allow"), "GET, HEAD");
    EXPECT_FALSE(house.get("", one.path).header("WWW-Authenticate").empty());
}

TEST(Requests, OneKeyHasOneEffect) {
    House house;
    Case one(house, Sale::consumer);
    std::vector<Extra> const as = {{"Parley-Act-As", one.claimant_id},
                                   {"Idempotency-Key", "\"once\""}};
    std::vector<Extra> const bare = {{"Parley-Act-As", one.claimant_id},
                                     {"Idempotency-Key", "once"}};
    std::string const target = one.path + "/actions/message";
    auto const first = house.post(house.platform, target, R"({"text":"hello","room":"joint"})", as);
    ASSERT_EQ(first.status, 200U) << first.text;
    EXPECT_EQ(first.header("Idempotent-Replayed"), "");
    ASSERT_EQ(first.json["events"].size(), 1U);

    auto const again =
        house.post(house.platform, target, R"({ "room": "joint", "text": "hello" })", bare);
    EXPECT_EQ(again.status, 200U);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.text, first.text);
    EXPECT_EQ(again.header("ETag"), first.header("ETag"));

    auto const other = house.post(house.platform, target, R"({"text":"goodbye"})", as);
    EXPECT_EQ(other.status, 422U);
    EXPECT_EQ(other.code(), "idempotency_key_reused");
    // Another party, another path and another caller have keys of their own.
    EXPECT_EQ(house
                  .post(house.platform, target, R"({"text":"me too"})",
                        {{"Parley-Act-As", one.respondent_id}, {"Idempotency-Key", "once"}})
                  .header("Idempotent-Replayed"),
              "");
    // A refusal is not kept: the key is free for another try.
    std::vector<Extra> const refused = {{"Parley-Act-As", one.claimant_id},
                                        {"Idempotency-Key", "twice"}};
    EXPECT_EQ(house.post(house.platform, target, R"({"text":7})", refused).status, 422U);
    // The answer is that of then, whatever happened since.
    one.act_ok("claimant", "withdraw");
    auto const late = house.post(house.platform, target, R"({"text":"hello","room":"joint"})", as);
    EXPECT_EQ(late.text, first.text);
    EXPECT_EQ(house.post(house.platform, target, R"({"text":"x"})", refused).status, 409U);
}

TEST(Requests, WhoPrefersLittleGetsWhereTheDisputeStandsAndNoMore) {
    House house;
    Case one(house, Sale::consumer);
    std::string const target = one.path + "/actions/message";
    auto const little = house.post(
        house.platform, target, R"({"text":"hello"})",
        {{"Parley-Act-As", one.claimant_id}, {"Prefer", "respond-async, Return=minimal"}});
    ASSERT_EQ(little.status, 200U) << little.text;
    EXPECT_EQ(little.header("Preference-Applied"), "return=minimal");
    EXPECT_NE(little.header("ETag"), "");
    std::set<std::string> names;
    for (auto const& [name, value] : little.json.items()) names.insert(name);
    EXPECT_EQ(names, (std::set<std::string>{"id", "object", "status", "stage", "events"}));
    EXPECT_EQ(little.at("/id"), one.id);
    EXPECT_EQ(little.at("/events/0/type"), "message_posted");

    for (char const* preference : {"return=representation", "minimal", "return=minimalist", ""}) {
        auto const whole = house.post(house.platform, target, R"({"text":"hello again"})",
                                      {{"Parley-Act-As", one.claimant_id}, {"Prefer", preference}});
        EXPECT_TRUE(whole.json.contains("parties")) << preference;
        EXPECT_EQ(whole.header("Preference-Applied"), "") << preference;
    }
}

TEST(Requests, WhoCannotTakeAnActIsToldSoBeforeWhatTheBodyLacks) {
    House house;
    Case one(house, Sale::consumer);
    auto const theirs = one.act("claimant", "respond", "{}");
    EXPECT_EQ(theirs.status, 403U) << theirs.text;
    EXPECT_EQ(theirs.code(), "not_yours");
    EXPECT_NE(theirs.text.find("withdraw"), std::string::npos)
        << theirs.text; // what is open instead
    EXPECT_EQ(one.act("respondent", "respond", "{}").status, 422U);
    EXPECT_EQ(one.act("respondent", "offer", "{}").status, 422U);
    one.act_ok("claimant", "withdraw");
    EXPECT_EQ(one.act("respondent", "offer", "{}").status, 409U);
}

TEST(Requests, AFilingUnderOneKeyIsOneDispute) {
    House house;
    std::vector<Extra> const key = {{"Idempotency-Key", "file-once"}};
    auto const first = house.post(house.platform, "/v1/disputes", filing(Sale::consumer, ""), key);
    ASSERT_EQ(first.status, 201U) << first.text;
    EXPECT_EQ(first.header("Location"), "/v1/disputes/" + first.at("/id"));
    EXPECT_EQ(first.header("ETag"),
              house.get(house.platform, first.header("Location")).header("ETag"));
    auto const again = house.post(house.platform, "/v1/disputes", filing(Sale::consumer, ""), key);
    EXPECT_EQ(again.status, 201U);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.text, first.text);
    EXPECT_EQ(house.post(house.platform, "/v1/disputes", filing(Sale::business, ""), key).status,
              422U);
    EXPECT_EQ(house.get(house.platform, "/v1/disputes").json["data"].size(), 1U);
    auto const other =
        house.post(house.other_platform, "/v1/disputes", filing(Sale::consumer, ""), key);
    EXPECT_NE(other.at("/id"), first.at("/id"));
}

TEST(Requests, TryingOutChangesNothing) {
    House house;
    Case one(house, Sale::consumer);
    auto const before = one.see("respondent");
    auto const answer = house.ask({house.platform,
                                   Method::post,
                                   one.path + "/actions/respond?validate_only=true",
                                   R"({"answer":"contest","statement":"We shipped it."})",
                                   {{"Parley-Act-As", one.respondent_id}}});
    EXPECT_EQ(answer.status, 200U) << answer.text;
    EXPECT_EQ(answer.at("/stage"), "negotiation");
    EXPECT_EQ(answer.json["events"], Json::array());
    EXPECT_EQ(answer.header("ETag"), "");
    EXPECT_EQ(one.see("respondent").text, before.text);
    auto const filed = house.ask({house.platform, Method::post, "/v1/disputes?validate_only=true",
                                  filing(Sale::consumer, "")});
    EXPECT_EQ(filed.status, 200U) << filed.text;
    EXPECT_EQ(filed.header("Location"), "");
    EXPECT_EQ(house.get(house.platform, "/v1/disputes").json["data"].size(), 1U);
    auto const refused = house.ask({house.platform,
                                    Method::post,
                                    one.path + "/actions/accept?validate_only=true",
                                    "{}",
                                    {{"Parley-Act-As", one.respondent_id}}});
    EXPECT_EQ(refused.status, 409U);
}

TEST(Requests, AnEtagHoldsUntilSomethingThatOneMaySeeChanges) {
    House house;
    Case one(house, Sale::consumer);
    auto const first = one.see("claimant");
    std::string const etag = first.header("ETag");
    auto headers = one.headers_of("claimant");
    headers.push_back({"If-None-Match", "\"x\", " + etag});
    auto const same = house.get(house.platform, one.path, headers);
    EXPECT_EQ(same.status, 304U);
    EXPECT_EQ(same.text, "");
    EXPECT_EQ(same.header("ETag"), etag);
    EXPECT_EQ(one.see("claimant").text, first.text);

    auto match = one.headers_of("claimant");
    match.push_back({"If-Match", etag});
    auto const done =
        house.post(house.platform, one.path + "/actions/message", R"({"text":"one"})", match);
    EXPECT_EQ(done.status, 200U) << done.text;
    EXPECT_NE(done.header("ETag"), etag);
    EXPECT_EQ(house.get(house.platform, one.path, headers).status, 200U);
    EXPECT_EQ(one.see("claimant").header("ETag"), done.header("ETag"));
    auto const stale =
        house.post(house.platform, one.path + "/actions/message", R"({"text":"two"})", match);
    EXPECT_EQ(stale.status, 412U) << stale.text;
    for (Extra& header : match)
        if (header.name == "If-Match") header.value = "*";
    EXPECT_EQ(house.post(house.platform, one.path + "/actions/message", R"({"text":"two"})", match)
                  .status,
              200U);
}

TEST(Requests, ATryUnderTheSameKeyIsAnsweredEvenWhenItsVersionIsOld) {
    House house;
    Case one(house, Sale::consumer);
    auto headers = one.headers_of("claimant");
    headers.push_back({"If-Match", one.see("claimant").header("ETag")});
    headers.push_back({"Idempotency-Key", "with-version"});
    auto const first =
        house.post(house.platform, one.path + "/actions/message", R"({"text":"one"})", headers);
    ASSERT_EQ(first.status, 200U) << first.text;
    auto const again =
        house.post(house.platform, one.path + "/actions/message", R"({"text":"one"})", headers);
    EXPECT_EQ(again.status, 200U) << again.text;
    EXPECT_EQ(again.text, first.text);
}

TEST(Requests, ListsArePagedNewestFirstAndStayTheCallersOwn) {
    House house;
    std::vector<std::string> filed;
    for (int i = 0; i < 5; ++i)
        filed.push_back(
            house.post(house.platform, "/v1/disputes", filing(Sale::consumer, "")).at("/id"));
    house.post(house.other_platform, "/v1/disputes", filing(Sale::business, ""));

    std::vector<std::string> listed;
    std::string target = "/v1/disputes?limit=2&status=open";
    std::string cursor;
    for (int pages = 0; pages < 5; ++pages) {
        auto const page =
            house.get(house.platform, target + (cursor.empty() ? "" : "&after=" + cursor));
        ASSERT_EQ(page.status, 200U) << page.text;
        EXPECT_LE(page.json["data"].size(), 2U);
        for (Json const& row : page.json["data"]) listed.push_back(row["id"]);
        if (!page.json["has_more"].get<bool>()) {
            EXPECT_EQ(page.at("/next"), "null");
            break;
        }
        cursor = page.at("/next");
    }
    EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()),
              std::set<std::string>(filed.begin(), filed.end()));
    EXPECT_EQ(listed.size(), 5U);
    EXPECT_TRUE(std::ranges::is_sorted(listed, std::greater<>()));

    EXPECT_EQ(house.get(house.other_platform, target + "&after=" + cursor).status, 400U);
    EXPECT_EQ(house.get(house.platform, "/v1/disputes?limit=2&after=" + cursor).status, 400U)
        << "another filter";
    EXPECT_EQ(house.get(house.platform, target + "&after=" + cursor.substr(1)).status, 400U);
    EXPECT_EQ(house.get(house.platform, "/v1/disputes?status=settled").json["data"], Json::array());
    EXPECT_EQ(
        house.get(house.platform, "/v1/disputes?stage=response&limit=100").json["data"].size(), 5U);
    EXPECT_EQ(
        house.get(house.platform, "/v1/disputes?reference=ORD-10027&limit=100").json["data"].size(),
        5U);
    EXPECT_EQ(house.get(house.administrator, "/v1/disputes?limit=100").json["data"].size(), 6U);
    EXPECT_EQ(house.get(house.auditor, "/v1/disputes?limit=100").json["data"].size(), 6U);
    EXPECT_EQ(house.get(house.mediator, "/v1/disputes").json["data"], Json::array());
}

TEST(Requests, APartyAndANeutralListWhatIsTheirs) {
    House house;
    Case one(house, Sale::consumer);
    Case other(house, Sale::consumer);
    one.go_to_mediation();
    auto const ids = [&](std::string const& key, std::vector<Extra> headers = {}) {
        std::vector<std::string> out;
        for (Json const& row : house.get(key, "/v1/disputes", std::move(headers)).json["data"])
            out.push_back(row["id"]);
        return out;
    };
    EXPECT_EQ(ids(house.mediator), std::vector{one.id});
    EXPECT_EQ(ids(one.claimant_key), std::vector{one.id});
    EXPECT_EQ(ids(other.respondent_key), std::vector{other.id});
    EXPECT_EQ(ids(house.platform, {{"Parley-Act-As", other.claimant_id}}), std::vector{other.id});
    EXPECT_EQ(ids(house.platform).size(), 2U);
}

} // namespace
} // namespace parley::routes
