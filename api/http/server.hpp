#pragma once

#include "api/http/gate.hpp"
#include "api/http/message.hpp"
#include "api/http/wire.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace parley::http {

// How long and how much. Every wait of a connection has one of these ends.
struct Limits {
    std::chrono::milliseconds header{10'000}; // from the first byte of a head to its last
    std::chrono::milliseconds body{30'000};   // and then at least `bytes_a_second`
    std::chrono::milliseconds idle{15'000};   // between requests
    std::chrono::milliseconds write{30'000};  // as for the body
    std::size_t bytes_a_second = 1024;
    std::chrono::milliseconds linger{2'000};     // for the peer to take the last answer
    std::chrono::milliseconds heartbeat{15'000}; // of an event stream
    std::chrono::milliseconds grace{25'000};     // stop(): for requests under way
    std::chrono::milliseconds firm{2'000};       // stop(): for what was cancelled after that
    std::size_t connections_max = 4096;          // also at most nine tenths of the process's files
    std::size_t connections_max_per_address = 1024;
    WireLimits wire;
};

struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0; // 0: a free one
    HostList hosts;
    Limits limits;
    // Told once of everything that went wrong inside: a handler's exception with its request id, or
    // the listener's trouble with an empty one. Called on the server's thread.
    std::function<void(std::string_view request_id, std::string_view what)> on_fault;
};

struct Stats {
    std::uint64_t accepted = 0;
    std::uint64_t turned_away = 0; // by a connection limit
    std::uint64_t requests = 0;    // that a handler answered
    std::uint64_t refused = 0;     // at the gate
    std::uint64_t faults = 0;
    std::size_t connections = 0; // open now
};

class Handler {
public:
    virtual ~Handler() = default;
    // Asked when the head has passed the gate and before a byte of the body is read: who is it, may
    // they, how much may they send. A Response ends the request there. Must not block.
    virtual std::variant<BodyPlan, Response> on_head(Head const& head) = 0;
    // Answers a whole request. May wait, but never for ever; an exception becomes a 500.
    virtual net::awaitable<Response> handle(Request request) = 0;
};

// The asynchronous HTTP/1.1 server. The io_context must be run by exactly one thread: so each
// connection is on an implicit strand, and its socket, timer, cancellation and handler need no
// lock. All functions are for that thread, or for before it runs.
class Server {
public:
    // Binds and listens; throws Fault when the address cannot be had. `handler` must live until
    // stop() has completed.
    Server(net::io_context& io, Options options, Handler& handler);
    ~Server();
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    std::uint16_t port() const;
    void start();
    // Stops accepting, lets idle connections go, answers what is under way with `Connection:
    // close`; after the grace period cancels what is left. Completes when every connection is gone.
    net::awaitable<void> stop();
    Stats stats() const;

private:
    struct Parts;
    std::shared_ptr<Parts> parts_;
};

} // namespace parley::http
