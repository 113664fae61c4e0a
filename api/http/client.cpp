#include "api/http/client.hpp"

#include "engine/base/fault.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <netdb.h>

#include <algorithm>

namespace parley::http {

namespace {

namespace beast = boost::beast;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t answer_head_max = 16 * 1024;
constexpr std::size_t answer_fields_max = 100;
constexpr std::size_t addresses_max = 8; // tried one after the other

using Failed = std::unexpected<ClientFailure>;

Failed failed(ClientTrouble trouble, std::string detail) {
    return Failed(ClientFailure{trouble, std::move(detail)});
}

net::ip::address asio_address(IpAddress const& address) {
    if (!address.is_v6) {
        net::ip::address_v4::bytes_type bytes{};
        std::copy_n(address.bytes.begin(), bytes.size(), bytes.begin());
        return net::ip::make_address_v4(bytes);
    }
    net::ip::address_v6::bytes_type bytes{};
    std::copy_n(address.bytes.begin(), bytes.size(), bytes.begin());
    return net::ip::make_address_v6(bytes);
}

beast::http::request<beast::http::string_body> request_of(Outgoing&& what) {
    beast::http::request<beast::http::string_body> request;
    request.version(11);
    std::string_view const verb = name_of(what.method);
    request.method_string(beast::string_view(verb.data(), verb.size()));
    request.target(what.url.target);
    request.set(beast::http::field::host, what.url.authority());
    for (Header const& header : what.headers) request.insert(header.name, header.value);
    request.set(beast::http::field::connection, "close");
    request.body() = std::move(what.body);
    request.prepare_payload();
    return request;
}

// A body of which only the beginning is kept. Beast's own would make room for as much as the
// Content-Length promises, whatever that is.
struct CutBody {
    // NOLINTBEGIN(readability-identifier-naming): the names that Beast asks for
    struct value_type {
        std::string text;
        std::size_t most = 0;
        bool cut = false;
    };
    class reader {
    public:
        template <bool is_request, class Fields>
        reader(beast::http::header<is_request, Fields>&, value_type& body) : body_(body) {}
        void init(boost::optional<std::uint64_t> const&, error_code& error) { error = {}; }
        template <class Buffers>
        std::size_t put(Buffers const& buffers, error_code& error) {
            error = {};
            std::size_t const size = beast::buffer_bytes(buffers);
            std::size_t const keep = std::min(size, body_.most - body_.text.size());
            for (auto const& part : beast::buffers_range_ref(beast::buffers_prefix(keep, buffers)))
                body_.text.append(static_cast<char const*>(part.data()), part.size());
            body_.cut = body_.cut || keep < size;
            return size;
        }
        void finish(error_code& error) { error = {}; }

    private:
        value_type& body_;
    };
    // NOLINTEND(readability-identifier-naming)
};

ClientFailure failure_of(error_code const& error, ClientTrouble otherwise, std::string_view doing) {
    if (error == beast::error::timeout || error == net::error::timed_out)
        return {ClientTrouble::timeout, "There was no answer in time."};
    return {otherwise, std::string(doing) + ": " + error.message() + '.'};
}

} // namespace

std::vector<IpAddress> look_up(std::string const& name) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_family = AF_UNSPEC;
    addrinfo* found = nullptr;
    // The dot at the end keeps the resolver from completing the name with domains of this machine.
    if (::getaddrinfo((name + '.').c_str(), nullptr, &hints, &found) != 0) return {};
    std::vector<IpAddress> out;
    for (addrinfo const* at = found; at != nullptr; at = at->ai_next) {
        IpAddress address;
        if (at->ai_family == AF_INET) {
            auto const* v4 = reinterpret_cast<sockaddr_in const*>(at->ai_addr);
            std::copy_n(reinterpret_cast<std::uint8_t const*>(&v4->sin_addr), 4,
                        address.bytes.begin());
        } else if (at->ai_family == AF_INET6) {
            auto const* v6 = reinterpret_cast<sockaddr_in6 const*>(at->ai_addr);
            address.is_v6 = true;
            std::copy_n(reinterpret_cast<std::uint8_t const*>(&v6->sin6_addr), 16,
                        address.bytes.begin());
        } else {
            continue;
        }
        if (std::ranges::find(out, address) == out.end()) out.push_back(address);
    }
    ::freeaddrinfo(found);
    return out;
}

