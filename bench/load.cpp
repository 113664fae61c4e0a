#include "bench/load.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <numeric>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

namespace parley::bench {

namespace {

using Clock = std::chrono::steady_clock;

int connect_to(std::uint16_t port) {
    int const fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
        throw std::runtime_error(fmt::format("cannot connect to 127.0.0.1:{}", port));
    int const on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t const sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) throw std::runtime_error("the server closed a connection");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

// Whether `bytes` is an answer to its end.
bool is_whole(std::string_view bytes) {
    std::size_t const head_end = bytes.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return false;
    std::string_view const head = bytes.substr(0, head_end);
    constexpr std::string_view name = "\r\nContent-Length: ";
    std::size_t at = head.find(name);
    if (at == std::string_view::npos) at = head.find("\r\ncontent-length: "); // Node's way
    std::size_t length = 0;
    if (at != std::string_view::npos)
        std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    return bytes.size() >= head_end + 4 + length;
}

struct Connection {
    int fd = -1;
    std::string begun; // of an answer that comes in pieces
    Clock::time_point sent;
};

// Connections that one epoll descriptor watches; all are closed with this.
class Connections {
public:
    Connections(std::uint16_t port, std::size_t count) : all_(count), events_(count) {
        for (std::size_t i = 0; i < count; ++i) {
            all_[i].fd = connect_to(port);
            epoll_event event{};
            event.events = EPOLLIN | EPOLLET; // `receive` takes all there is
            event.data.u64 = i;
            ::epoll_ctl(poll_, EPOLL_CTL_ADD, all_[i].fd, &event);
        }
    }
    ~Connections() {
        for (Connection const& connection : all_) ::close(connection.fd);
        ::close(poll_);
    }
    Connections(Connections const&) = delete;
    Connections& operator=(Connections const&) = delete;

    Connection& operator[](std::size_t i) { return all_[i]; }
    // Those that have something to read; none once `wait` is over.
    std::span<epoll_event const> wait(timespec wait) {
        int const ready =
            ::epoll_pwait2(poll_, events_.data(), static_cast<int>(events_.size()), &wait, nullptr);
        return {events_.data(), static_cast<std::size_t>(std::max(ready, 0))};
    }
    // Takes what has come in: the answer when it is whole, nothing before. Good until the next call.
    // One that comes at once is read where it lies, so that the load takes little of the caches.
    std::string_view receive(std::size_t i) {
        std::string& begun = all_[i].begun;
        std::size_t got = 0;
        do {
            ssize_t const bytes = ::recv(all_[i].fd, buffer_.data(), buffer_.size(), 0);
            if (bytes <= 0) throw std::runtime_error("the server closed a connection");
            got = static_cast<std::size_t>(bytes);
            std::string_view const fresh(buffer_.data(), got);
            if (begun.empty() && is_whole(fresh)) return fresh;
            begun += fresh;
        } while (got == buffer_.size() && !is_whole(begun));
        if (!is_whole(begun)) return {};
        pieced_ = std::exchange(begun, {});
        return pieced_;
    }

private:
    int poll_ = ::epoll_create1(0);
    std::vector<Connection> all_;
    std::vector<epoll_event> events_;
    std::array<char, 64 * 1024> buffer_;
    std::string pieced_;
};

constexpr timespec longest_wait{10, 0};

void note_answer(LoadResult& result, Connection const& connection, std::string_view answer) {
    result.latencies_us.push_back(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - connection.sent)
            .count()));
    if (answer.size() > 9 && answer[9] == '2') ++result.done;
    else if (result.failed++ == 0) result.first_failure = answer.substr(0, 1500);
}

} // namespace

std::uint32_t LoadResult::percentile(double p) {
    if (latencies_us.empty()) return 0;
    std::ranges::sort(latencies_us);
    auto const rank = static_cast<std::size_t>(p * static_cast<double>(latencies_us.size() - 1));
    return latencies_us[rank];
}

void LoadResult::expect_none_failed(std::string_view what) const {
    if (failed != 0) throw std::runtime_error(fmt::format("{} failed: {}", what, first_failure));
}

