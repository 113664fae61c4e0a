#include "tests/store/database_test.hpp"

#include "engine/core/tasks.hpp"
#include "engine/store/sqlite.hpp"
#include "engine/store/task_query.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace parley {
namespace {

constexpr std::int64_t minute = 60 * us_per_second;

Task make_task(std::uint32_t number) {
    Task task;
    task.id = id_of<TaskId>(number);
    task.dispute = dispute_of(number);
    task.platform = id_of<PlatformId>(1);
    task.kind = TaskKind::appoint;
    task.seat = SeatKind::mediator;
    task.stage = "mediator_appointment";
    task.act = "appoint";
    task.languages = {"es", "zh-Hans"};
    task.countries = {"ES", "CN"};
    task.reason = ClaimReason::late;
    task.amount = Money{12990, *parse_currency("EUR")};
    task.opened_at = noon;
    task.due_at = noon + us_per_day;
    task.deadline = "mediator_appointment";
    return task;
}
Task for_neutral(std::uint32_t number, std::uint32_t neutral) {
    Task task = make_task(number);
    task.kind = TaskKind::mediate;
    task.neutral = id_of<NeutralId>(neutral);
    return task;
}

class Queues : public DatabaseTest {
protected:
    void open(Task const& task, std::uint64_t version = 0) {
        std::uint32_t number = 0;
        for (std::uint32_t i = 1; i < 200 && number == 0; ++i)
            if (dispute_of(i) == task.dispute) number = i;
        Unit unit = make_unit(number, version, task.live);
        unit.tasks.push_back({TaskChange::What::open, task});
        ASSERT_EQ(store_.append(unit), UnitFate::won);
    }
    void change(std::uint32_t dispute, std::uint64_t version, TaskChange::What what, Task task) {
        Unit unit = make_unit(dispute, version);
        unit.tasks.push_back({what, std::move(task)});
        ASSERT_EQ(store_.append(unit), UnitFate::won);
    }
    static TaskFilter office(bool live = false) {
        TaskFilter filter;
        filter.live = live;
        filter.now = noon;
        return filter;
    }
    std::vector<TaskId> list(TaskFilter const& filter) {
        std::vector<TaskId> out;
        for (Task const& task : store_.reader->tasks(filter, {}, 100).tasks) out.push_back(task.id);
        return out;
    }
    MoveFate claim(Task const& seen, std::string by, Instant at,
                   std::optional<StoredReceipt> receipt = {}) {
        TaskMovement const movement{seen.id, seen.version + 1, at, std::move(by), TaskAct::claim,
                                    {},      at + 30 * minute, {}};
        Task after = seen;
        apply_movement(after, movement);
        return store_.journal->move_task(after, movement, receipt);
    }
};

PARLEY_ON_BOTH_DATABASES(Queues);

using Ids = std::vector<TaskId>;
TaskId task_of(std::uint32_t number) { return id_of<TaskId>(number); }

TEST_P(Queues, KeepATaskAsItIs) {
    Task const task = make_task(1);
    open(task);
    EXPECT_EQ(store_.reader->task(task.id), task);
    EXPECT_EQ(store_.reader->task(task_of(9)), std::nullopt);
    Task mine = for_neutral(2, 7);
    mine.amount.reset();
    open(mine);
    EXPECT_EQ(store_.reader->task(mine.id), mine);
}

TEST_P(Queues, RunFromTheOneDueSoonestThenFromTheOneOpenedFirst) {
    std::vector<Task> tasks;
    for (std::uint32_t i = 1; i <= 4; ++i) tasks.push_back(make_task(i));
    tasks[0].due_at = noon + 3 * us_per_day;
    tasks[1].opened_at = noon + 1;
    tasks[3].due_at = noon + us_per_hour;
    for (Task const& task : tasks) open(task);
    EXPECT_EQ(list(office()), (Ids{task_of(4), task_of(3), task_of(2), task_of(1)}));
}

TEST_P(Queues, PagesFollowOneAnotherWithoutGapOrRepeat) {
    for (std::uint32_t i = 1; i <= 11; ++i) {
        Task task = make_task(i);
        task.due_at = noon + static_cast<std::int64_t>(i % 3) * us_per_day;
        open(task);
    }
    Ids const all = list(office());
    ASSERT_EQ(all.size(), 11U);
    Ids paged;
    std::optional<TaskPlace> after;
    do {
        TaskPage const page = store_.reader->tasks(office(), after, 3);
        EXPECT_LE(page.tasks.size(), 3U);
        for (Task const& task : page.tasks) paged.push_back(task.id);
        after = page.next;
    } while (after);
    EXPECT_EQ(paged, all);
}

TEST_P(Queues, HoldTestAndLiveApartAndOneNeutralFromAnother) {
    open(make_task(1));
    Task live = make_task(2);
    live.live = true;
    open(live);
    open(for_neutral(3, 7));
    open(for_neutral(4, 8));
    EXPECT_EQ(list(office()), Ids{task_of(1)});
    EXPECT_EQ(list(office(true)), Ids{task_of(2)});
    TaskFilter mediation = office();
    mediation.queue = Queue::mediation;
    EXPECT_EQ(list(mediation), (Ids{task_of(3), task_of(4)}));
    mediation.neutral = id_of<NeutralId>(8);
    EXPECT_EQ(list(mediation), Ids{task_of(4)});
    auto const counts = store_.reader->task_counts(false, id_of<NeutralId>(8));
    ASSERT_EQ(counts.size(), 3U);
    EXPECT_EQ(counts[0].open, 1U);
    EXPECT_EQ(counts[2].open, 0U);
    EXPECT_EQ(store_.reader->task_counts(true, {})[2].open, 1U);
    EXPECT_EQ(store_.reader->task_counts(false, {})[0].open, 2U);
    EXPECT_EQ(store_.reader->task_counts(false, {})[0].soonest_due_at, noon + us_per_day);
}

TEST_P(Queues, AreNarrowedByEveryFilter) {
    Task one = make_task(1);
    one.kind = TaskKind::decide_objection;
    Task two = make_task(2);
    two.languages = {"fr", "en-GB"};
    two.countries = {"FR", "GB"};
    two.reason = ClaimReason::damaged;
    open(one);
    open(two);
    TaskFilter filter = office();
    filter.kind = TaskKind::appoint;
    EXPECT_EQ(list(filter), Ids{task_of(2)});
    filter = office();
    filter.reason = ClaimReason::late;
    EXPECT_EQ(list(filter), Ids{task_of(1)});
    filter = office();
    filter.language = "en";
    EXPECT_EQ(list(filter), Ids{task_of(2)});
    filter.language = "zh-Hant";
    EXPECT_EQ(list(filter), Ids{task_of(1)}) << "whoever speaks zh reads either script here";
    filter = office();
    filter.country = "FR";
    EXPECT_EQ(list(filter), Ids{task_of(2)});
    ASSERT_EQ(claim(one, "key_a", noon), MoveFate::won);
    filter = office();
    filter.holder = "key_a";
    EXPECT_EQ(list(filter), Ids{task_of(1)});
    filter.holder = "";
    EXPECT_EQ(list(filter), Ids{task_of(2)});
    filter.now = noon + 30 * minute;
    EXPECT_EQ(list(filter), (Ids{task_of(1), task_of(2)})) << "a lease comes back unwritten";
}

TEST_P(Queues, JudgeALeaseByTheClockOfItsDispute) {
    TestClockId const clock = id_of<TestClockId>(1);
    store_.journal->add_clock({clock, id_of<PlatformId>(1), "slow", noon}, {});
    Task task = make_task(1);
    task.clock = clock;
    open(task);
    ASSERT_EQ(claim(task, "key_a", noon), MoveFate::won);
    TaskFilter free = office();
    free.holder = "";
    free.now = noon + us_per_day;
    EXPECT_EQ(list(free), Ids{}) << "a day of real time is nothing to it";
    store_.journal->set_clock(clock, noon + us_per_hour);
    EXPECT_EQ(list(free), Ids{task_of(1)});
}

TEST_P(Queues, AFilterThatFitsFewGivesAShortPageThatIsNotTheLast) {
    std::vector<Unit> units;
    auto const many = static_cast<std::uint32_t>(task_scan_max) + 5;
    for (std::uint32_t i = 1; i <= many; ++i) {
        Unit unit = make_unit(i, 0);
        Task task = make_task(i);
        if (i == many) task.reason = ClaimReason::damaged;
        task.opened_at = noon + i;
        unit.tasks.push_back({TaskChange::What::open, task});
        units.push_back(std::move(unit));
        if (units.size() < 256 && i < many) continue;
        store_.journal->append(units);
        units.clear();
    }
    TaskFilter filter = office();
    filter.reason = ClaimReason::damaged;
    TaskPage const first = store_.reader->tasks(filter, {}, 10);
    EXPECT_TRUE(first.tasks.empty());
    ASSERT_TRUE(first.next);
    TaskPage const second = store_.reader->tasks(filter, first.next, 10);
    ASSERT_EQ(second.tasks.size(), 1U);
    EXPECT_EQ(second.tasks[0].id, task_of(many));
    EXPECT_FALSE(second.next);
    auto const counts = store_.reader->task_counts(false, {});
    EXPECT_EQ(counts[2].open, task_count_max);
    EXPECT_TRUE(counts[2].more);
}

TEST_P(Queues, EventsMoveAndCloseTheOneOpenTaskOfADuty) {
    Task task = make_task(1);
    open(task);
    task.due_at = noon + 9 * us_per_day;
    task.deadline = "mediator_appointment_last";
    task.stage = "elsewhere";
    change(1, 1, TaskChange::What::move, task);
    auto const moved = store_.reader->task(task.id);
    ASSERT_TRUE(moved);
    EXPECT_EQ(moved->due_at, task.due_at);
    EXPECT_EQ(moved->deadline, task.deadline);
    EXPECT_EQ(moved->stage, "elsewhere");
    EXPECT_EQ(moved->version, 2U);
    task.closed_at = noon + 5;
    task.closed_by = "ntr_1";
    task.end = TaskEnd::lapsed;
    change(1, 2, TaskChange::What::close, task);
    auto const closed = store_.reader->task(task.id);
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->closed_at, task.closed_at);
    EXPECT_EQ(closed->closed_by, "ntr_1");
    EXPECT_EQ(closed->end, TaskEnd::lapsed);
    EXPECT_EQ(closed->version, 3U);
    EXPECT_TRUE(list(office()).empty());
    EXPECT_TRUE(store_.reader->open_tasks().empty());
    EXPECT_EQ(claim(*closed, "key_a", noon), MoveFate::lost_version) << "what is over is over";
    Task again = make_task(1);
    again.id = task_of(77);
    change(1, 3, TaskChange::What::open, again);
    EXPECT_EQ(list(office()), Ids{task_of(77)});
}

