#pragma once

#include "engine/base/id.hpp"

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace parley {

using Digest = Bytes32;

Digest sha256(std::string_view bytes);
// SHA-256 of the parts one after the other, without joining them in memory.
Digest sha256(std::initializer_list<std::string_view> parts);
// RFC 2104 with SHA-256.
Digest hmac_sha256(std::string_view key, std::string_view bytes);
// Takes the same time wherever the difference is.
bool equal_in_constant_time(std::string_view a, std::string_view b);

std::string hex_of(std::span<std::uint8_t const> bytes); // lower case
void append_hex(std::string& out, std::span<std::uint8_t const> bytes);
std::optional<std::string> parse_hex(std::string_view text); // lower case only
std::optional<Digest> parse_digest(std::string_view hex);
std::string base64_of(std::string_view bytes);                     // standard, padded (RFC 4648 §4)
std::string base64url_of(std::string_view bytes);                  // unpadded (RFC 4648 §5)
std::optional<std::string> parse_base64url(std::string_view text); // strict, unpadded
inline std::string_view view_of(std::span<std::uint8_t const> bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

// AES-256-GCM with a random nonce in front; for cursors and the like. `aad` is bound, not hidden.
std::string seal(Bytes32 const& key, Bytes16 const& nonce_source, std::string_view plain,
                 std::string_view aad);
std::optional<std::string> unseal(Bytes32 const& key, std::string_view sealed,
                                  std::string_view aad);

// Randomness as a value: 32 bytes from which ids, salts and nonces derive in order. The committer
// hands one to each command; the simulator seeds it. Not thread-safe.
class Entropy {
public:
    explicit Entropy(Bytes32 const& seed) : seed_(seed) {}
    // Fills `out` with SHA-256(seed || counter) blocks; each call draws fresh ones.
    void draw(std::span<std::uint8_t> out);
    template <class IdType>
    IdType make_id(Instant at) {
        std::array<std::uint8_t, 10> random{};
        draw(random);
        return IdType::make(at, random);
    }
    Bytes32 draw32() {
        Bytes32 out{};
        draw(out);
        return out;
    }
    // Uniform in [0, bound), bound > 0, without modulo bias.
    std::uint64_t below(std::uint64_t bound);

private:
    Bytes32 seed_;
    std::uint64_t counter_ = 0;
};

// Fills from the operating system's generator; throws Fault when it has none.
void fill_random(std::span<std::uint8_t> out);
Bytes32 random32();

} // namespace parley
