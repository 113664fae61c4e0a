#pragma once

#include "engine/ports/reader.hpp"
#include "engine/store/postgres.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace parley::store {

// Tasks on PostgreSQL: statements and their values, for the reader, and the writing of them within a
// transaction that someone else began.

// A page of a queue: a range of one index, of which task_scan_max rows are looked at. Gives one row
// more than asked for where there is one.
std::string task_list_sql(TaskFilter const& filter, bool after_one);
PgValues task_list_values(TaskFilter const& filter, std::optional<TaskPlace> const& after,
                          std::size_t limit);
// The last row that such a page looked at, and the one after it.
std::string task_scan_sql(TaskFilter const& filter, bool after_one);
PgValues task_scan_values(TaskFilter const& filter, std::optional<TaskPlace> const& after);
// Queue, how many are open (up to $2), and when the first is due. $1 is the neutral, or which log.
std::string task_counts_sql(bool of_one_neutral);

// What a batch does to tasks, in few statements: those for one dispute stay in order, for a batch may
// close a task and open the next in its place; those for others go together where they do the same.
class TaskChanges {
public:
    void add(TaskChange const& change);
    // Gives how many statements were sent.
    std::size_t send(PostgresConnection& connection);

private:
    struct Statement {
        TaskChange::What what;
        std::string const* sql;
        PgColumns rows;
    };
    static Statement begin(TaskChange::What what);
    std::vector<Statement> statements_;
    std::map<DisputeId, std::size_t> next_; // the first statement that may hold more of a dispute
};
void prepare_tasks(PostgresConnection& connection); // once a connection

// False: the task has another version than the one before `after`, and nothing was written.
bool move_task(PostgresConnection& connection, Task const& after, TaskMovement const& movement);
void open_quarantine_task(PostgresConnection& connection, TaskId id, DisputeId dispute, Instant at,
                          Instant due_at);

} // namespace parley::store
