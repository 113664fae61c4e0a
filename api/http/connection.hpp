#pragma once

// Inside this room only: what the listener and its connections share.

#include "api/http/server.hpp"
#include "api/http/write_head.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace parley::http {

using Executor = net::io_context::executor_type;
using Socket = net::basic_stream_socket<net::ip::tcp, Executor>;

class Connection {
public:
    virtual ~Connection() = default;
    virtual void drain() = 0; // finish what is under way, then go
    virtual void abort() = 0; // go now
};

// Unique names for requests. They prove nothing, so a fast generator that is seeded well will do.
class RequestIds {
public:
    RequestIds();
    std::string next();

private:
    std::uint64_t random();
    std::uint64_t state_;
};

// One a server, kept alive by whatever runs on it. One thread uses it.
struct Shared {
    Shared(net::io_context& context, Options what, Handler& who)
        : io(context), options(std::move(what)), handler(who), emptied(context) {}

    // Counts one thing that went wrong and tells of it.
    void fault(std::string_view request_id, std::string_view what);
    // Called when a task or a connection is over.
    void left();
    std::string_view date();

    net::io_context& io;
    Options options;
    Handler& handler;
    Stats stats;
    RequestIds ids;
    DateText date_text;
    std::list<Connection*> connections;
    std::unordered_map<std::string, std::size_t> per_address;
    std::size_t tasks = 0;
    bool stopping = false;
    net::steady_timer emptied; // cancelled when the last task ends
};

// The one place where a coroutine is let go: counts it while it runs, and tells of its exception.
void spawn(std::shared_ptr<Shared> const& shared, net::awaitable<void> task,
           net::cancellation_slot slot = {});

void start_connection(std::shared_ptr<Shared> shared, Socket socket, std::string remote);

} // namespace parley::http
