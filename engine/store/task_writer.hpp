#pragma once

#include "engine/model/journal_rows.hpp"
#include "engine/store/sqlite.hpp"

namespace parley::store {

// Writes tasks, within a transaction that someone else began.
class TaskWriter {
public:
    explicit TaskWriter(Connection& connection);

    // What an event does to the tasks of its dispute.
    void write(TaskChange const& change);
    // False: the task has another version than the one before `after`, and nothing was written.
    bool move(Task const& after, TaskMovement const& movement);
    void open_for_quarantine(TaskId id, DisputeId dispute, Instant at, Instant due_at);
    void erase_reasons(DisputeId dispute);

private:
    void open(Task const& task);
    Connection& connection_;
    Statement add_, change_, close_, move_, add_movement_, add_reason_, add_for_quarantine_,
        erase_reasons_;
};

} // namespace parley::store
