#pragma once

#include "engine/ports/reader.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace parley {

struct PostgresReaderOptions {
    std::size_t connections = 4;
    // How long a caller waits for a connection of the pool, and how long for the database.
    std::chrono::milliseconds wait_max{5000};
    std::chrono::milliseconds answer_wait_max{35'000};
};

// Reads a PostgreSQL database; several threads may call it at once. Takes the role parley_reader; what
// one platform asks for is read in a transaction that can see that platform's rows alone. Connections
// are made when first needed, and anew when they are found dead: a question changes nothing and is
// asked again. Throws Fault.
std::unique_ptr<Reader> open_postgres_reader(std::string const& url,
                                             PostgresReaderOptions const& options = {});

} // namespace parley
