#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace parley {

// Specialise with `static constexpr std::string_view names[]`, one name an enumerator, in order from
// zero. These names are public and stored: they never change once released.
template <class E>
struct EnumNames;

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires { EnumNames<E>::names[0]; };

template <NamedEnum E>
constexpr std::string_view name_of(E value) {
    return EnumNames<E>::names[static_cast<std::size_t>(std::to_underlying(value))];
}

template <NamedEnum E>
constexpr std::optional<E> parse_name(std::string_view text) {
    for (std::size_t i = 0; i < std::size(EnumNames<E>::names); ++i)
        if (EnumNames<E>::names[i] == text) return static_cast<E>(i);
    return std::nullopt;
}

// "a, b, c": for errors that say what would have been right.
template <NamedEnum E>
std::string names_joined() {
    std::string out;
    for (std::string_view const name : EnumNames<E>::names) {
        if (!out.empty()) out += ", ";
        out += name;
    }
    return out;
}

// "a, b": those of a list.
template <class Range>
std::string names_joined(Range const& values) {
    std::string out;
    for (auto const& value : values) {
        if (!out.empty()) out += ", ";
        out += name_of(value);
    }
    return out;
}

// final_communications: "final communications".
inline std::string spaced(std::string_view name) {
    std::string out(name);
    std::ranges::replace(out, '_', ' ');
    return out;
}

} // namespace parley
