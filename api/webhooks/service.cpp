#include "api/webhooks/service.hpp"

#include "api/webhooks/message.hpp"
#include "api/webhooks/signature.hpp"
#include "engine/base/fault.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <pthread.h>
#include <thread>

namespace parley::webhooks {

namespace {

using namespace std::chrono_literals;

constexpr auto look_again = 25ms;         // at the logs, while there are endpoints
constexpr auto look_again_idle = 1'000ms; // for endpoints, while there are none
constexpr auto stop_grace = 5s;
constexpr std::int64_t elsewhere_us = 250'000; // how often other nodes' commits are looked for
constexpr std::int64_t sweep_us = 3600 * us_per_second;
constexpr std::size_t pending_most = 20'000;
constexpr std::size_t settled_most = 20'000;

// One endpoint that this node works. Attempts keep it alive; a closed one is listened to no more.
struct Held {
    Held(WebhookEndpoint endpoint, std::vector<WebhookDelivery> pending,
         std::vector<std::uint64_t> const& settled, QueueLimits const& limits)
        : row(std::move(endpoint)), queue(row, std::move(pending), settled, limits) {}
    WebhookEndpoint row;
    EndpointQueue queue;
    bool closed = false;
};
using HeldPtr = std::shared_ptr<Held>;

std::int64_t us_between(std::chrono::steady_clock::time_point from) {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                                 from)
        .count();
}

double chance() {
    std::array<std::uint8_t, 2> bytes{};
    fill_random(bytes);
    return (bytes[0] * 256 + bytes[1]) / 65535.0;
}

} // namespace

struct Service::Body {
    Body(Engine& the_engine, ServiceOptions the_options)
        : engine(the_engine), options(std::move(the_options)), client(io, options.client),
          bell(io) {}

    net::awaitable<void> run();
    net::awaitable<void> round();
    net::awaitable<void> keep_leases(Instant now);
    net::awaitable<void> take_over(WebhookEndpointId endpoint);
    net::awaitable<void> read_logs(Instant now);
    net::awaitable<void> read_log(HeldPtr held, Instant now);
    net::awaitable<void> record(Instant now);
    net::awaitable<void> sweep(Instant now);
    net::awaitable<void> attempt(HeldPtr held, WebhookDelivery delivery);
    net::awaitable<Outcome> send(HeldPtr held, WebhookDelivery delivery);
    void start_attempts(Instant now);
    void follow_registry();
    void drop(WebhookEndpointId endpoint);
    void ring() {
        rung = true;
        bell.cancel();
    }

    Engine& engine;
    ServiceOptions options;
    net::io_context io{1};
    http::Client client;
    net::steady_timer bell;
    bool rung = false;
    bool stopping = false;
    std::map<WebhookEndpointId, HeldPtr> held;
    std::size_t in_flight = 0;
    WebhookEndpointId last_served; // the next round starts behind it
    RegistryPtr followed;
    Instant leases_asked{};
    Instant synced{};
    Instant swept{};
    Instant logs_asked{};
    std::uint64_t committed_seen = 0;
    std::array<std::uint64_t, 2> log_sizes{};
    std::atomic<bool> asked{false}; // by wake()
    std::atomic<std::uint64_t> delivered{0}, failed{0};
    std::atomic<std::size_t> in_line{0};
    std::thread thread;
};

Service::Service(Engine& engine, ServiceOptions options)
    : body_(std::make_unique<Body>(engine, std::move(options))) {}

Service::~Service() { stop(); }

void Service::start() {
    body_->thread = std::thread([body = body_.get()] {
        ::pthread_setname_np(::pthread_self(), "parley-webhooks");
        net::co_spawn(body->io, body->run(), [body](std::exception_ptr const& thrown) {
            try {
                if (thrown) std::rethrow_exception(thrown);
            } catch (std::exception const& bug) { // the rounds have a door of their own
                body->options.log(fmt::format("webhooks stopped: {}", bug.what()));
            }
        });
        body->io.run();
    });
}

void Service::stop() {
    if (!body_->thread.joinable()) return;
    net::post(body_->io, [body = body_.get()] {
        body->stopping = true;
        body->ring();
    });
    body_->thread.join();
}

void Service::wake() {
    body_->asked = true;
    net::post(body_->io, [body = body_.get()] { body->ring(); });
}

