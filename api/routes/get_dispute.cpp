#include "api/routes/dispute_json.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "api/access/etag.hpp"

namespace parley::routes {

namespace {

http::SharedText view_of_dispute(Services& services, Opened const& opened) {
    if (auto known = services.views.find(opened.entry, opened.viewer)) return known;
    std::string rendered = dispute_json(services.views, opened.entry, opened.viewer);
    rendered.shrink_to_fit(); // thousands of them are kept
    auto text = std::make_shared<std::string const>(std::move(rendered));
    services.views.put(opened.entry, opened.viewer, text);
    return text;
}

void mark(http::Response& answer, std::string etag) {
    answer.set("ETag", std::move(etag));
    answer.set("Cache-Control", "private, no-cache");
    answer.set("Vary", "Authorization, Parley-Act-As");
}

} // namespace

// GET /v1/disputes/{dispute}
net::awaitable<http::Response> get_dispute(Services& services, Call call) {
    auto opened = co_await open_dispute(services, call);
    if (!opened) co_return refused(call, opened.error());

    std::string etag = access::etag_of(opened->entry->state, opened->viewer);
    if (auto const field = call.head().header("If-None-Match")) {
        auto const tags = access::parse_tags(*field);
        if (tags && access::none_match_fails(*tags, etag)) {
            auto answer = http::empty_response(304);
            mark(answer, std::move(etag));
            co_return answer;
        }
    }
    auto answer =
        http::shared_response(200, "application/json", view_of_dispute(services, *opened));
    mark(answer, std::move(etag));
    co_return answer;
}

} // namespace parley::routes