LoadResult run_load(std::uint16_t port, std::size_t connections, NextRequest const& next,
                    double seconds, OnAnswer const& on_answer) {
    LoadResult result;
    Connections all(port, connections);
    auto const start = Clock::now();
    std::size_t running = 0;
    auto const send_next = [&](std::size_t i) {
        std::string const request = next(i);
        if (request.empty()) return false;
        all[i].sent = Clock::now();
        send_all(all[i].fd, request);
        return true;
    };
    for (std::size_t i = 0; i < connections; ++i)
        if (send_next(i)) ++running;
    bool stopping = false;
    while (running > 0) {
        auto const ready = all.wait(longest_wait);
        if (ready.empty()) throw std::runtime_error("no answer for 10 seconds");
        for (epoll_event const& event : ready) {
            std::size_t const i = event.data.u64;
            std::string_view const answer = all.receive(i);
            if (answer.empty()) continue;
            note_answer(result, all[i], answer);
            if (on_answer) on_answer(i, answer.substr(answer.find("\r\n\r\n") + 4));
            std::chrono::duration<double> const passed = Clock::now() - start;
            if (seconds > 0 && passed.count() >= seconds) stopping = true;
            if (stopping || !send_next(i)) --running;
        }
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
}

LoadResult run_open_load(std::uint16_t port, std::size_t connections, NextRequest const& next,
                         double per_second, double seconds) {
    LoadResult result;
    Connections all(port, connections);
    std::vector<std::size_t> idle(connections);
    std::iota(idle.begin(), idle.end(), std::size_t{0});
    auto const start = Clock::now();
    auto const due = [&](std::size_t number) {
        return start + std::chrono::duration_cast<Clock::duration>(
                           std::chrono::duration<double>(static_cast<double>(number) / per_second));
    };
    auto const total = static_cast<std::size_t>(per_second * seconds);
    std::size_t sent = 0;
    while (result.done + result.failed < total) {
        while (sent < total && !idle.empty() && due(sent) <= Clock::now()) {
            Connection& connection = all[idle.back()];
            connection.sent = due(sent);
            send_all(connection.fd, next(idle.back()));
            idle.pop_back();
            ++sent;
        }
        timespec wait = longest_wait;
        if (sent < total && !idle.empty()) {
            auto const left = std::chrono::duration_cast<std::chrono::nanoseconds>(
                std::max(due(sent) - Clock::now(), Clock::duration::zero()));
            wait = {left.count() / 1'000'000'000, left.count() % 1'000'000'000};
        }
        auto const ready = all.wait(wait);
        if (ready.empty() && wait.tv_sec >= longest_wait.tv_sec)
            throw std::runtime_error("no answer for 10 seconds");
        for (epoll_event const& event : ready) {
            std::size_t const i = event.data.u64;
            std::string_view const answer = all.receive(i);
            if (answer.empty()) continue;
            note_answer(result, all[i], answer);
            idle.push_back(i);
        }
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
}

Answer call(std::uint16_t port, std::string const& request) {
    int const fd = connect_to(port);
    send_all(fd, request);
    std::string in;
    char buffer[64 * 1024];
    while (!is_whole(in)) {
        ssize_t const got = ::recv(fd, buffer, sizeof buffer, 0);
        if (got <= 0) throw std::runtime_error("the server closed a connection");
        in.append(buffer, static_cast<std::size_t>(got));
    }
    ::close(fd);
    Answer answer;
    std::from_chars(in.data() + 9, in.data() + 12, answer.status);
    answer.body = in.substr(in.find("\r\n\r\n") + 4);
    return answer;
}

std::string request_text(std::string_view method, std::string_view target, std::string_view key,
                         std::string_view act_as, std::string_view idempotency_key,
                         std::string_view body, std::string_view more_headers) {
    std::string out = fmt::format(
        "{} {} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n", method, target, key);
    if (!act_as.empty()) out += fmt::format("Parley-Act-As: {}\r\n", act_as);
    if (!idempotency_key.empty()) out += fmt::format("Idempotency-Key: {}\r\n", idempotency_key);
    if (method == "POST")
        out += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    out += more_headers;
    out += "\r\n";
    out += body;
    return out;
}

} // namespace parley::bench
