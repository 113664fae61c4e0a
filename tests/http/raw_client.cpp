#include "tests/http/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace parley::http::test {

std::string const* Answer::header(std::string_view name) const {
    for (Header const& header : headers)
        if (equal_ignoring_case(header.name, name)) return &header.value;
    return nullptr;
}

RawClient::RawClient(std::uint16_t port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    timeval const wait{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
        throw std::runtime_error("the test cannot connect to its server");
}

RawClient::~RawClient() {
    if (socket_ >= 0) ::close(socket_);
}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawClient::finish_sending() { ::shutdown(socket_, SHUT_WR); }

void RawClient::reset() {
    linger const rude{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &rude, sizeof rude);
    ::close(socket_);
    socket_ = -1;
}

bool RawClient::fill() {
    std::array<char, 16384> piece{};
    ssize_t const got = ::recv(socket_, piece.data(), piece.size(), 0);
    if (got == 0) ended_ = true;
    if (got <= 0) return false;
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
    return true;
}

std::string RawClient::receive_through(std::string_view words) {
    std::size_t at = 0;
    while ((at = buffer_.find(words)) == std::string::npos)
        if (!fill()) return {};
    std::string out = buffer_.substr(0, at + words.size());
    buffer_.erase(0, at + words.size());
    return out;
}

std::optional<Answer> RawClient::receive(bool to_head) {
    std::string const head = receive_through("\r\n\r\n");
    if (head.size() < 12) return std::nullopt;
    Answer answer;
    std::from_chars(head.data() + 9, head.data() + 12, answer.status);
    std::size_t at = head.find("\r\n") + 2;
    while (at + 2 < head.size()) {
        std::size_t const end = head.find("\r\n", at);
        std::size_t const colon = head.find(": ", at);
        answer.headers.push_back(
            {head.substr(at, colon - at), head.substr(colon + 2, end - colon - 2)});
        at = end + 2;
    }
    std::string const* length = answer.header("Content-Length");
    if (!length || to_head) return answer;
    std::size_t const size = std::stoul(*length);
    while (buffer_.size() < size)
        if (!fill()) return std::nullopt;
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
}

std::optional<Answer> RawClient::ask(std::string_view bytes) {
    send(bytes);
    return receive();
}

std::optional<std::string> RawClient::receive_rest() {
    while (fill()) {
    }
    if (!ended_) return std::nullopt;
    ::close(
        std::exchange(socket_, -1)); // as a well-behaved peer does when the other side has ended
    return std::exchange(buffer_, {});
}

bool RawClient::is_closed() { return receive_rest() == ""; }

} // namespace parley::http::test
