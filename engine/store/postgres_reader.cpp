#include "engine/store/postgres_reader.hpp"

#include "engine/base/digest.hpp"
#include "engine/model/search_words.hpp"
#include "engine/store/keys.hpp"
#include "engine/store/places.hpp"
#include "engine/store/postgres_lists.hpp"
#include "engine/store/postgres_party_access.hpp"
#include "engine/store/postgres_pool.hpp"
#include "engine/store/postgres_tasks.hpp"
#include "engine/store/postgres_webhooks.hpp"
#include "engine/store/rows.hpp"

#include <utility>

namespace parley {

namespace store {
namespace {

// What the row-level security of a transaction goes by (001_journal.postgresql.sql). Said in every
// transaction, never in a session: the connection serves someone else next.
std::string const set_tenant = "SELECT set_config('parley.tenant', $1::text, true)";
constexpr std::string_view every = "every";

std::string select(std::string_view columns, std::string_view rest) {
    std::string out = "SELECT ";
    out += columns;
    out += rest;
    return out;
}
std::string select_events(std::string_view where) {
    return select(event_columns,
                  " FROM event e LEFT JOIN content c ON c.place = e.place " + std::string(where));
}

class PostgresReader final : public Reader {
public:
    PostgresReader(std::string url, PostgresReaderOptions const& options)
        : pool_(std::move(url), options.connections, options.wait_max, options.answer_wait_max) {
        pool_.lease(); // says at once when there is nothing to read from
    }

    std::vector<StoredEvent> events(std::string const& stream, std::uint64_t after) override {
        static std::string const query =
            select_events("WHERE e.stream = $1::bytea AND e.version > $2::int8 ORDER BY e.version");
        PgValues values;
        values.add_bytes(CompactKey(stream).bytes()).add(static_cast<std::int64_t>(after));
        return rows(ask(query, values), read_event<PgRows>);
    }

    std::vector<StoredEvent> events_of(std::vector<std::string> const& streams) override {
        static std::string const query =
            select_events("WHERE e.stream = ANY($1::bytea[]) ORDER BY e.stream, e.version");
        PgArray keys(PgType::bytes);
        for (std::string const& stream : streams) keys.add(CompactKey(stream).bytes());
        PgValues values;
        values.add(keys);
        return rows(ask(query, values), read_event<PgRows>);
    }

    std::vector<std::uint64_t> stream_versions(std::vector<std::string> const& streams) override {
        PgArray keys(PgType::bytes);
        for (std::string const& stream : streams) keys.add(CompactKey(stream).bytes());
        PgValues values;
        values.add(keys);
        return rows(ask("SELECT coalesce((SELECT e.version FROM event e WHERE e.stream = s.stream"
                        " ORDER BY e.version DESC LIMIT 1), 0)"
                        " FROM unnest($1::bytea[]) WITH ORDINALITY s (stream, n) ORDER BY s.n",
                        values),
                    [](PgRows& row) { return static_cast<std::uint64_t>(row.number(0)); });
    }

    std::vector<StoredEvent> log(bool live, std::uint64_t from, std::size_t limit) override {
        static std::string const query = select_events(
            "WHERE e.place BETWEEN $1::int8 AND $2::int8 ORDER BY e.place LIMIT $3::int8");
        PgValues values;
        values.add(place_of(live, from)).add(place_of(live, 0) | position_mask);
        values.add(static_cast<std::int64_t>(limit));
        return rows(ask(query, values), read_event<PgRows>);
    }

    std::uint64_t log_size(bool live) override {
        PgValues values;
        values.add(std::int64_t{live ? 1 : 0});
        PgRows const found = ask("SELECT size FROM log_head WHERE log = $1::int8", values);
        return found.count() > 0 ? static_cast<std::uint64_t>(found.number(0)) : 0;
    }

    // The size is read first: what lies up to it is committed, for positions are given out under the
    // lock of the log's head.
    FeedPage feed(FeedQuery const& query) override {
        static std::string const rest =
            " WHERE e.place BETWEEN $1::int8 AND $2::int8 AND (e.room = 0 OR e.room = $3::int8)"
            " AND ($4::bytea IS NULL OR d.platform = $4::bytea) ORDER BY e.place LIMIT $5::int8";
        static std::string const heads =
            select(event_head_columns,
                   " FROM event e JOIN dispute d ON d.id = substr(e.stream, 2)" + rest);
        static std::string const whole =
            select(event_columns, " FROM event e JOIN dispute d ON d.id = substr(e.stream, 2)"
                                  " LEFT JOIN content c ON c.place = e.place" +
                                      rest);
        FeedPage page;
        page.read_to = std::min(log_size(query.live), query.after + query.scan_most);
        if (page.read_to <= query.after) {
            page.read_to = query.after;
            return page;
        }
        PgValues values;
        values.add(place_of(query.live, query.after + 1)).add(place_of(query.live, page.read_to));
        values.add(std::int64_t{
            std::to_underlying(query.administration ? Room::administration : Room::joint)});
        values.add(query.platform).add(static_cast<std::int64_t>(query.limit));
        std::string const whose =
            query.platform ? hex_of(query.platform->bytes()) : std::string(every);
        if (query.with_bytes) page.events = rows(ask(whole, values, whose), read_event<PgRows>);
        else page.events = rows(ask(heads, values, whose), read_event_head<PgRows>);
        // A full page ends with its last event; behind that there may be more.
        if (page.events.size() == query.limit) page.read_to = page.events.back().position;
        return page;
    }

