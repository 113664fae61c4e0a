#include "engine/base/digest.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace parley {

namespace {

using MdContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

constexpr std::size_t hmac_block = 64;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;

unsigned char* bytes_of(char* at) { return reinterpret_cast<unsigned char*>(at); }
unsigned char const* bytes_of(char const* at) { return reinterpret_cast<unsigned char const*>(at); }

// OpenSSL 3 looks algorithms up by name on every use unless they are fetched; once is enough, and
// fetched algorithms may be shared by threads.
EVP_MD const* sha256_algorithm() {
    static EVP_MD const* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    PARLEY_ASSERT(algorithm != nullptr, "OpenSSL's default provider has SHA-256");
    return algorithm;
}

EVP_CIPHER const* gcm_algorithm() {
    static EVP_CIPHER const* const algorithm = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    PARLEY_ASSERT(algorithm != nullptr, "OpenSSL's default provider has AES-256-GCM");
    return algorithm;
}

// One hash at a time in the thread's own context, so that hashing allocates nothing.
class Sha256 {
public:
    Sha256() : context_(thread_context()) {
        PARLEY_ASSERT(EVP_DigestInit_ex2(context_, sha256_algorithm(), nullptr) == 1,
                      "SHA-256 can always be started");
    }
    void add(void const* data, std::size_t size) {
        PARLEY_ASSERT(EVP_DigestUpdate(context_, data, size) == 1, "SHA-256 takes any bytes");
    }
    void add(std::string_view bytes) { add(bytes.data(), bytes.size()); }
    Digest finish() {
        Digest out;
        PARLEY_ASSERT(EVP_DigestFinal_ex(context_, out.data(), nullptr) == 1,
                      "SHA-256 can always be finished");
        return out;
    }

private:
    static EVP_MD_CTX* thread_context() {
        thread_local MdContext const context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
        PARLEY_ASSERT(context != nullptr, "there is memory for a digest context");
        return context.get();
    }
    EVP_MD_CTX* context_;
};

int int_of(std::size_t size) {
    PARLEY_ASSERT(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()),
                  "what is sealed has a limit of its own far below 2 GiB");
    return static_cast<int>(size);
}

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_value = 0xff;

constexpr std::array<std::uint8_t, 256> values_of(std::string_view alphabet) {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_value);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}
constexpr auto hex_values = values_of(hex_digits);
constexpr auto base64url_values = values_of(base64url_digits);

std::string encode64(std::string_view bytes, std::string_view alphabet, bool padded) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::size_t const have = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = (group << 8) | (j < have ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j) {
            if (j <= have) out += alphabet[(group >> (18 - 6 * j)) & 63];
            else if (padded) out += '=';
        }
    }
    return out;
}

} // namespace

Digest sha256(std::string_view bytes) {
    Sha256 hash;
    hash.add(bytes);
    return hash.finish();
}

Digest sha256(std::initializer_list<std::string_view> parts) {
    Sha256 hash;
    for (std::string_view const part : parts) hash.add(part);
    return hash.finish();
}

Digest hmac_sha256(std::string_view key, std::string_view bytes) {
    std::array<unsigned char, hmac_block> inner{};
    if (key.size() > hmac_block) {
        Digest const short_key = sha256(key);
        std::ranges::copy(short_key, inner.begin());
    } else {
        std::ranges::copy(key, inner.begin());
    }
    std::array<unsigned char, hmac_block> outer = inner;
    for (unsigned char& byte : inner) byte ^= 0x36;
    for (unsigned char& byte : outer) byte ^= 0x5c;

    Sha256 first;
    first.add(inner.data(), inner.size());
    first.add(bytes);
    Digest const digest = first.finish();
    Sha256 second;
    second.add(outer.data(), outer.size());
    second.add(digest.data(), digest.size());
    Digest const out = second.finish();
    OPENSSL_cleanse(inner.data(), inner.size());
    OPENSSL_cleanse(outer.data(), outer.size());
    return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void append_hex(std::string& out, std::span<std::uint8_t const> bytes) {
    std::size_t at = out.size();
    out.resize(at + bytes.size() * 2);
    for (std::uint8_t const byte : bytes) {
        out[at++] = hex_digits[byte >> 4];
        out[at++] = hex_digits[byte & 15];
    }
}

std::string hex_of(std::span<std::uint8_t const> bytes) {
    std::string out;
    append_hex(out, bytes);
    return out;
}

std::optional<std::string> parse_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        unsigned const high = hex_values[static_cast<unsigned char>(text[i])];
        unsigned const low = hex_values[static_cast<unsigned char>(text[i + 1])];
        if (high == no_value || low == no_value) return std::nullopt;
        out += static_cast<char>(high << 4 | low);
    }
    return out;
}

