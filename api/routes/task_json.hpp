#pragma once

#include "api/access/principal.hpp"
#include "api/http/message.hpp"
#include "engine/base/json.hpp"
#include "engine/core/tasks.hpp"
#include "engine/runtime/task_desk.hpp"

#include <optional>
#include <span>

namespace parley::routes {

// Someone who may know of queues: a neutral of their own tasks, the office and the auditor of all.
// Nothing for a platform or a party, for whom there are none.
struct Staff {
    bool live = false;
    KeyKind kind = KeyKind::administrator;
    Worker worker; // means nothing for an auditor, who moves nothing
};
std::optional<Staff> staff_of(access::Principal const& principal);
// The one question of access to a task.
bool may_see(Staff const& staff, Task const& task);

// A task as its reader may see it. `now` is that of its dispute.
void write_task(JsonWriter& json, Task const& task, Staff const& staff, Instant now);
// The moves that were made, oldest first. The words of a move are its maker's; the office shares its
// own.
void write_movements(JsonWriter& json, std::span<TaskMovement const> movements, Staff const& staff);

// What a move takes: claim an optional lease in hours, assign `to`, snooze `until` and a reason.
Result<TaskMove> read_task_move(TaskAct what, Json const& body);
http::Response answer_for(Staff const& staff, TaskReceipt const& receipt);
std::unexpected<Refusal> no_moves_for_auditors();

} // namespace parley::routes
