#include "api/app/config.hpp"

#include "engine/model/input_parts.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace parley::app {
namespace {

constexpr std::int64_t shutdown_delay_s_max = 300;
constexpr std::string_view known_keys[] = {"administrator_zone",
                                           "data",
                                           "database",
                                           "hosts",
                                           "listen",
                                           "mail_from",
                                           "procedures",
                                           "sendmail",
                                           "shutdown_delay_seconds",
                                           "webhook_allow_cidr",
                                           "webhook_ports"};

std::string known_keys_text() {
    std::string text;
    for (std::string_view const key : known_keys) {
        if (!text.empty()) text += ", ";
        text += key;
    }
    return text;
}

// The options as one source said them; later sources fill what earlier ones left open.
ServeOptions fill(ServeOptions first, ServeOptions const& then) {
    if (!first.data) first.data = then.data;
    if (!first.database) first.database = then.database;
    if (!first.listen) first.listen = then.listen;
    if (!first.administrator_zone) first.administrator_zone = then.administrator_zone;
    if (!first.sendmail) first.sendmail = then.sendmail;
    if (!first.mail_from) first.mail_from = then.mail_from;
    if (!first.procedures) first.procedures = then.procedures;
    if (!first.hosts) first.hosts = then.hosts;
    if (!first.webhook_allow_cidr) first.webhook_allow_cidr = then.webhook_allow_cidr;
    if (!first.webhook_ports) first.webhook_ports = then.webhook_ports;
    if (!first.shutdown_delay_s) first.shutdown_delay_s = then.shutdown_delay_s;
    return first;
}

std::vector<std::string> split(std::string_view text, char separator = ',') {
    std::vector<std::string> parts;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find(separator), text.size());
        if (end > 0) parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// Both or neither.
std::expected<MailDoor, Failure> mail_door_of(ServeOptions const& all) {
    MailDoor door{split(all.sendmail.value_or(""), ' '), all.mail_from.value_or("")};
    if (door.program.empty() && door.from.empty()) return door;
    if (door.program.empty() || !is_email(door.from))
        return misuse(
            "to send mail, give --sendmail and, as --mail-from, the address it comes from");
    std::string const& program = door.program.front();
    if (!program.starts_with('/') || ::access(program.c_str(), X_OK) != 0)
        return misuse(fmt::format("--sendmail: {} is not the path of a program that can be run,"
                                  " such as /usr/sbin/sendmail",
                                  program));
    return door;
}

std::expected<ServeOptions, Failure> from_environment(Environment const& environment) {
    ServeOptions said;
    said.data = environment("PARLEY_DATA");
    said.database = environment("PARLEY_DATABASE");
    said.listen = environment("PARLEY_LISTEN");
    said.administrator_zone = environment("PARLEY_ADMINISTRATOR_ZONE");
    said.sendmail = environment("PARLEY_SENDMAIL");
    said.mail_from = environment("PARLEY_MAIL_FROM");
    said.procedures = environment("PARLEY_PROCEDURES");
    if (auto hosts = environment("PARLEY_HOSTS")) said.hosts = split(*hosts);
    if (auto ranges = environment("PARLEY_WEBHOOK_ALLOW_CIDR"))
        said.webhook_allow_cidr = split(*ranges);
    if (auto ports = environment("PARLEY_WEBHOOK_PORTS")) {
        said.webhook_ports.emplace();
        for (std::string const& word : split(*ports)) {
            auto const port = parse_number(word);
            if (!port)
                return misuse(fmt::format(
                    "PARLEY_WEBHOOK_PORTS has \"{}\"; give ports with commas between", word));
            said.webhook_ports->push_back(*port);
        }
    }
    if (auto delay = environment("PARLEY_SHUTDOWN_DELAY_SECONDS")) {
        said.shutdown_delay_s = parse_number(*delay);
        if (!said.shutdown_delay_s)
            return misuse(
                fmt::format("PARLEY_SHUTDOWN_DELAY_SECONDS is \"{}\"; give whole seconds", *delay));
    }
    return said;
}

std::unexpected<Failure> wrong(std::string const& path, toml::node const& node,
                               std::string_view key, std::string_view wanted) {
    return misuse(fmt::format("{}:{}: {} must be {}", path, node.source().begin.line, key, wanted));
}

std::expected<std::optional<std::string>, Failure> text_at(toml::table const& table,
                                                           std::string const& path,
                                                           std::string_view key) {
    toml::node const* node = table.get(key);
    if (node == nullptr) return std::nullopt;
    if (!node->is_string()) return wrong(path, *node, key, "a text in quotes");
    return node->value<std::string>();
}

std::expected<ServeOptions, Failure> from_table(toml::table const& table, std::string const& path) {
    for (auto const& [key, node] : table)
        if (std::ranges::find(known_keys, key.str()) == std::end(known_keys))
            return misuse(fmt::format("{}:{}: unknown setting {}; known ones are {}", path,
                                      node.source().begin.line, key.str(), known_keys_text()));
    ServeOptions said;
    struct TextKey {
        std::string_view name;
        std::optional<std::string>* value;
    };
    TextKey const texts[] = {{"data", &said.data},
                             {"database", &said.database},
                             {"listen", &said.listen},
                             {"sendmail", &said.sendmail},
                             {"mail_from", &said.mail_from},
                             {"administrator_zone", &said.administrator_zone},
                             {"procedures", &said.procedures}};
    for (TextKey const& text : texts) {
        auto value = text_at(table, path, text.name);
        if (!value) return std::unexpected(value.error());
        *text.value = *value;
    }
    struct ListKey {
        std::string_view name;
        std::optional<std::vector<std::string>>* value;
        std::string_view wanted;
    };
    ListKey const lists[] = {{"hosts", &said.hosts, "a list of names, such as [\"odr.example\"]"},
                             {"webhook_allow_cidr", &said.webhook_allow_cidr,
                              "a list of ranges, such as [\"127.0.0.1/32\"]"}};
    for (ListKey const& list : lists) {
        toml::node const* node = table.get(list.name);
        if (node == nullptr) continue;
        toml::array const* array = node->as_array();
        if (array == nullptr ||
            (!array->empty() && !array->is_homogeneous(toml::node_type::string)))
            return wrong(path, *node, list.name, list.wanted);
        list.value->emplace();
        for (toml::node const& one : *array) (*list.value)->push_back(*one.value<std::string>());
    }
    if (toml::node const* node = table.get("webhook_ports")) {
        toml::array const* array = node->as_array();
        if (array == nullptr ||
            (!array->empty() && !array->is_homogeneous(toml::node_type::integer)))
            return wrong(path, *node, "webhook_ports", "a list of ports, such as [8443]");
        said.webhook_ports.emplace();
        for (toml::node const& one : *array)
            said.webhook_ports->push_back(*one.value<std::int64_t>());
    }
    if (toml::node const* node = table.get("shutdown_delay_seconds")) {
        if (!node->is_integer())
            return wrong(path, *node, "shutdown_delay_seconds", "a whole number");
        said.shutdown_delay_s = node->value<std::int64_t>();
    }
    return said;
}

std::expected<ServeOptions, Failure> from_file(std::string const& path) {
    if (!std::filesystem::is_regular_file(path))
        return misuse(fmt::format("there is no settings file {}; give another --config", path));
    try {
        return from_table(toml::parse_file(path), path);
    } catch (toml::parse_error const& error) {
        return misuse(
            fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()));
    }
}

} // namespace

