#include "api/app/demo_client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace parley::app {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t answer_bytes_max = 64UL * 1024 * 1024;

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// What goes into the Host field: the URL without its scheme and its path.
std::string_view host_of(std::string_view url) {
    if (std::size_t const at = url.find("//"); at != std::string_view::npos)
        url.remove_prefix(at + 2);
    return url.substr(0, url.find('/'));
}

// The status line and fields of an answer; nothing when it is not HTTP/1.1.
std::optional<ClientAnswer> parse_head(std::string_view head) {
    ClientAnswer answer;
    std::size_t end = head.find("\r\n");
    std::string_view const line = head.substr(0, end);
    if (!line.starts_with("HTTP/1.1 ") || line.size() < 12) return std::nullopt;
    auto const status = number_of<unsigned>(line.substr(9, 3));
    if (!status) return std::nullopt;
    answer.status = *status;
    while (end + 2 < head.size()) {
        std::size_t const start = end + 2;
        end = std::min(head.find("\r\n", start), head.size());
        std::string_view const field = head.substr(start, end - start);
        std::size_t const colon = field.find(':');
        if (colon == std::string_view::npos) continue;
        std::string_view value = field.substr(colon + 1);
        while (value.starts_with(' ')) value.remove_prefix(1);
        answer.headers.emplace_back(lower(field.substr(0, colon)), std::string(value));
    }
    return answer;
}

} // namespace

std::string ClientAnswer::header(std::string_view lower_case_name) const {
    for (auto const& [name, value] : headers)
        if (name == lower_case_name) return value;
    return {};
}

struct DemoClient::Connection {
    Connection(std::string where, std::chrono::milliseconds wait_most)
        : url(std::move(where)), timeout(wait_most) {}

    // Runs one asynchronous operation to its end or to the timeout.
    template <class Start>
    error_code wait(Start start) {
        std::optional<error_code> result;
        io.restart();
        start([&](error_code const& error, auto&&...) { result = error; });
        io.run_for(timeout);
        if (!result) {
            close();
            io.restart();
            io.run();
            return net::error::timed_out;
        }
        return *result;
    }

    void close() {
        error_code ignored;
        if (socket.is_open()) socket.close(ignored);
        input.clear();
    }

    std::expected<void, std::string> open() {
        constexpr std::string_view scheme = "http://";
        std::string_view const rest = url;
        std::size_t const colon = rest.rfind(':');
        if (!rest.starts_with(scheme) || colon < scheme.size())
            return std::unexpected(fmt::format("\"{}\" is no http://HOST:PORT", url));
        std::string const host(rest.substr(scheme.size(), colon - scheme.size()));
        std::string port(rest.substr(colon + 1));
        while (port.ends_with('/')) port.pop_back();
        error_code error;
        tcp::resolver resolver(io);
        auto const found = resolver.resolve(host, port, error);
        if (!error)
            error = wait([&](auto done) { net::async_connect(socket, found, std::move(done)); });
        if (error) {
            close();
            return std::unexpected(
                fmt::format("no server answers at {} ({})", url, error.message()));
        }
        socket.set_option(tcp::no_delay(true), error);
        return {};
    }

    // Writes the request and reads the answer; `silent` says that not one byte came back.
    std::expected<ClientAnswer, std::string> exchange(std::string const& request, bool& silent) {
        silent = true;
        auto const broken = [&](error_code const& error) {
            close();
            return std::unexpected(
                fmt::format("the connection to {} broke ({})", url, error.message()));
        };
        error_code error = wait(
            [&](auto done) { net::async_write(socket, net::buffer(request), std::move(done)); });
        if (error) return broken(error);
        error = wait([&](auto done) {
            net::async_read_until(socket, net::dynamic_buffer(input, answer_bytes_max), "\r\n\r\n",
                                  std::move(done));
        });
        silent = input.empty();
        if (error) return broken(error);
        std::size_t const head_size = input.find("\r\n\r\n") + 4;
        auto answer = parse_head(std::string_view(input).substr(0, head_size - 2));
        if (!answer) {
            close();
            return std::unexpected(fmt::format("what answers at {} does not speak HTTP/1.1", url));
        }
        input.erase(0, head_size);
        auto const length = number_of<std::size_t>(answer->header("content-length")).value_or(0);
        if (length > answer_bytes_max) return broken(net::error::message_size);
        if (input.size() < length) {
            error = wait([&](auto done) {
                net::async_read(socket, net::dynamic_buffer(input, answer_bytes_max),
                                net::transfer_exactly(length - input.size()), std::move(done));
            });
            if (error) return broken(error);
        }
        answer->body = input.substr(0, length);
        input.erase(0, length);
        if (lower(answer->header("connection")) == "close") close();
        return std::move(*answer);
    }

    std::string url;
    std::chrono::milliseconds timeout;
    net::io_context io{1};
    tcp::socket socket{io};
    std::string input;
};

DemoClient::DemoClient(std::string url, std::chrono::milliseconds timeout)
    : connection_(std::make_unique<Connection>(std::move(url), timeout)) {}
DemoClient::~DemoClient() = default;
DemoClient::DemoClient(DemoClient&&) noexcept = default;
DemoClient& DemoClient::operator=(DemoClient&&) noexcept = default;

std::expected<ClientAnswer, std::string> DemoClient::send(std::string_view method,
                                                          std::string_view path,
                                                          HeaderList const& headers,
                                                          std::string_view body) {
    std::string request =
        fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", method, path, host_of(connection_->url));
    for (auto const& [name, value] : headers) request += fmt::format("{}: {}\r\n", name, value);
    if (!body.empty()) request += "Content-Type: application/json\r\n";
    if (!body.empty() || method == "POST")
        request += fmt::format("Content-Length: {}\r\n", body.size());
    request += "\r\n";
    request += body;

    bool const kept = connection_->socket.is_open();
    if (!kept)
        if (auto opened = connection_->open(); !opened) return std::unexpected(opened.error());
    bool silent = false;
    auto answer = connection_->exchange(request, silent);
    if (answer || !kept || !silent) return answer;
    if (auto opened = connection_->open(); !opened) return std::unexpected(opened.error());
    return connection_->exchange(request, silent);
}

} // namespace parley::app
