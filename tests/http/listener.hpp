#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace parley::http::test {

// A receiver on a free port of loopback that answers what a test tells it to, byte by byte, one
// connection after the other. Every wait ends after ten seconds.
class Listener {
public:
    class Peer {
    public:
        explicit Peer(int socket) : socket_(socket) {}
        // Everything up to the end of those words; less when the other side closed before.
        std::string read_through(std::string_view words) {
            std::string seen;
            while (seen.find(words) == std::string::npos && more(seen)) {
            }
            return seen;
        }
        std::string read_rest() {
            std::string seen;
            while (more(seen)) {
            }
            return seen;
        }
        // False once the other side has gone.
        bool write(std::string_view bytes) {
            while (!bytes.empty()) {
                auto const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
                if (sent <= 0) return false;
                bytes.remove_prefix(static_cast<std::size_t>(sent));
            }
            return true;
        }
        // Waits until the other side says something or that time is over.
        void pause(std::chrono::milliseconds time) {
            pollfd wait{socket_, POLLIN, 0};
            ::poll(&wait, 1, static_cast<int>(time.count()));
        }

    private:
        bool more(std::string& seen) {
            pollfd wait{socket_, POLLIN, 0};
            if (::poll(&wait, 1, 10'000) != 1) return false;
            std::array<char, 16384> bytes;
            auto const got = ::recv(socket_, bytes.data(), bytes.size(), 0);
            if (got <= 0) return false;
            seen.append(bytes.data(), static_cast<std::size_t>(got));
            return true;
        }
        int socket_;
    };

    explicit Listener(std::function<void(Peer&)> serve) : serve_(std::move(serve)) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof here;
        ::bind(socket_, reinterpret_cast<sockaddr*>(&here), size);
        ::listen(socket_, 64);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&here), &size);
        port_ = ntohs(here.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~Listener() { finish(); }
    Listener(Listener const&) = delete;
    Listener& operator=(Listener const&) = delete;

    // Takes no more connections; whatever is under way comes to its end.
    void finish() {
        if (!thread_.joinable()) return;
        over_ = true;
        ::shutdown(socket_, SHUT_RDWR);
        thread_.join();
        ::close(socket_);
    }
    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    int connections() const { return connections_; }

private:
    void run() {
        while (!over_) {
            int const socket = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) return;
            ++connections_;
            Peer peer(socket);
            serve_(peer);
            ::shutdown(socket, SHUT_WR);
            // Closing with bytes unread would reset the connection under the answer.
            peer.read_rest();
            ::close(socket);
        }
    }

    std::function<void(Peer&)> serve_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_ = 0;
    std::atomic<bool> over_ = false;
    std::thread thread_;
};

} // namespace parley::http::test
