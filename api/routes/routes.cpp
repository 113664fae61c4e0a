#include "api/routes/routes.hpp"

#include "api/http/problem.hpp"
#include "api/routes/handlers.hpp"
#include "engine/base/fault.hpp"

#include <fmt/format.h>

#include <exception>

namespace parley::routes {

namespace {

using namespace callers;
// NOLINTBEGIN(readability-identifier-naming): as HTTP writes them
constexpr auto GET = http::Method::get;
constexpr auto POST = http::Method::post;
constexpr auto DELETE = http::Method::delete_;
// NOLINTEND(readability-identifier-naming)
constexpr auto json = Takes::json;
constexpr auto none = Takes::nothing;
constexpr Callers office = administrator;
constexpr Callers testers = platform | administrator;
constexpr Callers readers = platform | administrator | auditor;
constexpr Callers with_tokens = platform | bit(KeyKind::party);
constexpr auto test = Mode::test;
constexpr std::string_view page = "limit after";
constexpr std::string_view filters = "status stage party reference q limit after";
constexpr std::string_view narrowed = "kind reason language country holder limit after";
constexpr std::string_view trial = "validate_only";

// clang-format off
constexpr Route table[] = {
    // method, path, handler, who may call, body, query parameters
    {POST, "/v1/disputes",                         file_dispute,    platform, json, trial},
    {GET,  "/v1/disputes",                         list_disputes,   all,      none, filters},
    {GET,  "/v1/disputes/{dispute}",               get_dispute,     all},
    {GET,  "/v1/disputes/{dispute}/events",        list_events,     all,      none, page},
    {GET,  "/v1/disputes/{dispute}/actions",       list_actions,    all},
    {POST, "/v1/disputes/{dispute}/actions/{act}", take_act,        all,      json, trial},
    {GET,  "/v1/disputes/{dispute}/documents/{name}", get_document, all},
    {POST, "/v1/disputes/{dispute}/erase",         erase_dispute,   office,   json},

    {POST, "/v1/disputes/{dispute}/access_tokens", create_access_token, platform, json},
    {POST, "/v1/disputes/{dispute}/access_tokens/{token}/revoke", revoke_access_token, with_tokens, json},
    {POST, "/v1/disputes/{dispute}/sign_ins",      begin_sign_in,   with_tokens, json},
    {POST, "/v1/sign_ins",                         finish_sign_in,  anyone,   json},
    {GET,  "/v1/test/sign_ins/{sign_in}",          show_sign_in_code, testers, none, "", test},

    {GET,  "/v1/events",                           list_feed,       readers,  none, page},
    {GET,  "/v1/webhook_endpoints",                list_endpoints,  testers,  none, page},
    {POST, "/v1/webhook_endpoints",                create_endpoint, testers,  json},
    {GET,  "/v1/webhook_endpoints/{endpoint}",     get_endpoint,    testers},
    {POST, "/v1/webhook_endpoints/{endpoint}",     update_endpoint, testers,  json},
    {DELETE, "/v1/webhook_endpoints/{endpoint}",   delete_endpoint, testers},
    {POST, "/v1/webhook_endpoints/{endpoint}/rotate_secret", rotate_endpoint_secret, testers, json},
    {POST, "/v1/webhook_endpoints/{endpoint}/pause",  pause_endpoint,  testers, json},
    {POST, "/v1/webhook_endpoints/{endpoint}/resume", resume_endpoint, testers, json},
    {POST, "/v1/webhook_endpoints/{endpoint}/test",   test_endpoint,   testers, json},
    {GET,  "/v1/webhook_endpoints/{endpoint}/deliveries", list_deliveries, testers, none, "state limit after"},
    {POST, "/v1/webhook_endpoints/{endpoint}/replay", replay_deliveries, testers, json},

    {GET,  "/v1/procedures",                       list_procedures, all,      none, page},
    {GET,  "/v1/procedures/{name}/{version}",      get_procedure,   all,      none, "locale"},
    {GET,  "/v1/procedures/{name}/{version}/documents/{document}", get_document_schema, all},
    {POST, "/v1/procedures/check",                 check_procedure, testers,  json},
    {GET,  "/v1/schemas/acts/{kind}",              get_act_schema,  anyone},

    // A platform or a party gets 404 here: for them there are no queues.
    {GET,  "/v1/queues",                           list_queues,     all},
    {GET,  "/v1/queues/{queue}/tasks",             list_tasks,      all,      none, narrowed},
    {POST, "/v1/queues/{queue}/next",              next_task,       all,      json},
    {GET,  "/v1/tasks/{task}",                     get_task,        all},
    {POST, "/v1/tasks/{task}/claim",               claim_task,      all,      json},
    {POST, "/v1/tasks/{task}/release",             release_task,    all,      json},
    {POST, "/v1/tasks/{task}/assign",              assign_task,     all,      json},
    {POST, "/v1/tasks/{task}/complete",            complete_task,   all,      json},
    {POST, "/v1/tasks/{task}/snooze",              snooze_task,     all,      json},

    {GET,  "/v1/neutrals",                         list_neutrals,   readers,  none, page},
    {POST, "/v1/neutrals",                         create_neutral,  office,   json},
    {GET,  "/v1/neutrals/{neutral}",               get_neutral,     readers},
    {POST, "/v1/neutrals/{neutral}",               update_neutral,  office,   json},

    {GET,  "/v1/test/clocks",                      list_clocks,     testers,  none, page, test},
    {POST, "/v1/test/clocks",                      create_clock,    testers,  json, "", test},
    {GET,  "/v1/test/clocks/{clock}",              get_clock,       testers,  none, "", test},
    {POST, "/v1/test/clocks/{clock}/advance",      advance_clock,   testers,  json, "", test},

    {GET,  "/v1/platforms",                        list_platforms,  office,   none, page},
    {POST, "/v1/platforms",                        create_platform, office,   json},
    {GET,  "/v1/platforms/{platform}",             get_platform,    office},
    {POST, "/v1/keys",                             create_key,      office,   json},
    {GET,  "/v1/keys/{key}",                       get_key,         office},
    {POST, "/v1/keys/{key}/revoke",                revoke_key,      office,   json},

    {GET,  "/livez",                               get_liveness,    anyone},
    {GET,  "/readyz",                              get_readiness,   anyone,   none, "verbose"},
    {GET,  "/metrics",                             get_metrics,     administrator | auditor},
    {GET,  "/openapi.json",                        get_openapi,     anyone},
    {GET,  "/problems/{code}",                     get_problem,     anyone},
    {GET,  "/.well-known/parley.json",             get_offer_of_service, anyone},
};
// clang-format on

bool is_named(std::string_view names, std::string_view wanted) {
    while (!names.empty()) {
        auto const end = std::min(names.find(' '), names.size());
        if (names.substr(0, end) == wanted) return true;
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return false;
}

Result<void> check_query(Route const& route, http::Head const& head) {
    if (head.duplicate_parameter)
        return refuse(RefusalCode::bad_parameter,
                      fmt::format("The parameter {:?} is given twice.", *head.duplicate_parameter));
    for (http::QueryPair const& pair : head.query) {
        if (is_named(route.parameters, pair.name)) continue;
        return refuse(
            RefusalCode::bad_parameter,
            route.parameters.empty()
                ? fmt::format("There is no parameter {:?} here; this path takes none.", pair.name)
                : fmt::format("There is no parameter {:?} here; there is: {}.", pair.name,
                              route.parameters));
    }
    return {};
}

} // namespace

std::span<Route const> all_routes() { return table; }

Api::Api(Services& services) : services_(services) {
    for (std::size_t i = 0; i < std::size(table); ++i)
        router_.add(table[i].method, table[i].pattern, i);
}

std::variant<http::BodyPlan, http::Response> Api::on_head(http::Head const& head) {
    auto found = router_.find(head.method, head.path);
    if (std::holds_alternative<http::NoSuchPath>(found))
        return http::problem(404, "not_found", "There is nothing at this path.", head.request_id);
    if (auto const* not_allowed = std::get_if<http::MethodNotAllowed>(&found)) {
        auto answer =
            http::problem(405, "method_not_allowed", "This path takes: " + not_allowed->allow + '.',
                          head.request_id);
        answer.set("Allow", not_allowed->allow);
        return answer;
    }
    auto admission = admit(head, std::move(std::get<http::Match>(found)));
    if (!admission) return http::problem(admission.error(), head.request_id);
    std::size_t const bytes_max = (*admission)->route->takes == Takes::json ? json_body_max : 0;
    return http::BodyPlan{bytes_max, false, std::move(*admission)};
}

Result<std::shared_ptr<Admission const>> Api::admit(http::Head const& head, http::Match match) {
    Route const& route = table[match.handler];
    auto admission = std::make_shared<Admission>();
    admission->route = &route;
    admission->params = std::move(match.params);
    if (route.callers != anyone) {
        if (head.fields.count("Authorization") > 1 || head.fields.count("Parley-Act-As") > 1 ||
            head.fields.count("Idempotency-Key") > 1)
            return refuse(
                RefusalCode::bad_parameter,
                "Authorization, Parley-Act-As and Idempotency-Key may each be given once.");
        auto principal =
            access::authenticate(services_.engine.registry(), head.header("Authorization"),
                                 services_.engine.clock().now(), &services_.options.token_key);
        if (!principal) return std::unexpected(std::move(principal.error()));
        if (route.mode == Mode::test && (principal->live || !services_.options.test_features))
            return refuse(RefusalCode::not_found, "There is nothing at this path.");
        if ((route.callers & bit(principal->kind)) == 0)
            return refuse(
                RefusalCode::not_permitted,
                fmt::format("A key of kind {} may not do this.", name_of(principal->kind)));
        auto act_as = access::read_act_as(*principal, head.header("Parley-Act-As"));
        if (!act_as) return std::unexpected(std::move(act_as.error()));
        admission->principal = *principal;
        admission->act_as = *act_as;
    }
    if (auto fine = check_query(route, head); !fine)
        return std::unexpected(std::move(fine.error()));
    return admission;
}

net::awaitable<http::Response> Api::handle(http::Request request) {
    std::string const request_id = request.head.request_id;
    auto admission = std::static_pointer_cast<Admission const>(request.note);
    Handle const handler = admission->route->handle;
    try {
        co_return co_await handler(services_, Call{std::move(request), std::move(admission)});
    } catch (Fault const& fault) {
        services_.options.log(fmt::format("{}: {}", request_id, fault.what()));
    }
    co_return http::problem(
        Refusal{
            RefusalCode::busy, "The records cannot be reached just now; try again.", {}, {}, {}},
        request_id);
}

} // namespace parley::routes
