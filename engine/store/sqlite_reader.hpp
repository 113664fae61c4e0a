#pragma once

#include "engine/ports/reader.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

namespace parley {

class DataFolder;

struct SqliteReaderOptions {
    std::size_t connections = 4;
    // How long a caller waits for a connection before it gets a Fault.
    std::chrono::milliseconds wait_max{5000};
};

// Reads a database that a journal has made; several threads may call it at once. Every call sees
// one committed state and leaves no read transaction behind. The folder must outlive it. Throws
// Fault.
std::unique_ptr<Reader> open_sqlite_reader(DataFolder const& folder,
                                           SqliteReaderOptions const& options = {});
// The same for a file whose folder another process may hold: for verification beside a server.
std::unique_ptr<Reader> open_sqlite_reader(std::filesystem::path const& database,
                                           SqliteReaderOptions const& options = {});

} // namespace parley
