#include "api/routes/acts_json.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "api/access/etag.hpp"

namespace parley::routes {

// GET /v1/disputes/{dispute}/actions
net::awaitable<http::Response> list_actions(Services& services, Call call) {
    auto opened = co_await open_dispute(services, call);
    if (!opened) co_return refused(call, opened.error());
    DisputeEntry const& entry = *opened->entry;
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    json.member("dispute", entry.state.id);
    json.member("stage", entry.state.stage);
    json.member("as", name_of(opened->viewer.role));
    json.member("turn", turn_of(*entry.procedure, entry.state, opened->viewer));
    write_acts(json, services.views.act_texts(), entry, opened->viewer);
    json.end_object();
    auto answer = http::json_response(200, std::move(body));
    answer.set("ETag", access::etag_of(entry.state, opened->viewer));
    co_return answer;
}

} // namespace parley::routes
