#include "engine/base/id.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

struct EventTag {
    static constexpr std::string_view prefix = "evt_";
};
using EventId = Id<EventTag>;

TEST(Ids, ThePublishedEventIdDecodesAndEncodesAgain) {
    auto const id = EventId::parse("evt_01KJMA0FM0E01800G2081040G2");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->text(), "evt_01KJMA0FM0E01800G2081040G2");
    EXPECT_EQ(id->bytes()[6] >> 4, 7) << "the version of the UUID";
    EXPECT_EQ(id->bytes()[8] >> 6, 2) << "the variant of the UUID";
    std::int64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id->bytes()[i];
    EXPECT_EQ(text_of(Instant{ms * 1000}), "2026-03-01T09:00:00.000000Z");
}

TEST(Ids, AreUuidsOfVersionSevenThatSortByTime) {
    std::array<std::uint8_t, 10> const ones{0xff, 0xff, 0xff, 0xff, 0xff,
                                            0xff, 0xff, 0xff, 0xff, 0xff};
    std::array<std::uint8_t, 10> const zeros{};
    Instant const at = *parse_instant("2026-03-01T09:00:00Z");
    auto const early = EventId::make(at, ones);
    auto const late = EventId::make(at + 1000, zeros);
    EXPECT_LT(early, late);
    EXPECT_LT(early.text(), late.text());
    EXPECT_EQ(early.bytes()[6], 0x7f);
    EXPECT_EQ(early.bytes()[8], 0xbf);
    EXPECT_EQ(late.bytes()[6], 0x70);
    EXPECT_EQ(late.bytes()[8], 0x80);
    EXPECT_EQ(EventId::parse(late.text()), late);
    EXPECT_FALSE(late.is_nil());
    EXPECT_TRUE(EventId().is_nil());
    EXPECT_NE(std::hash<EventId>{}(early), std::hash<EventId>{}(late));
}

TEST(Ids, RefuseOtherPrefixesLettersLengthsAndValuesAbove128Bits) {
    EXPECT_TRUE(EventId::parse("evt_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
    for (char const* bad :
         {"", "evt_", "dsp_01KJMA0FM0E01800G2081040G2", "01KJMA0FM0E01800G2081040G2",
          "evt_01KJMA0FM0E01800G2081040G", "evt_01KJMA0FM0E01800G2081040G22",
          "evt_01kjma0fm0e01800g2081040g2", "EVT_01KJMA0FM0E01800G2081040G2",
          "evt_81KJMA0FM0E01800G2081040G2", "evt_ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
          "evt_01KJMA0FM0E01800G2081040GI", "evt_01KJMA0FM0E01800G2081040GL",
          "evt_01KJMA0FM0E01800G2081040GO", "evt_01KJMA0FM0E01800G2081040GU",
          "evt_01KJMA0FM0E01800G2081040G-", "evt_01KJMA0FM0E01800G2081040G\xc3"})
        EXPECT_FALSE(EventId::parse(bad)) << bad;
}

TEST(Ids, EveryBitSurvives) {
    for (std::size_t bit = 0; bit < 128; ++bit) {
        Bytes16 bytes{};
        bytes[bit / 8] = static_cast<std::uint8_t>(1U << (bit % 8));
        std::string text;
        append_crockford(text, bytes);
        EXPECT_EQ(parse_crockford(text), bytes) << bit;
    }
}

} // namespace
} // namespace parley
