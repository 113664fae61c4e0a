#pragma once

#include "engine/base/digest.hpp"
#include "engine/base/json.hpp"
#include "engine/base/shared.hpp"
#include "engine/model/members.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Writes whatever has its members listed as JSON, without a DOM: stored facts and state dumps.

namespace parley {

// Calls among these overloads are found by argument, wherever they stand: JsonWriter is of parley.
inline void write_value(JsonWriter& json, std::string const& text) { json.value(text); }
inline void write_value(JsonWriter& json, Instant at) { json.value(at); }
inline void write_value(JsonWriter& json, Money const& money) { json.value(money); }
inline void write_value(JsonWriter& json, Period period) { json.value(text_of(period)); }
inline void write_value(JsonWriter& json, Date date) { json.value(text_of(date)); }
inline void write_value(JsonWriter& json, Digest const& digest) { json.value(hex_of(digest)); }
template <std::same_as<bool> T>
void write_value(JsonWriter& json, T truth) {
    json.value(truth);
}
template <JsonInteger T>
void write_value(JsonWriter& json, T number) {
    json.value(number);
}
template <NamedEnum E>
void write_value(JsonWriter& json, E value) {
    json.value(name_of(value));
}
template <class Tag>
void write_value(JsonWriter& json, Id<Tag> const& id) {
    json.value(id);
}
template <HasMembers T>
void write_value(JsonWriter& json, T const& object) {
    json.begin_object();
    write_members(json, object);
    json.end_object();
}
template <class List>
void write_list(JsonWriter& json, List const& list) {
    json.begin_array();
    for (auto const& item : list) write_value(json, item);
    json.end_array();
}
template <class T>
void write_value(JsonWriter& json, Shared<T> const& shared) {
    write_value(json, shared.get());
}
template <class T>
void write_value(JsonWriter& json, std::vector<T> const& list) {
    write_list(json, list);
}
template <class T, std::size_t N>
    requires(!std::same_as<T, std::uint8_t>) // bytes are digests
void write_value(JsonWriter& json, std::array<T, N> const& list) {
    write_list(json, list);
}
template <class T>
void write_value(JsonWriter& json, std::optional<T> const& value) {
    if (value) write_value(json, *value);
    else json.null();
}
template <class T, class U>
void write_value(JsonWriter& json, std::pair<T, U> const& pair) {
    json.begin_array();
    write_value(json, pair.first);
    write_value(json, pair.second);
    json.end_array();
}
template <class K, class V>
void write_value(JsonWriter& json, std::map<K, V> const& map) {
    json.begin_object();
    for (auto const& [key, value] : map) {
        json.key(key);
        write_value(json, value);
    }
    json.end_object();
}

template <class T, class M>
void write_member(JsonWriter& json, T const& object, Member<T, M> const& member) {
    M const& value = object.*member.at;
    if (member.sparse && value == M{}) return;
    json.key(member.name);
    write_value(json, value);
}
template <HasMembers T>
void write_members(JsonWriter& json, T const& object) {
    std::apply([&](auto const&... member) { (write_member(json, object, member), ...); },
               MembersOf<T>::all);
}

} // namespace parley
