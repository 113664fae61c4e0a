#include "tests/runtime/faulty_journal.hpp"
#include "tests/runtime/faulty_reader.hpp"
#include "tests/runtime/rig.hpp"

#include "engine/base/fault.hpp"

#include <algorithm>
#include <functional>

namespace parley {
namespace {

TEST(Committer, WhatItPublishesIsWhatTheJournalReplays) {
    Rig rig;
    EntryPtr const filed = rig.file();
    ASSERT_TRUE(filed);
    auto const responded = rig.ask(Rig::respond(filed->state));
    ASSERT_TRUE(responded) << responded.error().detail;
    EntryPtr const again = rig.stored(filed->state.id);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->quarantine, "");
    EXPECT_EQ(dump(again->state), dump(responded->entry->state));
    EXPECT_EQ(again->heads, responded->entry->heads);
    EXPECT_EQ(again->state.stage, "negotiation");
}

TEST(Committer, CommitsManyCommandsOfOneDisputeInOneBatchInOrder) {
    Rig rig;
    EntryPtr const filed = rig.file();
    std::uint64_t const commits = rig.committer.commits;
    std::vector<Job> jobs;
    std::vector<std::uint64_t> versions;
    for (int i = 0; i < 50; ++i)
        jobs.push_back(AskJob{Rig::message(filed->state, "message " + std::to_string(i)),
                              [&](Result<Receipt> got) {
                                  ASSERT_TRUE(got) << got.error().detail;
                                  ASSERT_EQ(got->events.size(), 1u);
                                  versions.push_back(got->events[0].version);
                              }});
    EXPECT_TRUE(rig.run(std::move(jobs)).empty());
    EXPECT_EQ(rig.committer.commits - commits, 1u);
    ASSERT_EQ(versions.size(), 50u);
    EXPECT_TRUE(std::ranges::is_sorted(versions));
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 51u);
}

TEST(Committer, ABadCommandInABatchIsRefusedAlone) {
    Rig rig;
    EntryPtr const filed = rig.file();
    int accepted = 0;
    int refused = 0;
    std::vector<Job> jobs;
    for (int i = 0; i < 20; ++i) {
        Command command = Rig::message(filed->state, "hello");
        if (i % 3 == 0) command.act = "no_such_act";
        jobs.push_back(
            AskJob{std::move(command), [&](Result<Receipt> got) { ++(got ? accepted : refused); }});
    }
    rig.run(std::move(jobs));
    EXPECT_EQ(accepted, 13);
    EXPECT_EQ(refused, 7);
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 14u);
}

TEST(Committer, TheSameKeyGivesTheFirstAnswerAgain) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Command command = Rig::message(filed->state, "once");
    command.receipt = ReceiptKey{"principal POST /path", "key-1", sha256("body")};
    auto const first = rig.ask(command);
    ASSERT_TRUE(first) << first.error().detail;
    rig.ask(Rig::message(filed->state, "something in between"));
    auto const second = rig.ask(command);
    ASSERT_TRUE(second) << second.error().detail;
    EXPECT_TRUE(second->replayed);
    EXPECT_EQ(second->events.at(0).id, first->events.at(0).id);
    EXPECT_EQ(dump(second->entry->state), dump(first->entry->state)); // as it was then
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 3u);
}

TEST(Committer, AKeyAnswersEvenWhenTheActWouldBeRefusedNow) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Command command = Rig::respond(filed->state);
    command.receipt = ReceiptKey{"scope", "key-respond", sha256("body")};
    ASSERT_TRUE(rig.ask(command));
    auto const again = rig.ask(command); // respond is not possible any more
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_TRUE(again->replayed);
}

TEST(Committer, AKeyForAnotherBodyIsRefused) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Command command = Rig::message(filed->state, "once");
    command.receipt = ReceiptKey{"scope", "key", sha256("one body")};
    ASSERT_TRUE(rig.ask(command));
    command.receipt->fingerprint = sha256("another body");
    auto const second = rig.ask(command);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, RefusalCode::idempotency_key_reused);
}

