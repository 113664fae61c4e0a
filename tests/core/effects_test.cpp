#include "tests/core/support.hpp"

#include <algorithm>

namespace parley::test {

namespace {

Instant const start = at("2026-03-02T00:00:00Z");

TEST(Effects, OfAFilingCarryTheReferenceAndTheFirstDeadline) {
    Play play(Track::two);
    auto decided = play.try_file(start, filing_input(Track::two));
    ASSERT_TRUE(decided);
    Effects const made = effects(DisputeState{}, *decided);
    DisputeRow const row = list_row(*decided);
    EXPECT_EQ(row.reference, "ORD-10027");
    EXPECT_EQ(row.stage, "response");
    EXPECT_EQ(row.version, 1U);
    EXPECT_EQ(row.created_at, start);
    ASSERT_EQ(made.armed.size(), 1U);
    EXPECT_EQ(made.armed[0].name, "response");
    EXPECT_EQ(made.armed[0].at, at("2026-03-09T23:59:59.999999Z"));
    EXPECT_TRUE(made.disarmed.empty());
    ASSERT_EQ(made.outbox.size(), 2U);
    EXPECT_EQ(made.outbox[0].addressee, decided->after.party(Side::respondent).id.text());
    EXPECT_EQ(made.outbox[0].id,
              decided->events[0].event.id.text() + "/" + made.outbox[0].addressee);
}

TEST(Effects, AMovedDeadlineIsDisarmedUnderItsOldStampAndArmedUnderItsNewOne) {
    Play play(Track::two);
    play.file(start);
    play.must(start, Role::respondent, "respond", RespondInput{Answer::contest, "No.", {}, {}});
    ExtendInput const ask{{}, {3, PeriodUnit::days}, ""};
    play.must(start, Role::claimant, "extend", ask);
    DisputeState const before = play.state;
    auto decided = play.act(start, Role::respondent, "extend", ask);
    ASSERT_TRUE(decided);
    Effects const made = effects(before, *decided);
    ASSERT_EQ(made.armed.size(), 1U);
    ASSERT_EQ(made.disarmed.size(), 1U);
    EXPECT_EQ(made.disarmed[0].first, "negotiation");
    EXPECT_NE(made.disarmed[0].second, made.armed[0].stamp);
    EXPECT_EQ(made.armed[0].at, at("2026-03-15T23:59:59.999999Z"));
}

TEST(Effects, ANeutralsLoadCountsFromBeingAskedToTheEnd) {
    Play play(Track::two);
    play.file(start);
    play.must(start, Role::respondent, "respond", RespondInput{Answer::contest, "No.", {}, {}});
    play.must(start, Role::claimant, "ask_for_mediator");
    auto changes = [&](Role role, std::string_view act, ActInput input) {
        DisputeState const before = play.state;
        auto decided = play.act(start, role, act, std::move(input));
        EXPECT_TRUE(decided) << act << ": " << code_of(decided);
        return decided ? effects(before, *decided).loads : std::vector<LoadChange>{};
    };
    auto asked = changes(Role::administrator, "appoint", AppointInput{play.roster[0].id, ""});
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked[0].by, 1);
    EXPECT_TRUE(
        changes(Role::mediator, "accept_appointment", AcceptAppointmentInput{true, true, ""})
            .empty());
    EXPECT_TRUE(changes(Role::respondent, "offer", OfferInput{{refund(100)}, "", {}}).empty());
    auto ended = changes(Role::claimant, "accept", OfferRefInput{});
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].by, -1);
    EXPECT_EQ(ended[0].neutral, play.roster[0].id);
}

TEST(Effects, ANeutralWhoIsRemovedIsToldAndFreed) {
    Play play(Track::two);
    play.to_mediation(start);
    DisputeState const before = play.state;
    std::string const mediator = before.seat(SeatKind::mediator).neutral.text();
    auto decided = play.act(start + hour, Role::claimant, "object",
                            ObjectInput{ObjectionKind::peremptory, ""});
    ASSERT_TRUE(decided);
    Effects const made = effects(before, *decided);
    EXPECT_TRUE(std::ranges::any_of(
        made.outbox, [&](OutboxRow const& row) { return row.addressee == mediator; }));
    ASSERT_EQ(made.loads.size(), 1U);
    EXPECT_EQ(made.loads[0].by, -1);
}

TEST(Extensions, GrantedFromOutsideLeaveThePartiesTheirOwn) {
    Play play(Track::two);
    play.file(start);
    auto granted = grant_extension(world(), play.state, "response", {1, PeriodUnit::days}, "outage",
                                   play.stamp(start + day));
    ASSERT_TRUE(granted);
    play.take_over(*granted);
    EXPECT_EQ(play.state.deadline("response")->at, at("2026-03-10T23:59:59.999999Z"));
    EXPECT_TRUE(play.state.extensions.empty());
    EXPECT_EQ(play.state.stage, "response");
    EXPECT_EQ(code_of(grant_extension(world(), play.state, "reply", {1, PeriodUnit::days}, "outage",
                                      play.stamp(start + day))),
              "not_found");
}

