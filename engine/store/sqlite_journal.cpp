#include "engine/store/sqlite_journal.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault.hpp"
#include "engine/base/fault_point.hpp"
#include "engine/store/data_folder.hpp"
#include "engine/store/keys.hpp"
#include "engine/store/migrations.hpp"
#include "engine/store/rows.hpp"
#include "engine/store/sqlite.hpp"
#include "engine/store/sqlite_party_access.hpp"
#include "engine/store/sqlite_webhooks.hpp"
#include "engine/store/unit_writer.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace parley {

namespace store {
namespace {

// With readers always at work a passive checkpoint never gets to the end; over this many times the
// usual length the writer waits for them.
constexpr int patience = 4;
constexpr int erasure_wait_ms = 200;
constexpr int usual_wait_ms = 5000;

// SQLite would make the file readable for everyone.
std::string make_private_file(std::filesystem::path const& path) {
    int const file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        throw Fault("the database " + path.string() +
                    " cannot be opened: " + std::generic_category().message(errno));
    ::close(file);
    return path.string();
}

class SqliteJournal final : public Journal {
public:
    SqliteJournal(DataFolder const& folder, SqliteJournalOptions const& options)
        : options_(options), connection_(make_private_file(folder.database()), Access::write),
          writer_(prepared(connection_, options)),
          webhooks_(sqlite_webhook_writes(connection_, with_receipt())),
          party_access_(sqlite_party_access_writes(connection_, with_receipt())) {}

    ~SqliteJournal() override {
        // Best effort: what cannot be moved now stays in the log and is found there at the next
        // start.
        if (broken_) return;
        try {
            connection_.checkpoint(Connection::Checkpoint::truncate);
        } catch (Fault const&) { // the log keeps everything
        }
    }

    std::vector<UnitFate> append(std::span<Unit> units) override {
        refuse_if_broken();
        if (units.empty()) return {};
        guarded([&] { keep_log_short(); });
        std::vector<UnitFate> fates;
        bool erased = false;
        guarded([&] {
            Transaction const transaction(connection_);
            UnitWriter::Written const written = writer_.write(units, fates);
            if (!written.any) return; // rolled back: nothing was to be kept
            erased = written.erased;
            PARLEY_FAULT_POINT("before_commit");
            commit();
            PARLEY_FAULT_POINT("after_commit");
        });
        if (erased) wipe_log();
        return fates;
    }

    void add_platform(Platform const& platform, WithReceipt const& receipt) override {
        write_keyed(receipt, [&] {
            Use insert(
                connection_.kept("INSERT INTO platform (id, name, created_at) VALUES (?, ?, ?)"));
            insert->bind(platform.id).bind_text(platform.name).bind(platform.created_at);
            insert->run();
        });
    }

