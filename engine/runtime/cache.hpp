#pragma once

#include "engine/runtime/entry.hpp"

#include <cstddef>
#include <list>
#include <mutex>
#include <unordered_map>

namespace parley {

// The disputes lately touched, as last committed. Safe to use from any thread; the least recently
// used ones leave first.
class DisputeCache {
public:
    explicit DisputeCache(std::size_t most) : most_(most) {}

    EntryPtr find(DisputeId dispute);
    // Keeps whichever is newer, so that a slow reader never puts an old state over a published one.
    void put(EntryPtr entry);
    void forget(DisputeId dispute);
    void forget_all();
    std::size_t size() const;

private:
    using Order = std::list<EntryPtr>; // most recently used first
    mutable std::mutex mutex_;
    Order order_;
    std::unordered_map<DisputeId, Order::iterator> places_;
    std::size_t most_;
};

} // namespace parley
