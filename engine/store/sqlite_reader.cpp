#include "engine/store/sqlite_reader.hpp"

#include "engine/store/data_folder.hpp"
#include "engine/store/dispute_query.hpp"
#include "engine/store/keys.hpp"
#include "engine/store/reader_pool.hpp"
#include "engine/store/rows.hpp"
#include "engine/store/sqlite_party_access.hpp"
#include "engine/store/sqlite_webhooks.hpp"
#include "engine/store/task_query.hpp"

#include <utility>

namespace parley {

namespace store {
namespace {

constexpr std::string_view events_with_content =
    " FROM event e LEFT JOIN content c ON c.place = e.place ";

// All rows of a statement, each read by `read`.
template <class Read>
auto rows(Statement& statement, Read const& read) {
    std::vector<decltype(read(statement))> out;
    while (statement.step()) out.push_back(read(statement));
    return out;
}

// "SELECT <columns> <rest>"
std::string select(std::string_view columns, std::string_view rest) {
    std::string out = "SELECT ";
    out += columns;
    out += rest;
    return out;
}
std::string select_events(std::string_view where) {
    return select(event_columns, std::string(events_with_content) + std::string(where));
}

static_assert(std::to_underlying(Room::joint) == 0, "the feed names it by number");

std::string feed_rest(std::string_view with) {
    std::string out = " FROM event e JOIN dispute d ON d.id = substr(e.stream, 2) ";
    out += with;
    out += " WHERE e.place BETWEEN ?1 AND ?2 AND (e.room = 0 OR e.room = ?3)"
           " AND (?4 IS NULL OR d.platform = ?4) ORDER BY e.place LIMIT ?5";
    return out;
}

// A key of the table bounds what is looked at, so that a page costs no more than its stretch of the
// log, however few of the events there are the caller's.
FeedPage read_feed(Connection& connection, FeedQuery const& query) {
    static std::string const heads = select(event_head_columns, feed_rest(""));
    static std::string const whole =
        select(event_columns, feed_rest("LEFT JOIN content c ON c.place = e.place"));
    Use size(connection.kept("SELECT size FROM log_head WHERE log = ?"));
    size->bind(query.live ? 1 : 0);
    std::uint64_t const end = size->step() ? static_cast<std::uint64_t>(size->number(0)) : 0;
    FeedPage page;
    page.read_to = std::min(end, query.after + query.scan_most);
    if (page.read_to <= query.after) {
        page.read_to = query.after;
        return page;
    }
    Use find(connection.kept(query.with_bytes ? whole : heads));
    find->bind(place_of(query.live, query.after + 1)).bind(place_of(query.live, page.read_to));
    find->bind(std::int64_t{
        std::to_underlying(query.administration ? Room::administration : Room::joint)});
    find->bind(query.platform).bind(static_cast<std::int64_t>(query.limit));
    while (find->step())
        page.events.push_back(query.with_bytes ? read_event(*find) : read_event_head(*find));
    // A full page ends with its last event; behind that there may be more.
    if (page.events.size() == query.limit) page.read_to = page.events.back().position;
    return page;
}

class SqliteReader final : public Reader {
public:
    SqliteReader(std::filesystem::path const& database, SqliteReaderOptions const& options)
        : pool_(database.string(), options.connections, options.wait_max),
          webhooks_(sqlite_webhook_reads(pool_)), party_access_(sqlite_party_access_reads(pool_)) {}

    std::vector<StoredEvent> events(std::string const& stream, std::uint64_t after) override {
        static std::string const query =
            select_events("WHERE e.stream = ? AND e.version > ? ORDER BY e.version");
        auto lease = pool_.lease();
        CompactKey const key(stream);
        Use find(lease->kept(query));
        find->bind_blob(key.bytes()).bind(static_cast<std::int64_t>(after));
        return rows(*find, read_event<Statement>);
    }

    std::vector<std::uint64_t> stream_versions(std::vector<std::string> const& streams) override {
        auto lease = pool_.lease();
        std::vector<std::uint64_t> out;
        for (std::string const& stream : streams) {
            CompactKey const key(stream);
            Use find(lease->kept("SELECT version FROM event INDEXED BY event_of_stream"
                                 " WHERE stream = ? ORDER BY version DESC LIMIT 1"));
            find->bind_blob(key.bytes());
            out.push_back(find->step() ? static_cast<std::uint64_t>(find->number(0)) : 0);
        }
        return out;
    }

    std::vector<StoredEvent> log(bool live, std::uint64_t from, std::size_t limit) override {
        static std::string const query =
            select_events("WHERE e.place BETWEEN ? AND ? ORDER BY e.place LIMIT ?");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        find->bind(place_of(live, from)).bind(place_of(live, 0) | position_mask);
        find->bind(static_cast<std::int64_t>(limit));
        return rows(*find, read_event<Statement>);
    }

    std::uint64_t log_size(bool live) override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT size FROM log_head WHERE log = ?"));
        find->bind(live ? 1 : 0);
        return find->step() ? static_cast<std::uint64_t>(find->number(0)) : 0;
    }

    FeedPage feed(FeedQuery const& query) override {
        auto lease = pool_.lease();
        return read_feed(*lease, query);
    }

