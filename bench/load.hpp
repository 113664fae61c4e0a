#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::bench {

// What one closed-loop run over keep-alive connections saw.
struct LoadResult {
    std::uint64_t done = 0;   // answers with a 2xx status
    std::uint64_t failed = 0; // any other answer
    double seconds = 0;
    std::vector<std::uint32_t> latencies_us;
    std::string first_failure; // status line and body of the first other answer
    double per_second() const { return seconds > 0 ? static_cast<double>(done) / seconds : 0; }
    std::uint32_t percentile(double p);
    // Throws, with the first other answer, where there was one: a figure over failures says nothing.
    void expect_none_failed(std::string_view what = "an act") const;
};

// The next request of a connection as bytes; an empty string ends that connection's run.
using NextRequest = std::function<std::string(std::size_t connection)>;

// Sees the body of each answer, where a run needs it.
using OnAnswer = std::function<void(std::size_t connection, std::string_view body)>;

// Keeps `connections` connections to 127.0.0.1:port busy, each sending its next request as soon as
// the last answer is complete, until `seconds` have passed (0: until every connection has ended).
LoadResult run_load(std::uint16_t port, std::size_t connections, NextRequest const& next,
                    double seconds, OnAnswer const& on_answer = {});

// Sends `per_second` requests a second, evenly, whatever the answers do; a request that finds no
// connection free waits for one, and its latency counts from when it was due.
LoadResult run_open_load(std::uint16_t port, std::size_t connections, NextRequest const& next,
                         double per_second, double seconds);

// One request on a connection of its own; the whole answer. For preparing a run.
struct Answer {
    int status = 0;
    std::string body;
};
Answer call(std::uint16_t port, std::string const& request);

// A request with the headers that the API wants.
std::string request_text(std::string_view method, std::string_view target, std::string_view key,
                         std::string_view act_as, std::string_view idempotency_key,
                         std::string_view body, std::string_view more_headers = {});

} // namespace parley::bench
