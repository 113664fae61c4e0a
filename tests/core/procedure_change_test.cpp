#include "engine/procedure/behaviours.hpp"
#include "tests/core/support.hpp"

#include <nlohmann/json.hpp>

#include <functional>

// A running dispute is moved to a later version of its procedure: what its clocks do, and who must have
// agreed.

namespace parley::test {

namespace {

Instant const start = at("2026-03-02T00:00:00Z");

using Change = std::function<void(nlohmann::ordered_json&)>;
Change period(std::string name, std::string value) {
    return [=](nlohmann::ordered_json& json) { json["parameters"][name]["value"] = value; };
}

class ProcedureChange : public testing::Test {
protected:
    // Version 2 of uncitral-track-2, changed so.
    void publish(Change const& change) {
        auto json = nlohmann::ordered_json::parse(procedure("uncitral-track-2").text);
        json["version"] = 2;
        change(json);
        auto added = world_.procedures.add(json.dump());
        ASSERT_TRUE(added) << added.error().detail;
    }
    Result<Decided> ask(Instant now, Role role, std::int32_t version = 2, bool verified = true) {
        play_.wait(now);
        Command command;
        command.dispute = play_.id;
        command.actor = play_.actor(role, verified);
        command.act = change_procedure_act;
        command.input = ProcedureInput{version, "Reviewed after a year."};
        auto const current = world_.procedures.find(play_.state.procedure);
        auto decided = decide(world_, *current, play_.state, command, play_.stamp(now));
        if (decided) play_.take_over(*decided);
        return decided;
    }
    std::string end_of(std::string_view name) const {
        Deadline const* const deadline = play_.state.deadline(name);
        return deadline == nullptr ? "none" : text_of(deadline->at);
    }

    World world_ = world();
    Play play_{Track::two};
};

TEST_F(ProcedureChange, CountsAClockAgainFromWhereItBegan) {
    publish(period("response_period", "P10D"));
    play_.file(start);
    EXPECT_EQ(end_of("response"), "2026-03-09T23:59:59.999999Z");
    ASSERT_EQ(code_of(ask(start + 3 * day, Role::administrator)), "taken");
    EXPECT_EQ(play_.state.procedure.version, 2);
    EXPECT_EQ(play_.state.procedure, world_.procedures.find("uncitral-track-2", 2)->ref);
    EXPECT_EQ(end_of("response"), "2026-03-12T23:59:59.999999Z");
    EXPECT_EQ(play_.state.stage, "response");
    std::string const first = play_.state.deadline("response")->trace.front();
    EXPECT_NE(first.find("under version 2"), std::string::npos) << first;
    Event const& event = play_.record.back().event;
    EXPECT_EQ(type_of(event), "procedure_changed");
    EXPECT_EQ(std::get<ProcedureChanged>(event.body).before.version, 1);
    EXPECT_EQ(event.then.notified.size(), 2U);
}

TEST_F(ProcedureChange, LessTimeNeedsTheWordOfWhoeverHasIt) {
    publish(period("response_period", "P5D"));
    play_.file(start);
    auto const refused = ask(start + day, Role::administrator);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, RefusalCode::not_possible_now);
    ASSERT_EQ(refused.error().blocked_by.size(), 1U);
    EXPECT_EQ(refused.error().blocked_by[0].condition, "the respondent agrees to have less time");
    EXPECT_NE(refused.error().blocked_by[0].detail.text().find("2026-03-07T23:59:59.999999Z"),
              std::string::npos);
    // Who does not lose any time cannot say yes for who does.
    EXPECT_EQ(code_of(ask(start + day, Role::claimant)), "taken");
    EXPECT_EQ(code_of(ask(start + day, Role::administrator)), "not_possible_now");
    EXPECT_EQ(code_of(ask(start + day, Role::respondent, 2, false)), "sign_in_required");
    EXPECT_EQ(code_of(ask(start + day, Role::respondent)), "taken");
    EXPECT_EQ(end_of("response"), "2026-03-09T23:59:59.999999Z") << "agreeing moves nothing yet";
    EXPECT_EQ(code_of(ask(start + day, Role::administrator)), "taken");
    EXPECT_EQ(end_of("response"), "2026-03-07T23:59:59.999999Z");
    EXPECT_EQ(play_.state.procedure_agreed_by, (std::array<std::int32_t, 2>{0, 0}));
}

TEST_F(ProcedureChange, NobodyIsMovedPastTheEndOfTheirTime) {
    publish(period("response_period", "P2D"));
    play_.file(start);
    EXPECT_EQ(code_of(ask(start + 4 * day, Role::respondent)), "taken");
    auto const refused = ask(start + 4 * day, Role::administrator);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("would be over already"), std::string::npos);
    EXPECT_EQ(play_.state.procedure.version, 1);
}

