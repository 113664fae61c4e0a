#include "engine/store/postgres_journal.hpp"

#include "engine/store/keys.hpp"
#include "engine/store/postgres.hpp"
#include "engine/store/postgres_batch.hpp"
#include "engine/store/postgres_party_access.hpp"
#include "engine/store/postgres_schema.hpp"
#include "engine/store/postgres_tasks.hpp"
#include "engine/store/postgres_webhooks.hpp"
#include "engine/store/rows.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <thread>
#include <type_traits>
#include <utility>

namespace parley {

namespace store {
namespace {

constexpr int tries_most = 4;
constexpr int jitter_us = 5000;
// So many batches: others act in the same disputes, or a key was used again.
constexpr int asked_after_a_failure = 16;

class PostgresJournal final : public Journal {
public:
    PostgresJournal(std::string url, PostgresJournalOptions const& options)
        : url_(std::move(url)), options_(options) {
        check_postgres_server(connection(), options.strict);
    }

    std::vector<UnitFate> append(std::span<Unit> units) override {
        if (units.empty()) return {};
        if (auto fates = append_at_once(units)) return std::move(*fates);
        // Another node may have put the same stream or receipt in, where the log it did so in is not
        // the one whose lock we have; the next look finds it there.
        return trying(
            [&](PostgresConnection& connection) {
                try {
                    PostgresBatch batch(units);
                    return batch.write(connection);
                } catch (...) {
                    connection_.reset(); // in the midst of a pipeline
                    throw;
                }
            },
            true);
    }

    void add_platform(Platform const& platform, WithReceipt const& receipt) override {
        write_keyed(receipt, [&](PostgresConnection& connection) {
            PgValues values;
            values.add(platform.id).add_text(platform.name).add(platform.created_at);
            connection.run("INSERT INTO platform (id, name, created_at)"
                           " VALUES ($1::bytea, $2::text, $3::int8)",
                           values);
        });
    }

    void add_key(ApiKey const& key, WithReceipt const& receipt) override {
        write_keyed(receipt, [&](PostgresConnection& connection) {
            PgValues values;
            values.add(key.id).add(std::int64_t{std::to_underlying(key.kind)}).add(key.live);
            values.add_text(key.owner).add_text(key.label).add(key.secret_sha256);
            values.add(key.created_at).add(key.expires_at).add(key.revoked_at);
            connection.run(
                "INSERT INTO api_key (id, kind, live, owner, label, secret_sha256,"
                " created_at, expires_at, revoked_at) VALUES ($1::bytea, $2::int8,"
                " $3::bool, $4::text, $5::text, $6::bytea, $7::int8, $8::int8, $9::int8)",
                values);
        });
    }

    void revoke_key(ApiKeyId key, Instant at, WithReceipt const& receipt) override {
        write_keyed(receipt, [&](PostgresConnection& connection) {
            // The first revocation counts.
            PgValues values;
            values.add(at).add(key);
            expect_one(connection.run("UPDATE api_key SET revoked_at = coalesce(revoked_at,"
                                      " $1::int8) WHERE id = $2::bytea",
                                      values),
                       "there is no such key to revoke");
        });
    }

    void add_neutral(Neutral const& neutral, WithReceipt const& receipt) override {
        write_keyed(receipt, [&](PostgresConnection& connection) {
            PgValues values = values_of(neutral);
            values.add(std::int64_t{neutral.load});
            connection.run("INSERT INTO neutral (id, name, seats, languages, country, time_zone,"
                           " load_most, live, available, load) VALUES ($1::bytea, $2::text,"
                           " $3::int8, $4::text, $5::text, $6::text, $7::int8, $8::bool,"
                           " $9::bool, $10::int8)",
                           values);
        });
    }

    void update_neutral(Neutral const& neutral, WithReceipt const& receipt) override {
        write_keyed(receipt, [&](PostgresConnection& connection) {
            expect_one(connection.run("UPDATE neutral SET name = $2::text, seats = $3::int8,"
                                      " languages = $4::text, country = $5::text,"
                                      " time_zone = $6::text, load_most = $7::int8,"
                                      " live = $8::bool, available = $9::bool WHERE id = $1::bytea",
                                      values_of(neutral)),
                       "there is no such neutral to change");
        });
    }

    void add_clock(TestClock const& clock, WithReceipt const& receipt) override {
        write_keyed(receipt, [&](PostgresConnection& connection) {
            PgValues values;
            values.add(clock.id).add(clock.platform).add_text(clock.name).add(clock.now);
            connection.run("INSERT INTO test_clock (id, platform, name, now)"
                           " VALUES ($1::bytea, $2::bytea, $3::text, $4::int8)",
                           values);
        });
    }

