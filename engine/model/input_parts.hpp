#pragma once

#include "engine/model/command.hpp"

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// What the readers of filings and of acts share: limits, shapes, and the nouns inside them.

namespace parley {

// Limits in characters or entries; the schemas name the same ones.
namespace input_limits {
constexpr std::size_t statement = 10'000; // statements, messages, reasons: what people write
constexpr std::size_t grounds = 30'000;
constexpr std::size_t description = 2'000;
constexpr std::size_t line = 200; // a name, a reference, a place
constexpr std::size_t address = 1'000;
constexpr std::size_t signature = 500;
constexpr std::size_t name = 64;
constexpr std::size_t consents = 20;
constexpr std::size_t items = 100;
constexpr std::size_t languages = 20;
constexpr std::int64_t quantity = 100'000;
constexpr std::size_t other_remedies = 20;
constexpr std::size_t metadata = 20;
constexpr std::size_t metadata_key = 40;
constexpr std::size_t metadata_value = 500;
constexpr std::int32_t extension_days = 366;
constexpr std::int64_t outcome_versions = 1'000;
constexpr std::int64_t procedure_version = 1'000'000;
constexpr std::size_t fields = 50; // of a document
} // namespace input_limits

bool is_email(std::string_view text); // one mailbox: no list, no display name, no header trick
bool is_language_tag(std::string_view text); // the shape of BCP 47, not its registry
bool is_zone_name(std::string_view text); // the shape of an IANA name; ZoneRules know which exist
bool is_name(std::string_view text);      // of a procedure or a deadline: a-z, 0-9, - and _

// The member's string when it is there and has the shape; reports `invalid` with `wanted` otherwise.
std::string shaped_text(ObjectReader& reader, std::string_view name,
                        bool (*has_shape)(std::string_view), std::string_view wanted,
                        std::size_t length_max = input_limits::line);
std::optional<std::string> optional_shaped_text(ObjectReader& reader, std::string_view name,
                                                bool (*has_shape)(std::string_view),
                                                std::string_view wanted);
// What people read in one line: a name, a reference. In a subject or a list a second line would
// pass for somebody else's words.
std::string line_text(ObjectReader& reader, std::string_view name);
bool optional_boolean(ObjectReader& reader, std::string_view name);
// Exactly 64 lower-case hexadecimal digits.
std::string sha256_text(ObjectReader& reader, std::string_view name);
// A member that must be an array of `min` to `max` entries, each read with its pointer; where `min` is
// zero it may be absent.
void read_list(ObjectReader& reader, std::string_view name, std::size_t min, std::size_t max,
               std::function<void(Json const&, std::string)> const& read_entry);

template <NamedEnum E>
std::optional<E> optional_choice(ObjectReader& reader, std::string_view name) {
    if (!reader.has(name)) return std::nullopt;
    std::size_t const faults_before = reader.errors().size();
    std::string const text = reader.text(name, input_limits::line, 0);
    if (reader.errors().size() != faults_before) return std::nullopt;
    auto const value = parse_name<E>(text);
    if (!value)
        reader.error(name, RefusalCode::invalid,
                     fmt::format("must be one of {}", names_joined<E>()));
    return value;
}
template <NamedEnum E>
E choice(ObjectReader& reader, std::string_view name) {
    static_cast<void>(reader.required(name));
    return optional_choice<E>(reader, name).value_or(E{});
}

template <class IdType>
std::optional<IdType> optional_id(ObjectReader& reader, std::string_view name,
                                  std::string_view prefix) {
    if (!reader.has(name)) return std::nullopt;
    std::size_t const faults_before = reader.errors().size();
    std::string const text = reader.text(name, input_limits::line, 0);
    if (reader.errors().size() != faults_before) return std::nullopt;
    auto const id = IdType::parse(text);
    if (!id)
        reader.error(name, RefusalCode::invalid,
                     fmt::format("must be an id: {} and 26 characters", prefix));
    return id;
}

std::vector<RemedyInput> read_remedies(ObjectReader& reader, std::string_view name,
                                       std::size_t min);
// `remedies_min`: a notice must propose a solution, a counterclaim may.
ClaimInput read_claim(Json const& object, std::string pointer, std::vector<FieldError>& errors,
                      std::size_t remedies_min);
// The same where the claim is the whole body.
ClaimInput read_claim_members(ObjectReader& reader, std::size_t remedies_min);
// The members that a consent has wherever it is given: its kind and what exactly was agreed to.
Consent read_consent_text(ObjectReader& reader);

} // namespace parley
