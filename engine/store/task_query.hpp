#pragma once

#include "engine/ports/reader.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace parley::store {

class Connection;

// A page of a queue: a range of one index, whose rows are looked at until the page is full.
std::string task_list_sql(bool of_one_neutral, bool after_one);
TaskPage list_tasks(Connection& connection, TaskFilter const& filter,
                    std::optional<TaskPlace> const& after, std::size_t limit);

std::optional<Task> find_task(Connection& connection, TaskId id);
std::vector<TaskMovement> movements_of(Connection& connection, TaskId id);
std::vector<QueueCount> count_tasks(Connection& connection, bool live,
                                    std::optional<NeutralId> const& neutral);
std::vector<Task> all_open_tasks(Connection& connection);

} // namespace parley::store