TEST_P(Queues, ABatchClosesMovesAndOpensTasksOfManyDisputesEachInItsOrder) {
    constexpr std::uint32_t disputes = 20;
    std::vector<Unit> units;
    for (std::uint32_t i = 1; i <= disputes; ++i) {
        Unit unit = make_unit(i, 0);
        Task task = make_task(i);
        unit.tasks.push_back({TaskChange::What::open, task});
        task.due_at = noon + 2 * us_per_day;
        unit.tasks.push_back({TaskChange::What::move, task});
        if (i % 2 == 0) { // the next in its place
            task.closed_at = noon + i;
            unit.tasks.push_back({TaskChange::What::close, task});
            task = make_task(i);
            task.id = task_of(disputes + i);
            unit.tasks.push_back({TaskChange::What::open, task});
        }
        if (i % 3 == 0) {
            task.due_at = noon + 5 * us_per_day;
            unit.tasks.push_back({TaskChange::What::move, task});
        }
        units.push_back(std::move(unit));
    }
    EXPECT_EQ(store_.journal->append(units), std::vector(disputes, UnitFate::won));
    EXPECT_EQ(store_.reader->open_tasks().size(), disputes);
    for (std::uint32_t i = 1; i <= disputes; ++i) {
        bool const replaced = i % 2 == 0;
        auto const first = store_.reader->task(task_of(i));
        auto const open = store_.reader->task(task_of(replaced ? disputes + i : i));
        ASSERT_TRUE(first && open) << i;
        if (replaced) EXPECT_EQ(first->due_at, noon + 2 * us_per_day) << i;
        EXPECT_EQ(first->closed_at.has_value(), replaced) << i;
        EXPECT_FALSE(open->closed_at) << i;
        int const days = i % 3 == 0 ? 5 : replaced ? 1 : 2;
        EXPECT_EQ(open->due_at, noon + days * us_per_day) << i;
        EXPECT_EQ(open->version, i % 3 == 0 && !replaced   ? 3U
                                 : i % 3 == 0 || !replaced ? 2U
                                                           : 1U)
            << i;
    }
}

