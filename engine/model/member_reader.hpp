#pragma once

#include "engine/base/digest.hpp"
#include "engine/model/members.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Reads what member_writer.hpp wrote back from a parsed document, strictly. For .cpp files only, as
// it brings the JSON library along. Nothing is allocated for paths unless something does not fit.

namespace parley {

// What does not fit, and where: the path is built from the inside out while returning.
struct Misfit {
    std::string path;
    std::string what;
    bool is(std::string sentence) {
        what = std::move(sentence);
        return false;
    }
    bool under(std::string_view name) {
        path = fmt::format("/{}{}", name, path);
        return false;
    }
    std::string text() const { return path.empty() ? "the event " + what : path + " " + what; }
};

// Calls among these overloads are found by argument, wherever they stand: Misfit is of parley.
inline bool read_value(Json const& json, std::string& text, Misfit& misfit) {
    if (!json.is_string()) return misfit.is("must be a string");
    text = json.get_ref<std::string const&>();
    return true;
}
template <std::same_as<bool> T>
bool read_value(Json const& json, T& truth, Misfit& misfit) {
    if (!json.is_boolean()) return misfit.is("must be true or false");
    truth = json.get<bool>();
    return true;
}
template <JsonInteger T>
bool read_value(Json const& json, T& number, Misfit& misfit) {
    if (!json.is_number_integer()) return misfit.is("must be an integer");
    bool const fits = json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>())
                                                : std::in_range<T>(json.get<std::int64_t>());
    if (!fits)
        return misfit.is(fmt::format("must be {} to {}", std::numeric_limits<T>::min(),
                                     std::numeric_limits<T>::max()));
    number = json.get<T>();
    return true;
}

// Everything that is stored as a string with a shape of its own.
template <class T, class Parse>
bool read_text(Json const& json, T& value, Misfit& misfit, std::string_view wanted, Parse parse) {
    if (!json.is_string()) return misfit.is(fmt::format("must be {}", wanted));
    auto const parsed = parse(std::string_view(json.get_ref<std::string const&>()));
    if (!parsed) return misfit.is(fmt::format("must be {}", wanted));
    value = *parsed;
    return true;
}
inline bool read_value(Json const& json, Instant& at, Misfit& misfit) {
    return read_text(json, at, misfit, "an instant", parse_instant);
}
inline bool read_value(Json const& json, Period& period, Misfit& misfit) {
    return read_text(json, period, misfit, "a period", parse_period);
}
inline bool read_value(Json const& json, Date& date, Misfit& misfit) {
    return read_text(json, date, misfit, "a date", parse_date);
}
inline bool read_value(Json const& json, Digest& digest, Misfit& misfit) {
    return read_text(json, digest, misfit, "64 lower-case hexadecimal digits", parse_digest);
}
template <NamedEnum E>
bool read_value(Json const& json, E& value, Misfit& misfit) {
    if (json.is_string())
        if (auto const parsed = parse_name<E>(json.get_ref<std::string const&>())) {
            value = *parsed;
            return true;
        }
    return misfit.is(fmt::format("must be one of {}", names_joined<E>()));
}
template <class Tag>
bool read_value(Json const& json, Id<Tag>& id, Misfit& misfit) {
    return read_text(json, id, misfit, fmt::format("an id that starts with {}", Tag::prefix),
                     Id<Tag>::parse);
}
inline bool read_value(Json const& json, Money& money, Misfit& misfit) {
    if (!json.is_object() || json.size() != 2 || !json.contains("amount") ||
        !json.contains("currency"))
        return misfit.is("must be an object of amount and currency");
    if (!read_value(json["amount"], money.amount, misfit)) return misfit.under("amount");
    return read_text(json["currency"], money.currency, misfit, "an ISO 4217 code",
                     parse_currency) ||
           misfit.under("currency");
}
template <class T>
bool read_value(Json const& json, std::optional<T>& value, Misfit& misfit) {
    return read_value(json, value.emplace(), misfit);
}
template <class T, class U>
bool read_value(Json const& json, std::pair<T, U>& pair, Misfit& misfit) {
    if (!json.is_array() || json.size() != 2) return misfit.is("must be an array of two");
    return read_value(json[0], pair.first, misfit) && read_value(json[1], pair.second, misfit);
}
template <class T>
bool read_value(Json const& json, std::vector<T>& list, Misfit& misfit) {
    if (!json.is_array()) return misfit.is("must be an array");
    list.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i)
        if (!read_value(json[i], list.emplace_back(), misfit))
            return misfit.under(std::to_string(i));
    return true;
}

// Reads one listed member and counts it in `seen` when it is there.
template <class T, class M>
bool read_member(Json const& json, T& object, Member<T, M> const& member, std::size_t& seen,
                 Misfit& misfit) {
    auto const found = json.find(member.name);
    if (found == json.end()) {
        if (member.sparse) return true;
        misfit.is("is missing");
        return misfit.under(member.name);
    }
    ++seen;
    return read_value(*found, object.*member.at, misfit) || misfit.under(member.name);
}
template <HasMembers T>
bool read_members(Json const& json, T& object, std::size_t& seen, Misfit& misfit) {
    return std::apply(
        [&](auto const&... member) {
            return (read_member(json, object, member, seen, misfit) && ...);
        },
        MembersOf<T>::all);
}
template <class T>
bool lists_member(std::string_view name) {
    return std::apply([&](auto const&... member) { return ((member.name == name) || ...); },
                      MembersOf<T>::all);
}
// All members of one object that several lists describe together; any other member is a misfit.
template <HasMembers... T>
bool read_object(Json const& json, Misfit& misfit, T&... parts) {
    if (!json.is_object()) return misfit.is("must be an object");
    std::size_t seen = 0;
    if (!(read_members(json, parts, seen, misfit) && ...)) return false;
    if (seen == json.size()) return true;
    for (auto const& [name, value] : json.items())
        if (!(lists_member<T>(name) || ...)) {
            misfit.is("is not known");
            return misfit.under(name);
        }
    return misfit.is("has a member twice");
}
template <HasMembers T>
bool read_value(Json const& json, T& object, Misfit& misfit) {
    return read_object(json, misfit, object);
}

} // namespace parley
