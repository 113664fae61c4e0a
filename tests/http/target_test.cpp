#include "api/http/target.hpp"

#include <gtest/gtest.h>

#include <string>

namespace parley::http {
namespace {

TEST(Target, ReadsPathAndQuery) {
    auto const target = parse_target("/v1/disputes?status=open&q=desk+lamp%26more&empty=&bare");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/v1/disputes");
    std::vector<QueryPair> const expected = {
        {"status", "open"}, {"q", "desk lamp&more"}, {"empty", ""}, {"bare", ""}};
    EXPECT_EQ(target->query, expected);
    EXPECT_FALSE(target->duplicate);
}

TEST(Target, DecodesExactlyOnce) {
    auto const target = parse_target("/a%2520b/%C3%A9?q=%2541");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/a%20b/\xc3\xa9");
    EXPECT_EQ(target->query.at(0).value, "%41");
}

TEST(Target, TellsOfAParameterThatComesTwice) {
    auto const target = parse_target("/?limit=1&after=x&limit=2");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->duplicate, "limit");
    EXPECT_EQ(target->query.size(), 3U);
}

TEST(Target, SeesADuplicateBehindItsEncoding) {
    EXPECT_EQ(parse_target("/?a=1&%61=2").value().duplicate, "a");
}

TEST(Target, AcceptsWhatIsOrdinary) {
    for (auto text : {"/", "/a", "/a/", "/a.b/..c/...", "/a;v=1", "/a:b@c", "/~x/-_.", "/%7B",
                      "/a?", "/a?&&", "/a?x=/?:@"})
        EXPECT_TRUE(parse_target(text)) << text;
}

TEST(Target, RefusesWhatCouldBeReadInTwoWays) {
    for (auto text : {"",
                      "*",
                      "a",
                      "http://localhost/",
                      "localhost:80",
                      "//evil.example/",
                      "/a//b",
                      "/.",
                      "/..",
                      "/a/../b",
                      "/a/./b",
                      "/a/..",
                      "/%2e%2e/b",
                      "/%2E",
                      "/a%2fb",
                      "/a%2Fb",
                      "/a%5cb",
                      "/a\\b",
                      "/a%00",
                      "/a%0d%0a",
                      "/a%7f",
                      "/a#b",
                      "/a?b#c",
                      "/a%",
                      "/a%2",
                      "/a%zz",
                      "/%61",
                      "/a b",
                      "/\x80",
                      "/%80",
                      "/%c0%af",
                      "/%ed%a0%80",
                      "/%f5%80%80%80",
                      "/a?x=%00",
                      "/a?x=%0a",
                      "/a?x=%ff",
                      "/a?x=\"",
                      "/a?x=<y>",
                      "/a?x=|",
                      "/a?x={y}",
                      "/a?x=%4",
                      "/[a]"}) {
        auto const target = parse_target(text);
        ASSERT_FALSE(target) << text;
        EXPECT_EQ(target.error().status, 400U) << text;
        EXPECT_EQ(target.error().code, "bad_target") << text;
    }
}

TEST(Target, HasALengthLimit) {
    EXPECT_TRUE(parse_target("/" + std::string(2047, 'a')));
    auto const longer = parse_target("/" + std::string(2048, 'a'));
    ASSERT_FALSE(longer);
    EXPECT_EQ(longer.error().status, 414U);
}

TEST(Target, HasALimitOfParameters) {
    std::string text = "/?";
    for (int i = 0; i < 32; ++i) text += "a" + std::to_string(i) + "=1&";
    EXPECT_TRUE(parse_target(text));
    EXPECT_FALSE(parse_target(text + "one=more"));
}

} // namespace
} // namespace parley::http
