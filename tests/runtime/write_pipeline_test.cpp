#include "engine/runtime/write_pipeline.hpp"

#include "engine/runtime/batch.hpp"
#include "tests/runtime/faulty_journal.hpp"
#include "tests/runtime/rig.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <sched.h>
#include <thread>

namespace parley {
namespace {

// Counts how often it is asked: every command is stamped once a decision.
class CountingClock final : public Clock {
public:
    explicit CountingClock(Clock const& real) : real_(real) {}
    Instant now() const override {
        {
            std::scoped_lock lock(mutex_);
            ++asked_;
        }
        changed_.notify_all();
        return real_.now();
    }
    int asked() const {
        std::scoped_lock lock(mutex_);
        return asked_;
    }
    void wait_until_asked_more_than(int times) const {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return asked_ > times; });
    }

private:
    Clock const& real_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    mutable int asked_ = 0;
};

// Two threads that write over a journal whose next commit waits until it is let through.
struct PipelineRig : Rig {
    PipelineRig()
        : counting(clock), faulty(*journal),
          writer(shipped_world(), faulty, *reader, counting, cache,
                 [this](std::string const& line) { log(line); }),
          queue(1000), pipeline(writer, queue, 256, [](Instant) {}, log_) {
        writer.load_registry();
        pipeline.start();
    }
    ~PipelineRig() {
        queue.close();
        pipeline.join();
    }
    // The next commit waits for `go_on`.
    void hold_next_commit(bool then_fails = false) {
        faulty.next_append = [this, then_fails](std::span<Unit> units) {
            entered.set_value();
            go_on.get_future().wait();
            if (then_fails) throw Fault("disk full");
            return journal->append(units);
        };
    }
    std::future<Result<Receipt>> ask(Asked asked) {
        auto promise = std::make_shared<std::promise<Result<Receipt>>>();
        Job job = AskJob{std::move(asked),
                         [promise](Result<Receipt> got) { promise->set_value(std::move(got)); }};
        EXPECT_TRUE(queue.push(job, true));
        return promise->get_future();
    }
    // Asks `first` and, while its commit is under way, `second`; gives both answers.
    std::pair<Result<Receipt>, Result<Receipt>> overlap(Asked first, Asked second,
                                                        bool first_fails = false) {
        hold_next_commit(first_fails);
        auto one = ask(std::move(first));
        entered.get_future().wait();
        int const before = counting.asked();
        auto two = ask(std::move(second));
        counting.wait_until_asked_more_than(before); // so it is decided while the first is written
        go_on.set_value();
        auto answer = one.get();
        return {std::move(answer), two.get()};
    }
    void log(std::string const& line) {
        std::scoped_lock lock(log_mutex);
        lines.push_back(line);
    }

    std::mutex log_mutex;
    std::vector<std::string> lines;
    std::function<void(std::string const&)> log_ = [this](std::string const& line) { log(line); };
    CountingClock counting;
    FaultyJournal faulty;
    Committer writer;
    WorkQueue queue;
    WritePipeline pipeline;
    std::promise<void> entered, go_on;
};

// Possible only in negotiation, where the response leads.
Command ask_for_mediator(DisputeState const& state) {
    return Rig::command(state, Side::claimant, "ask_for_mediator", InputKind::none, "{}");
}

TEST(WritePipeline, DecidesOnWhatTheBatchBeingCommittedLeavesBehind) {
    PipelineRig rig;
    EntryPtr const filed = rig.file();
    auto const [responded, asked] =
        rig.overlap(Rig::respond(filed->state), ask_for_mediator(filed->state));
    ASSERT_TRUE(responded) << responded.error().detail;
    ASSERT_TRUE(asked) << asked.error().detail;
    EXPECT_EQ(responded->entry->state.version, 2u);
    EXPECT_EQ(asked->entry->state.version, 3u);
    EntryPtr const stored = rig.stored(filed->state.id);
    EXPECT_EQ(dump(stored->state), dump(asked->entry->state));
}

