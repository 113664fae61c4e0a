#pragma once

#include "engine/base/json.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace parley {

// One change to a good document and the only fault it must give.
struct BadInput {
    std::string_view at;    // where the document is changed
    std::string_view value; // JSON put there; empty removes the member
    std::string_view pointer;
    RefusalCode code;
    std::string_view detail; // a part of the sentence
};

inline Json changed(Json document, std::string_view at, std::string const& value) {
    Json::json_pointer const place{std::string(at)};
    if (!value.empty()) {
        document[place] = Json::parse(value);
        return document;
    }
    document[place.parent_pointer()].erase(place.back());
    return document;
}

} // namespace parley
