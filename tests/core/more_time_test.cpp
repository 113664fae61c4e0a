#include "engine/core/story.hpp"
#include "engine/procedure/examine.hpp"
#include "tests/core/support.hpp"

#include <nlohmann/json.hpp>

// Time that a procedure gives by itself: more of it on request, and days until something counts as
// received.

namespace parley::test {

namespace {

// uncitral-track-2 with one place changed.
Result<Procedure> changed(char const* pointer, nlohmann::ordered_json const& value) {
    auto json = nlohmann::ordered_json::parse(procedure("uncitral-track-2").text);
    for (auto const& [name, period] : {std::pair{"deemed", "P3D"},
                                       {"deemed_abroad", "P9D"},
                                       {"deemed_months", "P1M"},
                                       {"business_days", "P9B"}})
        if (value.dump().contains('"' + std::string(name) + '"'))
            json["parameters"][name] = {{"value", period}, {"means", "m"}, {"cites", "own: test"}};
    json[nlohmann::ordered_json::json_pointer(pointer)] = value;
    return read_procedure(json.dump());
}

void expect_stories(Result<Procedure> const& rules, std::string_view text) {
    ASSERT_TRUE(rules) << rules.error().detail;
    StoriesResult const result = run_stories(world(), *rules, text);
    EXPECT_GT(result.passed, 0U);
    for (StoryFault const& fault : result.faults)
        ADD_FAILURE() << fault.line << " \"" << fault.story << "\": " << fault.detail;
}

void expect_fault(Result<Procedure> const& rules, std::string_view pointer) {
    ASSERT_FALSE(rules);
    EXPECT_TRUE(std::ranges::any_of(
        rules.error().errors, [&](FieldError const& fault) { return fault.pointer == pointer; }))
        << pointer << " has no fault";
}

constexpr char const* consent = "/stages/negotiation/steps/extend/does/extend_deadline/consent";
constexpr char const* receipt = "/stages/response/deadlines/response/receipt";

TEST(MoreTime, IsGivenAtTheRequestOfWhoMustAct) {
    expect_stories(changed(consent, "none"), R"(
## One side asks, the clock moves at once and once only
| when | who | act | then |
|---|---|---|---|
| 2026-03-02 00:00 UTC | claimant | file | -> response |
| 2026-03-05 10:00 UTC | respondent | respond: contest | -> negotiation; deadline negotiation end of 2026-03-15 |
| 2026-03-14 09:00 UTC | claimant | extend: P11D | refused: extension_too_long |
| 2026-03-14 09:00 UTC | respondent | extend: P4D | deadline negotiation end of 2026-03-19 |
| 2026-03-15 09:00 UTC | claimant | extend: P1D | refused: extension_used |
| 2026-03-20 00:00 UTC | claimant | wait | -> mediator_appointment; stage since end of 2026-03-19 |
)");
}

TEST(MoreTime, OnRequestIsForTheOwnTimeAlone) {
    auto json = nlohmann::ordered_json::parse(procedure("uncitral-track-2").text);
    json["stages"]["negotiation"]["deadlines"]["negotiation"]["actors"] = {"claimant"};
    json[nlohmann::ordered_json::json_pointer(consent)] = "none";
    expect_fault(read_procedure(json.dump()), consent);
    expect_fault(changed(consent, "other_side"), consent);
}

// The respondent's time to answer, and the claimant's to complete its notice: to each its own.
TEST(MoreTime, OnRequestIsForBothEachWhereItsTimeRuns) {
    auto json = nlohmann::ordered_json::parse(procedure("uncitral-track-2").text);
    auto const with_more_time = [&](char const* stage, char const* side, char const* deadline) {
        json["stages"][stage]["steps"]["extend"] = {{"by", {side}},
                                                    {"does",
                                                     {{"extend_deadline",
                                                       {{"deadline", deadline},
                                                        {"period_most", "extension_max"},
                                                        {"times", "extension_times"},
                                                        {"consent", "none"}}}}},
                                                    {"notifies", {"claimant", "respondent"}},
                                                    {"means", "m"},
                                                    {"cites", "own: test"}};
    };
    with_more_time("response", "respondent", "response");
    auto rules = read_procedure(json.dump());
    ASSERT_TRUE(rules) << rules.error().detail;
    Examination const alone = examine(*rules);
    EXPECT_TRUE(std::ranges::any_of(alone.findings, [](Finding const& finding) {
        return finding.rule == "symmetry" && finding.pointer == "/stages/response/steps/extend/by";
    }));

    with_more_time("deficient", "claimant", "completion");
    rules = read_procedure(json.dump());
    ASSERT_TRUE(rules) << rules.error().detail;
    EXPECT_TRUE(examine(*rules).proven());
    expect_stories(rules, R"(
## The respondent takes ten days more
| when | who | act | then |
|---|---|---|---|
| 2026-03-02 00:00 UTC | claimant | file | -> response; deadline response end of 2026-03-09 |
| 2026-03-05 10:00 UTC | respondent | extend: P10D | deadline response end of 2026-03-19 |
| 2026-03-19 10:00 UTC | respondent | respond: contest | -> negotiation |
)");
}

TEST(MoreTime, RunsFromTheDayOfReceiptAndLaterAbroad) {
    auto const rules = changed(receipt, {{"after", "deemed"}, {"abroad", "deemed_abroad"}});
    expect_stories(rules, R"(
## In one country: three days, then seven
claimant: consumer PT Europe/Lisbon pt
respondent: business PT Europe/Lisbon pt
| when | who | act | then |
|---|---|---|---|
| 2026-03-02 00:00 UTC | claimant | file | -> response; deadline response end of 2026-03-12 |

## Abroad: nine days, then seven
claimant: consumer PT Europe/Lisbon pt
respondent: business GB Europe/London en
| when | who | act | then |
|---|---|---|---|
| 2026-03-02 00:00 UTC | claimant | file | -> response; deadline response end of 2026-03-18 |
)");
}

TEST(MoreTime, ReceiptIsAPartysAndInDays) {
    std::string const at = receipt;
    expect_fault(changed(receipt, {{"after", "deemed_months"}}), at + "/after");
    expect_fault(changed(receipt, {{"after", "deemed"}, {"abroad", "deemed_months"}}),
                 at + "/abroad");
    expect_fault(changed(receipt, {{"after", "deemed_abroad"}, {"abroad", "deemed"}}),
                 at + "/abroad");
    expect_fault(changed(receipt, {{"until", "deemed"}}), at + "/until");
    auto mixed = changed(receipt, {{"after", "deemed"}, {"abroad", "business_days"}});
    expect_fault(mixed, at + "/abroad");
    expect_fault(changed("/stages/mediator_appointment/deadlines/mediator_appointment/receipt",
                         {{"after", "deemed"}}),
                 "/stages/mediator_appointment/deadlines/mediator_appointment/receipt");
    expect_fault(changed("/stages/response/deadlines/response", {{"after", "response_period"},
                                                                 {"actors", {"respondent"}},
                                                                 {"ends", "instant"},
                                                                 {"receipt", {{"after", "deemed"}}},
                                                                 {"then", "respondent_silent"},
                                                                 {"means", "m"},
                                                                 {"cites", "own: test"}}),
                 at);
}

} // namespace

} // namespace parley::test
