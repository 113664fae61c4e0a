#include "engine/base/json_slice.hpp"

#include <algorithm>
#include <cstddef>

namespace parley {

namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::size_t skip_space(std::string_view text, std::size_t at) {
    while (at < text.size() && is_space(text[at])) ++at;
    return at;
}

// `at` is on the opening quote; the answer is one past the closing one.
std::size_t skip_string(std::string_view text, std::size_t at) {
    for (++at; at < text.size();) {
        std::size_t const quote = std::min(text.find('"', at), text.size());
        std::size_t const escape = text.substr(0, quote).find('\\', at);
        if (escape == std::string_view::npos) return std::min(quote + 1, text.size());
        at = escape + 2;
    }
    return text.size();
}

// One past the value that starts at `at`.
std::size_t skip_value(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    while (at < text.size()) {
        char const c = text[at];
        if (c == '"') {
            at = skip_string(text, at);
            if (depth == 0) return at;
            continue;
        }
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') {
            if (depth == 0) return at; // the end of what holds a bare number or literal
            if (--depth == 0) return at + 1;
        } else if (depth == 0 && (c == ',' || is_space(c))) {
            return at;
        }
        ++at;
    }
    return at;
}

} // namespace

std::string_view raw_member(std::string_view object, std::string_view key) {
    std::size_t at = skip_space(object, 0);
    if (at >= object.size() || object[at] != '{') return {};
    at = skip_space(object, at + 1);
    while (at < object.size() && object[at] == '"') {
        std::size_t const key_end = skip_string(object, at);
        std::string_view const found = object.substr(at + 1, key_end - at - 2);
        at = skip_space(object, key_end);
        if (at >= object.size() || object[at] != ':') return {};
        at = skip_space(object, at + 1);
        std::size_t const end = skip_value(object, at);
        if (found == key) return object.substr(at, end - at);
        at = skip_space(object, end);
        if (at >= object.size() || object[at] != ',') return {};
        at = skip_space(object, at + 1);
    }
    return {};
}

std::string_view raw_element(std::string_view array, std::size_t index) {
    std::size_t at = skip_space(array, 0);
    if (at >= array.size() || array[at] != '[') return {};
    at = skip_space(array, at + 1);
    while (at < array.size() && array[at] != ']') {
        std::size_t const end = skip_value(array, at);
        if (index-- == 0) return array.substr(at, end - at);
        at = skip_space(array, end);
        if (at >= array.size() || array[at] != ',') return {};
        at = skip_space(array, at + 1);
    }
    return {};
}

} // namespace parley
