#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

namespace parley {

// The values lately used, by key; beyond `most` the one that was used least recently leaves. For one
// thread at a time.
template <class Key, class Value, class Hash = std::hash<Key>>
class Recent {
public:
    explicit Recent(std::size_t most) : most_(most) {}

    // Null when it is not here, or has left. Good until the next `put`.
    Value* find(Key const& key) {
        auto const place = places_.find(key);
        if (place == places_.end()) return nullptr;
        order_.splice(order_.begin(), order_, place->second);
        return &place->second->second;
    }
    Value& put(Key const& key, Value value) {
        if (Value* const known = find(key)) return *known = std::move(value);
        order_.emplace_front(key, std::move(value));
        places_.emplace(key, order_.begin());
        if (order_.size() > most_) {
            places_.erase(order_.back().first);
            order_.pop_back();
        }
        return order_.front().second;
    }
    std::size_t size() const { return order_.size(); }

private:
    using Order = std::list<std::pair<Key, Value>>; // most recently used first
    Order order_;
    std::unordered_map<Key, typename Order::iterator, Hash> places_;
    std::size_t most_;
};

} // namespace parley
