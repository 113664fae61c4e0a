#include "api/routes/event_json.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "api/access/cursor.hpp"
#include "engine/core/project.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace parley::routes {

namespace {

// The rooms that may be shown here whatever becomes of a dispute: a room that somebody comes to see
// later would leave a hole behind the cursor. So people, who come and go, have no feed.
Role role_of_reader(KeyKind kind) {
    if (kind == KeyKind::administrator) return Role::administrator;
    return kind == KeyKind::auditor ? Role::auditor : Role::platform;
}

bool sees_administration(Role role) {
    return may_see({}, Viewer{role, true, {}}, Room::administration, Label::open);
}

struct FeedRead {
    FeedPage page;
    bool more = false;
};

// Looks on until there is one event more than the page takes: so that `has_more` speaks of events that
// this caller may see and not of what others have. Only after very many of those does it give up.
FeedRead read_feed(Reader& reader, FeedQuery query) {
    constexpr int stretches_most = 40;
    std::size_t const limit = query.limit;
    std::uint64_t const end = reader.log_size(query.live);
    FeedRead out;
    out.page.read_to = query.after;
    for (int i = 0; i < stretches_most && out.page.events.size() <= limit; ++i) {
        query.limit = limit + 1 - out.page.events.size();
        FeedPage stretch = reader.feed(query);
        query.after = out.page.read_to = stretch.read_to;
        std::ranges::move(stretch.events, std::back_inserter(out.page.events));
        if (stretch.read_to >= end) break;
    }
    out.more = out.page.read_to < end;
    if (out.page.events.size() <= limit) return out;
    out.more = true;
    out.page.events.pop_back();
    out.page.read_to = out.page.events.back().position;
    return out;
}

} // namespace

// GET /v1/events
// Every event that the caller may see, complete and in the order of the log. The cursor is where the
// caller has read to, so there is one on every page, the last and an empty one included: asking with
// it again gives what has happened since.
net::awaitable<http::Response> list_feed(Services& services, Call call) {
    if (call.act_as())
        co_return refused(call, refuse(RefusalCode::bad_parameter,
                                       "The feed is the platform's own; leave Parley-Act-As out.")
                                    .error());
    auto page = read_page(services, call);
    if (!page) co_return refused(call, page.error());
    FeedQuery query;
    query.live = call.principal().live;
    query.platform = call.principal().platform;
    query.administration = sees_administration(role_of_reader(call.principal().kind));
    query.limit = page->limit;
    std::from_chars(page->after.data(), page->after.data() + page->after.size(), query.after);
    auto const read =
        co_await services.engine.read([query](Reader& reader) { return read_feed(reader, query); });

    std::string body;
    JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (StoredEvent const& event : read.page.events) write_feed_event(json, event);
    json.end_array();
    json.member("has_more", read.more);
    // One length whatever the number: how long a log is, is nobody's business.
    json.member("next",
                access::make_cursor(services.options.sealing_key,
                                    fmt::format("{:020}", read.page.read_to), page->binding));
    json.end_object();
    co_return http::json_response(200, std::move(body));
}

} // namespace parley::routes
