#include "engine/store/task_writer.hpp"

#include "engine/store/rows.hpp"

#include <utility>

namespace parley::store {

TaskWriter::TaskWriter(Connection& connection)
    : connection_(connection),
      // A second breach reported while someone looks into the first opens nothing.
      add_(connection,
           "INSERT INTO task (id, dispute, platform, live, queue, kind, seat, neutral, stage, act,"
           " claimant_language, respondent_language, claimant_country, respondent_country, reason,"
           " amount, currency, clock, opened_at, due_at, deadline, version, claimed_by,"
           " lease_until, assigned_to, snoozed_until, closed_at, closed_by, ending)"
           " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, '', NULL,"
           " '', NULL, NULL, '', 0) ON CONFLICT DO NOTHING"),
      change_(connection,
              "UPDATE task SET due_at = ?, deadline = ?, stage = ?, version = version + 1"
              " WHERE dispute = ? AND kind = ? AND seat = ? AND closed_at IS NULL"),
      close_(connection,
             "UPDATE task SET closed_at = ?, closed_by = ?, ending = ?, version = version + 1"
             " WHERE dispute = ? AND kind = ? AND seat = ? AND closed_at IS NULL"),
      move_(connection,
            "UPDATE task SET version = ?, claimed_by = ?, lease_until = ?, assigned_to = ?,"
            " snoozed_until = ?, closed_at = ?, closed_by = ?, ending = ?"
            " WHERE id = ? AND version = ? AND closed_at IS NULL"),
      add_movement_(connection,
                    "INSERT INTO task_movement (task, version, at, by, what, holder, until)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?)"),
      add_reason_(connection,
                  "INSERT INTO task_reason (dispute, task, version, text) VALUES (?, ?, ?, ?)"),
      // The events cannot be read, so the list row says whose dispute it is.
      add_for_quarantine_(
          connection,
          "INSERT INTO task (id, dispute, platform, live, queue, kind, seat, neutral, stage, act,"
          " claimant_language, respondent_language, claimant_country, respondent_country, reason,"
          " amount, currency, clock, opened_at, due_at, deadline, version, claimed_by,"
          " lease_until, assigned_to, snoozed_until, closed_at, closed_by, ending)"
          " SELECT ?, id, platform, live, ?, ?, 0, NULL, stage, '', '', '', '', '', ?, NULL, '',"
          " NULL, ?, ?, '', 1, '', NULL, '', NULL, NULL, '', 0 FROM dispute WHERE id = ?"
          " ON CONFLICT DO NOTHING"),
      erase_reasons_(connection, "DELETE FROM task_reason WHERE dispute = ?") {}

void TaskWriter::write(TaskChange const& change) {
    Task const& task = change.task;
    switch (change.what) {
    case TaskChange::What::open: return open(task);
    case TaskChange::What::move: {
        Use update(change_);
        update->bind(task.due_at).bind_text(task.deadline).bind_text(task.stage).bind(task.dispute);
        update->bind(std::int64_t{std::to_underlying(task.kind)}).bind(seat_number(task.seat));
        return update->run();
    }
    case TaskChange::What::close: {
        Use update(close_);
        update->bind(task.closed_at).bind_text(task.closed_by);
        update->bind(std::int64_t{std::to_underlying(task.end)}).bind(task.dispute);
        update->bind(std::int64_t{std::to_underlying(task.kind)}).bind(seat_number(task.seat));
        return update->run();
    }
    }
}

void TaskWriter::open(Task const& task) {
    Use add(add_);
    add->bind(task.id).bind(task.dispute).bind(task.platform).bind(task.live ? 1 : 0);
    add->bind(std::int64_t{std::to_underlying(task.queue())});
    add->bind(std::int64_t{std::to_underlying(task.kind)}).bind(seat_number(task.seat));
    add->bind(task.neutral).bind_text(task.stage).bind_text(task.act);
    add->bind_text(task.languages[0]).bind_text(task.languages[1]);
    add->bind_text(task.countries[0]).bind_text(task.countries[1]);
    add->bind(std::int64_t{std::to_underlying(task.reason)});
    if (task.amount) add->bind(task.amount->amount).bind_text(task.amount->currency.text());
    else add->bind_null().bind_text("");
    add->bind(task.clock).bind(task.opened_at).bind(task.due_at);
    add->bind_text(task.deadline);
    add->run();
}

bool TaskWriter::move(Task const& after, TaskMovement const& movement) {
    {
        Use update(move_);
        update->bind(static_cast<std::int64_t>(after.version)).bind_text(after.claimed_by);
        update->bind(after.lease_until).bind_text(after.assigned_to).bind(after.snoozed_until);
        update->bind(after.closed_at).bind_text(after.closed_by);
        update->bind(std::int64_t{std::to_underlying(after.end)}).bind(after.id);
        update->bind(static_cast<std::int64_t>(after.version - 1));
        update->run();
    }
    if (connection_.changes() == 0) return false;
    Use add(add_movement_);
    add->bind(after.id).bind(static_cast<std::int64_t>(movement.version)).bind(movement.at);
    add->bind_text(movement.by).bind(std::int64_t{std::to_underlying(movement.what)});
    add->bind_text(movement.to).bind(movement.until);
    add->run();
    if (movement.reason.empty()) return true;
    Use keep(add_reason_);
    keep->bind(after.dispute).bind(after.id).bind(static_cast<std::int64_t>(movement.version));
    keep->bind_text(movement.reason);
    keep->run();
    return true;
}

void TaskWriter::open_for_quarantine(TaskId id, DisputeId dispute, Instant at, Instant due_at) {
    Use add(add_for_quarantine_);
    add->bind(id).bind(std::int64_t{std::to_underlying(Queue::administration)});
    add->bind(std::int64_t{std::to_underlying(TaskKind::look_into_quarantine)});
    add->bind(std::int64_t{std::to_underlying(ClaimReason::other)});
    add->bind(at).bind(due_at).bind(dispute);
    add->run();
}

void TaskWriter::erase_reasons(DisputeId dispute) {
    Use remove(erase_reasons_);
    remove->bind(dispute);
    remove->run();
}

} // namespace parley::store