Service::Figures Service::figures() const {
    return {body_->delivered, body_->failed, body_->in_line};
}

net::awaitable<void> Service::Body::run() {
    auto stop_by = std::chrono::steady_clock::time_point::max();
    while (true) {
        rung = false;
        std::string trouble;
        try { // the door of this thread
            co_await round();
        } catch (std::exception const& fault) {
            trouble = fault.what();
        }
        if (!trouble.empty()) options.log(fmt::format("webhooks: {}", trouble));
        if (stopping) {
            if (stop_by == std::chrono::steady_clock::time_point::max())
                stop_by = std::chrono::steady_clock::now() + stop_grace;
            bool const idle =
                std::ranges::all_of(held, [](auto const& one) { return one.second->queue.idle(); });
            if ((idle && in_flight == 0) || std::chrono::steady_clock::now() >= stop_by) break;
        }
        if (rung && trouble.empty()) continue;
        bool const busy = stopping || !engine.registry()->endpoints.empty();
        bell.expires_after(busy ? look_again : look_again_idle);
        boost::system::error_code ignored;
        co_await bell.async_wait(net::redirect_error(net::use_awaitable, ignored));
    }
    io.stop(); // attempts that did not end in time are made again after the next start
}

// Everything there is to do now, once.
net::awaitable<void> Service::Body::round() {
    Instant const now = engine.clock().now();
    if (!stopping) {
        if (held.empty() && engine.registry()->endpoints.empty()) co_return;
        follow_registry();
        co_await keep_leases(now);
        co_await read_logs(now);
        start_attempts(now);
        co_await sweep(now);
    }
    co_await record(now);
    std::size_t lines = 0;
    for (auto const& [id, one] : held) lines += one->queue.in_line();
    in_line = lines;
}

// Endpoints that were changed, paused or deleted by their owners.
void Service::Body::follow_registry() {
    auto const registry = engine.registry();
    if (registry == followed) return;
    followed = registry;
    std::vector<WebhookEndpointId> gone;
    for (auto const& [id, one] : held) {
        auto const found = registry->endpoints.find(id);
        if (found == registry->endpoints.end() || found->second.status != EndpointStatus::enabled)
            gone.push_back(id);
        else one->row = found->second;
    }
    for (WebhookEndpointId const id : gone) drop(id);
}

void Service::Body::drop(WebhookEndpointId endpoint) {
    auto const found = held.find(endpoint);
    if (found == held.end()) return;
    found->second->closed = true;
    held.erase(found);
}

net::awaitable<void> Service::Body::keep_leases(Instant now) {
    auto const registry = engine.registry();
    std::vector<WebhookEndpointId> wanted;
    bool missing = false;
    for (auto const& [id, endpoint] : registry->endpoints) {
        if (endpoint.status != EndpointStatus::enabled) continue;
        wanted.push_back(id);
        missing = missing || !held.contains(id);
    }
    bool const woken = asked.exchange(false);
    std::int64_t const renew_us = options.lease_us / 3;
    bool const renew = leases_asked + renew_us <= now || now < leases_asked;
    if (wanted.empty()) co_return;
    bool const look = missing && (woken || leases_asked + us_per_second <= now);
    if (renew || look) {
        auto const got = std::make_shared<std::vector<WebhookEndpointId>>();
        leases_asked = now;
        co_await engine.write(
            [got, wanted, now, until = now + options.lease_us, holder = options.holder](
                Journal& journal) { *got = journal.webhooks().lease(holder, wanted, now, until); },
            false);
        std::vector<WebhookEndpointId> lost;
        for (auto const& [id, one] : held)
            if (std::ranges::find(*got, id) == got->end()) lost.push_back(id);
        for (WebhookEndpointId const id : lost) drop(id);
        for (WebhookEndpointId const id : *got)
            if (!held.contains(id)) co_await take_over(id);
    }
    // What was put in line beside us: tests and replays.
    if (!woken && !(synced + renew_us <= now)) co_return;
    synced = now;
    for (auto const& one :
         std::vector<std::pair<WebhookEndpointId, HeldPtr>>(held.begin(), held.end())) {
        auto const pending = co_await engine.read([id = one.first](Reader& reader) {
            return reader.webhooks().pending(id, pending_most);
        });
        one.second->queue.sync(pending);
    }
}

