#include "api/http/address_policy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace parley::http {

namespace {

constexpr std::size_t host_length_max = 253;
constexpr std::size_t label_length_max = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::unexpected<std::string> no(std::string sentence) {
    return std::unexpected(std::move(sentence));
}

template <class Number>
std::optional<Number> digits(std::string_view text) {
    Number value{};
    if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (read.ec != std::errc{}) return std::nullopt;
    return value;
}

struct SpecialRange {
    std::string_view cidr;
    std::string_view name;
};

// The registries of special-purpose addresses (RFC 6890 and its updates), with what Smokescreen
// refuses beside them: multicast, the old site-local and IPv4-compatible forms, every way to carry an
// IPv4 address in an IPv6 one.
constexpr SpecialRange special_ranges[] = {
    {"0.0.0.0/8", "this network"},
    {"10.0.0.0/8", "private use"},
    {"100.64.0.0/10", "shared address space"},
    {"127.0.0.0/8", "loopback"},
    {"169.254.0.0/16", "link local"},
    {"172.16.0.0/12", "private use"},
    {"192.0.0.0/24", "protocol assignments"},
    {"192.0.2.0/24", "documentation"},
    {"192.88.99.0/24", "6to4 relay"},
    {"192.168.0.0/16", "private use"},
    {"198.18.0.0/15", "benchmarking"},
    {"198.51.100.0/24", "documentation"},
    {"203.0.113.0/24", "documentation"},
    {"224.0.0.0/4", "multicast"},
    {"240.0.0.0/4", "reserved or broadcast"},
    {"::/96", "unspecified, loopback or IPv4-compatible"},
    {"64:ff9b::/96", "translation to IPv4"},
    {"64:ff9b:1::/48", "local translation to IPv4"},
    {"100::/64", "discard"},
    {"2001::/23", "protocol assignments"},
    {"2001:db8::/32", "documentation"},
    {"2002::/16", "6to4"},
    {"3fff::/20", "documentation"},
    {"5f00::/16", "segment routing"},
    {"fc00::/7", "unique local"},
    {"fe80::/10", "link local"},
    {"fec0::/10", "site local"},
    {"ff00::/8", "multicast"},
};

struct ReadRange {
    Cidr cidr;
    std::string_view name;
};

std::vector<ReadRange> const& ranges() {
    static std::vector<ReadRange> const all = [] {
        std::vector<ReadRange> out;
        for (SpecialRange const& range : special_ranges)
            out.push_back({parse_cidr(range.cidr).value(), range.name});
        return out;
    }();
    return all;
}

// ::ffff:a.b.c.d is how a socket of both families writes an IPv4 address.
std::optional<IpAddress> mapped_v4(IpAddress const& address) {
    if (!address.is_v6) return std::nullopt;
    for (std::size_t i = 0; i < 10; ++i)
        if (address.bytes[i] != 0) return std::nullopt;
    if (address.bytes[10] != 0xff || address.bytes[11] != 0xff) return std::nullopt;
    IpAddress out;
    std::copy_n(address.bytes.begin() + 12, 4, out.bytes.begin());
    return out;
}

bool is_label(std::string_view label) {
    if (label.empty() || label.size() > label_length_max) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    return std::ranges::all_of(label,
                               [](char c) { return is_digit(c) || is_letter(c) || c == '-'; });
}

// A DNS name of two labels or more, whose last begins with a letter: so no number in any spelling, and
// no bare name that a search list of the resolver would complete.
bool is_dns_name(std::string_view host) {
    if (host.size() > host_length_max) return false;
    std::size_t labels = 0;
    std::string_view last;
    while (true) {
        std::size_t const dot = std::min(host.find('.'), host.size());
        last = host.substr(0, dot);
        if (!is_label(last)) return false;
        ++labels;
        if (dot == host.size()) break;
        host.remove_prefix(dot + 1);
    }
    return labels >= 2 && is_letter(last.front());
}

// What may stand in a path or query as it is (RFC 3986 §3.3, §3.4); percent signs with their digits.
bool is_target(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
        } else if (!is_letter(c) && !is_digit(c) &&
                   !std::string_view("-._~!$&'()*+,;=:@/?").contains(c)) {
            return false;
        }
    }
    return true;
}

struct HostPort {
    std::string_view host;
    std::optional<std::string_view> port;
    bool in_brackets = false;
};

std::optional<HostPort> split(std::string_view authority) {
    HostPort out;
    if (authority.starts_with('[')) {
        std::size_t const end = authority.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        out.host = authority.substr(1, end - 1);
        out.in_brackets = true;
        authority.remove_prefix(end + 1);
        if (authority.empty()) return out;
        if (!authority.starts_with(':')) return std::nullopt;
        out.port = authority.substr(1);
        return out;
    }
    std::size_t const colon = authority.find(':');
    out.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) out.port = authority.substr(colon + 1);
    return out;
}

} // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
    std::string const whole(text); // ends in a zero, which the text may not
    if (whole.size() != text.size() || whole.contains('\0')) return std::nullopt;
    IpAddress out;
    out.is_v6 = text.contains(':');
    if (::inet_pton(out.is_v6 ? AF_INET6 : AF_INET, whole.c_str(), out.bytes.data()) != 1)
        return std::nullopt;
    if (!out.is_v6 && text_of(out) != text) return std::nullopt;
    return out;
}