    void set_clock(TestClockId clock, Instant now, WithReceipt const& receipt) override {
        write_keyed(receipt, [&](PostgresConnection& connection) {
            PgValues values;
            values.add(now).add(clock);
            expect_one(connection.run("UPDATE test_clock SET now = greatest(now, $1::int8)"
                                      " WHERE id = $2::bytea",
                                      values),
                       "there is no such test clock to set");
        });
    }

    MoveFate move_task(Task const& after, TaskMovement const& movement,
                       std::optional<StoredReceipt> const& receipt) override {
        // A receipt that another node writes meanwhile is found at the second look.
        return trying(
            [&](PostgresConnection& connection) {
                connection.begin();
                try {
                    MoveFate fate = MoveFate::won;
                    if (receipt && has_receipt(connection, *receipt)) fate = MoveFate::lost_receipt;
                    else if (!store::move_task(connection, after, movement))
                        fate = MoveFate::lost_version;
                    if (fate != MoveFate::won) {
                        connection.roll_back();
                        return fate;
                    }
                    if (receipt) write_receipt(connection, *receipt);
                } catch (Fault const&) {
                    connection.roll_back();
                    throw;
                }
                connection.commit();
                return MoveFate::won;
            },
            true);
    }

    void open_quarantine_task(TaskId id, DisputeId dispute, Instant at, Instant due_at) override {
        write([&](PostgresConnection& connection) {
            store::open_quarantine_task(connection, id, dispute, at, due_at);
        });
    }

    void beat(Instant now) override {
        write([&](PostgresConnection& connection) {
            PgValues values;
            values.add(now);
            connection.run("INSERT INTO heartbeat (one, at) VALUES (1, $1::int8)"
                           " ON CONFLICT (one) DO UPDATE SET at = excluded.at",
                           values);
        });
    }

    bool take_lease(std::string const& name, std::string const& holder, Instant now,
                    Instant until) override {
        bool taken = false;
        write([&](PostgresConnection& connection) {
            PgValues values;
            values.add_text(name).add_text(holder).add(until).add(now);
            PgRows const result = connection.run(
                "INSERT INTO lease (name, holder, until) VALUES ($1::text, $2::text, $3::int8)"
                " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until"
                " WHERE lease.holder = excluded.holder OR lease.until < $4::int8",
                values);
            taken = result.changes() == 1;
        });
        return taken;
    }

    void delete_receipts_before(Instant at) override {
        write([&](PostgresConnection& connection) {
            PgValues values;
            values.add(at);
            connection.run("DELETE FROM receipt WHERE at < $1::int8", values);
        });
    }

    WebhookWrites& webhooks() override { return *webhooks_; }
    PartyAccessWrites& party_access() override { return *party_access_; }

    void delete_outbox(std::vector<std::string> const& ids) override {
        if (ids.empty()) return;
        write([&](PostgresConnection& connection) {
            PgArray all(PgType::text);
            for (std::string const& id : ids) all.add(std::string_view(id));
            PgValues values;
            values.add(all);
            connection.run("DELETE FROM outbox WHERE id = ANY ($1::text[])", values);
        });
    }

    void checkpoint() override {} // the server's own business

    bool recovers() const override { return true; }

    // Whatever an earlier connection of ours still has under way holds the lock of a log's head until
    // it has ended, one way or the other; and once this commit is confirmed by the standby, so is
    // everything before it.
    void settle() override {
        write([&](PostgresConnection& connection) {
            connection.run("SELECT log FROM log_head ORDER BY log FOR UPDATE");
        });
    }

private:
    // A batch that asks nothing before it writes. Nothing where that fails: nothing was written then.
    std::optional<std::vector<UnitFate>> append_at_once(std::span<Unit> units) {
        if (!connection_ || connection_->broken() || !connection_->quiet()) return std::nullopt;
        if (ask_first_ > 0) {
            --ask_first_;
            return std::nullopt;
        }
        try {
            PostgresBatch batch(units);
            auto fates = batch.write_at_once(*connection_);
            if (!fates) ask_first_ = asked_after_a_failure;
            return fates;
        } catch (PostgresFault const&) {
            connection_.reset(); // said to be not written: it is done again over a new one
            return std::nullopt;
        } catch (...) {
            connection_.reset();
            throw;
        }
    }