    std::vector<DisputeRow> disputes(DisputeFilter const& filter, std::optional<DisputeId> before,
                                     std::size_t limit) override {
        auto lease = pool_.lease();
        return list_disputes(*lease, filter, before, limit);
    }

    std::optional<StoredReceipt> receipt(std::string const& scope,
                                         std::string const& key) override {
        auto lease = pool_.lease();
        static std::string const query = select(receipt_columns, " FROM receipt WHERE name = ?");
        Bytes16 const name = receipt_name(scope, key);
        Use find(lease->kept(query));
        find->bind(name);
        if (!find->step()) return std::nullopt;
        StoredReceipt out = read_receipt(*find);
        out.key.scope = scope;
        out.key.key = key;
        return out;
    }

    std::vector<StoredReceipt> receipts(Bytes16 const& after, std::size_t limit) override {
        static std::string const query =
            select(receipt_columns, " FROM receipt WHERE name > ? ORDER BY name LIMIT ?");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        find->bind(after).bind(static_cast<std::int64_t>(limit));
        return rows(*find, read_receipt<Statement>);
    }

    std::vector<DueRow> due(std::optional<TestClockId> clock, Instant until,
                            std::size_t limit) override {
        static std::string const query = select(
            deadline_columns, " FROM deadline WHERE clock IS ? AND at <= ? ORDER BY at LIMIT ?");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        find->bind(clock).bind(until).bind(static_cast<std::int64_t>(limit));
        return rows(*find, read_deadline<Statement>);
    }

    std::optional<Instant> next_due() override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT at FROM deadline WHERE clock IS NULL ORDER BY at LIMIT 1"));
        if (!find->step()) return std::nullopt;
        return find->instant(0);
    }

    std::vector<DueRow> due_between(Instant from, Instant until) override {
        static std::string const query =
            select(deadline_columns,
                   " FROM deadline WHERE clock IS NULL AND at > ? AND at <= ? ORDER BY at");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        find->bind(from).bind(until);
        return rows(*find, read_deadline<Statement>);
    }

    std::vector<DueRow> open_deadlines() override {
        static std::string const query =
            select(deadline_columns, " FROM deadline ORDER BY dispute, name, stamp");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        return rows(*find, read_deadline<Statement>);
    }

    TaskPage tasks(TaskFilter const& filter, std::optional<TaskPlace> after,
                   std::size_t limit) override {
        auto lease = pool_.lease();
        return list_tasks(*lease, filter, after, limit);
    }

    std::optional<Task> task(TaskId id) override {
        auto lease = pool_.lease();
        return find_task(*lease, id);
    }

    std::vector<TaskMovement> task_movements(TaskId id) override {
        auto lease = pool_.lease();
        return movements_of(*lease, id);
    }

    std::vector<QueueCount> task_counts(bool live, std::optional<NeutralId> neutral) override {
        auto lease = pool_.lease();
        return count_tasks(*lease, live, neutral);
    }

    std::vector<Task> open_tasks() override {
        auto lease = pool_.lease();
        return all_open_tasks(*lease);
    }

    std::vector<Platform> platforms() override {
        static std::string const query = select(platform_columns, " FROM platform ORDER BY id");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        return rows(*find, read_platform<Statement>);
    }

    std::vector<ApiKey> keys() override {
        static std::string const query = select(key_columns, " FROM api_key ORDER BY id");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        return rows(*find, read_key<Statement>);
    }

    std::vector<Neutral> neutrals(bool live) override {
        static std::string const query =
            select(neutral_columns, " FROM neutral WHERE live = ? ORDER BY id");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        find->bind(live ? 1 : 0);
        return rows(*find, read_neutral<Statement>);
    }

    std::vector<TestClock> clocks() override {
        static std::string const query = select(clock_columns, " FROM test_clock ORDER BY id");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        return rows(*find, read_clock<Statement>);
    }

    std::optional<Instant> last_beat() override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT at FROM heartbeat"));
        if (!find->step()) return std::nullopt;
        return find->instant(0);
    }

    std::vector<OutboxRow> outbox(std::string const& after, std::size_t limit) override {
        static std::string const query =
            select(outbox_columns, " FROM outbox WHERE id > ? ORDER BY id LIMIT ?");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        find->bind_text(after).bind(static_cast<std::int64_t>(limit));
        return rows(*find, read_outbox<Statement>);
    }

    std::vector<DisputeRow> all_disputes(std::optional<DisputeId> after,
                                         std::size_t limit) override {
        auto lease = pool_.lease();
        return walk_disputes(*lease, after, limit);
    }

    WebhookReads& webhooks() override { return *webhooks_; }
    PartyAccessReads& party_access() override { return *party_access_; }

private:
    ReaderPool pool_;
    std::unique_ptr<WebhookReads> webhooks_;
    std::unique_ptr<PartyAccessReads> party_access_;
};

} // namespace
} // namespace store

std::unique_ptr<Reader> open_sqlite_reader(DataFolder const& folder,
                                           SqliteReaderOptions const& options) {
    return open_sqlite_reader(folder.database(), options);
}

std::unique_ptr<Reader> open_sqlite_reader(std::filesystem::path const& database,
                                           SqliteReaderOptions const& options) {
    return std::make_unique<store::SqliteReader>(database, options);
}

} // namespace parley