TEST(WritePipeline, WhatStoodOnACommitThatFailedIsDecidedAgain) {
    PipelineRig rig;
    EntryPtr const filed = rig.file();
    auto const [responded, asked] =
        rig.overlap(Rig::respond(filed->state), ask_for_mediator(filed->state), true);
    ASSERT_FALSE(responded);
    EXPECT_EQ(responded.error().code, RefusalCode::busy);
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().code, RefusalCode::not_possible_now);
    EXPECT_EQ(rig.reader->events(filed->state.id.text()).size(), 1u);
}

// The scheduling policy of a thread that asks for a real-time one, which not everybody may have.
int policy_where_allowed() {
    int policy = 0;
    std::thread([&] {
        sched_param const lowest{.sched_priority = 1};
        ::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest);
        policy = ::sched_getscheduler(0);
    }).join();
    return policy;
}

TEST(WritePipeline, TheThreadThatCommitsGoesBeforeOthersWhereThatIsAllowed) {
    PipelineRig rig;
    EntryPtr const filed = rig.file();
    int committing = -1;
    rig.faulty.next_append = [&](std::span<Unit> units) {
        committing = ::sched_getscheduler(0);
        return rig.journal->append(units);
    };
    ASSERT_TRUE(rig.ask(Rig::respond(filed->state)).get());
    EXPECT_EQ(committing, policy_where_allowed());
    EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER) << "only that thread";
}

// Batch by batch, as the pipeline's threads would take them, without their timing.
TEST(WritePipeline, TheSameKeyWhileItsFirstUseIsBeingCommittedIsInProgress) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Command respond = Rig::respond(filed->state);
    respond.receipt = ReceiptKey{"scope", "key", {}};
    std::vector<Result<Receipt>> answers;
    auto const job = [&] {
        std::vector<Job> jobs;
        jobs.push_back(
            AskJob{respond, [&](Result<Receipt> got) { answers.push_back(std::move(got)); }});
        return jobs;
    };
    auto const first = std::make_shared<Committer::Batch>(rig.committer, nullptr);
    first->take(job());
    Committer::Batch second(rig.committer, first);
    second.take(job());
    first->commit();
    EXPECT_TRUE(first->finish().empty());
    second.take(job()); // the first has been answered, so this is its answer again
    second.commit();
    EXPECT_TRUE(second.finish().empty());
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_TRUE(answers[0]);
    ASSERT_FALSE(answers[1]);
    EXPECT_EQ(answers[1].error().code, RefusalCode::idempotency_in_progress);
    ASSERT_TRUE(answers[2]);
    EXPECT_TRUE(answers[2]->replayed);
}

TEST(WritePipeline, ADisputeSetAsideBecomesATaskThoughNothingRunsAlone) {
    PipelineRig rig;
    EntryPtr const filed = rig.file();
    EntryPtr const sound = rig.file();
    rig.damage({filed->state.id});
    EXPECT_FALSE(rig.ask(Rig::message(filed->state, "meets it")).get());
    EXPECT_TRUE(rig.ask(Rig::message(sound->state, "another batch")).get());
    EXPECT_TRUE(rig.ask(Rig::message(sound->state, "and one after it")).get());
    auto const page = rig.reader->tasks({}, {}, 10);
    EXPECT_EQ(std::ranges::count(page.tasks, TaskKind::look_into_quarantine, &Task::kind), 1);
}

TEST(WritePipeline, JobsThatRunAloneKeepTheirPlaceInTheOrder) {
    PipelineRig rig;
    EntryPtr const filed = rig.file();
    rig.hold_next_commit();
    auto one = rig.ask(Rig::message(filed->state, "first"));
    rig.entered.get_future().wait();
    std::promise<std::size_t> seen;
    Job chore = ChoreJob{
        [&](Journal&) { seen.set_value(rig.reader->events(filed->state.id.text()).size()); }, false,
        [](std::exception_ptr) {}};
    ASSERT_TRUE(rig.queue.push(chore, false));
    auto two = rig.ask(Rig::message(filed->state, "second"));
    rig.go_on.set_value();
    EXPECT_EQ(seen.get_future().get(), 2u);
    EXPECT_TRUE(one.get());
    EXPECT_TRUE(two.get());
}

} // namespace
} // namespace parley
