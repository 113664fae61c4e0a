#pragma once

#include "api/http/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace parley::http::test {

// Answers with what it saw, so that a test can tell what the server believed. Paths:
//   /slow     answers once release() was called     /stuck   never answers, but can be cancelled
//   /throw    throws                                /large   answers with 4 MiB
//   /events   streams three events, then ends       /feed    streams until it is closed
//   /secret   needs `Authorization: Bearer yes`     /close   ends the connection
//   /chunks   takes a chunked body                  /small   takes 10 bytes
class EchoHandler final : public Handler {
public:
    explicit EchoHandler(net::io_context& io)
        : io_(io), gate_(io, net::steady_timer::time_point::max()) {}
    std::variant<BodyPlan, Response> on_head(Head const& head) override;
    net::awaitable<Response> handle(Request request) override;

    void release(); // from any thread
    // Waits until a handler is in /slow or /stuck.
    void await_entry(int count = 1);
    std::atomic<int> heads{0};
    std::atomic<int> handled{0};

private:
    net::io_context& io_;
    net::steady_timer gate_;
    std::mutex mutex_;
    std::condition_variable entered_;
    int entries_ = 0;
    bool released_ = false; // on the server's thread only
};

// A server on a port of its own with a thread of its own, for as long as the object lives.
class LiveServer {
public:
    explicit LiveServer(Limits limits = {}, HostList hosts = {});
    ~LiveServer();

    std::uint16_t port() const { return server_->port(); }
    EchoHandler& handler() { return handler_; }
    Stats stats();
    void begin_stop(); // returns at once
    bool await_stop(); // false when it does not end in time
    std::vector<std::string> faults();

private:
    net::io_context io_{1};
    net::executor_work_guard<net::io_context::executor_type> work_;
    EchoHandler handler_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> faults_;
    std::optional<Server> server_;
    bool stopping_ = false;
    bool stopped_ = false;
    std::thread thread_;
};

} // namespace parley::http::test
