#include "api/http/write_head.hpp"

#include <gtest/gtest.h>

namespace parley::http {
namespace {

using namespace std::string_literals;

std::string written(Response const& response, HeadFacts facts = {}) {
    facts.date = "Sat, 21 Nov 2026 10:00:00 GMT";
    facts.request_id = "req_1";
    std::string out;
    append_response_head(out, response, facts);
    return out;
}

TEST(ResponseHead, HasWhatEveryAnswerHas) {
    EXPECT_EQ(
        written(text_response(200, "text/plain", "hello"), {.body_bytes = 5}),
        "HTTP/1.1 200 OK\r\nDate: Sat, 21 Nov 2026 10:00:00 GMT\r\nContent-Length: 5\r\n"
        "Content-Type: text/plain\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        "Request-Id: req_1\r\n\r\n");
}

TEST(ResponseHead, KeepsAHandlersCaching) {
    Response response = empty_response(200);
    response.set("cache-control", "public, max-age=60");
    std::string const out = written(response);
    EXPECT_NE(out.find("max-age=60"), std::string::npos);
    EXPECT_EQ(out.find("no-store"), std::string::npos);
}

TEST(ResponseHead, NoFieldCanEndItsLine) {
    Response response = empty_response(200);
    response.headers.push_back({"X-Name", "a\r\nSet-Cookie: b\0c\nd"s});
    response.headers.push_back({"Bad\r\nName", "x"});
    response.headers.push_back({"Bad: Name", "x"});
    response.headers.push_back({"", "x"});
    std::string const out = written(response);
    EXPECT_NE(out.find("\r\nX-Name: aSet-Cookie: bcd\r\n"), std::string::npos);
    EXPECT_EQ(out.find("Bad"), std::string::npos);
    EXPECT_EQ(out.find("\r\n: x"), std::string::npos);
}

TEST(ResponseHead, FramingIsTheServersBusiness) {
    Response response = empty_response(200);
    response.headers = {{"content-length", "99"},
                        {"Transfer-Encoding", "gzip"},
                        {"connection", "upgrade"},
                        {"Date", "x"}};
    std::string const out = written(response, {.body_bytes = 0});
    EXPECT_EQ(out.find("99"), std::string::npos);
    EXPECT_EQ(out.find("gzip"), std::string::npos);
    EXPECT_EQ(out.find("upgrade"), std::string::npos);
    EXPECT_EQ(out.find("Date: x"), std::string::npos);
}

TEST(ResponseHead, A204HasNoLength) {
    EXPECT_EQ(written(empty_response(204), {.framing = Framing::none}).find("Content-Length"),
              std::string::npos);
}

TEST(ResponseHead, SaysWhetherTheConnectionStays) {
    EXPECT_NE(written(empty_response(200), {.keep_alive = false}).find("\r\nConnection: close\r\n"),
              std::string::npos);
    EXPECT_EQ(written(empty_response(200)).find("Connection"), std::string::npos);
    EXPECT_NE(written(empty_response(200), {.says_keep_alive = true})
                  .find("\r\nConnection: keep-alive\r\n"),
              std::string::npos);
}

TEST(DateText, IsWrittenAsTheStandardWritesIt) {
    DateText date;
    EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT"); // the example of RFC 9110
    EXPECT_EQ(date.at(784111778), "Sun, 06 Nov 1994 08:49:38 GMT");
    EXPECT_EQ(date.at(1709164800), "Thu, 29 Feb 2024 00:00:00 GMT");
}

} // namespace
} // namespace parley::http
