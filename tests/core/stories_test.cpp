#include "engine/core/story.hpp"
#include "tests/core/support.hpp"

#include <algorithm>

namespace parley::test {

namespace {

StoriesResult run(std::string_view name, std::string_view text) {
    return run_stories(world(), procedure(name), text);
}

TEST(Stories, EveryEmbeddedStoryHappensAsTold) {
    std::size_t passed = 0;
    for (EmbeddedFile const& file : embedded::workflows()) {
        if (!file.name.ends_with(".stories")) continue;
        std::string_view folder = file.name.substr(0, file.name.rfind('/'));
        folder = folder.substr(folder.rfind('/') + 1);
        StoriesResult const result = run(folder, file.bytes);
        for (StoryFault const& fault : result.faults)
            ADD_FAILURE() << file.name << ":" << fault.line << " \"" << fault.story
                          << "\": " << fault.detail;
        passed += result.passed;
    }
    EXPECT_GE(passed, 35U);
}

TEST(Stories, SaysWhereAStoryIsWrongAndWhatHappenedInstead) {
    StoriesResult const result = run("uncitral-track-2", R"(
## A response is always late
| when | who | act | then |
|---|---|---|---|
| 2026-03-02 00:00 UTC | claimant | file | -> response |
| 2026-03-03 00:00 UTC | respondent | respond: contest | refused: too_late |
)");
    ASSERT_EQ(result.faults.size(), 1U);
    EXPECT_EQ(result.faults[0].line, 6U);
    EXPECT_EQ(result.faults[0].story, "A response is always late");
    EXPECT_NE(result.faults[0].detail.find("refused: done"), std::string::npos)
        << result.faults[0].detail;
}

TEST(Stories, AnUnexpectedRefusalIsAFault) {
    StoriesResult const result = run("uncitral-track-2", R"(
## Nobody expected this
| when | who | act | then |
|---|---|---|---|
| 2026-03-02 00:00 UTC | claimant | file | |
| 2026-03-03 00:00 UTC | claimant | respond: contest | |
)");
    ASSERT_EQ(result.faults.size(), 1U);
    EXPECT_NE(result.faults[0].detail.find("not_yours"), std::string::npos);
}

TEST(Stories, RefusesWordsItDoesNotKnow) {
    for (std::string_view const row :
         {"| yesterday | claimant | file | |", "| 2026-03-02 00:00 UTC | somebody | file | |",
          "| 2026-03-02 00:00 UTC | claimant | file | happily |",
          "| 2026-03-02 00:00 UTC | claimant | file | no hope |"}) {
        std::string const text =
            "## Story\n| when | who | act | then |\n|---|---|---|---|\n" + std::string(row) + "\n";
        EXPECT_EQ(run("uncitral-track-2", text).faults.size(), 1U) << row;
    }
    EXPECT_EQ(run("uncitral-track-2", "## Story\nweather: fine\n| when | who | act | then |\n")
                  .faults.size(),
              1U);
    EXPECT_EQ(run("uncitral-track-2", "## An empty story\n").faults.size(), 1U);
}

// A period of days that ends at its instant rather than at the end of a day (S7).
TEST(Stories, AProcedureMayCountElapsedDays) {
    Procedure elapsed = procedure("uncitral-track-2");
    for (Stage& stage : elapsed.stages)
        for (DeadlineRule& rule : stage.deadlines)
            if (rule.name == "response") rule.ends = Ends::instant;
    StoriesResult const result = run_stories(world(), elapsed, R"(
## Seven times twenty-four hours
respondent: business JP Asia/Tokyo ja
| when | who | act | then |
|---|---|---|---|
| 2026-03-02 00:00 UTC | claimant | file | deadline response 2026-03-09T00:00:00.000000Z |
| 2026-03-09T00:00:00.000001Z | respondent | respond: contest | refused: too_late |
)");
    for (StoryFault const& fault : result.faults)
        ADD_FAILURE() << fault.line << ": " << fault.detail;
    EXPECT_EQ(result.passed, 1U);
}

} // namespace

} // namespace parley::test
