#include "engine/core/apply.hpp"
#include "engine/core/tasks.hpp"
#include "tests/core/support.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

namespace parley::test {

namespace {

Instant const start = at("2026-03-02T00:00:00Z"); // a Monday

std::string line_of(TaskChange const& change) {
    Task const& task = change.task;
    std::string_view const seat = task.seat ? name_of(*task.seat) : std::string_view("-");
    switch (change.what) {
    case TaskChange::What::open:
        return fmt::format("open {} {} due {}", name_of(task.kind), seat,
                           task.deadline.empty() ? "softly" : task.deadline);
    case TaskChange::What::move:
        return fmt::format("move {} {} due {}", name_of(task.kind), seat,
                           task.deadline.empty() ? "softly" : task.deadline);
    case TaskChange::What::close:
        return fmt::format("close {} {} {}", name_of(task.kind), seat, name_of(task.end));
    }
    return {};
}

// Every change that the whole record made, in order.
std::vector<TaskChange> changes_of(Play const& play) {
    std::vector<TaskChange> out;
    DisputeState state;
    for (Written const& written : play.record) {
        DisputeState const before = state;
        apply(state, play.id, written.event);
        for (TaskChange& change : task_changes(world(), play.rules, before, {{written}, state}))
            out.push_back(std::move(change));
    }
    return out;
}
std::vector<std::string> lines_of(Play const& play) {
    std::vector<std::string> out;
    for (TaskChange const& change : changes_of(play)) out.push_back(line_of(change));
    return out;
}
using Lines = std::vector<std::string>;

TEST(Tasks, OpenAndCloseAsADisputeGoesToItsAward) {
    Play play(Track::one);
    Instant now = play.to_deliberation(start);
    play.must(now, Role::decider, "award", award_input());
    play.must(now, Role::claimant, "request_correction", MessageInput{"A slip.", Room::joint});
    play.must(now, Role::decider, "correct", award_input());
    EXPECT_EQ(lines_of(play), (Lines{
                                  "open appoint mediator due mediator_appointment",
                                  "close appoint mediator done",
                                  "open accept_appointment mediator due mediator_appointment",
                                  "close accept_appointment mediator done",
                                  "open mediate mediator due mediation",
                                  "close mediate mediator lapsed",
                                  "open appoint decider due decider_appointment_due",
                                  "close appoint decider done",
                                  "open accept_appointment decider due decider_appointment_due",
                                  "close accept_appointment decider done",
                                  "open set_final_date decider due final_communications",
                                  "close set_final_date decider lapsed",
                                  "open decide decider due decision_target",
                                  "close decide decider done",
                                  "open correct decider due correction",
                                  "close correct decider done",
                              }));
}

TEST(Tasks, OfTheSeatAreForWhoSitsThereAndOfTheOfficeForNobodyElse) {
    Play play(Track::two);
    play.to_mediation(start);
    for (TaskChange const& change : changes_of(play)) {
        if (change.what != TaskChange::What::open) continue;
        bool const office = change.task.kind == TaskKind::appoint;
        EXPECT_EQ(change.task.neutral.has_value(), !office) << line_of(change);
        EXPECT_EQ(change.task.queue(), office ? Queue::administration : Queue::mediation);
        EXPECT_EQ(change.task.dispute, play.id);
        EXPECT_EQ(change.task.countries[0], "ES");
        EXPECT_EQ(change.task.languages[1], "en");
        EXPECT_FALSE(change.task.act.empty());
    }
}

// So that what passes together lies together in the store, though it was due at one instant long ago.
TEST(Tasks, AndEventsOfAPassedDeadlineAreNamedByWhenItWasSeenToHavePassed) {
    Play play(Track::two);
    play.file(start);
    Deadline const response = *play.state.deadline("response");
    Instant const seen = response.at + us_per_day;
    Decided const decided = fire(world(), play.rules, play.state, response, play.stamp(seen));
    Event const& event = decided.events.at(0).event;
    EXPECT_EQ(event.at, response.at);
    std::vector<TaskChange> const changes = task_changes(world(), play.rules, play.state, decided);
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].task.opened_at, response.at);
    auto const time_in = [](Bytes16 const& id) {
        return std::vector<std::uint8_t>(id.begin(), id.begin() + 6);
    };
    auto const expected = time_in(make_uuid_v7(seen, std::array<std::uint8_t, 10>{}));
    EXPECT_EQ(time_in(event.id.bytes()), expected);
    EXPECT_EQ(time_in(changes[0].task.id.bytes()), expected);
}

