#include "engine/base/shared.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

namespace parley {
namespace {

TEST(Shared, CopiesShareUntilOneIsChanged) {
    Shared<std::vector<int>> first = {1, 2, 3};
    Shared<std::vector<int>> second = first;
    EXPECT_EQ(&first.get(), &second.get());
    second.edit().push_back(4);
    EXPECT_EQ(first.get(), (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(second.get(), (std::vector<int>{1, 2, 3, 4}));
    EXPECT_NE(first, second);
}

TEST(Shared, WhatIsHeldAloneIsChangedInPlace) {
    Shared<std::vector<int>> one = {1};
    auto const* const before = &one.get();
    one.edit().push_back(2);
    EXPECT_EQ(before, &one.get());
    Shared<std::vector<int>> moved = std::move(one);
    moved.edit().push_back(3);
    EXPECT_EQ(before, &moved.get());
}

TEST(Shared, AnEmptyOneIsTheEmptyValueAndEqualToIt) {
    Shared<std::map<std::string, int>> nothing;
    EXPECT_TRUE(nothing.empty());
    EXPECT_EQ(nothing, (Shared<std::map<std::string, int>>(std::map<std::string, int>{})));
    nothing.edit()["a"] = 1;
    EXPECT_EQ(nothing.find("a")->second, 1);
    EXPECT_TRUE((Shared<std::map<std::string, int>>().empty())) << "the empty value stays empty";
}

TEST(Shared, CopiesMayBeChangedAndDroppedOnDifferentThreads) {
    Shared<std::vector<int>> const origin = {1, 2, 3};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([copy = origin, i]() mutable {
            for (int round = 0; round < 1000; ++round) {
                Shared<std::vector<int>> another = copy;
                another.edit().push_back(i);
                copy = another;
                copy.edit().pop_back();
            }
            EXPECT_EQ(copy.get(), (std::vector<int>{1, 2, 3}));
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(origin.get(), (std::vector<int>{1, 2, 3}));
}

} // namespace
} // namespace parley