TEST(Committer, TwoRequestsWithOneKeyInABatchHaveOneEffect) {
    Rig rig;
    EntryPtr const filed = rig.file();
    int won = 0;
    int in_progress = 0;
    std::vector<Job> jobs;
    for (int i = 0; i < 8; ++i) {
        Command command = Rig::message(filed->state, "once");
        command.receipt = ReceiptKey{"scope", "key", sha256("body")};
        jobs.push_back(AskJob{std::move(command), [&](Result<Receipt> got) {
                                  if (got) ++won;
                                  else if (got.error().code == RefusalCode::idempotency_in_progress)
                                      ++in_progress;
                              }});
    }
    rig.run(std::move(jobs));
    EXPECT_EQ(won, 1);
    EXPECT_EQ(in_progress, 7);
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 2u);
}

TEST(Committer, AskingOnlyWhetherItWouldGoWritesNothing) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Command command = Rig::respond(filed->state);
    command.validate_only = true;
    auto const would = rig.ask(std::move(command));
    ASSERT_TRUE(would) << would.error().detail;
    EXPECT_EQ(would->entry->state.stage, "negotiation");
    EXPECT_EQ(rig.stored(filed->state.id)->state.stage, "response");
    EXPECT_EQ(rig.cache.find(filed->state.id)->state.stage, "response");
}

TEST(Committer, ADeadlineThatLiesBeforeAnActFiresFirstAndAtItsOwnInstant) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Deadline const* response = filed->state.deadline("response");
    ASSERT_NE(response, nullptr);
    Instant const due = response->at;

    rig.clock.set(due); // the last microsecond in time
    Command in_time = Rig::respond(filed->state);
    in_time.validate_only = true;
    EXPECT_TRUE(rig.ask(std::move(in_time)));

    rig.clock.set(due + 1); // one too late, whatever the timer service did
    auto const late = rig.ask(Rig::respond(filed->state));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, RefusalCode::too_late) << late.error().detail;
    EntryPtr const after = rig.stored(filed->state.id);
    EXPECT_TRUE(after->state.marked("respondent_silent"));
    EXPECT_EQ(after->state.stage_entered_at, due);
}

TEST(Committer, AdvancingATestClockFiresEverythingOnTheWayInOrder) {
    Rig rig;
    TestClockId const clock = rig.add_clock();
    EntryPtr const one = rig.file(clock);
    EntryPtr const two = rig.file(clock);
    EntryPtr const other = rig.file(); // on real time: not touched
    auto const advanced = rig.advance(clock, rig.clock.now() + 400 * us_per_day);
    ASSERT_TRUE(advanced) << advanced.error().detail;
    EXPECT_TRUE(advanced->finished);
    EXPECT_GE(advanced->fired.size(), 4u);
    EXPECT_TRUE(std::ranges::is_sorted(advanced->fired, {}, &Fired::at));
    EXPECT_TRUE(rig.stored(one->state.id)->state.ended);
    EXPECT_TRUE(rig.stored(two->state.id)->state.ended);
    EXPECT_EQ(rig.stored(other->state.id)->state.stage, "response");
    EXPECT_EQ(rig.committer.registry()->clocks.at(clock).now, rig.clock.now() + 400 * us_per_day);
    for (DueRow const& row : rig.reader->open_deadlines()) EXPECT_EQ(row.dispute, other->state.id);
}

TEST(Committer, ATestClockNeverMovesBack) {
    Rig rig;
    TestClockId const clock = rig.add_clock();
    auto const back = rig.advance(clock, rig.clock.now() - 1);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code, RefusalCode::clock_moves_forward_only);
}

TEST(Committer, ADeadlineOnTheClocksNewInstantHasNotPassed) {
    Rig rig;
    TestClockId const clock = rig.add_clock();
    EntryPtr const filed = rig.file(clock);
    Instant const due = filed->state.deadline("response")->at;
    auto const to_it = rig.advance(clock, due);
    ASSERT_TRUE(to_it);
    EXPECT_TRUE(to_it->fired.empty());
    EXPECT_TRUE(rig.ask(Rig::respond(filed->state)));
}