TEST(Tasks, AnObjectionIsTheOfficesUntilItIsDecided) {
    Play play(Track::two);
    play.to_mediation(start);
    play.must(start + hour, Role::claimant, "object",
              ObjectInput{ObjectionKind::cause, "A cousin."});
    auto lines = lines_of(play);
    EXPECT_EQ(lines.back(), "open decide_objection mediator due objection_decision");
    play.must(start + 2 * hour, Role::administrator, "decide_objection",
              DecideObjectionInput{true, "So it is."});
    lines = lines_of(play);
    Lines const last(lines.end() - 3, lines.end());
    EXPECT_EQ(last, (Lines{"close mediate mediator dropped", "close decide_objection mediator done",
                           "open appoint mediator due mediator_appointment"}));
}

TEST(Tasks, AnObjectionLeftUndecidedLapses) {
    Play play(Track::two);
    play.to_mediation(start);
    play.must(start + hour, Role::claimant, "object",
              ObjectInput{ObjectionKind::cause, "A cousin."});
    play.wait(start + 5 * day);
    auto const lines = lines_of(play);
    EXPECT_NE(std::ranges::find(lines, "close decide_objection mediator lapsed"), lines.end());
}

TEST(Tasks, FollowTheClockThatTakesOverAndTheStageThatIsEntered) {
    Play play(Track::two);
    for (Candidate& candidate : play.roster) candidate.free = false; // nobody can be drawn
    play.file(start);
    play.must(start, Role::respondent, "respond", RespondInput{Answer::contest, "No.", {}, {}});
    play.must(start, Role::claimant, "ask_for_mediator");
    play.wait(start + 7 * day);
    auto lines = lines_of(play);
    EXPECT_EQ(lines.back(), "move appoint mediator due mediator_appointment_last");
    play.wait(start + 40 * day);
    EXPECT_TRUE(play.state.ended);
    EXPECT_EQ(lines_of(play).back(), "close appoint mediator lapsed");
}

TEST(Tasks, AMediationThatEndsInASettlementIsDone) {
    Play play(Track::two);
    play.to_mediation(start);
    play.must(start + hour, Role::mediator, "propose", OfferInput{{refund(6000)}, "", {}});
    play.must(start + hour, Role::claimant, "accept");
    EXPECT_NE(lines_of(play).back(), "close mediate mediator done") << "one side is not both";
    play.must(start + hour, Role::respondent, "accept");
    EXPECT_EQ(play.state.stage, "settled");
    EXPECT_EQ(lines_of(play).back(), "close mediate mediator done");
}

TEST(Tasks, ADateThatIsSetClosesItsTask) {
    Play play(Track::one);
    play.to_mediation(start);
    Instant const now = start + 11 * day;
    play.must(now, Role::administrator, "appoint", AppointInput{play.roster[6].id, ""});
    play.must(now, Role::decider, "accept_appointment", AcceptAppointmentInput{true, true, ""});
    play.must(now, Role::decider, "set_final_date", FinalDateInput{now + 4 * day, ""});
    EXPECT_EQ(lines_of(play).back(), "close set_final_date decider done");
}

TEST(Tasks, ABreachIsLookedIntoByHandAndOutlivesTheDispute) {
    Play play(Track::one);
    Instant now = play.to_deliberation(start);
    play.must(now, Role::decider, "award", award_input());
    now = now + 12 * day;
    play.must(now, Role::claimant, "report_breach", MessageInput{"Nothing came.", Room::joint});
    auto const changes = changes_of(play);
    ASSERT_EQ(line_of(changes.back()), "open look_into_breach - due softly");
    EXPECT_EQ(changes.back().task.due_at, soft_target(world(), now));
    play.wait(now + 400 * day);
    ASSERT_TRUE(play.state.ended);
    EXPECT_EQ(lines_of(play).back(), "open look_into_breach - due softly");
}

TEST(Tasks, DoubtOfANoticeIsLookedIntoByHand) {
    Play play(Track::two);
    play.to_mediation(start);
    play.must(start + hour, Role::mediator, "doubt_notice");
    EXPECT_EQ(lines_of(play).back(), "open look_into_notice - due softly");
    EXPECT_FALSE(changes_of(play).back().task.neutral) << "the office looks into it";
}

