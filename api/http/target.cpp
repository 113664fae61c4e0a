#include "api/http/target.hpp"

#include <algorithm>
#include <cstdint>

namespace parley::http {

namespace {

constexpr GateFault bad(std::string_view detail) { return {400, "bad_target", detail}; }

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

// RFC 3986 §3.3, without the percent sign.
bool is_path_char(char c) {
    return is_unreserved(c) || std::string_view("!$&'()*+,;=:@").contains(c);
}

bool is_query_char(char c) { return is_path_char(c) || c == '/' || c == '?'; }

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The byte behind the percent sign at `at`, or nothing.
std::optional<char> decoded_at(std::string_view text, std::size_t at) {
    if (at + 2 >= text.size()) return std::nullopt;
    int const high = hex_value(text[at + 1]);
    int const low = hex_value(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(static_cast<unsigned char>(high * 16 + low));
}

bool is_control(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        auto const first = static_cast<unsigned char>(text[at++]);
        if (first < 0x80) continue;
        std::size_t const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        if (first < 0xc2 || first > 0xf4 || at + more > text.size()) return false;
        std::uint32_t value = first & (0x3fU >> more);
        for (std::size_t i = 0; i < more; ++i) {
            auto const next = static_cast<unsigned char>(text[at++]);
            if ((next & 0xc0U) != 0x80U) return false;
            value = (value << 6U) | (next & 0x3fU);
        }
        if (more == 2 && value < 0x800) return false;
        if (more == 3 && (value < 0x10000 || value > 0x10ffff)) return false;
        if (value >= 0xd800 && value <= 0xdfff) return false;
    }
    return true;
}

std::optional<GateFault> decode_path(std::string_view text, std::string& out) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        char c = text[at];
        if (c == '%') {
            auto const decoded = decoded_at(text, at);
            if (!decoded) return bad("A percent sign is followed by two hexadecimal digits.");
            c = *decoded;
            if (is_control(c)) return bad("The path holds an encoded control character.");
            if (c == '/' || c == '\\') return bad("The path holds an encoded slash.");
            if (is_unreserved(c)) return bad("The path encodes what needs no encoding.");
            at += 2;
        } else if (c != '/' && !is_path_char(c)) {
            return bad("The path holds a character that a path may not hold.");
        }
        out += c;
    }
    return std::nullopt;
}

std::optional<GateFault> check_segments(std::string_view path) {
    std::size_t start = 1;
    while (start < path.size()) {
        std::size_t const end = std::min(path.find('/', start), path.size());
        std::string_view const segment = path.substr(start, end - start);
        if (segment.empty()) return bad("The path holds an empty segment.");
        if (segment == "." || segment == "..") return bad("The path holds a dot segment.");
        start = end + 1;
    }
    return std::nullopt;
}

std::optional<GateFault> decode_query(std::string_view text, std::string& out) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        char c = text[at];
        if (c == '%') {
            auto const decoded = decoded_at(text, at);
            if (!decoded) return bad("A percent sign is followed by two hexadecimal digits.");
            c = *decoded;
            if (c == 0) return bad("The query holds an encoded NUL.");
            if (is_control(c)) return bad("The query holds an encoded control character.");
            at += 2;
        } else if (c == '+') {
            c = ' ';
        } else if (!is_query_char(c)) {
            return bad("The query holds a character that a query may not hold.");
        }
        out += c;
    }
    if (!is_utf8(out)) return bad("The query is not UTF-8.");
    return std::nullopt;
}

std::optional<GateFault> read_query(std::string_view text, std::size_t pairs_max, Target& target) {
    std::size_t start = 0;
    while (start <= text.size()) {
        std::size_t const end = std::min(text.find('&', start), text.size());
        std::string_view const part = text.substr(start, end - start);
        start = end + 1;
        if (part.empty()) continue;
        if (target.query.size() == pairs_max) return bad("The query holds too many parameters.");
        std::size_t const equals = std::min(part.find('='), part.size());
        QueryPair pair;
        if (auto fault = decode_query(part.substr(0, equals), pair.name)) return fault;
        if (equals < part.size())
            if (auto fault = decode_query(part.substr(equals + 1), pair.value)) return fault;
        if (!target.duplicate && std::ranges::any_of(target.query, [&](QueryPair const& seen) {
                return seen.name == pair.name;
            }))
            target.duplicate = pair.name;
        target.query.push_back(std::move(pair));
    }
    return std::nullopt;
}

} // namespace

std::expected<Target, GateFault> parse_target(std::string_view text, TargetLimits limits) {
    if (text.size() > limits.bytes_max)
        return std::unexpected(
            GateFault{414, "target_too_long", "The request target is too long."});
    if (!text.starts_with('/'))
        return std::unexpected(bad("The request target starts with a slash."));
    if (text.contains('#')) return std::unexpected(bad("A request target has no fragment."));

    std::size_t const mark = std::min(text.find('?'), text.size());
    Target target;
    target.path.reserve(mark);
    if (auto fault = decode_path(text.substr(0, mark), target.path)) return std::unexpected(*fault);
    if (auto fault = check_segments(target.path)) return std::unexpected(*fault);
    if (!is_utf8(target.path)) return std::unexpected(bad("The path is not UTF-8."));
    if (mark < text.size())
        if (auto fault = read_query(text.substr(mark + 1), limits.pairs_max, target))
            return std::unexpected(*fault);
    return target;
}

} // namespace parley::http
