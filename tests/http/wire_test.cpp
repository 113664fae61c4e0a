#include "api/http/wire.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace parley::http {
namespace {

struct Reader {
    HostList hosts;
    Wire wire{hosts};

    void feed(std::string_view bytes) {
        while (!bytes.empty()) {
            auto const room = wire.prepare();
            ASSERT_FALSE(room.empty());
            std::size_t const n = std::min(room.size(), bytes.size());
            std::copy_n(bytes.begin(), n, room.begin());
            wire.commit(n);
            bytes.remove_prefix(n);
        }
    }
    // Feeds while the body is being read, as a connection would.
    Wire::Progress feed_body(std::string_view bytes) {
        Wire::Progress progress = wire.read_body();
        while (progress == Wire::Progress::need_more && !bytes.empty()) {
            auto const room = wire.prepare();
            if (room.empty()) return progress;
            std::size_t const n = std::min(room.size(), bytes.size());
            std::copy_n(bytes.begin(), n, room.begin());
            wire.commit(n);
            bytes.remove_prefix(n);
            progress = wire.read_body();
        }
        return progress;
    }
};

constexpr std::string_view chunked_head =
    "POST /up HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(Wire, ReadsAHeadThatComesByteByByte) {
    Reader reader;
    std::string_view const bytes =
        "GET /v1/x?a=b HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        reader.feed(bytes.substr(i, 1));
        ASSERT_EQ(reader.wire.read_head(), Wire::Progress::need_more);
    }
    reader.feed(bytes.substr(bytes.size() - 1));
    ASSERT_EQ(reader.wire.read_head(), Wire::Progress::done);
    Head const head = reader.wire.take_head();
    EXPECT_EQ(head.method, Method::get);
    EXPECT_EQ(head.path, "/v1/x");
    EXPECT_EQ(*head.parameter("a"), "b");
    EXPECT_EQ(head.header("ACCEPT"), "*/*");
    EXPECT_FALSE(head.header("Authorization"));
    EXPECT_TRUE(head.keep_alive);
    EXPECT_FALSE(reader.wire.has_body());
}

TEST(Wire, ReadsPipelinedRequestsOneAfterTheOther) {
    Reader reader;
    reader.feed("POST /1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
                "GET /2 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ASSERT_EQ(reader.wire.read_head(), Wire::Progress::done);
    EXPECT_EQ(reader.wire.take_head().path, "/1");
    ASSERT_FALSE(reader.wire.begin_body({.bytes_max = 3}));
    ASSERT_EQ(reader.wire.read_body(), Wire::Progress::done);
    EXPECT_EQ(reader.wire.take_body(), "abc");
    reader.wire.next();
    ASSERT_EQ(reader.wire.read_head(), Wire::Progress::done);
    EXPECT_EQ(reader.wire.take_head().path, "/2");
    EXPECT_FALSE(reader.wire.has_bytes());
}

TEST(Wire, TrailersNeverBecomeFields) {
    Reader reader;
    reader.feed(chunked_head);
    ASSERT_EQ(reader.wire.read_head(), Wire::Progress::done);
    Head const head = reader.wire.take_head();
    ASSERT_FALSE(reader.wire.begin_body({.bytes_max = 100, .allow_chunked = true}));
    ASSERT_EQ(reader.feed_body("3\r\nabc\r\n0\r\nAuthorization: Bearer stolen\r\n\r\n"),
              Wire::Progress::done);
    EXPECT_EQ(reader.wire.take_body(), "abc");
    EXPECT_EQ(head.fields.size(), 2U);
    EXPECT_FALSE(head.header("Authorization"));
}

TEST(Wire, AnEmptyChunkedBodyMayComeByteByByte) {
    Reader reader;
    reader.feed(chunked_head);
    ASSERT_EQ(reader.wire.read_head(), Wire::Progress::done);
    ASSERT_FALSE(reader.wire.begin_body({.bytes_max = 100, .allow_chunked = true}));
    std::string_view const bytes = "0\r\n\r\n";
    for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
        reader.feed(bytes.substr(i, 1));
        ASSERT_EQ(reader.wire.read_body(), Wire::Progress::need_more);
    }
    reader.feed(bytes.substr(bytes.size() - 1));
    ASSERT_EQ(reader.wire.read_body(), Wire::Progress::done);
    EXPECT_EQ(reader.wire.take_body(), "");
}

