#include "api/routes/view_cache.hpp"

#include <utility>

namespace parley::routes {

http::SharedText ViewCache::find(EntryPtr const& entry, Viewer const& viewer) {
    auto const place = places_.find(key_of(entry, viewer));
    if (place == places_.end() || place->second->entry != entry) return nullptr;
    order_.splice(order_.begin(), order_, place->second);
    return place->second->text;
}

void ViewCache::put(EntryPtr entry, Viewer const& viewer, http::SharedText text) {
    Key const key = key_of(entry, viewer);
    if (auto const place = places_.find(key); place != places_.end()) {
        place->second->entry = std::move(entry);
        place->second->text = std::move(text);
        order_.splice(order_.begin(), order_, place->second);
        return;
    }
    order_.push_front({key, std::move(entry), std::move(text)});
    places_.emplace(key, order_.begin());
    if (order_.size() <= most_) return;
    places_.erase(order_.back().key);
    order_.pop_back();
}

} // namespace parley::routes