TEST(Committer, ErasingLeavesNothingToReadAndTheSameState) {
    Rig rig;
    EntryPtr const filed = rig.file();
    ASSERT_TRUE(rig.ask(Rig::message(filed->state, "my secret address")));
    DisputeState const before = rig.stored(filed->state.id)->state;
    Result<Receipt> erased = refuse(RefusalCode::busy, "");
    std::vector<Job> jobs;
    jobs.push_back(EraseJob{filed->state.id,
                            Actor{Role::administrator, "key_x", {}, false},
                            {},
                            [&](Result<Receipt> got) { erased = std::move(got); }});
    rig.run(std::move(jobs));
    ASSERT_TRUE(erased) << erased.error().detail;
    auto const events = rig.reader->events(filed->state.id.text());
    for (StoredEvent const& event : events) {
        if (event.type == "content_erased") continue;
        EXPECT_EQ(event.content, "");
        EXPECT_FALSE(event.salt);
    }
    EntryPtr const after = rig.stored(filed->state.id);
    EXPECT_EQ(after->quarantine, ""); // chains still verify
    DisputeState folded = after->state;
    folded.version = before.version;
    folded.last_at = before.last_at;
    folded.counts = before.counts;
    folded.taken = before.taken;
    EXPECT_EQ(dump(folded), dump(before));
    EXPECT_FALSE(after->texts.filing);
}

TEST(Committer, AnOutageOnTheLastDayMovesADeadlineByOneDay) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Instant const due = filed->state.deadline("response")->at;
    Instant const out_since = due - 3 * us_per_hour;
    rig.clock.set(due - us_per_hour / 2);
    std::vector<Job> jobs;
    jobs.push_back(OutageJob{filed->state.id, "response", out_since, [](bool) {}});
    rig.run(std::move(jobs));
    EntryPtr const after = rig.stored(filed->state.id);
    EXPECT_EQ(after->state.deadline("response")->at, due + us_per_day);
}

// A committer over the rig's database with a journal that can be made to fail.
struct FaultyRig : Rig {
    FaultyRig() { faulty_committer.load_registry(); }
    Result<Receipt> ask_faulty(Asked asked) {
        Result<Receipt> answer = refuse(RefusalCode::busy, "was not answered");
        std::vector<Job> jobs;
        jobs.push_back(
            AskJob{std::move(asked), [&](Result<Receipt> got) { answer = std::move(got); }});
        for (int runs = 0; runs < 10 && !jobs.empty(); ++runs)
            jobs = faulty_committer.run(std::move(jobs));
        return answer;
    }
    FaultyJournal faulty{*journal};
    DisputeCache faulty_cache{10};
    Committer faulty_committer{shipped_world(), faulty,       *reader,
                               clock,           faulty_cache, [](std::string const&) {}};
};

TEST(Committer, AFailingStoreAnswersEveryoneWritesNothingAndRecovers) {
    FaultyRig rig;
    EntryPtr const filed = rig.file();
    rig.faulty.fails = true;
    std::vector<RefusalCode> told;
    bool fired = true;
    bool chore_failed = false;
    std::vector<Job> jobs;
    for (int i = 0; i < 2; ++i)
        jobs.push_back(AskJob{Rig::message(filed->state, "x"), [&](Result<Receipt> got) {
                                  if (!got) told.push_back(got.error().code);
                              }});
    jobs.push_back(FireJob{
        filed->state.id, [&](std::optional<Instant> looked_at) { fired = looked_at.has_value(); }});
    jobs.push_back(ChoreJob{[&](Journal& to) { to.beat(rig.clock.now()); }, false,
                            [&](std::exception_ptr why) { chore_failed = why != nullptr; }});
    EXPECT_TRUE(rig.faulty_committer.run(std::move(jobs)).empty());
    EXPECT_EQ(told, std::vector(2, RefusalCode::busy));
    EXPECT_FALSE(fired);
    EXPECT_TRUE(chore_failed);
    EXPECT_FALSE(rig.faulty_committer.storage_ok);
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 1u);

    rig.faulty.fails = false;
    auto const again = rig.ask_faulty(Rig::message(filed->state, "x"));
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_TRUE(rig.faulty_committer.storage_ok);
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 2u);
}

TEST(Committer, AChoreThatFailsAloneShowsThatTheStoreFails) {
    FaultyRig rig;
    auto const beat = [&] {
        std::vector<Job> jobs;
        jobs.push_back(ChoreJob{[&](Journal& to) { to.beat(rig.clock.now()); }, false,
                                [](std::exception_ptr) {}});
        rig.faulty_committer.run(std::move(jobs));
        return rig.faulty_committer.storage_ok.load();
    };
    rig.faulty.fails = true;
    EXPECT_FALSE(beat());
    rig.faulty.fails = false;
    EXPECT_TRUE(beat());
}

