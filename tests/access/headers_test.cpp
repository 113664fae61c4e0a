#include "api/access/cursor.hpp"
#include "api/access/etag.hpp"
#include "api/access/idempotency.hpp"
#include "tests/access/samples.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace parley::access {
namespace {

TEST(IdempotencyKey, IsReadQuotedOrBare) {
    struct Row {
        char const* header;
        std::optional<std::string> key; // nothing: refused
    };
    std::string const longest(255, 'k');
    std::string const too_long(256, 'k');
    std::string const longest_quoted = '"' + longest + '"';
    std::string const too_long_quoted = '"' + too_long + '"';
    Row const rows[] = {
        {"\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", "8e03978e-40d5-43dd-bc93-6894a57f9324"},
        {"8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"},
        {"k", "k"},
        {"\"k\"", "k"},
        {"a:b/c=d;e", "a:b/c=d;e"},
        {R"("a\"b\\c")", "a\"b\\c"},
        {longest.c_str(), longest},
        {longest_quoted.c_str(), longest},
        {"", {}},
        {"\"\"", {}},
        {"\"", {}},
        {"\"k", {}},
        {"k\"", {}},
        {"\"k\"x", {}},
        {"\"k\";p=1", {}},
        {"a b", {}},
        {"\"a b\"", {}},
        {"a,b", {}},
        {"a\\b", {}},
        {R"("a\b")", {}},
        {"a\tb", {}},
        {"k\xc3\xa9", {}},
        {"\"k\x7f\"", {}},
        {too_long.c_str(), {}},
        {too_long_quoted.c_str(), {}},
    };
    for (Row const& row : rows) {
        auto const read = read_idempotency_key(row.header);
        ASSERT_EQ(read.has_value(), row.key.has_value()) << row.header;
        if (read) EXPECT_EQ(*read, *row.key);
        else EXPECT_EQ(read.error().code, RefusalCode::bad_parameter) << row.header;
    }
    EXPECT_EQ(read_idempotency_key(std::nullopt).error().code,
              RefusalCode::idempotency_key_missing);
}

TEST(Fingerprint, SeesTheMeaningAndNotTheSpelling) {
    auto const of = [](char const* text, char const* query = "") {
        return fingerprint_of(*parse_json(text), query);
    };
    EXPECT_EQ(of(R"({"a":1,"b":[true,null]})"), of("{ \"b\" : [ true , null ],\n \"a\" : 1 }"));
    EXPECT_EQ(of(R"({"a":"\u0041"})"), of(R"({"a":"A"})"));
    EXPECT_NE(of(R"({"a":1})"), of(R"({"a":2})"));
    EXPECT_NE(of(R"({"a":[1,2]})"), of(R"({"a":[2,1]})"));
    EXPECT_NE(of(R"({"a":"1"})"), of(R"({"a":1})"));
    EXPECT_NE(of("{}"), fingerprint_of(Json(), ""));
    EXPECT_NE(of("{}", "x=1"), of("{}", "x=2"));
}

// Of the same bytes in every version of Parley: a request may be sent again after an upgrade.
TEST(Fingerprint, IsThatOfTheTextWithItsMembersSorted) {
    for (
        char const* text :
        {"null", "true", "-7", "18446744073709551615", "0.25", "1e300", "[]", "{}", R"("")",
         R"({"b":[1,-2,[{"z":null,"a":1.5}]],"a":"\u0001\u001f\b\f\n\r\t\"\\/\u007f\u00e9\ud83d\ude00"})",
         R"({"\"":{"":[[]]}})"}) {
        Json const body = *parse_json(text);
        EXPECT_EQ(fingerprint_of(body, "q=1"), sha256({body.dump(), "\n", "q=1"})) << text;
    }
}

TEST(ReceiptKeys, NeverMeetAcrossCallersPartiesOrPaths) {
    auto const scope = [](Principal const& who, std::optional<PartyId> as, char const* method,
                          char const* path) {
        return receipt_key(who, as, method, path, "k", {}).scope;
    };
    auto const one = scope(platform(1), {}, "POST", "/v1/disputes");
    EXPECT_EQ(one, scope(platform(1), {}, "POST", "/v1/disputes"));
    EXPECT_NE(one, scope(platform(2), {}, "POST", "/v1/disputes"));
    EXPECT_NE(one, scope(platform(1), id<PartyId>(1), "POST", "/v1/disputes"));
    EXPECT_NE(one, scope(platform(1), {}, "PUT", "/v1/disputes"));
    EXPECT_NE(one, scope(platform(1), {}, "POST", "/v1/test/clocks"));
}

TEST(ETags, NameTheViewersOwnVersion) {
    DisputeState state = dispute();
    auto const joint = static_cast<std::size_t>(Room::joint);
    auto const caucus = static_cast<std::size_t>(Room::claimant_caucus);
    Viewer const other_side{Role::respondent, true, {}};
    Viewer const own_side{Role::claimant, true, {}};
    state.counts[joint][0] = 3;
    EXPECT_EQ(etag_of(state, {Role::platform, false, {}}), "\"v3-platform\"");
    EXPECT_EQ(etag_of(state, other_side), "\"v3-respondent-verified\"");
    auto const before = etag_of(state, other_side);
    state.counts[caucus][2] = 5;
    EXPECT_EQ(etag_of(state, other_side), before);
    EXPECT_EQ(etag_of(state, own_side), "\"v8-claimant-verified\"");
    EXPECT_EQ(etag_of(state, {Role::claimant, false, {}}), "\"v3-claimant\"");
}

