#pragma once

#include <memory>
#include <string>

namespace parley::store {

// A SOCI session with its PostgreSQL factory named. It alone knows SOCI; what is done over it goes
// through libpq, because SOCI sends arrays row by row and neither binary nor pipelined.
class PostgresSession {
public:
    // Connects, which takes as long as the connection string allows; throws Fault, whose words name
    // hosts and users and never a password. `where` names the database in them.
    PostgresSession(std::string const& connection_string, std::string const& where);
    ~PostgresSession();
    PostgresSession(PostgresSession const&) = delete;
    PostgresSession& operator=(PostgresSession const&) = delete;

    // The PGconn* behind it.
    void* native();

private:
    struct Body;
    std::unique_ptr<Body> body_;
};

} // namespace parley::store