TEST(Tasks, LanguagesAreListedOnceSomebodyAsks) {
    Play play(Track::two);
    play.file(start);
    auto const before = lines_of(play).size();
    play.must(start + hour, Role::claimant, "ask_language", LanguageInput{"fr"});
    ASSERT_EQ(lines_of(play).size(), before + 1);
    EXPECT_EQ(lines_of(play).back(), "open list_languages - due softly");
    play.must(start + hour, Role::administrator, "list_languages", LanguagesInput{{"fr", "en"}});
    EXPECT_EQ(lines_of(play).back(), "close list_languages - done");
}

TEST(Tasks, HaveIdsThatFollowFromTheirEvents) {
    Play play(Track::one);
    play.to_deliberation(start);
    auto const once = changes_of(play), again = changes_of(play);
    std::vector<TaskId> ids;
    for (std::size_t i = 0; i < once.size(); ++i) {
        EXPECT_EQ(once[i].task, again[i].task);
        if (once[i].what == TaskChange::What::open) ids.push_back(once[i].task.id);
    }
    std::ranges::sort(ids);
    EXPECT_EQ(std::ranges::adjacent_find(ids), ids.end());
}

TEST(Tasks, NoConfidenceOpensMovesOrClosesOne) {
    Play play(Track::two);
    play.to_mediation(start);
    auto const before = lines_of(play);
    play.must(start + hour, Role::claimant, "message",
              MessageInput{"I would take 40.", Room::claimant_caucus});
    play.must(start + hour, Role::mediator, "message",
              MessageInput{"They may meet.", Room::neutral_notes});
    EXPECT_EQ(lines_of(play), before);
}

TEST(SoftTarget, IsTheEndOfTheNextWorkingDay) {
    EXPECT_EQ(soft_target(world(), start), at("2026-03-03T23:59:59.999999Z"));
    EXPECT_EQ(soft_target(world(), at("2026-03-05T23:00:00Z")), at("2026-03-06T23:59:59.999999Z"));
    for (char const* from :
         {"2026-03-06T10:00:00Z", "2026-03-07T10:00:00Z", "2026-03-08T10:00:00Z"})
        EXPECT_EQ(soft_target(world(), at(from)), at("2026-03-09T23:59:59.999999Z")) << from;
}

// What people do with a task.

NeutralId const mediator(Bytes16{1}), stranger(Bytes16{2});

struct Desk {
    Task task;
    Instant now = start;
    std::vector<TaskMovement> made;
    std::string const mediator_id = mediator.text();

    explicit Desk(bool office = false) {
        task.kind = office ? TaskKind::look_into_breach : TaskKind::mediate;
        if (!office) {
            task.neutral = mediator;
            task.seat = SeatKind::mediator;
            task.deadline = "mediation";
        }
        task.opened_at = start;
        task.due_at = start + 10 * day;
    }
    static Worker clerk(char const* name = "key_a") { return {name, {}}; }
    static Worker sits() { return {mediator.text(), mediator}; }
    TaskMove move(TaskAct what, Worker by) const {
        TaskMove asked;
        asked.what = what;
        asked.by = std::move(by);
        asked.expected = std::vector{mark_of(task, now)};
        if (what == TaskAct::snooze) {
            asked.until = now + day;
            asked.reason = "Waits for the carrier.";
        }
        return asked;
    }
    std::string try_move(TaskMove const& what) {
        auto decided = decide_move(task, what, now);
        if (!decided) return std::string(name_of(decided.error().code));
        apply_movement(task, *decided);
        made.push_back(*decided);
        return "done";
    }
    std::string try_move(TaskAct what, Worker by) { return try_move(move(what, std::move(by))); }
};

TEST(TaskMoves, AClaimIsALeaseThatComesBackByItself) {
    Desk desk(true);
    EXPECT_EQ(desk.try_move(TaskAct::claim, Desk::clerk()), "done");
    EXPECT_EQ(holder_of(desk.task, desk.now), "key_a");
    EXPECT_EQ(desk.try_move(TaskAct::claim, Desk::clerk("key_b")), "not_possible_now");
    desk.now = *desk.task.lease_until - 1;
    EXPECT_EQ(desk.try_move(TaskAct::claim, Desk::clerk("key_b")), "not_possible_now");
    desk.now = *desk.task.lease_until;
    EXPECT_EQ(holder_of(desk.task, desk.now), "");
    EXPECT_EQ(desk.try_move(TaskAct::claim, Desk::clerk("key_b")), "done");
    EXPECT_EQ(holder_of(desk.task, desk.now), "key_b");
}

