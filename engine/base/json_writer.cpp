#include "engine/base/json.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace parley {

namespace {

// What follows the backslash, `u` for the long form, or zero where a byte stands for itself.
constexpr auto escapes = [] {
    std::array<char, 256> table{};
    for (std::size_t i = 0; i < 0x20; ++i) table[i] = 'u';
    table['"'] = '"';
    table['\\'] = '\\';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    return table;
}();

// Where the first byte at or after `from` stands that needs a backslash; the size when none does.
// Eight bytes a step: nearly all text is plain, and every act writes kilobytes of it.
std::size_t plain_run(std::string_view text, std::size_t from) {
    constexpr std::uint64_t ones = 0x0101010101010101U;
    constexpr std::uint64_t high = 0x8080808080808080U;
    auto const zero_byte = [](std::uint64_t word) { return (word - ones) & ~word & high; };
    std::size_t i = from;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + i, sizeof word);
        std::uint64_t const control = (word - ones * 0x20) & ~word & high; // below 0x20
        if ((control | zero_byte(word ^ (ones * '"')) | zero_byte(word ^ (ones * '\\'))) != 0)
            break;
    }
    while (i < text.size() && escapes[static_cast<unsigned char>(text[i])] == '\0') ++i;
    return i;
}

void append_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t copied = 0; // everything before it is in `out`
    for (std::size_t i = plain_run(text, 0); i < text.size(); i = plain_run(text, i + 1)) {
        auto const byte = static_cast<unsigned char>(text[i]);
        char const escape = escapes[byte];
        out.append(text, copied, i - copied);
        copied = i + 1;
        out += '\\';
        out += escape;
        if (escape == 'u') {
            constexpr std::string_view hex = "0123456789abcdef";
            out += "00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
    out.append(text, copied);
    out += '"';
}

template <class Number>
void append_number(std::string& out, Number number) {
    std::array<char, 24> text;
    auto const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), end);
}

} // namespace

JsonWriter& JsonWriter::open(char bracket) {
    separate();
    out_ += bracket;
    first_ = true;
    return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
    out_ += bracket;
    first_ = false;
    after_key_ = false;
    return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    append_string(out_, name);
    out_ += ':';
    after_key_ = true;
    return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
    separate();
    append_string(out_, text);
    return *this;
}

JsonWriter& JsonWriter::write_signed(std::int64_t number) {
    separate();
    append_number(out_, number);
    return *this;
}

JsonWriter& JsonWriter::write_unsigned(std::uint64_t number) {
    separate();
    append_number(out_, number);
    return *this;
}

JsonWriter& JsonWriter::value(Instant at) {
    separate();
    out_ += '"';
    append(out_, at);
    out_ += '"';
    return *this;
}

JsonWriter& JsonWriter::value(Money const& money) {
    begin_object();
    member("amount", money.amount);
    member("currency", money.currency.text());
    return end_object();
}

JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

} // namespace parley
