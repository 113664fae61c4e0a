#include "engine/model/input_parts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace parley {

namespace {

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter_or_digit(char c) { return is_letter(c) || is_digit(c); }
// Part of a character beyond ASCII; the gate let only whole ones through.
constexpr bool is_beyond_ascii(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }

// Calls `fits` on each part of `text` between separators, empty ones included.
template <class Fits>
bool all_parts(std::string_view text, char separator, Fits fits) {
    for (;;) {
        auto const end = text.find(separator);
        if (!fits(text.substr(0, end))) return false;
        if (end == std::string_view::npos) return true;
        text.remove_prefix(end + 1);
    }
}

bool is_host_label(std::string_view label) {
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) {
               return is_letter_or_digit(c) || c == '-' || is_beyond_ascii(c);
           });
}

bool is_atom(std::string_view atom) {
    return !atom.empty() && std::ranges::all_of(atom, [](char c) {
        return is_letter_or_digit(c) || is_beyond_ascii(c) ||
               std::string_view("!#$%&'*+-/=?^_`{|}~").contains(c);
    });
}

bool needs_amount(RemedyKind kind) {
    switch (kind) {
    case RemedyKind::refund:
    case RemedyKind::payment:
    case RemedyKind::price_reduction: return true;
    case RemedyKind::replacement:
    case RemedyKind::repair:
    case RemedyKind::return_goods:
    case RemedyKind::redelivery:
    case RemedyKind::apology:
    case RemedyKind::cancellation:
    case RemedyKind::nothing:
    case RemedyKind::other: return false;
    }
    return false;
}

// An amount that stands for something: nobody claims or pays nothing.
void check_positive(ObjectReader& reader, std::string_view name,
                    std::optional<Money> const& money) {
    if (!money || *money == Money{} || money->amount > 0) return;
    reader.errors().push_back({reader.pointer_to(name) + "/amount", RefusalCode::out_of_range,
                               "must be 1 or more minor units"});
}

RemedyInput read_remedy(Json const& object, std::string pointer, std::vector<FieldError>& errors) {
    ObjectReader reader(object, std::move(pointer), errors);
    RemedyInput input;
    std::size_t const faults_before = errors.size();
    input.remedy.kind = choice<RemedyKind>(reader, "kind");
    bool const kind_is_known = object.is_object() && errors.size() == faults_before;
    bool const has_amount = reader.has("amount");
    input.remedy.amount = reader.optional_money("amount");
    check_positive(reader, "amount", input.remedy.amount);
    if (kind_is_known && needs_amount(input.remedy.kind) && !has_amount)
        reader.error("amount", RefusalCode::missing_field,
                     fmt::format("is missing; a remedy of kind {} says how much",
                                 name_of(input.remedy.kind)));
    if (kind_is_known && input.remedy.kind == RemedyKind::nothing && has_amount)
        reader.error("amount", RefusalCode::invalid, "must be absent where the kind is nothing");
    input.remedy.by = optional_choice<Side>(reader, "by");
    input.remedy.due = reader.optional_instant("due");
    input.description = reader.optional_text("description", input_limits::description);
    return input;
}

} // namespace

bool is_email(std::string_view text) {
    auto const at = text.rfind('@');
    if (at == std::string_view::npos || text.size() > 254) return false;
    std::string_view const local = text.substr(0, at);
    std::string_view const host = text.substr(at + 1);
    return local.size() <= 64 && all_parts(local, '.', is_atom) && host.contains('.') &&
           all_parts(host, '.', is_host_label);
}

bool is_language_tag(std::string_view text) {
    bool first = true;
    bool after_single = false; // a single character opens an extension and cannot end the tag
    bool const shaped = text.size() <= 35 && all_parts(text, '-', [&](std::string_view part) {
                            bool const fits =
                                first ? (part.size() == 2 || part.size() == 3) &&
                                            std::ranges::all_of(part, is_letter)
                                      : !part.empty() && part.size() <= 8 &&
                                            std::ranges::all_of(part, is_letter_or_digit);
                            first = false;
                            after_single = part.size() == 1;
                            return fits;
                        });
    return shaped && !after_single;
}