std::string const* Incoming::header(std::string_view name) const {
    for (Header const& header : headers)
        if (equal_ignoring_case(header.name, name)) return &header.value;
    return nullptr;
}

struct Client::Parts {
    Parts(net::io_context& the_io, ClientOptions the_options)
        : io(the_io), options(std::move(the_options)), tls(net::ssl::context::tls_client),
          lookups(options.lookup_threads) {
        error_code error;
        tls.set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv2 |
                            net::ssl::context::no_sslv3 | net::ssl::context::no_tlsv1 |
                            net::ssl::context::no_tlsv1_1,
                        error);
        if (!error) tls.set_verify_mode(net::ssl::verify_peer, error);
        if (!error) tls.set_default_verify_paths(error);
        if (!error && !options.authorities_file.empty())
            tls.load_verify_file(options.authorities_file, error);
        if (error) throw Fault("certificate authorities cannot be read: " + error.message());
    }

    net::awaitable<std::expected<std::vector<IpAddress>, ClientFailure>> addresses(
        Url url, steady_clock::time_point until);
    template <class Stream>
    net::awaitable<std::expected<Incoming, ClientFailure>> exchange(Stream& stream, Outgoing what);
    net::awaitable<std::expected<Incoming, ClientFailure>> send(Outgoing what);

    net::io_context& io;
    ClientOptions options;
    net::ssl::context tls;
    net::thread_pool lookups;
};

Client::Client(net::io_context& io, ClientOptions options)
    : parts_(std::make_unique<Parts>(io, std::move(options))) {}

Client::~Client() { parts_->lookups.join(); }

net::awaitable<std::expected<Incoming, ClientFailure>> Client::send(Outgoing what) {
    return parts_->send(std::move(what));
}

// The name's addresses, each of which passed. One that does not pass refuses the whole name: who
// mixes an inner address in has nothing good in mind.
net::awaitable<std::expected<std::vector<IpAddress>, ClientFailure>> Client::Parts::addresses(
    Url url, steady_clock::time_point until) {
    if (auto fine = options.policy.check(url); !fine)
        co_return failed(ClientTrouble::refused, fine.error());
    if (url.address) co_return std::vector<IpAddress>{*url.address};

    // Shared, because a name that takes for ever is looked up longer than anyone waits for it.
    struct Found {
        std::vector<IpAddress> addresses;
        bool done = false;
    };
    auto const found = std::make_shared<Found>();
    auto const wake = std::make_shared<net::steady_timer>(io, until);
    net::post(lookups, [found, wake, lookup = options.lookup, name = url.host,
                        executor = io.get_executor()] {
        std::vector<IpAddress> addresses;
        try {
            addresses = lookup(name);
        } catch (std::exception const&) {
            addresses.clear(); // told as a name without addresses
        }
        net::post(executor, [found, wake, addresses = std::move(addresses)]() mutable {
            found->addresses = std::move(addresses);
            found->done = true;
            wake->cancel();
        });
    });
    error_code ignored;
    co_await wake->async_wait(net::redirect_error(net::use_awaitable, ignored));
    if (!found->done)
        co_return failed(ClientTrouble::timeout, "The name could not be looked up in time.");
    if (found->addresses.empty())
        co_return failed(ClientTrouble::lookup, "The name has no address.");
    for (IpAddress const& address : found->addresses)
        if (auto fine = options.policy.check(url, address); !fine)
            co_return failed(ClientTrouble::refused, fine.error());
    if (found->addresses.size() > addresses_max) found->addresses.resize(addresses_max);
    co_return std::move(found->addresses);
}

