#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

namespace parley {

// The values lately used, by key; at most `most`, and at least one. To make room the oldest leaves that
// nobody has looked at since it came, or since its turn to leave came last: a look is a mark, and moves
// nothing. For one thread at a time.
template <class Key, class Value, class Hash = std::hash<Key>>
class Recent {
public:
    explicit Recent(std::size_t most) : most_(std::max<std::size_t>(most, 1)) {}

    // Null when it is not here, or has left. Good until the next `put` or `forget`.
    Value* find(Key const& key) {
        auto const known = held_.find(key);
        if (known == held_.end()) return nullptr;
        if (!known->second.used) known->second.used = true;
        return &known->second.value;
    }
    // Gives back what had to leave for it: what stood under the key before, or another one.
    std::optional<Value> put(Key const& key, Value value) {
        if (Value* const known = find(key)) return std::exchange(*known, std::move(value));
        std::optional<Value> leaving;
        if (held_.size() >= most_) leaving = forget(next_to_leave());
        order_.push_front(key);
        held_.try_emplace(key, std::move(value), order_.begin());
        return leaving;
    }
    std::optional<Value> forget(Key const& key) {
        auto const known = held_.find(key);
        if (known == held_.end()) return std::nullopt;
        std::optional<Value> leaving = std::move(known->second.value);
        order_.erase(known->second.place);
        held_.erase(known);
        return leaving;
    }
    std::size_t size() const { return held_.size(); }

private:
    using Order = std::list<Key>; // the newest first
    struct Held {
        Held(Value the_value, Order::iterator the_place)
            : value(std::move(the_value)), place(the_place) {}
        Value value;
        bool used = false;
        Order::iterator place;
    };
    // Passes over those that were used, once.
    Key next_to_leave() {
        for (;;) {
            Held& oldest = held_.at(order_.back());
            if (!std::exchange(oldest.used, false)) return order_.back();
            order_.splice(order_.begin(), order_, oldest.place);
        }
    }
    Order order_;
    std::unordered_map<Key, Held, Hash> held_;
    std::size_t most_;
};

} // namespace parley
