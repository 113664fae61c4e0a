#pragma once

#include "engine/core/tasks.hpp"
#include "engine/ports/journal.hpp"
#include "engine/ports/reader.hpp"
#include "engine/runtime/registry.hpp"

#include <optional>

namespace parley {

// A task after a move, and the time of its dispute, by which its lease is judged.
struct TaskReceipt {
    Task task;
    Instant now;
    bool replayed = false;
};

// Of real time, or of the test clock that the dispute is attached to.
Instant now_for(Registry const& registry, std::optional<TestClockId> const& clock, Instant real);

// Moves tasks, on the writer's thread: reads, decides, and writes only if the version is still the one
// that was read. Another node that was faster makes the decision be taken again. Throws Fault.
class TaskDesk {
public:
    TaskDesk(Journal& journal, Reader& reader, Registry const& registry, Instant real_now)
        : journal_(journal), reader_(reader), registry_(registry), real_now_(real_now) {}

    // Refuses not_found, what decide_move refuses, what a used key is refused for, and busy.
    Result<TaskReceipt> move(TaskMove const& what, std::optional<ReceiptKey> const& key);
    // Claims the first task of the queue that nobody has, that is not put away and that this worker
    // may take; none where there is no such task. `what` says who and for how long.
    Result<std::optional<TaskReceipt>> next(TaskFilter const& filter, TaskMove what,
                                            std::optional<ReceiptKey> const& key);

private:
    std::optional<Result<TaskReceipt>> recorded(ReceiptKey const& key);
    // None: another was faster.
    std::optional<Result<TaskReceipt>> try_move(Task const& seen, TaskMove const& what,
                                                std::optional<ReceiptKey> const& key);

    Journal& journal_;
    Reader& reader_;
    Registry const& registry_;
    Instant real_now_;
};

} // namespace parley