    std::vector<DisputeRow> disputes(DisputeFilter const& filter, std::optional<DisputeId> before,
                                     std::size_t limit) override {
        PgValues values;
        values.add(filter.live).add(filter.platform).add(filter.neutral).add(filter.party);
        if (filter.status) values.add(std::int64_t{std::to_underlying(*filter.status)});
        else values.add_null();
        add_text(values, filter.stage);
        add_text(values, filter.reference);
        values.add(before).add(static_cast<std::int64_t>(limit));
        for (std::string const& word : filter.words)
            values.add_text(word).add_text(end_of_words(word));
        return rows(ask(postgres_list_sql(filter, before.has_value()), values,
                        filter.platform ? hex_of(filter.platform->bytes()) : std::string(every)),
                    read_dispute<PgRows>);
    }

    std::optional<StoredReceipt> receipt(std::string const& scope,
                                         std::string const& key) override {
        static std::string const query =
            select(receipt_columns, " FROM receipt WHERE name = $1::bytea");
        PgValues values;
        values.add(receipt_name(scope, key));
        PgRows found = ask(query, values);
        if (found.count() == 0) return std::nullopt;
        StoredReceipt out = read_receipt(found);
        out.key.scope = scope;
        out.key.key = key;
        return out;
    }

    std::vector<StoredReceipt> receipts(Bytes16 const& after, std::size_t limit) override {
        static std::string const query = select(
            receipt_columns, " FROM receipt WHERE name > $1::bytea ORDER BY name LIMIT $2::int8");
        PgValues values;
        values.add(after).add(static_cast<std::int64_t>(limit));
        return rows(ask(query, values), read_receipt<PgRows>);
    }

    std::vector<DueRow> due(std::optional<TestClockId> clock, Instant until,
                            std::size_t limit) override {
        static std::string const real = select(
            deadline_columns,
            " FROM deadline WHERE clock IS NULL AND at <= $1::int8 ORDER BY at LIMIT $2::int8");
        static std::string const test =
            select(deadline_columns, " FROM deadline WHERE clock = $3::bytea AND at <= $1::int8"
                                     " ORDER BY at LIMIT $2::int8");
        PgValues values;
        values.add(until).add(static_cast<std::int64_t>(limit));
        if (clock) values.add(*clock);
        return rows(ask(clock ? test : real, values), read_deadline<PgRows>);
    }

    std::optional<Instant> next_due() override {
        PgRows const found =
            ask("SELECT at FROM deadline WHERE clock IS NULL ORDER BY at LIMIT 1", {});
        if (found.count() == 0) return std::nullopt;
        return found.instant(0);
    }

    std::vector<DueRow> due_between(Instant from, Instant until) override {
        static std::string const query = select(
            deadline_columns,
            " FROM deadline WHERE clock IS NULL AND at > $1::int8 AND at <= $2::int8 ORDER BY at");
        PgValues values;
        values.add(from).add(until);
        return rows(ask(query, values), read_deadline<PgRows>);
    }

    std::vector<DueRow> open_deadlines() override {
        static std::string const query =
            select(deadline_columns, " FROM deadline ORDER BY dispute, name COLLATE \"C\", stamp");
        return rows(ask(query, {}), read_deadline<PgRows>);
    }

    TaskPage tasks(TaskFilter const& filter, std::optional<TaskPlace> after,
                   std::size_t limit) override {
        PgValues const values = task_list_values(filter, after, limit);
        TaskPage page;
        page.tasks = rows(ask(task_list_sql(filter, after.has_value()), values), read_task<PgRows>);
        if (page.tasks.size() > limit) {
            page.tasks.resize(limit);
            page.next = place_of(page.tasks.back());
            return page;
        }
        // Perhaps there is more beyond what was looked at.
        PgValues const scanned = task_scan_values(filter, after);
        PgRows end = ask(task_scan_sql(filter, after.has_value()), scanned);
        if (end.count() > 1)
            page.next = TaskPlace{end.at(0).instant(0), end.instant(1), end.id<TaskId>(2)};
        return page;
    }

    std::optional<Task> task(TaskId id) override {
        static std::string const query =
            select(task_columns, " FROM task t WHERE t.id = $1::bytea");
        PgValues values;
        values.add(id);
        PgRows found = ask(query, values);
        if (found.count() == 0) return std::nullopt;
        return read_task(found);
    }

