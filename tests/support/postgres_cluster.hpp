#pragma once

#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace parley {

// A PostgreSQL server of our own for tests and benchmarks: a fresh cluster in a scratch folder, reached
// over a Unix socket in it alone, gone with this object and, by the kernel's doing, with this process.
// Run as root it becomes the user postgres, for the server refuses root. Waiting is bounded; what does
// not work throws std::runtime_error with the server's own words.
class PostgresCluster {
public:
    struct Settings {
        bool durable = false; // fsync as in production; off is for tests that prove other things
        std::vector<std::string> more; // "name=value"
    };
    PostgresCluster() : PostgresCluster(Settings{}) {}
    explicit PostgresCluster(Settings settings);
    // A streaming standby of `primary`, which knows it as `name`.
    PostgresCluster(PostgresCluster const& primary, std::string const& name);
    ~PostgresCluster();
    PostgresCluster(PostgresCluster const&) = delete;
    PostgresCluster& operator=(PostgresCluster const&) = delete;

    // Over the socket. Users that exist: postgres (superuser), parley_owner (may create roles and
    // databases), parley_app (a member of writer and reader and nothing else).
    std::string url(std::string const& database, std::string const& user = "parley_app") const;
    // Makes a database, owned by parley_owner and, unless told otherwise, with Parley's schema in it.
    // Its name is returned.
    std::string make_database(bool with_schema = true);
    // As a superuser; the first column of the first row, or "".
    std::string sql(std::string const& database, std::string const& text) const;

    void start();
    void stop();      // fast: transactions are cut off
    void kill_hard(); // SIGKILL to every process of it, as a power cut of the database would
    void promote();   // a standby becomes a primary
    // Sets a parameter of the server, in its own spelling, and waits until new sessions have it.
    void set(std::string const& name, std::string const& value);

    std::filesystem::path const& socket_folder() const { return folder_.path(); }

private:
    void give_folder() const;
    void run(std::vector<std::string> const& command) const;
    std::vector<std::string> as_server_user(std::vector<std::string> command,
                                            bool dies_with_us) const;
    bool answers() const;

    Settings settings_;
    TemporaryFolder folder_{"parley-pg-"}; // no space: it is the folder of the socket too
    std::filesystem::path data_ = folder_.path() / "data";
    std::filesystem::path log_ = folder_.path() / "log";
    pid_t server_ = -1;
    int databases_ = 0;
    bool has_template_ = false;
};

} // namespace parley
