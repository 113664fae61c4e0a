#include "engine/store/migrations.hpp"

#include "engine/base/fault.hpp"
#include "engine/store/sqlite.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

namespace parley::embedded {
std::span<EmbeddedFile const> migrations(); // generated from schemas/sql
}

namespace parley::store {

std::vector<Migration> migrations_of(std::span<EmbeddedFile const> files,
                                     std::string_view dialect) {
    std::vector<Migration> out;
    for (EmbeddedFile const& file : files) {
        std::string_view name = file.name.substr(file.name.rfind('/') + 1);
        if (!name.ends_with(dialect)) continue;
        name.remove_suffix(dialect.size());
        Migration migration{0, name, file.bytes, sha256(file.bytes)};
        std::from_chars(name.data(), name.data() + name.size(), migration.number);
        out.push_back(migration);
    }
    std::ranges::sort(out, {}, &Migration::number);
    for (std::size_t i = 0; i < out.size(); ++i)
        if (out[i].number != static_cast<std::int64_t>(i + 1))
            throw Fault("migration " + std::to_string(i + 1) + " is missing or there twice, near " +
                        std::string(out[i].name));
    return out;
}

void check_applied(std::string const& database, std::vector<Migration> const& known,
                   std::int64_t number, std::string const& name, Digest const& sha256) {
    if (number < 1 || static_cast<std::size_t>(number) > known.size())
        throw Fault("the database " + database + " was made by a newer Parley: it has schema " +
                    std::to_string(number) + " (" + name + ") and this program knows up to " +
                    std::to_string(known.size()) + "; start the newer program");
    if (sha256 != known[static_cast<std::size_t>(number - 1)].sha256)
        throw Fault("the database " + database + " has migration " + name +
                    " from other text than this program carries; it is not safe to go on");
}

namespace {

constexpr std::string_view dialect = ".sqlite.sql";

void check_all_applied(Connection& connection, std::vector<Migration> const& known) {
    Use applied(
        connection.kept("SELECT number, name, sha256 FROM schema_migration ORDER BY number"));
    while (applied->step())
        check_applied(connection.path(), known, applied->number(0), std::string(applied->text(1)),
                      applied->bytes<32>(2));
}

} // namespace

std::span<EmbeddedFile const> embedded_migrations() { return embedded::migrations(); }

void migrate(Connection& connection, std::span<EmbeddedFile const> files, Instant now) {
    std::vector<Migration> const known = migrations_of(files, dialect);
    connection.run("CREATE TABLE IF NOT EXISTS schema_migration ("
                   "number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 BLOB NOT NULL,"
                   "applied_at INTEGER NOT NULL) STRICT");
    check_all_applied(connection, known);
    auto const applied =
        static_cast<std::size_t>(connection.number("SELECT count(*) FROM schema_migration"));
    for (std::size_t i = applied; i < known.size(); ++i) {
        Migration const& migration = known[i];
        Transaction transaction(connection);
        std::string const sql(migration.sql); // ends in a zero, which the file may not
        if (connection.try_run(sql.c_str()) != 0)
            connection.fail("applying migration " + std::string(migration.name));
        Use record(
            connection.kept("INSERT INTO schema_migration (number, name, sha256, applied_at) "
                            "VALUES (?, ?, ?, ?)"));
        record->bind(migration.number).bind_text(migration.name).bind(migration.sha256).bind(now);
        record->run();
        transaction.commit();
    }
}

std::vector<std::string> pending_migrations(std::filesystem::path const& database) {
    std::vector<Migration> const known = migrations_of(embedded_migrations(), dialect);
    std::size_t applied = 0;
    if (std::filesystem::exists(database)) {
        Connection connection(database.string(), Access::read);
        bool const has_table = connection.number("SELECT count(*) FROM sqlite_schema "
                                                 "WHERE name = 'schema_migration'") > 0;
        if (has_table) {
            check_all_applied(connection, known);
            applied = static_cast<std::size_t>(
                connection.number("SELECT count(*) FROM schema_migration"));
        }
    }
    std::vector<std::string> names;
    for (std::size_t i = applied; i < known.size(); ++i) names.emplace_back(known[i].name);
    return names;
}

} // namespace parley::store