TEST(Wire, ChunkedNeedsLeave) {
    Reader reader;
    reader.feed(chunked_head);
    ASSERT_EQ(reader.wire.read_head(), Wire::Progress::done);
    auto const fault = reader.wire.begin_body({.bytes_max = 100});
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->status, 411U);
}

TEST(Wire, AnAnnouncedBodyIsRefusedBeforeItIsRead) {
    Reader reader;
    reader.feed("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 101\r\n\r\n");
    ASSERT_EQ(reader.wire.read_head(), Wire::Progress::done);
    auto const fault = reader.wire.begin_body({.bytes_max = 100});
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->status, 413U);
}

struct ChunkRow {
    char const* name;
    std::string body;
    unsigned status;
};

class HostileChunks : public testing::TestWithParam<ChunkRow> {};

TEST_P(HostileChunks, AreRefused) {
    Reader reader;
    reader.feed(chunked_head);
    ASSERT_EQ(reader.wire.read_head(), Wire::Progress::done);
    ASSERT_FALSE(reader.wire.begin_body({.bytes_max = 100'000, .allow_chunked = true}));
    ASSERT_EQ(reader.feed_body(GetParam().body), Wire::Progress::refused);
    EXPECT_EQ(reader.wire.fault().status, GetParam().status);
}

std::string one_byte_chunks(std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += "1\r\na\r\n";
    return out + "0\r\n\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Rows, HostileChunks,
    testing::Values(ChunkRow{"HexPrefix", "0x5\r\nabcde\r\n0\r\n\r\n", 400},
                    ChunkRow{"BareLineFeed", "5\nabcde\n0\n\nGET / HTTP/1.1\r\n", 400},
                    ChunkRow{"MissingEndOfChunk", "3\r\nabcde\r\n0\r\n\r\n", 400},
                    ChunkRow{"NoSize", ";\r\nabc\r\n0\r\n\r\n", 400},
                    ChunkRow{"SizeBeyond64Bits", "10000000000000000\r\na\r\n0\r\n\r\n", 400},
                    ChunkRow{"TooMuchInOneChunk",
                             "186a1\r\n" + std::string(100'001, 'a') + "\r\n0\r\n\r\n", 413},
                    ChunkRow{"EndlessExtension",
                             "5;a=" + std::string(40'000, 'b') + "\r\nabcde\r\n0\r\n\r\n", 413},
                    ChunkRow{"EndlessTrailers", "0\r\nA: " + std::string(40'000, 'b') + "\r\n\r\n",
                             413},
                    ChunkRow{"TooManyChunks", one_byte_chunks(20'000), 413}),
    [](auto const& row) { return std::string(row.param.name); });

TEST(Wire, AWholeBodyOfManyPiecesArrives) {
    Reader reader;
    std::string const body(300'000, 'x');
    reader.feed("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n");
    ASSERT_EQ(reader.wire.read_head(), Wire::Progress::done);
    ASSERT_FALSE(reader.wire.begin_body({.bytes_max = 300'000}));
    ASSERT_EQ(reader.feed_body(body), Wire::Progress::done);
    EXPECT_EQ(reader.wire.take_body(), body);
}

TEST(Wire, HeadIsGetWithoutABody) {
    Reader reader;
    reader.feed("HEAD / HTTP/1.0\r\nHost: localhost\r\n\r\n");
    ASSERT_EQ(reader.wire.read_head(), Wire::Progress::done);
    Head const head = reader.wire.take_head();
    EXPECT_EQ(head.method, Method::get);
    EXPECT_TRUE(head.head_only);
    EXPECT_EQ(head.version, 10U);
    EXPECT_FALSE(head.keep_alive);
}

TEST(Wire, RefusesWhatTheParserRefuses) {
    for (auto bytes :
         {"GET / HTTP/1.9\r\nHost: localhost\r\n\r\n", "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /\r\nHost: localhost\r\n\r\n",
          "GET / HTTP/1.1 \r\nHost: localhost\r\n\r\n",
          "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
          "GET / HTTP/1.1\r\n: x\r\nHost: localhost\r\n\r\n",
          "GET / HTTP/1.1\r\nno colon\r\nHost: localhost\r\n\r\n",
          "GET / http/1.1\r\nHost: localhost\r\n\r\n",
          "G@T / HTTP/1.1\r\nHost: localhost\r\n\r\n"}) {
        Reader reader;
        reader.feed(bytes);
        EXPECT_EQ(reader.wire.read_head(), Wire::Progress::refused) << bytes;
        EXPECT_GE(reader.wire.fault().status, 400U);
    }
}

} // namespace
} // namespace parley::http