Environment process_environment() {
    return [](std::string const& name) -> std::optional<std::string> {
        char const* value =
            std::getenv(name.c_str()); // NOLINT(concurrency-mt-unsafe): before any thread
        if (value == nullptr) return std::nullopt;
        return std::string(value);
    };
}

std::expected<Listen, Failure> parse_listen(std::string_view text) {
    auto const bad = [&] {
        return misuse(fmt::format(
            "cannot listen on \"{}\"; give ADDRESS:PORT, such as 127.0.0.1:8080", text));
    };
    std::size_t const colon = text.rfind(':');
    if (colon == std::string_view::npos) return bad();
    auto const port = parse_number(text.substr(colon + 1));
    if (!port || *port < 0 || *port > 65535) return bad();
    std::string_view address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    else if (address.contains(':')) return bad(); // an IPv6 address wants its brackets
    return Listen{address.empty() ? "0.0.0.0" : std::string(address),
                  static_cast<std::uint16_t>(*port)};
}

std::expected<Reach, Failure> reach_of(WebhookReach const& said) {
    Reach reach{{}, {443}};
    for (std::string const& text : said.allow_cidr) {
        auto const cidr = http::parse_cidr(text);
        if (!cidr)
            return misuse(fmt::format("\"{}\" is no range of addresses; give the likes of "
                                      "--webhook-allow-cidr 127.0.0.1/32",
                                      text));
        reach.opened.push_back(*cidr);
    }
    for (std::int64_t const port : said.ports) {
        if (port < 1 || port > 65535)
            return misuse(fmt::format("{} is no port for --webhook-ports; give 1 to 65535", port));
        reach.ports.push_back(static_cast<std::uint16_t>(port));
    }
    return reach;
}