TEST(TaskMoves, WhoSleptOverALeaseFinishesNothing) {
    Desk desk(true);
    ASSERT_EQ(desk.try_move(TaskAct::claim, Desk::clerk()), "done");
    TaskMove const late = desk.move(TaskAct::complete, Desk::clerk());
    desk.now = desk.now + 2 * hour;
    EXPECT_EQ(desk.try_move(late), "version_conflict") << "the lease in the tag has run out";
    ASSERT_EQ(desk.try_move(TaskAct::claim, Desk::clerk("key_b")), "done");
    EXPECT_EQ(desk.try_move(late), "version_conflict");
    EXPECT_FALSE(desk.task.closed_at);
}

TEST(TaskMoves, TheHolderRenewsByTheTagAndNotByAStar) {
    Desk desk(true);
    ASSERT_EQ(desk.try_move(TaskAct::claim, Desk::clerk()), "done");
    TaskMove any = desk.move(TaskAct::claim, Desk::clerk());
    any.expected.reset();
    EXPECT_EQ(desk.try_move(any), "already_done");
    TaskMove longer = desk.move(TaskAct::claim, Desk::clerk());
    longer.lease_us = 2 * hour;
    EXPECT_EQ(desk.try_move(longer), "done");
    EXPECT_EQ(desk.task.lease_until, desk.now + 2 * hour);
    longer.expected = std::vector{mark_of(desk.task, desk.now)};
    longer.lease_us = 25 * hour;
    EXPECT_EQ(desk.try_move(longer), "out_of_range");
}

TEST(TaskMoves, RungByRung) {
    struct Row {
        char const* what;
        std::string code;
        std::string wanted;
    };
    Desk seat, office(true);
    TaskMove stale = seat.move(TaskAct::claim, Desk::sits());
    stale.expected = std::vector{TaskMark{7, false}};
    TaskMove to_stranger = seat.move(TaskAct::assign, Desk::clerk());
    to_stranger.to = stranger.text();
    TaskMove by_neutral = seat.move(TaskAct::assign, Desk::sits());
    by_neutral.to = mediator.text();
    TaskMove to_neutral = office.move(TaskAct::assign, Desk::clerk());
    to_neutral.to = mediator.text();
    TaskMove wordless = seat.move(TaskAct::snooze, Desk::sits());
    wordless.reason.clear();
    TaskMove past = seat.move(TaskAct::snooze, Desk::sits());
    past.until = seat.now;
    TaskMove beyond = seat.move(TaskAct::snooze, Desk::sits());
    beyond.until = seat.task.due_at + 1;
    Row const rows[] = {
        {"another neutral", seat.try_move(seat.move(TaskAct::claim, {stranger.text(), stranger})),
         "not_yours"},
        {"the office takes no seat", seat.try_move(TaskAct::claim, Desk::clerk()), "not_yours"},
        {"nor puts it away", seat.try_move(TaskAct::snooze, Desk::clerk()), "not_yours"},
        {"a neutral takes nothing of the office",
         office.try_move(office.move(TaskAct::claim, Desk::sits())), "not_yours"},
        {"an old tag", seat.try_move(stale), "version_conflict"},
        {"nothing to release", seat.try_move(TaskAct::release, Desk::sits()), "already_done"},
        {"a neutral assigns nothing", seat.try_move(by_neutral), "not_permitted"},
        {"a seat is filled by acts", seat.try_move(to_stranger), "neutral_unavailable"},
        {"an office task stays there", office.try_move(to_neutral), "neutral_unavailable"},
        {"an act ends it", seat.try_move(TaskAct::complete, Desk::sits()), "not_possible_now"},
        {"claim before finishing", office.try_move(TaskAct::complete, Desk::clerk()),
         "not_possible_now"},
        {"a snooze says why", seat.try_move(wordless), "missing_field"},
        {"and ends later", seat.try_move(past), "out_of_range"},
        {"but not after the deadline", seat.try_move(beyond), "out_of_range"},
    };
    for (Row const& row : rows) EXPECT_EQ(row.code, row.wanted) << row.what;
    EXPECT_TRUE(seat.made.empty());
    EXPECT_TRUE(office.made.empty());
}