template <class Stream>
net::awaitable<std::expected<Incoming, ClientFailure>> Client::Parts::exchange(Stream& stream,
                                                                               Outgoing what) {
    error_code error;
    auto request = request_of(std::move(what));
    co_await beast::http::async_write(stream, request,
                                      net::redirect_error(net::use_awaitable, error));
    // Who has read enough may answer and close before everything is sent: the answer counts.
    if (error && error != net::error::broken_pipe && error != net::error::connection_reset)
        co_return std::unexpected(failure_of(error, ClientTrouble::protocol, "Sending failed"));

    beast::flat_buffer buffer(answer_head_max + options.answer_max);
    beast::http::response_parser<CutBody> parser;
    parser.header_limit(answer_head_max);
    parser.body_limit(boost::none); // we stop reading ourselves
    parser.get().body().most = options.answer_max;
    co_await beast::http::async_read_header(stream, buffer, parser,
                                            net::redirect_error(net::use_awaitable, error));
    if (error)
        co_return std::unexpected(
            failure_of(error, ClientTrouble::protocol, "There was no proper answer"));
    if (parser.get().result_int() < 200)
        co_return failed(ClientTrouble::protocol, "The answer was an interim one.");
    while (!parser.is_done() && !parser.get().body().cut) {
        co_await beast::http::async_read_some(stream, buffer, parser,
                                              net::redirect_error(net::use_awaitable, error));
        if (error == net::ssl::error::stream_truncated || error == net::error::eof) break;
        if (error)
            co_return std::unexpected(
                failure_of(error, ClientTrouble::protocol, "The answer broke off"));
    }
    Incoming answer;
    answer.status = parser.get().result_int();
    for (auto const& field : parser.get()) {
        if (answer.headers.size() == answer_fields_max) break;
        answer.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    answer.body = std::move(parser.get().body().text);
    answer.cut = parser.get().body().cut;
    co_return answer;
}

net::awaitable<std::expected<Incoming, ClientFailure>> Client::Parts::send(Outgoing what) {
    auto const start = steady_clock::now();
    auto const until = start + options.total;
    auto const connected_by = std::min(until, start + options.connect);
    auto addresses = co_await this->addresses(what.url, connected_by);
    if (!addresses) co_return std::unexpected(std::move(addresses.error()));

    error_code error = net::error::host_unreachable;
    beast::tcp_stream tcp(io);
    for (IpAddress const& address : *addresses) {
        tcp.expires_at(connected_by);
        net::ip::tcp::endpoint const there(asio_address(address), what.url.port);
        co_await tcp.async_connect(there, net::redirect_error(net::use_awaitable, error));
        if (!error || error == beast::error::timeout) break;
    }
    if (error)
        co_return std::unexpected(failure_of(error, ClientTrouble::connect, "Connecting failed"));
    tcp.socket().set_option(net::ip::tcp::no_delay(true), error);

    if (!what.url.tls) {
        tcp.expires_at(until);
        auto answer = co_await exchange(tcp, std::move(what));
        tcp.close();
        co_return answer;
    }
    beast::ssl_stream<beast::tcp_stream> stream(std::move(tcp), tls);
    std::string const host = what.url.host;
    stream.set_verify_callback(net::ssl::host_name_verification(host), error);
    if (!error && !what.url.address &&
        ::SSL_set_tlsext_host_name(stream.native_handle(), host.c_str()) != 1)
        error = net::error::invalid_argument;
    if (error) co_return failed(ClientTrouble::tls, "The name does not fit a certificate.");
    beast::get_lowest_layer(stream).expires_at(connected_by);
    co_await stream.async_handshake(net::ssl::stream_base::client,
                                    net::redirect_error(net::use_awaitable, error));
    if (error)
        co_return std::unexpected(
            failure_of(error, ClientTrouble::tls, "The TLS handshake failed"));
    beast::get_lowest_layer(stream).expires_at(until);
    auto answer = co_await exchange(stream, std::move(what));
    // Nothing is said after the answer, so the close_notify that the peer might like is left out.
    beast::get_lowest_layer(stream).close();
    co_return answer;
}

} // namespace parley::http
