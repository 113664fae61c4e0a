#include "api/http/problem.hpp"

#include "engine/base/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace parley::http {
namespace {

Json document_of(Response const& response) {
    auto parsed = parse_json(response.text());
    EXPECT_TRUE(parsed) << response.text();
    return parsed ? *parsed : Json();
}

TEST(Problem, CarriesTheMembersOfRfc9457) {
    Response const response =
        problem(Refusal{RefusalCode::not_found, "There is no such dispute.", {}, {}, {}}, "req_1");
    EXPECT_EQ(response.status, 404U);
    EXPECT_EQ(*response.header("content-type"), "application/problem+json");
    Json const json = document_of(response);
    EXPECT_EQ(json.at("type"), "/problems/not_found");
    EXPECT_EQ(json.at("title"), title_of(RefusalCode::not_found));
    EXPECT_EQ(json.at("status"), 404);
    EXPECT_EQ(json.at("detail"), "There is no such dispute.");
    EXPECT_EQ(json.at("instance"), "req_1");
    EXPECT_EQ(json.at("code"), "not_found");
    EXPECT_FALSE(json.contains("errors"));
    EXPECT_FALSE(json.contains("allowed"));
}

TEST(Problem, PointsAtFields) {
    Refusal const refusal{RefusalCode::invalid,
                          "Two faults.",
                          {{"/claim/amount", RefusalCode::out_of_range, "too \"much\""}},
                          {},
                          {}};
    Json const json = document_of(problem(refusal, "req_1"));
    EXPECT_EQ(json.at("status"), 422);
    EXPECT_EQ(json.at("errors").at(0).at("pointer"), "/claim/amount");
    EXPECT_EQ(json.at("errors").at(0).at("code"), "out_of_range");
    EXPECT_EQ(json.at("errors").at(0).at("detail"), "too \"much\"");
}

TEST(Problem, ARefusedActSaysWhatBlocksItAndWhatIsAllowed) {
    Refusal const refusal{
        RefusalCode::not_possible_now,
        "Not now.",
        {},
        {{"an offer is open", "None is.", std::nullopt}, {"time", "Later.", Instant{0}}},
        {"offer", "withdraw"}};
    Json const json = document_of(problem(refusal, "req_1"));
    EXPECT_EQ(json.at("status"), 409);
    EXPECT_TRUE(json.at("blocked_by").at(0).at("unlocks_at").is_null());
    EXPECT_EQ(json.at("blocked_by").at(1).at("unlocks_at"), text_of(Instant{0}));
    EXPECT_EQ(json.at("allowed"), Json::parse(R"(["offer","withdraw"])"));
}

TEST(Problem, EveryKindHasItsStatus) {
    struct Row {
        RefusalKind kind;
        unsigned status;
    };
    for (Row row : {Row{RefusalKind::malformed, 400}, Row{RefusalKind::unauthenticated, 401},
                    Row{RefusalKind::forbidden, 403}, Row{RefusalKind::unknown, 404},
                    Row{RefusalKind::conflict, 409}, Row{RefusalKind::stale, 412},
                    Row{RefusalKind::condition_required, 428}, Row{RefusalKind::too_large, 413},
                    Row{RefusalKind::unsupported, 415}, Row{RefusalKind::invalid, 422},
                    Row{RefusalKind::unavailable, 503}})
        EXPECT_EQ(status_of(row.kind), row.status);
}

TEST(Problem, TellsHowToSignInAndWhenToComeBack) {
    auto const plain = [](RefusalCode code) { return Refusal{code, "No.", {}, {}, {}}; };
    EXPECT_EQ(*problem(plain(RefusalCode::not_authenticated), "r").header("WWW-Authenticate"),
              "Bearer");
    EXPECT_EQ(*problem(plain(RefusalCode::busy), "r").header("Retry-After"), "1");
    EXPECT_EQ(
        *problem(plain(RefusalCode::busy), "r", std::chrono::seconds(7)).header("Retry-After"),
        "7");
    EXPECT_EQ(problem(plain(RefusalCode::invalid), "r").header("Retry-After"), nullptr);
}

TEST(Problem, AGateFaultClosesTheConnection) {
    Response const response = problem(GateFault{405, "method_not_allowed", "No."}, "req_1");
    EXPECT_TRUE(response.close);
    EXPECT_NE(response.header("Allow"), nullptr);
    EXPECT_EQ(document_of(response).at("code"), "method_not_allowed");
}

} // namespace
} // namespace parley::http
