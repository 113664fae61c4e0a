#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Plain values that cross the door between the wire and everything above it. No Beast type is named
// here, so that a handler compiles in a second and can be tested without a socket.
namespace parley::http {

namespace net = boost::asio;

enum class Method : std::uint8_t { get, post, put, patch, delete_, options };
constexpr std::size_t method_count = 6;

std::string_view name_of(Method method);                   // "GET"
std::optional<Method> parse_method(std::string_view name); // case-sensitive, as RFC 9110 §9.1 says

// ASCII case folding only; header names and host names know no other.
bool equal_ignoring_case(std::string_view a, std::string_view b);

// The header section as it stood before the body was read: trailers never get in here. One block of
// text holds all names and values, so a request costs two allocations whatever it sends.
class Fields {
public:
    struct Field {
        std::string_view name;
        std::string_view value;
    };

    void reserve(std::size_t bytes, std::size_t fields);
    void add(std::string_view name, std::string_view value);
    void clear();
    std::size_t size() const { return spans_.size(); }
    Field at(std::size_t index) const;
    std::size_t count(std::string_view name) const;
    // The first field of that name, whatever its case. The view lives as long as this object stays
    // where it is.
    std::optional<std::string_view> find(std::string_view name) const;

private:
    struct Span {
        std::uint32_t at = 0;
        std::uint32_t name_length = 0;
        std::uint32_t value_length = 0;
    };
    std::string block_;
    std::vector<Span> spans_;
};

struct QueryPair {
    std::string name;
    std::string value;
    friend bool operator==(QueryPair const&, QueryPair const&) = default;
};

// Everything known of a request before its body.
struct Head {
    Method method = Method::get;
    bool head_only = false; // the client said HEAD: handled as GET, answered without a body
    std::string path;       // decoded once, checked: no dot segment, no empty segment, no NUL
    std::vector<QueryPair> query;
    std::optional<std::string> duplicate_parameter; // the first query name that came twice
    Fields fields;
    std::string remote;     // the peer's address, without its port
    std::string request_id; // req_ and 26 characters
    unsigned version = 11;  // 10 or 11
    bool keep_alive = true;

    std::optional<std::string_view> header(std::string_view name) const {
        return fields.find(name);
    }
    // The first value of that query parameter, or null.
    std::string const* parameter(std::string_view name) const;
};

// What a handler agrees to read. The note is carried untouched to Request: the place for what
// on_head found out (route, principal), so that nothing is worked out twice.
struct BodyPlan {
    std::size_t bytes_max = 0;
    bool allow_chunked = false;
    std::shared_ptr<void const> note = nullptr;
};

struct Request {
    Head head;
    std::string body;
    std::shared_ptr<void const> note;
};

// A stream of server-sent events. Both functions are called on the connection's thread.
class EventSource {
public:
    virtual ~EventSource() = default;
    // Waits for news at most `wait_max` and gives it as text/event-stream text. An empty string
    // means that nothing happened (the server then sends a comment, which also finds out whether
    // the peer is still there); nullopt ends the stream.
    virtual net::awaitable<std::optional<std::string>> next(std::chrono::milliseconds wait_max) = 0;
    // The peer left or the server stops: a pending next() returns soon, later ones give nullopt.
    virtual void close() = 0;
};

using SharedText = std::shared_ptr<std::string const>;
using Body = std::variant<std::string, SharedText, std::shared_ptr<EventSource>>;

struct Header {
    std::string name;
    std::string value;
    friend bool operator==(Header const&, Header const&) = default;
};

// An answer. Date, Content-Length, Connection, Transfer-Encoding, Request-Id and
// X-Content-Type-Options are the server's business and ignored when set here.
struct Response {
    unsigned status = 200;
    std::vector<Header> headers;
    Body body;
    bool close = false; // end the connection after this answer

    Response& set(std::string_view name, std::string value) &; // replaces a field of that name
    Response&& set(std::string_view name, std::string value) && {
        return std::move(set(name, std::move(value)));
    }
    std::string const* header(std::string_view name) const;
    // The text of the body; empty for an event source.
    std::string_view text() const;
};

Response text_response(unsigned status, std::string content_type, std::string body);
Response json_response(unsigned status, std::string body);
Response shared_response(unsigned status, std::string content_type, SharedText body);
Response event_response(std::shared_ptr<EventSource> source);
Response empty_response(unsigned status);

} // namespace parley::http
