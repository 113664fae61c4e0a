#pragma once

#include "engine/ports/journal.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace parley {

struct PostgresJournalOptions {
    // How long an answer of the database is waited for; a commit that a standby does not confirm is
    // given up as of unknown fate after this.
    std::chrono::milliseconds answer_wait_max{10'000};
    // Refuse a server that does not flush what it commits, and a user that row-level security cannot
    // hold: a superuser, an owner of the tables. Off for trying out.
    bool strict = true;
};

// Writes to a PostgreSQL database whose schema is there already (postgres_schema.hpp); takes the role
// parley_writer. A lost connection is made anew at the next use, several times a call where that can
// do no harm; after a commit of unknown fate it goes on too (`recovers`). Throws Fault.
std::unique_ptr<Journal> open_postgres_journal(std::string const& url,
                                               PostgresJournalOptions const& options = {});

} // namespace parley
