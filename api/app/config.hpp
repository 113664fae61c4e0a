#pragma once

#include "api/app/commands.hpp"
#include "api/http/address_policy.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::app {

// What `parley serve` runs with, once flags, environment, file and defaults have been laid over one
// another.
struct Config {
    Place place;
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::vector<std::string> hosts; // names clients may call it by; empty: loopback names alone
    std::string administrator_zone = "UTC";
    std::optional<std::string> procedures; // folder of the operator's own
    std::int64_t shutdown_delay_s = 0;
    WebhookReach webhooks; // read by reach_of
    MailDoor mail;
};

using Environment = std::function<std::optional<std::string>(std::string const& name)>;
Environment process_environment();

// Lays flags over PARLEY_* over the file over the defaults. Refuses an unknown key, naming it and the
// known ones, a value of the wrong kind, and a database this build cannot open. An unknown PARLEY_*
// variable is no error: container platforms set such names by themselves.
std::expected<Config, Failure> read_config(ServeOptions const& flags,
                                           Environment const& environment);

// "127.0.0.1:8080", "[::1]:8080" or ":8080".
struct Listen {
    std::string address;
    std::uint16_t port = 0;
};
std::expected<Listen, Failure> parse_listen(std::string_view text);

// The ranges and ports behind --webhook-allow-cidr and --webhook-ports, 443 among them. Refuses what
// is no range and no port.
struct Reach {
    std::vector<http::Cidr> opened;
    std::vector<std::uint16_t> ports;
};
std::expected<Reach, Failure> reach_of(WebhookReach const& said);

// What is behind --data and --database: the folder, and the database file in it or, on PostgreSQL, its
// connection string; the folder then holds what belongs to this server alone. Refuses what is neither
// sqlite:PATH nor postgresql://…, and a file outside the folder: the folder's lock is what keeps a second
// process out.
struct Files {
    std::string folder;
    std::string database; // file in the folder, for SQLite
    std::string url;      // for PostgreSQL; else empty
};
std::expected<Files, Failure> files_of(Place const& place);

} // namespace parley::app
