#pragma once

#include "engine/base/recent.hpp"
#include "engine/runtime/entry.hpp"

#include <cstddef>
#include <mutex>

namespace parley {

// The disputes lately touched, as last committed. Safe to use from any thread.
class DisputeCache {
public:
    explicit DisputeCache(std::size_t most) : most_(most), entries_(most) {}

    EntryPtr find(DisputeId dispute);
    // Keeps whichever is newer, so that a slow reader never puts an old state over a published one.
    void put(EntryPtr entry);
    void forget(DisputeId dispute);
    void forget_all();
    std::size_t size() const;

private:
    using Entries = Recent<DisputeId, EntryPtr>;
    std::size_t most_;
    mutable std::mutex mutex_;
    Entries entries_;
};

} // namespace parley
