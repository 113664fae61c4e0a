#include "api/app/webhooks.hpp"

#include "api/app/log.hpp"

#include <fmt/format.h>

#include <ifaddrs.h>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>

namespace parley::app {
namespace {

// The addresses of this machine, for a server that listens at all of them.
std::vector<http::IpAddress> addresses_here() {
    std::vector<http::IpAddress> out;
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return out;
    std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> const all(first, &::freeifaddrs);
    for (ifaddrs const* at = first; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr) continue;
        http::IpAddress address;
        if (at->ifa_addr->sa_family == AF_INET) {
            auto const* v4 = reinterpret_cast<sockaddr_in const*>(at->ifa_addr);
            std::copy_n(reinterpret_cast<std::uint8_t const*>(&v4->sin_addr), 4,
                        address.bytes.begin());
        } else if (at->ifa_addr->sa_family == AF_INET6) {
            auto const* v6 = reinterpret_cast<sockaddr_in6 const*>(at->ifa_addr);
            address.is_v6 = true;
            std::copy_n(reinterpret_cast<std::uint8_t const*>(&v6->sin6_addr), 16,
                        address.bytes.begin());
        } else {
            continue;
        }
        out.push_back(address);
    }
    return out;
}

} // namespace

http::AddressPolicy address_policy(Doors const& doors, std::uint16_t port) {
    std::vector<http::AddressPolicy::Own> own;
    auto const listens_at = http::parse_ip(doors.address);
    bool const everywhere = doors.address == "0.0.0.0" || doors.address == "::";
    if (everywhere)
        for (http::IpAddress const& address : addresses_here()) own.push_back({address, port});
    else if (listens_at) own.push_back({*listens_at, port});
    return {doors.webhooks.opened, doors.webhooks.ports, std::move(own)};
}

webhooks::ServiceOptions webhook_options(HouseKeys const& keys, Doors const& doors,
                                         std::uint16_t port) {
    webhooks::ServiceOptions options;
    options.key = keys.webhooks;
    options.holder = keys.node;
    options.client.policy = address_policy(doors, port);
    options.queue.haste = doors.webhook_haste;
    options.log = [](std::string const& line) { log_line("warning", line); };
    return options;
}

void warn_of_reach(Doors const& doors) {
    for (http::Cidr const& cidr : doors.webhooks.opened)
        log_line("warning", fmt::format("webhooks may lead to {}, by plain http too: opened by "
                                        "--webhook-allow-cidr, which is for development alone",
                                        http::text_of(cidr)));
}

} // namespace parley::app