TEST(Committer, ACommitOfUnknownFateThatWentThroughIsToldUnderItsKey) {
    FaultyRig rig;
    EntryPtr const filed = rig.file();
    Command command = Rig::message(filed->state, "perhaps");
    command.receipt = ReceiptKey{"scope", "key", sha256("body")};
    rig.faulty.next_append = [&](std::span<Unit> units) -> std::vector<UnitFate> {
        rig.journal->append(units);
        throw UnknownFate("the sync failed");
    };
    auto const first = rig.ask_faulty(command);
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().code, RefusalCode::outcome_unknown);
    EXPECT_FALSE(rig.faulty_committer.storage_ok);
    rig.faulty.fails = true; // as a journal is after that
    auto const again = rig.ask_faulty(command);
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 2u);
}

TEST(Committer, ACommitOfUnknownFateThatDidNotGoThroughIsNeverSaidToBeNothing) {
    FaultyRig rig;
    EntryPtr const filed = rig.file();
    Command command = Rig::message(filed->state, "perhaps");
    command.receipt = ReceiptKey{"scope", "key", sha256("body")};
    rig.faulty.next_append = [](std::span<Unit>) -> std::vector<UnitFate> {
        throw UnknownFate("the sync failed");
    };
    EXPECT_EQ(rig.ask_faulty(command).error().code, RefusalCode::outcome_unknown);
    rig.faulty.fails = true;
    EXPECT_EQ(rig.ask_faulty(command).error().code, RefusalCode::outcome_unknown);
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 1u);
}

TEST(Committer, AnUnknownFateThatCanBeSettledIsToldAtOnce) {
    for (bool const durable : {false, true}) {
        FaultyRig rig;
        rig.faulty.recovering = true;
        EntryPtr const filed = rig.file();
        Command command = Rig::message(filed->state, "perhaps");
        command.receipt = ReceiptKey{"scope", "key", sha256("body")};
        rig.faulty.next_append = [&](std::span<Unit> units) -> std::vector<UnitFate> {
            if (durable) rig.journal->append(units);
            throw UnknownFate("the connection was lost");
        };
        auto const told = rig.ask_faulty(command);
        EXPECT_EQ(told.has_value(), durable);
        if (!told) EXPECT_EQ(told.error().code, RefusalCode::busy); // nothing was recorded
        EXPECT_TRUE(rig.faulty_committer.storage_ok);
        auto const again = rig.ask_faulty(command); // and its dispute was read again
        ASSERT_TRUE(again) << again.error().detail;
        EXPECT_EQ(again->replayed, durable);
        EXPECT_EQ(rig.stored(filed->state.id)->state.version, 2u);
    }
}

TEST(Committer, UntilAnUnknownFateIsSettledNobodyIsToldAnything) {
    FaultyRig rig;
    rig.faulty.recovering = true;
    EntryPtr const filed = rig.file();
    Command command = Rig::message(filed->state, "perhaps");
    command.receipt = ReceiptKey{"scope", "key", sha256("body")};
    rig.faulty.next_append = [&](std::span<Unit> units) -> std::vector<UnitFate> {
        rig.journal->append(units); // seen by readers, and yet it may be lost in a failover
        rig.faulty.fails = true;
        throw UnknownFate("the standby does not answer");
    };
    EXPECT_EQ(rig.ask_faulty(command).error().code, RefusalCode::outcome_unknown);
    EXPECT_EQ(rig.ask_faulty(command).error().code, RefusalCode::outcome_unknown);
    EXPECT_FALSE(rig.faulty_committer.storage_ok);
    rig.faulty.fails = false;
    auto const again = rig.ask_faulty(command);
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_TRUE(again->replayed);
    EXPECT_TRUE(rig.faulty_committer.storage_ok);
    EXPECT_EQ(rig.faulty_cache.find(filed->state.id)->state.version, 2u);
}

TEST(Committer, ADatabaseThatFellBackIsBelieved) {
    FaultyRig rig;
    EntryPtr const filed = rig.file();
    ASSERT_TRUE(rig.ask_faulty(Rig::message(filed->state, "kept")));
    // An asynchronous standby took over that never had the next message: the cache is ahead.
    rig.faulty.next_append = [](std::span<Unit> units) {
        return std::vector<UnitFate>(units.size(), UnitFate::won);
    };
    ASSERT_TRUE(rig.ask_faulty(Rig::message(filed->state, "lost")));
    auto const after = rig.ask_faulty(Rig::message(filed->state, "after"));
    ASSERT_TRUE(after) << after.error().detail;
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 3u);
}