TEST(ETags, ListsAreReadAsTheRfcSpellsThem) {
    struct Row {
        char const* field;
        bool good;
        std::size_t strong, weak;
        bool any;
    };
    Row const rows[] = {
        {"*", true, 0, 0, true},
        {" * ", true, 0, 0, true},
        {"\"a\"", true, 1, 0, false},
        {"\"a\", \"b\"", true, 2, 0, false},
        {"\"a\",\"b\",W/\"c\"", true, 2, 1, false},
        {"W/\"a\"", true, 0, 1, false},
        {"\"\"", true, 1, 0, false},
        {"\"a,b\"", true, 1, 0, false},
        {"", false, 0, 0, false},
        {"a", false, 0, 0, false},
        {"\"a", false, 0, 0, false},
        {"\"a\" \"b\"", false, 0, 0, false},
        {"\"a\",", false, 0, 0, false},
        {"*, \"a\"", false, 0, 0, false},
        {"w/\"a\"", false, 0, 0, false},
        {"\"a b\"", false, 0, 0, false},
    };
    for (Row const& row : rows) {
        auto const list = parse_tags(row.field);
        ASSERT_EQ(list.has_value(), row.good) << row.field;
        if (!list) continue;
        EXPECT_EQ(list->strong.size(), row.strong) << row.field;
        EXPECT_EQ(list->weak.size(), row.weak) << row.field;
        EXPECT_EQ(list->any, row.any) << row.field;
    }
}

TEST(ETags, IfMatchHoldsOnlyForTheViewersPresentVersion) {
    DisputeState state = dispute();
    state.counts[0][0] = 3;
    Viewer const viewer{Role::claimant, false, {}};
    auto const expected = [&](char const* field) {
        return expected_version(*parse_tags(field), state, viewer);
    };
    EXPECT_EQ(expected("*"), std::nullopt);
    EXPECT_EQ(expected("\"v3-claimant\""), 3U);
    EXPECT_EQ(expected("\"v2-claimant\", \"v3-claimant\""), 3U);
    for (char const* stale :
         {"\"v2-claimant\"", "\"v4-claimant\"", "W/\"v3-claimant\"", "\"v3-respondent\"",
          "\"v3-claimant-verified\"", "\"v03-claimant\"", "\"v3\"", "\"x\"", "\"v-claimant\"",
          "\"v99999999999999999999-claimant\""})
        EXPECT_NE(expected(stale).value_or(3), 3U) << stale;
}

TEST(ETags, IfNoneMatchComparesWeakly) {
    auto const fails = [](char const* field) {
        return none_match_fails(*parse_tags(field), "\"v3-claimant\"");
    };
    EXPECT_TRUE(fails("*"));
    EXPECT_TRUE(fails("\"v3-claimant\""));
    EXPECT_TRUE(fails("W/\"v3-claimant\""));
    EXPECT_TRUE(fails("\"x\", \"v3-claimant\""));
    EXPECT_FALSE(fails("\"v2-claimant\""));
}

TEST(Cursors, OpenForTheirOwnListAlone) {
    Bytes32 const key = random32();
    Bytes32 const other_key = random32();
    auto const own = cursor_binding(platform(1), {}, "/v1/disputes", "open");
    std::string const cursor = make_cursor(key, "dsp_place", own);
    EXPECT_EQ(open_cursor(key, cursor, own).value(), "dsp_place");
    EXPECT_EQ(cursor.find("dsp"), std::string::npos);

    std::string const foreign[] = {
        cursor_binding(platform(2), {}, "/v1/disputes", "open"),
        cursor_binding(platform(1), id<PartyId>(1), "/v1/disputes", "open"),
        cursor_binding(platform(1), {}, "/v1/neutrals", "open"),
        cursor_binding(platform(1), {}, "/v1/disputes", "settled"),
    };
    for (std::string const& binding : foreign) {
        auto const opened = open_cursor(key, cursor, binding);
        ASSERT_FALSE(opened) << binding;
        EXPECT_EQ(opened.error().code, RefusalCode::bad_parameter);
    }
    EXPECT_FALSE(open_cursor(other_key, cursor, own));
}

TEST(Cursors, DamageIsSeen) {
    Bytes32 const key = random32();
    std::string const cursor = make_cursor(key, "7", "b");
    for (std::size_t i = 0; i < cursor.size(); ++i) {
        std::string damaged = cursor;
        damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(open_cursor(key, damaged, "b")) << i;
    }
    for (std::string const& bad : {std::string(), std::string("x"), std::string("%%%"),
                                   cursor + "A", cursor.substr(1), std::string(100'000, 'A')})
        EXPECT_FALSE(open_cursor(key, bad, "b"));
    EXPECT_NE(make_cursor(key, "7", "b"), cursor) << "a nonce is never used twice";
}

} // namespace
} // namespace parley::access
