#include "bench/child.hpp"
#include "bench/load.hpp"
#include "bench/report.hpp"
#include "bench/scene.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace parley::bench {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr std::size_t connections = 64;
constexpr std::size_t disputes = 200;
constexpr double seconds = 5;

net::awaitable<void> answer_one(beast::tcp_stream stream, std::string body) {
    beast::flat_buffer buffer;
    try {
        while (true) {
            http::request<http::string_body> request;
            co_await http::async_read(stream, buffer, request, net::use_awaitable);
            http::response<http::string_body> response(http::status::ok, 11);
            response.set(http::field::content_type, "application/json");
            response.body() = body;
            response.prepare_payload();
            co_await http::async_write(stream, response, net::use_awaitable);
        }
    } catch (std::exception const&) {
        co_return; // the client is done
    }
}

net::awaitable<void> accept_all(net::ip::tcp::acceptor& acceptor, std::string body) {
    while (true) {
        auto socket = co_await acceptor.async_accept(net::use_awaitable);
        socket.set_option(net::ip::tcp::no_delay(true));
        net::co_spawn(acceptor.get_executor(),
                      answer_one(beast::tcp_stream(std::move(socket)), body), net::detached);
    }
}

// Beast and nothing else: one thread, the same number of bytes in every answer.
LoadResult bare_beast(std::size_t bytes, std::string const& request) {
    net::io_context context(1);
    net::ip::tcp::acceptor acceptor(context, {net::ip::address_v4::loopback(), 0});
    std::uint16_t const port = acceptor.local_endpoint().port();
    Child const child([&] {
        net::co_spawn(context, accept_all(acceptor, std::string(bytes, 'x')), net::detached);
        context.run();
    });
    return run_load(port, connections, [&](std::size_t) { return request; }, seconds);
}

std::vector<Figure> run(std::string const& parley_binary) {
    DevServer const server(parley_binary);
    std::vector<std::string> requests;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < disputes; ++i) {
        auto const answer =
            call(server.port, request_text("POST", "/v1/disputes", server.platform_key, "",
                                           fmt::format("file-{}", i), filing_json()));
        if (answer.status != 201) throw std::runtime_error("filing failed: " + answer.body);
        std::string const id = nlohmann::json::parse(answer.body).at("id");
        requests.push_back(
            request_text("GET", "/v1/disputes/" + id, server.platform_key, "", "", ""));
    }
    bytes = call(server.port, requests.front()).body.size();
    std::size_t turn = 0;
    LoadResult const before = bare_beast(bytes, requests.front());
    LoadResult result = run_load(
        server.port, connections, [&](std::size_t) { return requests[turn++ % requests.size()]; },
        seconds);
    LoadResult const after = bare_beast(bytes, requests.front());
    result.expect_none_failed("a read");
    Figure figure;
    figure.name = "reads";
    figure.value = result.per_second();
    figure.unit = "reads/s";
    figure.baseline = "a bare Beast server answering as many bytes";
    figure.baseline_value = (before.per_second() + after.per_second()) / 2;
    figure.goal = "0.7 x, then 0.9";
    figure.note = fmt::format("64 connections, {} bytes an answer; p50 {} us, p99 {} us; baseline "
                              "{:.0f} before, {:.0f} after",
                              bytes, result.percentile(0.5), result.percentile(0.99),
                              before.per_second(), after.per_second());
    return {figure};
}

} // namespace

Benchmark reads_benchmark(std::string parley_binary) {
    return {"reads", "GET of one dispute",
            [parley_binary = std::move(parley_binary)] { return run(parley_binary); }};
}

} // namespace parley::bench
