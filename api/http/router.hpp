#pragma once

#include "api/http/message.hpp"
#include "engine/base/assert.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace parley::http {

// What a pattern's placeholders stood for. Names are views of the router's own patterns.
class Params {
public:
    static constexpr std::size_t most = 4;

    void add(std::string_view name, std::string_view value) {
        PARLEY_ASSERT(size_ < most, "a pattern has at most four placeholders");
        pairs_[size_++] = {name, std::string(value)};
    }
    // The value under that name. Asking for a name that the pattern lacks is a bug.
    std::string const& operator[](std::string_view name) const;
    std::size_t size() const { return size_; }

private:
    struct Pair {
        std::string_view name;
        std::string value;
    };
    std::array<Pair, most> pairs_;
    std::size_t size_ = 0;
};

struct Match {
    std::size_t handler = 0;
    std::string_view pattern; // for metrics: a label that holds no id
    Params params;
};
struct NoSuchPath {};
struct MethodNotAllowed {
    std::string allow; // the value of the Allow field
};
using Found = std::variant<Match, NoSuchPath, MethodNotAllowed>;

// Finds the handler of a path. A pattern is literal segments and `{name}` placeholders, each of
// which stands for one whole, non-empty segment. Where several patterns fit, the one whose first
// difference is a literal wins; among those only the ones that have the method count. Thread-safe
// once built.
class Router {
public:
    // `handler` is any number that the caller understands. Adding the same twice is a bug.
    void add(Method method, std::string_view pattern, std::size_t handler);
    Found find(Method method, std::string_view path) const;

private:
    static constexpr std::size_t segments_max = 12;
    struct Segment {
        std::string text; // without braces
        bool is_placeholder = false;
        friend bool operator==(Segment const&, Segment const&) = default;
    };
    struct Route {
        std::string pattern;
        std::vector<Segment> segments;
        std::array<std::optional<std::size_t>, method_count> handlers;
    };
    using Pieces = std::array<std::string_view, segments_max>;
    static bool fits(Route const& route, Pieces const& pieces);
    static bool precedes(Route const& a, Route const& b);

    // One list a number of segments, in order of precedence.
    std::array<std::vector<Route>, segments_max + 1> routes_;
};

} // namespace parley::http
