#include "engine/store/postgres.hpp"

#include "engine/base/assert.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <system_error>
#include <utility>
#include <vector>

namespace parley::store {

namespace {

struct FreeOptions {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

Options read_options(std::string const& url) {
    char* why = nullptr;
    Options options(PQconninfoParse(url.c_str(), &why));
    if (options) return options;
    std::string text = why == nullptr ? "no memory" : why;
    PQfreemem(why);
    while (text.ends_with('\n')) text.pop_back();
    throw Fault("the connection string of the database cannot be read: " + text);
}

// What libpq would wait for without end by default, and that a standby must not be taken for the
// database. Two seconds is the shortest connect_timeout there is; it counts for each host.
constexpr std::pair<std::string_view, std::string_view> defaults[] = {
    {"connect_timeout", "2"},       {"tcp_user_timeout", "5000"},
    {"keepalives_idle", "5"},       {"keepalives_interval", "2"},
    {"keepalives_count", "2"},      {"target_session_attrs", "read-write"},
    {"application_name", "parley"},
};

void append_option(std::string& out, std::string_view name, std::string_view value) {
    if (!out.empty()) out += ' ';
    out += name;
    out += "='";
    for (char const c : value) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    out += '\'';
}

std::string field(PGresult const* result, int which) {
    char const* const text = PQresultErrorField(result, which);
    return text == nullptr ? "" : text;
}

std::string error_of(PGresult const* result, PGconn* connection) {
    std::string text = field(result, PG_DIAG_MESSAGE_PRIMARY); // never the detail, which has values
    if (text.empty()) text = PQerrorMessage(connection);
    while (text.ends_with('\n')) text.pop_back();
    std::ranges::replace(text, '\n', ' ');
    return text;
}

// Neither a table scan nor a join that hashes a whole table is ever right here, but while the tables
// are small or their statistics old the planner would choose them, and keep such a plan.
constexpr char const* every_session =
    "SET search_path = parley, pg_temp; SET client_encoding = 'UTF8'; SET TimeZone = 'UTC';"
    "SET jit = off; SET enable_seqscan = off; SET idle_in_transaction_session_timeout = '10s';"
    "SET lock_timeout = '2s'; SET client_min_messages = warning;";
constexpr char const* writer_session =
    "SET ROLE parley_writer; SET statement_timeout = '10s'; SET enable_hashjoin = off;"
    "SET enable_mergejoin = off; SET plan_cache_mode = force_generic_plan;"
    "SET default_transaction_isolation = 'read committed';"
    // Not less than durable here and on a synchronous standby; more (remote_apply) stays.
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');";
constexpr char const* reader_session =
    "SET ROLE parley_reader; SET plan_cache_mode = force_generic_plan; SET statement_timeout = "
    "'30s';"
    "SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = on;";

} // namespace

bool PostgresFault::connection_lost() const {
    return sqlstate.empty() || sqlstate.starts_with("08") || sqlstate == "57P01" ||
           sqlstate == "57P02" || sqlstate == "57P03" || sqlstate == "25006";
}

bool PostgresFault::lost_a_race() const { return sqlstate == "40001" || sqlstate == "40P01"; }

std::string postgres_connection_string(std::string const& url) {
    Options const options = read_options(url);
    std::string out;
    for (PQconninfoOption const* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) {
            append_option(out, option->keyword, option->val);
            continue;
        }
        auto const* const found =
            std::ranges::find(defaults, option->keyword, [](auto const& one) { return one.first; });
        if (found != std::end(defaults)) append_option(out, found->first, found->second);
    }
    return out;
}

std::string postgres_name(std::string const& url) {
    Options const options = read_options(url);
    auto const value = [&](std::string_view name) -> std::string {
        for (PQconninfoOption const* option = options.get(); option->keyword != nullptr; ++option)
            if (option->keyword == name && option->val != nullptr) return option->val;
        return "";
    };
    std::string out = "postgresql://" + value("host");
    if (std::string const port = value("port"); !port.empty()) out += ":" + port;
    return out + "/" + value("dbname");
}

PostgresConnection::PostgresConnection(std::string const& url, PostgresRole role,
                                       std::chrono::milliseconds answer_wait_max)
    : name_(postgres_name(url)), session_(postgres_connection_string(url), name_),
      native_(static_cast<pg_conn*>(session_.native())), answer_wait_max_(answer_wait_max) {
    PQsetNoticeReceiver(native_, note, this);
    set_up(role);
}

PostgresConnection::~PostgresConnection() = default;

void PostgresConnection::set_up(PostgresRole role) {
    command(every_session);
    switch (role) {
    case PostgresRole::owner: return;
    case PostgresRole::writer: return command(writer_session);
    case PostgresRole::reader: return command(reader_session);
    }
}

// libpq would print it. What was said is the operator's concern in the server's own log, but for one
// thing: a wait for the standby that was cut short. Its function's name is not translated.
void PostgresConnection::note(void* self, pg_result const* notice) {
    if (field(notice, PG_DIAG_SOURCE_FUNCTION) == "SyncRepWaitForLSN")
        static_cast<PostgresConnection*>(self)->sync_wait_cut_ = true;
}

void PostgresConnection::fail_lost(std::string_view what) {
    broken_ = true;
    std::string text = "the connection to the database " + name_ + " " + std::string(what);
    std::string said = PQerrorMessage(native_);
    while (said.ends_with('\n')) said.pop_back();
    std::ranges::replace(said, '\n', ' ');
    if (!said.empty()) text += ": " + said;
    throw PostgresFault(text, "");
}

pg_result* PostgresConnection::wait() {
    using Time = std::chrono::steady_clock;
    auto const until = Time::now() + answer_wait_max_;
    while (PQisBusy(native_) != 0) {
        auto const left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Time::now()).count();
        if (left <= 0) fail_lost("gave no answer in time");
        pollfd poll{PQsocket(native_), POLLIN, 0};
        if (::poll(&poll, 1, static_cast<int>(left)) < 0 && errno != EINTR)
            fail_lost("cannot be waited for");
        if (PQconsumeInput(native_) == 0) fail_lost("was lost");
    }
    return PQgetResult(native_);
}

