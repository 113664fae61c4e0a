#include "engine/store/sqlite.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault.hpp"

#include <sqlite3.h>

#include <cstring>

namespace parley::store {

namespace {

constexpr int busy_timeout_ms = 5000;
constexpr char const* write_cache = "PRAGMA cache_size=-8192"; // KiB
constexpr char const* read_cache = "PRAGMA cache_size=-8192";

int count_pages(void* pages, sqlite3*, char const*, int in_log) {
    *static_cast<int*>(pages) = in_log;
    return SQLITE_OK;
}

int native_of(Connection::Checkpoint how) {
    switch (how) {
    case Connection::Checkpoint::passive: return SQLITE_CHECKPOINT_PASSIVE;
    case Connection::Checkpoint::restart: return SQLITE_CHECKPOINT_RESTART;
    case Connection::Checkpoint::truncate: return SQLITE_CHECKPOINT_TRUNCATE;
    }
    return SQLITE_CHECKPOINT_PASSIVE;
}

} // namespace

SqliteTrouble trouble_of(int code) {
    switch (code & 0xff) {
    case SQLITE_FULL: return SqliteTrouble::full;
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return SqliteTrouble::broken;
    default: return SqliteTrouble::other;
    }
}

Connection::Connection(std::string path, Access access)
    : path_(std::move(path)), session_(path_, access == Access::read),
      native_(static_cast<sqlite3*>(session_.native())) {
    sqlite3_extended_result_codes(native_, 1);
    set_pragmas(access);
}

Connection::~Connection() { kept_.clear(); }

void Connection::set_pragmas(Access access) {
    busy_timeout(busy_timeout_ms);
    run("PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0; PRAGMA foreign_keys=ON;"
        "PRAGMA wal_autocheckpoint=0; PRAGMA temp_store=MEMORY");
    if (access == Access::write) {
        text("PRAGMA journal_mode=WAL");
        run("PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA journal_size_limit=67108864");
        run(write_cache);
        sqlite3_wal_hook(native_, count_pages, &wal_pages_);
        expect("PRAGMA synchronous", "2");
        expect("PRAGMA secure_delete", "1");
    } else {
        run("PRAGMA query_only=ON");
        run(read_cache);
        // The last connection to close would checkpoint; that is the writer's business alone.
        sqlite3_db_config(native_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        expect("PRAGMA query_only", "1");
    }
    expect("PRAGMA journal_mode", "wal");
    expect("PRAGMA foreign_keys", "1");
    expect("PRAGMA trusted_schema", "0");
    expect("PRAGMA mmap_size", "0");
    expect("PRAGMA busy_timeout", "5000");
    if (access == Access::read && sqlite3_db_readonly(native_, "main") != 1)
        throw Fault("the database " + path_ + " was not opened for reading alone");
}

void Connection::expect(char const* pragma, std::string_view value) {
    std::string const found = text(pragma);
    if (found != value)
        throw Fault("the database " + path_ + " cannot be used safely: " + pragma + " gives '" +
                    found + "' where '" + std::string(value) + "' is needed");
}

void Connection::run(char const* sql) {
    if (try_run(sql) != SQLITE_OK) fail("running a statement");
}

int Connection::try_run(char const* sql) noexcept {
    return sqlite3_exec(native_, sql, nullptr, nullptr, nullptr);
}

std::string Connection::text(char const* sql) {
    Statement statement(*this, sql);
    return statement.step() ? std::string(statement.text(0)) : std::string();
}

std::int64_t Connection::number(char const* sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.number(0) : 0;
}

Statement& Connection::kept(std::string const& sql) {
    std::unique_ptr<Statement>& slot = kept_[sql];
    if (!slot) slot = std::make_unique<Statement>(*this, sql);
    return *slot;
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(native_) == 0; }

std::int64_t Connection::changes() const { return sqlite3_changes64(native_); }

bool Connection::checkpoint(Checkpoint how) {
    int in_log = 0;
    int copied = 0;
    int const code = sqlite3_wal_checkpoint_v2(native_, nullptr, native_of(how), &in_log, &copied);
    if (code == SQLITE_BUSY) return false; // a reader stands in the way; nothing is lost
    if (code != SQLITE_OK) fail("moving the write-ahead log into the database");
    // A log that is wholly copied begins anew with the next commit, whose hook tells its length.
    if (in_log == copied) wal_pages_ = 0;
    return in_log == copied;
}

void Connection::busy_timeout(int ms) { sqlite3_busy_timeout(native_, ms); }

void Connection::fail(std::string_view what) {
    note_trouble();
    throw Fault(error_text(what));
}

// At once: the roll-back that follows a failure overwrites its code.
void Connection::note_trouble() {
    if (trouble_of(last_code()) == SqliteTrouble::broken) broken_ = true;
}

std::string Connection::error_text(std::string_view what) const {
    // SQLite's message names tables and columns, never values.
    std::string out = "the database failed while ";
    out += what;
    out += ": ";
    out += sqlite3_errmsg(native_);
    out += " (SQLite ";
    out += std::to_string(last_code());
    out += ")";
    return out;
}

int Connection::last_code() const { return sqlite3_extended_errcode(native_); }

Statement::Statement(Connection& connection, std::string_view sql) : connection_(connection) {
    if (sqlite3_prepare_v3(connection.native(), sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &native_, nullptr) != SQLITE_OK)
        connection.fail("preparing a statement");
}

Statement::~Statement() { sqlite3_finalize(native_); }

void Statement::check_bound(int code) {
    PARLEY_ASSERT(code != SQLITE_RANGE && code != SQLITE_MISUSE,
                  "a statement gets as many values as it has parameters");
    if (code != SQLITE_OK) connection_.fail("binding a value"); // too big, or no memory
}

Statement& Statement::bind(std::int64_t number) {
    check_bound(sqlite3_bind_int64(native_, next_++, number));
    return *this;
}

Statement& Statement::bind_text(std::string_view text) {
    char const* const data = text.data() == nullptr ? "" : text.data();
    check_bound(
        sqlite3_bind_text64(native_, next_++, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind_blob(std::string_view bytes) {
    return bind_bytes(bytes.data(), bytes.size());
}

Statement& Statement::bind_bytes(void const* data, std::size_t size) {
    void const* const start = data == nullptr ? "" : data; // a null pointer would bind NULL
    check_bound(sqlite3_bind_blob64(native_, next_++, start, size, SQLITE_STATIC));
    return *this;
}

Statement& Statement::bind_null() {
    check_bound(sqlite3_bind_null(native_, next_++));
    return *this;
}

bool Statement::step() {
    int const code = sqlite3_step(native_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    connection_.note_trouble();
    std::string const text =
        connection_.error_text("running a statement"); // before reset forgets it
    reset();
    throw Fault(text);
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

void Statement::reset() noexcept {
    sqlite3_reset(native_);
    next_ = 1;
}

std::int64_t Statement::number(int column) { return sqlite3_column_int64(native_, column); }

std::string_view Statement::text(int column) {
    void const* const data = sqlite3_column_blob(native_, column);
    int const size = sqlite3_column_bytes(native_, column);
    if (data == nullptr || size <= 0) return {};
    return {static_cast<char const*>(data), static_cast<std::size_t>(size)};
}

bool Statement::is_null(int column) { return sqlite3_column_type(native_, column) == SQLITE_NULL; }

std::optional<Instant> Statement::optional_instant(int column) {
    if (is_null(column)) return std::nullopt;
    return instant(column);
}

void Statement::copy_bytes(int column, std::uint8_t* out, std::size_t size) {
    std::string_view const found = text(column);
    if (found.size() != size)
        throw Fault("the database holds " + std::to_string(found.size()) + " bytes where " +
                    std::to_string(size) + " belong");
    std::memcpy(out, found.data(), size);
}

} // namespace parley::store
