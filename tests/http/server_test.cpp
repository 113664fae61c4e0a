#include "tests/http/live_server.hpp"
#include "tests/http/raw_client.hpp"

#include "engine/base/fault.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace parley::http::test {
namespace {

using std::chrono::milliseconds;

std::string get(std::string_view path, std::string_view fields = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) +
           "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view fields = "") {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

TEST(Server, AnswersWithWhatEveryAnswerHas) {
    LiveServer server;
    RawClient client(server.port());
    auto const answer = client.ask(get("/hello"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200U);
    EXPECT_EQ(answer->body, "GET /hello||noted");
    EXPECT_EQ(*answer->header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(*answer->header("Cache-Control"), "no-store");
    EXPECT_TRUE(answer->header("Date")->ends_with(" GMT"));
    EXPECT_TRUE(answer->header("Request-Id")->starts_with("req_"));
    EXPECT_EQ(answer->header("Request-Id")->size(), 30U);
}

TEST(Server, AnswersManyRequestsOnOneConnection) {
    LiveServer server;
    RawClient client(server.port());
    std::set<std::string> ids;
    for (int i = 0; i < 100; ++i) {
        std::string const body = "body " + std::to_string(i);
        auto const answer = client.ask(post("/x", body));
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->body, "POST /x|" + body + "|noted");
        ids.insert(*answer->header("Request-Id"));
    }
    EXPECT_EQ(ids.size(), 100U);
    EXPECT_EQ(server.stats().accepted, 1U);
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
    LiveServer server;
    RawClient client(server.port());
    std::string all;
    for (int i = 0; i < 500; ++i) all += get("/" + std::to_string(i));
    client.send(all);
    for (int i = 0; i < 500; ++i) {
        auto const answer = client.receive();
        ASSERT_TRUE(answer) << i;
        EXPECT_EQ(answer->body, "GET /" + std::to_string(i) + "||noted");
    }
}

TEST(Server, AHeadThatComesByteByByteIsUnderstood) {
    LiveServer server;
    RawClient client(server.port());
    for (char const c : get("/slowly")) client.send({&c, 1});
    EXPECT_EQ(client.receive()->body, "GET /slowly||noted");
}

TEST(Server, HeadGetsTheLengthAndNoBody) {
    LiveServer server;
    RawClient client(server.port());
    client.send("HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto const answer = client.receive(true);
    ASSERT_TRUE(answer);
    EXPECT_EQ(*answer->header("Content-Length"), "13"); // as GET would have
    EXPECT_EQ(client.ask(get("/y"))->body, "GET /y||noted");
}

TEST(Server, NoContentHasNoLength) {
    LiveServer server;
    RawClient client(server.port());
    auto const answer = client.ask(get("/empty"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 204U);
    EXPECT_EQ(answer->header("Content-Length"), nullptr);
    EXPECT_EQ(client.ask(get("/y"))->body, "GET /y||noted");
}

TEST(Server, ALargeAnswerArrivesWhole) {
    LiveServer server;
    RawClient client(server.port());
    auto const answer = client.ask(get("/large"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, std::string(4 * 1024 * 1024, 'x'));
}

TEST(Server, ALargeBodyArrivesWhole) {
    LiveServer server;
    RawClient client(server.port());
    std::string const body(900'000, 'b');
    EXPECT_EQ(client.ask(post("/x", body))->body, "POST /x|" + body + "|noted");
}

TEST(Server, TakesChunksWhereTheHandlerAllowsThem) {
    LiveServer server;
    RawClient client(server.port());
    auto const answer =
        client.ask("POST /chunks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
    EXPECT_EQ(answer->body, "POST /chunks|abcde|noted");
    EXPECT_EQ(client.ask(get("/next"))->body, "GET /next||noted");
}

TEST(Server, SaysContinueOnlyToThoseWhoMay) {
    LiveServer server;
    RawClient allowed(server.port());
    allowed.send(
        "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(allowed.receive_through("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(allowed.ask("abc")->body, "POST /x|abc|noted");

    RawClient unknown(server.port());
    EXPECT_EQ(unknown
                  .ask("POST /secret HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: "
                       "100-continue\r\n\r\n")
                  ->status,
              401U);
    EXPECT_TRUE(unknown.is_closed());

    RawClient greedy(server.port());
    EXPECT_EQ(greedy
                  .ask("POST /small HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\nExpect: "
                       "100-continue\r\n\r\n")
                  ->status,
              413U);
    EXPECT_TRUE(greedy.is_closed());
}

TEST(Server, RefusesBeforeItReadsTheBody) {
    LiveServer server;
    RawClient client(server.port());
    auto const answer =
        client.ask("POST /secret HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
    ASSERT_TRUE(answer); // though no byte of the body was sent
    EXPECT_EQ(answer->status, 401U);
    EXPECT_TRUE(client.is_closed());
}

TEST(Server, ARefusalWithoutABodyKeepsTheConnection) {
    LiveServer server;
    RawClient client(server.port());
    EXPECT_EQ(client.ask(get("/secret"))->status, 401U);
    EXPECT_EQ(client.ask(get("/secret", "Authorization: Bearer yes\r\n"))->status, 200U);
}

TEST(Server, ClosesWhenAsked) {
    LiveServer server;
    RawClient by_client(server.port());
    EXPECT_EQ(*by_client.ask(get("/x", "Connection: close\r\n"))->header("Connection"), "close");
    EXPECT_TRUE(by_client.is_closed());
    RawClient by_handler(server.port());
    EXPECT_EQ(*by_handler.ask(get("/close"))->header("Connection"), "close");
    EXPECT_TRUE(by_handler.is_closed());
}

TEST(Server, TheOldVersionKeepsTheConnectionOnlyOnRequest) {
    LiveServer server;
    RawClient plain(server.port());
    EXPECT_EQ(plain.ask("GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n")->status, 200U);
    EXPECT_TRUE(plain.is_closed());
    RawClient keeping(server.port());
    auto const answer =
        keeping.ask("GET /x HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(*answer->header("Connection"), "keep-alive");
    EXPECT_EQ(keeping.ask(get("/y"))->body, "GET /y||noted");
}

TEST(Server, AnExceptionIsAnsweredAndToldOnce) {
    LiveServer server;
    for (auto path : {"/throw", "/throw-early"}) {
        RawClient client(server.port());
        auto const answer = client.ask(get(path));
        ASSERT_TRUE(answer);
        EXPECT_EQ(answer->status, 500U);
        EXPECT_EQ(*answer->header("Content-Type"), "application/problem+json");
        std::string const id = *answer->header("Request-Id");
        EXPECT_NE(answer->body.find(id), std::string::npos);
        EXPECT_EQ(answer->body.find("fell over"),
                  std::string::npos); // what went wrong stays inside
        EXPECT_EQ(client.ask(get("/y"))->body, "GET /y||noted");
        ASSERT_FALSE(server.faults().empty());
        EXPECT_TRUE(server.faults().back().starts_with(id));
    }
    EXPECT_EQ(server.faults().size(), 2U);
    EXPECT_EQ(server.stats().faults, 2U);
}

TEST(Server, StreamsEvents) {
    LiveServer server;
    RawClient client(server.port());
    client.send(get("/events"));
    std::string const head = client.receive_through("\r\n\r\n");
    EXPECT_NE(head.find("Transfer-Encoding: chunked"), std::string::npos);
    EXPECT_NE(head.find("text/event-stream"), std::string::npos);
    EXPECT_EQ(client.receive_through("0\r\n\r\n"),
              "9\r\ndata: 3\n\n\r\n9\r\ndata: 2\n\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n");
    EXPECT_EQ(client.ask(get("/y"))->body, "GET /y||noted");
}

TEST(Server, AQuietStreamBeats) {
    Limits limits;
    limits.heartbeat = milliseconds(5);
    LiveServer server(limits);
    RawClient client(server.port());
    client.send(get("/feed"));
    EXPECT_NE(client.receive_through(":\n\n\r\n3\r\n:\n\n\r\n"), "");
}

TEST(Server, AStreamEndsWhenTheServerStops) {
    LiveServer server;
    RawClient client(server.port());
    client.send(get("/feed"));
    ASSERT_NE(client.receive_through("data: 1\n\n\r\n"), "");
    server.begin_stop();
    EXPECT_EQ(client.receive_rest(), "0\r\n\r\n");
    EXPECT_TRUE(server.await_stop());
}

// Time limits: each is a few milliseconds here, and the test waits for the close itself.

TEST(Limits, ASilentConnectionIsClosed) {
    Limits limits;
    limits.header = milliseconds(20);
    LiveServer server(limits);
    RawClient client(server.port());
    EXPECT_NE(client.receive_rest(), std::nullopt);
}

TEST(Limits, ASlowHeadIsRefused) {
    Limits limits;
    limits.header = milliseconds(20);
    LiveServer server(limits);
    RawClient client(server.port());
    auto const answer = client.ask("GET / HTTP/1.1\r\nHost: loc");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408U);
    EXPECT_TRUE(client.is_closed());
}

TEST(Limits, ASlowHeadOnAUsedConnectionIsRefusedToo) {
    Limits limits;
    limits.header = milliseconds(50);
    LiveServer server(limits);
    RawClient client(server.port());
    ASSERT_EQ(client.ask(get("/x"))->status, 200U);
    EXPECT_EQ(client.ask("GET /")->status, 408U);
    EXPECT_TRUE(client.is_closed());
}

TEST(Limits, ASlowBodyIsRefused) {
    Limits limits;
    limits.body = milliseconds(20);
    LiveServer server(limits);
    RawClient client(server.port());
    auto const answer =
        client.ask("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408U);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(server.handler().handled, 0);
}

TEST(Limits, AnIdleConnectionIsClosedWithoutAWord) {
    Limits limits;
    limits.idle = milliseconds(20);
    LiveServer server(limits);
    RawClient client(server.port());
    ASSERT_EQ(client.ask(get("/x"))->status, 200U);
    EXPECT_TRUE(client.is_closed());
}

TEST(Limits, AReaderThatDoesNotReadIsLetGo) {
    Limits limits;
    limits.write = milliseconds(20);
    limits.bytes_a_second = 1'000'000'000;
    limits.grace = limits.firm = milliseconds(5'000);
    LiveServer server(limits);
    RawClient client(server.port());
    for (int i = 0; i < 8; ++i) client.send(get("/large"));
    // It is let go while it still does not read: another connection finds itself alone.
    RawClient witness(server.port());
    ASSERT_EQ(witness.ask(get("/y"))->status, 200U);
    ASSERT_EQ(server.stats().accepted, 2U);
    while (server.stats().connections > 1) ASSERT_EQ(witness.ask(get("/y"))->status, 200U);
}

TEST(Limits, AWaitingHandlerIsNotATimeOut) {
    Limits limits;
    limits.header = limits.body = limits.idle = limits.write = milliseconds(10);
    LiveServer server(limits);
    RawClient client(server.port());
    client.send(get("/slow"));
    server.handler().await_entry();
    // Long enough for the watch to look at least once.
    RawClient other(server.port());
    EXPECT_NE(other.receive_rest(), std::nullopt);
    server.handler().release();
    EXPECT_EQ(client.receive()->body, "GET /slow||noted");
}

TEST(Limits, OneAddressHasOnlySoManyConnections) {
    Limits limits;
    limits.connections_max_per_address = 2;
    LiveServer server(limits);
    RawClient first(server.port());
    auto second = std::make_unique<RawClient>(server.port());
    ASSERT_EQ(first.ask(get("/x"))->status, 200U);
    ASSERT_EQ(second->ask(get("/x"))->status, 200U);
    RawClient third(server.port());
    auto const turned_away = third.receive();
    ASSERT_TRUE(turned_away);
    EXPECT_EQ(turned_away->status, 503U);
    EXPECT_TRUE(third.is_closed());
    EXPECT_EQ(server.stats().turned_away, 1U);

    second.reset();
    while (server.stats().connections > 1) ASSERT_EQ(first.ask(get("/x"))->status, 200U);
    RawClient fourth(server.port());
    EXPECT_EQ(fourth.ask(get("/x"))->status, 200U);
}

TEST(Limits, TheServerHasOnlySoManyConnections) {
    Limits limits;
    limits.connections_max = 1;
    LiveServer server(limits);
    RawClient first(server.port());
    ASSERT_EQ(first.ask(get("/x"))->status, 200U);
    RawClient second(server.port());
    EXPECT_EQ(second.receive()->status, 503U);
}

TEST(Limits, APeerThatLeavesRudelyHarmsNobody) {
    LiveServer server;
    RawClient client(server.port());
    for (int i = 0; i < 20; ++i) {
        RawClient rude(server.port());
        rude.send(i % 2 == 0 ? get("/large")
                             : "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na");
        rude.reset();
    }
    RawClient last(server.port()); // accepted after all the others
    ASSERT_EQ(last.ask(get("/x"))->status, 200U);
    while (server.stats().connections > 2) ASSERT_EQ(client.ask(get("/x"))->status, 200U);
    EXPECT_TRUE(server.faults().empty());
}

TEST(Stop, CompletesAtOnceWithNobodyThere) {
    LiveServer server;
    server.begin_stop();
    EXPECT_TRUE(server.await_stop());
}

TEST(Stop, LetsIdleConnectionsGo) {
    LiveServer server;
    RawClient used(server.port());
    ASSERT_EQ(used.ask(get("/x"))->status, 200U);
    RawClient fresh(server.port());
    while (server.stats().connections < 2) ASSERT_EQ(used.ask(get("/x"))->status, 200U);
    server.begin_stop();
    EXPECT_TRUE(used.is_closed());
    EXPECT_TRUE(fresh.is_closed());
    EXPECT_TRUE(server.await_stop());
}

TEST(Stop, AnswersWhatIsUnderWay) {
    LiveServer server;
    RawClient client(server.port());
    client.send(get("/slow"));
    server.handler().await_entry();
    server.begin_stop();
    EXPECT_THROW(
        {
            for (;;) RawClient refused(server.port());
        },
        std::runtime_error); // the door is closed before the work is done
    server.handler().release();
    auto const answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "GET /slow||noted");
    EXPECT_EQ(*answer->header("Connection"), "close");
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(server.await_stop());
}

TEST(Stop, CancelsWhatDoesNotEnd) {
    Limits limits;
    limits.grace = milliseconds(20);
    LiveServer server(limits);
    RawClient client(server.port());
    client.send(get("/stuck"));
    server.handler().await_entry();
    server.begin_stop();
    EXPECT_TRUE(server.await_stop());
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(server.faults().empty());
}

TEST(Stop, AServerMayEndWithoutIt) {
    net::io_context io;
    EchoHandler handler(io);
    auto server = std::make_unique<Server>(io, Options{}, handler);
    server->start();
    RawClient client(server->port());
    client.send(get("/stuck"));
    while (handler.handled == 0) io.run_one();
    server.reset(); // and the connection goes with the io_context
}

TEST(Listening, AnAddressInUseIsAFault) {
    LiveServer server;
    net::io_context io;
    EchoHandler handler(io);
    Options options;
    options.port = server.port();
    EXPECT_THROW(Server(io, options, handler), Fault);
    options.address = "localhost"; // a name is no address
    EXPECT_THROW(Server(io, options, handler), Fault);
}

} // namespace
} // namespace parley::http::test
