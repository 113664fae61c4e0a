#pragma once

#include "engine/base/embedded.hpp"
#include "engine/base/instant.hpp"

#include <span>
#include <string>
#include <vector>

namespace parley::store {

class PostgresConnection;

// Brings a PostgreSQL database up to date with the files NNN_name.postgresql.sql, all in one
// transaction under an advisory lock, and records number, name and checksum. The user of `url` becomes
// the owner of the tables. Gives the names of what was applied. Throws Fault as `migrate` does.
std::vector<std::string> migrate_postgres(std::string const& url,
                                          std::span<EmbeddedFile const> files, Instant now);
// Names of the embedded migrations that the database does not have yet. Only reads.
std::vector<std::string> pending_postgres_migrations(std::string const& url);

// Throws Fault unless the schema is the one this program knows.
void check_postgres_schema(PostgresConnection& connection);
// Throws Fault when the server cannot keep its word: a table of platforms' rows whose row-level
// security does not bind its owner, and, where `strict`, a server that does not flush what it commits
// or a user who is above that security.
void check_postgres_server(PostgresConnection& connection, bool strict);

} // namespace parley::store
