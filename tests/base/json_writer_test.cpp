#include "engine/base/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace parley {
namespace {

struct EventTag {
    static constexpr std::string_view prefix = "evt_";
};

template <class T>
std::string written(T const& value) {
    std::string out;
    JsonWriter(out).value(value);
    return out;
}

template <class T>
concept Writable = requires(JsonWriter writer, T value) { writer.value(value); };

enum class Unnamed : std::uint8_t { one };
static_assert(!Writable<void const*>, "a pointer must not become true");
static_assert(!Writable<unsigned char const*>);
static_assert(!Writable<char>, "a character is neither text nor number");
static_assert(!Writable<double>, "there are no floating-point numbers on the record");
static_assert(!Writable<Unnamed>);

TEST(JsonWriting, EachTypeIsWrittenAsItself) {
    EXPECT_EQ(written(true), "true");
    EXPECT_EQ(written(false), "false");
    EXPECT_EQ(written("text"), "\"text\"");
    EXPECT_EQ(written(std::string("text")), "\"text\"");
    EXPECT_EQ(written(std::string_view("text")), "\"text\"");
    EXPECT_EQ(written(7), "7");
    EXPECT_EQ(written(-7L), "-7");
    EXPECT_EQ(written(7ULL), "7");
    EXPECT_EQ(written(-7LL), "-7");
    EXPECT_EQ(written(std::size_t{7}), "7");
    EXPECT_EQ(written(std::uint8_t{65}), "65");
    EXPECT_EQ(written(std::int16_t{-65}), "-65");
    EXPECT_EQ(written(INT64_MIN), "-9223372036854775808");
    EXPECT_EQ(written(UINT64_MAX), "18446744073709551615");
    EXPECT_EQ(written(*parse_instant("2026-03-01T09:00:00Z")), "\"2026-03-01T09:00:00.000000Z\"");
    EXPECT_EQ(written(Money{12990, *parse_currency("EUR")}),
              R"({"amount":12990,"currency":"EUR"})");
    EXPECT_EQ(written(*Id<EventTag>::parse("evt_01KJMA0FM0E01800G2081040G2")),
              "\"evt_01KJMA0FM0E01800G2081040G2\"");
}

TEST(JsonWriting, CommasFallWhereTheyBelong) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("a", 1).member("b", "x").key("c").begin_array();
    json.value(1).value("two").begin_array().end_array().begin_object().end_object().null().raw(
        "[3]");
    json.end_array();
    json.key("d").begin_object().member("e", true).end_object();
    json.member("none", std::optional<std::string>()).member("some", std::optional<int>(5));
    json.key("raw").raw("{\"x\":1}").member("last", false);
    json.end_object();
    EXPECT_EQ(out, R"({"a":1,"b":"x","c":[1,"two",[],{},null,[3]],"d":{"e":true},)"
                   R"("none":null,"some":5,"raw":{"x":1},"last":false})");
    EXPECT_TRUE(parse_json(out));
}

TEST(JsonWriting, EveryCharacterSurvivesTheGate) {
    std::string text;
    for (char c = 1; c < 127; ++c) text += c;
    text += "\x7f\u00e9\u20ac\U0001F600";
    std::string out;
    JsonWriter(out).begin_object().member(text, text).end_object();
    auto const json = parse_json(out);
    ASSERT_TRUE(json) << json.error().detail;
    EXPECT_EQ(json->at(text).get<std::string>(), text);
    EXPECT_EQ(written("\"\\/\b\f\n\r\t\x01\x1f"), R"("\"\\/\b\f\n\r\t\u0001\u001f")");
    EXPECT_EQ(written(std::string_view("a\0b", 3)), "\"a\\u0000b\"");
}

} // namespace
} // namespace parley