TEST_P(Queues, AnEventThatLosesMovesNoTask) {
    open(make_task(1));
    Task task = make_task(1);
    task.closed_at = noon;
    Unit stale = make_unit(1, 7);
    stale.tasks.push_back({TaskChange::What::close, task});
    EXPECT_EQ(store_.append(stale), UnitFate::lost_version);
    EXPECT_EQ(list(office()), Ids{task_of(1)});
}

TEST_P(Queues, OfManyWhoClaimOneVersionOneWins) {
    Task const task = make_task(1);
    open(task);
    int won = 0;
    for (int i = 0; i < 200; ++i)
        if (claim(task, "key_" + std::to_string(i), noon) == MoveFate::won) ++won;
    EXPECT_EQ(won, 1);
    EXPECT_EQ(store_.reader->task(task.id)->claimed_by, "key_0");
    EXPECT_EQ(store_.reader->task_movements(task.id).size(), 1U);
}

TEST_P(Queues, AMoveIsKeptWithItsReceiptOnceOrNotAtAll) {
    Task const task = make_task(1);
    open(task);
    StoredReceipt receipt = make_receipt("claim-1");
    receipt.stream = task.id.text();
    receipt.events.clear();
    ASSERT_EQ(claim(task, "key_a", noon, receipt), MoveFate::won);
    Task const seen = *store_.reader->task(task.id);
    EXPECT_EQ(claim(seen, "key_a", noon + minute, receipt), MoveFate::lost_receipt);
    EXPECT_EQ(store_.reader->task(task.id), seen);
    auto const kept = store_.reader->receipt(receipt.key.scope, receipt.key.key);
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->stream, task.id.text());
    StoredReceipt stale = make_receipt("claim-2");
    stale.stream = task.id.text();
    stale.events.clear();
    EXPECT_EQ(claim(task, "key_b", noon, stale), MoveFate::lost_version);
    EXPECT_FALSE(store_.reader->receipt(stale.key.scope, stale.key.key));
}

