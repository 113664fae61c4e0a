#include "engine/model/search_words.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

using Words = std::vector<std::string>;
Words words_of(std::string_view text) {
    Words out;
    add_search_words(out, text);
    return out;
}

TEST(SearchWords, AreFoldedCutAtWhatIsNoLetterAndSaidOnce) {
    EXPECT_EQ(words_of("ORD-10027"), (Words{"ord", "10027"}));
    EXPECT_EQ(words_of("Shenzhen Lamps, LAMPS Ltd."), (Words{"shenzhen", "lamps", "ltd"}));
    EXPECT_EQ(words_of("  Núñez  "), (Words{"núñez"}));
    EXPECT_EQ(words_of("深圳灯具 有限公司"), (Words{"深圳灯具", "有限公司"}));
    EXPECT_EQ(words_of(""), Words{});
    EXPECT_EQ(words_of(" -/%_"), Words{});
}

TEST(SearchWords, HaveAnEnd) {
    std::string many;
    for (int i = 0; i < 100; ++i) many += "w" + std::to_string(i) + ' ';
    EXPECT_EQ(words_of(many).size(), kept_words_max);
    EXPECT_EQ(words_of(std::string(500, 'x')), (Words{std::string(search_word_bytes_max, 'x')}));
}

TEST(SearchWords, AreCutBetweenCharacters) {
    std::string text(search_word_bytes_max - 1, 'x');
    EXPECT_EQ(words_of(text + "é"), (Words{text})) << "half a character is none";
}

} // namespace
} // namespace parley
