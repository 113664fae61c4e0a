#pragma once

#include "api/http/server.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace parley::app {

// What a marketplace runs to be told of its disputes, small: takes messages on a free port of
// 127.0.0.1 on a thread of its own and checks their signatures (Standard Webhooks 1.0.0, v1). For the
// demo. All functions are for one thread.
class WebhookReceiver final : public http::Handler {
public:
    struct Message {
        std::string type; // dispute.filed
        bool verified = false;
    };

    WebhookReceiver(); // throws Fault where it can have no port
    ~WebhookReceiver() override;
    WebhookReceiver(WebhookReceiver const&) = delete;
    WebhookReceiver& operator=(WebhookReceiver const&) = delete;

    std::string url() const;
    // The messages about that dispute, once they are that many or the time is over; judged by the
    // secret, as the answer to the endpoint's making gave it (whsec_…).
    std::vector<Message> wait_for(std::string_view dispute, std::size_t count,
                                  std::string_view secret, std::chrono::milliseconds time_max);

    std::variant<http::BodyPlan, http::Response> on_head(http::Head const& head) override;
    http::net::awaitable<http::Response> handle(http::Request request) override;

private:
    struct Received {
        std::string id, timestamp, signatures, body;
    };
    static Message judge(Received const& one, std::string_view key);

    http::net::io_context io_{1};
    http::Server server_;
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<Received> received_;
    std::thread thread_;
};

} // namespace parley::app
