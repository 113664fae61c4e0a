#include "engine/base/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace parley {
namespace {

using namespace std::string_view_literals;

// "code pointer" of the refusal, or "accepted".
std::string verdict(std::string_view text, JsonLimits const& limits = {}) {
    auto const json = parse_json(text, limits);
    if (json) return "accepted";
    Refusal const& refusal = json.error();
    if (refusal.errors.size() != 1 || refusal.errors[0].code != refusal.code)
        return "no field error";
    return std::string(name_of(refusal.code)) + ' ' + refusal.errors[0].pointer;
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonGate, BuildsWhatTheTextSays) {
    auto const json = parse_json(R"({"a":[1,-2,2.5,true,false,null,"x\u00e9\n"],"b":{"c":{}},)"
                                 R"("d":18446744073709551615,"e":[]})");
    ASSERT_TRUE(json) << json.error().detail;
    EXPECT_EQ(json->dump(), "{\"a\":[1,-2,2.5,true,false,null,\"x\u00e9\\n\"],\"b\":{\"c\":{}},"
                            "\"d\":18446744073709551615,\"e\":[]}");
    for (char const* scalar : {"1", "\"x\"", "true", "null", " [ ] ", "\n{}\r\n\t"})
        EXPECT_EQ(verdict(scalar), "accepted") << scalar;
}

TEST(JsonGate, NumbersAreKeptWithoutLossOrRefused) {
    struct Row {
        char const* number;
        bool accepted;
    };
    Row const rows[] = {
        {"0", true},
        {"-1", true},
        {"9223372036854775807", true},
        {"-9223372036854775808", true},
        {"9223372036854775808", true},
        {"18446744073709551615", true},
        {"18446744073709551616", false},
        {"-9223372036854775809", false},
        {"100000000000000000000000", false},
        {"-0", false},
        {"-0.0", false},
        {"-0e5", false},
        {"0.0", true},
        {"0.1", true},
        {"-2.50", true},
        {"1e3", true},
        {"1E-7", true},
        {"1.7976931348623157e308", true},
        {"1e309", false},
        {"-1e400", false},
        {"1e-400", false},
        {"9007199254740992.0", true},
        {"9007199254740993.0", false},
        {"0.12345678901234567890", false},
    };
    for (Row const& row : rows) {
        std::string const text = std::string("{\"n\":") + row.number + "}";
        EXPECT_EQ(verdict(text), row.accepted ? "accepted" : "number_out_of_range /n")
            << row.number;
        EXPECT_EQ(verdict(row.number), row.accepted ? "accepted" : "number_out_of_range ")
            << row.number;
    }
    EXPECT_EQ(parse_json("-9223372036854775808")->get<std::int64_t>(), INT64_MIN);
    EXPECT_EQ(parse_json("18446744073709551615")->get<std::uint64_t>(), UINT64_MAX);
}

TEST(JsonGate, TextThatIsNotRfc8259IsUnreadable) {
    std::string_view const rows[] = {
        "",
        " ",
        "{",
        "[",
        "}",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "{'a':1}",
        "[1 2]",
        "[1]]",
        "{} {}",
        "01",
        "+1",
        "1.",
        ".5",
        "0x10",
        "1e",
        "NaN",
        "Infinity",
        "-Infinity",
        "nul",
        "True",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\t\"",
        "\"\n\"",
        "// c\n1",
        "/* c */ 1",
        "[1] // c",
        "\xEF\xBB\xBF{}",
        "\xFE\xFF",
        "{\"a\":undefined}",
        "\xC2\xA0"
        "1",
        "[1,,2]",
        "--1",
        "-",
        // UTF-8: overlong, stray and missing continuation, surrogates raw and escaped, above 10FFFF
        "\"\xC0\x80\"",
        "\"\x80\"",
        "\"\xC3\"",
        "\"\xE0\x80\x80\"",
        "\"\xED\xA0\x80\"",
        "\"\xF4\x90\x80\x80\"",
        "\"\xFF\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        // NUL: as a byte outside and inside a string, at the end, and escaped
        "{}\0"sv,
        "\0{}"sv,
        "\"a\0b\""sv,
        "\"a\\u0000b\"",
        "{\"a\\u0000\":1}",
    };
    for (std::string_view const row : rows)
        EXPECT_EQ(verdict(row).substr(0, 11), "unreadable ") << row;
    EXPECT_EQ(verdict("\"\\ud83d\\ude00\xF0\x9F\x98\x80\""), "accepted");
}

TEST(JsonGate, DuplicateKeysAreRefusedAtTheirPlace) {
    EXPECT_EQ(verdict(R"({"role":"party","role":"admin"})"), "duplicate_key /role");
    EXPECT_EQ(verdict(R"({"a":[{"b":1},{"b":1,"c":{"d":1,"d":2}}]})"), "duplicate_key /a/1/c/d");
    EXPECT_EQ(verdict(R"({"role":1,"r\u006fle":2})"), "duplicate_key /role")
        << "escapes hide nothing";
    EXPECT_EQ(verdict(R"({"a/b":{"~":1,"~":1}})"), "duplicate_key /a~1b/~0");
    EXPECT_EQ(verdict(R"([{"a":1},{"a":1}])"), "accepted");
}

TEST(JsonGate, DepthEndsAt32) {
    EXPECT_EQ(verdict(nested(32)), "accepted");
    EXPECT_EQ(verdict(nested(33)).substr(0, 8), "too_deep");
    std::string objects;
    for (int i = 0; i < 33; ++i) objects += "{\"k\":";
    EXPECT_EQ(verdict(objects).substr(0, 8), "too_deep");
}

TEST(JsonGate, AMillionLevelsNeitherCrashNorAreRead) {
    JsonLimits limits;
    limits.bytes_max = 64 * 1024 * 1024;
    EXPECT_EQ(verdict(nested(1'000'000), limits).substr(0, 8), "too_deep");
    EXPECT_EQ(verdict(std::string(1'000'000, '['), limits).substr(0, 8), "too_deep");
    std::string objects;
    for (int i = 0; i < 1'000'000; ++i) objects += "{\"a\":";
    EXPECT_EQ(verdict(objects, limits).substr(0, 8), "too_deep");
    EXPECT_EQ(verdict(nested(1'000'000)), "too_large ");
    EXPECT_EQ(line_of(nested(1'000'000), "/0/0"), 1U);
}

TEST(JsonGate, BytesValuesAndStringsAreLimited) {
    JsonLimits limits;
    EXPECT_EQ(verdict('"' + std::string(64 * 1024, 'x') + '"'), "accepted");
    EXPECT_EQ(verdict('"' + std::string(64 * 1024 + 1, 'x') + '"'), "too_large ");
    EXPECT_EQ(verdict("{\"" + std::string(64 * 1024 + 1, 'x') + "\":1}"), "too_large ");
    EXPECT_EQ(verdict("{\"a\":[{},[1,{\"b\":1,\"" + std::string(64 * 1024 + 1, 'x') + "\":1}]]}"),
              "too_large /a/1/1");
    EXPECT_EQ(verdict("[]" + std::string(limits.bytes_max - 2, ' ')), "accepted");
    EXPECT_EQ(verdict("[]" + std::string(limits.bytes_max - 1, ' ')), "too_large ");
    std::string many = "[0";
    for (int i = 0; i < 9'998; ++i) many += ",0";
    EXPECT_EQ(verdict(many + "]"), "accepted") << "10,000 values, the array among them";
    EXPECT_EQ(verdict(many + ",0]"), "too_large /9999");
}

TEST(JsonGate, TheDetailNamesLineAndPointer) {
    auto const number =
        parse_json("{\n  \"claim\": {\n    \"amount\": 18446744073709551616\n  }\n}");
    ASSERT_FALSE(number);
    EXPECT_EQ(number.error().detail, "line 3, /claim/amount: an integer must fit 64 bits");
    auto const syntax = parse_json("{\n\"a\": [1,\n2,\n}\n");
    ASSERT_FALSE(syntax);
    EXPECT_EQ(syntax.error().detail, "line 4, /a/2: this is not JSON: unexpected '}'");
    auto const cut = parse_json("{\"a\": [1,\n\"x");
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().detail, "line 2, /a/1: this is not JSON: the text ends too early");
    auto const twice = parse_json("{\"a\": 1,\n\"a\": 2}");
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().detail, "line 2, /a: this member is given twice");
    auto const byte = parse_json("[\"\xff\"]");
    ASSERT_FALSE(byte);
    EXPECT_EQ(byte.error().detail, "line 1, /0: this is not JSON in UTF-8: unexpected byte 0xff");
}

