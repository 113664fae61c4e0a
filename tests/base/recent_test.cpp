#include "engine/base/recent.hpp"

#include <gtest/gtest.h>

#include <string>

namespace parley {

namespace {

TEST(Recent, WhatNobodyLookedAtLeavesFirst) {
    Recent<int, std::string> some(2);
    EXPECT_EQ(some.put(1, "one"), std::nullopt);
    EXPECT_EQ(some.put(2, "two"), std::nullopt);
    ASSERT_NE(some.find(1), nullptr);
    EXPECT_EQ(some.put(3, "three"), "two");
    EXPECT_EQ(some.find(2), nullptr);
    EXPECT_EQ(*some.find(1), "one");
    EXPECT_EQ(*some.find(3), "three");
    EXPECT_EQ(some.size(), 2U);
}

TEST(Recent, OneLookKeepsAValueForOneTurn) {
    Recent<int, std::string> some(2);
    some.put(1, "one");
    ASSERT_NE(some.find(1), nullptr);
    some.put(2, "two");
    EXPECT_EQ(some.put(3, "three"), "two");
    EXPECT_EQ(some.put(4, "four"), "one") << "nobody has looked at it again";
}

TEST(Recent, WhenAllWereUsedTheOldestLeaves) {
    Recent<int, std::string> some(3);
    for (int const key : {1, 2, 3}) some.put(key, std::to_string(key));
    for (int const key : {3, 2, 1}) EXPECT_NE(some.find(key), nullptr);
    EXPECT_EQ(some.put(4, "4"), "1");
    EXPECT_EQ(some.put(5, "5"), "2");
    EXPECT_NE(some.find(5), nullptr) << "what just came stays";
}

TEST(Recent, WhatIsReplacedOrForgottenIsGivenBack) {
    Recent<int, std::string> some(2);
    some.put(1, "one");
    EXPECT_EQ(some.put(1, "another"), "one");
    EXPECT_EQ(some.forget(1), "another");
    EXPECT_EQ(some.forget(1), std::nullopt);
    EXPECT_EQ(some.size(), 0U);
}

} // namespace

} // namespace parley
