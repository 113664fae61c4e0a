#include "engine/store/sqlite_webhooks.hpp"

#include "engine/base/fault.hpp"
#include "engine/store/keys.hpp"
#include "engine/store/webhook_rows.hpp"

#include <limits>
#include <utility>

namespace parley::store {

namespace {

std::string select(std::string_view columns, std::string_view rest) {
    std::string out = "SELECT ";
    out += columns;
    out += rest;
    return out;
}

template <class E>
std::int64_t number_of(E value) {
    return std::int64_t{std::to_underlying(value)};
}

std::vector<WebhookDelivery> read_deliveries(Statement& statement) {
    std::vector<WebhookDelivery> out;
    while (statement.step()) out.push_back(read_delivery(statement));
    return out;
}

class SqliteWebhookWrites final : public WebhookWrites {
public:
    SqliteWebhookWrites(Connection& connection, Write write)
        : connection_(connection), write_(std::move(write)) {}

    void add(WebhookEndpoint const& endpoint, WithReceipt const& receipt) override {
        write_(receipt, [&] {
            std::string const events = joined(endpoint.events);
            Use insert(connection_.kept(
                "INSERT INTO webhook_endpoint (url, description, events, status, disabled_because,"
                " secret, previous_secret, previous_until, id, live, platform, signing, created_at,"
                " cursor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
            bind_settings(*insert, endpoint, events);
            insert->bind(endpoint.id).bind(endpoint.live ? 1 : 0).bind(endpoint.platform);
            insert->bind(number_of(endpoint.signing)).bind(endpoint.created_at);
            insert->bind(static_cast<std::int64_t>(endpoint.cursor));
            insert->run();
        });
    }

    void update(WebhookEndpoint const& endpoint, WithReceipt const& receipt) override {
        write_(receipt, [&] {
            std::string const events = joined(endpoint.events);
            // The old status is what the expression sees.
            Use change(connection_.kept(
                "UPDATE webhook_endpoint SET url = ?, description = ?, events = ?, status = ?,"
                " disabled_because = ?, secret = ?, previous_secret = ?, previous_until = ?,"
                " failing_since = CASE WHEN status = 0 THEN failing_since END WHERE id = ?"));
            bind_settings(*change, endpoint, events);
            change->bind(endpoint.id);
            change->run();
            if (connection_.changes() != 1) throw Fault("there is no such endpoint to change");
        });
    }

    void remove(WebhookEndpointId endpoint) override {
        write_({}, [&] {
            Use forget(connection_.kept("DELETE FROM webhook_delivery WHERE endpoint = ?"));
            forget->bind(endpoint);
            forget->run();
            Use remove(connection_.kept("DELETE FROM webhook_endpoint WHERE id = ?"));
            remove->bind(endpoint);
            remove->run();
        });
    }

    std::vector<WebhookEndpointId> lease(std::string const& holder,
                                         std::span<WebhookEndpointId const> endpoints, Instant now,
                                         Instant until) override {
        std::vector<WebhookEndpointId> held;
        write_({}, [&] {
            for (WebhookEndpointId const endpoint : endpoints) {
                Use take(connection_.kept("UPDATE webhook_endpoint SET holder = ?1, held_until = ?2"
                                          " WHERE id = ?3 AND (holder = ?1 OR held_until <= ?4)"));
                take->bind_text(holder).bind(until).bind(endpoint).bind(now);
                take->run();
                if (connection_.changes() == 1) held.push_back(endpoint);
            }
        });
        return held;
    }

    std::vector<WebhookEndpointId> record(std::string const& holder,
                                          std::span<EndpointWork const> work) override {
        std::vector<WebhookEndpointId> lost;
        write_({}, [&] {
            for (EndpointWork const& one : work)
                if (!record_one(holder, one)) lost.push_back(one.endpoint);
        });
        return lost;
    }

    void add_delivery(WebhookDelivery const& delivery, WithReceipt const& receipt) override {
        write_(receipt, [&] { put(delivery, false); });
    }

    std::size_t replay(WebhookEndpointId endpoint, ReplayRange const& range, Instant now,
                       WithReceipt const& receipt) override {
        WithReceipt kept = receipt;
        std::size_t count = 0;
        std::string const message = range.message.value_or("");
        CompactKey const key(message);
        write_(kept, [&] {
            Use again(connection_.kept(
                "UPDATE webhook_delivery SET state = 0, tries = 0, next_at = ?1 WHERE turn IN"
                " (SELECT turn FROM webhook_delivery WHERE endpoint = ?2 AND state <> 0"
                " AND (?3 IS NULL OR message = ?3) AND created_at >= ?4 AND created_at < ?5"
                " ORDER BY turn LIMIT ?6)"));
            again->bind(now).bind(endpoint);
            if (range.message) again->bind_blob(key.bytes());
            else again->bind_null();
            again->bind(range.from.value_or(instant_min));
            again->bind(range.until ? range.until->us : std::numeric_limits<std::int64_t>::max());
            again->bind(static_cast<std::int64_t>(range.most));
            again->run();
            count = static_cast<std::size_t>(connection_.changes());
            if (kept) kept->version = count;
        });
        return count;
    }

    void delete_deliveries_before(Instant at) override {
        write_({}, [&] {
            // In the order of their making, so this looks at the old ones and one more.
            Use remove(connection_.kept(
                "DELETE FROM webhook_delivery WHERE state <> 0 AND turn < coalesce("
                "(SELECT turn FROM webhook_delivery WHERE created_at >= ? ORDER BY turn LIMIT 1),"
                " 9223372036854775807)"));
            remove->bind(at);
            remove->run();
        });
    }

private:
    static void bind_settings(Statement& statement, WebhookEndpoint const& endpoint,
                              std::string const& events) {
        statement.bind_text(endpoint.url).bind_text(endpoint.description).bind_text(events);
        statement.bind(number_of(endpoint.status)).bind_text(endpoint.disabled_because);
        statement.bind_blob(endpoint.secret).bind_blob(endpoint.previous_secret);
        statement.bind(endpoint.previous_until);
    }

    bool record_one(std::string const& holder, EndpointWork const& work) {
        Use change(connection_.kept(
            "UPDATE webhook_endpoint SET cursor = max(cursor, ?1), failing_since = ?2,"
            " status = CASE WHEN ?3 <> '' THEN 2 ELSE status END,"
            " disabled_because = CASE WHEN ?3 <> '' THEN ?3 ELSE disabled_because END"
            " WHERE id = ?4 AND holder = ?5"));
        change->bind(static_cast<std::int64_t>(work.cursor)).bind(work.failing_since);
        change->bind_text(work.disable_because).bind(work.endpoint).bind_text(holder);
        change->run();
        if (connection_.changes() != 1) return false;
        for (WebhookDelivery const& row : work.rows) put(row, true);
        return true;
    }

    void put(WebhookDelivery const& row, bool over) {
        CompactKey const message(row.message);
        Use insert(connection_.kept(
            over ? "INSERT INTO webhook_delivery (endpoint, message, position, dispute, number,"
                   " type, at, state, tries, next_at, created_at, attempts)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (endpoint, message)"
                   " DO UPDATE SET state = excluded.state, tries = excluded.tries,"
                   " next_at = excluded.next_at, attempts = excluded.attempts"
                 : "INSERT INTO webhook_delivery (endpoint, message, position, dispute, number,"
                   " type, at, state, tries, next_at, created_at, attempts)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"));
        insert->bind(row.endpoint).bind_blob(message.bytes());
        insert->bind(static_cast<std::int64_t>(row.position)).bind(row.dispute);
        insert->bind(std::int64_t{row.number}).bind_text(row.type).bind(row.at);
        insert->bind(number_of(row.state)).bind(std::int64_t{row.tries}).bind(row.next_at);
        insert->bind(row.created_at).bind_text(row.attempts);
        insert->run();
    }

    Connection& connection_;
    Write write_;
};

class SqliteWebhookReads final : public WebhookReads {
public:
    explicit SqliteWebhookReads(ReaderPool& pool) : pool_(pool) {}

    std::vector<WebhookEndpoint> endpoints() override {
        static std::string const query =
            select(endpoint_columns, " FROM webhook_endpoint ORDER BY id");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        std::vector<WebhookEndpoint> out;
        while (find->step()) out.push_back(read_endpoint(*find));
        return out;
    }

    std::vector<WebhookDelivery> deliveries(WebhookEndpointId endpoint,
                                            std::optional<DeliveryState> state,
                                            std::uint64_t before, std::size_t limit) override {
        // Literals, for a partial index is used only where the condition is known when planning.
        static std::string const all = select(
            delivery_columns,
            " FROM webhook_delivery WHERE endpoint = ? AND turn < ? ORDER BY turn DESC LIMIT ?");
        static std::string const pending =
            select(delivery_columns, " FROM webhook_delivery WHERE endpoint = ? AND turn < ? AND "
                                     "state = 0 ORDER BY turn DESC LIMIT ?");
        static std::string const delivered =
            select(delivery_columns, " FROM webhook_delivery WHERE endpoint = ? AND turn < ? AND "
                                     "state = 1 ORDER BY turn DESC LIMIT ?");
        static std::string const failed =
            select(delivery_columns, " FROM webhook_delivery WHERE endpoint = ? AND turn < ? AND "
                                     "state = 2 ORDER BY turn DESC LIMIT ?");
        std::string const* query = &all;
        if (state == DeliveryState::pending) query = &pending;
        if (state == DeliveryState::delivered) query = &delivered;
        if (state == DeliveryState::failed) query = &failed;
        auto lease = pool_.lease();
        Use find(lease->kept(*query));
        find->bind(endpoint);
        find->bind(before == 0 ? std::numeric_limits<std::int64_t>::max()
                               : static_cast<std::int64_t>(before));
        find->bind(static_cast<std::int64_t>(limit));
        return read_deliveries(*find);
    }

    std::optional<WebhookDelivery> delivery(WebhookEndpointId endpoint,
                                            std::string const& message) override {
        static std::string const query =
            select(delivery_columns, " FROM webhook_delivery WHERE endpoint = ? AND message = ?");
        CompactKey const key(message);
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        find->bind(endpoint).bind_blob(key.bytes());
        if (!find->step()) return std::nullopt;
        return read_delivery(*find);
    }

    std::vector<WebhookDelivery> pending(WebhookEndpointId endpoint, std::size_t limit) override {
        static std::string const query = select(
            delivery_columns,
            " FROM webhook_delivery WHERE endpoint = ? AND state = 0 ORDER BY position LIMIT ?");
        auto lease = pool_.lease();
        Use find(lease->kept(query));
        find->bind(endpoint).bind(static_cast<std::int64_t>(limit));
        return read_deliveries(*find);
    }

    std::vector<std::uint64_t> settled_after(WebhookEndpointId endpoint, std::uint64_t cursor,
                                             std::size_t limit) override {
        auto lease = pool_.lease();
        Use find(lease->kept("SELECT position FROM (SELECT position FROM webhook_delivery"
                             " WHERE endpoint = ? ORDER BY turn DESC LIMIT ?) WHERE position > ?"));
        find->bind(endpoint).bind(static_cast<std::int64_t>(limit));
        find->bind(static_cast<std::int64_t>(cursor));
        std::vector<std::uint64_t> out;
        while (find->step()) out.push_back(static_cast<std::uint64_t>(find->number(0)));
        return out;
    }

private:
    ReaderPool& pool_;
};

} // namespace

std::unique_ptr<WebhookWrites> sqlite_webhook_writes(Connection& connection, Write write) {
    return std::make_unique<SqliteWebhookWrites>(connection, std::move(write));
}

std::unique_ptr<WebhookReads> sqlite_webhook_reads(ReaderPool& pool) {
    return std::make_unique<SqliteWebhookReads>(pool);
}

} // namespace parley::store
