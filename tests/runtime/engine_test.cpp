#include "tests/runtime/faulty_journal.hpp"
#include "tests/runtime/faulty_reader.hpp"
#include "tests/runtime/rig.hpp"
#include "tests/support/run_on.hpp"

#include "engine/runtime/timer_service.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <thread>

namespace parley {
namespace {

struct EngineRig : Rig {
    EngineRig() : engine(shipped_world(), *journal, *reader, clock, {}) { engine.start(); }
    ~EngineRig() { engine.stop(); }
    net::io_context io;
    Engine engine;
};

TEST(Engine, FilesActsAndFinds) {
    EngineRig rig;
    auto const filed = run_on(rig.io, rig.engine.file(rig.filing()));
    ASSERT_TRUE(filed) << filed.error().detail;
    auto const acted = run_on(rig.io, rig.engine.submit(Rig::respond(filed->entry->state)));
    ASSERT_TRUE(acted) << acted.error().detail;
    EntryPtr const found = run_on(rig.io, rig.engine.find(filed->entry->state.id));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->state.stage, "negotiation");
    EntryPtr const before = run_on(rig.io, rig.engine.find_at(filed->entry->state.id, 1));
    EXPECT_EQ(before->state.stage, "response");
}

TEST(Engine, AnUnknownDisputeIsNotFound) {
    EngineRig rig;
    Command command;
    command.dispute = rig.draw.make_id<DisputeId>(rig.clock.now());
    command.act = "message";
    auto const answer = run_on(rig.io, rig.engine.submit(std::move(command)));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, RefusalCode::not_found);
    EXPECT_EQ(run_on(rig.io, rig.engine.find(rig.draw.make_id<DisputeId>(rig.clock.now()))),
              nullptr);
}

TEST(Engine, ManyAtOnceAreAllAnsweredAndShareCommits) {
    EngineRig rig;
    auto const filed = run_on(rig.io, rig.engine.file(rig.filing()));
    ASSERT_TRUE(filed);
    int answered = 0;
    auto const one = [](Engine& engine, Command command, int& count) -> net::awaitable<void> {
        auto const got = co_await engine.submit(std::move(command));
        EXPECT_TRUE(got.has_value());
        ++count;
    };
    for (int i = 0; i < 500; ++i)
        net::co_spawn(rig.io, one(rig.engine, Rig::message(filed->entry->state, "hello"), answered),
                      net::detached);
    rig.io.restart();
    rig.io.run();
    EXPECT_EQ(answered, 500);
    EXPECT_EQ(rig.engine.figures().committed_events, 501u);
    EXPECT_LT(rig.engine.figures().commits, 400u);
}

TEST(Engine, AfterStopNothingIsAcceptedAndNothingHangs) {
    EngineRig rig;
    auto const filed = run_on(rig.io, rig.engine.file(rig.filing()));
    rig.engine.stop();
    EXPECT_FALSE(rig.engine.ready());
    auto const late = run_on(rig.io, rig.engine.file(rig.filing()));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, RefusalCode::busy);
}

TEST(Engine, TheTimerServiceFiresWhenNobodyKnocks) {
    Rig rig;
    EntryPtr const filed = rig.file();
    rig.clock.set(filed->state.deadline("response")->at + 1);
    Engine engine(shipped_world(), *rig.journal, *rig.reader, rig.clock, {});
    // This rig has no heartbeat yet, so the engine sees no outage.
    engine.start();
    auto const give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (engine.figures().fired == 0 && std::chrono::steady_clock::now() < give_up)
        std::this_thread::yield();
    engine.stop();
    EXPECT_EQ(engine.figures().fired, 1u);
    EXPECT_TRUE(rig.stored(filed->state.id)->state.marked("respondent_silent"));
}

// Time that another thread may turn.
class SharedClock final : public Clock {
public:
    explicit SharedClock(Instant at) : us_(at.us) {}
    Instant now() const override { return {us_.load()}; }
    void set(Instant at) { us_ = at.us; }

private:
    std::atomic<std::int64_t> us_;
};

template <class Holds>
bool soon(Holds holds) {
    auto const give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > give_up) return false;
        std::this_thread::yield();
    }
    return true;
}

TEST(OutageRule, AStartAfterAnOutageMovesDeadlinesBeforeAnythingFires) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Instant const due = filed->state.deadline("response")->at;
    rig.journal->beat(due - 3 * us_per_hour);
    rig.clock.set(due + us_per_hour);
    {
        Engine engine(shipped_world(), *rig.journal, *rig.reader, rig.clock, {});
        engine.start();
        engine.stop();
    }
    EXPECT_EQ(rig.stored(filed->state.id)->state.deadline("response")->at, due + us_per_day);
    EXPECT_EQ(rig.reader->last_beat(), rig.clock.now());
    {
        Engine engine(shipped_world(), *rig.journal, *rig.reader, rig.clock, {});
        engine.start();
        engine.stop();
    }
    EXPECT_EQ(rig.stored(filed->state.id)->state.deadline("response")->at, due + us_per_day);
}

TEST(OutageRule, AnEngineThatKeepsNoTimeHidesNoOutage) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Instant const due = filed->state.deadline("response")->at;
    rig.journal->beat(due - 3 * us_per_hour);
    rig.clock.set(due + us_per_hour);
    Engine engine(shipped_world(), *rig.journal, *rig.reader, rig.clock, {});
    engine.start(Timekeeping::off);
    engine.stop();
    EXPECT_EQ(rig.reader->last_beat(), due - 3 * us_per_hour);
    EXPECT_EQ(rig.stored(filed->state.id)->state.version, 1u);
}

