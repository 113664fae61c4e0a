#pragma once

#include "api/http/gate.hpp"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::http {

struct TargetLimits {
    std::size_t bytes_max = 2048;
    std::size_t pairs_max = 32;
};

// A request target taken apart.
struct Target {
    std::string path;
    std::vector<QueryPair> query;
    std::optional<std::string> duplicate; // the first name that came twice
    friend bool operator==(Target const&, Target const&) = default;
};

// Reads the origin-form of RFC 9112 §3.2.1 and nothing else: ASCII, percent-decoded exactly once
// into UTF-8 without control characters. A path must be written in its one spelling: no dot
// segments, no empty segments in the middle, no encoded slash or backslash, nothing encoded that
// needs no encoding. In the query `+` is a space. Refuses with 400 bad_target, or 414 when too
// long.
std::expected<Target, GateFault> parse_target(std::string_view text, TargetLimits limits = {});

} // namespace parley::http
