#include "tests/app/program.hpp"

#include "api/app/samples.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace parley::app::testing {
namespace {

namespace net = boost::asio;
using net::ip::tcp;

TEST(CommandLine, UsageErrorsAreOneLineAndExitCodeTwo) {
    std::vector<std::vector<std::string>> const lines = {
        {"nonsense"},
        {"dev", "--port", "http"},
        {"dev", "--port", "70000"},
        {"dev", "--nonsense"},
        {"dev", "--database", "mysql://localhost/parley"},
        {"serve", "--config", "/nowhere/parley.toml"},
        {"serve", "--listen", "nowhere"},
        {"keys"},
        {"keys", "create"},
        {"keys", "create", "--platform", "a", "--auditor"},
        {"keys", "create", "--neutral", "a", "--seats", "chair"},
        {"procedure", "check"},
        {"journal"},
        {"demo", "--url", "http://127.0.0.1:1"},
    };
    for (auto const& line : lines) {
        Ran const ran = run_parley(line);
        std::string const shown = fmt::format("parley {}", fmt::join(line, " "));
        EXPECT_EQ(ran.code, 2) << shown << ": " << ran.err;
        EXPECT_EQ(lines_in(ran.err), 1U) << shown << ": " << ran.err;
        EXPECT_TRUE(ran.err.starts_with("parley: ")) << ran.err;
        EXPECT_EQ(ran.out, "") << shown;
    }
}

TEST(CommandLine, HelpAndVersionAreNoErrors) {
    Ran const version = run_parley({"--version"});
    EXPECT_EQ(version.code, 0);
    EXPECT_TRUE(version.out.starts_with("parley ")) << version.out;
    for (std::vector<std::string> const& line : {std::vector<std::string>{"--help"},
                                                 {"help"},
                                                 {"dev", "--help"},
                                                 {"keys", "create", "--help"}}) {
        Ran const ran = run_parley(line);
        EXPECT_EQ(ran.code, 0) << ran.err;
        EXPECT_NE(ran.out.find("Usage"), std::string::npos) << ran.out;
        EXPECT_EQ(ran.err, "");
    }
}

TEST(CommandLine, FailuresAreOneLineAndExitCodeOne) {
    for (std::vector<std::string> const& line :
         {std::vector<std::string>{"journal", "verify", "--data", "/nowhere"},
          {"procedure", "check", "/nowhere.json"},
          {"procedure", "test", "/nowhere"},
          {"procedure", "show", "nonsense"},
          {"dev", "--data", "/proc/nowhere", "--port", "0"}}) {
        Ran const ran = run_parley(line);
        EXPECT_EQ(ran.code, 1) << fmt::format("{}", fmt::join(line, " "));
        EXPECT_EQ(lines_in(ran.err), 1U) << ran.err;
    }
}

TEST(Dev, ASecondProcessOnTheSameFolderIsRefusedInALine) {
    ScratchFolder const scratch;
    std::string const folder = scratch.path() + "/data";
    auto server = start_dev(folder);
    ASSERT_TRUE(server) << server.error().line;
    Ran const second = run_parley({"dev", "--port", "0", "--data", folder});
    EXPECT_EQ(second.code, 1);
    EXPECT_EQ(lines_in(second.err), 1U) << second.err;
    EXPECT_NE(second.err.find(fmt::format("{}", server->child.pid())), std::string::npos)
        << second.err;
    EXPECT_EQ(stop(*server), 0);
}

TEST(Dev, AReadyFileThatCannotBeWrittenEndsItInALine) {
    ScratchFolder const scratch;
    Ran const ran = run_parley({"dev", "--port", "0", "--empty", "--data", scratch.path() + "/data",
                                "--ready-file", scratch.path() + "/no/such/folder/ready.json"});
    EXPECT_EQ(ran.code, 1);
    EXPECT_EQ(lines_in(ran.err), 1U) << ran.err;
}

TEST(Dev, ShowsTheSameKeysOnLaterStarts) {
    ScratchFolder const scratch;
    std::string const folder = scratch.path() + "/data";
    Json first;
    for (int start = 0; start < 2; ++start) {
        auto server = start_dev(folder);
        ASSERT_TRUE(server) << server.error().line;
        if (start == 0) first = server->ready;
        EXPECT_EQ(server->ready.at("keys"), first.at("keys"));
        DemoClient client(server->url());
        for (char const* name : {"platform", "administrator", "mediator", "arbitrator", "auditor"})
            EXPECT_EQ(client.send("GET", "/v1/disputes", as(server->key(name)))->status, 200U)
                << name;
        EXPECT_EQ(stop(*server), 0);
    }
}

TEST(Dev, ASeedMakesTheSameDemoAgain) {
    std::vector<std::string> ids;
    std::vector<Json> keys;
    for (int run = 0; run < 2; ++run) {
        ScratchFolder const scratch;
        auto server = start_dev(scratch.path() + "/data", {"--seed", "7"});
        ASSERT_TRUE(server) << server.error().line;
        DemoClient client(server->url());
        auto const list = client.send("GET", "/v1/disputes", as(server->key("platform")));
        ASSERT_TRUE(list) << list.error();
        std::string found;
        Json const listed = Json::parse(list->body);
        for (Json const& dispute : listed.at("data"))
            found += fmt::format("{} {}\n", dispute.at("id").get<std::string>(),
                                 dispute.at("stage").get<std::string>());
        ids.push_back(found);
        keys.push_back(server->ready.at("keys"));
        EXPECT_EQ(stop(*server), 0);
        Ran const other =
            run_parley({"dev", "--port", "0", "--data", scratch.path() + "/data", "--seed", "8"});
        EXPECT_EQ(other.code, 1);
        EXPECT_EQ(lines_in(other.err), 1U) << other.err;
    }
    EXPECT_EQ(ids[0], ids[1]);
    EXPECT_EQ(keys[0], keys[1]);
    EXPECT_EQ(lines_in(ids[0]), seeded_stories().size()) << ids[0];
    for (char const* stage :
         {" response", " negotiation", " mediation", " deliberation", " settled"})
        EXPECT_NE(ids[0].find(stage), std::string::npos) << stage << " is missing in\n" << ids[0];
}

TEST(Dev, ThePrintedExampleFilesADispute) {
    ScratchFolder const scratch;
    std::string const folder = scratch.path() + "/data";
    auto server = start_dev(folder);
    ASSERT_TRUE(server) << server.error().line;
    DemoClient client(server->url());
    auto const filed =
        client.send("POST", "/v1/disputes", as(server->key("platform"), "", "example-1"),
                    *read_file(folder + "/example-dispute.json"));
    ASSERT_TRUE(filed) << filed.error();
    EXPECT_EQ(filed->status, 201U) << filed->body;
    std::string const shown = read_file(folder + ".log").value_or("");
    EXPECT_NE(shown.find("Not for production"), std::string::npos) << shown;
    EXPECT_NE(shown.find("curl -sS " + server->url()), std::string::npos) << shown;
    EXPECT_EQ(stop(*server), 0);
}

TEST(Keys, AreMadeByTheServerThatHoldsTheFolder) {
    ScratchFolder const scratch;
    std::string const folder = scratch.path() + "/data";
    auto server = start_dev(folder);
    ASSERT_TRUE(server) << server.error().line;
    DemoClient client(server->url());
    auto const made = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"keys", "create", "--data", folder});
        Ran ran = run_parley(arguments);
        EXPECT_EQ(ran.code, 0) << ran.err;
        EXPECT_EQ(lines_in(ran.out), 1U) << ran.out;
        if (!ran.out.empty()) ran.out.pop_back();
        return ran.out;
    };
    std::string const platform = made({"--platform", "Another shop"});
    EXPECT_TRUE(platform.starts_with("parley_test_"));
    std::vector<std::string> keys = {
        platform,
        made({"--administrator"}),
        made({"--auditor"}),
        made({"--neutral", "Ines Duarte", "--languages", "pt,en", "--seats", "mediator,decider"}),
        made({"--neutral", "Ines Duarte"}),
        made({"--platform", "Another shop"})};
    for (std::string const& key : keys)
        EXPECT_EQ(client.send("GET", "/v1/disputes", as(key))->status, 200U) << key;

    std::string const live = made({"--platform", "Another shop", "--live"});
    EXPECT_TRUE(live.starts_with("parley_live_"));
    EXPECT_EQ(client.send("GET", "/v1/test/clocks", as(live))->status, 404U)
        << "no test clocks for live keys";

    auto const filed = client.send("POST", "/v1/disputes", as(platform, "", "k1"),
                                   filing_of(Sample::lamp, SystemClock().now(), std::nullopt));
    ASSERT_EQ(filed->status, 201U) << filed->body;
    Json const dispute = Json::parse(filed->body);
    std::string const party =
        made({"--party", dispute.at("parties").at(0).at("id").get<std::string>()});
    auto const seen =
        client.send("GET", "/v1/disputes/" + dispute.at("id").get<std::string>(), as(party));
    EXPECT_EQ(seen->status, 200U) << seen->body;

    Ran const stranger = run_parley(
        {"keys", "create", "--data", folder, "--party", "pty_01KJMA0FM0E01R00R30C1G60R3"});
    EXPECT_EQ(stranger.code, 1);
    EXPECT_EQ(lines_in(stranger.err), 1U) << stranger.err;
    Ran const unsaid =
        run_parley({"keys", "create", "--data", folder, "--neutral", "Somebody New"});
    EXPECT_EQ(unsaid.code, 2) << unsaid.err;
    EXPECT_EQ(stop(*server), 0);
}

