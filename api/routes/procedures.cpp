#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace parley::routes {

namespace {

void write_summary(JsonWriter& json, Procedure const& procedure) {
    std::string const href =
        "/v1/procedures/" + procedure.ref.name + '/' + std::to_string(procedure.ref.version);
    json.member("name", procedure.ref.name);
    json.member("version", procedure.ref.version);
    json.member("object", "procedure");
    json.member("sha256", hex_of(procedure.ref.sha256));
    json.member("title", procedure.title);
    json.member("means", procedure.means);
    json.member("track", name_of(procedure.track));
    json.member("source", procedure.source);
    json.member("status", procedure.status);
    json.member("href", href);
    json.key("stages").begin_array();
    for (Stage const& stage : procedure.stages) json.value(stage.name);
    json.end_array();
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    auto const read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

} // namespace

// GET /v1/procedures
net::awaitable<http::Response> list_procedures(Services& services, Call call) {
    auto page = read_page(services, call);
    if (!page) co_return refused(call, page.error());
    auto const all = services.engine.world().procedures.all();
    std::size_t const first = std::min(number_of<std::size_t>(page->after).value_or(0), all.size());
    std::size_t const last = std::min(first + page->limit, all.size());
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (std::size_t i = first; i < last; ++i) {
        json.begin_object();
        write_summary(json, *all[i]);
        json.end_object();
    }
    json.end_array();
    std::optional<std::string> next;
    if (last < all.size()) next = std::to_string(last);
    write_page_end(json, services, *page, next);
    json.end_object();
    co_return http::json_response(200, std::move(body));
}

// GET /v1/procedures/{name}/{version}
net::awaitable<http::Response> get_procedure(Services& services, Call call) {
    auto const version = number_of<std::int32_t>(call.param("version"));
    auto const procedure =
        version ? services.engine.world().procedures.find(call.param("name"), *version) : nullptr;
    if (!procedure) co_return refused(call, no_such("procedure").error());
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    write_summary(json, *procedure);
    json.key("definition").raw(procedure->text);
    json.end_object();
    auto answer = http::json_response(200, std::move(body));
    answer.set("ETag", '"' + hex_of(procedure->ref.sha256) + '"');
    co_return answer;
}

// POST /v1/procedures/check
// Changes nothing, so it needs no Idempotency-Key.
net::awaitable<http::Response> check_procedure(Services&, Call call) {
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto procedure = read_procedure(call.request.body);
    if (!procedure) co_return refused(call, procedure.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.member("accepted", true);
    json.member("name", procedure->ref.name);
    json.member("version", procedure->ref.version);
    json.member("sha256", hex_of(procedure->ref.sha256));
    json.key("stages").begin_array();
    for (Stage const& stage : procedure->stages) json.value(stage.name);
    json.end_array().end_object();
    co_return http::json_response(200, std::move(text));
}

// GET /v1/schemas/acts/{kind}
net::awaitable<http::Response> get_act_schema(Services&, Call call) {
    auto const kind = parse_name<InputKind>(call.param("kind"));
    if (!kind) co_return refused(call, no_such("schema").error());
    co_return http::text_response(200, "application/schema+json", std::string(input_schema(*kind)));
}

} // namespace parley::routes