PgRows PostgresConnection::take() {
    PGresult* const result = wait();
    if (result == nullptr) fail_lost("gave no result");
    PgRows rows(result); // owns it from here
    ExecStatusType const status = PQresultStatus(result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return rows;
    std::string const state = field(result, PG_DIAG_SQLSTATE);
    if (state.empty() || PQstatus(native_) == CONNECTION_BAD) broken_ = true;
    PostgresFault const fault("the database " + name_ + " failed: " + error_of(result, native_) +
                                  (state.empty() ? "" : " (SQLSTATE " + state + ")"),
                              state);
    if (fault.connection_lost()) broken_ = true;
    throw fault;
}

void PostgresConnection::drain() {
    while (PGresult* const rest = wait()) PQclear(rest);
}

void PostgresConnection::command(std::string const& sql) {
    if (PQsendQuery(native_, sql.c_str()) == 0) fail_lost("was lost");
    // Several statements give several results; the first that failed ends the rest.
    while (PGresult* const result = wait()) {
        PgRows const rows(result);
        ExecStatusType const status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) continue;
        std::string const state = field(result, PG_DIAG_SQLSTATE);
        PostgresFault const fault("the database " + name_ +
                                      " failed: " + error_of(result, native_) +
                                      (state.empty() ? "" : " (SQLSTATE " + state + ")"),
                                  state);
        if (fault.connection_lost() || PQstatus(native_) == CONNECTION_BAD) broken_ = true;
        if (!broken_) drain();
        throw fault;
    }
}

std::string const& PostgresConnection::kept(std::string const& sql) {
    auto const found = kept_.find(sql);
    PARLEY_ASSERT(found != kept_.end(), "a statement is prepared before it is sent");
    return found->second;
}

void PostgresConnection::prepare(std::string const& sql) {
    if (kept_.contains(sql)) return;
    std::string name = "parley_" + std::to_string(kept_.size());
    if (PQsendPrepare(native_, name.c_str(), sql.c_str(), 0, nullptr) == 0) fail_lost("was lost");
    take();
    drain();
    kept_.emplace(sql, std::move(name));
}