TEST(Keys, AreMadeWithoutAServerToo) {
    ScratchFolder const scratch;
    std::string const folder = scratch.path() + "/data";
    Ran ran = run_parley({"keys", "create", "--data", folder, "--platform", "Early shop"});
    ASSERT_EQ(ran.code, 0) << ran.err;
    ran.out.pop_back();
    auto server = start_dev(folder);
    ASSERT_TRUE(server) << server.error().line;
    DemoClient client(server->url());
    EXPECT_EQ(client.send("GET", "/v1/disputes", as(ran.out))->status, 200U);
    EXPECT_EQ(stop(*server), 0);
}

// A request whose body is only half there when the server is told to stop.
struct HalfRequest {
    explicit HalfRequest(DevServer const& server) : socket(io) {
        std::string const url = server.url();
        port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
        socket.connect(tcp::endpoint(net::ip::address_v4::loopback(), port));
        body = filing_of(Sample::shoes, SystemClock().now(), std::nullopt);
        std::string const head = fmt::format(
            "POST /v1/disputes HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAuthorization: Bearer {}\r\n"
            "Idempotency-Key: half\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
            "Expect: 100-continue\r\n\r\n",
            port, server.key("platform"), body.size());
        net::write(socket, net::buffer(head));
        // "100 Continue" says that the handler has taken the head: from here on it is under way.
        std::string interim(25, '\0');
        net::read(socket, net::buffer(interim));
        EXPECT_EQ(interim, "HTTP/1.1 100 Continue\r\n\r\n");
    }
    // Bounded: returns once nobody is let in any more.
    bool doors_are_closed() const {
        for (int tries = 0; tries < 2000; ++tries) {
            net::io_context other;
            tcp::socket knock(other);
            boost::system::error_code error;
            knock.connect(tcp::endpoint(net::ip::address_v4::loopback(), port), error);
            if (error) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }

    net::io_context io;
    tcp::socket socket;
    std::uint16_t port = 0;
    std::string body;
};

TEST(Shutdown, FinishesWhatIsUnderWayAndExitsWithZero) {
    ScratchFolder const scratch;
    auto server = start_dev(scratch.path() + "/data");
    ASSERT_TRUE(server) << server.error().line;
    HalfRequest request(*server);
    server->child.signal(SIGTERM);
    ASSERT_TRUE(request.doors_are_closed());
    net::write(request.socket, net::buffer(request.body));
    std::string answer;
    boost::system::error_code error;
    net::read(request.socket, net::dynamic_buffer(answer), error);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 201 ")) << answer;
    EXPECT_EQ(server->child.wait(std::chrono::seconds(60)), 0);
    Ran const verified = run_parley({"journal", "verify", "--data", scratch.path() + "/data"});
    EXPECT_EQ(verified.code, 0) << verified.err;
    EXPECT_NE(verified.out.find("test log: 1 events"), std::string::npos) << verified.out;
}

TEST(Shutdown, ASecondSignalEndsItAtOnce) {
    ScratchFolder const scratch;
    auto server = start_dev(scratch.path() + "/data");
    ASSERT_TRUE(server) << server.error().line;
    HalfRequest request(*server);
    server->child.signal(SIGTERM);
    ASSERT_TRUE(request.doors_are_closed());
    server->child.signal(SIGINT);
    EXPECT_EQ(server->child.wait(std::chrono::seconds(20)), 1)
        << "the grace period is longer than that";
}

TEST(Demo, TakesBothDisputesToTheirEnd) {
    Ran const ran = run_parley({"demo"});
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
    for (char const* shown :
         {"Track I:", "Track II:", "-> negotiation", "-> mediation", "award", "recommend",
          "Art. 4B", "accept_outcome", "with a signature that fits"})
        EXPECT_NE(ran.out.find(shown), std::string::npos) << shown << " is missing in\n" << ran.out;
}

TEST(Migrate, SaysWhatItWouldDoAndDoesItOnce) {
    ScratchFolder const scratch;
    std::string const folder = scratch.path() + "/data";
    Ran const dry = run_parley({"migrate", "--data", folder, "--dry-run"});
    EXPECT_EQ(dry.code, 0) << dry.err;
    EXPECT_NE(dry.out.find("would apply 001"), std::string::npos) << dry.out;
    EXPECT_FALSE(read_file(folder + "/parley.db"));
    EXPECT_EQ(run_parley({"migrate", "--data", folder}).code, 0);
    Ran const again = run_parley({"migrate", "--data", folder, "--dry-run"});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_NE(again.out.find("is up to date"), std::string::npos) << again.out;
}

TEST(Procedures, ThoseInsideAreSoundAndTheirStoriesHold) {
    std::string const folder = std::string(PARLEY_SOURCE_DIR) + "/workflows/";
    for (char const* name : {"uncitral-track-1", "uncitral-track-2"}) {
        Ran const checked = run_parley({"procedure", "check", folder + name + "/1.json"});
        EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
        Ran const tested = run_parley({"procedure", "test", folder + name});
        EXPECT_EQ(tested.code, 0) << tested.out << tested.err;
        EXPECT_NE(tested.out.find(" 0 failed"), std::string::npos) << tested.out;
        EXPECT_EQ(run_parley({"procedure", "show", name}).code, 0);
    }
}

TEST(Procedures, AFaultIsShownWithFileAndLine) {
    ScratchFolder const scratch;
    std::string text =
        *read_file(std::string(PARLEY_SOURCE_DIR) + "/workflows/uncitral-track-2/1.json");
    std::size_t const at = text.find("\"stages\"");
    ASSERT_NE(at, std::string::npos);
    text.insert(at, "\"colour\": \"blue\",\n  ");
    auto const line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    std::string const path = scratch.path() + "/1.json";
    write_private_file(path, text);
    Ran const ran = run_parley({"procedure", "check", path});
    EXPECT_EQ(ran.code, 1);
    EXPECT_NE(ran.out.find(fmt::format("{}:{}: /colour: ", path, line)), std::string::npos)
        << ran.out;
    EXPECT_EQ(lines_in(ran.err), 1U) << ran.err;
}

TEST(Procedures, TheTextThatOneCitesIsPinned) {
    ScratchFolder const scratch;
    std::string const cited = scratch.path() + "/cited.txt";
    std::string const other = scratch.path() + "/other.txt";
    write_private_file(cited, "Article 1. The text that was read.");
    write_private_file(other, "Article 1. The text as amended.");
    std::string text = *read_file(std::string(PARLEY_SOURCE_DIR) + "/workflows/dsa-21/1.json");
    std::string const path = scratch.path() + "/1.json";
    write_private_file(path, text);
    Ran const unpinned = run_parley({"procedure", "check", path, "--source", cited});
    EXPECT_EQ(unpinned.code, 1);
    std::string const pin =
        "\"source_sha256\": \"" + hex_of(sha256("Article 1. The text that was read.")) + '"';
    ASSERT_NE(unpinned.err.find(pin), std::string::npos) << unpinned.err;

    text.insert(text.find("\"source\""), pin + ", ");
    write_private_file(path, text);
    Ran const same = run_parley({"procedure", "check", path, "--source", cited});
    EXPECT_EQ(same.code, 0) << same.err;
    Ran const changed = run_parley({"procedure", "check", path, "--source", other});
    EXPECT_EQ(changed.code, 1);
    EXPECT_NE(changed.err.find("is not the text that dsa-21 cites"), std::string::npos);
    EXPECT_EQ(run_parley({"procedure", "check", path, path, "--source", cited}).code, 2);
}

} // namespace
} // namespace parley::app::testing