std::string text_of(IpAddress const& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
    return text.data();
}

bool Cidr::contains(IpAddress const& address) const {
    if (address.is_v6 != network.is_v6) return false;
    for (unsigned bit = 0; bit < bits; bit += 8) {
        unsigned const left = std::min(bits - bit, 8U);
        auto const mask = static_cast<std::uint8_t>(0xff00U >> left);
        if (((address.bytes[bit / 8] ^ network.bytes[bit / 8]) & mask) != 0) return false;
    }
    return true;
}

std::optional<Cidr> parse_cidr(std::string_view text) {
    std::size_t const slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    auto const network = parse_ip(text.substr(0, slash));
    auto const bits = digits<unsigned>(text.substr(slash + 1));
    if (!network || !bits || *bits > network->span().size() * 8) return std::nullopt;
    Cidr const out{*network, *bits};
    IpAddress first = *network; // with what lies behind the prefix cleared
    for (unsigned bit = *bits; bit < network->span().size() * 8; ++bit)
        first.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
    if (first != *network) return std::nullopt;
    return out;
}

std::string text_of(Cidr const& cidr) {
    return text_of(cidr.network) + '/' + std::to_string(cidr.bits);
}

std::string Url::authority() const {
    std::string out = address && address->is_v6 ? '[' + host + ']' : host;
    if (port != (tls ? 443 : 80)) out += ':' + std::to_string(port);
    return out;
}

std::string Url::text() const { return (tls ? "https://" : "http://") + authority() + target; }

std::expected<Url, std::string> parse_url(std::string_view text) {
    if (text.size() > url_length_max) return no("The URL is longer than 2048 characters.");
    for (char const c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f)
            return no("The URL has a space, a control character or one beyond ASCII; write "
                      "international names in their xn-- form and the rest percent-encoded.");
    Url url;
    if (text.starts_with("https://")) text.remove_prefix(8);
    else if (text.starts_with("http://")) url.tls = false, text.remove_prefix(7);
    else return no("The URL must start with https://.");

    std::size_t const end = std::min(text.find_first_of("/?#\\"), text.size());
    std::string_view const authority = text.substr(0, end);
    std::string_view const target = text.substr(end);
    if (authority.contains('@')) return no("The URL must not name a user.");
    if (target.contains('#')) return no("The URL must have no fragment.");
    if (!is_target(target)) return no("The path or query of the URL is not well formed.");

    auto const parts = split(authority);
    if (!parts) return no("The host of the URL is not well formed.");
    url.port = url.tls ? 443 : 80;
    if (parts->port) {
        auto const port = digits<std::uint16_t>(*parts->port);
        if (!port || *port == 0) return no("The port of the URL is not a number from 1 to 65535.");
        url.port = *port;
    }
    url.host.resize(parts->host.size());
    std::ranges::transform(parts->host, url.host.begin(), lower);
    url.address = parse_ip(url.host);
    if (url.address && url.address->is_v6 != parts->in_brackets)
        return no("An IPv6 address in a URL stands in brackets, and nothing else does.");
    if (!url.address && (parts->in_brackets || !is_dns_name(url.host)))
        return no("The host of the URL must be a full DNS name, such as shop.example, or an IP "
                  "address in its usual form.");
    if (url.address) url.host = text_of(*url.address);
    if (!target.starts_with('/')) url.target = '/';
    url.target += target;
    return url;
}

std::optional<std::string_view> special_range(IpAddress const& address) {
    if (auto const inside = mapped_v4(address)) return special_range(*inside);
    for (ReadRange const& range : ranges())
        if (range.cidr.contains(address)) return range.name;
    return std::nullopt;
}

AddressPolicy::AddressPolicy(std::vector<Cidr> opened, std::vector<std::uint16_t> ports,
                             std::vector<Own> own)
    : opened_(std::move(opened)), ports_(std::move(ports)), own_(std::move(own)) {}

bool AddressPolicy::is_open(IpAddress const& address) const {
    IpAddress const plain = mapped_v4(address).value_or(address);
    return std::ranges::any_of(opened_, [&](Cidr const& cidr) { return cidr.contains(plain); });
}

std::expected<void, std::string> AddressPolicy::check(Url const& url) const {
    if (url.address) return check(url, *url.address);
    if (!opened_.empty()) return {}; // the address decides whether plain http and any port are good
    if (!url.tls) return no("The URL must start with https://.");
    if (std::ranges::find(ports_, url.port) == ports_.end())
        return no("The port of the URL is not one that this server connects to; use 443.");
    return {};
}

std::expected<void, std::string> AddressPolicy::check(Url const& url,
                                                      IpAddress const& address) const {
    IpAddress const plain = mapped_v4(address).value_or(address);
    for (Own const& own : own_)
        if (own.address == plain && own.port == url.port)
            return no("The URL leads to this server itself.");
    if (is_open(plain)) return {};
    if (auto const range = special_range(plain))
        return no("The URL leads to " + text_of(plain) + ", which is not on the open internet (" +
                  std::string(*range) + ").");
    if (!url.tls) return no("The URL must start with https://.");
    if (std::ranges::find(ports_, url.port) == ports_.end())
        return no("The port of the URL is not one that this server connects to; use 443.");
    return {};
}

} // namespace parley::http
