#include "tests/core/support.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

// The core is a function of its arguments.

namespace parley::test {

namespace {

Instant const start = at("2026-03-02T00:00:00Z");

std::vector<Written> record_of(std::uint64_t seed) {
    Play play(Track::one, seed);
    Instant const now = play.to_deliberation(start);
    play.must(now, Role::decider, "award", award_input());
    play.wait(now + 400 * day);
    EXPECT_TRUE(play.state.ended);
    return std::move(play.record);
}

TEST(Purity, TheSameArgumentsGiveTheSameEventsAndWords) {
    std::vector<Written> const once = record_of(3), again = record_of(3), other = record_of(4);
    ASSERT_EQ(once.size(), again.size());
    for (std::size_t i = 0; i < once.size(); ++i) {
        EXPECT_EQ(once[i].event, again[i].event) << i;
        EXPECT_EQ(once[i].content, again[i].content) << i;
    }
    EXPECT_NE(once[0].event.id, other[0].event.id) << "ids come from the entropy that is handed in";
}

TEST(Purity, NoSourceOfTheCoreReadsAClockOrMakesItsOwnRandomness) {
    constexpr std::string_view forbidden[] = {"SystemClock",   "system_clock", "steady_clock",
                                              "random_device", "fill_random",  "random32",
                                              "getenv",        "unordered_",   "double ",
                                              "float ",        "std::cout",    "std::locale"};
    std::size_t files = 0;
    for (auto const& entry :
         std::filesystem::directory_iterator(std::string(PARLEY_SOURCE_DIR) + "/engine/core")) {
        std::ifstream file(entry.path());
        std::stringstream text;
        text << file.rdbuf();
        ++files;
        for (std::string_view const word : forbidden)
            EXPECT_EQ(text.str().find(word), std::string::npos) << entry.path() << " uses " << word;
    }
    EXPECT_GT(files, 20U);
}

} // namespace

} // namespace parley::test
