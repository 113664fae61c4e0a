#pragma once

#include "engine/model/dispute.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley {

// Where work waits: what mediators do, what those do who decide (in either track), and the office.
enum class Queue : std::uint8_t { mediation, arbitration, administration };
template <>
struct EnumNames<Queue> {
    static constexpr std::string_view names[] = {"mediation", "arbitration", "administration"};
};

// The duties of neutrals and administrators. Stored by number: add at the end, never reorder.
enum class TaskKind : std::uint8_t {
    appoint,
    accept_appointment,
    decide_objection,
    mediate,
    set_final_date,
    decide,
    correct,
    look_into_breach,
    look_into_quarantine,
    review,
    list_languages,
    record_settlement,
    look_into_notice,
    file_document,
};
template <>
struct EnumNames<TaskKind> {
    static constexpr std::string_view names[] = {
        "appoint",          "accept_appointment", "decide_objection",
        "mediate",          "set_final_date",     "decide",
        "correct",          "look_into_breach",   "look_into_quarantine",
        "review",           "list_languages",     "record_settlement",
        "look_into_notice", "file_document",
    };
};

// No act of a procedure ends these: whoever did the work says so.
constexpr bool done_by_hand(TaskKind kind) {
    return kind == TaskKind::look_into_breach || kind == TaskKind::look_into_quarantine ||
           kind == TaskKind::look_into_notice;
}

// How a task ended: its own act was taken, its time passed, or something else made it pointless.
enum class TaskEnd : std::uint8_t { done, lapsed, dropped };
template <>
struct EnumNames<TaskEnd> {
    static constexpr std::string_view names[] = {"done", "lapsed", "dropped"};
};

// One duty of one person in one dispute. The first part follows from the events and carries nothing
// that is said in a confidence; the second is moved by those who do the work, and each move makes a
// new version, which is what guards against two who move it at once.
struct Task {
    TaskId id;
    DisputeId dispute;
    PlatformId platform;
    bool live = false;
    TaskKind kind = TaskKind::appoint;
    std::optional<SeatKind> seat;     // whose place in the dispute it is about
    std::optional<NeutralId> neutral; // the only one who may take it; none: any administrator
    std::string stage;
    std::string act;                                 // that ends it; empty where none does
    std::array<std::string, 2> languages, countries; // of the parties, by Side
    ClaimReason reason = ClaimReason::other;
    std::optional<Money> amount; // none where the events cannot be read
    std::optional<TestClockId> clock;
    Instant opened_at;
    Instant due_at;
    std::string deadline; // which one; empty: a soft target, for a duty without a number (S13)

    std::uint64_t version = 1;
    std::string claimed_by; // ntr_ or key_, by a lease that may have run out; empty: nobody
    std::optional<Instant> lease_until;
    std::string assigned_to; // by an administrator, until it is released
    std::optional<Instant> snoozed_until;

    std::optional<Instant> closed_at;
    std::string closed_by;
    TaskEnd end = TaskEnd::done; // once closed

    Queue queue() const {
        if (!neutral) return Queue::administration;
        return seat == SeatKind::mediator ? Queue::mediation : Queue::arbitration;
    }
    friend bool operator==(Task const&, Task const&) = default;
};

// What an event does to the tasks of its dispute, in the same transaction. An open task is known by
// dispute, kind and seat. `move` takes due_at, deadline and stage from `task`, `close` how it ended.
struct TaskChange {
    enum class What : std::uint8_t { open, move, close };
    What what = What::open;
    Task task;
};

// What people do with a task. Stored by number.
enum class TaskAct : std::uint8_t { claim, release, assign, complete, snooze };
template <>
struct EnumNames<TaskAct> {
    static constexpr std::string_view names[] = {"claim", "release", "assign", "complete",
                                                 "snooze"};
};

// One move as it is kept: who, when, and what came of it.
struct TaskMovement {
    TaskId task;
    std::uint64_t version = 0; // of the task after it
    Instant at;                // on the dispute's clock
    std::string by;            // ntr_ or key_
    TaskAct what = TaskAct::claim;
    std::string to;               // assign: to whom
    std::optional<Instant> until; // end of the lease or of the snooze
    std::string reason;           // words; erased with the dispute's content
    friend bool operator==(TaskMovement const&, TaskMovement const&) = default;
};

// Which tasks a list shows: always those that its reader may know of.
struct TaskFilter {
    bool live = false;
    Queue queue = Queue::administration;
    std::optional<NeutralId> neutral; // theirs alone; none: every task of the queue
    std::optional<TaskKind> kind;
    std::optional<ClaimReason> reason;
    std::optional<std::string> language; // of either party, by its first subtag
    std::optional<std::string> country;  // of either party
    std::optional<std::string> holder;   // who claimed it or has it assigned; empty: nobody
    Instant now;                         // of real time, for leases that have run out
};

// Where a page of a queue ends. The order of every queue: the one due soonest first, of those the one
// opened first.
struct TaskPlace {
    Instant due_at, opened_at;
    TaskId id;
};
constexpr TaskPlace place_of(Task const& task) { return {task.due_at, task.opened_at, task.id}; }

struct TaskPage {
    std::vector<Task> tasks;
    std::optional<TaskPlace> next; // none: nothing comes after
};

// How much waits; counted up to a limit, for nobody reads a number of six digits.
struct QueueCount {
    Queue queue = Queue::administration;
    std::uint64_t open = 0;
    bool more = false; // there are more than `open`
    std::optional<Instant> soonest_due_at;
};

} // namespace parley
