#pragma once

#include "engine/base/instant.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace parley {

using Bytes16 = std::array<std::uint8_t, 16>;
using Bytes32 = std::array<std::uint8_t, 32>;

// 26 characters of Crockford base32 (0-9 A-Z without I L O U), sortable as the bytes are.
void append_crockford(std::string& out, Bytes16 const& bytes);
// Accepts exactly 26 upper-case characters whose value fits 128 bits.
std::optional<Bytes16> parse_crockford(std::string_view text);
// RFC 9562 UUIDv7: 48 bits of milliseconds, then random bits.
Bytes16 make_uuid_v7(Instant at, std::span<std::uint8_t const, 10> random);

// An id of one kind of thing: a prefix that names the kind (`dsp_`) and 26 characters. An id is never
// proof of a right.
template <class Tag>
class Id {
public:
    constexpr Id() = default;
    constexpr explicit Id(Bytes16 const& bytes) : bytes_(bytes) {}

    static Id make(Instant at, std::span<std::uint8_t const, 10> random) {
        return Id(make_uuid_v7(at, random));
    }
    static std::optional<Id> parse(std::string_view text) {
        if (!text.starts_with(Tag::prefix)) return std::nullopt;
        auto bytes = parse_crockford(text.substr(Tag::prefix.size()));
        if (!bytes) return std::nullopt;
        return Id(*bytes);
    }

    void append_to(std::string& out) const {
        out += Tag::prefix;
        append_crockford(out, bytes_);
    }
    std::string text() const {
        std::string out;
        out.reserve(Tag::prefix.size() + 26);
        append_to(out);
        return out;
    }
    Bytes16 const& bytes() const { return bytes_; }
    bool is_nil() const { return bytes_ == Bytes16{}; }
    friend auto operator<=>(Id const&, Id const&) = default;

private:
    Bytes16 bytes_{};
};

} // namespace parley

template <class Tag>
struct std::hash<parley::Id<Tag>> {
    std::size_t operator()(parley::Id<Tag> const& id) const noexcept {
        std::size_t value = 0;
        for (std::size_t i = 8; i < 16; ++i)
            value = (value << 8) | id.bytes()[i]; // the random half
        return value;
    }
};
