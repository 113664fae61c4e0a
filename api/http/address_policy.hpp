#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Where this server may connect to of its own accord: webhooks, keys of identity providers, any
// fetch. A URL comes from outside, and behind it may stand our own network (SSRF): so it is read by
// one strict parser, and every address that its host has is held against the special-purpose
// registries of IANA before anything is sent.
namespace parley::http {

// An IPv4 or IPv6 address, in network order.
struct IpAddress {
    std::array<std::uint8_t, 16> bytes{}; // the first four alone for IPv4
    bool is_v6 = false;
    std::span<std::uint8_t const> span() const { return {bytes.data(), is_v6 ? 16U : 4U}; }
    friend bool operator==(IpAddress const&, IpAddress const&) = default;
};
// The canonical dotted quad, or IPv6 without brackets and zone; no other spelling (no hexadecimal,
// octal or single number).
std::optional<IpAddress> parse_ip(std::string_view text);
std::string text_of(IpAddress const& address);

// A range of addresses: 127.0.0.1/32, fd00::/8.
struct Cidr {
    IpAddress network;
    unsigned bits = 0;
    bool contains(IpAddress const& address) const; // of the same family
    friend bool operator==(Cidr const&, Cidr const&) = default;
};
// Refuses a network with bits set behind the prefix: whoever writes one means something else.
std::optional<Cidr> parse_cidr(std::string_view text);
std::string text_of(Cidr const& cidr);

// An absolute URL of the shapes that we connect to.
struct Url {
    bool tls = true;
    std::string host;                 // a name in lower case, or an address without brackets
    std::optional<IpAddress> address; // where the host is one
    std::uint16_t port = 443;
    std::string target; // path and query, at least "/"
    // As a Host field has it: IPv6 in brackets, the port where it is not the scheme's own.
    std::string authority() const;
    std::string text() const;
    friend bool operator==(Url const&, Url const&) = default;
};
constexpr std::size_t url_length_max = 2048;
// Reads https (and http) URLs strictly. Gives a sentence for whoever wrote it: no other scheme, no
// user, no fragment, no backslash, space or control character, nothing beyond ASCII (an
// international name is written in its xn-- form), a host that is a DNS name of two labels or more
// or an address in its canonical form, no dot at its end, no zone, a port of plain digits.
std::expected<Url, std::string> parse_url(std::string_view text);

// What may be connected to. Plain values; any thread.
class AddressPolicy {
public:
    struct Own { // where this server itself listens
        IpAddress address;
        std::uint16_t port = 0;
    };
    // `opened` are ranges that an operator opened for development: they are good in spite of the
    // registries, by plain http and on any port too.
    AddressPolicy(std::vector<Cidr> opened = {}, std::vector<std::uint16_t> ports = {443},
                  std::vector<Own> own = {});

    // What can be said of a URL before its name is looked up: scheme, port, and the address where
    // it is one. Gives a sentence why not.
    std::expected<void, std::string> check(Url const& url) const;
    // May we connect to that address for this URL? To be asked of every address of a name, on every
    // attempt, for what a name points to changes.
    std::expected<void, std::string> check(Url const& url, IpAddress const& address) const;
    std::vector<Cidr> const& opened() const { return opened_; }

private:
    bool is_open(IpAddress const& address) const;
    std::vector<Cidr> opened_;
    std::vector<std::uint16_t> ports_;
    std::vector<Own> own_;
};

// The name of the special-purpose range that an address lies in; none for one of the open internet.
// An IPv4 address that an IPv6 one carries is looked at as well.
std::optional<std::string_view> special_range(IpAddress const& address);

} // namespace parley::http
