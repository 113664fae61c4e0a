// Every hostile shape over a real socket, with a canary behind it: a request that must never be
// answered, because the connection ends with the refusal.

#include "tests/http/live_server.hpp"
#include "tests/http/raw_client.hpp"

#include <gtest/gtest.h>

#include <string>

namespace parley::http::test {
namespace {

using namespace std::string_literals;

struct Attack {
    char const* name;
    std::string bytes;
    unsigned status;
};

constexpr char const* canary = "GET /canary HTTP/1.1\r\nHost: localhost\r\n\r\n";

class HostileBytes : public testing::TestWithParam<Attack> {
protected:
    static void SetUpTestSuite() { server_ = std::make_unique<LiveServer>(); }
    static void TearDownTestSuite() { server_.reset(); }
    static std::unique_ptr<LiveServer> server_;
};
std::unique_ptr<LiveServer> HostileBytes::server_;

TEST_P(HostileBytes, AreRefusedAndNothingBehindThemIsAnswered) {
    int const handled_before = server_->handler().handled;
    RawClient client(server_->port());
    client.send(GetParam().bytes + canary);
    auto const answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, GetParam().status);
    ASSERT_NE(answer->header("Connection"), nullptr);
    EXPECT_EQ(*answer->header("Connection"), "close");
    EXPECT_EQ(*answer->header("Content-Type"), "application/problem+json");
    EXPECT_NE(answer->body.find(*answer->header("Request-Id")), std::string::npos);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(server_->handler().handled, handled_before);
}

std::string post(std::string_view fields, std::string_view body,
                 std::string_view version = "HTTP/1.1") {
    return "POST /up " + std::string(version) + "\r\nHost: localhost\r\n" + std::string(fields) +
           "\r\n\r\n" + std::string(body);
}

std::string get(std::string_view target) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::string chunks(std::string_view body) {
    return "POST /chunks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" +
           std::string(body);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, HostileBytes,
    testing::Values(
        Attack{"TransferGzipAlone", post("Transfer-Encoding: gzip", ""), 501},
        Attack{"TransferGzipAndLength", post("Transfer-Encoding: gzip\r\nContent-Length: 3", "abc"),
               400},
        Attack{"TransferQuotedAndLength",
               post("Transfer-Encoding: \"chunked\"\r\nContent-Length: 3", "abc"), 400},
        Attack{"ChunkedThenIdentity",
               post("Transfer-Encoding: chunked, identity", "3\r\nabc\r\n0\r\n\r\n"), 501},
        Attack{"IdentityThenChunked",
               post("Transfer-Encoding: identity, chunked", "3\r\nabc\r\n0\r\n\r\n"), 501},
        Attack{"ChunkedWithParameter", post("Transfer-Encoding: chunked;q=1", "0\r\n\r\n"), 501},
        Attack{"VerticalTabBeforeChunked",
               post("Transfer-Encoding: \x0b"
                    "chunked",
                    "0\r\n\r\n"),
               400},
        Attack{"ChunkedInOldVersion", post("Transfer-Encoding: chunked", "0\r\n\r\n", "HTTP/1.0"),
               400},
        Attack{"LengthThenChunked",
               post("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400},
        Attack{"ChunkedThenLength",
               post("Transfer-Encoding: chunked\r\nContent-Length: 3", "0\r\n\r\n"), 400},
        Attack{"ChunkedTwice",
               post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400},
        Attack{"ChunkedThenGzip",
               post("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", "0\r\n\r\n"), 400},
        Attack{"TwoEqualLengths", post("Content-Length: 3\r\nContent-Length: 3", "abc"), 400},
        Attack{"TwoLengths", post("Content-Length: 3\r\nContent-Length: 0", "abc"), 400},
        Attack{"LengthList", post("Content-Length: 3, 3", "abc"), 400},
        Attack{"LengthPlus", post("Content-Length: +3", "abc"), 400},
        Attack{"LengthHex", post("Content-Length: 0x3", "abc"), 400},
        Attack{"LengthNegative", post("Content-Length: -1", ""), 400},
        Attack{"LengthBeyond64Bits", post("Content-Length: 18446744073709551616", ""), 400},
        Attack{"LengthEmpty", post("Content-Length: ", ""), 400},
        Attack{"SpaceBeforeColon", post("Content-Length : 3", "abc"), 400},
        Attack{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        Attack{"NoHostInOldVersion", "GET / HTTP/1.0\r\n\r\n", 400},
        Attack{"TwoHosts", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400},
        Attack{"EmptyHost", "GET / HTTP/1.1\r\nHost: \r\n\r\n", 400},
        Attack{"HostList", "GET / HTTP/1.1\r\nHost: localhost, evil.example\r\n\r\n", 400},
        Attack{"OtherHost", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},
        Attack{"FoldedField", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", 400},
        Attack{"FoldedHost", "GET / HTTP/1.1\r\nHost:\r\n localhost\r\n\r\n", 400},
        Attack{"BareLineFeed", "GET / HTTP/1.1\nHost: localhost\n\n", 400},
        Attack{"BareCarriageReturn", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rY: b\r\n\r\n",
               400},
        Attack{"Nul", "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n"s, 400},
        Attack{"EmptyLineInFront", "\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        Attack{"VersionNineTeen", "GET / HTTP/1.9\r\nHost: localhost\r\n\r\n", 505},
        Attack{"VersionTwo", "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505},
        Attack{"HighByteInTarget", get("/\x80"), 400},
        Attack{"AbsoluteForm", get("http://localhost/"), 400},
        Attack{"Asterisk", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        Attack{"Fragment", get("/a#b"), 400}, Attack{"EncodedNul", get("/a%00"), 400},
        Attack{"DotSegments", get("/a/../b"), 400},
        Attack{"EncodedDotSegments", get("/a/%2e%2e/b"), 400},
        Attack{"DoubleSlash", get("//a"), 400}, Attack{"EncodedSlash", get("/a%2fb"), 400},
        Attack{"LongTarget", get("/" + std::string(3000, 'a')), 414},
        Attack{"LargeHead",
               "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9000, 'a') + "\r\n\r\n",
               431},
        Attack{"ManyFields",
               []() {
                   std::string raw = "GET / HTTP/1.1\r\nHost: localhost\r\n";
                   for (int i = 0; i < 64; ++i) raw += "X: y\r\n";
                   return raw + "\r\n";
               }(),
               431},
        Attack{"TrailerField",
               post("Trailer: Authorization\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400},
        Attack{"ChunkedWithoutLeave", post("Transfer-Encoding: chunked", "0\r\n\r\n"), 411},
        Attack{"HexPrefixChunk", chunks("0x5\r\nabcde\r\n0\r\n\r\n"), 400},
        Attack{"LineFeedChunk", chunks("5\nabcde\n0\n\n"), 400},
        Attack{"LongChunkExtension",
               chunks("5;a=" + std::string(40'000, 'b') + "\r\nabcde\r\n0\r\n\r\n"), 413},
        Attack{"LongTrailers", chunks("0\r\nA: " + std::string(40'000, 'b') + "\r\n\r\n"), 413},
        Attack{"BodyTooLarge", post("Content-Length: 2000000", ""), 413},
        Attack{"OtherExpectation", post("Expect: something\r\nContent-Length: 3", "abc"), 417},
        Attack{"CompressedBody", post("Content-Encoding: gzip\r\nContent-Length: 3", "abc"), 415},
        Attack{"Connect", "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
        Attack{"Trace", "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
        Attack{"UnknownMethod", "BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501},
        Attack{"Upgrade",
               "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: "
               "websocket\r\n\r\n",
               501},
        Attack{"Tls", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
        Attack{"Nonsense", "hello\r\n\r\n", 400}),
    [](auto const& row) { return std::string(row.param.name); });

TEST(Smuggling, ATrailerNeverAuthenticates) {
    LiveServer server;
    RawClient client(server.port());
    // The head alone decides, and the unread rest is not taken for a request.
    client.send("POST /secret HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nabc\r\n0\r\nAuthorization: Bearer yes\r\n\r\n" +
                std::string(canary));
    auto const answer = client.receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 401U);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(server.handler().handled, 0);
}

TEST(Smuggling, ACanaryBehindAnHonestRequestIsAnswered) {
    LiveServer server;
    RawClient client(server.port());
    client.send(post("Content-Length: 3", "abc") + canary);
    EXPECT_EQ(client.receive()->body, "POST /up|abc|noted");
    EXPECT_EQ(client.receive()->body, "GET /canary||noted");
}

} // namespace
} // namespace parley::http::test