TEST(Erasure, LeavesTheStateAsItWas) {
    Play play(Track::two);
    play.to_mediation(start);
    std::vector<EventId> ids;
    for (Written const& written : play.record) ids.push_back(written.event.id);
    DisputeState before = play.state;
    EventsByRoom by_room;
    by_room[static_cast<std::size_t>(Room::joint)] = ids;
    Decided const erased = erase_content(play.state, by_room, play.actor(Role::administrator),
                                         play.stamp(start + hour));
    EXPECT_EQ(effects(before, erased).erased, ids);
    play.take_over(erased);
    EXPECT_EQ(play.state.stage, before.stage);
    EXPECT_EQ(play.state.deadlines, before.deadlines);
    EXPECT_EQ(play.state.version, before.version + 1);
}

TEST(Erasure, TellsEachRoomOfItsOwnEventsAlone) {
    Play play(Track::two);
    play.to_mediation(start);
    play.must(start + hour, Role::claimant, "message",
              MessageInput{"I would take 40.", Room::claimant_caucus});
    play.must(start + hour, Role::mediator, "message",
              MessageInput{"They may meet.", Room::neutral_notes});
    EventsByRoom by_room;
    std::vector<EventId> all;
    for (Written const& written : play.record) {
        by_room[static_cast<std::size_t>(written.event.room)].push_back(written.event.id);
        all.push_back(written.event.id);
    }
    DisputeState const before = play.state;
    Decided const erased = erase_content(play.state, by_room, play.actor(Role::administrator),
                                         play.stamp(start + 2 * hour));
    ASSERT_EQ(erased.events.size(), 3U);
    for (Written const& written : erased.events)
        EXPECT_EQ(std::get<ContentErased>(written.event.body).events,
                  by_room[static_cast<std::size_t>(written.event.room)]);
    auto gone = effects(before, erased).erased;
    std::ranges::sort(gone);
    std::ranges::sort(all);
    EXPECT_EQ(gone, all);
    play.take_over(erased);
    EXPECT_EQ(version_for(play.state, {Role::respondent, true, {}}),
              version_for(before, {Role::respondent, true, {}}) + 1)
        << "the other side reads one more event, whatever was said in confidence";
}

TEST(Erasure, OfNothingWritesNothing) {
    Play play(Track::two);
    play.file(start);
    Decided const erased =
        erase_content(play.state, {}, play.actor(Role::administrator), play.stamp(start + hour));
    EXPECT_TRUE(erased.events.empty());
    EXPECT_EQ(erased.after, play.state);
}

TEST(Deadlines, FireInTheOrderOfTheirInstantsAndAnActAtTheInstantIsInTime) {
    DisputeState state;
    Deadline late, soon, tie;
    late.name = "a";
    late.at = Instant{20};
    late.stamp = 1;
    soon.name = "b";
    soon.at = Instant{10};
    soon.stamp = 3;
    tie.name = "c";
    tie.at = Instant{10};
    tie.stamp = 2;
    state.deadlines = {late, soon, tie};
    EXPECT_EQ(first_due(state, Instant{10}), nullptr);
    ASSERT_NE(first_due(state, Instant{11}), nullptr);
    EXPECT_EQ(first_due(state, Instant{11})->name, "c") << "the one that started first";
}

TEST(Deadlines, OneWithoutAStepInThePresentStagePassesWithoutEffect) {
    Play play(Track::two);
    play.file(start);
    Deadline stray = *play.state.deadline("response");
    stray.name = "stray";
    stray.step = "no_step_of_any_stage";
    stray.stamp = 99;
    play.state.deadlines.edit().push_back(stray);
    Decided const decided = fire(world(), play.rules, play.state, stray, play.stamp(stray.at));
    EXPECT_EQ(decided.after.stage, "response");
    EXPECT_EQ(decided.after.deadline("stray"), nullptr);
    EXPECT_EQ(decided.after.passed.back().first, "stray");
    EXPECT_EQ(decided.events[0].event.at, stray.at);
}

TEST(Draw, CanBeRepeatedByAnyoneWhoKnowsTheRosterAndTheEntropy) {
    auto drawn = [](bool reversed) {
        Play play(Track::two, 7);
        if (reversed) std::ranges::reverse(play.roster);
        play.file(start);
        play.wait(start + 20 * day);
        for (Written const& written : play.record)
            if (auto const* e = std::get_if<NeutralAppointed>(&written.event.body)) return *e;
        return NeutralAppointed{};
    };
    NeutralAppointed const one = drawn(false), again = drawn(true);
    EXPECT_TRUE(one.drawn);
    EXPECT_TRUE(one.seated);
    EXPECT_EQ(one.candidates, 6U);
    EXPECT_EQ(one.neutral, again.neutral) << "the order of the roster does not matter";
}

TEST(Draw, PrefersWhoSpeaksAPartysLanguageAndSkipsWhoIsBusy) {
    Play play(Track::two, 7);
    for (Candidate& candidate : play.roster) candidate.languages = {"fi"};
    play.roster[1].languages = {"es-MX"};
    play.roster[2].languages = {"en"};
    play.roster[2].free = false;
    play.file(start);
    play.wait(start + 20 * day);
    EXPECT_EQ(play.state.seat(SeatKind::mediator).neutral, play.roster[1].id);
}

} // namespace

} // namespace parley::test
