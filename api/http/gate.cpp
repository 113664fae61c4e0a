#include "api/http/gate.hpp"

#include <algorithm>
#include <array>

namespace parley::http {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5 || !std::ranges::all_of(text, is_digit)) return false;
    unsigned value = 0;
    for (char const c : text) value = value * 10 + static_cast<unsigned>(c - '0');
    return value <= 65535;
}

// Splits `name[:port]`; the brackets of an IPv6 address stay with the name.
struct HostParts {
    std::string_view name;
    std::optional<std::string_view> port;
};

HostParts split_host(std::string_view text) {
    std::size_t from = 0;
    if (text.starts_with('[')) {
        from = text.find(']');
        if (from == std::string_view::npos) return {text, std::nullopt};
    }
    std::size_t const colon = text.find(':', from);
    if (colon == std::string_view::npos) return {text, std::nullopt};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

bool is_ipv6_literal(std::string_view name) {
    if (name.size() < 4 || name.back() != ']') return false;
    std::string_view const inside = name.substr(1, name.size() - 2);
    return std::ranges::count(inside, ':') >= 2 && std::ranges::all_of(inside, [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
                      c == '.';
           });
}

bool is_content_length(std::string_view value) {
    return !value.empty() && value.size() <= 18 && std::ranges::all_of(value, is_digit);
}

// Each decides something that must not have two answers.
constexpr std::array<std::string_view, 6> single_fields = {"Authorization",    "Content-Type",
                                                           "Content-Encoding", "Expect",
                                                           "Content-Length",   "Transfer-Encoding"};

std::optional<GateFault> check_method(std::string_view method) {
    if (method == "CONNECT" || method == "TRACE")
        return GateFault{405, "method_not_allowed", "This server neither tunnels nor echoes."};
    if (method != "HEAD" && !parse_method(method))
        return GateFault{501, "method_unknown", "This server does not know the method."};
    return std::nullopt;
}

std::optional<GateFault> check_host(Fields const& fields, HostList const& hosts) {
    if (fields.count("Host") != 1)
        return GateFault{400, "bad_host", "A request has exactly one Host field."};
    std::string_view const host = *fields.find("Host");
    if (!is_host(host))
        return GateFault{400, "bad_host",
                         "The Host field is not a host name with an optional port."};
    if (!hosts.accepts(host))
        return GateFault{421, "misdirected", "This server does not answer under the name in Host."};
    return std::nullopt;
}

std::optional<GateFault> check_framing(RequestLine line, Fields const& fields) {
    auto const coding = fields.find("Transfer-Encoding");
    auto const length = fields.find("Content-Length");
    if (coding && length)
        return GateFault{400, "ambiguous_length",
                         "Transfer-Encoding and Content-Length cannot stand together."};
    if (coding && line.version < 11)
        return GateFault{400, "bad_transfer_encoding", "HTTP/1.0 has no Transfer-Encoding."};
    if (coding && !equal_ignoring_case(*coding, "chunked"))
        return GateFault{501, "bad_transfer_encoding",
                         "The only transfer coding known here is chunked, alone."};
    if (length && !is_content_length(*length))
        return GateFault{400, "bad_content_length", "Content-Length is a plain number."};
    if (fields.count("Trailer") != 0)
        return GateFault{400, "trailers_refused", "Trailers are not accepted."};
    return std::nullopt;
}

std::optional<GateFault> check_promises(Fields const& fields) {
    if (fields.count("Upgrade") != 0)
        return GateFault{501, "upgrade_refused", "This server speaks HTTP/1.1 only."};
    if (auto const expect = fields.find("Expect");
        expect && !equal_ignoring_case(*expect, "100-continue"))
        return GateFault{417, "expectation_failed",
                         "The only expectation known here is 100-continue."};
    if (auto const coding = fields.find("Content-Encoding");
        coding && !equal_ignoring_case(*coding, "identity"))
        return GateFault{415, "unsupported_media_type", "Compressed bodies are not accepted."};
    return std::nullopt;
}

} // namespace