std::optional<Digest> parse_digest(std::string_view hex) {
    if (hex.size() != 2 * std::tuple_size_v<Digest>) return std::nullopt;
    auto const bytes = parse_hex(hex);
    if (!bytes) return std::nullopt;
    Digest out;
    std::ranges::copy(*bytes, out.begin());
    return out;
}

std::string base64_of(std::string_view bytes) { return encode64(bytes, base64_digits, true); }
std::string base64url_of(std::string_view bytes) {
    return encode64(bytes, base64url_digits, false);
}

std::optional<std::string> parse_base64url(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (char const c : text) {
        std::uint8_t const value = base64url_values[static_cast<unsigned char>(c)];
        if (value == no_value) return std::nullopt;
        bits = (bits << 6) | value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>((bits >> held) & 0xff);
        }
    }
    // Left-over bits must be zero, or two texts would mean the same bytes.
    if ((bits & ((1U << held) - 1)) != 0) return std::nullopt;
    return out;
}

std::string seal(Bytes32 const& key, Bytes16 const& nonce_source, std::string_view plain,
                 std::string_view aad) {
    CipherContext const context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    std::string out(nonce_size + plain.size() + tag_size, '\0');
    std::copy_n(nonce_source.begin(), nonce_size, bytes_of(out.data()));
    unsigned char* const nonce = bytes_of(out.data());
    unsigned char* const ct = nonce + nonce_size;
    int size = 0;
    bool const done =
        context != nullptr &&
        EVP_EncryptInit_ex2(context.get(), gcm_algorithm(), key.data(), nonce, nullptr) == 1 &&
        EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(aad.data()),
                          int_of(aad.size())) == 1 &&
        EVP_EncryptUpdate(context.get(), ct, &size, bytes_of(plain.data()), int_of(plain.size())) ==
            1 &&
        EVP_EncryptFinal_ex(context.get(), ct + plain.size(), &size) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, int{tag_size},
                            ct + plain.size()) == 1;
    PARLEY_ASSERT(done, "AES-256-GCM seals any bytes");
    return out;
}

std::optional<std::string> unseal(Bytes32 const& key, std::string_view sealed,
                                  std::string_view aad) {
    if (sealed.size() < nonce_size + tag_size) return std::nullopt;
    std::size_t const plain_size = sealed.size() - nonce_size - tag_size;
    unsigned char const* const nonce = bytes_of(sealed.data());
    unsigned char const* const ct = nonce + nonce_size;
    std::array<unsigned char, tag_size> tag;
    std::copy_n(ct + plain_size, tag_size, tag.begin());

    CipherContext const context(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    std::string out(plain_size, '\0');
    unsigned char* const plain = bytes_of(out.data());
    int size = 0;
    bool const opened =
        context != nullptr &&
        EVP_DecryptInit_ex2(context.get(), gcm_algorithm(), key.data(), nonce, nullptr) == 1 &&
        EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(aad.data()),
                          int_of(aad.size())) == 1 &&
        EVP_DecryptUpdate(context.get(), plain, &size, ct, int_of(plain_size)) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, int{tag_size}, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), plain + plain_size, &size) == 1;
    if (!opened) return std::nullopt;
    return out;
}

void Entropy::draw(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        std::array<std::uint8_t, 8> count;
        for (std::size_t i = 0; i < count.size(); ++i)
            count[i] = static_cast<std::uint8_t>(counter_ >> (56 - 8 * i));
        ++counter_;
        Digest const block = sha256({view_of(seed_), view_of(count)});
        std::size_t const take = std::min(out.size(), block.size());
        std::copy_n(block.begin(), take, out.begin());
        out = out.subspan(take);
    }
}

std::uint64_t Entropy::below(std::uint64_t bound) {
    PARLEY_ASSERT(bound > 0, "a number below zero cannot be drawn");
    // The lowest 2^64 mod bound values are thrown away, so that every remainder is equally likely.
    std::uint64_t const reject_below = (0 - bound) % bound;
    for (;;) {
        std::array<std::uint8_t, 8> bytes;
        draw(bytes);
        std::uint64_t value = 0;
        for (std::uint8_t const byte : bytes) value = (value << 8) | byte;
        if (value >= reject_below) return value % bound;
    }
}

void fill_random(std::span<std::uint8_t> out) {
    if (out.empty()) return;
    if (RAND_bytes(out.data(), int_of(out.size())) != 1)
        throw Fault("the operating system gives no random bytes");
}

Bytes32 random32() {
    Bytes32 out;
    fill_random(out);
    return out;
}

} // namespace parley
