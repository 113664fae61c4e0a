#include "api/app/webhook_receiver.hpp"

#include "engine/base/digest.hpp"
#include "engine/base/json.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace parley::app {

namespace {

constexpr std::size_t body_bytes_max = 64UL * 1024;

std::string text_in(http::Head const& head, std::string_view name) {
    return std::string(head.header(name).value_or(""));
}

// The bytes of whsec_ and base64; empty where it is none.
std::string key_of(std::string_view secret) {
    constexpr std::string_view prefix = "whsec_";
    if (!secret.starts_with(prefix)) return {};
    std::string text(secret.substr(prefix.size()));
    text.erase(std::min(text.find('='), text.size()));
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return parse_base64url(text).value_or("");
}

// One of the signatures, with a space between them, is the one expected.
bool lists(std::string_view signatures, std::string_view expected) {
    while (!signatures.empty()) {
        std::string_view const one = signatures.substr(0, signatures.find(' '));
        if (one == expected) return true;
        signatures.remove_prefix(std::min(one.size() + 1, signatures.size()));
    }
    return false;
}

} // namespace

WebhookReceiver::WebhookReceiver() : server_(io_, http::Options{}, *this) {
    server_.start();
    thread_ = std::thread([this] { io_.run(); });
}

WebhookReceiver::~WebhookReceiver() {
    http::net::co_spawn(io_, server_.stop(), http::net::detached); // and then nothing keeps io_
    thread_.join();
}

std::string WebhookReceiver::url() const {
    return fmt::format("http://127.0.0.1:{}/", server_.port());
}

std::variant<http::BodyPlan, http::Response> WebhookReceiver::on_head(http::Head const&) {
    return http::BodyPlan{body_bytes_max, true};
}

http::net::awaitable<http::Response> WebhookReceiver::handle(http::Request request) {
    {
        std::lock_guard const lock(mutex_);
        received_.push_back({text_in(request.head, "webhook-id"),
                             text_in(request.head, "webhook-timestamp"),
                             text_in(request.head, "webhook-signature"), std::move(request.body)});
    }
    came_.notify_one();
    co_return http::empty_response(204);
}

WebhookReceiver::Message WebhookReceiver::judge(Received const& one, std::string_view key) {
    std::string const signed_text = one.id + '.' + one.timestamp + '.' + one.body;
    std::string const expected = "v1," + base64_of(view_of(hmac_sha256(key, signed_text)));
    auto const json = parse_json(one.body);
    return {json ? json->value("type", "") : "", !key.empty() && lists(one.signatures, expected)};
}

std::vector<WebhookReceiver::Message> WebhookReceiver::wait_for(
    std::string_view dispute, std::size_t count, std::string_view secret,
    std::chrono::milliseconds time_max) {
    auto const is_of_it = [&](Received const& one) { return one.body.contains(dispute); };
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, time_max, [&] {
        return static_cast<std::size_t>(std::ranges::count_if(received_, is_of_it)) >= count;
    });
    std::string const key = key_of(secret);
    std::vector<Message> messages;
    for (Received const& one : received_)
        if (is_of_it(one)) messages.push_back(judge(one, key));
    return messages;
}

} // namespace parley::app