PgRows PostgresConnection::run(std::string const& sql, PgValues const& values) {
    prepare(sql);
    if (PQsendQueryPrepared(native_, kept(sql).c_str(), values.count(), values.data(),
                            values.sizes(), values.formats(), 1) == 0)
        fail_lost("was lost");
    try {
        PgRows rows = take();
        drain();
        return rows;
    } catch (PostgresFault const&) {
        if (!broken_) drain();
        throw;
    }
}

void PostgresConnection::begin_pipeline() {
    sync_wait_cut_ = false;
    if (PQenterPipelineMode(native_) == 0) fail_lost("cannot be used");
}

void PostgresConnection::send(std::string const& sql, PgValues const& values) {
    if (PQsendQueryPrepared(native_, kept(sql).c_str(), values.count(), values.data(),
                            values.sizes(), values.formats(), 1) == 0)
        fail_lost("was lost");
}

void PostgresConnection::flush() {
    if (PQsendFlushRequest(native_) == 0 || PQflush(native_) < 0) fail_lost("was lost");
}

PgRows PostgresConnection::answer() {
    try {
        PgRows rows = take();
        if (PGresult* const more = wait()) { // each statement ends with a null
            PQclear(more);
            fail_lost("answers what was not asked");
        }
        return rows;
    } catch (Fault const&) {
        broken_ = true;
        throw;
    }
}

void PostgresConnection::sync() {
    if (PQpipelineSync(native_) != 0) return;
    broken_ = true;
    throw UnknownFate("the connection to the database " + name_ +
                      " was lost while a commit was sent; it may be durable or not");
}

void PostgresConnection::finish_pipeline() {
    try {
        PGresult* const result = wait();
        PgRows const rows(result);
        if (result == nullptr || PQresultStatus(result) != PGRES_PIPELINE_SYNC)
            fail_lost("did not say that a commit was done");
        if (PQexitPipelineMode(native_) == 0) fail_lost("is in disorder");
    } catch (Fault const& fault) {
        broken_ = true;
        throw UnknownFate(std::string(fault.what()) + "; what was sent may be durable or not");
    }
    refuse_if_replication_was_cut();
}

bool PostgresConnection::quiet() const {
    pollfd poll{PQsocket(native_), POLLIN, 0};
    return ::poll(&poll, 1, 0) == 0;
}

void PostgresConnection::abandon_pipeline() {
    for (bool ended = false; !ended;) {
        PGresult* const result = wait();
        if (result == nullptr) continue; // between two statements
        PgRows const rows(result);
        ended = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
    }
    if (PQexitPipelineMode(native_) == 0) fail_lost("is in disorder");
    broken_ = false;
}

void PostgresConnection::refuse_if_replication_was_cut() {
    if (!std::exchange(sync_wait_cut_, false)) return;
    throw UnknownFate("the database " + name_ +
                      " has committed, but the wait for its standby was cut short: what was sent"
                      " may be lost in a failover");
}

void PostgresConnection::commit() {
    sync_wait_cut_ = false;
    try {
        if (PQsendQuery(native_, "COMMIT") == 0) fail_lost("was lost");
        PGresult* const result = wait();
        PgRows const rows(result);
        // The answer to a COMMIT of a failed transaction is a success that says ROLLBACK.
        if (result == nullptr || PQresultStatus(result) != PGRES_COMMAND_OK ||
            std::string_view(PQcmdStatus(result)) != "COMMIT") {
            std::string const state = result == nullptr ? "" : field(result, PG_DIAG_SQLSTATE);
            std::string const said = error_of(result, native_);
            // A refusal in words, of the commit itself, is one before it took effect.
            if (!state.empty() && PQstatus(native_) == CONNECTION_OK) {
                broken_ = true;
                throw PostgresFault("the database " + name_ + " refused a commit: " + said +
                                        " (SQLSTATE " + state + ")",
                                    state);
            }
            fail_lost("did not say that a commit was done");
        }
        drain();
    } catch (PostgresFault const& fault) {
        broken_ = true;
        if (!fault.sqlstate.empty()) throw;
        throw UnknownFate(std::string(fault.what()) + "; what was sent may be durable or not");
    }
    refuse_if_replication_was_cut();
}

void PostgresConnection::roll_back() noexcept {
    try {
        if (!broken_) command("ROLLBACK");
    } catch (Fault const&) {
        broken_ = true;
    }
}

} // namespace parley::store