TEST_P(Queues, ForgetTheWordsOfAMoveWithTheContentOfTheDispute) {
    Task task = make_task(1);
    open(task);
    TaskMovement const movement{
        task.id, 2, noon, "key_a", TaskAct::snooze, {}, noon + us_per_hour, "Ana is in hospital."};
    Task after = task;
    apply_movement(after, movement);
    ASSERT_EQ(store_.journal->move_task(after, movement, {}), MoveFate::won);
    ASSERT_EQ(store_.reader->task_movements(task.id), std::vector{movement});
    Unit erasure = make_unit(1, 1);
    erasure.erased.push_back(id_of<EventId>(1001));
    ASSERT_EQ(store_.append(erasure), UnitFate::won);
    auto const left = store_.reader->task_movements(task.id);
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].reason, "");
    EXPECT_EQ(left[0].by, "key_a");
}

TEST(SqliteQueues, MovementsAreNeverChanged) {
    TemporaryFolder const folder;
    Store store(folder.path() / "data");
    Unit unit = make_unit(1, 0);
    unit.tasks.push_back({TaskChange::What::open, make_task(1)});
    ASSERT_EQ(store.append(unit), UnitFate::won);
    Task after = make_task(1);
    TaskMovement const claim{after.id, 2, noon, "key_a", TaskAct::claim, {}, noon + minute, {}};
    apply_movement(after, claim);
    ASSERT_EQ(store.journal->move_task(after, claim, {}), MoveFate::won);
    store::Connection other(store.folder.database().string(), store::Access::write);
    EXPECT_NE(fault_of([&] { other.run("UPDATE task_movement SET by = 'key_b'"); }), "");
    EXPECT_NE(fault_of([&] { other.run("DELETE FROM task_movement"); }), "");
}

TEST_P(Queues, ADisputeSetAsideIsATaskOnce) {
    ASSERT_EQ(store_.append(make_unit(1, 0)), UnitFate::won);
    store_.journal->open_quarantine_task(task_of(50), dispute_of(1), noon, noon + us_per_day);
    store_.journal->open_quarantine_task(task_of(51), dispute_of(1), noon, noon + us_per_day);
    store_.journal->open_quarantine_task(task_of(52), dispute_of(2), noon, noon + us_per_day);
    EXPECT_EQ(list(office()), Ids{task_of(50)});
    auto const task = store_.reader->task(task_of(50));
    ASSERT_TRUE(task);
    EXPECT_EQ(task->kind, TaskKind::look_into_quarantine);
    EXPECT_EQ(task->platform, id_of<PlatformId>(1));
    EXPECT_FALSE(task->amount);
}

// A page must cost the same however many tasks there are: a range of one index, never a sort.
TEST(SqliteQueues, NoPageSortsTheTable) {
    TemporaryFolder const folder;
    Store const store(folder.path() / "data");
    store::Connection connection(store.folder.database().string(), store::Access::read);
    for (bool const of_one : {false, true})
        for (bool const after : {false, true}) {
            store::Statement plan(connection,
                                  "EXPLAIN QUERY PLAN " + store::task_list_sql(of_one, after));
            while (plan.step()) {
                std::string const line(plan.text(3));
                EXPECT_EQ(line.find("TEMP B-TREE"), std::string::npos) << line;
                EXPECT_EQ(line.find("SCAN t"), std::string::npos) << line;
            }
        }
}