bool is_zone_name(std::string_view text) {
    return text.size() <= input_limits::name && all_parts(text, '/', [](std::string_view part) {
               return !part.empty() && (is_letter(part.front()) || is_digit(part.front())) &&
                      std::ranges::all_of(part, [](char c) {
                          return is_letter_or_digit(c) || c == '_' || c == '-' || c == '+';
                      });
           });
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= input_limits::name && is_lower(text.front()) &&
           std::ranges::all_of(
               text, [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_'; });
}

std::string shaped_text(ObjectReader& reader, std::string_view name,
                        bool (*has_shape)(std::string_view), std::string_view wanted,
                        std::size_t length_max) {
    if (reader.required(name) == nullptr) return {};
    std::size_t const faults_before = reader.errors().size();
    std::string text = reader.text(name, length_max, 0);
    if (reader.errors().size() != faults_before) return {};
    if (has_shape(text)) return text;
    reader.error(name, RefusalCode::invalid, fmt::format("must be {}", wanted));
    return {};
}

std::optional<std::string> optional_shaped_text(ObjectReader& reader, std::string_view name,
                                                bool (*has_shape)(std::string_view),
                                                std::string_view wanted) {
    if (!reader.has(name)) return std::nullopt;
    std::string text = shaped_text(reader, name, has_shape, wanted);
    if (text.empty()) return std::nullopt;
    return text;
}

std::string line_text(ObjectReader& reader, std::string_view name) {
    std::string text = reader.text(name, input_limits::line);
    if (text.find_first_of("\n\t") == std::string::npos) return text;
    reader.error(name, RefusalCode::invalid, "must be one line");
    return {};
}

bool optional_boolean(ObjectReader& reader, std::string_view name) {
    return reader.has(name) && reader.boolean(name);
}

std::string sha256_text(ObjectReader& reader, std::string_view name) {
    return shaped_text(
        reader, name, [](std::string_view text) { return parse_digest(text).has_value(); },
        "the SHA-256 of the text as shown: 64 lower-case hexadecimal digits");
}

void read_list(ObjectReader& reader, std::string_view name, std::size_t min, std::size_t max,
               std::function<void(Json const&, std::string)> const& read_entry) {
    Json const* const list = min > 0 ? reader.required(name) : reader.optional(name);
    if (list == nullptr) return;
    if (!list->is_array()) return reader.error(name, RefusalCode::wrong_type, "must be an array");
    if (list->size() < min || list->size() > max)
        return reader.error(
            name, RefusalCode::out_of_range,
            fmt::format("must hold {} to {} entries, holds {}", min, max, list->size()));
    for (std::size_t i = 0; i < list->size(); ++i)
        read_entry((*list)[i], fmt::format("{}/{}", reader.pointer_to(name), i));
}

std::vector<RemedyInput> read_remedies(ObjectReader& reader, std::string_view name,
                                       std::size_t min) {
    std::vector<RemedyInput> remedies;
    read_list(reader, name, min, remedies_max, [&](Json const& entry, std::string pointer) {
        remedies.push_back(read_remedy(entry, std::move(pointer), reader.errors()));
    });
    return remedies;
}

ClaimInput read_claim(Json const& object, std::string pointer, std::vector<FieldError>& errors,
                      std::size_t remedies_min) {
    ObjectReader reader(object, std::move(pointer), errors);
    return read_claim_members(reader, remedies_min);
}

ClaimInput read_claim_members(ObjectReader& reader, std::size_t remedies_min) {
    ClaimInput claim;
    claim.reason = choice<ClaimReason>(reader, "reason");
    claim.amount = reader.money("amount");
    check_positive(reader, "amount", claim.amount);
    claim.statement = reader.text("statement", input_limits::statement);
    claim.remedies = read_remedies(reader, "remedies", remedies_min);
    return claim;
}

Consent read_consent_text(ObjectReader& reader) {
    Consent consent;
    consent.kind = choice<ConsentKind>(reader, "kind");
    consent.text_sha256 = sha256_text(reader, "text_sha256");
    consent.locale = shaped_text(reader, "locale", is_language_tag,
                                 "a language tag of BCP 47, such as es or zh-Hans");
    consent.track = optional_choice<Track>(reader, "track");
    consent.read_and_understood = optional_boolean(reader, "read_and_understood");
    consent.separate_document = optional_boolean(reader, "separate_document");
    consent.same_neutral = optional_boolean(reader, "same_neutral");
    consent.redaction = optional_choice<Redaction>(reader, "redaction");
    return consent;
}

} // namespace parley
