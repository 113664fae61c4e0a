#pragma once

#include "api/http/message.hpp"
#include "api/routes/acts_json.hpp"
#include "engine/base/recent.hpp"
#include "engine/runtime/entry.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley::routes {

// Values that were rendered one behind the other.
class RenderedList {
public:
    std::size_t size() const { return ends_.size(); }
    std::string_view operator[](std::size_t i) const {
        std::size_t const begin = i == 0 ? 0 : ends_[i - 1];
        return std::string_view(text_).substr(begin, ends_[i] - begin);
    }
    // Keeps the first `count`.
    void cut(std::size_t count) {
        ends_.resize(count);
        text_.resize(count == 0 ? 0 : ends_.back());
    }
    void add(std::string_view value) {
        text_ += value;
        ends_.push_back(text_.size());
    }

private:
    std::string text_;
    std::vector<std::size_t> ends_;
};

// What of a rendered dispute is the same for every viewer and left alone by most acts: members of one
// object each, without its braces.
struct DisputeParts {
    EntryPtr of;         // what they were rendered from
    std::string frame;   // which dispute, under which rules, in which stage
    std::string facts;   // the parties, what they said, the deadlines
    RenderedList offers; // an object each, in the order they were made; not every viewer sees all
    std::string end;     // what follows the acts and offers
};

// Rendered disputes and parts of them. Both are functions of the entry, and of the viewer where it is
// a whole one, so they hold for as long as what they were made from does. For one thread.
class ViewCache {
public:
    explicit ViewCache(std::size_t most) : whole_(most), parts_(most) {}

    // One viewer's whole view. Null when it must be rendered anew.
    http::SharedText find(EntryPtr const& entry, Viewer const& viewer);
    void put(EntryPtr entry, Viewer const& viewer, http::SharedText text);

    // The parts of this entry; those that changed since the last time are rendered. Good until the
    // next call.
    DisputeParts const& parts_of(EntryPtr const& entry);

    ActTexts& act_texts() { return act_texts_; }

private:
    struct Whole {
        EntryPtr entry; // held, so that its address cannot come to mean another one
        http::SharedText text;
    };
    struct Key {
        DisputeId dispute;
        Role role;
        bool verified;
        friend bool operator==(Key const&, Key const&) = default;
    };
    struct HashKey {
        std::size_t operator()(Key const& key) const {
            auto const who = static_cast<std::size_t>(key.role) * 2 + (key.verified ? 1 : 0);
            return std::hash<DisputeId>()(key.dispute) ^ (who * 0x9e3779b97f4a7c15U);
        }
    };
    static Key key_of(EntryPtr const& entry, Viewer const& viewer) {
        return {entry->state.id, viewer.role, viewer.verified};
    }

    Recent<Key, Whole, HashKey> whole_;
    Recent<DisputeId, DisputeParts> parts_;
    ActTexts act_texts_;
};

} // namespace parley::routes
