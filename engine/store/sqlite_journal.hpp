#pragma once

#include "engine/ports/journal.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace parley {

class DataFolder;

struct SqliteJournalOptions {
    // The write-ahead log is moved into the database once it is this long (4 KiB a page, so 64 MiB).
    int checkpoint_pages = 16384;
    // The database does not grow over this many pages; zero sets no limit. A database that is full
    // by its limit behaves as one on a full disk does.
    std::int64_t pages_max = 0;
};

// The one writer of a SQLite database: makes it where there is none, brings its schema up to date,
// and owns the only connection that writes or checkpoints. The folder must outlive it. Throws
// Fault.
std::unique_ptr<Journal> open_sqlite_journal(DataFolder const& folder,
                                             SqliteJournalOptions const& options = {});

} // namespace parley
