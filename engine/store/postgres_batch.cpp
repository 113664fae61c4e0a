#include "engine/store/postgres_batch.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault_point.hpp"
#include "engine/store/batch_judge.hpp"
#include "engine/store/keys.hpp"
#include "engine/store/places.hpp"
#include "engine/store/postgres_tasks.hpp"
#include "engine/store/rows.hpp"

#include <algorithm>
#include <utility>

namespace parley::store {

namespace {

// What the guards look at. Later statements see what was committed before the lock was had, since each
// takes a snapshot of its own; every node takes locks in this order, and rows by their key.
std::string const lock_heads =
    "SELECT log::int8, size FROM log_head WHERE log = ANY ($1::int2[]) ORDER BY log FOR UPDATE";
std::string const find_tops =
    "SELECT s.n, t.version, t.hash FROM unnest($1::bytea[]) WITH ORDINALITY s (stream, n),"
    " LATERAL (SELECT e.version, e.hash FROM event e WHERE e.stream = s.stream"
    " ORDER BY e.version DESC LIMIT 1) t";
std::string const find_receipts = "SELECT name FROM receipt WHERE name = ANY ($1::bytea[])";
std::string const lock_loads =
    "SELECT id, load, load_most FROM neutral WHERE id = ANY ($1::bytea[])"
    " ORDER BY id FOR NO KEY UPDATE";

// For a batch that asks nothing: puts it behind those of other nodes, and tells the statements after it,
// within the transaction, where the log ended before.
std::string const take_head =
    "WITH head AS (UPDATE log_head SET size = size + $2::int8 WHERE log = $1::int8"
    " RETURNING size - $2::int8 AS size)"
    " SELECT set_config('parley.head', size::text, true), size FROM head";
// Its guard, after the events are in: each follows upon one of its stream.
std::string const find_gaps =
    "SELECT 1 / (CASE WHEN EXISTS (SELECT FROM unnest($1::bytea[], $2::int8[], $3::bytea[])"
    " r (stream, version, hash) WHERE NOT EXISTS (SELECT FROM event e WHERE e.stream = r.stream"
    " AND e.version = r.version AND e.hash = r.hash)) THEN 0 ELSE 1 END)";
constexpr std::string_view guard_failed = "22012";     // division_by_zero
constexpr std::string_view is_there_already = "23505"; // unique_violation

// What a winner writes. Places count from the last parameter, or from the head that was taken.
std::string const add_events =
    "INSERT INTO event (place, version, at, number, room, stream, id, nonce, hash, stage, type,"
    " envelope)"
    " SELECT r.place + (SELECT coalesce($13::int8, current_setting('parley.head')::int8)),"
    " r.version, r.at, r.number, r.room, r.stream, r.id, r.nonce, r.hash, r.stage, r.type,"
    " r.envelope"
    " FROM unnest($1::int8[], $2::int8[], $3::int8[], $4::int4[], $5::int2[], $6::bytea[],"
    " $7::bytea[], $8::bytea[], $9::bytea[], $10::text[], $11::text[], $12::bytea[])"
    " r (place, version, at, number, room, stream, id, nonce, hash, stage, type, envelope)";
std::string const add_contents =
    "INSERT INTO content (place, salt, bytes)"
    " SELECT r.place + (SELECT coalesce($4::int8, current_setting('parley.head')::int8)), r.salt,"
    " r.bytes FROM unnest($1::int8[], $2::bytea[], $3::bytea[]) r (place, salt, bytes)";
std::string const add_disputes =
    "INSERT INTO dispute (created_at, changed_at, procedure_version, status, live, id, platform,"
    " claimant, respondent, mediator, decider, clock, stage, procedure, reference)"
    " SELECT * FROM unnest($1::int8[], $2::int8[], $3::int4[], $4::int2[], $5::bool[], $6::bytea[],"
    " $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[], $12::bytea[], $13::text[],"
    " $14::text[], $15::text[])";
// A row that stays as it is costs a look at it; one that is written costs a new version of it.
std::string const change_disputes =
    "UPDATE dispute d SET changed_at = r.changed_at, procedure_version = r.procedure_version,"
    " status = r.status, mediator = r.mediator, decider = r.decider, clock = r.clock,"
    " stage = r.stage, procedure = r.procedure"
    " FROM unnest($1::bytea[], $2::int8[], $3::int4[], $4::int2[], $5::bytea[], $6::bytea[],"
    " $7::bytea[], $8::text[], $9::text[])"
    " r (id, changed_at, procedure_version, status, mediator, decider, clock, stage, procedure)"
    " WHERE d.id = r.id AND (d.status, d.stage, d.procedure, d.procedure_version, d.changed_at,"
    " d.mediator, d.decider, d.clock) IS DISTINCT FROM (r.status, r.stage, r.procedure,"
    " r.procedure_version, r.changed_at, r.mediator, r.decider, r.clock)";
std::string const forget_references =
    "UPDATE dispute SET reference = '' WHERE id = ANY ($1::bytea[])";
std::string const add_deadlines =
    "INSERT INTO deadline (at, stamp, dispute, name, clock)"
    " SELECT * FROM unnest($1::int8[], $2::int8[], $3::bytea[], $4::text[], $5::bytea[])";
std::string const drop_deadlines =
    "DELETE FROM deadline d USING unnest($1::bytea[], $2::text[], $3::int8[])"
    " r (dispute, name, stamp)"
    " WHERE d.dispute = r.dispute AND d.name = r.name AND d.stamp = r.stamp";
std::string const add_outbox =
    "INSERT INTO outbox (at, dispute, id, kind, event, addressee, notice) SELECT * FROM"
    " unnest($1::int8[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])";
std::string const change_loads = "UPDATE neutral n SET load = n.load + r.by"
                                 " FROM unnest($1::bytea[], $2::int4[]) r (id, by)"
                                 " WHERE n.id = r.id";
std::string const erase_contents =
    "DELETE FROM content c USING event e, unnest($1::bytea[], $2::bytea[]) r (stream, id)"
    " WHERE e.stream = r.stream AND e.id = r.id AND c.place = e.place";
std::string const add_words =
    "INSERT INTO dispute_word (live, platform, word, dispute)"
    " SELECT * FROM unnest($1::bool[], $2::bytea[], $3::text[], $4::bytea[])"
    " ON CONFLICT DO NOTHING";
std::string const forget_words = "DELETE FROM dispute_word WHERE dispute = ANY ($1::bytea[])";
std::string const forget_reasons = "DELETE FROM task_reason WHERE dispute = ANY ($1::bytea[])";
std::string const add_receipts =
    "INSERT INTO receipt (version, at, status, name, fingerprint, stream, events, told)"
    " SELECT * FROM unnest($1::int8[], $2::int8[], $3::int4[], $4::bytea[], $5::bytea[],"
    " $6::bytea[], $7::bytea[], $8::text[])";
std::string const set_sizes = "UPDATE log_head h SET size = r.size"
                              " FROM unnest($1::int2[], $2::int8[]) r (log, size)"
                              " WHERE h.log = r.log";

std::string const* const all_statements[] = {
    &lock_heads,     &find_tops,    &find_receipts,   &lock_loads,        &add_events,
    &add_contents,   &add_disputes, &change_disputes, &forget_references, &add_deadlines,
    &drop_deadlines, &add_outbox,   &change_loads,    &erase_contents,    &add_receipts,
    &set_sizes,      &add_words,    &forget_words,    &forget_reasons,    &take_head,
    &find_gaps};

template <class T>
void keep_distinct(std::vector<T>& all) {
    std::ranges::sort(all);
    auto const rest = std::ranges::unique(all);
    all.erase(rest.begin(), rest.end());
}

std::int64_t whole(std::uint64_t number) { return static_cast<std::int64_t>(number); }

} // namespace

struct PostgresBatch::Rows {
    using enum PgType;
    PgColumns events{int8, int8, int8, int4, int2, bytes, bytes, bytes, bytes, text, text, bytes};
    PgColumns contents{int8, bytes, bytes};
    PgColumns disputes{int8,  int8,  int4,  int2,  boolean, bytes, bytes, bytes,
                       bytes, bytes, bytes, bytes, text,    text,  text};
    PgColumns changed{bytes, int8, int4, int2, bytes, bytes, bytes, text, text};
    PgColumns forgotten{bytes};
    PgColumns armed{int8, int8, bytes, text, bytes};
    PgColumns disarmed{bytes, text, int8};
    PgColumns outbox{int8, bytes, text, text, text, text, text};
    PgColumns loads{bytes, int4};
    PgColumns erased{bytes, bytes};
    PgColumns receipts{int8, int8, int4, bytes, bytes, bytes, bytes, text};
    PgColumns sizes{int2, int8};
    PgColumns words{boolean, bytes, text, bytes};
    PgColumns followed{bytes, int8, bytes}; // what the first event of each stream follows upon
    TaskChanges tasks;

