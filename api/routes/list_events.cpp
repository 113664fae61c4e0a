#include "api/routes/event_json.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include <charconv>

namespace parley::routes {

// GET /v1/disputes/{dispute}/events
// A cursor counts what this viewer has read, so it tells nothing of what lies between.
net::awaitable<http::Response> list_events(Services& services, Call call) {
    auto page = read_page(services, call);
    if (!page) co_return refused(call, page.error());
    auto opened = co_await open_dispute(services, call);
    if (!opened) co_return refused(call, opened.error());

    auto events = co_await services.engine.read(
        [id = opened->entry->state.id](Reader& reader) { return reader.events(id.text()); });
    std::erase_if(events, [&](StoredEvent const& event) {
        return !may_read(*opened->entry, opened->viewer, event);
    });
    std::size_t first = 0;
    std::from_chars(page->after.data(), page->after.data() + page->after.size(), first);
    first = std::min(first, events.size());
    std::size_t const last = std::min(first + page->limit, events.size());

    std::string body;
    JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (std::size_t i = first; i < last; ++i)
        write_event(json, events[i], numbered_for(*opened->entry, opened->viewer, events[i].room));
    json.end_array();
    std::optional<std::string> next;
    if (last < events.size()) next = std::to_string(last);
    write_page_end(json, services, *page, next);
    json.end_object();
    co_return http::json_response(200, std::move(body));
}

} // namespace parley::routes