TEST(TaskMoves, ARefusalSaysWhoHasItUntilWhenAndWhatIsOpen) {
    Desk desk(true);
    ASSERT_EQ(desk.try_move(TaskAct::claim, Desk::clerk()), "done");
    auto const refused =
        decide_move(desk.task, desk.move(TaskAct::claim, Desk::clerk("key_b")), desk.now);
    ASSERT_FALSE(refused);
    ASSERT_EQ(refused.error().blocked_by.size(), 1U);
    EXPECT_EQ(refused.error().blocked_by[0].unlocks_at, desk.task.lease_until);
    EXPECT_NE(refused.error().detail.find("key_a"), std::string::npos);
    EXPECT_EQ(refused.error().allowed, (std::vector<std::string>{"release", "assign"}));
}

TEST(TaskMoves, AnAssignmentLastsUntilItIsReleased) {
    Desk desk(true);
    ASSERT_EQ(desk.try_move(TaskAct::claim, Desk::clerk()), "done");
    TaskMove assign = desk.move(TaskAct::assign, Desk::clerk());
    assign.to = "key_b";
    ASSERT_EQ(desk.try_move(assign), "done");
    desk.now = desk.now + 5 * day;
    EXPECT_EQ(holder_of(desk.task, desk.now), "key_b");
    EXPECT_EQ(desk.try_move(TaskAct::claim, Desk::clerk()), "not_possible_now");
    EXPECT_EQ(desk.try_move(TaskAct::complete, Desk::clerk("key_b")), "done");
    EXPECT_EQ(desk.task.closed_by, "key_b");
    EXPECT_EQ(desk.try_move(TaskAct::claim, Desk::clerk()), "already_done");
}

TEST(TaskMoves, WhatIsPutAwayIsFreeAndComesBack) {
    Desk desk;
    ASSERT_EQ(desk.try_move(TaskAct::claim, Desk::sits()), "done");
    ASSERT_EQ(desk.try_move(TaskAct::snooze, Desk::sits()), "done");
    EXPECT_EQ(holder_of(desk.task, desk.now), "");
    EXPECT_EQ(desk.task.snoozed_until, desk.now + day);
    ASSERT_EQ(desk.try_move(TaskAct::claim, Desk::sits()), "done");
    EXPECT_FALSE(desk.task.snoozed_until);
}

TEST(TaskMoves, WhatIsOfferedIsWhatIsTaken) {
    for (bool const office : {false, true})
        for (bool const held : {false, true})
            for (bool const late : {false, true})
                for (Worker const& worker : {Desk::clerk(), Desk::clerk("key_b"), Desk::sits()}) {
                    Desk desk(office);
                    if (held) desk.try_move(TaskAct::claim, office ? Desk::clerk() : Desk::sits());
                    if (late) desk.now = desk.now + day;
                    auto const offered = open_moves(desk.task, worker, desk.now);
                    for (TaskAct const act : {TaskAct::claim, TaskAct::release, TaskAct::assign,
                                              TaskAct::complete, TaskAct::snooze}) {
                        TaskMove move = desk.move(act, worker);
                        if (act == TaskAct::assign) move.to = office ? "key_c" : desk.mediator_id;
                        bool const taken = decide_move(desk.task, move, desk.now).has_value();
                        bool const listed = std::ranges::find(offered, act) != offered.end();
                        EXPECT_EQ(taken, listed)
                            << name_of(act) << " by " << worker.id << ' ' << office << held << late;
                    }
                }
}

TEST(TaskMoves, AnEarlierVersionCanBeToldAgain) {
    Desk desk(true);
    std::vector<Task> versions{desk.task};
    auto const step = [&](TaskMove const& move) {
        ASSERT_EQ(desk.try_move(move), "done") << name_of(move.what);
        versions.push_back(desk.task);
    };
    step(desk.move(TaskAct::claim, Desk::clerk()));
    step(desk.move(TaskAct::snooze, Desk::clerk()));
    TaskMove assign = desk.move(TaskAct::assign, Desk::clerk());
    assign.to = "key_b";
    step(assign);
    step(desk.move(TaskAct::release, Desk::clerk()));
    step(desk.move(TaskAct::claim, Desk::clerk("key_b")));
    step(desk.move(TaskAct::complete, Desk::clerk("key_b")));
    for (Task const& then : versions) EXPECT_EQ(as_of(desk.task, desk.made, then.version), then);
}

} // namespace

} // namespace parley::test
