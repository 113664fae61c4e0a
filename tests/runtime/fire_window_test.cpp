#include "engine/base/id.hpp"
#include "engine/runtime/fire_window.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

Instant const due_at = *parse_instant("2026-11-21T10:00:00Z");

struct FiringWindow : testing::Test {
    std::vector<DueRow> rows(std::size_t count, std::string const& name = "response") {
        std::vector<DueRow> out(count);
        for (DueRow& row : out) {
            row.dispute = draw.make_id<DisputeId>(due_at);
            row.name = name;
            row.at = due_at;
        }
        return out;
    }
    std::size_t waiting() const { return queue.waiting(); }
    // Answers the oldest `count`.
    void answer(std::size_t count, std::optional<Instant> looked_at) {
        for (Job& job : queue.take(count)) std::get<FireJob>(job).done(looked_at);
    }
    Entropy draw{Bytes32{42}};
    WorkQueue queue{100};
    FireWindow window{queue, 4};
};

TEST_F(FiringWindow, AsksForNoMoreThanItHasRoomForAndForNothingTwice) {
    auto const many = rows(6);
    window.ask(many);
    EXPECT_EQ(waiting(), 4u);
    window.ask(many);
    EXPECT_EQ(waiting(), 4u);
    answer(2, due_at + 1);
    EXPECT_TRUE(window.wait_for_half());
    window.ask(many);
    EXPECT_EQ(waiting(), 2u); // what was answered has its place until it is taken
    EXPECT_EQ(window.take_looked_at().size(), 2u);
    window.ask(std::span(many).subspan(2));
    EXPECT_EQ(waiting(), 4u);
    answer(4, due_at + 1);
    EXPECT_TRUE(window.wait_for_all());
    EXPECT_EQ(window.take_looked_at().size(), 4u);
    EXPECT_TRUE(window.empty());
}

TEST_F(FiringWindow, AsksOnceForTwoDeadlinesOfOneDispute) {
    auto both = rows(2);
    both[1].dispute = both[0].dispute;
    both[1].name = "notice";
    window.ask(both);
    EXPECT_EQ(waiting(), 1u);
    answer(1, due_at + 1);
    EXPECT_EQ(window.take_looked_at(), std::set({name_of(both[0]), name_of(both[1])}));
}

TEST_F(FiringWindow, WhatWasNotDueYetMayStillFire) {
    window.ask(rows(1));
    answer(1, due_at); // at the deadline itself an act is in time
    EXPECT_TRUE(window.wait_for_all());
    EXPECT_TRUE(window.take_looked_at().empty());
    EXPECT_TRUE(window.empty());
}

TEST_F(FiringWindow, WhatCouldNotBeFiredIsSaidOnceAndMayBeAskedAgain) {
    auto const one = rows(1);
    window.ask(one);
    answer(1, std::nullopt);
    EXPECT_FALSE(window.wait_for_all());
    EXPECT_TRUE(window.take_looked_at().empty());
    window.ask(one);
    EXPECT_EQ(waiting(), 1u);
    answer(1, due_at + 1);
    EXPECT_TRUE(window.wait_for_all());
}

TEST_F(FiringWindow, AQueueThatIsClosedAnswersForItself) {
    queue.close();
    window.ask(rows(3));
    EXPECT_FALSE(window.wait_for_all());
}

} // namespace
} // namespace parley
