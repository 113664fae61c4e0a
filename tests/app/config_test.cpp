#include "api/app/child.hpp"
#include "api/app/config.hpp"
#include "api/app/files.hpp"

#include <gtest/gtest.h>

#include <map>

namespace parley::app {
namespace {

Environment environment_of(std::map<std::string, std::string> variables) {
    return [variables](std::string const& name) -> std::optional<std::string> {
        auto const found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
    };
}
Environment const nothing = environment_of({});

// A settings file that lives as long as this.
struct SettingsFile {
    explicit SettingsFile(std::string const& text) : path(folder.path() + "/parley.toml") {
        write_private_file(path, text);
    }
    ScratchFolder folder;
    std::string path;
};

ServeOptions with_file(SettingsFile const& file) {
    ServeOptions options;
    options.config = file.path;
    return options;
}

TEST(Config, ListensOnLoopbackByDefault) {
    auto const config = read_config({}, nothing);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->address, "127.0.0.1");
    EXPECT_EQ(config->port, 8080);
    EXPECT_TRUE(config->hosts.empty());
    EXPECT_EQ(files_of(config->place)->folder, "./parley-data");
}

TEST(Config, ReadsEverySettingOfAFile) {
    SettingsFile const file("data = \"/srv/parley\"\nlisten = \"0.0.0.0:9090\"\n"
                            "hosts = [\"odr.example\", \"odr.example:443\"]\n"
                            "administrator_zone = \"Europe/Vienna\"\nshutdown_delay_seconds = 5\n"
                            "procedures = \"/etc/parley/procedures\"\n"
                            "webhook_allow_cidr = [\"127.0.0.1/32\"]\nwebhook_ports = [8443]\n");
    auto const config = read_config(with_file(file), nothing);
    ASSERT_TRUE(config) << config.error().line;
    EXPECT_EQ(config->place.data, "/srv/parley");
    EXPECT_EQ(config->address, "0.0.0.0");
    EXPECT_EQ(config->port, 9090);
    EXPECT_EQ(config->hosts, (std::vector<std::string>{"odr.example", "odr.example:443"}));
    EXPECT_EQ(config->administrator_zone, "Europe/Vienna");
    EXPECT_EQ(config->procedures, "/etc/parley/procedures");
    EXPECT_EQ(config->shutdown_delay_s, 5);
    auto const reach = reach_of(config->webhooks);
    ASSERT_TRUE(reach);
    EXPECT_EQ(reach->opened, std::vector{http::parse_cidr("127.0.0.1/32").value()});
    EXPECT_EQ(reach->ports, (std::vector<std::uint16_t>{443, 8443}));
}

TEST(Config, OpensNothingForWebhooksByItself) {
    auto const config = read_config({}, nothing);
    ASSERT_TRUE(config);
    EXPECT_TRUE(reach_of(config->webhooks)->opened.empty());
    auto const said = read_config({}, environment_of({{"PARLEY_WEBHOOK_ALLOW_CIDR", "10.0.0.0/8"},
                                                      {"PARLEY_WEBHOOK_PORTS", "8443,9443"}}));
    ASSERT_TRUE(said);
    EXPECT_EQ(said->webhooks.allow_cidr, std::vector<std::string>{"10.0.0.0/8"});
    EXPECT_EQ(said->webhooks.ports, (std::vector<std::int64_t>{8443, 9443}));
    EXPECT_FALSE(read_config({}, environment_of({{"PARLEY_WEBHOOK_PORTS", "443,x"}})));
}

TEST(Config, FlagsGoBeforeEnvironmentAndThatBeforeTheFile) {
    SettingsFile const file(
        "listen = \"127.0.0.1:1\"\ndata = \"/from/file\"\nadministrator_zone = \"Asia/Tokyo\"\n");
    ServeOptions flags = with_file(file);
    flags.listen = "127.0.0.1:3";
    auto const config = read_config(flags, environment_of({{"PARLEY_LISTEN", "127.0.0.1:2"},
                                                           {"PARLEY_DATA", "/from/environment"}}));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->port, 3);
    EXPECT_EQ(config->place.data, "/from/environment");
    EXPECT_EQ(config->administrator_zone, "Asia/Tokyo");
}