TEST_F(ProcedureChange, DaysThatWereAddedStayAdded) {
    publish(period("negotiation_period", "P12D"));
    play_.file(start);
    RespondInput response;
    response.statement = "No.";
    play_.must(start + day, Role::respondent, "respond", response);
    std::string const before = end_of("negotiation"); // ten days from 3 March
    EXPECT_EQ(before, "2026-03-13T23:59:59.999999Z");
    for (Role const role : {Role::claimant, Role::respondent})
        play_.must(start + 2 * day, role, "extend", ExtendInput{{}, {5, PeriodUnit::days}, ""});
    EXPECT_EQ(end_of("negotiation"), "2026-03-18T23:59:59.999999Z");
    ASSERT_EQ(code_of(ask(start + 3 * day, Role::administrator)), "taken");
    EXPECT_EQ(end_of("negotiation"), "2026-03-20T23:59:59.999999Z");
}

TEST_F(ProcedureChange, AClockThatWasInterruptedKeepsItsEnd) {
    publish(period("mediation_period", "P20D"));
    play_.to_mediation(start);
    play_.must(start + 6 * day, Role::mediator, "recuse");
    play_.must(start + 8 * day, Role::administrator, "appoint",
               AppointInput{play_.roster[1].id, ""});
    play_.must(start + 8 * day, Role::mediator, "accept_appointment",
               AcceptAppointmentInput{true, true, ""});
    std::string const resumed = end_of("mediation");
    ASSERT_EQ(code_of(ask(start + 9 * day, Role::administrator)), "taken");
    EXPECT_EQ(end_of("mediation"), resumed);
}

TEST_F(ProcedureChange, TheSameRulesLeaveEveryClockAlone) {
    publish([](nlohmann::ordered_json& json) { json["title"] = "Another title"; });
    play_.file(start);
    auto const before = play_.state.deadlines;
    ASSERT_EQ(code_of(ask(start + day, Role::administrator)), "taken");
    EXPECT_EQ(play_.state.deadlines, before);
    // And under the new version the dispute goes on as any.
    auto const rules = world_.procedures.find(play_.state.procedure);
    Command command;
    command.dispute = play_.id;
    command.actor = play_.actor(Role::respondent);
    command.act = "respond";
    RespondInput response;
    response.statement = "No.";
    command.input = response;
    auto decided = decide(world_, *rules, play_.state, command, play_.stamp(start + 2 * day));
    EXPECT_EQ(code_of(decided), "taken");
}

TEST_F(ProcedureChange, OnlyToALaterVersionThatIsHere) {
    publish(period("response_period", "P10D"));
    play_.file(start);
    for (std::int32_t const version : {0, 1, 3}) {
        auto const refused = ask(start + day, Role::administrator, version);
        ASSERT_FALSE(refused) << version;
        EXPECT_EQ(refused.error().errors.at(0).pointer, "/version");
        EXPECT_NE(refused.error().detail.find("later versions here: 2"), std::string::npos)
            << refused.error().detail;
    }
    EXPECT_EQ(code_of(ask(start + day, Role::platform)), "not_yours");
    EXPECT_EQ(code_of(ask(start + day, Role::auditor)), "not_yours");
}

TEST_F(ProcedureChange, NotWhereTheStageWouldOpenToOthers) {
    publish(
        [](nlohmann::ordered_json& json) { json["stages"]["negotiation"]["label"] = "mediation"; });
    play_.file(start);
    RespondInput response;
    response.statement = "No.";
    play_.must(start + day, Role::respondent, "respond", response);
    EXPECT_EQ(code_of(ask(start + 2 * day, Role::administrator)), "not_possible_now");
}

TEST_F(ProcedureChange, NotOnceTheDisputeHasEnded) {
    publish(period("response_period", "P10D"));
    play_.file(start);
    play_.must(start + day, Role::claimant, "withdraw");
    ASSERT_TRUE(play_.state.ended);
    EXPECT_EQ(code_of(ask(start + 2 * day, Role::administrator)), "not_possible_now");
}

TEST_F(ProcedureChange, NoProcedureMayCallAnActOfItsOwnSo) {
    auto json = nlohmann::ordered_json::parse(procedure("uncitral-track-2").text);
    auto& steps = json["stages"]["negotiation"]["steps"];
    steps["change_procedure"] = steps["ask_for_mediator"];
    auto const read = read_procedure(json.dump());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().errors.at(0).pointer, "/stages/negotiation/steps/change_procedure");
}

} // namespace

} // namespace parley::test
