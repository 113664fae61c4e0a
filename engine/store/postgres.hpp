#pragma once

#include "engine/base/fault.hpp"
#include "engine/store/postgres_session.hpp"
#include "engine/store/postgres_values.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

struct pg_conn;

namespace parley::store {

// What the database refused or that it is gone; `sqlstate` is empty where it said nothing at all.
class PostgresFault : public Fault {
public:
    PostgresFault(std::string const& text, std::string state)
        : Fault(text), sqlstate(std::move(state)) {}
    std::string sqlstate;

    // The connection is of no use any more, or leads to a server that only reads: another attempt
    // over a new connection may find the primary.
    bool connection_lost() const;
    // Two transactions were in each other's way; the same again may work.
    bool lost_a_race() const;
};

// Lets a connection string say how to find the database, and adds what a server needs that must notice
// a dead peer: time limits, keep-alives, and that the one which takes writes is meant. Throws Fault
// where libpq does not understand the string.
std::string postgres_connection_string(std::string const& url);
// The database's place in words, without its password: "postgresql://host:port/name".
std::string postgres_name(std::string const& url);

enum class PostgresRole : std::uint8_t {
    owner,  // migrates: whoever the connection string says
    writer, // takes the role parley_writer
    reader, // takes the role parley_reader, in transactions that cannot write
};

// One connection. Used by one thread at a time. Whatever fails on it but an ordinary refusal leaves it
// broken, and whoever holds it makes a new one: no state of a half-done exchange is ever repaired.
class PostgresConnection {
public:
    // Connects and sets the session up; throws Fault.
    PostgresConnection(std::string const& url, PostgresRole role,
                       std::chrono::milliseconds answer_wait_max);
    ~PostgresConnection();
    PostgresConnection(PostgresConnection const&) = delete;
    PostgresConnection& operator=(PostgresConnection const&) = delete;

    // Statements without parameters and rows; several at once are one transaction.
    void command(std::string const& sql);
    // One prepared statement, on its own or in the transaction that `command` began.
    PgRows run(std::string const& sql, PgValues const& values);
    PgRows run(std::string const& sql) { return run(sql, PgValues()); }
    // Prepares what will be sent; outside of a pipeline.
    void prepare(std::string const& sql);

    // A pipeline: statements are sent without waiting for answers, all in one transaction that `sync`
    // commits. Answers are taken in the order of sending; the first that failed throws, and breaks the
    // connection, for everything after it was skipped.
    void begin_pipeline();
    void send(std::string const& sql, PgValues const& values);
    void flush(); // asks for the answers so far, and leaves the transaction open
    PgRows answer();
    void sync(); // throws UnknownFate
    // The answer to `sync`, after those to all statements: the transaction is committed. Throws
    // UnknownFate when that cannot be told, also when it may not be on the standby (SyncRep).
    void finish_pipeline();

    // Instead, after a statement was refused: takes what is left of the answers. Nothing of the
    // pipeline was written, and the connection is whole again.
    void abandon_pipeline();

    // BEGIN and COMMIT by hand. `commit` throws UnknownFate as `finish_pipeline` does.
    void begin() { command("BEGIN"); }
    void commit();
    void roll_back() noexcept;

    bool broken() const { return broken_; }
    // Between two uses: whether nothing has come in, as is usual. What comes unasked is a farewell.
    bool quiet() const;
    std::string const& name() const { return name_; }

private:
    static void note(void* self, pg_result const* notice);
    std::string const& kept(std::string const& sql); // name of the prepared statement
    pg_result* wait();                               // next result or null; throws Fault
    PgRows take();                                   // the result of one statement; throws
    void drain();
    void set_up(PostgresRole role);
    [[noreturn]] void fail_lost(std::string_view what);
    void refuse_if_replication_was_cut();

    std::string name_;
    PostgresSession session_;
    pg_conn* native_;
    std::chrono::milliseconds answer_wait_max_;
    bool broken_ = false;
    bool sync_wait_cut_ = false;
    std::unordered_map<std::string, std::string> kept_;
};

} // namespace parley::store
