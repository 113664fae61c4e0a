#include "engine/runtime/task_desk.hpp"

#include "engine/runtime/key_refusals.hpp"

namespace parley {

namespace {

constexpr int tries_most = 5;
constexpr std::size_t next_page = 50;

std::unexpected<Refusal> others_were_faster() {
    return refuse(RefusalCode::busy, "Others were faster several times; try again.");
}

bool is_free(Task const& task, Worker const& worker, Instant now) {
    std::string_view const holder = holder_of(task, now);
    bool const claimed = !task.claimed_by.empty() && holder == task.claimed_by &&
                         task.lease_until && *task.lease_until > now;
    bool const put_away = task.snoozed_until && *task.snoozed_until > now;
    return may_take(task, worker) && !claimed && !put_away &&
           (holder.empty() || holder == worker.id);
}

} // namespace

Instant now_for(Registry const& registry, std::optional<TestClockId> const& clock, Instant real) {
    if (!clock) return real;
    auto const known = registry.clocks.find(*clock);
    return known == registry.clocks.end() ? real : known->second.now;
}

Result<TaskReceipt> TaskDesk::move(TaskMove const& what, std::optional<ReceiptKey> const& key) {
    if (key)
        if (auto before = recorded(*key)) return std::move(*before);
    for (int tries = 0; tries < tries_most; ++tries) {
        auto const seen = reader_.task(what.task);
        if (!seen) return refuse(RefusalCode::not_found, "There is no such task.");
        if (auto moved = try_move(*seen, what, key)) return std::move(*moved);
    }
    return others_were_faster();
}

Result<std::optional<TaskReceipt>> TaskDesk::next(TaskFilter const& filter, TaskMove what,
                                                  std::optional<ReceiptKey> const& key) {
    if (key)
        if (auto before = recorded(*key)) return std::move(*before);
    int tries = 0;
    std::optional<TaskPlace> after;
    do {
        TaskPage const page = reader_.tasks(filter, after, next_page);
        for (Task const& seen : page.tasks) {
            if (!is_free(seen, what.by, now_for(registry_, seen.clock, real_now_))) continue;
            what.task = seen.id;
            if (auto moved = try_move(seen, what, key)) return std::move(*moved);
            if (++tries == tries_most) return others_were_faster();
        }
        after = page.next;
    } while (after);
    return std::optional<TaskReceipt>{};
}

std::optional<Result<TaskReceipt>> TaskDesk::try_move(Task const& seen, TaskMove const& what,
                                                      std::optional<ReceiptKey> const& key) {
    Instant const now = now_for(registry_, seen.clock, real_now_);
    auto movement = decide_move(seen, what, now);
    if (!movement) return std::unexpected(std::move(movement.error()));
    Task after = seen;
    apply_movement(after, *movement);
    std::optional<StoredReceipt> receipt;
    if (key) receipt = StoredReceipt{*key, seen.id.text(), after.version, {}, 200, real_now_, {}};
    switch (journal_.move_task(after, *movement, receipt)) {
    case MoveFate::won: return TaskReceipt{std::move(after), now, false};
    case MoveFate::lost_version: return std::nullopt;
    case MoveFate::lost_receipt: return recorded(*key);
    }
    return std::nullopt;
}

std::optional<Result<TaskReceipt>> TaskDesk::recorded(ReceiptKey const& key) {
    auto const stored = reader_.receipt(key.scope, key.key);
    if (!stored) return std::nullopt;
    auto const id = TaskId::parse(stored->stream);
    if (stored->key.fingerprint != key.fingerprint || !id) return key_reused();
    auto task = reader_.task(*id);
    if (!task) return refuse(RefusalCode::not_found, "There is no such task.");
    Task before = as_of(std::move(*task), reader_.task_movements(*id), stored->version);
    // Judged at the time of the move itself, so that the answer is the one that was given.
    Instant at = now_for(registry_, before.clock, real_now_);
    for (TaskMovement const& movement : reader_.task_movements(*id))
        if (movement.version == stored->version) at = movement.at;
    return TaskReceipt{std::move(before), at, true};
}

} // namespace parley
