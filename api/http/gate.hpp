#pragma once

#include "api/http/message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The gate: what a request's head must look like before anything believes it. Beast 1.81 lets
// shapes pass that other servers read differently, and such a difference is how requests are
// smuggled; so nothing here is lenient, and whatever is refused here costs the client its
// connection. Pure functions over bytes and values.
namespace parley::http {

// Why a head is refused. Both texts are literals; nothing of the request is ever echoed.
struct GateFault {
    unsigned status = 400;
    std::string_view code;   // stable, snake_case
    std::string_view detail; // one sentence
    friend bool operator==(GateFault const&, GateFault const&) = default;
};

struct HeadLimits {
    std::size_t bytes_max = 8192;
    std::size_t fields_max = 64;
};

// Reads the raw bytes of a head as they arrive, for what a parser hides or forgives: NUL and other
// control characters, a CR or LF that stands alone, folded lines, an empty line in front. Remembers
// how far it got, so a byte is looked at once however slowly it came.
class HeadScan {
public:
    enum class State : std::uint8_t { need_more, complete, refused };

    explicit HeadScan(HeadLimits limits = {}) : limits_(limits) {}
    // `bytes` is everything received of this head so far, and perhaps what follows it.
    State scan(std::string_view bytes);
    std::size_t size() const { return at_; } // of the head with its empty line, once complete
    std::size_t field_count() const {
        return lines_ - 1;
    } // lines after the request line, once complete
    GateFault const& fault() const { return fault_; }
    void restart();

private:
    State refused(GateFault fault);
    HeadLimits limits_;
    std::size_t at_ = 0;
    std::size_t line_start_ = 0;
    std::size_t lines_ = 0;
    GateFault fault_;
};

// The names under which this server answers. A name without a port stands for any port; an empty
// list accepts every well-formed Host.
class HostList {
public:
    HostList() : names_{"localhost", "127.0.0.1", "[::1]"} {}
    explicit HostList(std::vector<std::string> names) : names_(std::move(names)) {}
    bool accepts(std::string_view host) const;

private:
    std::vector<std::string> names_;
};

// RFC 9110 §7.2 with RFC 3986 §3.2.2, narrowed to what DNS and addresses need.
bool is_host(std::string_view text);

// What the parser made of the request line.
struct RequestLine {
    std::string_view method;
    unsigned version = 11;
};

// Checks the parsed fields; `fields` must hold the header section only.
std::optional<GateFault> check_fields(RequestLine line, Fields const& fields,
                                      HostList const& hosts);

// Both looks together, in the order in which the server takes them: raw bytes, then fields. `raw`
// is a whole head with the empty line that ends it.
std::optional<GateFault> check_head(std::string_view raw, RequestLine line, Fields const& fields,
                                    HostList const& hosts, HeadLimits limits = {});

} // namespace parley::http
