#include "engine/store/postgres_schema.hpp"

#include "engine/base/fault.hpp"
#include "engine/store/migrations.hpp"
#include "engine/store/postgres.hpp"

#include <chrono>

namespace parley::store {

namespace {

constexpr std::string_view dialect = ".postgresql.sql";
constexpr std::chrono::minutes migration_wait_max{10};
constexpr std::chrono::seconds look_wait_max{10};

bool has_schema(PostgresConnection& connection) {
    return connection
               .run("SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
                    " ON n.oid = c.relnamespace"
                    " WHERE n.nspname = 'parley' AND c.relname = 'schema_migration'")
               .count() > 0;
}

// Checks each that was applied; gives how many.
std::size_t check_all_applied(PostgresConnection& connection, std::vector<Migration> const& known) {
    PgRows applied =
        connection.run("SELECT number, name, sha256 FROM parley.schema_migration ORDER BY number");
    for (int i = 0; i < applied.count(); ++i)
        check_applied(connection.name(), known, applied.at(i).number(0),
                      std::string(applied.text(1)), applied.bytes<32>(2));
    return static_cast<std::size_t>(applied.count());
}

} // namespace

std::vector<std::string> migrate_postgres(std::string const& url,
                                          std::span<EmbeddedFile const> files, Instant now) {
    std::vector<Migration> const known = migrations_of(files, dialect);
    PostgresConnection connection(url, PostgresRole::owner, migration_wait_max);
    std::vector<std::string> done;
    connection.begin();
    try {
        // Two who migrate at once would both find nothing there. The number is the purpose, and ours.
        connection.command("SET LOCAL lock_timeout = '60s'; SET LOCAL enable_seqscan = on;"
                           "SELECT pg_advisory_xact_lock(hashtext('parley.migrate'))");
        if (!has_schema(connection))
            connection.command("CREATE SCHEMA IF NOT EXISTS parley;"
                               "CREATE TABLE parley.schema_migration (number bigint PRIMARY KEY,"
                               " applied_at bigint NOT NULL, sha256 bytea NOT NULL,"
                               " name text NOT NULL)");
        std::size_t const applied = check_all_applied(connection, known);
        for (std::size_t i = applied; i < known.size(); ++i) {
            Migration const& migration = known[i];
            try {
                connection.command(std::string(migration.sql));
            } catch (PostgresFault const& fault) {
                throw PostgresFault("applying migration " + std::string(migration.name) + ": " +
                                        fault.what(),
                                    fault.sqlstate);
            }
            PgValues values;
            values.add(migration.number).add(now).add(migration.sha256).add_text(migration.name);
            connection.run("INSERT INTO parley.schema_migration (number, applied_at, sha256, name)"
                           " VALUES ($1::int8, $2::int8, $3::bytea, $4::text)",
                           values);
            done.emplace_back(migration.name);
        }
    } catch (Fault const&) {
        connection.roll_back();
        throw;
    }
    connection.commit();
    return done;
}

std::vector<std::string> pending_postgres_migrations(std::string const& url) {
    std::vector<Migration> const known = migrations_of(embedded_migrations(), dialect);
    PostgresConnection connection(url, PostgresRole::owner, look_wait_max);
    std::size_t const applied =
        has_schema(connection) ? check_all_applied(connection, known) : std::size_t{0};
    std::vector<std::string> names;
    for (std::size_t i = applied; i < known.size(); ++i) names.emplace_back(known[i].name);
    return names;
}

void check_postgres_schema(PostgresConnection& connection) {
    std::vector<Migration> const known = migrations_of(embedded_migrations(), dialect);
    std::size_t const applied =
        has_schema(connection) ? check_all_applied(connection, known) : std::size_t{0};
    if (applied < known.size())
        throw Fault("the database " + connection.name() + " lacks " +
                    std::to_string(known.size() - applied) +
                    " migrations; run `parley migrate --database URL` as the owner of its tables");
}

void check_postgres_server(PostgresConnection& connection, bool strict) {
    PgRows const unforced = connection.run(
        "SELECT c.relname::text FROM pg_catalog.pg_class c"
        " WHERE c.relnamespace = 'parley'::regnamespace AND c.relkind = 'r'"
        " AND c.relname IN (SELECT DISTINCT p.tablename FROM pg_catalog.pg_policies p"
        " WHERE p.schemaname = 'parley')"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)");
    if (unforced.count() > 0)
        throw Fault("the table " + std::string(unforced.text(0)) + " of the database " +
                    connection.name() +
                    " does not force row-level security; someone has changed"
                    " what `parley migrate` made");
    if (!strict) return;
    PgRows const server = connection.run("SELECT current_setting('fsync') = 'on',"
                                         " current_setting('full_page_writes') = 'on'");
    if (server.number(0) == 0 || server.number(1) == 0)
        throw Fault("the database " + connection.name() +
                    " runs without fsync or full_page_writes and would lose what was acknowledged"
                    " at a power cut; switch both on");
    PgRows const user = connection.run(
        "SELECT r.rolsuper OR r.rolbypassrls, session_user::text, EXISTS (SELECT FROM"
        " pg_catalog.pg_class c WHERE c.relnamespace = 'parley'::regnamespace"
        " AND pg_catalog.pg_has_role(session_user, c.relowner, 'MEMBER'))"
        " FROM pg_catalog.pg_roles r WHERE r.rolname = session_user");
    if (user.count() != 1 || user.number(0) != 0 || user.number(2) != 0)
        throw Fault("the user " + (user.count() == 1 ? std::string(user.text(1)) : "") +
                    " of the database " + connection.name() +
                    " is a superuser, bypasses row-level security or owns the tables; give the"
                    " server a user that is a member of parley_writer and parley_reader alone"
                    " (docs/OPERATING.md)");
}

} // namespace parley::store
