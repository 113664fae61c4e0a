#include "engine/store/task_query.hpp"

#include "engine/store/rows.hpp"
#include "engine/store/sqlite.hpp"

#include <algorithm>
#include <utility>

namespace parley::store {

namespace {

std::string_view first_subtag(std::string_view language) {
    return language.substr(0, language.find('-'));
}

bool either(std::array<std::string, 2> const& have, std::string_view wanted) {
    return std::ranges::find(have, wanted) != have.end();
}

// By a lease that still runs on the task's own clock, or by assignment.
std::string_view holder_of(Task const& task, Instant now) {
    if (!task.claimed_by.empty() && task.lease_until && *task.lease_until > now)
        return task.claimed_by;
    return task.assigned_to;
}

bool fits(Task const& task, TaskFilter const& filter, Instant now) {
    if (task.live != filter.live) return false;
    if (filter.kind && task.kind != *filter.kind) return false;
    if (filter.reason && task.reason != *filter.reason) return false;
    if (filter.country && !either(task.countries, *filter.country)) return false;
    if (filter.language && std::ranges::none_of(task.languages, [&](std::string_view spoken) {
            return first_subtag(spoken) == first_subtag(*filter.language);
        }))
        return false;
    return !filter.holder || holder_of(task, now) == *filter.holder;
}

std::string select(std::string_view rest) {
    std::string out = "SELECT ";
    out += task_columns;
    out += " FROM task t";
    out += rest;
    return out;
}

} // namespace

// Numbered parameters: 1 live or neutral, 2 queue, 3 to 5 the place before.
std::string task_list_sql(bool of_one_neutral, bool after_one) {
    std::string out = "SELECT ";
    out += task_columns;
    out += ", (SELECT c.now FROM test_clock c WHERE c.id = t.clock) FROM task t INDEXED BY ";
    out +=
        of_one_neutral ? "task_of_neutral WHERE t.neutral = ?1" : "task_in_queue WHERE t.live = ?1";
    out += " AND t.queue = ?2 AND t.closed_at IS NULL";
    if (of_one_neutral) out += " AND t.neutral IS NOT NULL";
    if (after_one) out += " AND (t.due_at, t.opened_at, t.id) > (?3, ?4, ?5)";
    out += " ORDER BY t.due_at, t.opened_at, t.id";
    return out;
}

TaskPage list_tasks(Connection& connection, TaskFilter const& filter,
                    std::optional<TaskPlace> const& after, std::size_t limit) {
    constexpr int clock_now = 28;
    Use list(connection.kept(task_list_sql(filter.neutral.has_value(), after.has_value())));
    if (filter.neutral) list->bind(*filter.neutral);
    else list->bind(filter.live ? 1 : 0);
    list->bind(std::int64_t{std::to_underlying(filter.queue)});
    if (after) list->bind(after->due_at).bind(after->opened_at).bind(after->id);
    TaskPage page;
    std::optional<TaskPlace> last;
    for (std::size_t looked_at = 0; list->step(); ++looked_at) {
        if (page.tasks.size() == limit || looked_at == task_scan_max) {
            page.next = last; // there is at least this row after it
            break;
        }
        Task task = read_task(*list);
        Instant const now = list->is_null(clock_now) ? filter.now : list->instant(clock_now);
        last = place_of(task);
        if (fits(task, filter, now)) page.tasks.push_back(std::move(task));
    }
    return page;
}

std::optional<Task> find_task(Connection& connection, TaskId id) {
    static std::string const query = select(" WHERE t.id = ?");
    Use find(connection.kept(query));
    find->bind(id);
    if (!find->step()) return std::nullopt;
    return read_task(*find);
}

std::vector<TaskMovement> movements_of(Connection& connection, TaskId id) {
    static std::string const query =
        std::string(movements_query) + " WHERE m.task = ? ORDER BY m.version";
    Use find(connection.kept(query));
    find->bind(id);
    std::vector<TaskMovement> out;
    while (find->step()) out.push_back(read_movement(*find, id));
    return out;
}

std::vector<QueueCount> count_tasks(Connection& connection, bool live,
                                    std::optional<NeutralId> const& neutral) {
    std::string const from = neutral
                                 ? " FROM task INDEXED BY task_of_neutral WHERE neutral = ?1"
                                   " AND neutral IS NOT NULL AND queue = ?2 AND closed_at IS NULL"
                                 : " FROM task INDEXED BY task_in_queue WHERE live = ?1"
                                   " AND queue = ?2 AND closed_at IS NULL";
    std::vector<QueueCount> out;
    for (std::size_t i = 0; i < std::size(EnumNames<Queue>::names); ++i) {
        QueueCount count;
        count.queue = static_cast<Queue>(i);
        auto const bind = [&](Statement& statement) {
            if (neutral) statement.bind(*neutral);
            else statement.bind(live ? 1 : 0);
            statement.bind(static_cast<std::int64_t>(i));
        };
        Use number(connection.kept("SELECT count(*) FROM (SELECT 1" + from + " LIMIT ?3)"));
        bind(*number);
        number->bind(static_cast<std::int64_t>(task_count_max + 1));
        if (number->step()) count.open = static_cast<std::uint64_t>(number->number(0));
        count.more = count.open > task_count_max;
        count.open = std::min(count.open, task_count_max);
        Use soonest(connection.kept("SELECT due_at" + from + " ORDER BY due_at LIMIT 1"));
        bind(*soonest);
        if (soonest->step()) count.soonest_due_at = soonest->instant(0);
        out.push_back(count);
    }
    return out;
}

std::vector<Task> all_open_tasks(Connection& connection) {
    static std::string const query = select(" WHERE t.closed_at IS NULL ORDER BY t.dispute");
    Use find(connection.kept(query));
    std::vector<Task> out;
    while (find->step()) out.push_back(read_task(*find));
    return out;
}

} // namespace parley::store