    void add_key(ApiKey const& key, WithReceipt const& receipt) override {
        write_keyed(receipt, [&] {
            Use insert(connection_.kept(
                "INSERT INTO api_key (id, kind, live, owner, label, secret_sha256, created_at,"
                " expires_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
            insert->bind(key.id)
                .bind(std::int64_t{std::to_underlying(key.kind)})
                .bind(key.live ? 1 : 0);
            insert->bind_text(key.owner).bind_text(key.label).bind(key.secret_sha256);
            insert->bind(key.created_at).bind(key.expires_at).bind(key.revoked_at);
            insert->run();
        });
    }

    void revoke_key(ApiKeyId key, Instant at, WithReceipt const& receipt) override {
        write_keyed(receipt, [&] {
            // The first revocation counts.
            Use update(connection_.kept(
                "UPDATE api_key SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?"));
            update->bind(at).bind(key);
            update->run();
            expect_one("there is no such key to revoke");
        });
    }

    void add_neutral(Neutral const& neutral, WithReceipt const& receipt) override {
        write_keyed(receipt, [&] {
            std::string const languages = joined(neutral.languages);
            Use insert(connection_.kept(
                "INSERT INTO neutral (name, seats, languages, country, time_zone, load_most,"
                " live, available, load, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
            bind_neutral(*insert, neutral, languages);
            insert->bind(std::int64_t{neutral.load}).bind(neutral.id);
            insert->run();
        });
    }

    void update_neutral(Neutral const& neutral, WithReceipt const& receipt) override {
        write_keyed(receipt, [&] {
            std::string const languages = joined(neutral.languages);
            Use update(connection_.kept(
                "UPDATE neutral SET name = ?, seats = ?, languages = ?, country = ?, time_zone = ?,"
                " load_most = ?, live = ?, available = ? WHERE id = ?"));
            bind_neutral(*update, neutral, languages);
            update->bind(neutral.id);
            update->run();
            expect_one("there is no such neutral to change");
        });
    }

    void add_clock(TestClock const& clock, WithReceipt const& receipt) override {
        write_keyed(receipt, [&] {
            Use insert(connection_.kept(
                "INSERT INTO test_clock (id, platform, name, now) VALUES (?, ?, ?, ?)"));
            insert->bind(clock.id).bind(clock.platform).bind_text(clock.name).bind(clock.now);
            insert->run();
        });
    }

    void set_clock(TestClockId clock, Instant now, WithReceipt const& receipt) override {
        write_keyed(receipt, [&] {
            Use update(connection_.kept("UPDATE test_clock SET now = max(now, ?) WHERE id = ?"));
            update->bind(now).bind(clock);
            update->run();
            expect_one("there is no such test clock to set");
        });
    }

    MoveFate move_task(Task const& after, TaskMovement const& movement,
                       std::optional<StoredReceipt> const& receipt) override {
        refuse_if_broken();
        MoveFate fate = MoveFate::won;
        guarded([&] {
            Transaction const transaction(connection_);
            if (receipt && writer_.has_receipt(*receipt)) fate = MoveFate::lost_receipt;
            else if (!writer_.tasks().move(after, movement)) fate = MoveFate::lost_version;
            if (fate != MoveFate::won) return; // rolled back: nothing was written
            if (receipt) writer_.write_receipt(*receipt);
            commit();
        });
        return fate;
    }

    void open_quarantine_task(TaskId id, DisputeId dispute, Instant at, Instant due_at) override {
        write([&] { writer_.tasks().open_for_quarantine(id, dispute, at, due_at); });
    }

    void beat(Instant now) override {
        write([&] {
            Use insert(connection_.kept("INSERT INTO heartbeat (one, at) VALUES (1, ?)"
                                        " ON CONFLICT (one) DO UPDATE SET at = excluded.at"));
            insert->bind(now);
            insert->run();
        });
    }

    bool take_lease(std::string const& name, std::string const& holder, Instant now,
                    Instant until) override {
        bool taken = false;
        write([&] {
            Use take(connection_.kept(
                "INSERT INTO lease (name, holder, until) VALUES (?1, ?2, ?3) ON CONFLICT (name)"
                " DO UPDATE SET holder = excluded.holder, until = excluded.until"
                " WHERE lease.holder = excluded.holder OR lease.until < ?4"));
            take->bind_text(name).bind_text(holder).bind(until).bind(now);
            take->run();
            taken = connection_.changes() == 1;
        });
        return taken;
    }

    void delete_receipts_before(Instant at) override {
        write([&] {
            // Written in order of time, so this looks at the expired ones and one more.
            Use remove(
                connection_.kept("DELETE FROM receipt WHERE turn < coalesce("
                                 "(SELECT turn FROM receipt WHERE at >= ? ORDER BY turn LIMIT 1),"
                                 " 9223372036854775807)"));
            remove->bind(at);
            remove->run();
        });
    }

    WebhookWrites& webhooks() override { return *webhooks_; }
    PartyAccessWrites& party_access() override { return *party_access_; }

    void delete_outbox(std::vector<std::string> const& ids) override {
        if (ids.empty()) return;
        write([&] {
            for (std::string const& id : ids) {
                Use remove(connection_.kept("DELETE FROM outbox WHERE id = ?"));
                remove->bind_text(id);
                remove->run();
            }
        });
    }

    void checkpoint() override {
        refuse_if_broken();
        guarded([&] {
            if (erasure_in_log_) wipe_log();
            else connection_.checkpoint(Connection::Checkpoint::passive);
        });
    }

private:
    // A small transaction that ends with the receipt of the request that wants it.
    Write with_receipt() {
        return
            [this](std::optional<StoredReceipt> const& receipt, std::function<void()> const& work) {
                write([&] {
                    work();
                    if (receipt) writer_.write_receipt(*receipt);
                });
            };
    }

    static Connection& prepared(Connection& connection, SqliteJournalOptions const& options) {
        migrate(connection, embedded_migrations(), SystemClock().now());
        if (options.pages_max > 0)
            connection.number(
                ("PRAGMA max_page_count=" + std::to_string(options.pages_max)).c_str());
        return connection;
    }

    static void bind_neutral(Statement& statement, Neutral const& neutral,
                             std::string const& languages) {
        statement.bind_text(neutral.name).bind(bits_of(neutral.seats)).bind_text(languages);
        statement.bind_text(neutral.country).bind_text(neutral.time_zone);
        statement.bind(std::int64_t{neutral.load_most}).bind(neutral.live ? 1 : 0);
        statement.bind(neutral.available ? 1 : 0);
    }

    void expect_one(char const* sentence) {
        if (connection_.changes() != 1) throw Fault(sentence);
    }

    void refuse_if_broken() const {
        if (broken_)
            throw Fault(
                "the database " + connection_.path() +
                " had an error that may have damaged it; nothing is written until a restart");
    }

    // One small transaction.
    template <class Work>
    void write(Work const& work) {
        refuse_if_broken();
        guarded([&] {
            Transaction const transaction(connection_);
            work();
            commit();
        });
    }

    // The same, with the receipt of the request that wants it.
    template <class Work>
    void write_keyed(WithReceipt const& receipt, Work const& work) {
        write([&] {
            work();
            if (receipt) writer_.write_receipt(*receipt);
        });
    }

    // After an I/O error or corruption nothing is written any more: a failed sync cannot be
    // retried, for the pages that did not reach the disk look clean afterwards.
    template <class Work>
    void guarded(Work const& work) {
        try {
            work();
        } catch (Fault const&) {
            if (connection_.broken()) broken_ = true;
            throw;
        }
    }

    void commit() {
        if (connection_.try_run("COMMIT") == 0) return;
        int const code = connection_.last_code();
        std::string const text = connection_.error_text("committing");
        // A full disk or a busy file is noticed before the mark that makes a transaction whole is
        // in the log, and the transaction can be taken back. After anything else it may be there.
        bool taken_back = trouble_of(code) != SqliteTrouble::broken;
        if (connection_.in_transaction() && connection_.try_run("ROLLBACK") != 0)
            taken_back = false;
        if (taken_back) throw Fault(text);
        broken_ = true;
        throw UnknownFate(text + "; it may be durable or not");
    }

    void keep_log_short() {
        if (erasure_in_log_) wipe_log();
        if (connection_.wal_pages() < options_.checkpoint_pages) return;
        bool const wait = connection_.wal_pages() >= options_.checkpoint_pages * patience;
        connection_.checkpoint(wait ? Connection::Checkpoint::restart
                                    : Connection::Checkpoint::passive);
    }

    // What was erased is still in the log until that is empty. A reader may stand in the way; then
    // it is tried again before the next batch.
    void wipe_log() {
        erasure_in_log_ = true;
        connection_.busy_timeout(erasure_wait_ms);
        try {
            if (connection_.checkpoint(Connection::Checkpoint::truncate)) erasure_in_log_ = false;
        } catch (Fault const&) {
            // The batch is durable all the same and must be answered so; the next write meets the
            // trouble itself.
            if (connection_.broken()) broken_ = true;
        }
        connection_.busy_timeout(usual_wait_ms);
    }

    SqliteJournalOptions options_;
    Connection connection_;
    UnitWriter writer_;
    std::unique_ptr<WebhookWrites> webhooks_;
    std::unique_ptr<PartyAccessWrites> party_access_;
    bool broken_ = false;
    bool erasure_in_log_ = false;
};

} // namespace
} // namespace store

std::unique_ptr<Journal> open_sqlite_journal(DataFolder const& folder,
                                             SqliteJournalOptions const& options) {
    return std::make_unique<store::SqliteJournal>(folder, options);
}

} // namespace parley
