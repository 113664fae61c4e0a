#include "engine/base/id.hpp"

namespace parley {

namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t text_size = 26;
constexpr std::uint8_t no_value = 0xff;

constexpr auto values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_value);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}();

} // namespace

void append_crockford(std::string& out, Bytes16 const& bytes) {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        high = (high << 8) | bytes[i];
        low = (low << 8) | bytes[i + 8];
    }
    std::array<char, text_size> text;
    for (std::size_t i = text_size; i-- > 0;) {
        text[i] = alphabet[low & 31];
        low = (low >> 5) | (high << 59);
        high >>= 5;
    }
    out.append(text.data(), text.size());
}

std::optional<Bytes16> parse_crockford(std::string_view text) {
    if (text.size() != text_size) return std::nullopt;
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    for (char const c : text) {
        std::uint8_t const value = values[static_cast<unsigned char>(c)];
        if (value == no_value) return std::nullopt;
        // 26 characters hold 130 bits; the two that do not fit an id must not be lost in silence.
        if ((high >> 59) != 0) return std::nullopt;
        high = (high << 5) | (low >> 59);
        low = (low << 5) | value;
    }
    Bytes16 bytes;
    for (std::size_t i = 8; i-- > 0;) {
        bytes[i] = static_cast<std::uint8_t>(high);
        bytes[i + 8] = static_cast<std::uint8_t>(low);
        high >>= 8;
        low >>= 8;
    }
    return bytes;
}

Bytes16 make_uuid_v7(Instant at, std::span<std::uint8_t const, 10> random) {
    auto const ms = static_cast<std::uint64_t>(at.us / 1000);
    Bytes16 bytes;
    for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    for (std::size_t i = 0; i < 10; ++i) bytes[i + 6] = random[i];
    bytes[6] = static_cast<std::uint8_t>(0x70 | (bytes[6] & 0x0f)); // version 7
    bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f)); // variant of RFC 9562
    return bytes;
}

} // namespace parley
