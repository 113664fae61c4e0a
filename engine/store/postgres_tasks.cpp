#include "engine/store/postgres_tasks.hpp"

#include "engine/store/rows.hpp"

#include <utility>

namespace parley::store {

namespace {

// A second breach reported while someone looks into the first opens nothing.
std::string const open_tasks =
    "INSERT INTO task (id, dispute, platform, live, queue, kind, seat, neutral, stage, act,"
    " claimant_language, respondent_language, claimant_country, respondent_country, reason,"
    " amount, currency, clock, opened_at, due_at, deadline, version, claimed_by, lease_until,"
    " assigned_to, snoozed_until, closed_at, closed_by, ending)"
    " SELECT r.*, 1, '', NULL, '', NULL, NULL, '', 0"
    " FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bool[], $5::int2[], $6::int2[],"
    " $7::int2[], $8::bytea[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],"
    " $14::text[], $15::int2[], $16::int8[], $17::text[], $18::bytea[], $19::int8[], $20::int8[],"
    " $21::text[]) r ON CONFLICT DO NOTHING";
std::string const move_tasks =
    "UPDATE task t SET due_at = r.due_at, deadline = r.deadline, stage = r.stage,"
    " version = t.version + 1"
    " FROM unnest($1::bytea[], $2::int2[], $3::int2[], $4::int8[], $5::text[], $6::text[])"
    " r (dispute, kind, seat, due_at, deadline, stage)"
    " WHERE t.dispute = r.dispute AND t.kind = r.kind AND t.seat = r.seat AND t.closed_at IS NULL";
std::string const close_tasks =
    "UPDATE task t SET closed_at = r.closed_at, closed_by = r.closed_by, ending = r.ending,"
    " version = t.version + 1"
    " FROM unnest($1::bytea[], $2::int2[], $3::int2[], $4::int8[], $5::text[], $6::int2[])"
    " r (dispute, kind, seat, closed_at, closed_by, ending)"
    " WHERE t.dispute = r.dispute AND t.kind = r.kind AND t.seat = r.seat AND t.closed_at IS NULL";

void add_row(PgColumns& rows, TaskChange const& change) {
    using View = std::string_view;
    Task const& task = change.task;
    auto const kind = std::int64_t{std::to_underlying(task.kind)};
    std::int64_t const seat = seat_number(task.seat);
    switch (change.what) {
    case TaskChange::What::open: {
        std::optional<std::int64_t> amount;
        if (task.amount) amount = task.amount->amount;
        rows.add(task.id, task.dispute, task.platform, std::int64_t{task.live},
                 std::int64_t{std::to_underlying(task.queue())}, kind, seat, task.neutral,
                 View(task.stage), View(task.act), View(task.languages[0]), View(task.languages[1]),
                 View(task.countries[0]), View(task.countries[1]),
                 std::int64_t{std::to_underlying(task.reason)}, amount,
                 task.amount ? task.amount->currency.text() : View(), task.clock, task.opened_at,
                 task.due_at, View(task.deadline));
        return;
    }
    case TaskChange::What::move:
        rows.add(task.dispute, kind, seat, task.due_at, View(task.deadline), View(task.stage));
        return;
    case TaskChange::What::close:
        rows.add(task.dispute, kind, seat, task.closed_at, View(task.closed_by),
                 std::int64_t{std::to_underlying(task.end)});
    }
}

std::string queue_range(bool of_one_neutral, bool after_one) {
    std::string sql = of_one_neutral ? " WHERE t.neutral = $1::bytea AND t.neutral IS NOT NULL"
                                     : " WHERE t.live = $1::bool";
    sql += " AND t.queue = $2::int8 AND t.closed_at IS NULL";
    if (after_one) sql += " AND (t.due_at, t.opened_at, t.id) > ($3::int8, $4::int8, $5::bytea)";
    sql += " ORDER BY t.due_at, t.opened_at, t.id";
    return sql;
}

// Mentions every parameter, so that all pages take the same.
constexpr std::string_view place_parameters =
    "WITH place AS (SELECT $3::int8, $4::int8, $5::bytea)";

void add_scope(PgValues& values, TaskFilter const& filter, std::optional<TaskPlace> const& after) {
    if (filter.neutral) values.add(*filter.neutral);
    else values.add(filter.live);
    values.add(std::int64_t{std::to_underlying(filter.queue)});
    if (after) values.add(after->due_at).add(after->opened_at).add(after->id);
    else values.add_null().add_null().add_null();
}

template <class T>
void add_kind(PgValues& values, std::optional<T> const& kind) {
    if (kind) values.add(std::int64_t{std::to_underlying(*kind)});
    else values.add_null();
}
void add_text(PgValues& values, std::optional<std::string> const& text) {
    if (text) values.add_text(*text);
    else values.add_null();
}

} // namespace

std::string task_list_sql(TaskFilter const& filter, bool after_one) {
    std::string sql(place_parameters);
    sql += " SELECT ";
    sql += task_columns;
    sql += " FROM (SELECT * FROM task t" + queue_range(filter.neutral.has_value(), after_one);
    sql += " LIMIT " + std::to_string(task_scan_max) + ") t";
    sql +=
        " LEFT JOIN test_clock c ON c.id = t.clock WHERE t.live = $13::bool"
        " AND ($7::int8 IS NULL OR t.kind = $7::int8)"
        " AND ($8::int8 IS NULL OR t.reason = $8::int8)"
        " AND ($9::text IS NULL OR $9::text IN (split_part(t.claimant_language, '-', 1),"
        " split_part(t.respondent_language, '-', 1)))"
        " AND ($10::text IS NULL OR $10::text IN (t.claimant_country, t.respondent_country))"
        " AND ($11::text IS NULL OR $11::text = CASE WHEN t.claimed_by <> ''"
        " AND t.lease_until > coalesce(c.now, $12::int8) THEN t.claimed_by ELSE t.assigned_to END)"
        " ORDER BY t.due_at, t.opened_at, t.id LIMIT $6::int8";
    return sql;
}

PgValues task_list_values(TaskFilter const& filter, std::optional<TaskPlace> const& after,
                          std::size_t limit) {
    PgValues values;
    add_scope(values, filter, after);
    values.add(static_cast<std::int64_t>(limit) + 1);
    add_kind(values, filter.kind);
    add_kind(values, filter.reason);
    std::optional<std::string> language = filter.language;
    if (language) language->resize(std::min(language->find('-'), language->size()));
    add_text(values, language);
    add_text(values, filter.country);
    add_text(values, filter.holder);
    values.add(filter.now).add(filter.live);
    return values;
}

std::string task_scan_sql(TaskFilter const& filter, bool after_one) {
    return std::string(place_parameters) + " SELECT t.due_at, t.opened_at, t.id FROM task t" +
           queue_range(filter.neutral.has_value(), after_one) + " OFFSET " +
           std::to_string(task_scan_max - 1) + " LIMIT 2";
}

PgValues task_scan_values(TaskFilter const& filter, std::optional<TaskPlace> const& after) {
    PgValues values;
    add_scope(values, filter, after);
    return values;
}

std::string task_counts_sql(bool of_one_neutral) {
    std::string const from =
        of_one_neutral ? " FROM task t WHERE t.neutral = $1::bytea AND t.neutral IS NOT NULL"
                         " AND t.queue = q.number AND t.closed_at IS NULL"
                       : " FROM task t WHERE t.live = $1::bool AND t.queue = q.number"
                         " AND t.closed_at IS NULL";
    return "SELECT q.number::int8, (SELECT count(*) FROM (SELECT 1" + from +
           " LIMIT $2::int8) counted), (SELECT t.due_at" + from +
           " ORDER BY t.due_at, t.opened_at, t.id LIMIT 1)"
           " FROM (VALUES (0::int2), (1::int2), (2::int2)) q (number) ORDER BY q.number";
}

static_assert(std::size(EnumNames<Queue>::names) == 3, "the counts name each queue by number");

void prepare_tasks(PostgresConnection& connection) {
    for (std::string const* sql : {&open_tasks, &move_tasks, &close_tasks})
        connection.prepare(*sql);
}

TaskChanges::Statement TaskChanges::begin(TaskChange::What what) {
    using enum PgType;
    switch (what) {
    case TaskChange::What::open:
        return {what, &open_tasks, {bytes, bytes, bytes, boolean, int2, int2, int2,
                                    bytes, text,  text,  text,    text, text, text,
                                    int2,  int8,  text,  bytes,   int8, int8, text}};
    case TaskChange::What::move: return {what, &move_tasks, {bytes, int2, int2, int8, text, text}};
    case TaskChange::What::close: break;
    }
    return {what, &close_tasks, {bytes, int2, int2, int8, text, int2}};
}

void TaskChanges::add(TaskChange const& change) {
    std::size_t& next = next_[change.task.dispute];
    while (next < statements_.size() && statements_[next].what != change.what) ++next;
    if (next == statements_.size()) statements_.push_back(begin(change.what));
    add_row(statements_[next++].rows, change);
}

std::size_t TaskChanges::send(PostgresConnection& connection) {
    PgValues values;
    for (Statement& statement : statements_) {
        statement.rows.values(values);
        connection.send(*statement.sql, values);
    }
    return statements_.size();
}

bool move_task(PostgresConnection& connection, Task const& after, TaskMovement const& movement) {
    PgValues values;
    values.add(static_cast<std::int64_t>(after.version)).add_text(after.claimed_by);
    values.add(after.lease_until).add_text(after.assigned_to).add(after.snoozed_until);
    values.add(after.closed_at).add_text(after.closed_by);
    values.add(std::int64_t{std::to_underlying(after.end)}).add(after.id);
    values.add(static_cast<std::int64_t>(after.version - 1));
    PgRows const moved = connection.run(
        "UPDATE task SET version = $1::int8, claimed_by = $2::text, lease_until = $3::int8,"
        " assigned_to = $4::text, snoozed_until = $5::int8, closed_at = $6::int8,"
        " closed_by = $7::text, ending = $8::int8"
        " WHERE id = $9::bytea AND version = $10::int8 AND closed_at IS NULL",
        values);
    if (moved.changes() == 0) return false;
    values.clear();
    values.add(after.id).add(static_cast<std::int64_t>(movement.version)).add(movement.at);
    values.add_text(movement.by).add(std::int64_t{std::to_underlying(movement.what)});
    values.add_text(movement.to).add(movement.until);
    connection.run(
        "INSERT INTO task_movement (task, version, at, by, what, holder, until)"
        " VALUES ($1::bytea, $2::int8, $3::int8, $4::text, $5::int8, $6::text, $7::int8)",
        values);
    if (movement.reason.empty()) return true;
    values.clear();
    values.add(after.dispute).add(after.id).add(static_cast<std::int64_t>(movement.version));
    values.add_text(movement.reason);
    connection.run("INSERT INTO task_reason (dispute, task, version, text)"
                   " VALUES ($1::bytea, $2::bytea, $3::int8, $4::text)",
                   values);
    return true;
}

// The events cannot be read, so the list row says whose dispute it is.
void open_quarantine_task(PostgresConnection& connection, TaskId id, DisputeId dispute, Instant at,
                          Instant due_at) {
    PgValues values;
    values.add(id).add(std::int64_t{std::to_underlying(Queue::administration)});
    values.add(std::int64_t{std::to_underlying(TaskKind::look_into_quarantine)});
    values.add(std::int64_t{std::to_underlying(ClaimReason::other)});
    values.add(at).add(due_at).add(dispute);
    connection.run(
        "INSERT INTO task (id, dispute, platform, live, queue, kind, seat, neutral, stage, act,"
        " claimant_language, respondent_language, claimant_country, respondent_country, reason,"
        " amount, currency, clock, opened_at, due_at, deadline, version, claimed_by, lease_until,"
        " assigned_to, snoozed_until, closed_at, closed_by, ending)"
        " SELECT $1::bytea, d.id, d.platform, d.live, $2::int8, $3::int8, 0, NULL, d.stage, '', '',"
        " '', '', '', $4::int8, NULL, '', NULL, $5::int8, $6::int8, '', 1, '', NULL, '', NULL, "
        "NULL,"
        " '', 0 FROM dispute d WHERE d.id = $7::bytea ON CONFLICT DO NOTHING",
        values);
}

} // namespace parley::store
