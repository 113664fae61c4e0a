#include "api/http/server.hpp"

#include "api/http/connection.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/fault.hpp"
#include "engine/base/id.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/resource.h>

#include <array>
#include <chrono>
#include <ctime>
#include <exception>

namespace parley::http {

namespace {

using boost::system::error_code;
using Acceptor = net::basic_socket_acceptor<net::ip::tcp, Executor>;

constexpr std::chrono::milliseconds accept_pause{100};

struct RequestTag {
    static constexpr std::string_view prefix = "req_";
};

std::string text_of(net::ip::address const& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return net::ip::make_address_v4(net::ip::v4_mapped, address.to_v6()).to_string();
    return address.to_string();
}

// The rest of the process needs files too: the database, evidence, outgoing connections.
std::size_t connections_possible(std::size_t wanted) {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return wanted;
    return std::min(wanted, static_cast<std::size_t>(files.rlim_cur / 10 * 9));
}

// A word of explanation if the socket takes it at once; nobody waits for one who is turned away.
void turn_away(Socket socket) {
    constexpr std::string_view words = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
                                       "Content-Length: 0\r\nConnection: close\r\n\r\n";
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(net::buffer(words), ignored);
    socket.shutdown(Socket::shutdown_both, ignored);
}

// A connection may leave the list while it is told.
template <class Do>
void for_each_connection(Shared& shared, Do act) {
    for (auto at = shared.connections.begin(); at != shared.connections.end();) act(**at++);
}

net::awaitable<void> accept_all(std::shared_ptr<Shared> shared,
                                std::shared_ptr<Acceptor> acceptor) {
    std::size_t const connections_max =
        connections_possible(shared->options.limits.connections_max);
    net::steady_timer pause(shared->io);
    bool in_trouble = false;
    while (!shared->stopping) {
        error_code failure;
        Socket socket =
            co_await acceptor->async_accept(net::redirect_error(net::use_awaitable, failure));
        if (shared->stopping || failure == net::error::operation_aborted) break;
        if (failure == net::error::connection_aborted) continue;
        if (failure) {
            // Out of files or memory: trying again at once would spin.
            if (!in_trouble) shared->fault({}, "accept: " + failure.message());
            in_trouble = true;
            pause.expires_after(accept_pause);
            co_await pause.async_wait(net::redirect_error(net::use_awaitable, failure));
            continue;
        }
        in_trouble = false;
        auto const peer = socket.remote_endpoint(failure);
        if (failure) continue;
        std::string remote = text_of(peer.address());
        auto const known = shared->per_address.find(remote);
        std::size_t const from_there = known == shared->per_address.end() ? 0 : known->second;
        if (shared->stats.connections >= connections_max ||
            from_there >= shared->options.limits.connections_max_per_address) {
            ++shared->stats.turned_away;
            turn_away(std::move(socket));
            continue;
        }
        socket.set_option(net::ip::tcp::no_delay(true), failure);
        socket.non_blocking(true, failure);
        if (failure) continue;
        ++shared->stats.accepted;
        start_connection(shared, std::move(socket), std::move(remote));
    }
}

} // namespace

RequestIds::RequestIds() : state_(0) {
    std::array<std::uint8_t, 8> seed{};
    fill_random(seed);
    for (std::uint8_t const byte : seed) state_ = (state_ << 8U) | byte;
}

// SplitMix64.
std::uint64_t RequestIds::random() {
    std::uint64_t value = state_ += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31U);
}

std::string RequestIds::next() {
    using namespace std::chrono;
    std::array<std::uint8_t, 10> bytes{};
    std::uint64_t const high = random();
    std::uint64_t const low = random();
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(high >> (8 * i));
    bytes[8] = static_cast<std::uint8_t>(low);
    bytes[9] = static_cast<std::uint8_t>(low >> 8U);
    auto const us = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
    return Id<RequestTag>::make(Instant{us}, bytes).text();
}

void Shared::fault(std::string_view request_id, std::string_view what) {
    ++stats.faults;
    if (options.on_fault) options.on_fault(request_id, what);
}

void Shared::left() {
    if (--tasks == 0 && stopping) emptied.cancel();
}

std::string_view Shared::date() { return date_text.at(std::time(nullptr)); }

void spawn(std::shared_ptr<Shared> const& shared, net::awaitable<void> task,
           net::cancellation_slot slot) {
    ++shared->tasks;
    net::co_spawn(shared->io, std::move(task),
                  net::bind_cancellation_slot(slot, [shared](std::exception_ptr const& thrown) {
                      if (thrown) {
                          try {
                              std::rethrow_exception(thrown);
                          } catch (std::exception const& known) {
                              shared->fault({}, known.what());
                          } catch (...) {
                              shared->fault({}, "an exception of an unknown type");
                          }
                      }
                      shared->left();
                  }));
}

struct Server::Parts {
    std::shared_ptr<Shared> shared;
    std::shared_ptr<Acceptor> acceptor;
    std::uint16_t port = 0;
};

Server::Server(net::io_context& io, Options options, Handler& handler)
    : parts_(std::make_shared<Parts>()) {
    std::string const where = options.address + " port " + std::to_string(options.port);
    error_code failure;
    auto const address = net::ip::make_address(options.address, failure);
    if (failure) throw Fault("cannot listen: '" + options.address + "' is not an IP address");
    net::ip::tcp::endpoint const endpoint(address, options.port);
    parts_->acceptor = std::make_shared<Acceptor>(io);
    Acceptor& acceptor = *parts_->acceptor;
    acceptor.open(endpoint.protocol(), failure);
    if (!failure) acceptor.set_option(net::socket_base::reuse_address(true), failure);
    if (!failure) acceptor.bind(endpoint, failure);
    if (!failure) acceptor.listen(net::socket_base::max_listen_connections, failure);
    if (failure) throw Fault("cannot listen on " + where + ": " + failure.message());
    parts_->port = acceptor.local_endpoint().port();
    parts_->shared = std::make_shared<Shared>(io, std::move(options), handler);
}

Server::~Server() {
    // Connections keep what they need alive; without stop() they end with their io_context.
    error_code ignored;
    parts_->acceptor->close(ignored);
}

std::uint16_t Server::port() const { return parts_->port; }

void Server::start() { spawn(parts_->shared, accept_all(parts_->shared, parts_->acceptor)); }

net::awaitable<void> Server::stop() {
    std::shared_ptr<Shared> const shared = parts_->shared;
    shared->stopping = true;
    error_code ignored;
    parts_->acceptor->close(ignored);
    for_each_connection(*shared, [](Connection& connection) { connection.drain(); });
    if (shared->tasks != 0) {
        shared->emptied.expires_after(shared->options.limits.grace);
        co_await shared->emptied.async_wait(net::redirect_error(net::use_awaitable, ignored));
    }
    if (shared->tasks != 0) {
        for_each_connection(*shared, [](Connection& connection) { connection.abort(); });
        shared->emptied.expires_after(shared->options.limits.firm);
        co_await shared->emptied.async_wait(net::redirect_error(net::use_awaitable, ignored));
    }
    if (shared->tasks != 0) shared->fault({}, "stopped with connections that do not end");
}

Stats Server::stats() const { return parts_->shared->stats; }

} // namespace parley::http
