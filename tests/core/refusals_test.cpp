#include "engine/base/blockers.hpp"
#include "tests/core/support.hpp"

#include <algorithm>

// The ladder of refusals: where several hold at once, the first of the list is given.

namespace parley::test {

namespace {

Instant const start = at("2026-03-02T00:00:00Z");
RespondInput const contest{Answer::contest, "No.", {}, std::nullopt};

TEST(Refusals, AnUnknownActComesFirst) {
    Play play(Track::two);
    play.file(start);
    EXPECT_EQ(code_of(play.act(start, Role::respondent, "dance", NoInput{}, false, 99)),
              "no_such_act");
}

TEST(Refusals, AnActOfAnotherComesBeforeLateness) {
    Play play(Track::two);
    play.file(start);
    EXPECT_EQ(code_of(play.act(start + 30 * day, Role::claimant, "respond", contest, false, 99)),
              "not_yours");
    EXPECT_EQ(code_of(play.act(start, Role::claimant, "respondent_silent")), "not_yours");
}

TEST(Refusals, AStrangerWithTheRightRoleIsRefused) {
    Play play(Track::two);
    play.file(start);
    Command command{play.id, play.actor(Role::respondent), "respond", contest, {}, {}, false};
    command.actor.id = play.state.party(Side::claimant).id.text();
    auto refused = decide(world(), play.rules, play.state, command, play.stamp(start));
    EXPECT_EQ(code_of(refused), "not_yours");
    EXPECT_TRUE(refused.error().allowed.empty()) << "a stranger learns nothing";
    EXPECT_EQ(
        code_of(play.act(start, Role::mediator, "message", MessageInput{"Hello", Room::joint})),
        "not_yours");
}

TEST(Refusals, AConfidenceNeedsASignInBeforeAnythingElseIsAsked) {
    Play play(Track::two);
    play.file(start);
    MessageInput const secret{"Between us", Room::respondent_caucus};
    EXPECT_EQ(code_of(play.act(start, Role::respondent, "message", secret, false)),
              "sign_in_required");
    EXPECT_EQ(code_of(play.act(start, Role::respondent, "message", secret, true)),
              "not_possible_now");
    EXPECT_EQ(code_of(play.act(start, Role::claimant, "message", secret, true)), "not_yours");
}

TEST(Refusals, LatenessComesBeforeWhatTheStageAllows) {
    Play play(Track::two);
    play.file(start);
    auto late = play.act(start + 8 * day, Role::respondent, "respond", contest, true, 99);
    EXPECT_EQ(code_of(late), "too_late");
    EXPECT_NE(late.error().detail.find("2026-03-09T23:59:59.999999Z"), std::string::npos);
}

TEST(Refusals, WhatIsDoneIsDone) {
    Play play(Track::two);
    play.file(start);
    play.must(start, Role::respondent, "respond", contest);
    EXPECT_EQ(code_of(play.act(start, Role::respondent, "respond", contest, true, 99)),
              "already_done");
    EXPECT_EQ(code_of(play.act(start, Role::claimant, "file")), "already_done");
}

TEST(Refusals, AnActOfAnotherStageIsNotPossibleNow) {
    Play play(Track::two);
    play.file(start);
    auto early = play.act(start, Role::claimant, "ask_for_mediator", NoInput{}, true, 99);
    EXPECT_EQ(code_of(early), "not_possible_now");
    EXPECT_TRUE(std::ranges::count(early.error().allowed, "offer"))
        << "says what is possible instead";
}

TEST(Refusals, UnmetConditionsNameEachOne) {
    Play play(Track::two);
    play.file(start);
    auto refused = play.act(start, Role::claimant, "accept", OfferRefInput{}, true, 99);
    EXPECT_EQ(code_of(refused), "not_possible_now");
    ASSERT_FALSE(refused.error().blocked_by.empty());
    EXPECT_FALSE(detail_of(refused.error().blocked_by[0]).empty());
}

TEST(Refusals, AnAwardOnTrackTwoGivesTheResolversReason) {
    Play play(Track::two);
    Instant const now = play.to_deliberation(start);
    auto refused = play.act(now, Role::decider, "award", award_input());
    ASSERT_EQ(code_of(refused), "track_forbidden");
    ASSERT_FALSE(refused.error().blocked_by.empty());
    EXPECT_EQ(refused.error().blocked_by[0].detail, explain(play.state.resolution));
}

TEST(Refusals, TooEarlySaysFromWhenOn) {
    Play play(Track::two);
    Instant const now = play.to_deliberation(start);
    play.must(now, Role::decider, "recommend", award_input());
    auto refused = play.act(now, Role::claimant, "accept_outcome", OutcomeRefInput{});
    ASSERT_EQ(code_of(refused), "too_early");
    ASSERT_FALSE(refused.error().blocked_by.empty());
    Deadline const* reflection = play.state.deadline("reflection");
    ASSERT_NE(reflection, nullptr);
    Instant const reflected = reflection->at; // the state that holds the deadline moves on
    EXPECT_EQ(refused.error().blocked_by[0].unlocks_at, reflected + 1);
    EXPECT_EQ(code_of(play.act(reflected, Role::claimant, "accept_outcome", OutcomeRefInput{})),
              "too_early");
    OutcomeRefInput const read{std::nullopt, play.state.outcome()->text_sha256, ""};
    EXPECT_EQ(code_of(play.act(reflected + 1, Role::claimant, "accept_outcome", OutcomeRefInput{})),
              "missing_field");
    EXPECT_EQ(code_of(play.act(reflected + 1, Role::claimant, "accept_outcome", read)), "taken");
}

TEST(Refusals, TheViewersVersionIsAskedLast) {
    Play play(Track::two);
    play.file(start);
    EXPECT_EQ(code_of(play.act(start, Role::respondent, "respond", contest, true, 7)),
              "version_conflict");
    EXPECT_EQ(code_of(play.act(start, Role::respondent, "respond", contest, true, 1)), "taken");
}

TEST(Refusals, AnExtensionIsAskedForWithinItsBounds) {
    Play play(Track::two);
    play.file(start);
    play.must(start, Role::respondent, "respond", contest);
    auto extend = [&](Role role, Period by) {
        return code_of(play.act(start, role, "extend", ExtendInput{{}, by, ""}));
    };
    EXPECT_EQ(code_of(play.act(start, Role::claimant, "extend",
                               ExtendInput{"response", {1, PeriodUnit::days}, ""})),
              "invalid");
    EXPECT_EQ(extend(Role::claimant, {0, PeriodUnit::days}), "invalid");
    EXPECT_EQ(extend(Role::claimant, {5, PeriodUnit::hours}), "invalid");
    EXPECT_EQ(extend(Role::claimant, {11, PeriodUnit::days}), "extension_too_long");
    EXPECT_EQ(extend(Role::claimant, {5, PeriodUnit::days}), "taken");
    EXPECT_EQ(extend(Role::respondent, {6, PeriodUnit::days}), "taken") << "a counter-proposal";
    EXPECT_EQ(play.state.extensions->count("negotiation"), 0U);
    EXPECT_EQ(extend(Role::claimant, {6, PeriodUnit::days}), "taken");
    EXPECT_EQ(play.state.extensions->at("negotiation"), 1U);
    EXPECT_EQ(extend(Role::claimant, {1, PeriodUnit::days}), "extension_used");
}

TEST(Refusals, AnOfferIsInTheCurrencyOfTheDisputeAndEndsAfterItBegins) {
    Play play(Track::two);
    play.file(start);
    OfferInput offer{{refund(100)}, "", std::nullopt};
    offer.remedies[0].remedy.amount->currency = *parse_currency("USD");
    auto refused = play.act(start, Role::claimant, "offer", offer);
    ASSERT_EQ(code_of(refused), "currency_mismatch");
    EXPECT_EQ(refused.error().errors[0].pointer, "/remedies/0/amount/currency");
    EXPECT_EQ(code_of(play.act(start, Role::claimant, "offer", OfferInput{{}, "", {}})),
              "missing_field");
    EXPECT_EQ(code_of(play.act(start, Role::claimant, "offer", OfferInput{{refund(1)}, "", start})),
              "invalid");
}

TEST(Refusals, AnEmptyMessageIsNoMessage) {
    Play play(Track::two);
    play.file(start);
    EXPECT_EQ(code_of(play.act(start, Role::claimant, "message", MessageInput{" \n", Room::joint})),
              "missing_field");
}

TEST(Refusals, WhoIsAskedAnswersThatFirst) {
    Play play(Track::one);
    play.to_mediation(start);
    Instant const now = start + 11 * day;
    play.must(now, Role::administrator, "appoint", AppointInput{play.roster[6].id, ""});
    auto early = play.act(now, Role::decider, "set_final_date", FinalDateInput{now + 2 * day, ""});
    ASSERT_EQ(code_of(early), "not_possible_now");
    EXPECT_EQ(early.error().allowed,
              (std::vector<std::string>{"accept_appointment", "recuse", "disclose"}));
    EXPECT_EQ(code_of(play.act(now, Role::decider, "accept_appointment",
                               AcceptAppointmentInput{true, false, ""})),
              "invalid");
}

TEST(Refusals, RoomsOfOthersAreNeverOpen) {
    Play play(Track::two);
    play.to_mediation(start);
    auto say = [&](Role role, Room room) {
        return code_of(play.act(start, role, "message", MessageInput{"Hello", room}));
    };
    EXPECT_EQ(say(Role::mediator, Room::administration), "not_yours");
    EXPECT_EQ(say(Role::administrator, Room::claimant_caucus), "not_yours");
    EXPECT_EQ(say(Role::respondent, Room::neutral_notes), "not_yours");
    EXPECT_EQ(say(Role::administrator, Room::administration), "taken");
}

TEST(Refusals, AnAppointmentIsOnlyForSomeoneWhoCan) {
    Play play(Track::two);
    play.file(start);
    play.must(start, Role::respondent, "respond", contest);
    play.must(start, Role::claimant, "ask_for_mediator");
    auto appoint = [&](NeutralId id) {
        return play.act(start, Role::administrator, "appoint", AppointInput{id, ""});
    };
    play.roster[1].free = false;
    for (NeutralId id : {NeutralId{}, play.roster[1].id, play.roster[6].id}) {
        auto refused = appoint(id);
        EXPECT_EQ(code_of(refused), "neutral_unavailable");
        EXPECT_FALSE(refused.error().detail.empty());
    }
    EXPECT_EQ(code_of(appoint(play.roster[0].id)), "taken");
    EXPECT_EQ(code_of(appoint(play.roster[2].id)), "not_possible_now")
        << "someone is asked already";
    play.must(start, Role::mediator, "recuse");
    EXPECT_EQ(code_of(appoint(play.roster[0].id)), "neutral_unavailable") << "declined before";
}

TEST(Refusals, ACorrectionSaysWhichErrorItMeans) {
    Play play(Track::one);
    Instant const now = play.to_deliberation(start);
    EXPECT_EQ(code_of(play.act(now, Role::decider, "award", OutcomeInput{})), "missing_field");
    play.must(now, Role::decider, "award", award_input());
    EXPECT_EQ(code_of(play.act(now, Role::claimant, "request_correction", MessageInput{})),
              "missing_field");
    play.must(now, Role::claimant, "request_correction", MessageInput{"The sum.", Room::joint});
    play.must(now, Role::decider, "correct", award_input());
    ASSERT_EQ(play.state.outcomes.size(), 2U);
    EXPECT_EQ(play.state.outcomes[0].version, 1U) << "the first version stays";
    EXPECT_EQ(play.state.outcome()->version, 2U);
}

TEST(Filing, NamesWhatIsWrongWithItsPlace) {
    Play play(Track::two);
    auto refused = [&](auto change) {
        FileInput input = filing_input(Track::two);
        change(input);
        auto result = play.try_file(start, std::move(input));
        EXPECT_FALSE(result);
        std::string const pointer =
            result || result.error().errors.empty() ? "" : result.error().errors[0].pointer;
        return code_of(result) + " " + pointer;
    };
    EXPECT_EQ(refused([](FileInput& f) { f.claimant.time_zone = "Mars/Olympus"; }),
              "invalid /claimant/time_zone");
    EXPECT_EQ(refused([](FileInput& f) { f.transaction.concluded_at = start + 1; }),
              "invalid /transaction/concluded_at");
    EXPECT_EQ(refused([](FileInput& f) { f.consents[1].given_at = start + 1; }),
              "invalid /consents/1/given_at");
    EXPECT_EQ(refused([](FileInput& f) { f.procedure = "trial-by-combat"; }), "invalid /procedure");
    EXPECT_EQ(refused([](FileInput& f) { f.procedure = "uncitral-track-1"; }),
              "track_forbidden /procedure");
    EXPECT_EQ(refused([](FileInput& f) { f.consents.clear(); }).substr(0, 12), "no_agreement");
}

TEST(Filing, TellsBothSidesAndStartsTheFirstClock) {
    Play play(Track::two);
    play.file(start);
    Event const& event = play.record[0].event;
    EXPECT_EQ(event.actor.id, play.state.party(Side::claimant).id.text());
    ASSERT_EQ(event.then.notified.size(), 2U);
    EXPECT_EQ(event.then.notified[0], (Notified{Role::respondent, "notice_available"}));
    ASSERT_EQ(event.then.armed.size(), 1U);
    EXPECT_EQ(event.then.armed[0].trace[0].substr(0, 37), "notice available 2026-03-02T00:00:00Z");
    EXPECT_EQ(dump(play.state).find("Ana Ruiz"), std::string::npos) << "names are content";
    EXPECT_NE(play.record[0].content.find("Ana Ruiz"), std::string::npos);
}

} // namespace

} // namespace parley::test
