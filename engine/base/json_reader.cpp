#include "engine/base/contains.hpp"
#include "engine/base/json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace parley {

namespace {

// A hostile body may hold thousands of unknown members; the answer names this many faults at most.
constexpr std::size_t errors_max = 100;

std::string_view kind_of_value(Json const& value) {
    switch (value.type()) {
    case Json::value_t::null: return "null";
    case Json::value_t::object: return "an object";
    case Json::value_t::array: return "an array";
    case Json::value_t::string: return "a string";
    case Json::value_t::boolean: return "true or false";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: return "an integer";
    case Json::value_t::number_float: return "a number with a fraction";
    case Json::value_t::binary:
    case Json::value_t::discarded: break;
    }
    return "something else";
}

// The gate let only valid UTF-8 through, so counting the bytes that start a character is enough.
std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// C0 but for line feed and tab, DEL, and C1: they forge log lines and hide text on terminals.
bool has_control_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const byte = static_cast<unsigned char>(text[i]);
        if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) return true;
        if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0)
            return true;
    }
    return false;
}

// Nothing that a reader could see: white space and the marks that only steer it, in UTF-8.
bool is_blank(std::string_view text) {
    constexpr auto unseen = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"\t", "\n"},
        {" ", " "}, // first and last of a range
        {"\u00a0", "\u00a0"},
        {"\u00ad", "\u00ad"},
        {"\u2000", "\u200f"},
        {"\u2028", "\u202f"},
        {"\u205f", "\u206f"},
        {"\u3000", "\u3000"},
        {"\ufeff", "\ufeff"},
    });
    while (!text.empty()) {
        auto const found = std::ranges::find_if(unseen, [&](auto const& range) {
            std::string_view const next = text.substr(0, range.first.size());
            return range.first <= next && next <= range.second;
        });
        if (found == unseen.end()) return false;
        text.remove_prefix(found->first.size());
    }
    return true;
}

} // namespace

ObjectReader::ObjectReader(Json const& object, std::string pointer, std::vector<FieldError>& errors)
    : object_(object), pointer_(std::move(pointer)), errors_(errors) {
    if (object_.is_object()) {
        asked_.reserve(object_.size());
        return;
    }
    finished_ = true; // one fault for the whole; its members cannot be missing as well
    errors_.push_back({pointer_, RefusalCode::wrong_type,
                       fmt::format("must be an object, not {}", kind_of_value(object_))});
}

ObjectReader::~ObjectReader() { finish(); }

void ObjectReader::finish() {
    if (finished_) return;
    finished_ = true;
    for (auto const& [name, value] : object_.get_ref<Json::object_t const&>()) {
        if (contains(asked_, &name)) continue;
        if (errors_.size() >= errors_max) return;
        error(name, RefusalCode::unknown_field, "is not a member of this object; leave it out");
    }
}

Json const* ObjectReader::optional(std::string_view name) {
    if (!object_.is_object()) return nullptr;
    auto const found = object_.find(name);
    if (found == object_.end()) return nullptr;
    asked_.push_back(&found.key());
    return found->is_null() ? nullptr : &*found;
}

bool ObjectReader::has(std::string_view name) { return optional(name) != nullptr; }

Json const* ObjectReader::required(std::string_view name) {
    Json const* const found = optional(name);
    if (found == nullptr && object_.is_object())
        error(name, RefusalCode::missing_field, "is missing");
    return found;
}

std::string ObjectReader::pointer_to(std::string_view name) const {
    return pointer_ + '/' + pointer_token(name);
}

void ObjectReader::error(std::string_view name, RefusalCode code, std::string detail) {
    errors_.push_back({pointer_to(name), code, std::move(detail)});
}

