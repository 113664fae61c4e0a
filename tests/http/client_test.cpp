#include "api/http/client.hpp"
#include "tests/http/listener.hpp"
#include "tests/http/tls_identity.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <optional>
#include <thread>

namespace parley::http {
namespace {

using namespace std::chrono_literals;
using test::Listener;

Cidr const loopback = parse_cidr("127.0.0.0/8").value();

ClientOptions open_options() {
    ClientOptions options;
    options.policy = AddressPolicy({loopback});
    return options;
}

std::expected<Incoming, ClientFailure> send(
    ClientOptions options, std::string const& url, std::function<void()> then = [] {}) {
    net::io_context io(1);
    Client client(io, std::move(options));
    Outgoing what;
    what.url = parse_url(url).value();
    what.headers = {{"Content-Type", "application/json"}, {"webhook-id", "evt_1"}};
    what.body = "{}";
    std::optional<std::expected<Incoming, ClientFailure>> result;
    std::exception_ptr thrown;
    net::co_spawn(io, client.send(std::move(what)),
                  [&](std::exception_ptr error, std::expected<Incoming, ClientFailure> got) {
                      thrown = error;
                      result.emplace(std::move(got));
                  });
    io.run();
    then(); // the client waits, at its end, for names that are being looked up
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*result);
}

// What the receiver saw, and what the sender got.
struct Exchange {
    std::string seen;
    std::expected<Incoming, ClientFailure> got = std::unexpected(ClientFailure{});
};

Exchange exchange(std::string const& answer, ClientOptions options = open_options(),
                  std::string const& path = "/hook?a=1") {
    Exchange out;
    Listener listener([&](Listener::Peer& peer) {
        out.seen = peer.read_through("{}");
        peer.write(answer);
    });
    out.got = send(std::move(options), listener.url() + path);
    listener.finish();
    return out;
}

TEST(Client, SendsOneRequestAndGivesTheAnswer) {
    auto const ran = exchange("HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok");
    ASSERT_TRUE(ran.got) << ran.got.error().detail;
    EXPECT_EQ(ran.got->status, 202U);
    EXPECT_EQ(ran.got->body, "ok");
    EXPECT_EQ(*ran.got->header("x-a"), "b");
    EXPECT_FALSE(ran.got->cut);
    EXPECT_TRUE(ran.seen.starts_with("POST /hook?a=1 HTTP/1.1\r\nHost: 127.0.0.1:")) << ran.seen;
    EXPECT_NE(ran.seen.find("\r\nwebhook-id: evt_1\r\n"), std::string::npos);
    EXPECT_NE(ran.seen.find("\r\nContent-Length: 2\r\n"), std::string::npos);
    EXPECT_NE(ran.seen.find("\r\nConnection: close\r\n"), std::string::npos);
}

TEST(Client, ReadsChunkedAnswersAndThoseThatEndWithTheConnection) {
    auto const chunked =
        exchange("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
    ASSERT_TRUE(chunked.got) << chunked.got.error().detail;
    EXPECT_EQ(chunked.got->body, "ok");
    auto const closed = exchange("HTTP/1.1 200 OK\r\n\r\nok");
    ASSERT_TRUE(closed.got) << closed.got.error().detail;
    EXPECT_EQ(closed.got->body, "ok");
}

TEST(Client, FollowsNoRedirect) {
    auto const ran = exchange(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    ASSERT_TRUE(ran.got);
    EXPECT_EQ(ran.got->status, 302U);
}

TEST(Client, CutsALongAnswerWhateverItPromises) {
    std::string const large =
        "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n" + std::string(256 * 1024, 'x');
    auto const ran = exchange(large);
    ASSERT_TRUE(ran.got) << ran.got.error().detail;
    EXPECT_TRUE(ran.got->cut);
    EXPECT_EQ(ran.got->body.size(), 64U * 1024);
}

TEST(Client, ASlowDripEndsWithTheTime) {
    ClientOptions options = open_options();
    options.total = 300ms;
    Listener listener([](Listener::Peer& peer) {
        peer.read_through("{}");
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
        while (peer.write("x")) peer.pause(20ms); // ends when the other side has gone
    });
    auto const start = std::chrono::steady_clock::now();
    auto const got = send(options, listener.url());
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().trouble, ClientTrouble::timeout);
    listener.finish();
}

TEST(Client, SilenceEndsWithTheTime) {
    ClientOptions options = open_options();
    options.total = 200ms;
    Listener listener([](Listener::Peer& peer) { peer.read_rest(); });
    auto const got = send(options, listener.url());
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().trouble, ClientTrouble::timeout);
    listener.finish();
}

TEST(Client, WhatIsNoAnswerIsToldAsSuch) {
    for (char const* answer :
         {"", "hello", "HTTP/1.1 200", "HTTP/1.1 xyz OK\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        auto const ran = exchange(answer);
        ASSERT_FALSE(ran.got) << answer;
        EXPECT_EQ(ran.got.error().trouble, ClientTrouble::protocol) << answer;
        EXPECT_FALSE(ran.got.error().detail.empty());
    }
    auto const endless = exchange("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'));
    ASSERT_FALSE(endless.got);
    EXPECT_EQ(endless.got.error().trouble, ClientTrouble::protocol);
}

TEST(Client, NobodyThereIsAConnectFailure) {
    std::string url;
    {
        Listener gone([](Listener::Peer&) {});
        url = gone.url();
    }
    auto const got = send(open_options(), url);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().trouble, ClientTrouble::connect);
}

// The listener would notice: a refused address is never connected to.
TEST(Client, AnInnerAddressIsRefusedBeforeAnythingIsSent) {
    Listener listener([](Listener::Peer&) {});
    ClientOptions options; // nothing is opened
    auto const got = send(options, listener.url());
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().trouble, ClientTrouble::refused);
    EXPECT_EQ(listener.connections(), 0);
}

TEST(Client, ANameWithOneInnerAddressIsRefusedWhole) {
    ClientOptions options;
    options.lookup = [](std::string const&) {
        return std::vector{parse_ip("8.8.8.8").value(), parse_ip("10.0.0.1").value()};
    };
    auto const got = send(options, "https://shop.example/");
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().trouble, ClientTrouble::refused);
}