TEST(Committer, ACommandThatLosesItsLoadIsDecidedAgain) {
    FaultyRig rig;
    EntryPtr const filed = rig.file();
    auto const lose = [&](std::span<Unit> units) {
        return std::vector<UnitFate>(units.size(), UnitFate::lost_load);
    };
    rig.faulty.next_append = lose;
    auto const second_try = rig.ask_faulty(Rig::message(filed->state, "x"));
    ASSERT_TRUE(second_try) << second_try.error().detail;
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 2u);
    EXPECT_EQ(rig.faulty_cache.find(filed->state.id)->state.version, 2u);

    int appends = 0;
    std::function<std::vector<UnitFate>(std::span<Unit>)> always = [&](std::span<Unit> units) {
        ++appends;
        rig.faulty.next_append = always;
        return lose(units);
    };
    rig.faulty.next_append = always;
    auto const never = rig.ask_faulty(Rig::message(filed->state, "y"));
    ASSERT_FALSE(never);
    EXPECT_EQ(never.error().code, RefusalCode::busy);
    EXPECT_EQ(appends, 9);
}

TEST(Quarantine, RefusesEveryJobAndKeepsItsReasonInTheLog) {
    Rig rig;
    EntryPtr const filed = rig.file();
    EntryPtr const sound = rig.file();
    rig.damage({filed->state.id});
    EXPECT_NE(rig.stored(filed->state.id)->quarantine, "");
    for (int i = 0; i < 2; ++i) {
        auto const refused = rig.ask(Rig::message(filed->state, "x"));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, RefusalCode::quarantined);
        EXPECT_EQ(refused.error().detail.find("evt_"), std::string::npos);
    }
    EXPECT_EQ(
        std::ranges::count_if(rig.logged, [](auto const& line) { return line.contains("evt_"); }),
        1);
    EXPECT_EQ(rig.committer.quarantined(), 1u);
    Result<Receipt> erased = Receipt{};
    bool fired = false;
    std::vector<Job> jobs;
    jobs.push_back(
        EraseJob{filed->state.id, {}, {}, [&](Result<Receipt> got) { erased = std::move(got); }});
    jobs.push_back(FireJob{
        filed->state.id, [&](std::optional<Instant> looked_at) { fired = looked_at.has_value(); }});
    rig.run(std::move(jobs));
    ASSERT_FALSE(erased);
    EXPECT_EQ(erased.error().code, RefusalCode::quarantined);
    EXPECT_TRUE(fired); // there is nothing to wait for
    EXPECT_TRUE(rig.ask(Rig::message(sound->state, "x")));
}

TEST(Quarantine, AFilingRetriedUnderItsKeyIsRefusedToo) {
    Rig rig;
    Filing filing = rig.filing();
    filing.receipt = ReceiptKey{"scope", "key", sha256("body")};
    auto const filed = rig.ask(filing);
    ASSERT_TRUE(filed);
    rig.damage({filed->entry->state.id});
    auto const again = rig.ask(filing);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, RefusalCode::quarantined);
}

TEST(Quarantine, DoesNotKeepATestClockFromArriving) {
    Rig rig;
    TestClockId const clock = rig.add_clock();
    EntryPtr const bad = rig.file(clock);
    EntryPtr const sound = rig.file(clock);
    rig.damage({bad->state.id});
    auto const there = rig.advance(clock, rig.clock.now() + 400 * us_per_day);
    ASSERT_TRUE(there) << there.error().detail;
    EXPECT_TRUE(rig.stored(sound->state.id)->state.ended);
}

TEST(Committer, TwoAdvancesInOneBatchDoNotMoveTheClockBack) {
    Rig rig;
    TestClockId const clock = rig.add_clock();
    Instant const now = rig.clock.now();
    Result<Advanced> far = refuse(RefusalCode::busy, "");
    Result<Advanced> near = Advanced{};
    std::vector<Job> jobs;
    jobs.push_back(AdvanceJob{
        clock, now + 10, {}, {}, {}, [&](Result<Advanced> got) { far = std::move(got); }});
    jobs.push_back(AdvanceJob{
        clock, now + 5, {}, {}, {}, [&](Result<Advanced> got) { near = std::move(got); }});
    EXPECT_TRUE(rig.run(std::move(jobs)).empty());
    EXPECT_TRUE(far);
    ASSERT_FALSE(near);
    EXPECT_EQ(near.error().code, RefusalCode::clock_moves_forward_only);
    EXPECT_EQ(rig.reader->clocks().at(0).now, now + 10);
    rig.journal->set_clock(clock, now + 1);
    EXPECT_EQ(rig.reader->clocks().at(0).now, now + 10);
}

