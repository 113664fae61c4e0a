#pragma once

#include "engine/base/digest.hpp"
#include "engine/base/embedded.hpp"
#include "engine/base/instant.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley::store {

class Connection;

// The migrations carried in the binary, of every dialect, in the order of their names.
std::span<EmbeddedFile const> embedded_migrations();

struct Migration {
    std::int64_t number = 0;
    std::string_view name; // without folder and dialect
    std::string_view sql;
    Digest sha256{};
};
// Those of one dialect (".sqlite.sql"), by number. Throws Fault unless they run from one without a
// gap.
std::vector<Migration> migrations_of(std::span<EmbeddedFile const> files, std::string_view dialect);
// Throws Fault when what the database has is newer than what is known, or of other text.
void check_applied(std::string const& database, std::vector<Migration> const& known,
                   std::int64_t number, std::string const& name, Digest const& sha256);

// Brings the database up to date with the files NNN_name.sqlite.sql, each in a transaction of its
// own, and records number, name and checksum. There is no way back down. Throws Fault when an
// applied file was changed afterwards, when the database comes from a newer Parley, and when
// numbers have a gap. Doing it again does nothing.
void migrate(Connection& connection, std::span<EmbeddedFile const> files, Instant now);

// Names of the embedded migrations that the database does not have yet; all of them where there is
// no such file. Only reads. Throws Fault as `migrate` does.
std::vector<std::string> pending_migrations(std::filesystem::path const& database);

} // namespace parley::store
