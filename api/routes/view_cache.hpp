#pragma once

#include "api/http/message.hpp"
#include "engine/runtime/entry.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <tuple>

namespace parley::routes {

// Rendered disputes, one a viewer. A view is a function of the entry and the viewer, so it holds
// for as long as the cache of disputes still gives the very same entry. For one thread.
class ViewCache {
public:
    explicit ViewCache(std::size_t most) : most_(most) {}

    // Null when it must be rendered anew.
    http::SharedText find(EntryPtr const& entry, Viewer const& viewer);
    void put(EntryPtr entry, Viewer const& viewer, http::SharedText text);

private:
    using Key = std::tuple<DisputeId, Role, bool>;
    struct View {
        Key key;
        EntryPtr entry; // held, so that its address cannot come to mean another one
        http::SharedText text;
    };
    static Key key_of(EntryPtr const& entry, Viewer const& viewer) {
        return {entry->state.id, viewer.role, viewer.verified};
    }

    std::list<View> order_; // most recently used first
    std::map<Key, std::list<View>::iterator> places_;
    std::size_t most_;
};

} // namespace parley::routes