TEST(Committer, AKeyMovesATestClockOnce) {
    Rig rig;
    TestClockId const clock = rig.add_clock();
    EntryPtr const filed = rig.file(clock);
    Instant const due = filed->state.deadline("response")->at;
    ReceiptKey key{"scope", "key", sha256("by P1D")};
    ASSERT_TRUE(rig.advance(clock, due + 1, key));
    ASSERT_TRUE(rig.advance(clock, due + us_per_hour));
    auto const again = rig.advance(clock, due + 2 * us_per_day, key);
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->clock.now, due + 1) << "where it went then";
    ASSERT_EQ(again->fired.size(), 1U);
    EXPECT_EQ(again->fired[0].dispute, filed->state.id);
    EXPECT_EQ(again->fired[0].deadline, "response");
    EXPECT_EQ(again->fired[0].at, due);
    EXPECT_EQ(again->fired[0].stage, rig.stored(filed->state.id)->state.stage);
    EXPECT_EQ(rig.reader->clocks().at(0).now, due + us_per_hour);
    key.fingerprint = sha256("by P2D");
    auto const other = rig.advance(clock, due + 3 * us_per_day, key);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, RefusalCode::idempotency_key_reused);
}

TEST(Committer, ErasingFiresFirstWhatIsDueBeforeIt) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Instant const due = filed->state.deadline("response")->at;
    rig.clock.set(due + us_per_day);
    Result<Receipt> erased = refuse(RefusalCode::busy, "");
    std::vector<Job> jobs;
    jobs.push_back(EraseJob{filed->state.id,
                            Actor{Role::administrator, "key_x", {}, false},
                            {},
                            [&](Result<Receipt> got) { erased = std::move(got); }});
    rig.run(std::move(jobs));
    ASSERT_TRUE(erased) << erased.error().detail;
    EntryPtr const after = rig.stored(filed->state.id);
    EXPECT_EQ(after->quarantine, "");
    EXPECT_TRUE(after->state.marked("respondent_silent"));
    EXPECT_EQ(after->state.stage_entered_at, due);
    for (StoredEvent const& event : rig.reader->events(filed->state.id.text()))
        EXPECT_EQ(event.content, "") << event.type;
}

TEST(Committer, AnOutageMovesADeadlineOnceHoweverOftenItIsNoticed) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Instant const due = filed->state.deadline("response")->at;
    for (int i = 0; i < 2; ++i) {
        std::vector<Job> jobs;
        jobs.push_back(OutageJob{filed->state.id, "response", due - 3 * us_per_hour, [](bool) {}});
        rig.run(std::move(jobs));
    }
    EXPECT_EQ(rig.stored(filed->state.id)->state.deadline("response")->at, due + us_per_day);
}

// The one dispute that is due is read by itself, and so is the one that an outage moved.
TEST(Committer, SaysWhatItCouldNotLookAtForItCouldNotBeRead) {
    Rig rig;
    EntryPtr const filed = rig.file();
    FaultyReader reader(*rig.reader);
    DisputeCache cache(10);
    Committer committer(shipped_world(), *rig.journal, reader, rig.clock, cache,
                        [](std::string const&) {});
    auto const fire = [&] {
        std::optional<Instant> looked_at;
        std::vector<Job> jobs;
        jobs.push_back(
            FireJob{filed->state.id, [&](std::optional<Instant> at) { looked_at = at; }});
        committer.run(std::move(jobs));
        return looked_at;
    };
    auto const move = [&] {
        bool moved = false;
        std::vector<Job> jobs;
        jobs.push_back(OutageJob{filed->state.id, "response", rig.clock.now(),
                                 [&](bool done) { moved = done; }});
        committer.run(std::move(jobs));
        return moved;
    };
    reader.failures = 1;
    EXPECT_EQ(fire(), std::nullopt);
    reader.failures = 1;
    EXPECT_FALSE(move());
    EXPECT_EQ(fire(), rig.clock.now());
    EXPECT_TRUE(move());
}

} // namespace
} // namespace parley