std::expected<Files, Failure> files_of(Place const& place) {
    namespace fs = std::filesystem;
    std::string const folder = place.data.value_or("./parley-data");
    if (folder.empty()) return misuse("--data is empty; give the folder that holds the records");
    if (!place.database) return Files{folder, "parley.db", ""};
    if (place.database->starts_with("postgresql://") || place.database->starts_with("postgres://"))
        return Files{folder, "", *place.database};
    constexpr std::string_view scheme = "sqlite:";
    fs::path const path =
        place.database->starts_with(scheme) ? place.database->substr(scheme.size()) : "";
    if (!path.has_filename())
        return misuse(
            fmt::format("\"{}\" is no database this program knows; give --database sqlite:PATH or "
                        "--database postgresql://USER@HOST/NAME",
                        *place.database));
    fs::path const parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (place.data && fs::weakly_canonical(*place.data) != fs::weakly_canonical(parent))
        return misuse(
            fmt::format("the database {} lies outside the data folder {}; leave one of them out",
                        path.string(), *place.data));
    return Files{parent.string(), path.filename().string(), ""};
}

std::expected<Config, Failure> read_config(ServeOptions const& flags,
                                           Environment const& environment) {
    auto said = from_environment(environment);
    if (!said) return std::unexpected(said.error());
    ServeOptions all = fill(flags, *said);
    std::optional<std::string> const path =
        flags.config ? flags.config : environment("PARLEY_CONFIG");
    if (path) {
        auto file = from_file(*path);
        if (!file) return std::unexpected(file.error());
        all = fill(std::move(all), *file);
    }
    Config config;
    config.place = {all.data, all.database};
    if (all.administrator_zone) config.administrator_zone = *all.administrator_zone;
    config.procedures = all.procedures;
    if (all.hosts) config.hosts = *all.hosts;
    if (all.shutdown_delay_s) config.shutdown_delay_s = *all.shutdown_delay_s;
    if (config.shutdown_delay_s < 0 || config.shutdown_delay_s > shutdown_delay_s_max)
        return misuse(fmt::format("shutdown_delay_seconds is {}; give 0 to {}",
                                  config.shutdown_delay_s, shutdown_delay_s_max));
    if (all.listen) {
        auto listen = parse_listen(*all.listen);
        if (!listen) return std::unexpected(listen.error());
        config.address = listen->address;
        config.port = listen->port;
    }
    if (all.webhook_allow_cidr) config.webhooks.allow_cidr = *all.webhook_allow_cidr;
    if (all.webhook_ports) config.webhooks.ports = *all.webhook_ports;
    if (auto reach = reach_of(config.webhooks); !reach) return std::unexpected(reach.error());
    if (auto files = files_of(config.place); !files) return std::unexpected(files.error());
    auto mail = mail_door_of(all);
    if (!mail) return std::unexpected(mail.error());
    config.mail = std::move(*mail);
    return config;
}

} // namespace parley::app