    // A list row is written once a batch, as the last unit leaves it: an UPDATE that is given a row
    // twice takes whichever it meets first.
    struct Listed {
        DisputeRow const* row = nullptr;
        std::optional<Instant> changed_at;
        bool is_new = false;
        std::string_view reference;
    };
    std::map<DisputeId, Listed> listed;
    std::map<NeutralId, std::int64_t> load_sums;
};

PostgresBatch::PostgresBatch(std::span<Unit> units)
    : units_(units), rows_(std::make_shared<Rows>()) {
    for (Unit const& unit : units) {
        streams_.emplace_back(CompactKey(unit.stream).bytes());
        logs_.insert(unit.live);
        if (unit.receipt)
            names_.push_back(receipt_name(unit.receipt->key.scope, unit.receipt->key.key));
        for (LoadChange const& change : unit.loads) neutrals_.push_back(change.neutral);
    }
    keep_distinct(streams_);
    keep_distinct(names_);
    keep_distinct(neutrals_);
}

void PostgresBatch::prepare(PostgresConnection& connection) {
    for (std::string const* statement : all_statements) connection.prepare(*statement);
    prepare_tasks(connection);
}

std::vector<UnitFate> PostgresBatch::write(PostgresConnection& connection) {
    std::vector<UnitFate> fates;
    connection.begin_pipeline();
    ask(connection);
    judge(connection, fates);
    PARLEY_FAULT_POINT("before_commit");
    send_winners(connection, Places::known);
    PARLEY_FAULT_POINT("after_commit");
    return fates;
}

std::optional<std::vector<UnitFate>> PostgresBatch::write_at_once(PostgresConnection& connection) {
    if (logs_.size() != 1 || !neutrals_.empty() || !all_win()) return std::nullopt;
    bool const live = *logs_.begin();
    PgValues values;
    values.add(std::int64_t{live ? 1 : 0}).add(whole(sizes_.at(live)));
    connection.begin_pipeline();
    connection.send(take_head, values);
    PARLEY_FAULT_POINT("before_commit");
    std::uint64_t head = 0;
    try {
        head = send_winners(connection, Places::from_head);
    } catch (PostgresFault const& fault) {
        if (fault.sqlstate != guard_failed && fault.sqlstate != is_there_already) throw;
        connection.abandon_pipeline();
        return std::nullopt;
    }
    PARLEY_FAULT_POINT("after_commit");
    for (Unit& unit : units_)
        for (StoredEvent& event : unit.events) event.position += head;
    return std::vector<UnitFate>(units_.size(), UnitFate::won);
}

// What another node or an earlier request may have in the way is left to the database's own keys: a
// version or a receipt is there but once. Positions count from the head of the log.
bool PostgresBatch::all_win() {
    BatchJudge judge;
    for (Unit const& unit : units_) {
        std::string const stream(CompactKey(unit.stream).bytes());
        BatchJudge::Top const top{unit.expected_version, unit.expected_top};
        bool const first = judge.tops.try_emplace(stream, top).second;
        if (first && top.version > 0)
            rows_->followed.add(std::string_view(stream), whole(top.version), top.hash);
    }
    sizes_[*logs_.begin()] = 0;
    for (Unit& unit : units_) {
        if (judge.fate_of(unit) != UnitFate::won) return false;
        add_winner(unit);
    }
    return true;
}

void PostgresBatch::ask(PostgresConnection& connection) {
    PgValues values;
    auto const send = [&](std::string const& sql, PgArray& array) {
        values.clear();
        values.add(array);
        connection.send(sql, values);
    };
    PgArray logs(PgType::int2);
    for (bool const live : logs_) logs.add(std::int64_t{live ? 1 : 0});
    send(lock_heads, logs);
    PgArray streams(PgType::bytes);
    for (std::string const& stream : streams_) streams.add(std::string_view(stream));
    send(find_tops, streams);
    if (!names_.empty()) {
        PgArray names(PgType::bytes);
        for (Bytes16 const& name : names_) names.add(name);
        send(find_receipts, names);
    }
    if (!neutrals_.empty()) {
        PgArray neutrals(PgType::bytes);
        for (NeutralId const& neutral : neutrals_) neutrals.add(neutral);
        send(lock_loads, neutrals);
    }
    connection.flush();
}

void PostgresBatch::judge(PostgresConnection& connection, std::vector<UnitFate>& fates) {
    BatchJudge judge;
    PgRows heads = connection.answer();
    for (int i = 0; i < heads.count(); ++i) {
        heads.at(i);
        sizes_[heads.number(0) != 0] = static_cast<std::uint64_t>(heads.number(1));
    }
    if (sizes_.size() != logs_.size()) throw Fault("the database has lost the head of a log");
    auto const before = sizes_;
    PgRows tops = connection.answer();
    for (int i = 0; i < tops.count(); ++i) {
        tops.at(i);
        auto const stream = static_cast<std::size_t>(tops.number(0)) - 1;
        judge.tops.emplace(
            streams_.at(stream),
            BatchJudge::Top{static_cast<std::uint64_t>(tops.number(1)), tops.bytes<32>(2)});
    }
    if (!names_.empty()) {
        PgRows receipts = connection.answer();
        for (int i = 0; i < receipts.count(); ++i)
            judge.receipts.insert(receipts.at(i).bytes<16>(0));
    }
    if (!neutrals_.empty()) {
        PgRows loads = connection.answer();
        for (int i = 0; i < loads.count(); ++i) {
            loads.at(i);
            judge.loads[loads.id<NeutralId>(0)] = {loads.number(1), loads.number(2)};
        }
    }
    for (Unit& unit : units_) {
        fates.push_back(judge.fate_of(unit));
        if (fates.back() == UnitFate::won) add_winner(unit);
    }
    for (auto const& [live, size] : sizes_)
        if (size != before.at(live)) rows_->sizes.add(std::int64_t{live ? 1 : 0}, whole(size));
}

void PostgresBatch::add_winner(Unit& unit) {
    CompactKey const stream(unit.stream);
    std::uint64_t version = unit.expected_version;
    std::uint64_t& size = sizes_.at(unit.live);
    for (StoredEvent& event : unit.events) {
        PARLEY_ASSERT(event.stream == unit.stream, "a unit writes events of one stream");
        ++version;
        PARLEY_ASSERT(event.version == version, "the versions of a unit follow the expected one");
        event.position = ++size;
        add_event(event, stream.bytes(), place_of(unit.live, event.position));
    }
    if (unit.dispute) add_dispute(unit, *unit.dispute);
    for (DueRow const& row : unit.armed)
        rows_->armed.add(row.at, std::int64_t{row.stamp}, row.dispute, std::string_view(row.name),
                         row.clock);
    if (!unit.disarmed.empty()) {
        auto const dispute = DisputeId::parse(unit.stream);
        PARLEY_ASSERT(dispute.has_value(), "only disputes have deadlines");
        for (auto const& [name, stamp] : unit.disarmed)
            rows_->disarmed.add(*dispute, std::string_view(name), std::int64_t{stamp});
    }
    for (OutboxRow const& row : unit.outbox)
        rows_->outbox.add(row.at, row.dispute, std::string_view(row.id), std::string_view(row.kind),
                          std::string_view(row.event), std::string_view(row.addressee),
                          std::string_view(row.notice));
    for (TaskChange const& change : unit.tasks) rows_->tasks.add(change);
    for (LoadChange const& change : unit.loads) rows_->load_sums[change.neutral] += change.by;
    for (EventId const& event : unit.erased) {
        std::string const text = event.text();
        rows_->erased.add(stream.bytes(), CompactKey(text).bytes());
    }
    if (!unit.erased.empty() && unit.dispute) rows_->forgotten.add(unit.dispute->id);
    if (unit.receipt) {
        StoredReceipt const& receipt = *unit.receipt;
        std::string events;
        append_packed(events, receipt.events);
        rows_->receipts.add(whole(receipt.version), receipt.at, std::int64_t{receipt.status},
                            receipt_name(receipt.key.scope, receipt.key.key),
                            receipt.key.fingerprint, CompactKey(receipt.stream).bytes(),
                            std::string_view(events), std::string_view(receipt.told));
    }
}

void PostgresBatch::add_event(StoredEvent& event, std::string_view stream, std::int64_t place) {
    CompactKey const id(event.id);
    rows_->events.add(place, whole(event.version), event.at, std::int64_t{event.number},
                      std::int64_t{std::to_underlying(event.room)}, stream, id.bytes(), event.nonce,
                      event.hash, std::string_view(event.stage), std::string_view(event.type),
                      std::string_view(event.envelope));
    if (event.salt) rows_->contents.add(place, *event.salt, std::string_view(event.content));
}

void PostgresBatch::add_dispute(Unit const& unit, DisputeRow const& row) {
    Rows::Listed& listed = rows_->listed[row.id];
    listed.row = &row;
    listed.changed_at = row.changed_at;
    if (!unit.events.empty() && unit.events.back().at == row.changed_at) listed.changed_at.reset();
    if (unit.expected_version != 0) return;
    listed.is_new = true;
    listed.reference = row.reference; // later rows leave it as the filing wrote it
    for (std::string const& word : row.words)
        rows_->words.add(std::int64_t{row.live ? 1 : 0}, row.platform, std::string_view(word),
                         row.id);
}

std::uint64_t PostgresBatch::send_winners(PostgresConnection& connection, Places places) {
    for (auto const& [id, listed] : rows_->listed) {
        DisputeRow const& row = *listed.row;
        auto const status = std::int64_t{std::to_underlying(row.status)};
        if (listed.is_new)
            rows_->disputes.add(
                row.created_at, listed.changed_at, std::int64_t{row.procedure_version}, status,
                std::int64_t{row.live ? 1 : 0}, id, row.platform, row.parties[0], row.parties[1],
                row.neutrals[0], row.neutrals[1], row.clock, std::string_view(row.stage),
                std::string_view(row.procedure), listed.reference);
        else
            rows_->changed.add(id, listed.changed_at, std::int64_t{row.procedure_version}, status,
                               row.neutrals[0], row.neutrals[1], row.clock,
                               std::string_view(row.stage), std::string_view(row.procedure));
    }
    for (auto const& [neutral, by] : rows_->load_sums)
        if (by != 0) rows_->loads.add(neutral, by);

    // Armed before disarmed, for one unit may do both to the same arming; a list row before its
    // reference is forgotten.
    struct Table {
        std::string const* sql;
        PgColumns* columns;
        bool has_places = false;
    };
    Table const tables[] = {
        {&add_events, &rows_->events, true},     {&find_gaps, &rows_->followed},
        {&add_contents, &rows_->contents, true}, {&add_disputes, &rows_->disputes},
        {&change_disputes, &rows_->changed},     {&add_words, &rows_->words},
        {&forget_references, &rows_->forgotten}, {&forget_words, &rows_->forgotten},
        {&forget_reasons, &rows_->forgotten},    {&add_deadlines, &rows_->armed},
        {&drop_deadlines, &rows_->disarmed},     {&add_outbox, &rows_->outbox},
        {&change_loads, &rows_->loads},          {&erase_contents, &rows_->erased},
        {&add_receipts, &rows_->receipts},       {&set_sizes, &rows_->sizes}};
    PgValues values;
    std::size_t sent = 0;
    for (Table const& table : tables) {
        if (table.columns->empty()) continue;
        table.columns->values(values);
        if (table.has_places && places == Places::from_head) values.add_null();
        else if (table.has_places) values.add(std::int64_t{0});
        connection.send(*table.sql, values);
        ++sent;
    }
    sent += rows_->tasks.send(connection);
    connection.sync();
    std::uint64_t head = 0;
    // Where there is no head, what follows has failed, and says so.
    if (places == Places::from_head)
        if (PgRows taken = answer_of(connection); taken.count() > 0)
            head = static_cast<std::uint64_t>(taken.at(0).number(1));
    for (; sent > 0; --sent) answer_of(connection);
    connection.finish_pipeline();
    return head;
}

// The commit is under way already. Where the database said why a statement failed, it did not come to
// the commit; where it said nothing, it may have.
PgRows PostgresBatch::answer_of(PostgresConnection& connection) {
    try {
        return connection.answer();
    } catch (PostgresFault const& fault) {
        if (!fault.sqlstate.empty()) throw;
        throw UnknownFate(std::string(fault.what()) + "; what was sent may be durable or not");
    }
}

} // namespace parley::store
