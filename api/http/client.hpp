#pragma once

#include "api/http/address_policy.hpp"
#include "api/http/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley::http {

// Finds the addresses of a name; blocks, on a thread of the client's own. Empty: there are none.
using Lookup = std::function<std::vector<IpAddress>(std::string const& name)>;
// Asks the operating system, without search lists: all A and AAAA records.
std::vector<IpAddress> look_up(std::string const& name);

struct ClientOptions {
    AddressPolicy policy;
    Lookup lookup = look_up;
    std::chrono::milliseconds connect{5'000}; // looking up and connecting, TLS included
    std::chrono::milliseconds total{20'000};  // from the first step to the last byte kept
    std::size_t answer_max = 64 * 1024;       // bytes of an answer's body; the rest is not read
    std::size_t lookup_threads = 4;           // names looked up at a time: one slow server of names
                                              // must not hold up the others
    std::string authorities_file; // PEM of further certificate authorities; empty: the system's
};

struct Outgoing {
    Method method = Method::post;
    Url url;
    std::vector<Header> headers; // Host, Content-Length and Connection are the client's business
    std::string body;
};

struct Incoming {
    unsigned status = 0;
    std::vector<Header> headers;
    std::string body; // the first `answer_max` bytes
    bool cut = false; // there was more
    std::string const* header(std::string_view name) const;
};

// Why there was no answer: a sentence that is fit to be shown to the owner of the URL.
enum class ClientTrouble : std::uint8_t { refused, lookup, connect, tls, timeout, protocol };
struct ClientFailure {
    ClientTrouble trouble = ClientTrouble::protocol;
    std::string detail;
};

// Sends single requests to servers of others: looks the name up, holds every address against the
// policy, connects to one of exactly those, and for https verifies the certificate against the name.
// It follows no redirect, knows no proxy, keeps no connection and reads nothing from the environment.
// One thread runs the io_context; all functions are for that thread.
class Client {
public:
    // Throws Fault when the certificate authorities cannot be read.
    Client(net::io_context& io, ClientOptions options);
    ~Client(); // waits for names being looked up
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;

    // Ends within `total`, whatever the other side does. An exception is a bug.
    net::awaitable<std::expected<Incoming, ClientFailure>> send(Outgoing what);

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace parley::http