TEST(OutageRule, AStartThatCannotMoveThemFailsAndSaysNothingOfBeingBack) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Instant const due = filed->state.deadline("response")->at;
    rig.journal->beat(due - 3 * us_per_hour);
    rig.clock.set(due + us_per_hour);
    FaultyJournal faulty(*rig.journal);
    faulty.next_append = [](std::span<Unit>) -> std::vector<UnitFate> { throw Fault("disk full"); };
    Engine engine(shipped_world(), faulty, *rig.reader, rig.clock, {});
    EXPECT_THROW(engine.start(), Fault);
    EXPECT_EQ(rig.reader->last_beat(), due - 3 * us_per_hour);
}

TEST(OutageRule, AMachineThatSleptMakesUpForItWhenItWakes) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Instant const due = filed->state.deadline("response")->at;
    SharedClock clock(due - 3 * us_per_hour);
    Engine engine(shipped_world(), *rig.journal, *rig.reader, clock, {});
    engine.start();
    clock.set(due + us_per_hour);
    EXPECT_TRUE(soon([&] { return engine.figures().committed_events > 0; }));
    engine.stop();
    EXPECT_EQ(engine.figures().fired, 0u);
    EXPECT_EQ(rig.stored(filed->state.id)->state.deadline("response")->at, due + us_per_day);
}

TEST(Quarantine, DoesNotKeepTheTimersFromOtherDisputes) {
    Rig rig;
    constexpr std::size_t bad_ones = 1000; // as many as one round of the timers looks at
    std::vector<DisputeId> bad;
    std::vector<Job> jobs;
    for (std::size_t i = 0; i < bad_ones; ++i)
        jobs.push_back(AskJob{rig.filing(),
                              [&](Result<Receipt> got) { bad.push_back(got->entry->state.id); }});
    rig.run(std::move(jobs));
    rig.damage(bad);
    rig.clock.set(rig.clock.now() + 30 * us_per_day);
    EntryPtr const sound = rig.file(); // due later than all of them
    SharedClock clock(sound->state.deadline("response")->at + 1);
    Engine engine(shipped_world(), *rig.journal, *rig.reader, clock, {});
    engine.start();
    EXPECT_TRUE(soon([&] { return engine.figures().fired > 0; }));
    engine.stop();
    EXPECT_TRUE(rig.stored(sound->state.id)->state.marked("respondent_silent"));
    EXPECT_EQ(engine.figures().quarantined, bad_ones);
}

TEST(Timers, FireWhatCouldNotBeReadAsSoonAsItCan) {
    Rig rig;
    EntryPtr const filed = rig.file();
    FaultyReader reader(*rig.reader);
    reader.failures = 1;
    SharedClock clock(filed->state.deadline("response")->at + 1);
    Engine engine(shipped_world(), *rig.journal, reader, clock, {});
    engine.start();
    EXPECT_TRUE(soon([&] { return engine.figures().fired > 0; }));
    engine.stop();
    EXPECT_EQ(reader.failures, 0);
    EXPECT_TRUE(rig.stored(filed->state.id)->state.marked("respondent_silent"));
}

TEST(Timers, AClockThatIsSetBackLosesNoDeadline) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Instant const due = filed->state.deadline("response")->at;
    SharedClock clock(due + 1);
    Committer committer(shipped_world(), *rig.journal, *rig.reader, clock, rig.cache,
                        [](std::string const&) {});
    WorkQueue queue(10);
    std::thread writer([&] {
        bool set_back = false;
        for (auto jobs = queue.take(10); !jobs.empty(); jobs = queue.take(10)) {
            // Back between what the timers saw and what the writer stamps; on when the round is over.
            bool const firing = std::holds_alternative<FireJob>(jobs.front());
            if (firing && !std::exchange(set_back, true)) clock.set(due - us_per_hour);
            committer.run(std::move(jobs));
            if (!firing) clock.set(due + 2);
        }
    });
    TimerService timers(
        *rig.reader, clock, queue, [](std::string const&) {}, Writers::one, "node", [] {});
    timers.start(due);
    EXPECT_TRUE(soon([&] { return committer.fired > 0; }));
    timers.stop();
    queue.close();
    writer.join();
    EXPECT_TRUE(rig.stored(filed->state.id)->state.marked("respondent_silent"));
}

TEST(OutageRule, LooksAtTheLastDayAlone) {
    Rig rig;
    EntryPtr const filed = rig.file();
    Instant const due = filed->state.deadline("response")->at;
    auto const hit = [&](Instant from, Instant to) {
        return hit_by_outage(*rig.reader, from, to).size();
    };
    EXPECT_EQ(hit(due - 5 * us_per_hour, due - 3 * us_per_hour), 1u);
    EXPECT_EQ(hit(due - 5 * us_per_hour, due - 4 * us_per_hour), 0u); // an hour, not more
    EXPECT_EQ(hit(due - 5 * us_per_hour, due - 4 * us_per_hour + 1), 1u);
    EXPECT_EQ(hit(due - 72 * us_per_hour, due - 25 * us_per_hour), 0u); // before the last day
    EXPECT_EQ(hit(due - 72 * us_per_hour, due - 22 * us_per_hour), 1u); // two hours of it
    EXPECT_EQ(hit(due - 2 * us_per_hour, due + 50 * us_per_hour), 1u);  // over its end
    EXPECT_EQ(hit(due - us_per_hour / 2, due + 50 * us_per_hour), 0u);
}

} // namespace
} // namespace parley
