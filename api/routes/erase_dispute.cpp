#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "api/access/permit.hpp"

#include <nlohmann/json.hpp>

namespace parley::routes {

// POST /v1/disputes/{dispute}/erase
net::awaitable<http::Response> erase_dispute(Services& services, Call call) {
    auto opened = co_await open_dispute(services, call);
    if (!opened) co_return refused(call, opened.error());
    auto body = read_nothing(call);
    if (!body) co_return refused(call, body.error());
    auto key = read_receipt_key(call, *body);
    if (!key) co_return refused(call, key.error());
    auto const erased = co_await services.engine.erase(
        opened->entry->state.id,
        access::actor_of(call.principal(), opened->viewer, opened->entry->state), std::move(*key));
    if (!erased) co_return refused(call, erased.error());
    co_return answer_for(services, call, *erased);
}

} // namespace parley::routes
