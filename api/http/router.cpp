#include "api/http/router.hpp"

#include <algorithm>

namespace parley::http {

namespace {

// Cuts "/a/b" into its segments; nullopt when there are more than fit. "/" has one, which is empty.
template <std::size_t N>
std::optional<std::size_t> split(std::string_view path, std::array<std::string_view, N>& pieces) {
    if (!path.starts_with('/')) return std::nullopt;
    std::size_t count = 0;
    std::size_t start = 1;
    for (;;) {
        if (count == N) return std::nullopt;
        std::size_t const end = path.find('/', start);
        pieces[count++] = path.substr(start, end == std::string_view::npos ? end : end - start);
        if (end == std::string_view::npos) return count;
        start = end + 1;
    }
}

} // namespace

std::string const& Params::operator[](std::string_view name) const {
    auto const end = pairs_.begin() + static_cast<std::ptrdiff_t>(size_);
    auto const found = std::ranges::find(pairs_.begin(), end, name, &Pair::name);
    PARLEY_ASSERT(found != end, "a handler asks for a placeholder that its pattern has not");
    return found->value;
}

void Router::add(Method method, std::string_view pattern, std::size_t handler) {
    Pieces pieces{};
    auto const count = split(pattern, pieces);
    PARLEY_ASSERT(count, "a route pattern starts with a slash and has at most twelve segments");
    Route route;
    for (std::size_t i = 0; i < *count; ++i) {
        std::string_view const piece = pieces[i];
        bool const is_placeholder = piece.starts_with('{') && piece.ends_with('}');
        route.segments.push_back(
            {std::string(is_placeholder ? piece.substr(1, piece.size() - 2) : piece),
             is_placeholder});
    }

    std::vector<Route>& list = routes_[*count];
    auto known = std::ranges::find(list, route.segments, &Route::segments);
    if (known == list.end()) {
        route.pattern = pattern;
        known = list.insert(std::ranges::upper_bound(list, route, precedes), std::move(route));
    }
    auto& slot = known->handlers[static_cast<std::size_t>(method)];
    PARLEY_ASSERT(!slot, "two routes have the same method and pattern");
    slot = handler;
}

Found Router::find(Method method, std::string_view path) const {
    Pieces pieces{};
    auto const count = split(path, pieces);
    if (!count) return NoSuchPath{};

    std::array<bool, method_count> allowed{};
    for (Route const& route : routes_[*count]) {
        if (!fits(route, pieces)) continue;
        if (auto const handler = route.handlers[static_cast<std::size_t>(method)]) {
            Match match{*handler, route.pattern, {}};
            for (std::size_t i = 0; i < *count; ++i)
                if (route.segments[i].is_placeholder)
                    match.params.add(route.segments[i].text, pieces[i]);
            return match;
        }
        for (std::size_t i = 0; i < method_count; ++i) allowed[i] = allowed[i] || route.handlers[i];
    }

    std::string allow;
    for (std::size_t i = 0; i < method_count; ++i) {
        if (!allowed[i]) continue;
        if (!allow.empty()) allow += ", ";
        allow += name_of(static_cast<Method>(i));
        if (static_cast<Method>(i) == Method::get) allow += ", HEAD";
    }
    if (allow.empty()) return NoSuchPath{};
    return MethodNotAllowed{std::move(allow)};
}

bool Router::fits(Route const& route, Pieces const& pieces) {
    for (std::size_t i = 0; i < route.segments.size(); ++i) {
        Segment const& segment = route.segments[i];
        if (segment.is_placeholder ? pieces[i].empty() : segment.text != pieces[i]) return false;
    }
    return true;
}

bool Router::precedes(Route const& a, Route const& b) {
    for (std::size_t i = 0; i < a.segments.size(); ++i) {
        if (a.segments[i].is_placeholder == b.segments[i].is_placeholder) continue;
        return b.segments[i].is_placeholder;
    }
    return false;
}

} // namespace parley::http
