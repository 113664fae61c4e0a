#pragma once

#include "engine/base/embedded.hpp"
#include "engine/base/instant.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace parley::store {

class Connection;

// The migrations carried in the binary, of every dialect, in the order of their names.
std::span<EmbeddedFile const> embedded_migrations();

// Brings the database up to date with the files NNN_name.sqlite.sql, each in a transaction of its
// own, and records number, name and checksum. There is no way back down. Throws Fault when an
// applied file was changed afterwards, when the database comes from a newer Parley, and when
// numbers have a gap. Doing it again does nothing.
void migrate(Connection& connection, std::span<EmbeddedFile const> files, Instant now);

// Names of the embedded migrations that the database does not have yet; all of them where there is
// no such file. Only reads. Throws Fault as `migrate` does.
std::vector<std::string> pending_migrations(std::filesystem::path const& database);

} // namespace parley::store
