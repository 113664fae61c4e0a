#include "engine/store/sqlite_reader.hpp"

#include "engine/base/fault.hpp"
#include "engine/store/data_folder.hpp"
#include "engine/store/dispute_query.hpp"
#include "engine/store/keys.hpp"
#include "engine/store/places.hpp"
#include "engine/store/reader_pool.hpp"

#include <utility>

namespace parley {

namespace store {
namespace {

constexpr std::string_view event_columns =
    "SELECT e.place, e.stream, e.version, e.room, e.number, e.id, e.stage, e.type, e.at, e.nonce,"
    " e.hash, e.envelope, c.salt, c.bytes FROM event e LEFT JOIN content c ON c.place = e.place ";

constexpr std::string_view due_columns = "SELECT dispute, name, stamp, at, clock FROM deadline ";

template <class E>
E enum_of(std::int64_t number) {
    if (number < 0 || number >= std::ssize(EnumNames<E>::names))
        throw Fault("the database holds " + std::to_string(number) + " where a kind belongs");
    return static_cast<E>(number);
}

StoredEvent read_event_row(Statement& row) {
    StoredEvent out;
    out.position = position_of(row.number(0));
    append_key(out.stream, row.text(1));
    out.version = static_cast<std::uint64_t>(row.number(2));
    out.room = enum_of<Room>(row.number(3));
    out.number = static_cast<std::uint32_t>(row.number(4));
    append_key(out.id, row.text(5));
    out.stage = row.text(6);
    out.type = row.text(7);
    out.at = row.instant(8);
    out.nonce = row.bytes<32>(9);
    out.hash = row.bytes<32>(10);
    out.envelope = row.text(11);
    if (!row.is_null(12)) {
        out.salt = row.bytes<32>(12);
        out.content = row.text(13);
    }
    return out;
}

DueRow read_due_row(Statement& row) {
    return {row.id<DisputeId>(0), std::string(row.text(1)),
            static_cast<std::uint32_t>(row.number(2)), row.instant(3),
            row.optional_id<TestClockId>(4)};
}

// All rows of a statement, each read by `read`.
template <class Read>
auto rows(Statement& statement, Read const& read) {
    std::vector<decltype(read(statement))> out;
    while (statement.step()) out.push_back(read(statement));
    return out;
}

std::string sql(std::string_view columns, std::string_view rest) {
    std::string out(columns);
    out += rest;
    return out;
}

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find(' '), text.size());
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

class SqliteReader final : public Reader {
public:
    SqliteReader(std::filesystem::path const& database, SqliteReaderOptions const& options)
        : pool_(database.string(), options.connections, options.wait_max) {}

    std::vector<StoredEvent> events(std::string const& stream, std::uint64_t after) override {
        static std::string const query =
            sql(event_columns, "WHERE e.stream = ? AND e.version > ? ORDER BY e.version");
        auto lease = pool_.lease();
        CompactKey const key(stream);
        Use find(lease->kept(query));
        find->bind_blob(key.bytes()).bind(static_cast<std::int64_t>(after));
        return rows(*find, read_event_row);
    }

    std::vector<StoredEvent> log(bool live, std::uint64_t from, std::size_t limit) override {
        static std::string const query =
            sql(event_columns, "WHERE e.place BETWEEN ? AND ? ORDER BY e.place LIMIT ?");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        find->bind(place_of(live, from)).bind(place_of(live, 0) | position_mask);
        find->bind(static_cast<std::int64_t>(limit));
        return rows(*find, read_event_row);
    }

    std::uint64_t log_size(bool live) override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT size FROM log_head WHERE log = ?"));
        find->bind(live ? 1 : 0);
        return find->step() ? static_cast<std::uint64_t>(find->number(0)) : 0;
    }

    std::vector<DisputeRow> disputes(DisputeFilter const& filter, std::optional<DisputeId> before,
                                     std::size_t limit) override {
        auto lease = pool_.lease();
        return list_disputes(*lease, filter, before, limit);
    }

    std::optional<StoredReceipt> receipt(std::string const& scope,
                                         std::string const& key) override {
        auto lease = pool_.lease();
        Bytes16 const name = receipt_name(scope, key);
        Use find(lease->kept(
            "SELECT fingerprint, stream, version, events, status, at FROM receipt WHERE name = ?"));
        find->bind(name);
        if (!find->step()) return std::nullopt;
        StoredReceipt out;
        out.key = {scope, key, find->bytes<32>(0)};
        append_key(out.stream, find->text(1));
        out.version = static_cast<std::uint64_t>(find->number(2));
        std::string_view const events = find->text(3);
        for (std::size_t at = 0; at + packed_key_size <= events.size(); at += packed_key_size)
            out.events.push_back(key_text(events.substr(at, packed_key_size)));
        out.status = static_cast<std::int32_t>(find->number(4));
        out.at = find->instant(5);
        return out;
    }