net::awaitable<void> Service::Body::take_over(WebhookEndpointId endpoint) {
    struct Found {
        std::optional<WebhookEndpoint> row;
        std::vector<WebhookDelivery> pending;
        std::vector<std::uint64_t> settled;
    };
    // The row itself, for the cursor in the registry may be old.
    auto found = co_await engine.read([endpoint](Reader& reader) {
        Found out;
        for (WebhookEndpoint& row : reader.webhooks().endpoints())
            if (row.id == endpoint) out.row = std::move(row);
        if (!out.row) return out;
        out.pending = reader.webhooks().pending(endpoint, pending_most);
        out.settled = reader.webhooks().settled_after(endpoint, out.row->cursor, settled_most);
        return out;
    });
    if (!found.row) co_return;
    held.emplace(endpoint, std::make_shared<Held>(std::move(*found.row), std::move(found.pending),
                                                  found.settled, options.queue));
}

net::awaitable<void> Service::Body::read_logs(Instant now) {
    // Our own commits are counted; those of other nodes are looked for now and then.
    std::uint64_t const committed = engine.figures().committed_events;
    if (committed != committed_seen || logs_asked + elsewhere_us <= now || now < logs_asked) {
        committed_seen = committed;
        logs_asked = now;
        log_sizes = co_await engine.read([](Reader& reader) {
            return std::array{reader.log_size(false), reader.log_size(true)};
        });
    }
    for (auto const& [id, one] :
         std::vector<std::pair<WebhookEndpointId, HeldPtr>>(held.begin(), held.end())) {
        if (one->queue.read_to() >= log_sizes[one->row.live ? 1 : 0]) continue;
        if (one->queue.wants_more(now)) co_await read_log(one, now);
    }
}

net::awaitable<void> Service::Body::read_log(HeldPtr one, Instant now) {
    FeedQuery query;
    query.live = one->row.live;
    query.platform = one->row.platform;
    query.after = one->queue.read_to();
    query.with_bytes = false;
    query.limit = options.queue.ready;
    auto const page = co_await engine.read([query](Reader& reader) { return reader.feed(query); });
    for (StoredEvent const& event : page.events)
        if (wants(one->row, message_type_of(event.type))) one->queue.add(event, now);
    one->queue.read_up_to(page.read_to);
    if (page.read_to < log_sizes[one->row.live ? 1 : 0]) ring(); // there is more
}

// A turn each, starting behind the one served last, so that nobody waits for the busy.
void Service::Body::start_attempts(Instant now) {
    if (held.empty()) return;
    auto at = held.upper_bound(last_served);
    for (std::size_t count = 0; count < held.size() && in_flight < options.in_flight; ++count) {
        if (at == held.end()) at = held.begin();
        HeldPtr const one = at->second;
        last_served = at->first;
        ++at;
        for (WebhookDelivery& delivery : one->queue.take(now, options.in_flight - in_flight)) {
            ++in_flight;
            net::co_spawn(io, attempt(one, std::move(delivery)),
                          [this](std::exception_ptr const& thrown) {
                              --in_flight;
                              ring();
                              try {
                                  if (thrown) std::rethrow_exception(thrown);
                              } catch (std::exception const& bug) {
                                  options.log(fmt::format("webhooks: an attempt: {}", bug.what()));
                              }
                          });
        }
    }
}

net::awaitable<void> Service::Body::attempt(HeldPtr one, WebhookDelivery delivery) {
    DeliveryKey const key{delivery.position, delivery.message};
    std::string const what = fmt::format("{} to {}", delivery.message, delivery.endpoint.text());
    Outcome outcome;
    try {
        outcome = co_await send(one, std::move(delivery));
    } catch (std::exception const& bug) { // it counts as tried, or it would be tried for ever
        outcome.started = engine.clock().now();
        outcome.trouble = "This attempt failed inside the server.";
        options.log(fmt::format("webhooks: {}: {}", what, bug.what()));
    }
    bool const success = outcome.status >= 200 && outcome.status < 300;
    ++(success ? delivered : failed);
    if (one->closed) co_return;
    bool const was_off = !one->queue.disabled().empty();
    one->queue.finish(key, outcome, engine.clock().now(), chance());
    if (!was_off && !one->queue.disabled().empty())
        options.log(fmt::format("webhook endpoint {} is switched off: {}", one->row.id.text(),
                                one->queue.disabled() == "gone"
                                    ? "it answered 410 Gone"
                                    : "nothing has succeeded there for five days"));
}

