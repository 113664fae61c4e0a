#pragma once

#include "engine/base/id.hpp"
#include "engine/store/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace parley::store {

enum class Access : std::uint8_t { read, write };

// What went wrong, by what may be done about it.
enum class SqliteTrouble : std::uint8_t {
    full,   // try again when there is room
    broken, // an I/O error or corruption: writes stop until a restart
    other,
};
SqliteTrouble trouble_of(int code);

class Statement;

// One connection with the pragmas that durability and the WAL-reset bug ask for, all of them read
// back. Used by one thread at a time.
class Connection {
public:
    // Throws Fault when the file cannot be opened or a pragma does not hold.
    Connection(std::string path, Access access);
    ~Connection();
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;

    // Runs statements that give no rows.
    void run(char const* sql);
    // Like `run`, but gives SQLite's result code instead of throwing.
    int try_run(char const* sql) noexcept;
    // The one value of a pragma or query.
    std::string text(char const* sql);
    std::int64_t number(char const* sql);
    // A statement kept for as long as the connection is.
    Statement& kept(std::string const& sql);

    bool in_transaction() const;
    std::int64_t changes() const;
    // Pages in the write-ahead log after the last commit of this connection.
    int wal_pages() const { return wal_pages_; }
    // Copies the log into the database; true when all of it went. `truncate` waits for readers and
    // leaves an empty log behind, `restart` waits and lets the next writer begin anew.
    enum class Checkpoint : std::uint8_t { passive, restart, truncate };
    bool checkpoint(Checkpoint how);
    void busy_timeout(int ms);

    [[noreturn]] void fail(std::string_view what);
    std::string error_text(std::string_view what) const;
    // Some call has met an I/O error or corruption; stays so.
    bool broken() const { return broken_; }
    void note_trouble();
    int last_code() const; // extended
    sqlite3* native() { return native_; }
    std::string const& path() const { return path_; }

private:
    void set_pragmas(Access access);
    void expect(char const* pragma, std::string_view value);
    std::string path_;
    Session session_;
    sqlite3* native_ = nullptr;
    int wal_pages_ = 0;
    bool broken_ = false;
    std::unordered_map<std::string, std::unique_ptr<Statement>> kept_;
};

// A prepared statement. Parameters are bound in order, and what they refer to must live until the
// statement is reset; `reset` makes it ready for the next use.
class Statement {
public:
    Statement(Connection& connection, std::string_view sql);
    ~Statement();
    Statement(Statement const&) = delete;
    Statement& operator=(Statement const&) = delete;

    Statement& bind(std::int64_t number);
    Statement& bind_text(std::string_view text);
    Statement& bind_blob(std::string_view bytes);
    template <std::size_t N>
    Statement& bind(std::array<std::uint8_t, N> const& bytes) {
        return bind_bytes(bytes.data(), N);
    }
    template <class Tag>
    Statement& bind(Id<Tag> const& id) {
        return bind(id.bytes());
    }
    template <class T>
    Statement& bind(std::optional<T> const& value) {
        return value ? bind(*value) : bind_null();
    }
    Statement& bind(Instant at) { return bind(at.us); }
    Statement& bind_null();

    // True when there is a row. Throws Fault, after which the statement is reset.
    bool step();
    // Steps to the end, for statements without rows, and resets.
    void run();
    void reset() noexcept;

    std::int64_t number(int column);
    std::string_view text(int column); // text or blob; valid until the next step
    bool is_null(int column);
    Instant instant(int column) { return {number(column)}; }
    std::optional<Instant> optional_instant(int column);
    template <std::size_t N>
    std::array<std::uint8_t, N> bytes(int column) {
        std::array<std::uint8_t, N> out{};
        copy_bytes(column, out.data(), N);
        return out;
    }
    template <class IdType>
    IdType id(int column) {
        return IdType(bytes<16>(column));
    }
    template <class IdType>
    std::optional<IdType> optional_id(int column) {
        if (is_null(column)) return std::nullopt;
        return id<IdType>(column);
    }

private:
    Statement& bind_bytes(void const* data, std::size_t size);
    void copy_bytes(int column, std::uint8_t* out, std::size_t size);
    void check_bound(int code);
    Connection& connection_;
    sqlite3_stmt* native_ = nullptr;
    int next_ = 1;
};

// Resets a statement at the end of a scope, so that no read transaction outlives it.
class Use {
public:
    explicit Use(Statement& statement) : statement_(statement) {}
    ~Use() { statement_.reset(); }
    Use(Use const&) = delete;
    Use& operator=(Use const&) = delete;
    Statement* operator->() { return &statement_; }
    Statement& operator*() { return statement_; }

private:
    Statement& statement_;
};

// BEGIN IMMEDIATE of our own: SOCI begins deferred, and a read that turns into a write then fails
// at once. Rolls back unless committed.
class Transaction {
public:
    explicit Transaction(Connection& connection) : connection_(connection) {
        connection_.run("BEGIN IMMEDIATE");
    }
    ~Transaction() {
        if (connection_.in_transaction()) connection_.try_run("ROLLBACK");
    }
    Transaction(Transaction const&) = delete;
    Transaction& operator=(Transaction const&) = delete;
    void commit() { connection_.run("COMMIT"); }

private:
    Connection& connection_;
};

} // namespace parley::store
