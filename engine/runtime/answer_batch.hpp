#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace parley {

// The answers of one batch, on their way to the loops where coroutines wait. A batch has dozens, as a
// rule for one loop: they cross in one hop instead of dozens, each of which would wake the loop and
// take its lock. There they are given a few at a time, so that whoever got one early is heard again
// before the last has gone out: else all callers come and go in one convoy, and either the writing
// threads or the loop stand still.
class AnswerBatch {
public:
    // While it lives, answers given on this thread are gathered; they leave when it ends.
    AnswerBatch() { gathering() = this; }
    ~AnswerBatch() {
        gathering() = nullptr;
        for (auto& [executor, some] : groups_) give_some(executor, std::move(some), 0);
    }
    AnswerBatch(AnswerBatch const&) = delete;
    AnswerBatch& operator=(AnswerBatch const&) = delete;

    // Runs `answer` on `executor`, soon.
    static void give(boost::asio::any_io_executor executor,
                     std::move_only_function<void()> answer) {
        if (gathering() != nullptr) gathering()->add(std::move(executor), std::move(answer));
        else boost::asio::post(executor, std::move(answer));
    }

private:
    using Group = std::vector<std::move_only_function<void()>>;
    static constexpr std::size_t few = 8;
    static void give_some(boost::asio::any_io_executor const& executor, Group group,
                          std::size_t from) {
        boost::asio::post(executor, [executor, group = std::move(group), from]() mutable {
            std::size_t const end = std::min(from + few, group.size());
            for (std::size_t i = from; i < end; ++i) group[i]();
            if (end < group.size()) give_some(executor, std::move(group), end);
        });
    }
    static AnswerBatch*& gathering() {
        thread_local AnswerBatch* here = nullptr;
        return here;
    }
    void add(boost::asio::any_io_executor executor, std::move_only_function<void()> answer) {
        for (auto& [known, some] : groups_) {
            if (known != executor) continue;
            some.push_back(std::move(answer));
            return;
        }
        groups_.emplace_back(std::move(executor), Group{}).second.push_back(std::move(answer));
    }
    std::vector<std::pair<boost::asio::any_io_executor, Group>> groups_;
};

} // namespace parley
