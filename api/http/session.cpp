// One connection, from its first byte to its last.

#include "api/http/connection.hpp"
#include "api/http/problem.hpp"
#include "api/http/wire.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>

namespace parley::http {

namespace {

using SteadyClock = std::chrono::steady_clock;
using Timer = net::basic_waitable_timer<SteadyClock, net::wait_traits<SteadyClock>, Executor>;
using boost::system::error_code;

constexpr auto never = SteadyClock::time_point::max();
constexpr std::size_t linger_bytes_max = 256 * 1024;

std::string what_of(std::exception_ptr const& exception) {
    if (!exception) return "no exception";
    try {
        std::rethrow_exception(exception);
    } catch (std::exception const& known) {
        return known.what();
    } catch (...) {
        return "an exception of an unknown type";
    }
}

class Session final : public Connection, public std::enable_shared_from_this<Session> {
public:
    Session(std::shared_ptr<Shared> shared, Socket socket, std::string remote)
        : shared_(std::move(shared)), limits_(shared_->options.limits), socket_(std::move(socket)),
          timer_(socket_.get_executor()), remote_(std::move(remote)),
          wire_(shared_->options.hosts, limits_.wire) {
        place_ = shared_->connections.insert(shared_->connections.end(), this);
        ++shared_->per_address[remote_];
        ++shared_->stats.connections;
    }

    ~Session() override {
        shared_->connections.erase(place_);
        auto const count = shared_->per_address.find(remote_);
        if (--count->second == 0) shared_->per_address.erase(count);
        --shared_->stats.connections;
    }

    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    static net::awaitable<void> run(std::shared_ptr<Session> self) {
        self->watch();
        std::exception_ptr thrown;
        try {
            co_await self->serve();
        } catch (...) {
            thrown = std::current_exception();
        }
        self->over_ = true;
        self->timer_.cancel();
        error_code ignored;
        self->socket_.close(ignored);
        if (thrown && !self->aborted_) std::rethrow_exception(thrown);
    }

    void drain() override {
        draining_ = true;
        if (idle_) socket_.cancel();
        if (source_) source_->close();
    }

    void abort() override {
        draining_ = aborted_ = true;
        error_code ignored;
        socket_.close(ignored);
        signal_.emit(net::cancellation_type::terminal);
    }

    net::cancellation_slot slot() { return signal_.slot(); }

private:
    // One timer a connection. Moving the deadline is an assignment; the timer looks at it at least
    // as often as the shortest limit, so it is never late, and a request costs no timer at all.
    void set_deadline(std::chrono::milliseconds from_now) {
        deadline_ = SteadyClock::now() + from_now;
        expired_ = false;
    }
    void clear_deadline() {
        deadline_ = never;
        expired_ = false;
    }
    void watch() {
        auto const shortest =
            std::min({limits_.header, limits_.body, limits_.idle, limits_.write, limits_.linger});
        timer_.expires_at(std::min(deadline_, SteadyClock::now() + shortest));
        timer_.async_wait([self = shared_from_this()](error_code const& failure) {
            if (failure || self->over_) return;
            if (SteadyClock::now() >= self->deadline_) {
                self->expired_ = true;
                self->deadline_ = never;
                error_code ignored;
                self->socket_.cancel(ignored);
            }
            self->watch();
        });
    }
    // The end of a transfer: its limit, and longer only for as long as bytes keep coming.
    std::chrono::milliseconds paced(std::chrono::milliseconds limit, std::size_t bytes) const {
        return limit + std::chrono::milliseconds(bytes * 1000 / limits_.bytes_a_second);
    }

    // Serves request after request; ends when the peer leaves, a limit is reached, a request is
    // refused, or the server stops.
    net::awaitable<void> serve() {
        bool first = true;
        while (co_await read_head(first)) {
            first = false;
            if (refused_) {
                ++shared_->stats.refused;
                co_await answer(problem(*refused_, shared_->ids.next()), AnswerTo{});
                break;
            }
            if (!co_await serve_one()) break;
            wire_.next();
            // Others first: meanwhile the peer may have asked again, and to look for a request before
            // it is there costs as much as to take it.
            if (!wire_.has_bytes()) co_await net::post(socket_.get_executor(), net::use_awaitable);
        }
        if (said_last_ && !aborted_) co_await say_goodbye();
    }

