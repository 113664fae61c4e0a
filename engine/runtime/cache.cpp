#include "engine/runtime/cache.hpp"

#include <optional>
#include <utility>

namespace parley {

// An entry that leaves may be the last of its kind: it is let go of when the lock is gone.

EntryPtr DisputeCache::find(DisputeId dispute) {
    std::scoped_lock const lock(mutex_);
    EntryPtr const* const known = entries_.find(dispute);
    return known != nullptr ? *known : nullptr;
}

void DisputeCache::put(EntryPtr entry) {
    DisputeId const dispute = entry->state.id;
    std::optional<EntryPtr> leaving;
    std::scoped_lock const lock(mutex_);
    EntryPtr* const known = entries_.find(dispute);
    if (known == nullptr) leaving = entries_.put(dispute, std::move(entry));
    else if ((*known)->heads.version <= entry->heads.version)
        leaving = std::exchange(*known, std::move(entry));
}

void DisputeCache::forget(DisputeId dispute) {
    std::optional<EntryPtr> leaving;
    std::scoped_lock const lock(mutex_);
    leaving = entries_.forget(dispute);
}

void DisputeCache::forget_all() {
    Entries leaving(most_);
    std::scoped_lock const lock(mutex_);
    std::swap(leaving, entries_);
}

std::size_t DisputeCache::size() const {
    std::scoped_lock const lock(mutex_);
    return entries_.size();
}

} // namespace parley
