#pragma once

#include "engine/base/id.hpp"
#include "engine/base/instant.hpp"
#include "engine/base/money.hpp"
#include "engine/base/refusal.hpp"

#include <nlohmann/json_fwd.hpp>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace parley {

using Json = nlohmann::json;

// The limits of the JSON gate.
struct JsonLimits {
    std::size_t bytes_max = 256 * 1024;
    std::size_t depth_max = 32;
    std::size_t nodes_max = 10'000;
    std::size_t string_max = 64 * 1024;
};

// The JSON gate: RFC 8259 text in valid UTF-8, no duplicate keys, no byte order mark, numbers that
// are integers of 64 bits or finite doubles without loss (`-0` and 2^64 are refused), no NUL in
// strings. Refuses with unreadable, duplicate_key, too_deep, number_out_of_range or too_large and the
// pointer and line of the fault.
Result<Json> parse_json(std::string_view text, JsonLimits const& limits = {});

// The line (from 1) on which the value at `pointer` (or for a missing one its parent) starts.
std::size_t line_of(std::string_view text, std::string_view pointer);

// Escapes one RFC 6901 reference token.
std::string pointer_token(std::string_view key);

// An integer that is a number: neither truth nor a character.
template <class T>
concept JsonInteger = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                      !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                      !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

// Writes JSON into a string, in the order it is told, without white space. No DOM: this is the hot
// path, and the bytes are what gets hashed. Keys and commas are its business, nesting the caller's.
class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_(out) {}
    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text);
    JsonWriter& value(char const* text) { return value(std::string_view(text)); }
    JsonWriter& value(std::string const& text) { return value(std::string_view(text)); }
    // Templates, because overloads for bool and each width of integer would also take pointers,
    // characters and enums by conversion and write something nobody meant.
    template <std::same_as<bool> T>
    JsonWriter& value(T truth) {
        return raw(truth ? "true" : "false");
    }
    template <JsonInteger T>
    JsonWriter& value(T number) {
        if constexpr (std::is_signed_v<T>) return write_signed(number);
        else return write_unsigned(number);
    }
    JsonWriter& value(Instant at);
    JsonWriter& value(Money const& money);
    JsonWriter& null();
    // Already JSON: copied as it is.
    JsonWriter& raw(std::string_view json);
    template <class Tag>
    JsonWriter& value(Id<Tag> const& id) {
        separate();
        out_ += '"';
        id.append_to(out_);
        out_ += '"';
        return *this;
    }
    template <class T>
    JsonWriter& member(std::string_view name, T const& what) {
        return key(name).value(what);
    }
    template <class T>
    JsonWriter& member(std::string_view name, std::optional<T> const& what) {
        key(name);
        return what ? value(*what) : null();
    }

private:
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    JsonWriter& write_signed(std::int64_t number);
    JsonWriter& write_unsigned(std::uint64_t number);
    void separate() {
        if (after_key_) after_key_ = false;
        else if (!first_) out_ += ',';
        first_ = false;
    }
    std::string& out_;
    bool first_ = true;
    bool after_key_ = false;
};

// Reads one JSON object strictly: every member must be asked for, so that unknown ones are errors.
// Faults are gathered, each with its pointer, so that a caller sees all of them at once.
class ObjectReader {
public:
    // `errors` gathers across nested readers; `pointer` is where this object stands.
    ObjectReader(Json const& object, std::string pointer, std::vector<FieldError>& errors);
    ~ObjectReader(); // reports members nobody asked for, unless `finish` did
    ObjectReader(ObjectReader const&) = delete;
    ObjectReader& operator=(ObjectReader const&) = delete;

    bool has(std::string_view name);             // present and not null; marks it as asked for
    Json const* optional(std::string_view name); // null when absent or null
    Json const* required(std::string_view name); // reports missing_field
    // Each reports wrong_type, out_of_range or invalid at the member's pointer and gives a default.
    std::string text(std::string_view name, std::size_t length_max = 2000,
                     std::size_t length_min = 1);
    std::string optional_text(std::string_view name, std::size_t length_max = 2000);
    std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max);
    bool boolean(std::string_view name);
    Instant instant(std::string_view name);
    std::optional<Instant> optional_instant(std::string_view name);
    Period period(std::string_view name);
    Money money(std::string_view name);
    std::optional<Money> optional_money(std::string_view name);
    std::string pointer_to(std::string_view name) const;
    void error(std::string_view name, RefusalCode code, std::string detail);
    std::vector<FieldError>& errors() { return errors_; }
    void finish();

private:
    Json const& object_;
    std::string pointer_;
    std::vector<FieldError>& errors_;
    std::vector<std::string const*> asked_; // of its members
    bool finished_ = false;
};

// Puts "line 41, /stages/reply: " before what each fault in the text says.
void name_lines(std::string_view text, std::vector<FieldError>& errors);
// The refusal of a file: its faults with their lines, and the first of them as its detail.
Refusal refusal_of_file(RefusalCode code, std::string_view text, std::vector<FieldError> errors);
// The refusal that carries gathered faults: its code is `invalid`, its detail the first of them.
Refusal refusal_of(std::vector<FieldError> errors);

} // namespace parley
