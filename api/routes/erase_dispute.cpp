#include "api/routes/dispute_json.hpp"
#include "api/routes/event_json.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "api/access/etag.hpp"
#include "api/access/permit.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace parley::routes {

namespace {

Result<ReceiptKey> read_request(Call const& call) {
    auto body = read_body(call);
    if (!body) return std::unexpected(std::move(body.error()));
    std::vector<FieldError> errors;
    Json const empty = Json::object();
    ObjectReader(body->is_null() ? empty : *body, "", errors).finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return read_receipt_key(call, *body);
}

http::Response answer_for(Receipt const& receipt, Viewer const& viewer) {
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    write_dispute(json, *receipt.entry, viewer);
    json.key("events").begin_array();
    for (StoredEvent const& event : receipt.events) write_event(json, event);
    json.end_array().end_object();
    auto answer = http::json_response(200, std::move(body));
    answer.set("ETag", access::etag_of(receipt.entry->state, viewer));
    return answer;
}

} // namespace

// POST /v1/disputes/{dispute}/erase
net::awaitable<http::Response> erase_dispute(Services& services, Call call) {
    auto opened = co_await open_dispute(services, call);
    if (!opened) co_return refused(call, opened.error());
    auto key = read_request(call);
    if (!key) co_return refused(call, key.error());
    auto turn = services.answers.begin(std::move(*key));
    if (!turn) co_return refused(call, turn.error());
    if (auto* before = std::get_if<http::Response>(&*turn)) co_return std::move(*before);

    // Erasing what is erased already changes nothing and writes nothing.
    auto const left = co_await services.engine.read([id = opened->entry->state.id](Reader& reader) {
        auto const events = reader.events(id.text());
        return std::ranges::any_of(events,
                                   [](StoredEvent const& event) { return !event.content.empty(); });
    });
    Receipt receipt{opened->entry, {}, false};
    if (left) {
        auto erased = co_await services.engine.erase(
            opened->entry->state.id,
            access::actor_of(call.principal(), opened->viewer, opened->entry->state));
        if (!erased) co_return refused(call, erased.error());
        receipt = std::move(*erased);
    }
    auto answer = answer_for(receipt, opened->viewer);
    std::get<Answers::Turn>(*turn).keep(answer);
    co_return answer;
}

} // namespace parley::routes
