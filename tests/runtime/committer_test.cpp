#include "tests/runtime/rig.hpp"

#include "engine/base/fault.hpp"

#include <algorithm>

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
        jobs.push_back(AskJob{Rig::message(filed->state, "message " + std::to_string(i)), [&](Result<Receipt> got) {
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
        jobs.push_back(AskJob{std::move(command), [&](Result<Receipt> got) { ++(got ? accepted : refused); }});
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
                                  else if (got.error().code == RefusalCode::idempotency_in_progress) ++in_progress;
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
    jobs.push_back(EraseJob{filed->state.id, Actor{Role::administrator, "key_x", {}, false},
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

TEST(Committer, AFailingStoreAnswersEveryoneAndWritesNothing) {
    // A journal that fails once, over the real one.
    Rig rig;
    EntryPtr const filed = rig.file();
    struct Failing final : Journal {
        std::vector<UnitFate> append(std::span<Unit>) override { throw Fault("disk full"); }
        void add_platform(Platform const&) override {}
        void add_key(ApiKey const&) override {}
        void revoke_key(ApiKeyId, Instant) override {}
        void add_neutral(Neutral const&) override {}
        void update_neutral(Neutral const&) override {}
        void add_clock(TestClock const&, std::optional<StoredReceipt> const&) override {}
        void set_clock(TestClockId, Instant) override {}
        void beat(Instant) override {}
        void delete_receipts_before(Instant) override {}
        void delete_outbox(std::vector<std::string> const&) override {}
        void checkpoint() override {}
    } failing;
    DisputeCache cache(10);
    Committer committer(shipped_world(), failing, *rig.reader, rig.clock, cache, [](std::string const&) {});
    committer.load_registry();
    Result<Receipt> answer = Receipt{};
    std::vector<Job> jobs;
    jobs.push_back(AskJob{Rig::message(filed->state, "x"), [&](Result<Receipt> got) { answer = std::move(got); }});
    committer.run(std::move(jobs));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, RefusalCode::busy);
    EXPECT_FALSE(committer.storage_ok);
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 1u);
}

} // namespace
} // namespace parley
