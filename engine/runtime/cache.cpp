#include "engine/runtime/cache.hpp"

namespace parley {

EntryPtr DisputeCache::find(DisputeId dispute) {
    std::scoped_lock lock(mutex_);
    auto const place = places_.find(dispute);
    if (place == places_.end()) return nullptr;
    order_.splice(order_.begin(), order_, place->second);
    return *place->second;
}

void DisputeCache::put(EntryPtr entry) {
    DisputeId const dispute = entry->state.id;
    EntryPtr leaving; // destroyed after the lock is gone
    std::scoped_lock lock(mutex_);
    auto const place = places_.find(dispute);
    if (place != places_.end()) {
        if ((*place->second)->heads.version <= entry->heads.version) {
            leaving = std::exchange(*place->second, std::move(entry));
            order_.splice(order_.begin(), order_, place->second);
        }
        return;
    }
    order_.push_front(std::move(entry));
    places_.emplace(dispute, order_.begin());
    if (order_.size() <= most_) return;
    leaving = std::move(order_.back());
    places_.erase(leaving->state.id);
    order_.pop_back();
}

void DisputeCache::forget(DisputeId dispute) {
    std::scoped_lock lock(mutex_);
    auto const place = places_.find(dispute);
    if (place == places_.end()) return;
    order_.erase(place->second);
    places_.erase(place);
}

void DisputeCache::forget_all() {
    Order leaving; // destroyed outside the lock
    std::scoped_lock lock(mutex_);
    places_.clear();
    leaving.swap(order_);
}

std::size_t DisputeCache::size() const {
    std::scoped_lock lock(mutex_);
    return order_.size();
}

} // namespace parley
