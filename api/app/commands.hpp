#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace parley::app {

// Why a command did not do what was asked: one line that says what is wrong and how to mend it, and
// whether the fault lies in how it was called (2) or in what it met (1).
struct Failure {
    std::string line;
    int exit_code = 1;
};
using Done = std::expected<void, Failure>;

inline std::unexpected<Failure> fail(std::string line) {
    return std::unexpected(Failure{std::move(line), 1});
}
inline std::unexpected<Failure> misuse(std::string line) {
    return std::unexpected(Failure{std::move(line), 2});
}

// Where the records are: a folder, the database file in one, or a PostgreSQL database and a folder for
// what belongs to this server alone.
struct Place {
    std::optional<std::string> data;     // ./parley-data
    std::optional<std::string> database; // sqlite:PATH or postgresql://…; else a file in `data`
};

// Where webhooks may lead beyond what is always good (api/http/address_policy.hpp).
struct WebhookReach {
    std::vector<std::string> allow_cidr; // opened for development
    std::vector<std::int64_t> ports;     // besides 443
};

// How mail leaves the house.
struct MailDoor {
    std::vector<std::string> program; // and its arguments; reads a message on its standard input
    std::string from;                 // the address that messages come from
};

struct DevOptions {
    Place place;
    std::optional<std::string> procedures; // folder of the operator's own
    WebhookReach webhooks;
    std::int64_t webhook_haste = 1;
    std::uint16_t port = 8080;
    std::optional<std::uint64_t> seed;
    bool empty = false;
    std::string ready_file;
};
struct ServeOptions { // what was said on the command line; unset ones fall to environment and file
    std::optional<std::string> config, data, database, listen, administrator_zone, sendmail,
        mail_from, procedures;
    std::optional<std::vector<std::string>> hosts, webhook_allow_cidr;
    std::optional<std::vector<std::int64_t>> webhook_ports;
    std::optional<std::int64_t> shutdown_delay_s;
};
struct KeysOptions {
    Place place;
    std::string platform, neutral, party;
    bool administrator = false;
    bool auditor = false;
    bool live = false;
    std::vector<std::string> languages, seats;
    std::string country = "XX";
    std::string time_zone = "UTC";
    std::int32_t load_most = 20;
};
struct MigrateOptions {
    Place place;
    bool dry_run = false;
};
struct VerifyOptions {
    Place place;
    std::optional<std::string> procedures;
    std::string acks;
};
struct ReplayOptions {
    Place place;
    std::optional<std::string> procedures;
    std::string with;      // file of the candidate
    std::string procedure; // whose disputes; empty: those of the candidate's name
};
struct DeadlineOptions {
    std::string after, from, calendar, receipt;
    std::vector<std::string> zones{"UTC"};
    bool instant = false, roll = false;
    bool lines = false; // questions come as JSON, one a line, on the standard input
};
struct DrawOptions {
    std::string procedure; // a name of the library, or a file
    std::string format;    // svg, mermaid or scxml
    std::string out;       // file to write; empty: standard output
};
struct DemoOptions {
    std::string url, ready_file, database;
};

// One file each. All block until done and may throw Fault, which main turns into exit code 1.
Done run_dev(DevOptions const& options);
Done run_serve(ServeOptions const& options);
Done run_keys_create(KeysOptions const& options);
Done run_migrate(MigrateOptions const& options);
Done run_journal_verify(VerifyOptions const& options);
// `source` is the file of the text that the one procedure cites; empty: none is compared.
Done run_procedure_check(std::vector<std::string> const& files, std::string const& source);
// A folder of stories or one file of them; `trace` prints what happened, row by row, as JSON.
Done run_procedure_test(std::string const& place, bool trace);
Done run_procedure_bounds(std::string const& said);
Done run_procedure_list();
Done run_procedure_show(std::string const& name);
Done run_procedure_draw(DrawOptions const& options);
Done run_procedure_deadline(DeadlineOptions const& options);
Done run_procedure_replay(ReplayOptions const& options);
// `locale` may be empty.
Done run_procedure_explain(std::string const& said, std::string const& locale);
Done run_demo(DemoOptions const& options);

} // namespace parley::app