    // True when there is a head or a refusal; false when the connection is at its end.
    net::awaitable<bool> read_head(bool first) {
        bool began = first;
        set_deadline(first ? limits_.header : limits_.idle);
        for (;;) {
            if (wire_.has_bytes()) {
                if (!began) set_deadline(limits_.header);
                began = true;
                Wire::Progress const progress = wire_.read_head();
                if (progress == Wire::Progress::refused) refused_ = wire_.fault();
                if (progress != Wire::Progress::need_more) co_return true;
            }
            idle_ = !wire_.has_bytes();
            if (idle_ && draining_) co_return false;
            auto const room = wire_.prepare();
            error_code failure;
            std::size_t got =
                co_await socket_.async_read_some(net::buffer(room.data(), room.size()),
                                                 net::redirect_error(net::use_awaitable, failure));
            bool const was_idle = std::exchange(idle_, false);
            if (failure == net::error::operation_aborted && was_idle && draining_ && !aborted_) {
                // A request may have arrived just as the server began to stop: it is still
                // answered.
                error_code nothing_there;
                got = socket_.read_some(net::buffer(room.data(), room.size()), nothing_there);
                if (nothing_there) co_return false;
            } else if (failure) {
                if (!expired_ || was_idle) co_return false;
                refused_ =
                    GateFault{408, "request_timeout", "The head of the request took too long."};
                co_return true;
            }
            wire_.commit(got);
        }
    }

    struct AnswerTo {
        bool head_only = false;
        bool keep_alive = false;
        unsigned version = 11;
        std::string request_id;
    };

    // True when another request may follow on this connection.
    net::awaitable<bool> serve_one() {
        Head head = wire_.take_head();
        head.remote = remote_;
        head.request_id = shared_->ids.next();
        AnswerTo to{head.head_only, head.keep_alive, head.version, head.request_id};
        clear_deadline();

        std::variant<BodyPlan, Response> decision;
        try {
            decision = shared_->handler.on_head(head);
        } catch (...) {
            decision = fault_response(std::current_exception(), to.request_id);
        }
        if (auto* early = std::get_if<Response>(&decision)) {
            // The body stays unread, and what is unread must not be taken for a request.
            if (wire_.has_body()) early->close = true;
            ++shared_->stats.requests;
            co_return co_await answer(std::move(*early), std::move(to));
        }

        BodyPlan plan = std::get<BodyPlan>(std::move(decision));
        if (wire_.has_body()) {
            if (auto fault = co_await read_body(plan)) {
                ++shared_->stats.refused;
                Response refusal = problem(*fault, to.request_id);
                co_await answer(std::move(refusal), std::move(to));
                co_return false;
            }
            if (gone_) co_return false;
        }

        Request request{std::move(head), wire_.take_body(), std::move(plan.note)};
        Response response;
        clear_deadline();
        try {
            response = co_await shared_->handler.handle(std::move(request));
        } catch (...) {
            if (aborted_) throw;
            response = fault_response(std::current_exception(), to.request_id);
        }
        ++shared_->stats.requests;
        co_return co_await answer(std::move(response), std::move(to));
    }

    // Gives the reason when the body is refused; sets gone_ when the peer left.
    net::awaitable<std::optional<GateFault>> read_body(BodyPlan plan) {
        if (auto fault = wire_.begin_body(plan)) co_return fault;
        error_code failure;
        if (wire_.expects_continue() && !co_await send("HTTP/1.1 100 Continue\r\n\r\n", {})) {
            gone_ = true;
            co_return std::nullopt;
        }
        auto const began = SteadyClock::now();
        for (;;) {
            Wire::Progress const progress = wire_.read_body();
            if (progress == Wire::Progress::refused) co_return wire_.fault();
            if (progress == Wire::Progress::done) co_return std::nullopt;
            deadline_ = began + paced(limits_.body, wire_.body_received());
            expired_ = false;
            auto const room = wire_.prepare();
            std::size_t const got =
                co_await socket_.async_read_some(net::buffer(room.data(), room.size()),
                                                 net::redirect_error(net::use_awaitable, failure));
            if (failure && expired_)
                co_return GateFault{408, "request_timeout",
                                    "The body of the request took too long."};
            if (failure) {
                gone_ = true;
                co_return std::nullopt;
            }
            wire_.commit(got);
        }
    }

    Response fault_response(std::exception_ptr const& exception, std::string const& request_id) {
        shared_->fault(request_id, what_of(exception));
        return problem(500, "internal",
                       "Something went wrong here. It has been noted under the request id.",
                       request_id);
    }

    net::awaitable<bool> answer(Response response, AnswerTo to) {
        bool const keep = to.keep_alive && !response.close && !draining_;
        if (auto const* source = std::get_if<std::shared_ptr<EventSource>>(&response.body);
            source && *source) {
            std::shared_ptr<EventSource> events = *source;
            co_return co_await stream(std::move(response), std::move(events), std::move(to), keep);
        }
        std::string_view const text = response.text();
        bool const bodiless =
            response.status == 204 || response.status == 304 || response.status < 200;
        out_.clear();
        append_response_head(out_, response,
                             {.framing = bodiless ? Framing::none : Framing::counted,
                              .body_bytes = text.size(),
                              .keep_alive = keep,
                              .says_keep_alive = to.version == 10,
                              .date = shared_->date(),
                              .request_id = to.request_id});
        bool const sent = co_await send(out_, bodiless || to.head_only ? std::string_view() : text);
        said_last_ = sent && !keep;
        co_return sent&& keep;
    }