    std::vector<DueRow> due(std::optional<TestClockId> clock, Instant until,
                            std::size_t limit) override {
        static std::string const query =
            sql(due_columns, "WHERE clock IS ? AND at <= ? ORDER BY at LIMIT ?");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        find->bind(clock).bind(until).bind(static_cast<std::int64_t>(limit));
        return rows(*find, read_due_row);
    }

    std::optional<Instant> next_due() override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT at FROM deadline WHERE clock IS NULL ORDER BY at LIMIT 1"));
        if (!find->step()) return std::nullopt;
        return find->instant(0);
    }

    std::vector<DueRow> due_between(Instant from, Instant until) override {
        static std::string const query =
            sql(due_columns, "WHERE clock IS NULL AND at > ? AND at <= ? ORDER BY at");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        find->bind(from).bind(until);
        return rows(*find, read_due_row);
    }

    std::vector<DueRow> open_deadlines() override {
        static std::string const query = sql(due_columns, "ORDER BY dispute, name, stamp");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        return rows(*find, read_due_row);
    }

    std::vector<Platform> platforms() override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT id, name, created_at FROM platform ORDER BY id"));
        return rows(*find, [](Statement& row) {
            return Platform{row.id<PlatformId>(0), std::string(row.text(1)), row.instant(2)};
        });
    }

    std::vector<ApiKey> keys() override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT id, kind, live, owner, label, secret_sha256, created_at,"
                             " expires_at, revoked_at FROM api_key ORDER BY id"));
        return rows(*find, [](Statement& row) {
            return ApiKey{
                row.id<ApiKeyId>(0),      enum_of<KeyKind>(row.number(1)), row.number(2) != 0,
                std::string(row.text(3)), std::string(row.text(4)),        row.bytes<32>(5),
                row.instant(6),           row.optional_instant(7),         row.optional_instant(8)};
        });
    }

    std::vector<Neutral> neutrals(bool live) override {
        auto lease = pool_.lease();
        Use find(
            lease->kept("SELECT id, name, seats, languages, country, time_zone, load, load_most,"
                        " live, available FROM neutral WHERE live = ? ORDER BY id"));
        find->bind(live ? 1 : 0);
        return rows(*find, [](Statement& row) {
            Neutral out;
            out.id = row.id<NeutralId>(0);
            out.name = row.text(1);
            for (std::size_t i = 0; i < std::size(EnumNames<SeatKind>::names); ++i)
                if ((row.number(2) >> i & 1) != 0) out.seats.push_back(static_cast<SeatKind>(i));
            out.languages = words(row.text(3));
            out.country = row.text(4);
            out.time_zone = row.text(5);
            out.load = static_cast<std::int32_t>(row.number(6));
            out.load_most = static_cast<std::int32_t>(row.number(7));
            out.live = row.number(8) != 0;
            out.available = row.number(9) != 0;
            return out;
        });
    }

    std::vector<TestClock> clocks() override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT id, platform, name, now FROM test_clock ORDER BY id"));
        return rows(*find, [](Statement& row) {
            return TestClock{row.id<TestClockId>(0), row.id<PlatformId>(1),
                             std::string(row.text(2)), row.instant(3)};
        });
    }

    std::optional<Instant> last_beat() override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT at FROM heartbeat"));
        if (!find->step()) return std::nullopt;
        return find->instant(0);
    }

    std::vector<OutboxRow> outbox(std::size_t limit) override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT id, kind, dispute, event, addressee, notice, at FROM outbox"
                             " ORDER BY id LIMIT ?"));
        find->bind(static_cast<std::int64_t>(limit));
        return rows(*find, [](Statement& row) {
            return OutboxRow{std::string(row.text(0)),
                             std::string(row.text(1)),
                             row.id<DisputeId>(2),
                             std::string(row.text(3)),
                             std::string(row.text(4)),
                             std::string(row.text(5)),
                             row.instant(6)};
        });
    }

    std::vector<DisputeRow> all_disputes(std::optional<DisputeId> after,
                                         std::size_t limit) override {
        auto lease = pool_.lease();
        return walk_disputes(*lease, after, limit);
    }

private:
    ReaderPool pool_;
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