HeadScan::State HeadScan::refused(GateFault fault) {
    fault_ = fault;
    return State::refused;
}

void HeadScan::restart() { at_ = line_start_ = lines_ = 0; }

HeadScan::State HeadScan::scan(std::string_view bytes) {
    while (at_ < bytes.size()) {
        if (at_ >= limits_.bytes_max)
            return lines_ == 0
                       ? refused({414, "target_too_long", "The request line is too long."})
                       : refused({431, "head_too_large", "The header section is too large."});
        unsigned char const c = static_cast<unsigned char>(bytes[at_]);
        if (c >= 0x20 && c < 0x7f) {
            ++at_;
            continue;
        }
        if (c == '\n') return refused({400, "bad_line_ending", "A line feed stands alone."});
        if (c != '\r') {
            if (c == 0) return refused({400, "control_character", "The head holds a NUL."});
            if (c == 0x7f || (c < 0x20 && c != '\t') || (c == '\t' && lines_ == 0))
                return refused({400, "control_character", "The head holds a control character."});
            if (c >= 0x80 && lines_ == 0)
                return refused({400, "bad_target", "The request line is not ASCII."});
            ++at_;
            continue;
        }
        if (at_ + 1 == bytes.size()) return State::need_more;
        if (bytes[at_ + 1] != '\n')
            return refused({400, "bad_line_ending", "A carriage return stands alone."});
        if (at_ == line_start_) {
            if (lines_ == 0)
                return refused({400, "bad_request_line", "The request line is empty."});
            at_ += 2;
            return State::complete;
        }
        if (at_ + 2 == bytes.size()) return State::need_more;
        if (bytes[at_ + 2] == ' ' || bytes[at_ + 2] == '\t')
            return refused({400, "folded_header", "Header fields may not be folded."});
        at_ += 2;
        line_start_ = at_;
        ++lines_;
        if (lines_ > limits_.fields_max + 1)
            return refused({431, "too_many_fields", "There are too many header fields."});
    }
    return State::need_more;
}

bool is_host(std::string_view text) {
    if (text.empty() || text.size() > 261) return false;
    HostParts const parts = split_host(text);
    if (parts.port && !is_port(*parts.port)) return false;
    if (parts.name.starts_with('[')) return is_ipv6_literal(parts.name);
    if (parts.name.empty() || parts.name.size() > 255) return false;
    return std::ranges::all_of(
        parts.name, [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; });
}

bool HostList::accepts(std::string_view host) const {
    if (names_.empty()) return true;
    HostParts const asked = split_host(host);
    return std::ranges::any_of(names_, [&](std::string const& name) {
        HostParts const known = split_host(name);
        return equal_ignoring_case(known.name, asked.name) &&
               (!known.port || known.port == asked.port);
    });
}

std::optional<GateFault> check_fields(RequestLine line, Fields const& fields,
                                      HostList const& hosts) {
    if (auto fault = check_method(line.method)) return fault;
    for (std::string_view const name : single_fields)
        if (fields.count(name) > 1)
            return GateFault{400, "repeated_field",
                             "A header field that may stand once only stands there twice."};
    if (auto fault = check_host(fields, hosts)) return fault;
    if (auto fault = check_framing(line, fields)) return fault;
    return check_promises(fields);
}

std::optional<GateFault> check_head(std::string_view raw, RequestLine line, Fields const& fields,
                                    HostList const& hosts, HeadLimits limits) {
    HeadScan scan(limits);
    switch (scan.scan(raw)) {
    case HeadScan::State::refused: return scan.fault();
    case HeadScan::State::need_more:
        return GateFault{400, "incomplete_head", "The head does not end with an empty line."};
    case HeadScan::State::complete: break;
    }
    if (scan.field_count() != fields.size())
        return GateFault{400, "ambiguous_head", "The head can be read in two ways."};
    return check_fields(line, fields, hosts);
}

} // namespace parley::http