namespace {

void wrong_type(ObjectReader& reader, std::string_view name, std::string_view wanted,
                Json const& found) {
    reader.error(name, RefusalCode::wrong_type,
                 fmt::format("must be {}, not {}", wanted, kind_of_value(found)));
}

// The member's string, or null after its fault was reported.
std::string const* string_in(ObjectReader& reader, std::string_view name, Json const* found) {
    if (found == nullptr) return nullptr;
    if (found->is_string()) return &found->get_ref<std::string const&>();
    wrong_type(reader, name, "a string", *found);
    return nullptr;
}

std::string text_in(ObjectReader& reader, std::string_view name, Json const* found,
                    std::size_t length_min, std::size_t length_max) {
    std::string const* const text = string_in(reader, name, found);
    if (text == nullptr) return {};
    std::size_t const length = code_points(*text);
    if (length < length_min || length > length_max) {
        reader.error(name, RefusalCode::out_of_range,
                     length_min == 0 ? fmt::format("must have at most {} characters, has {}",
                                                   length_max, length)
                                     : fmt::format("must have {} to {} characters, has {}",
                                                   length_min, length_max, length));
        return {};
    }
    if (has_control_character(*text)) {
        reader.error(name, RefusalCode::invalid,
                     "must not hold control characters other than line feed and tab");
        return {};
    }
    if (length_min > 0 && is_blank(*text)) {
        reader.error(name, RefusalCode::invalid, "must hold something that can be read");
        return {};
    }
    return *text;
}

std::optional<Instant> instant_in(ObjectReader& reader, std::string_view name, Json const* found) {
    std::string const* const text = string_in(reader, name, found);
    if (text == nullptr) return std::nullopt;
    auto const at = parse_instant(*text);
    if (!at)
        reader.error(
            name, RefusalCode::invalid,
            "must be an RFC 3339 instant between 1970 and 2199, such as 2026-11-21T10:00:00Z");
    return at;
}

std::optional<std::int64_t> integer_in(ObjectReader& reader, std::string_view name,
                                       Json const* found, std::int64_t min, std::int64_t max) {
    if (found == nullptr) return std::nullopt;
    if (!found->is_number_integer()) {
        wrong_type(reader, name, "an integer", *found);
        return std::nullopt;
    }
    constexpr auto signed_max =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    bool const fits = !found->is_number_unsigned() || found->get<std::uint64_t>() <= signed_max;
    std::int64_t const number = fits ? found->get<std::int64_t>() : 0;
    if (!fits || number < min || number > max) {
        reader.error(name, RefusalCode::out_of_range, fmt::format("must be {} to {}", min, max));
        return std::nullopt;
    }
    return number;
}

std::optional<Money> money_in(ObjectReader& reader, std::string_view name, Json const* found) {
    if (found == nullptr) return std::nullopt;
    std::size_t const faults_before = reader.errors().size();
    ObjectReader money(*found, reader.pointer_to(name), reader.errors());
    std::int64_t const amount = money.integer("amount", 0, money_amount_max);
    std::string const* const code = string_in(money, "currency", money.required("currency"));
    auto const currency = code == nullptr ? std::nullopt : parse_currency(*code);
    if (code != nullptr && !currency)
        money.error("currency", RefusalCode::invalid,
                    "must be an ISO 4217 currency code in capitals, such as EUR");
    money.finish();
    if (reader.errors().size() != faults_before || !currency) return std::nullopt;
    return Money{amount, *currency};
}

} // namespace

std::string ObjectReader::text(std::string_view name, std::size_t length_max,
                               std::size_t length_min) {
    return text_in(*this, name, required(name), length_min, length_max);
}

std::string ObjectReader::optional_text(std::string_view name, std::size_t length_max) {
    return text_in(*this, name, optional(name), 0, length_max);
}

std::int64_t ObjectReader::integer(std::string_view name, std::int64_t min, std::int64_t max) {
    return integer_in(*this, name, required(name), min, max).value_or(min);
}

bool ObjectReader::boolean(std::string_view name) {
    Json const* const found = required(name);
    if (found == nullptr) return false;
    if (found->is_boolean()) return found->get<bool>();
    wrong_type(*this, name, "true or false", *found);
    return false;
}

Instant ObjectReader::instant(std::string_view name) {
    return instant_in(*this, name, required(name)).value_or(Instant{});
}

std::optional<Instant> ObjectReader::optional_instant(std::string_view name) {
    return instant_in(*this, name, optional(name));
}

Period ObjectReader::period(std::string_view name) {
    std::string const* const text = string_in(*this, name, required(name));
    if (text == nullptr) return {};
    auto const period = parse_period(*text);
    if (!period)
        error(name, RefusalCode::invalid,
              fmt::format("must be a period of one unit and at most {}, such as P7D, PT48H, P2W, "
                          "P1M, P1Y, or P20B for business days",
                          period_count_max));
    return period.value_or(Period{});
}

Money ObjectReader::money(std::string_view name) {
    return money_in(*this, name, required(name)).value_or(Money{});
}

std::optional<Money> ObjectReader::optional_money(std::string_view name) {
    return money_in(*this, name, optional(name));
}

Refusal refusal_of(std::vector<FieldError> errors) {
    Refusal refusal;
    if (!errors.empty()) {
        FieldError const& first = errors.front();
        refusal.detail = first.pointer.empty() ? fmt::format("the document {}", first.detail)
                                               : fmt::format("{} {}", first.pointer, first.detail);
    }
    refusal.errors = std::move(errors);
    return refusal;
}

void name_lines(std::string_view text, std::vector<FieldError>& errors) {
    for (FieldError& error : errors)
        error.detail =
            fmt::format("line {}, {}: {}", line_of(text, error.pointer),
                        error.pointer.empty() ? "the file" : error.pointer, error.detail);
}

Refusal refusal_of_file(RefusalCode code, std::string_view text, std::vector<FieldError> errors) {
    name_lines(text, errors);
    std::string detail = errors.front().detail;
    return {code, std::move(detail), std::move(errors), {}, {}};
}

} // namespace parley
