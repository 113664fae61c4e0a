#pragma once

#include "engine/core/core.hpp"
#include "engine/model/task.hpp"

#include <span>
#include <string>
#include <vector>

namespace parley {

// What someone who is no party must do now, as far as the procedure says so.
struct Duty {
    TaskKind kind = TaskKind::appoint;
    std::optional<SeatKind> seat;
    std::optional<NeutralId> neutral;   // none: an administrator's
    std::string act;                    // the step that ends it; empty where none does
    Deadline const* deadline = nullptr; // of the state; null: a duty without a number (S13)
};
// Every open duty: a function of events alone, and one of the joint record alone.
std::vector<Duty> duties_of(Procedure const& procedure, DisputeState const& state);

// The tasks that these events open, move and close. A task's id follows from the event that opened it,
// so that replaying gives the same tasks.
std::vector<TaskChange> task_changes(World const& world, Procedure const& procedure,
                                     DisputeState const& before, Decided const& decided);

// The soft target of a duty that has no number: the end of the next day from Monday to Friday in the
// administrator's zone (S13). Nothing depends on it but the order of the queue.
Instant soft_target(World const& world, Instant from);

// Who moves a task.
struct Worker {
    std::string id;                   // ntr_ or key_
    std::optional<NeutralId> neutral; // none: an administrator
};

// What a task's tag names: its version, and whether the lease in it has run out since.
struct TaskMark {
    std::uint64_t version = 0;
    bool returned = false;
    friend bool operator==(TaskMark const&, TaskMark const&) = default;
};
TaskMark mark_of(Task const& task, Instant now);
// Who has it now: by a lease that still runs, or by assignment. Empty: nobody.
std::string_view holder_of(Task const& task, Instant now);
// May they do the work itself?
bool may_take(Task const& task, Worker const& worker);

constexpr std::int64_t lease_usual_us = us_per_hour / 2;
constexpr std::int64_t lease_max_us = us_per_day;
constexpr std::int64_t snooze_max_us = 30 * us_per_day;

struct TaskMove {
    TaskId task;
    TaskAct what = TaskAct::claim;
    Worker by;
    std::optional<std::vector<TaskMark>> expected; // If-Match; none: any (*)
    std::int64_t lease_us = lease_usual_us;        // claim
    std::string to;                                // assign
    Instant until;                                 // snooze
    std::string reason;                            // snooze, and where one is given
};
// The ladder of refusals, one rung a rule: not_yours or not_permitted, version_conflict, already_done,
// not_possible_now with who stands in the way and until when, neutral_unavailable, and what the move
// says wrongly. Changes nothing.
Result<TaskMovement> decide_move(Task const& seen, TaskMove const& move, Instant now);
// The only thing that changes the movable part of a task.
void apply_movement(Task& task, TaskMovement const& movement);
// The task as it was at an earlier version, for answers that are given again. What the procedure
// itself moved since (when it is due) shows as it is now.
Task as_of(Task task, std::span<TaskMovement const> movements, std::uint64_t version);
// What they may do with it now.
std::vector<TaskAct> open_moves(Task const& task, Worker const& worker, Instant now);

} // namespace parley