TEST(Config, NamesAnUnknownKeyItsLineAndTheKnownOnes) {
    SettingsFile const file("listen = \"127.0.0.1:1\"\nlissten = \"127.0.0.1:2\"\n");
    auto const config = read_config(with_file(file), nothing);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().exit_code, 2);
    EXPECT_NE(config.error().line.find(":2: unknown setting lissten"), std::string::npos)
        << config.error().line;
    EXPECT_NE(config.error().line.find("shutdown_delay_seconds"), std::string::npos);
    EXPECT_EQ(config.error().line.find('\n'), std::string::npos);
}

TEST(Config, RefusesWrongValuesWithTheirPlace) {
    struct Row {
        char const* text;
        char const* says;
    };
    for (Row const& row :
         {Row{"listen = 8080", ":1: listen must be a text"},
          Row{"hosts = \"odr.example\"", ":1: hosts must be a list"},
          Row{"hosts = [1]", ":1: hosts must be a list"},
          Row{"webhook_allow_cidr = \"127.0.0.1/32\"", ":1: webhook_allow_cidr must be a list"},
          Row{"webhook_allow_cidr = [\"127.0.0.1\"]", "is no range of addresses"},
          Row{"webhook_ports = [\"8443\"]", ":1: webhook_ports must be a list"},
          Row{"webhook_ports = [0]", "is no port"},
          Row{"shutdown_delay_seconds = \"5\"", "must be a whole number"},
          Row{"shutdown_delay_seconds = 301", "give 0 to 300"},
          Row{"listen = \"nowhere\"", "give ADDRESS:PORT"},
          Row{"listen = \"127.0.0.1:99999\"", "give ADDRESS:PORT"}, Row{"data = ", ":1: "}}) {
        SettingsFile const file(row.text);
        auto const config = read_config(with_file(file), nothing);
        ASSERT_FALSE(config) << row.text;
        EXPECT_NE(config.error().line.find(row.says), std::string::npos) << config.error().line;
        EXPECT_EQ(config.error().exit_code, 2);
        EXPECT_EQ(config.error().line.find('\n'), std::string::npos);
    }
}

TEST(Config, AMissingSettingsFileIsAnError) {
    ServeOptions options;
    options.config = "/nowhere/parley.toml";
    auto const config = read_config(options, nothing);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().exit_code, 2);
}

TEST(Config, IgnoresVariablesThatContainerPlatformsSet) {
    EXPECT_TRUE(read_config({}, environment_of({{"PARLEY_SERVICE_HOST", "10.0.0.1"}})));
}

TEST(Config, ReadsAddressesWithPorts) {
    EXPECT_EQ(parse_listen("[::1]:80")->address, "::1");
    EXPECT_EQ(parse_listen(":80")->address, "0.0.0.0");
    EXPECT_EQ(parse_listen("127.0.0.1:0")->port, 0);
    for (char const* bad :
         {"", "127.0.0.1", "127.0.0.1:", "::1:80", "127.0.0.1:-1", "127.0.0.1:8x"})
        EXPECT_FALSE(parse_listen(bad)) << bad;
}

TEST(Config, TakesADatabaseFileAndItsFolder) {
    auto const files = files_of({std::nullopt, "sqlite:/srv/odr/cases.db"});
    ASSERT_TRUE(files);
    EXPECT_EQ(files->folder, "/srv/odr");
    EXPECT_EQ(files->database, "cases.db");
    EXPECT_EQ(files_of({std::nullopt, "sqlite:cases.db"})->folder, ".");
}

TEST(Config, TakesAPostgresqlDatabaseAndAFolderBesideIt) {
    auto const files = files_of({"/srv/odr", "postgresql://app@a,b/parley"});
    ASSERT_TRUE(files);
    EXPECT_EQ(files->folder, "/srv/odr");
    EXPECT_EQ(files->database, "");
    EXPECT_EQ(files->url, "postgresql://app@a,b/parley");
    EXPECT_EQ(files_of({std::nullopt, "postgres://a/b"})->folder, "./parley-data");
}

TEST(Config, RefusesDatabasesItCannotOpenInALine) {
    for (char const* url :
         {"postgresql:parley", "mysql:x", "sqlite:", "sqlite:/srv/", "cases.db"}) {
        auto const files = files_of({std::nullopt, url});
        ASSERT_FALSE(files) << url;
        EXPECT_EQ(files.error().exit_code, 2);
        EXPECT_NE(files.error().line.find("sqlite:PATH"), std::string::npos) << files.error().line;
    }
    EXPECT_FALSE(files_of({"/srv/one", "sqlite:/srv/two/cases.db"}));
}

} // namespace
} // namespace parley::app
