#include "tests/runtime/rig.hpp"

namespace parley {
namespace {

// Two nodes on one database: each has a committer and a cache of its own.
struct NodesRig : Rig {
    NodesRig() {
        for (Committer* node : {&first, &second}) node->load_registry();
    }
    static Result<Receipt> ask_of(Committer& node, Asked asked) {
        Result<Receipt> answer = refuse(RefusalCode::busy, "was not answered");
        std::vector<Job> jobs;
        jobs.push_back(
            AskJob{std::move(asked), [&](Result<Receipt> got) { answer = std::move(got); }});
        for (int rounds = 0; rounds < 10 && !jobs.empty(); ++rounds)
            jobs = node.run(std::move(jobs));
        return answer;
    }
    // A dispute that was filed at the first.
    EntryPtr file_at_first(std::optional<TestClockId> on = {}) {
        auto const filed = ask_of(first, filing(on));
        EXPECT_TRUE(filed) << filed.error().detail;
        return filed ? filed->entry : nullptr;
    }
    Committer make(DisputeCache& own) {
        return Committer(
            shipped_world(), *journal, *reader, clock, own,
            [this](std::string const& line) { logged.push_back(line); }, Writers::several);
    }
    DisputeCache first_cache{100}, second_cache{100};
    Committer first = make(first_cache);
    Committer second = make(second_cache);
};

TEST(SeveralNodes, ACachedStateIsReadAgainWhereAnotherNodeWrote) {
    NodesRig rig;
    EntryPtr const filed = rig.file_at_first();
    ASSERT_TRUE(filed);
    DisputeState const& state = filed->state;
    ASSERT_TRUE(NodesRig::ask_of(rig.second, Rig::message(state, "now the second has it cached")));
    auto const responded = NodesRig::ask_of(rig.first, Rig::respond(state));
    ASSERT_TRUE(responded) << responded.error().detail;
    EXPECT_EQ(responded->entry->state.version, 3u);
    // What the second has cached is of the stage before, in which nobody may ask for a mediator.
    auto const asked = NodesRig::ask_of(
        rig.second, Rig::command(state, Side::claimant, "ask_for_mediator", InputKind::none, "{}"));
    ASSERT_TRUE(asked) << asked.error().detail;
    EXPECT_EQ(asked->entry->state.version, 4u);
}

TEST(SeveralNodes, WhatCameAfterIsReplayedUponWhatIsKnown) {
    NodesRig rig;
    EntryPtr const filed = rig.file_at_first();
    ASSERT_TRUE(filed);
    DisputeState const& state = filed->state;
    ASSERT_TRUE(NodesRig::ask_of(rig.first, Rig::message(state, "one")));
    ASSERT_TRUE(NodesRig::ask_of(rig.first, Rig::respond(state)));
    ASSERT_TRUE(NodesRig::ask_of(
        rig.first, Rig::command(state, Side::claimant, "ask_for_mediator", InputKind::none, "{}")));
    auto const all = rig.reader->events(state.id.text());
    ASSERT_GE(all.size(), 4U);
    EntryPtr const whole = replay(shipped_world(), state.id, all);
    for (std::size_t known = 1; known <= all.size(); ++known) {
        EntryPtr const seen =
            replay(shipped_world(), state.id,
                   {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(known)});
        EntryPtr const now = read_entry(shipped_world(), *rig.reader, state.id, seen);
        ASSERT_TRUE(now);
        EXPECT_EQ(dump(now->state), dump(whole->state));
        EXPECT_EQ(now->heads, whole->heads);
        EXPECT_NE(now->texts.response, nullptr);
        EXPECT_EQ(now == seen, known == all.size()) << "nothing new, nothing replayed";
        // One that knows another last event than what stands there is no ground to build on.
        DisputeEntry other = *seen;
        other.heads.top.front() ^= 1;
        auto const from = std::span(all).subspan(known - 1);
        EXPECT_EQ(replay_on(shipped_world(), std::make_shared<DisputeEntry const>(other), from),
                  nullptr);
        EXPECT_NE(replay_on(shipped_world(), seen, from), nullptr);
        EXPECT_EQ(replay_on(shipped_world(), seen, from.subspan(from.size())), nullptr);
    }
}

TEST(SeveralNodes, ARefusalIsOfWhatIsStoredNotOfWhatIsCached) {
    NodesRig rig;
    EntryPtr const filed = rig.file_at_first();
    ASSERT_TRUE(filed);
    DisputeState const& state = filed->state;
    ASSERT_TRUE(NodesRig::ask_of(rig.second, Rig::message(state, "cached")));
    ASSERT_TRUE(NodesRig::ask_of(rig.first, Rig::respond(state)));
    auto const again = NodesRig::ask_of(rig.second, Rig::respond(state));
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, RefusalCode::already_done);
}

TEST(SeveralNodes, ATestClockMovedOnOneNodeHasMovedOnTheOther) {
    NodesRig rig;
    TestClockId const clock = rig.add_clock();
    for (Committer* node : {&rig.first, &rig.second}) node->load_registry();
    EntryPtr const filed = rig.file_at_first(clock);
    ASSERT_TRUE(filed);
    Instant const later = rig.clock.now() + 9 * us_per_day;
    std::vector<Job> jobs;
    jobs.push_back(AdvanceJob{
        clock, later, {}, {}, {}, [](Result<Advanced> got) { EXPECT_TRUE(got.has_value()); }});
    for (int rounds = 0; rounds < 100 && !jobs.empty(); ++rounds)
        jobs = rig.first.run(std::move(jobs));
    auto const late = NodesRig::ask_of(rig.second, Rig::respond(filed->state));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, RefusalCode::too_late);
}

TEST(SeveralNodes, ALeaseIsOneNodesUntilItEnds) {
    Rig rig;
    Instant const now = rig.clock.now();
    EXPECT_TRUE(rig.journal->take_lease("deadlines", "a", now, now + 5));
    EXPECT_FALSE(rig.journal->take_lease("deadlines", "b", now + 1, now + 6));
    EXPECT_TRUE(rig.journal->take_lease("deadlines", "a", now + 5, now + 10)) << "it is renewed";
    EXPECT_FALSE(rig.journal->take_lease("deadlines", "b", now + 10, now + 15));
    EXPECT_TRUE(rig.journal->take_lease("deadlines", "b", now + 11, now + 16));
    EXPECT_TRUE(rig.journal->take_lease("outbox", "a", now, now + 5)) << "another name";
}

} // namespace
} // namespace parley