    static PgValues values_of(Neutral const& neutral) {
        PgValues values;
        values.add(neutral.id).add_text(neutral.name).add(bits_of(neutral.seats));
        values.add_text(joined(neutral.languages)).add_text(neutral.country);
        values.add_text(neutral.time_zone).add(std::int64_t{neutral.load_most});
        values.add(neutral.live).add(neutral.available);
        return values;
    }

    static bool has_receipt(PostgresConnection& connection, StoredReceipt const& receipt) {
        PgValues values;
        values.add(receipt_name(receipt.key.scope, receipt.key.key));
        return connection.run("SELECT 1 FROM receipt WHERE name = $1::bytea", values).count() > 0;
    }

    static void write_receipt(PostgresConnection& connection, StoredReceipt const& receipt) {
        std::string events;
        append_packed(events, receipt.events);
        PgValues values;
        values.add(receipt_name(receipt.key.scope, receipt.key.key)).add(receipt.key.fingerprint);
        values.add_bytes(CompactKey(receipt.stream).bytes());
        values.add(static_cast<std::int64_t>(receipt.version)).add_bytes(events);
        values.add(std::int64_t{receipt.status}).add(receipt.at).add_text(receipt.told);
        connection.run("INSERT INTO receipt (name, fingerprint, stream, version, events, status,"
                       " at, told) VALUES ($1::bytea, $2::bytea, $3::bytea, $4::int8, $5::bytea,"
                       " $6::int8, $7::int8, $8::text)",
                       values);
    }

    static void expect_one(PgRows const& done, char const* sentence) {
        if (done.changes() != 1) throw Fault(sentence);
    }

    PostgresConnection& connection() {
        if (connection_ && connection_->broken()) connection_.reset();
        if (!connection_) {
            auto fresh = std::make_unique<PostgresConnection>(url_, PostgresRole::writer,
                                                              options_.answer_wait_max);
            check_postgres_schema(*fresh); // it may be another server than before
            PostgresBatch::prepare(*fresh);
            connection_ = std::move(fresh);
        }
        return *connection_;
    }

    // One small transaction.
    template <class Work>
    void write(Work const& work) {
        trying([&](PostgresConnection& connection) {
            connection.begin();
            try {
                work(connection);
            } catch (Fault const&) {
                connection.roll_back();
                throw;
            }
            connection.commit();
            return true;
        });
    }

    // The same, with the receipt of the request that wants it.
    template <class Work>
    void write_keyed(WithReceipt const& receipt, Work const& work) {
        write([&](PostgresConnection& connection) {
            work(connection);
            if (receipt) write_receipt(connection, *receipt);
        });
    }

    // Does it again over a new connection when the old one turns out to be dead, and when it stood in
    // another transaction's way: in both cases the fault says that nothing was written. A fate that is
    // not known goes straight to the caller, and so does a server that cannot be reached.
    template <class Work>
    std::invoke_result_t<Work const&, PostgresConnection&> trying(Work const& work,
                                                                  bool taken_is_a_race = false) {
        for (int tries = 1;; ++tries) {
            bool const fresh = !connection_ || connection_->broken();
            try {
                return work(connection());
            } catch (PostgresFault const& fault) {
                bool const race =
                    fault.lost_a_race() || (taken_is_a_race && fault.sqlstate == "23505");
                if (!race && (fresh || !fault.connection_lost())) throw;
                if (tries >= tries_most) throw;
            }
            pause();
        }
    }

    void pause() {
        std::uniform_int_distribution<int> some(0, jitter_us);
        std::this_thread::sleep_for(std::chrono::microseconds(some(random_)));
    }

    std::string url_;
    PostgresJournalOptions options_;
    std::unique_ptr<PostgresConnection> connection_;
    int ask_first_ = 0; // so many batches
    PgWrite const with_receipt_ = [this](std::optional<StoredReceipt> const& receipt,
                                         std::function<void(PostgresConnection&)> const& work) {
        write([&](PostgresConnection& connection) {
            work(connection);
            if (receipt) write_receipt(connection, *receipt);
        });
    };
    std::unique_ptr<PartyAccessWrites> const party_access_ =
        postgres_party_access_writes(with_receipt_);
    std::unique_ptr<WebhookWrites> const webhooks_ = postgres_webhook_writes(with_receipt_);
    std::minstd_rand random_{std::random_device{}()}; // apart from other nodes, and no more
};

} // namespace
} // namespace store

std::unique_ptr<Journal> open_postgres_journal(std::string const& url,
                                               PostgresJournalOptions const& options) {
    return std::make_unique<store::PostgresJournal>(url, options);
}

} // namespace parley