net::awaitable<Outcome> Service::Body::send(HeldPtr one, WebhookDelivery delivery) {
    Outcome outcome;
    outcome.started = engine.clock().now();
    auto const keys = signing_keys(options.key, one->row, outcome.started);
    auto url = http::parse_url(one->row.url);
    if (keys.empty() || !url) {
        outcome.trouble = !url ? url.error() : "The secret cannot be opened with this key file.";
        options.log(fmt::format("webhooks: {}: {}", one->row.id.text(), outcome.trouble));
        co_return outcome;
    }
    http::Outgoing request;
    request.url = std::move(*url);
    request.body = body_of(one->row, delivery);
    std::int64_t const timestamp_s = outcome.started.us / us_per_second;
    request.headers = headers_of(delivery, timestamp_s);
    request.headers.push_back(
        {"webhook-signature", signature_header(keys, delivery.message, timestamp_s, request.body)});
    auto const start = std::chrono::steady_clock::now();
    auto answer = co_await client.send(std::move(request));
    outcome.took_us = us_between(start);
    if (!answer) {
        outcome.trouble = std::move(answer.error().detail);
        co_return outcome;
    }
    outcome.status = answer->status;
    outcome.answer = std::move(answer->body);
    outcome.cut = answer->cut;
    if (auto const* after = answer->header("Retry-After"))
        outcome.retry_after_us = read_retry_after(*after, engine.clock().now());
    co_return outcome;
}

net::awaitable<void> Service::Body::record(Instant now) {
    struct Batch {
        std::vector<HeldPtr> of;
        std::vector<EndpointWork> work;
        std::vector<WebhookEndpointId> lost;
    };
    auto const batch = std::make_shared<Batch>();
    bool switched_off = false;
    for (auto const& [id, one] : held) {
        auto work = one->queue.work(now);
        if (!work) continue;
        switched_off = switched_off || !work->disable_because.empty();
        batch->of.push_back(one);
        batch->work.push_back(std::move(*work));
    }
    if (batch->work.empty()) co_return;
    std::exception_ptr unwritten;
    try {
        co_await engine.write(
            [batch, holder = options.holder](Journal& journal) {
                batch->lost = journal.webhooks().record(holder, batch->work);
            },
            switched_off);
    } catch (std::exception const&) {
        unwritten = std::current_exception();
    }
    for (HeldPtr const& one : batch->of) {
        if (unwritten) one->queue.not_recorded();
        else one->queue.recorded();
    }
    if (unwritten) std::rethrow_exception(unwritten);
    for (WebhookEndpointId const id : batch->lost) drop(id);
    ring(); // there is room for more
}

net::awaitable<void> Service::Body::sweep(Instant now) {
    if (swept + sweep_us > now) co_return;
    swept = now;
    co_await engine.write(
        [before = now - options.deliveries_kept_us](Journal& journal) {
            journal.webhooks().delete_deliveries_before(before);
        },
        false);
}

std::optional<std::int64_t> read_retry_after(std::string_view text, Instant now) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    std::int64_t seconds = 0;
    auto const* const begin = text.data();
    auto const* const end = begin + text.size();
    auto const read = std::from_chars(begin, end, seconds);
    constexpr std::int64_t seconds_most = 10 * 365 * 24 * 3600LL;
    if (!text.empty() && read.ptr == end && read.ec == std::errc{} && seconds >= 0)
        return std::min(seconds, seconds_most) * us_per_second;
    // Sun, 06 Nov 1994 08:49:37 GMT
    static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != 29 || text[3] != ',' || !text.ends_with(" GMT")) return std::nullopt;
    auto const month = months.find(text.substr(8, 3));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    auto const at = parse_instant(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month / 3 + 1,
                                              text.substr(5, 2), text.substr(17, 8)));
    if (!at) return std::nullopt;
    return std::max<std::int64_t>(at->us - now.us, 0);
}

} // namespace parley::webhooks
