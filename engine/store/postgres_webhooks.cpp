#include "engine/store/postgres_webhooks.hpp"

#include "engine/store/keys.hpp"
#include "engine/store/webhook_rows.hpp"

#include <limits>
#include <utility>

namespace parley::store {

namespace {

template <class E>
std::int64_t number_of(E value) {
    return std::int64_t{std::to_underlying(value)};
}

std::string select(std::string_view columns, std::string_view rest) {
    std::string out = "SELECT ";
    out += columns;
    out += rest;
    return out;
}

// $1 to $9: the id, and the owner's part.
PgValues settings_of(WebhookEndpoint const& endpoint) {
    PgValues values;
    values.add(endpoint.id).add_text(endpoint.url).add_text(endpoint.description);
    values.add_text(joined(endpoint.events)).add(number_of(endpoint.status));
    values.add_text(endpoint.disabled_because).add_bytes(endpoint.secret);
    values.add_bytes(endpoint.previous_secret).add(endpoint.previous_until);
    return values;
}

class PostgresWebhookWrites final : public WebhookWrites {
public:
    explicit PostgresWebhookWrites(PgWrite write) : write_(std::move(write)) {}

    void add(WebhookEndpoint const& endpoint, WithReceipt const& receipt) override {
        write_(receipt, [&](PostgresConnection& connection) {
            PgValues values = settings_of(endpoint);
            values.add(endpoint.live).add(endpoint.platform).add(number_of(endpoint.signing));
            values.add(endpoint.created_at).add(static_cast<std::int64_t>(endpoint.cursor));
            connection.run(
                "INSERT INTO webhook_endpoint (id, url, description, events, status,"
                " disabled_because, secret, previous_secret, previous_until, live, platform,"
                " signing, created_at, cursor) VALUES ($1::bytea, $2::text, $3::text, $4::text,"
                " $5::int8, $6::text, $7::bytea, $8::bytea, $9::int8, $10::bool, $11::bytea,"
                " $12::int8, $13::int8, $14::int8)",
                values);
        });
    }

    void update(WebhookEndpoint const& endpoint, WithReceipt const& receipt) override {
        write_(receipt, [&](PostgresConnection& connection) {
            // The old status is what the expression sees.
            PgRows const done = connection.run(
                "UPDATE webhook_endpoint SET url = $2::text, description = $3::text,"
                " events = $4::text, status = $5::int8, disabled_because = $6::text,"
                " secret = $7::bytea, previous_secret = $8::bytea, previous_until = $9::int8,"
                " failing_since = CASE WHEN status = 0 THEN failing_since END"
                " WHERE id = $1::bytea",
                settings_of(endpoint));
            if (done.changes() != 1) throw Fault("there is no such endpoint to change");
        });
    }

    void remove(WebhookEndpointId endpoint) override {
        write_({}, [&](PostgresConnection& connection) {
            PgValues values;
            values.add(endpoint);
            connection.run("DELETE FROM webhook_delivery WHERE endpoint = $1::bytea", values);
            connection.run("DELETE FROM webhook_endpoint WHERE id = $1::bytea", values);
        });
    }

    std::vector<WebhookEndpointId> lease(std::string const& holder,
                                         std::span<WebhookEndpointId const> endpoints, Instant now,
                                         Instant until) override {
        std::vector<WebhookEndpointId> held;
        write_({}, [&](PostgresConnection& connection) {
            held.clear();
            for (WebhookEndpointId const endpoint : endpoints) {
                PgValues values;
                values.add_text(holder).add(until).add(endpoint).add(now);
                PgRows const done = connection.run(
                    "UPDATE webhook_endpoint SET holder = $1::text, held_until = $2::int8"
                    " WHERE id = $3::bytea AND (holder = $1::text OR held_until <= $4::int8)",
                    values);
                if (done.changes() == 1) held.push_back(endpoint);
            }
        });
        return held;
    }

    std::vector<WebhookEndpointId> record(std::string const& holder,
                                          std::span<EndpointWork const> work) override {
        std::vector<WebhookEndpointId> lost;
        write_({}, [&](PostgresConnection& connection) {
            lost.clear();
            for (EndpointWork const& one : work)
                if (!record_one(connection, holder, one)) lost.push_back(one.endpoint);
        });
        return lost;
    }

    void add_delivery(WebhookDelivery const& delivery, WithReceipt const& receipt) override {
        write_(receipt, [&](PostgresConnection& connection) { put(connection, delivery, false); });
    }

    std::size_t replay(WebhookEndpointId endpoint, ReplayRange const& range, Instant now,
                       WithReceipt const& receipt) override {
        WithReceipt kept = receipt;
        std::size_t count = 0;
        std::string const message = range.message.value_or("");
        write_(kept, [&](PostgresConnection& connection) {
            PgValues values;
            values.add(now).add(endpoint);
            if (range.message) values.add_bytes(CompactKey(message).bytes());
            else values.add_null();
            values.add(range.from.value_or(instant_min));
            values.add(range.until ? range.until->us : std::numeric_limits<std::int64_t>::max());
            values.add(static_cast<std::int64_t>(range.most));
            count = connection
                        .run("UPDATE webhook_delivery SET state = 0, tries = 0, next_at = $1::int8"
                             " WHERE turn IN (SELECT turn FROM webhook_delivery"
                             " WHERE endpoint = $2::bytea AND state <> 0"
                             " AND ($3::bytea IS NULL OR message = $3::bytea)"
                             " AND created_at >= $4::int8 AND created_at < $5::int8"
                             " ORDER BY turn LIMIT $6::int8)",
                             values)
                        .changes();
            if (kept) kept->version = count;
        });
        return count;
    }