TEST(JsonGate, AHugeKeyDoesNotMakeAHugeAnswer) {
    std::string const key(60'000, 'k');
    auto const json = parse_json("{\"a\":{\"" + key + "\":-0}}");
    ASSERT_FALSE(json);
    EXPECT_EQ(json.error().errors[0].pointer, "/a");
    EXPECT_LT(json.error().detail.size(), 400U);
}

TEST(JsonLines, FindTheLineOfAPointerOrOfItsNearestParent) {
    std::string const text = "{\n"
                             "  \"a\": [\n"
                             "    1,\n"
                             "    { \"b/c\":\n"
                             "      7 }\n"
                             "  ],\n"
                             "  \"d\": null\n"
                             "}\n";
    struct Row {
        char const* pointer;
        std::size_t line;
    };
    Row const rows[] = {
        {"", 1},         {"/a", 2},   {"/a/0", 3},   {"/a/1", 4}, {"/a/1/b~1c", 5}, {"/d", 7},
        {"/missing", 1}, {"/a/9", 2}, {"/a/1/x", 4}, {"/d/x", 7}, {"/a/0/deep", 3}, {"/a/01", 2},
    };
    for (Row const& row : rows) EXPECT_EQ(line_of(text, row.pointer), row.line) << row.pointer;
    EXPECT_EQ(line_of("", "/a"), 1U);
    EXPECT_EQ(line_of("[\n[\n", "/0/0"), 2U);
}

TEST(JsonPointers, EscapeTildeAndSlash) {
    EXPECT_EQ(pointer_token("a/b~c"), "a~1b~0c");
    EXPECT_EQ(pointer_token(""), "");
}

} // namespace
} // namespace parley