// Many who claim over several nodes, each with a connection of its own: the database decides.
TEST(PostgresQueues, OfManyWhoClaimOverSeveralNodesOneWins) {
    PostgresStore store;
    Task const task = make_task(1);
    Unit unit = make_unit(1, 0);
    unit.tasks.push_back({TaskChange::What::open, task});
    ASSERT_EQ(store.append(unit), UnitFate::won);
    std::atomic<int> won{0};
    {
        std::vector<std::jthread> nodes;
        for (int node = 0; node < 4; ++node)
            nodes.emplace_back([&, node] {
                auto const journal =
                    open_postgres_journal(shared_cluster().url(store.database), {.strict = false});
                for (int i = 0; i < 50; ++i) {
                    std::string const who = "key_" + std::to_string(node * 50 + i);
                    Task after = task;
                    TaskMovement const claim{task.id,        2,  noon,          who,
                                             TaskAct::claim, {}, noon + minute, {}};
                    apply_movement(after, claim);
                    if (journal->move_task(after, claim, {}) == MoveFate::won) ++won;
                }
            });
    }
    EXPECT_EQ(won, 1);
    auto const moves = store.reader->task_movements(task.id);
    ASSERT_EQ(moves.size(), 1U);
    EXPECT_EQ(store.reader->task(task.id)->claimed_by, moves[0].by);
}

class Search : public DatabaseTest {
protected:
    void file(std::uint32_t number, std::vector<std::string> words, std::uint32_t platform = 1) {
        Unit unit = make_unit(number, 0);
        unit.dispute->platform = id_of<PlatformId>(platform);
        unit.dispute->words = std::move(words);
        ASSERT_EQ(store_.append(unit), UnitFate::won);
    }
    std::vector<std::uint32_t> find(DisputeFilter const& filter) {
        std::vector<std::uint32_t> out;
        for (DisputeRow const& row : store_.reader->disputes(filter, {}, 100))
            for (std::uint32_t i = 1; i <= 100; ++i)
                if (row.id == dispute_of(i)) out.push_back(i);
        return out;
    }
    static DisputeFilter words(std::vector<std::string> wanted) {
        DisputeFilter filter;
        filter.words = std::move(wanted);
        return filter;
    }
};
PARLEY_ON_BOTH_DATABASES(Search);

using Found = std::vector<std::uint32_t>;

TEST_P(Search, FindsByTheBeginningOfEveryWordNewestFirst) {
    store_.journal->add_platform({id_of<PlatformId>(1), "one", noon});
    store_.journal->add_platform({id_of<PlatformId>(2), "two", noon});
    file(1, {"ord", "10027", "ana", "ruiz"});
    file(2, {"ord", "10028", "lamps"}, 2);
    file(3, {"ana", "lamps"});
    EXPECT_EQ(find(words({"1002"})), (Found{2, 1}));
    EXPECT_EQ(find(words({"10027"})), (Found{1}));
    EXPECT_EQ(find(words({"lamps", "ana"})), (Found{3}));
    EXPECT_EQ(find(words({"lam", "ana"})), (Found{3}));
    EXPECT_EQ(find(words({"an"})), Found{}) << "a word this short is meant as it is";
    EXPECT_EQ(find(words({"xyz"})), Found{});
    DisputeFilter mine = words({"lamps"});
    mine.platform = id_of<PlatformId>(1);
    EXPECT_EQ(find(mine), (Found{3}));
    DisputeFilter party = words({"ana"});
    party.party = id_of<PartyId>(2); // the claimant of one
    EXPECT_EQ(find(party), (Found{1}));
    DisputeFilter newest = words({"ana"});
    EXPECT_EQ(store_.reader->disputes(newest, dispute_of(3), 10).size(), 1U);
    EXPECT_EQ(store_.reader->disputes(newest, {}, 1).front().id, dispute_of(3));
}

TEST_P(Search, FindsNothingThatWasErased) {
    store_.journal->add_platform({id_of<PlatformId>(1), "one", noon});
    file(1, {"ana"});
    Unit erasure = make_unit(1, 1);
    erasure.erased.push_back(id_of<EventId>(1001));
    ASSERT_EQ(store_.append(erasure), UnitFate::won);
    EXPECT_EQ(find(words({"ana"})), Found{});
    DisputeFilter mine = words({"ana"});
    mine.party = id_of<PartyId>(2);
    EXPECT_EQ(find(mine), Found{});
}

} // namespace
} // namespace parley