    std::vector<TaskMovement> task_movements(TaskId id) override {
        static std::string const query =
            std::string(movements_query) + " WHERE m.task = $1::bytea ORDER BY m.version";
        PgValues values;
        values.add(id);
        return rows(ask(query, values), [&](PgRows& row) { return read_movement(row, id); });
    }

    std::vector<QueueCount> task_counts(bool live, std::optional<NeutralId> neutral) override {
        PgValues values;
        if (neutral) values.add(*neutral);
        else values.add(live);
        values.add(static_cast<std::int64_t>(task_count_max + 1));
        return rows(ask(task_counts_sql(neutral.has_value()), values), [](PgRows& row) {
            auto const open = static_cast<std::uint64_t>(row.number(1));
            return QueueCount{enum_of<Queue>(row.number(0)), std::min(open, task_count_max),
                              open > task_count_max, row.optional_instant(2)};
        });
    }

    std::vector<Task> open_tasks() override {
        static std::string const query =
            select(task_columns, " FROM task t WHERE t.closed_at IS NULL ORDER BY t.dispute");
        return rows(ask(query, {}), read_task<PgRows>);
    }

    std::vector<Platform> platforms() override {
        static std::string const query = select(platform_columns, " FROM platform ORDER BY id");
        return rows(ask(query, {}), read_platform<PgRows>);
    }

    std::vector<ApiKey> keys() override {
        static std::string const query = select(key_columns, " FROM api_key ORDER BY id");
        return rows(ask(query, {}), read_key<PgRows>);
    }

    std::vector<Neutral> neutrals(bool live) override {
        static std::string const query =
            select(neutral_columns, " FROM neutral WHERE live = $1::bool ORDER BY id");
        PgValues values;
        values.add(live);
        return rows(ask(query, values), read_neutral<PgRows>);
    }

    std::vector<TestClock> clocks() override {
        static std::string const query = select(clock_columns, " FROM test_clock ORDER BY id");
        return rows(ask(query, {}), read_clock<PgRows>);
    }

    std::optional<Instant> last_beat() override {
        PgRows const found = ask("SELECT at FROM heartbeat", {});
        if (found.count() == 0) return std::nullopt;
        return found.instant(0);
    }

    std::vector<OutboxRow> outbox(std::string const& after, std::size_t limit) override {
        static std::string const query =
            select(outbox_columns, " FROM outbox WHERE id > $1::text ORDER BY id LIMIT $2::int8");
        PgValues values;
        values.add_text(after).add(static_cast<std::int64_t>(limit));
        return rows(ask(query, values), read_outbox<PgRows>);
    }

    WebhookReads& webhooks() override { return *webhooks_; }
    PartyAccessReads& party_access() override { return *party_access_; }

    std::vector<DisputeRow> all_disputes(std::optional<DisputeId> after,
                                         std::size_t limit) override {
        PgValues values;
        values.add(after).add(static_cast<std::int64_t>(limit));
        return rows(ask(postgres_walk_sql(after.has_value()), values), read_dispute<PgRows>);
    }

private:
    static void add_text(PgValues& values, std::optional<std::string> const& text) {
        if (text) values.add_text(*text);
        else values.add_null();
    }

    // One question in a transaction that sees the rows of `tenant`.
    PgRows ask(std::string const& sql, PgValues const& values,
               std::string const& tenant = std::string(every)) {
        auto lease = pool_.lease();
        for (;;) {
            try {
                return ask_over(*lease, sql, values, tenant);
            } catch (PostgresFault const& fault) {
                if (!fault.connection_lost() || !lease.used_before()) throw;
            }
            lease.connect_anew(); // the server was restarted, or the connection cut
        }
    }

    static PgRows ask_over(PostgresConnection& connection, std::string const& sql,
                           PgValues const& values, std::string const& tenant) {
        PgValues whose;
        whose.add_text(tenant);
        connection.prepare(set_tenant);
        connection.prepare(sql);
        connection.begin_pipeline();
        connection.send(set_tenant, whose);
        connection.send(sql, values);
        try {
            connection.sync();
            connection.answer();
            PgRows found = connection.answer();
            connection.finish_pipeline();
            return found;
        } catch (UnknownFate const& lost) {
            throw PostgresFault(lost.what(), ""); // nothing was written whose fate could matter
        }
    }

    PostgresPool pool_;
    std::unique_ptr<PartyAccessReads> const party_access_ = postgres_party_access_reads(
        [this](std::string const& sql, PgValues const& values) { return ask(sql, values); });
    std::unique_ptr<WebhookReads> const webhooks_ = postgres_webhook_reads(
        [this](std::string const& sql, PgValues const& values) { return ask(sql, values); });
};

} // namespace
} // namespace store

std::unique_ptr<Reader> open_postgres_reader(std::string const& url,
                                             PostgresReaderOptions const& options) {
    return std::make_unique<store::PostgresReader>(url, options);
}

} // namespace parley
