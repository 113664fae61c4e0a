#include "engine/core/tasks.hpp"

#include <algorithm>

#include <fmt/core.h>

// Claiming, handing on and putting away: decided here, guarded by the version in the store.

namespace parley {

namespace {

std::unexpected<Refusal> blocked(std::string detail, std::string condition,
                                 std::optional<Instant> unlocks_at = std::nullopt) {
    Refusal refusal{RefusalCode::not_possible_now, detail, {}, {}, {}};
    refusal.blocked_by.push_back({std::move(condition), std::move(detail), unlocks_at});
    return std::unexpected(std::move(refusal));
}

// Where it stands, for who came too late.
std::string standing_of(Task const& task, Instant now) {
    if (task.closed_at)
        return fmt::format("it was closed at {} ({})", text_of(*task.closed_at), name_of(task.end));
    if (std::string_view const holder = holder_of(task, now); !holder.empty()) {
        if (!task.lease_until || holder == task.assigned_to)
            return fmt::format("{} has it", holder);
        return fmt::format("{} has it until {}", holder, text_of(*task.lease_until));
    }
    if (task.lease_until) return "its lease ran out and nobody has it";
    return "nobody has it";
}

std::unexpected<Refusal> held_by_another(Task const& task, Instant now) {
    std::optional<Instant> until;
    if (task.assigned_to.empty()) until = task.lease_until;
    return blocked(fmt::format("You cannot take this task now: {}.", standing_of(task, now)),
                   "nobody else has this task", until);
}

bool another_holds(Task const& task, Worker const& worker, Instant now) {
    std::string_view const holder = holder_of(task, now);
    return !holder.empty() && holder != worker.id;
}

Result<TaskMovement> claim(Task const& seen, TaskMove const& move, Instant now,
                           TaskMovement record) {
    if (another_holds(seen, move.by, now)) return held_by_another(seen, now);
    // Without a version nobody can say which of two claims of one holder was meant.
    bool const running = seen.claimed_by == move.by.id && seen.lease_until > now;
    if (running && !move.expected)
        return refuse(RefusalCode::already_done,
                      fmt::format("You have this task until {}; send its ETag to renew the lease.",
                                  text_of(*seen.lease_until)));
    if (move.lease_us <= 0 || move.lease_us > lease_max_us)
        return refuse_field(RefusalCode::out_of_range, "/lease",
                            "A lease lasts from one hour to 24; without one it is half an hour.");
    record.until = now + move.lease_us;
    return record;
}

Result<TaskMovement> release(Task const& seen, Instant now, TaskMovement record) {
    if (holder_of(seen, now).empty())
        return refuse(RefusalCode::already_done, "Nobody has this task; it is free already.");
    return record;
}

Result<TaskMovement> assign(Task const& seen, TaskMove const& move, TaskMovement record) {
    if (move.by.neutral)
        return refuse(RefusalCode::not_permitted, "Only an administrator assigns tasks.");
    if (seen.neutral && move.to != seen.neutral->text())
        return refuse(RefusalCode::neutral_unavailable,
                      fmt::format("This task belongs to the {}'s seat, and {} holds it; another is "
                                  "brought in by the acts of the dispute.",
                                  name_of(*seen.seat), seen.neutral->text()));
    if (!seen.neutral && !move.to.starts_with("key_"))
        return refuse(RefusalCode::neutral_unavailable,
                      "This task is an administrator's; assign it to an administrator's key.");
    if (seen.assigned_to == move.to)
        return refuse(RefusalCode::already_done, fmt::format("{} has it already.", move.to));
    record.to = move.to;
    return record;
}

Result<TaskMovement> complete(Task const& seen, TaskMove const& move, Instant now,
                              TaskMovement record) {
    if (!done_by_hand(seen.kind)) {
        std::string detail =
            seen.act.empty() ? std::string("The dispute itself ends this task.")
                             : fmt::format("The act {} of the dispute ends this task.", seen.act);
        return blocked(std::move(detail), "no act of the dispute ends the task");
    }
    if (another_holds(seen, move.by, now)) return held_by_another(seen, now);
    if (holder_of(seen, now) != move.by.id)
        return blocked(fmt::format("Claim this task first: {}.", standing_of(seen, now)),
                       "you have this task");
    return record;
}

Result<TaskMovement> snooze(Task const& seen, TaskMove const& move, Instant now,
                            TaskMovement record) {
    if (another_holds(seen, move.by, now)) return held_by_another(seen, now);
    if (move.reason.empty())
        return refuse_field(RefusalCode::missing_field, "/reason", "Say what the task waits for.");
    if (move.until <= now)
        return refuse_field(RefusalCode::out_of_range, "/until", "A snooze ends in the future.");
    if (move.until > now + snooze_max_us)
        return refuse_field(RefusalCode::out_of_range, "/until", "A snooze lasts 30 days at most.");
    if (!seen.deadline.empty() && move.until > seen.due_at)
        return refuse_field(RefusalCode::out_of_range, "/until",
                            fmt::format("The task is due by {}.", text_of(seen.due_at)));
    record.until = move.until;
    return record;
}

Result<TaskMovement> decide_open(Task const& seen, TaskMove const& move, Instant now) {
    TaskMovement record{seen.id, seen.version + 1, now, move.by.id, move.what, {}, {}, move.reason};
    switch (move.what) {
    case TaskAct::claim: return claim(seen, move, now, std::move(record));
    case TaskAct::release: return release(seen, now, std::move(record));
    case TaskAct::assign: return assign(seen, move, std::move(record));
    case TaskAct::complete: return complete(seen, move, now, std::move(record));
    case TaskAct::snooze: return snooze(seen, move, now, std::move(record));
    }
    std::unreachable();
}

// The office may free and hand on what it cannot do itself.
bool office_may(TaskAct what) { return what == TaskAct::release || what == TaskAct::assign; }

Refusal with_allowed(Refusal refusal, Task const& seen, TaskMove const& move, Instant now) {
    for (TaskAct const act : open_moves(seen, move.by, now))
        refusal.allowed.emplace_back(name_of(act));
    return refusal;
}

} // namespace

TaskMark mark_of(Task const& task, Instant now) {
    bool const ran_out =
        !task.closed_at && !task.claimed_by.empty() && task.lease_until && *task.lease_until <= now;
    return {task.version, ran_out};
}

std::string_view holder_of(Task const& task, Instant now) {
    if (!task.claimed_by.empty() && task.lease_until && *task.lease_until > now)
        return task.claimed_by;
    return task.assigned_to;
}

bool may_take(Task const& task, Worker const& worker) { return task.neutral == worker.neutral; }

Result<TaskMovement> decide_move(Task const& seen, TaskMove const& move, Instant now) {
    bool const office = !move.by.neutral && office_may(move.what);
    if (!may_take(seen, move.by) && !office)
        return refuse(RefusalCode::not_yours,
                      seen.neutral ? fmt::format("This task is for {} alone.", seen.neutral->text())
                                   : std::string("This task is for administrators."));
    if (move.expected &&
        std::ranges::find(*move.expected, mark_of(seen, now)) == move.expected->end())
        return std::unexpected(
            with_allowed({RefusalCode::version_conflict,
                          fmt::format("This task has moved on: {}.", standing_of(seen, now)),
                          {},
                          {},
                          {}},
                         seen, move, now));
    if (seen.closed_at)
        return refuse(RefusalCode::already_done,
                      fmt::format("This task is over: {}.", standing_of(seen, now)));
    auto decided = decide_open(seen, move, now);
    if (!decided) return std::unexpected(with_allowed(std::move(decided.error()), seen, move, now));
    return decided;
}

void apply_movement(Task& task, TaskMovement const& movement) {
    auto const drop_claim = [&] {
        task.claimed_by.clear();
        task.lease_until.reset();
    };
    task.version = movement.version;
    switch (movement.what) {
    case TaskAct::claim:
        task.claimed_by = movement.by;
        task.lease_until = movement.until;
        task.snoozed_until.reset();
        return;
    case TaskAct::release:
        drop_claim();
        task.assigned_to.clear();
        return;
    case TaskAct::assign:
        task.assigned_to = movement.to;
        if (task.claimed_by != movement.to) drop_claim();
        return;
    case TaskAct::complete:
        task.closed_at = movement.at;
        task.closed_by = movement.by;
        task.end = TaskEnd::done;
        return;
    case TaskAct::snooze:
        task.snoozed_until = movement.until;
        drop_claim();
        return;
    }
}

Task as_of(Task task, std::span<TaskMovement const> movements, std::uint64_t version) {
    if (task.version <= version) return task;
    task.claimed_by.clear();
    task.lease_until.reset();
    task.assigned_to.clear();
    task.snoozed_until.reset();
    task.closed_at.reset();
    task.closed_by.clear();
    task.end = TaskEnd::done;
    for (TaskMovement const& movement : movements)
        if (movement.version <= version) apply_movement(task, movement);
    task.version = version;
    return task;
}

std::vector<TaskAct> open_moves(Task const& task, Worker const& worker, Instant now) {
    std::vector<TaskAct> out;
    if (task.closed_at) return out;
    bool const mine = may_take(task, worker);
    bool const office = !worker.neutral;
    bool const free_for_me = mine && !another_holds(task, worker, now);
    if (free_for_me) out.push_back(TaskAct::claim);
    if ((mine || office) && !holder_of(task, now).empty()) out.push_back(TaskAct::release);
    if (office) out.push_back(TaskAct::assign);
    if (done_by_hand(task.kind) && mine && holder_of(task, now) == worker.id)
        out.push_back(TaskAct::complete);
    if (free_for_me) out.push_back(TaskAct::snooze);
    return out;
}

} // namespace parley
