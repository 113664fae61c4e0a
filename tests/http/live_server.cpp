#include "tests/http/live_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>
#include <stdexcept>

namespace parley::http::test {

namespace {

// `count` events, one at a time; then the end, or heartbeats until it is closed.
class Events final : public EventSource {
public:
    Events(net::io_context& io, int count, bool endless)
        : timer_(io), left_(count), endless_(endless) {}
    net::awaitable<std::optional<std::string>> next(std::chrono::milliseconds wait_max) override {
        if (closed_) co_return std::nullopt;
        if (left_ > 0) co_return "data: " + std::to_string(left_--) + "\n\n";
        if (!endless_) co_return std::nullopt;
        boost::system::error_code ignored;
        timer_.expires_after(wait_max);
        co_await timer_.async_wait(net::redirect_error(net::use_awaitable, ignored));
        if (closed_) co_return std::nullopt;
        co_return std::string();
    }
    void close() override {
        closed_ = true;
        timer_.cancel();
    }

private:
    net::steady_timer timer_;
    int left_;
    bool endless_;
    bool closed_ = false;
};

} // namespace

std::variant<BodyPlan, Response> EchoHandler::on_head(Head const& head) {
    ++heads;
    if (head.path == "/secret" && head.header("Authorization") != "Bearer yes")
        return text_response(401, "text/plain", "who are you?");
    if (head.path == "/throw-early") throw std::runtime_error("early");
    BodyPlan plan{.bytes_max = 1024 * 1024, .note = std::make_shared<std::string const>("noted")};
    if (head.path == "/small") plan.bytes_max = 10;
    if (head.path == "/chunks") plan.allow_chunked = true;
    return plan;
}

net::awaitable<Response> EchoHandler::handle(Request request) {
    ++handled;
    std::string const path = request.head.path;
    if (path == "/throw") throw std::runtime_error("the handler fell over");
    if (path == "/large")
        co_return text_response(200, "text/plain", std::string(4 * 1024 * 1024, 'x'));
    if (path == "/events") co_return event_response(std::make_shared<Events>(io_, 3, false));
    if (path == "/feed") co_return event_response(std::make_shared<Events>(io_, 1, true));
    if (path == "/empty") co_return empty_response(204);
    if (path == "/slow" || path == "/stuck") {
        {
            std::scoped_lock const lock(mutex_);
            ++entries_;
        }
        entered_.notify_all();
        if (path == "/stuck") {
            net::steady_timer for_ever(io_, net::steady_timer::time_point::max());
            co_await for_ever.async_wait(net::use_awaitable);
        }
        boost::system::error_code ignored;
        if (!released_) co_await gate_.async_wait(net::redirect_error(net::use_awaitable, ignored));
    }
    std::string said(name_of(request.head.method));
    said += ' ' + path + '|' + request.body + '|' +
            *std::static_pointer_cast<std::string const>(request.note);
    Response response = text_response(200, "text/plain", std::move(said));
    if (request.head.path == "/close") response.close = true;
    if (auto const name = request.head.header("X-Name")) response.set("X-Name", std::string(*name));
    co_return response;
}

void EchoHandler::release() {
    net::post(io_, [this] {
        released_ = true;
        gate_.cancel();
    });
}

void EchoHandler::await_entry(int count) {
    std::unique_lock lock(mutex_);
    entered_.wait_for(lock, std::chrono::seconds(10), [&] { return entries_ >= count; });
}

LiveServer::LiveServer(Limits limits, HostList hosts) : work_(io_.get_executor()), handler_(io_) {
    Options options;
    options.hosts = std::move(hosts);
    options.limits = limits;
    options.on_fault = [this](std::string_view id, std::string_view what) {
        std::scoped_lock const lock(mutex_);
        faults_.push_back(std::string(id) + ": " + std::string(what));
        changed_.notify_all();
    };
    server_.emplace(io_, std::move(options), handler_);
    server_->start();
    thread_ = std::thread([this] { io_.run(); });
}

LiveServer::~LiveServer() {
    begin_stop();
    handler_.release();
    await_stop();
    work_.reset();
    io_.stop();
    thread_.join();
}

Stats LiveServer::stats() {
    std::promise<Stats> promise;
    net::post(io_, [&] { promise.set_value(server_->stats()); });
    return promise.get_future().get();
}

void LiveServer::begin_stop() {
    if (std::exchange(stopping_, true)) return;
    net::co_spawn(io_, server_->stop(), [this](std::exception_ptr thrown) {
        std::scoped_lock const lock(mutex_);
        stopped_ = !thrown;
        changed_.notify_all();
    });
}

bool LiveServer::await_stop() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return stopped_; });
}

std::vector<std::string> LiveServer::faults() {
    std::scoped_lock const lock(mutex_);
    return faults_;
}

} // namespace parley::http::test
