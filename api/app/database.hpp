#pragma once

#include "api/app/config.hpp"
#include "engine/ports/journal.hpp"
#include "engine/ports/reader.hpp"

#include <memory>
#include <string>
#include <vector>

namespace parley {
class DataFolder;
}

namespace parley::app {

// How much is asked of a PostgreSQL server and its user before it is trusted with real disputes.
enum class Care : bool { trying_out, production };

// The two ports over whichever database was meant. SQLite's schema is brought up to date on the way,
// because nobody else can have the folder; PostgreSQL's is only checked. Throw Fault.
std::unique_ptr<Journal> open_journal(Files const& files, DataFolder const& folder, Care care);
std::unique_ptr<Reader> open_reader(Files const& files, DataFolder const& folder);
// The same beside a server that holds the folder. Refuses where there are no records.
std::expected<std::unique_ptr<Reader>, Failure> open_reader_beside(Files const& files);

// Names of what the schema lacks; only reads. Throws Fault.
std::vector<std::string> pending_migrations(Files const& files);
// Brings the schema up to date. Throws Fault.
void migrate(Files const& files);
// What to call the database in a sentence.
std::string name_of_database(Files const& files);

} // namespace parley::app
