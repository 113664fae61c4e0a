#include "api/routes/view_cache.hpp"

#include "api/routes/dispute_json.hpp"

#include <utility>

namespace parley::routes {

http::SharedText ViewCache::find(EntryPtr const& entry, Viewer const& viewer) {
    Whole const* const known = whole_.find(key_of(entry, viewer));
    return known != nullptr && known->entry == entry ? known->text : nullptr;
}

void ViewCache::put(EntryPtr entry, Viewer const& viewer, http::SharedText text) {
    Key const key = key_of(entry, viewer);
    whole_.put(key, {std::move(entry), std::move(text)});
}

DisputeParts const& ViewCache::parts_of(EntryPtr const& entry) {
    DisputeId const dispute = entry->state.id;
    DisputeParts* known = parts_.find(dispute);
    if (known == nullptr) {
        parts_.put(dispute, {});
        known = parts_.find(dispute);
    }
    renew(*known, entry);
    return *known;
}

} // namespace parley::routes
