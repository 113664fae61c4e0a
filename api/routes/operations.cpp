#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include <fmt/format.h>

#include <iterator>

namespace parley::routes {

// GET /livez
net::awaitable<http::Response> get_liveness(Services&, Call) {
    co_return http::json_response(200, R"({"status":"alive"})");
}

// GET /readyz
net::awaitable<http::Response> get_readiness(Services& services, Call call) {
    bool const ready = services.engine.ready() && !services.draining;
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    json.member("status", ready ? "ready" : "not_ready");
    if (call.head().parameter("verbose") != nullptr) {
        json.key("checks").begin_object();
        json.member("engine", services.engine.ready() ? "accepts commands"
                                                      : "its last write failed, or it is stopped");
        json.member("draining", services.draining);
        json.member("version", services.options.version);
        json.end_object();
    }
    json.end_object();
    auto answer = http::json_response(ready ? 200 : 503, std::move(body));
    if (!ready) answer.set("Retry-After", "1");
    co_return answer;
}

// GET /metrics
// Not for everyone: totals grow with what is said in confidence, too.
net::awaitable<http::Response> get_metrics(Services& services, Call) {
    Engine::Figures const figures = services.engine.figures();
    std::string text;
    auto const add = [&](std::string_view name, std::string_view kind, std::string_view means,
                         std::uint64_t value) {
        fmt::format_to(std::back_inserter(text),
                       "# HELP parley_{0} {1}\n# TYPE parley_{0} {2}\nparley_{0} {3}\n", name,
                       means, kind, value);
    };
    add("commands_waiting", "gauge", "Commands that wait for the writer.", figures.waiting);
    add("disputes_cached", "gauge", "Disputes held in memory.", figures.cached);
    add("events_committed_total", "counter", "Events made durable since the start.",
        figures.committed_events);
    add("commits_total", "counter", "Transactions since the start.", figures.commits);
    add("deadlines_fired_total", "counter", "Deadlines that passed since the start.",
        figures.fired);
    add("ready", "gauge", "1 when commands are accepted.", services.engine.ready() ? 1 : 0);
    co_return http::text_response(200, "text/plain; version=0.0.4; charset=utf-8", std::move(text));
}

// GET /.well-known/parley.json
net::awaitable<http::Response> get_offer_of_service(Services& services, Call) {
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    json.member("operator", services.options.operator_name);
    json.member("software", "parley");
    json.member("version", services.options.version);
    json.member("api", "/v1");
    json.member("description", "/openapi.json");
    json.member("test_clocks", services.options.test_features);
    json.member("law_table", services.engine.world().law.version);
    json.key("procedures").begin_array();
    for (auto const& procedure : services.engine.world().procedures.all()) {
        json.begin_object();
        json.member("name", procedure->ref.name);
        json.member("version", procedure->ref.version);
        json.member("sha256", hex_of(procedure->ref.sha256));
        json.member("title", procedure->title);
        json.member("track", name_of(procedure->track));
        json.member("status", procedure->status);
        json.end_object();
    }
    json.end_array().end_object();
    co_return http::json_response(200, std::move(body));
}

} // namespace parley::routes
