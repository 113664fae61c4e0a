#include "engine/runtime/task_desk.hpp"

#include "tests/runtime/faulty_journal.hpp"
#include "tests/runtime/rig.hpp"

namespace parley {
namespace {

// A dispute whose mediator is looked for: one task of the office.
class Desks : public ::testing::Test {
protected:
    Rig rig_;
    FaultyJournal journal_{*rig_.journal};

    void SetUp() override {
        EntryPtr entry = rig_.file();
        entry = must(rig_.ask(Rig::respond(entry->state)));
        must(rig_.ask(
            Rig::command(entry->state, Side::claimant, "ask_for_mediator", InputKind::none, "{}")));
    }
    static EntryPtr must(Result<Receipt> receipt) {
        EXPECT_TRUE(receipt) << (receipt ? "" : receipt.error().detail);
        return receipt ? receipt->entry : nullptr;
    }
    static TaskFilter office() { return {}; }
    Task only_task() {
        auto const page = rig_.reader->tasks(office(), {}, 10);
        EXPECT_EQ(page.tasks.size(), 1U);
        return page.tasks.empty() ? Task{} : page.tasks.front();
    }
    TaskMove claim_of(Task const& seen, std::string by) {
        TaskMove move;
        move.task = seen.id;
        move.by.id = std::move(by);
        move.expected = std::vector{mark_of(seen, rig_.clock.now())};
        return move;
    }
    Result<TaskReceipt> move(TaskMove const& what, std::optional<ReceiptKey> const& key = {}) {
        RegistryPtr const registry = rig_.committer.registry();
        return TaskDesk(journal_, *rig_.reader, *registry, rig_.clock.now()).move(what, key);
    }
    Result<std::optional<TaskReceipt>> next(std::string by) {
        TaskMove what;
        what.by.id = std::move(by);
        RegistryPtr const registry = rig_.committer.registry();
        return TaskDesk(journal_, *rig_.reader, *registry, rig_.clock.now())
            .next(office(), what, {});
    }
};

TEST_F(Desks, ATaskIsThereOnceItsEventIs) {
    Task const task = only_task();
    EXPECT_EQ(task.kind, TaskKind::appoint);
    EXPECT_EQ(task.version, 1U);
    EXPECT_EQ(task.opened_at, rig_.clock.now());
}

TEST_F(Desks, WhoeverWasFasterOnAnotherNodeHasIt) {
    Task const seen = only_task();
    journal_.before_move = [&] { EXPECT_TRUE(move(claim_of(seen, "key_b"))); };
    auto const late = move(claim_of(seen, "key_a"));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, RefusalCode::version_conflict);
    EXPECT_EQ(only_task().claimed_by, "key_b");
}

TEST_F(Desks, NextGivesWayToWhoWasFaster) {
    Task const seen = only_task();
    journal_.before_move = [&] { EXPECT_TRUE(move(claim_of(seen, "key_b"))); };
    auto const none = next("key_a");
    ASSERT_TRUE(none) << none.error().detail;
    EXPECT_FALSE(*none);
}

TEST_F(Desks, ALeaseComesBackThoughNobodyWrites) {
    ASSERT_TRUE(move(claim_of(only_task(), "key_a")));
    ASSERT_TRUE(next("key_b"));
    EXPECT_EQ(only_task().claimed_by, "key_a");
    rig_.clock.set(rig_.clock.now() + lease_usual_us);
    auto const taken = next("key_b");
    ASSERT_TRUE(taken);
    ASSERT_TRUE(*taken);
    EXPECT_EQ(only_task().claimed_by, "key_b");
}

TEST_F(Desks, AKeyIsAnsweredOnce) {
    ReceiptKey const key{"key_a POST /claim", "k", sha256("body")};
    auto const first = move(claim_of(only_task(), "key_a"), key);
    ASSERT_TRUE(first);
    auto const again = move(claim_of(only_task(), "key_a"), key);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->replayed);
    EXPECT_EQ(again->task, first->task);
    ReceiptKey other = key;
    other.fingerprint = sha256("another body");
    auto const reused = move(claim_of(only_task(), "key_a"), other);
    ASSERT_FALSE(reused);
    EXPECT_EQ(reused.error().code, RefusalCode::idempotency_key_reused);
}

TEST_F(Desks, AStoreThatFailsMovesNothing) {
    Task const seen = only_task();
    journal_.fails = true;
    EXPECT_THROW(move(claim_of(seen, "key_a")), Fault);
    journal_.fails = false;
    EXPECT_EQ(only_task(), seen);
}

TEST_F(Desks, ADisputeSetAsideIsTheOfficesToLookInto) {
    DisputeId const dispute = only_task().dispute;
    rig_.damage({dispute});
    rig_.ask(Command{dispute, {}, "message", {}, {}, {}, false}); // meets it
    rig_.run({});                                                 // the next batch writes
    auto const page = rig_.reader->tasks(office(), {}, 10);
    ASSERT_EQ(page.tasks.size(), 2U);
    EXPECT_EQ(std::ranges::count(page.tasks, TaskKind::look_into_quarantine, &Task::kind), 1);
}

} // namespace
} // namespace parley