    // Sends both parts with one gathered write. They belong to the caller, who waits for the end.
    net::awaitable<bool> send(std::string_view first, std::string_view second) {
        auto const began = SteadyClock::now();
        std::size_t const total = first.size() + second.size();
        std::size_t sent = 0;
        error_code failure;
        for (;;) {
            std::size_t const past = sent > first.size() ? sent - first.size() : 0;
            std::array<net::const_buffer, 2> const buffers = {
                net::const_buffer(first.data() + std::min(sent, first.size()),
                                  first.size() - std::min(sent, first.size())),
                net::const_buffer(second.data() + past, second.size() - past)};
            // Nearly every answer fits the socket's buffer at once, and then nobody has to wait.
            sent += socket_.write_some(buffers, failure);
            if (!failure && sent == total) co_return true;
            if (failure && failure != net::error::would_block) co_return false;
            if (!failure) continue;
            deadline_ = began + paced(limits_.write, sent);
            expired_ = false;
            co_await socket_.async_wait(Socket::wait_write,
                                        net::redirect_error(net::use_awaitable, failure));
            if (failure || expired_) co_return false;
        }
    }

    net::awaitable<bool> stream(Response response, std::shared_ptr<EventSource> source, AnswerTo to,
                                bool keep) {
        bool const chunked = to.version == 11;
        keep = keep && chunked;
        out_.clear();
        append_response_head(out_, response,
                             {.framing = chunked ? Framing::chunked : Framing::until_close,
                              .keep_alive = keep,
                              .date = shared_->date(),
                              .request_id = to.request_id});
        if (to.head_only || draining_) source->close();
        if (!co_await send(out_, {}) || to.head_only) {
            source->close();
            co_return keep&& to.head_only;
        }
        source_ = source;
        std::exception_ptr thrown;
        bool complete = false;
        try {
            complete = co_await pump(source, chunked);
        } catch (...) {
            thrown = std::current_exception();
        }
        source_.reset();
        source->close();
        if (thrown && !aborted_) shared_->fault(to.request_id, what_of(thrown));
        if (!complete || thrown) co_return false; // cut short, and the missing last chunk says so
        bool const sent = !chunked || co_await send("0\r\n\r\n", {});
        bool const stays = keep && !draining_;
        said_last_ = sent && !stays;
        co_return sent&& stays;
    }

    // Sends what the source gives until it ends (true) or the peer is gone (false).
    net::awaitable<bool> pump(std::shared_ptr<EventSource> source, bool chunked) {
        for (;;) {
            clear_deadline();
            std::optional<std::string> text = co_await source->next(limits_.heartbeat);
            if (!text) co_return true;
            if (text->empty()) *text = ":\n\n";
            out_.clear();
            if (chunked) {
                fmt::format_to(std::back_inserter(out_), "{:x}\r\n", text->size());
                *text += "\r\n";
            }
            if (!co_await send(out_, *text)) co_return false;
        }
    }

    // Closes so that the peer can still read the last answer: an early close with bytes unread
    // would reset the connection. What arrives meanwhile is thrown away unseen.
    net::awaitable<void> say_goodbye() {
        error_code failure;
        socket_.shutdown(Socket::shutdown_send, failure);
        if (failure) co_return;
        set_deadline(limits_.linger);
        std::array<char, 2048> waste{};
        for (std::size_t total = 0; total < linger_bytes_max;) {
            total += co_await socket_.async_read_some(
                net::buffer(waste), net::redirect_error(net::use_awaitable, failure));
            if (failure) co_return;
        }
    }

    std::shared_ptr<Shared> shared_;
    Limits const& limits_;
    Socket socket_;
    Timer timer_;
    net::cancellation_signal signal_;
    std::string remote_;
    Wire wire_;
    std::string out_;
    std::list<Connection*>::iterator place_;
    std::shared_ptr<EventSource> source_;
    std::optional<GateFault> refused_;
    SteadyClock::time_point deadline_ = never;
    bool expired_ = false;
    bool idle_ = false;
    bool draining_ = false;
    bool aborted_ = false;
    bool gone_ = false;
    bool said_last_ = false; // the peer has an answer to take before the close
    bool over_ = false;
};

} // namespace

void start_connection(std::shared_ptr<Shared> shared, Socket socket, std::string remote) {
    auto session = std::make_shared<Session>(shared, std::move(socket), std::move(remote));
    net::cancellation_slot const slot = session->slot();
    spawn(std::move(shared), Session::run(std::move(session)), slot);
}

} // namespace parley::http