    void delete_deliveries_before(Instant at) override {
        write_({}, [&](PostgresConnection& connection) {
            PgValues values;
            values.add(at);
            connection.run("DELETE FROM webhook_delivery WHERE state <> 0"
                           " AND created_at < $1::int8",
                           values);
        });
    }

private:
    static bool record_one(PostgresConnection& connection, std::string const& holder,
                           EndpointWork const& work) {
        PgValues values;
        values.add(static_cast<std::int64_t>(work.cursor)).add(work.failing_since);
        values.add_text(work.disable_because).add(work.endpoint).add_text(holder);
        PgRows const done = connection.run(
            "UPDATE webhook_endpoint SET cursor = greatest(cursor, $1::int8),"
            " failing_since = $2::int8,"
            " status = CASE WHEN $3::text <> '' THEN 2 ELSE status END,"
            " disabled_because = CASE WHEN $3::text <> '' THEN $3::text ELSE disabled_because END"
            " WHERE id = $4::bytea AND holder = $5::text",
            values);
        if (done.changes() != 1) return false;
        for (WebhookDelivery const& row : work.rows) put(connection, row, true);
        return true;
    }

    static void put(PostgresConnection& connection, WebhookDelivery const& row, bool over) {
        static std::string const insert =
            "INSERT INTO webhook_delivery (endpoint, message, position, dispute, number, type, at,"
            " state, tries, next_at, created_at, attempts) VALUES ($1::bytea, $2::bytea, $3::int8,"
            " $4::bytea, $5::int8, $6::text, $7::int8, $8::int8, $9::int8, $10::int8, $11::int8,"
            " $12::text) ON CONFLICT (endpoint, message) DO ";
        static std::string const or_leave = insert + "NOTHING";
        static std::string const or_change =
            insert + "UPDATE SET state = excluded.state, tries = excluded.tries,"
                     " next_at = excluded.next_at, attempts = excluded.attempts";
        PgValues values;
        values.add(row.endpoint).add_bytes(CompactKey(row.message).bytes());
        values.add(static_cast<std::int64_t>(row.position)).add(row.dispute);
        values.add(std::int64_t{row.number}).add_text(row.type).add(row.at);
        values.add(number_of(row.state)).add(std::int64_t{row.tries}).add(row.next_at);
        values.add(row.created_at).add_text(row.attempts);
        connection.run(over ? or_change : or_leave, values);
    }

    PgWrite write_;
};

class PostgresWebhookReads final : public WebhookReads {
public:
    explicit PostgresWebhookReads(PgAsk ask) : ask_(std::move(ask)) {}

    std::vector<WebhookEndpoint> endpoints() override {
        static std::string const query =
            select(endpoint_columns, " FROM webhook_endpoint ORDER BY id");
        return rows(ask_(query, {}), read_endpoint<PgRows>);
    }

    std::vector<WebhookDelivery> deliveries(WebhookEndpointId endpoint,
                                            std::optional<DeliveryState> state,
                                            std::uint64_t before, std::size_t limit) override {
        static std::string const query =
            select(delivery_columns,
                   " FROM webhook_delivery WHERE endpoint = $1::bytea AND turn < $2::int8"
                   " AND ($4::int8 IS NULL OR state = $4::int8) ORDER BY turn DESC LIMIT $3::int8");
        PgValues values;
        values.add(endpoint);
        values.add(before == 0 ? std::numeric_limits<std::int64_t>::max()
                               : static_cast<std::int64_t>(before));
        values.add(static_cast<std::int64_t>(limit));
        if (state) values.add(number_of(*state));
        else values.add_null();
        return rows(ask_(query, values), read_delivery<PgRows>);
    }

    std::optional<WebhookDelivery> delivery(WebhookEndpointId endpoint,
                                            std::string const& message) override {
        static std::string const query =
            select(delivery_columns, " FROM webhook_delivery WHERE endpoint = $1::bytea"
                                     " AND message = $2::bytea");
        PgValues values;
        values.add(endpoint).add_bytes(CompactKey(message).bytes());
        PgRows found = ask_(query, values);
        if (found.count() == 0) return std::nullopt;
        return read_delivery(found);
    }

    std::vector<WebhookDelivery> pending(WebhookEndpointId endpoint, std::size_t limit) override {
        static std::string const query =
            select(delivery_columns, " FROM webhook_delivery WHERE endpoint = $1::bytea"
                                     " AND state = 0 ORDER BY position LIMIT $2::int8");
        PgValues values;
        values.add(endpoint).add(static_cast<std::int64_t>(limit));
        return rows(ask_(query, values), read_delivery<PgRows>);
    }

    std::vector<std::uint64_t> settled_after(WebhookEndpointId endpoint, std::uint64_t cursor,
                                             std::size_t limit) override {
        PgValues values;
        values.add(endpoint).add(static_cast<std::int64_t>(limit));
        values.add(static_cast<std::int64_t>(cursor));
        return rows(ask_("SELECT position FROM (SELECT position FROM webhook_delivery"
                         " WHERE endpoint = $1::bytea ORDER BY turn DESC LIMIT $2::int8) newest"
                         " WHERE position > $3::int8",
                         values),
                    [](PgRows const& row) { return static_cast<std::uint64_t>(row.number(0)); });
    }

private:
    PgAsk ask_;
};

} // namespace

std::unique_ptr<WebhookWrites> postgres_webhook_writes(PgWrite write) {
    return std::make_unique<PostgresWebhookWrites>(std::move(write));
}

std::unique_ptr<WebhookReads> postgres_webhook_reads(PgAsk ask) {
    return std::make_unique<PostgresWebhookReads>(std::move(ask));
}

} // namespace parley::store
