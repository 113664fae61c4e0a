#include "tests/support/postgres_cluster.hpp"

#include "engine/store/migrations.hpp"
#include "engine/store/postgres_schema.hpp"

#include <algorithm>
#include <libpq-fe.h>

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace parley {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds between_looks{10};

// Debian keeps each version's programs apart; the newest will do.
std::string program(std::string const& name) {
    fs::path best;
    fs::path const root = "/usr/lib/postgresql";
    if (fs::exists(root))
        for (auto const& version : fs::directory_iterator(root))
            if (fs::exists(version.path() / "bin" / name) && version.path() > best)
                best = version.path();
    return best.empty() ? name : (best / "bin" / name).string();
}

// Another program has to get somewhere; there is no event to wait for.
template <class Condition>
bool eventually(Condition const& condition) {
    auto const until = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(between_looks);
    }
    return true;
}

pid_t spawn(std::vector<std::string> const& command, fs::path const& log) {
    std::vector<char*> arguments;
    for (std::string const& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    int const out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    pid_t const child = ::fork();
    if (child != 0) {
        ::close(out);
        return child;
    }
    ::setpgid(0, 0); // an interrupt of the terminal is for the tests
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

std::string text_of_file(fs::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

PostgresCluster::PostgresCluster(Settings settings) : settings_(std::move(settings)) {
    give_folder();
    run({program("initdb"), "-D", data_.string(), "--data-checksums", "--no-sync", "--auth=trust",
         "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"});
    {
        std::ofstream conf(data_ / "postgresql.conf",
                           std::ios::app); // root may, and keeps the owner
        conf << "shared_buffers = 64MB\nwal_retrieve_retry_interval = 200ms\n";
        if (!settings_.durable) conf << "fsync = off\nfull_page_writes = off\n";
        for (std::string const& setting : settings_.more) conf << setting << '\n';
    }
    start();
    sql("postgres", "CREATE ROLE parley_owner LOGIN CREATEROLE CREATEDB REPLICATION;"
                    "CREATE ROLE parley_writer NOLOGIN; CREATE ROLE parley_reader NOLOGIN;"
                    "CREATE ROLE parley_app LOGIN NOINHERIT IN ROLE parley_writer, parley_reader");
}

PostgresCluster::PostgresCluster(PostgresCluster const& primary, std::string const& name)
    : settings_(primary.settings_) {
    give_folder();
    run({program("pg_basebackup"), "-D", data_.string(), "-R", "-X", "stream", "--no-sync",
         "--checkpoint=fast", "-d",
         primary.url("postgres", "postgres") + "&application_name=" + name});
    start();
}

PostgresCluster::~PostgresCluster() { kill_hard(); }

// PostgreSQL does not run as root; it runs as who may write there.
void PostgresCluster::give_folder() const {
    if (::geteuid() == 0) run({"chown", "postgres", folder_.path().string()});
}

std::vector<std::string> PostgresCluster::as_server_user(std::vector<std::string> command,
                                                         bool dies_with_us) const {
    std::vector<std::string> out{"setpriv"};
    if (dies_with_us) out.insert(out.end(), {"--pdeathsig", "QUIT"});
    if (::geteuid() == 0)
        out.insert(out.end(), {"--reuid=postgres", "--regid=postgres", "--init-groups"});
    if (out.size() == 1) return command;
    out.insert(out.end(), std::make_move_iterator(command.begin()),
               std::make_move_iterator(command.end()));
    return out;
}

void PostgresCluster::run(std::vector<std::string> const& command) const {
    bool const as_root = command.front() == "chown";
    pid_t const child = spawn(as_root ? command : as_server_user(command, false), log_);
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0)
        throw std::runtime_error(command.front() + " failed: " + text_of_file(log_));
}

void PostgresCluster::start() {
    std::vector<std::string> command{program("postgres"),     "-D", data_.string(),     "-k",
                                     folder_.path().string(), "-c", "listen_addresses="};
    server_ = spawn(as_server_user(std::move(command), true), log_);
    bool const up = eventually([&] {
        if (::waitpid(server_, nullptr, WNOHANG) != 0)
            throw std::runtime_error("the server did not start: " + text_of_file(log_));
        return answers();
    });
    if (!up) throw std::runtime_error("the server does not answer: " + text_of_file(log_));
}

bool PostgresCluster::answers() const {
    return PQping(url("postgres", "postgres").c_str()) == PQPING_OK;
}

void PostgresCluster::stop() {
    if (server_ <= 0) return;
    ::kill(server_, SIGINT);
    ::waitpid(server_, nullptr, 0);
    server_ = -1;
}

void PostgresCluster::kill_hard() {
    if (server_ <= 0) return;
    // The children of a killed postmaster notice by themselves, but not at once: all of them are
    // found by their parent, which is stopped first so that it makes no more.
    ::kill(server_, SIGSTOP);
    std::string const parent = std::to_string(server_);
    std::vector<std::string> children;
    for (auto const& entry : fs::directory_iterator("/proc")) {
        std::string const name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::string const stat = text_of_file(entry.path() / "stat");
        std::size_t const after_name = stat.rfind(')');
        if (after_name == std::string::npos || stat.size() < after_name + 4) continue;
        std::size_t const start = after_name + 4; // ") S "
        if (stat.substr(start, stat.find(' ', start) - start) == parent) children.push_back(name);
    }
    for (std::string const& child : children) ::kill(std::stoi(child), SIGKILL);
    ::kill(server_, SIGKILL);
    ::waitpid(server_, nullptr, 0);
    server_ = -1;
    // Until the last of them is gone its shared memory is in use, and no server starts on the data.
    eventually([&] {
        return std::ranges::all_of(children, [](std::string const& child) {
            std::string const stat = text_of_file(fs::path("/proc") / child / "stat");
            std::size_t const after_name = stat.rfind(')');
            return after_name == std::string::npos || stat.substr(after_name + 2, 1) == "Z";
        });
    });
    std::error_code ignored;
    fs::remove(data_ / "postmaster.pid", ignored); // its process id may be anybody's by now
}

void PostgresCluster::promote() { sql("postgres", "SELECT pg_promote(true, 60)"); }

std::string PostgresCluster::url(std::string const& database, std::string const& user) const {
    std::string host;
    for (char const c : folder_.path().string())
        host += c == '/' ? std::string("%2F") : std::string(1, c);
    return "postgresql://" + user + "@" + host + "/" + database + "?application_name=parley";
}

std::string PostgresCluster::sql(std::string const& database, std::string const& text) const {
    std::unique_ptr<PGconn, decltype(&PQfinish)> const connection(
        PQconnectdb(url(database, "postgres").c_str()), PQfinish);
    std::unique_ptr<PGresult, decltype(&PQclear)> const result(
        PQexec(connection.get(), text.c_str()), PQclear);
    ExecStatusType const status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(text + ": " + PQerrorMessage(connection.get()));
    return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
}

std::string PostgresCluster::make_database(bool with_schema) {
    auto const create = [&](std::string const& name, std::string const& from) {
        sql("postgres", "CREATE DATABASE " + name + " OWNER parley_owner TEMPLATE " + from);
    };
    if (with_schema && !has_template_) {
        create("parley_template", "template0");
        store::migrate_postgres(url("parley_template", "parley_owner"),
                                store::embedded_migrations(), SystemClock().now());
        has_template_ = true;
    }
    std::string const name = "parley_" + std::to_string(++databases_);
    create(name, with_schema ? "parley_template" : "template0");
    return name;
}

void PostgresCluster::set(std::string const& name, std::string const& value) {
    sql("postgres", "ALTER SYSTEM SET " + name + " = '" + value + "'");
    sql("postgres", "SELECT pg_reload_conf()");
    bool const done = eventually([&] {
        return sql("postgres", "SELECT current_setting('" + name + "') = '" + value + "'") == "t";
    });
    if (!done) throw std::runtime_error("the server does not take " + name);
}

} // namespace parley