// Rebinding: the name was good a moment ago.
TEST(Client, ANameIsLookedUpAndCheckedAtEveryAttempt) {
    Listener listener([](Listener::Peer& peer) {
        peer.read_through("{}");
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
    ClientOptions options = open_options();
    auto const asked = std::make_shared<int>(0);
    options.lookup = [asked](std::string const& name) {
        EXPECT_EQ(name, "shop.example");
        return std::vector{parse_ip((*asked)++ == 0 ? "127.0.0.1" : "10.0.0.1").value()};
    };
    std::string const url = "http://shop.example:" + std::to_string(listener.port()) + "/";
    auto const first = send(options, url);
    ASSERT_TRUE(first) << first.error().detail;
    auto const second = send(options, url);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().trouble, ClientTrouble::refused);
    listener.finish();
}

TEST(Client, ANameWithoutAddressesAndALookupThatHangsAreTold) {
    ClientOptions options = open_options();
    options.lookup = [](std::string const&) { return std::vector<IpAddress>{}; };
    auto const none = send(options, "https://shop.example/");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().trouble, ClientTrouble::lookup);

    std::promise<void> gate;
    auto const opened = gate.get_future().share();
    options.connect = 50ms;
    options.lookup = [opened](std::string const&) {
        opened.wait();
        return std::vector<IpAddress>{};
    };
    auto const hung = send(options, "https://shop.example/", [&] { gate.set_value(); });
    ASSERT_FALSE(hung);
    EXPECT_EQ(hung.error().trouble, ClientTrouble::timeout);
}

// --- TLS -----------------------------------------------------------------------------------------

std::expected<Incoming, ClientFailure> send_tls(test::TlsIdentity const& identity, bool trusted,
                                                std::string const& name) {
    net::io_context io(1);
    net::ssl::context tls(net::ssl::context::tls_server);
    tls.use_certificate(net::buffer(identity.certificate), net::ssl::context::pem);
    tls.use_private_key(net::buffer(identity.key), net::ssl::context::pem);
    net::ip::tcp::acceptor acceptor(io, {net::ip::make_address("127.0.0.1"), 0});
    std::thread server([&] {
        boost::system::error_code error;
        net::ssl::stream<net::ip::tcp::socket> stream(acceptor.accept(), tls);
        stream.handshake(net::ssl::stream_base::server, error);
        if (error) return;
        std::string seen;
        net::read_until(stream, net::dynamic_buffer(seen), "{}", error);
        net::write(stream, net::buffer(std::string("HTTP/1.1 200 OK\r\n\r\nsafe")), error);
        stream.shutdown(error);
    });
    ClientOptions options = open_options();
    options.lookup = [](std::string const&) { return std::vector{parse_ip("127.0.0.1").value()}; };
    std::string const file = testing::TempDir() + "parley-authority-" + name + ".pem";
    if (trusted) {
        std::ofstream(file) << identity.certificate;
        options.authorities_file = file;
    }
    auto got = send(options, "https://" + name + ":" +
                                 std::to_string(acceptor.local_endpoint().port()) + "/");
    server.join();
    std::remove(file.c_str());
    return got;
}

TEST(Client, VerifiesTheCertificateAgainstTheName) {
    auto const identity = test::make_tls_identity("shop.example");
    auto const good = send_tls(identity, true, "shop.example");
    ASSERT_TRUE(good) << good.error().detail;
    EXPECT_EQ(good->body, "safe");
    for (auto const& bad : {send_tls(identity, false, "shop.example"),    // nobody vouches for it
                            send_tls(identity, true, "other.example")}) { // of somebody else
        ASSERT_FALSE(bad);
        EXPECT_EQ(bad.error().trouble, ClientTrouble::tls) << bad.error().detail;
    }
}

} // namespace
} // namespace parley::http
