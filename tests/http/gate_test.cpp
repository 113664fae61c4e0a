#include "api/http/gate.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace parley::http {
namespace {

using namespace std::string_literals;

struct RawRow {
    char const* name;
    std::string raw;
    unsigned status; // 0: passes
    std::string_view code;
};

class RawHead : public testing::TestWithParam<RawRow> {};

TEST_P(RawHead, IsJudgedByItsBytes) {
    HeadScan scan;
    HeadScan::State const state = scan.scan(GetParam().raw);
    if (GetParam().status == 0) {
        EXPECT_EQ(state, HeadScan::State::complete);
        return;
    }
    ASSERT_EQ(state, HeadScan::State::refused);
    EXPECT_EQ(scan.fault().status, GetParam().status);
    EXPECT_EQ(scan.fault().code, GetParam().code);
}

TEST_P(RawHead, IsJudgedTheSameByteByByte) {
    HeadScan scan;
    HeadScan::State state = HeadScan::State::need_more;
    std::string const& raw = GetParam().raw;
    for (std::size_t n = 1; n <= raw.size() && state == HeadScan::State::need_more; ++n)
        state = scan.scan(std::string_view(raw).substr(0, n));
    ASSERT_EQ(state, GetParam().status == 0 ? HeadScan::State::complete : HeadScan::State::refused);
    if (GetParam().status != 0) {
        EXPECT_EQ(scan.fault().code, GetParam().code);
    } else {
        EXPECT_EQ(scan.size(), raw.size());
    }
}

std::string many_fields(std::size_t count) {
    std::string raw = "GET / HTTP/1.1\r\n";
    for (std::size_t i = 0; i < count; ++i) raw += "x: y\r\n";
    return raw + "\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, RawHead,
    testing::Values(
        RawRow{"Plain", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0, ""},
        RawRow{"NoFields", "GET / HTTP/1.1\r\n\r\n", 0, ""},
        RawRow{"TabInAValue", "GET / HTTP/1.1\r\nA: b\tc\r\n\r\n", 0, ""},
        RawRow{"HighBytesInAValue", "GET / HTTP/1.1\r\nA: \xc3\xa9\r\n\r\n", 0, ""},
        RawRow{"SixtyFourFields", many_fields(64), 0, ""},
        RawRow{"FoldedWithSpace", "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400, "folded_header"},
        RawRow{"FoldedWithTab", "GET / HTTP/1.1\r\nA: b\r\n\tc\r\n\r\n", 400, "folded_header"},
        RawRow{"FoldedFirstField", "GET / HTTP/1.1\r\n A: b\r\n\r\n", 400, "folded_header"},
        RawRow{"BareLineFeed", "GET / HTTP/1.1\nHost: a\n\n", 400, "bad_line_ending"},
        RawRow{"BareLineFeedInAValue", "GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", 400,
               "bad_line_ending"},
        RawRow{"BareCarriageReturn", "GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n", 400,
               "bad_line_ending"},
        RawRow{"TwoCarriageReturns", "GET / HTTP/1.1\r\r\nA: b\r\n\r\n", 400, "bad_line_ending"},
        RawRow{"Nul", "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n"s, 400, "control_character"},
        RawRow{"NulInTheTarget", "GET /\0 HTTP/1.1\r\n\r\n"s, 400, "control_character"},
        RawRow{"Escape", "GET / HTTP/1.1\r\nA: \x1b[2J\r\n\r\n", 400, "control_character"},
        RawRow{"Delete", "GET / HTTP/1.1\r\nA: \x7f\r\n\r\n", 400, "control_character"},
        RawRow{"TabInTheRequestLine", "GET\t/ HTTP/1.1\r\n\r\n", 400, "control_character"},
        RawRow{"HighByteInTheTarget", "GET /\x80 HTTP/1.1\r\n\r\n", 400, "bad_target"},
        RawRow{"EmptyLineInFront", "\r\nGET / HTTP/1.1\r\n\r\n", 400, "bad_request_line"},
        RawRow{"SixtyFiveFields", many_fields(65), 431, "too_many_fields"},
        RawRow{"TooManyBytes", "GET / HTTP/1.1\r\nA: " + std::string(8200, 'a') + "\r\n\r\n", 431,
               "head_too_large"},
        RawRow{"EndlessRequestLine", "GET /" + std::string(8200, 'a'), 414, "target_too_long"}),
    [](auto const& row) { return std::string(row.param.name); });

TEST(HeadScan, StopsWhereTheHeadEnds) {
    HeadScan scan;
    std::string_view const two = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /\0";
    ASSERT_EQ(scan.scan(two), HeadScan::State::complete);
    EXPECT_EQ(scan.size(), 27U);
    EXPECT_EQ(scan.field_count(), 1U);
}

struct FieldRow {
    char const* name;
    std::vector<Header> fields; // besides Host
    RequestLine line;
    unsigned status;
    std::string_view code;
};

class ParsedHead : public testing::TestWithParam<FieldRow> {};

TEST_P(ParsedHead, IsJudgedByItsFields) {
    Fields fields;
    fields.add("Host", "localhost:8080");
    for (Header const& field : GetParam().fields) fields.add(field.name, field.value);
    auto const fault = check_fields(GetParam().line, fields, HostList{});
    ASSERT_EQ(fault.has_value(), GetParam().status != 0);
    if (!fault) return;
    EXPECT_EQ(fault->status, GetParam().status);
    EXPECT_EQ(fault->code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ParsedHead,
    testing::Values(
        FieldRow{"Plain", {}, {"GET", 11}, 0, ""}, FieldRow{"Head", {}, {"HEAD", 11}, 0, ""},
        FieldRow{"OldVersion", {}, {"GET", 10}, 0, ""},
        FieldRow{"Counted", {{"content-length", "12"}}, {"POST", 11}, 0, ""},
        FieldRow{"Chunked", {{"transfer-encoding", "CHUNKED"}}, {"POST", 11}, 0, ""},
        FieldRow{"Continue", {{"Expect", "100-Continue"}}, {"POST", 11}, 0, ""},
        FieldRow{
            "Gzip", {{"Transfer-Encoding", "gzip"}}, {"POST", 11}, 501, "bad_transfer_encoding"},
        FieldRow{"GzipAndLength",
                 {{"Transfer-Encoding", "gzip"}, {"Content-Length", "3"}},
                 {"POST", 11},
                 400,
                 "ambiguous_length"},
        FieldRow{"QuotedChunkedAndLength",
                 {{"Transfer-Encoding", "\"chunked\""}, {"Content-Length", "3"}},
                 {"POST", 11},
                 400,
                 "ambiguous_length"},
        FieldRow{"ChunkedThenIdentity",
                 {{"Transfer-Encoding", "chunked, identity"}},
                 {"POST", 11},
                 501,
                 "bad_transfer_encoding"},
        FieldRow{"GzipThenChunked",
                 {{"Transfer-Encoding", "gzip, chunked"}},
                 {"POST", 11},
                 501,
                 "bad_transfer_encoding"},
        FieldRow{"ChunkedTwice",
                 {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}},
                 {"POST", 11},
                 400,
                 "repeated_field"},
        FieldRow{
            "EmptyCoding", {{"Transfer-Encoding", ""}}, {"POST", 11}, 501, "bad_transfer_encoding"},
        FieldRow{"ChunkedInOldVersion",
                 {{"Transfer-Encoding", "chunked"}},
                 {"POST", 10},
                 400,
                 "bad_transfer_encoding"},
        FieldRow{"TwoEqualLengths",
                 {{"Content-Length", "3"}, {"Content-Length", "3"}},
                 {"POST", 11},
                 400,
                 "repeated_field"},
        FieldRow{
            "LengthList", {{"Content-Length", "3, 3"}}, {"POST", 11}, 400, "bad_content_length"},
        FieldRow{
            "LengthWithSign", {{"Content-Length", "+3"}}, {"POST", 11}, 400, "bad_content_length"},
        FieldRow{
            "LengthInHex", {{"Content-Length", "0x3"}}, {"POST", 11}, 400, "bad_content_length"},
        FieldRow{
            "NegativeLength", {{"Content-Length", "-1"}}, {"POST", 11}, 400, "bad_content_length"},
        FieldRow{"LengthBeyond64Bits",
                 {{"Content-Length", "18446744073709551616"}},
                 {"POST", 11},
                 400,
                 "bad_content_length"},
        FieldRow{"EmptyLength", {{"Content-Length", ""}}, {"POST", 11}, 400, "bad_content_length"},
        FieldRow{"TwoHosts", {{"host", "localhost"}}, {"GET", 11}, 400, "bad_host"},
        FieldRow{"Trailer", {{"Trailer", "Authorization"}}, {"POST", 11}, 400, "trailers_refused"},
        FieldRow{"Upgrade", {{"Upgrade", "h2c"}}, {"GET", 11}, 501, "upgrade_refused"},
        FieldRow{
            "OtherExpectation", {{"Expect", "200-ok"}}, {"POST", 11}, 417, "expectation_failed"},
        FieldRow{"CompressedBody",
                 {{"Content-Encoding", "gzip"}},
                 {"POST", 11},
                 415,
                 "unsupported_media_type"},
        FieldRow{"TwoAuthorizations",
                 {{"Authorization", "Bearer a"}, {"authorization", "Bearer b"}},
                 {"GET", 11},
                 400,
                 "repeated_field"},
        FieldRow{"Connect", {}, {"CONNECT", 11}, 405, "method_not_allowed"},
        FieldRow{"Trace", {}, {"TRACE", 11}, 405, "method_not_allowed"},
        FieldRow{"UnknownMethod", {}, {"BREW", 11}, 501, "method_unknown"},
        FieldRow{"LowerCaseMethod", {}, {"get", 11}, 501, "method_unknown"}),
    [](auto const& row) { return std::string(row.param.name); });

std::optional<GateFault> check_host(std::string_view host, HostList const& hosts = {}) {
    Fields fields;
    fields.add("Host", host);
    return check_fields({"GET", 11}, fields, hosts);
}

TEST(Host, IsRequired) {
    auto const fault = check_fields({"GET", 11}, Fields{}, HostList{});
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->code, "bad_host");
}

TEST(Host, AcceptsTheLoopbackNamesWithAnyPort) {
    for (auto host :
         {"localhost", "LOCALHOST:80", "127.0.0.1", "127.0.0.1:65535", "[::1]", "[::1]:8080"})
        EXPECT_FALSE(check_host(host)) << host;
}

TEST(Host, OtherNamesAreMisdirected) {
    for (auto host : {"evil.example", "localhost.evil.example", "127.0.0.2", "localhost."}) {
        auto const fault = check_host(host);
        ASSERT_TRUE(fault) << host;
        EXPECT_EQ(fault->status, 421U) << host;
    }
}

TEST(Host, MalformedNamesAreRefusedEvenWhenAllAreAccepted) {
    HostList const anyone{std::vector<std::string>{}};
    EXPECT_FALSE(check_host("shop.example:443", anyone));
    for (auto host : {"", "a b", "a:b", "a:", "a:70000", "user@a", "a/b", "a,b", "[::1", "[zz::]",
                      "::1", "a:1:2"}) {
        auto const fault = check_host(host, anyone);
        ASSERT_TRUE(fault) << host;
        EXPECT_EQ(fault->status, 400U) << host;
    }
}

TEST(Host, APortOnTheListBindsThePort) {
    HostList const list{std::vector<std::string>{"odr.example:443"}};
    EXPECT_TRUE(list.accepts("odr.example:443"));
    EXPECT_FALSE(list.accepts("odr.example:80"));
    EXPECT_FALSE(list.accepts("odr.example"));
}

TEST(CheckHead, RefusesWhenParserAndBytesDisagree) {
    Fields fields;
    fields.add("Host", "localhost");
    auto const raw = "GET / HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n";
    auto const fault = check_head(raw, {"GET", 11}, fields, HostList{});
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->code, "ambiguous_head");
    fields.add("X", "y");
    EXPECT_FALSE(check_head(raw, {"GET", 11}, fields, HostList{}));
}

} // namespace
} // namespace parley::http
