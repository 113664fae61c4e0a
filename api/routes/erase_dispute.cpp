#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "api/access/permit.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace parley::routes {

// POST /v1/disputes/{dispute}/erase
net::awaitable<http::Response> erase_dispute(Services& services, Call call) {
    auto opened = co_await open_dispute(services, call);
    if (!opened) co_return refused(call, opened.error());
    auto body = read_nothing(call);
    if (!body) co_return refused(call, body.error());
    auto key = read_receipt_key(call, *body);
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
    auto answer = answer_for(call, receipt);
    std::get<Answers::Turn>(*turn).keep(answer);
    co_return answer;
}

} // namespace parley::routes
