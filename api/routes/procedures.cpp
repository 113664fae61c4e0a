#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"
#include "engine/procedure/examine.hpp"
#include "engine/procedure/locales.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
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
    json.key("source_sha256");
    if (procedure.source_sha256) json.value(hex_of(*procedure.source_sha256));
    else json.null();
    json.member("status", procedure.status);
    json.member("rests_on", name_of(procedure.rests_on));
    json.key("extends");
    if (procedure.extends)
        json.begin_object()
            .member("name", procedure.extends->name)
            .member("version", procedure.extends->version)
            .end_object();
    else json.null();
    json.member("href", href);
    json.key("locales").begin_array();
    for (auto const& [locale, words] : procedure.locales) json.value(locale);
    json.end_array();
    json.key("stages").begin_array();
    for (Stage const& stage : procedure.stages) json.value(stage.name);
    json.end_array();
}

void write_field_schema(JsonWriter& json, FieldRule const& field) {
    switch (field.type) {
    case FieldType::text: json.member("type", "string"); return;
    case FieldType::yes_no: json.member("type", "boolean"); return;
    case FieldType::number: json.member("type", "integer"); return;
    case FieldType::date: json.member("type", "string").member("format", "date"); return;
    case FieldType::instant: json.member("type", "string").member("format", "date-time"); return;
    case FieldType::choice:
        json.member("type", "string").key("enum").begin_array();
        for (std::string const& choice : field.choices) json.value(choice);
        json.end_array();
        return;
    case FieldType::money:
        json.member("type", "object").key("required").begin_array();
        json.value("amount").value("currency").end_array();
        json.member("additionalProperties", false).key("properties").begin_object();
        json.key("amount").begin_object().member("type", "integer").end_object();
        json.key("currency").begin_object().member("type", "string").end_object();
        json.end_object();
        return;
    }
}

// What a document's fields take, as a JSON Schema (2020-12) of the act that files it.
std::string document_schema(DocumentRule const& document) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("$schema", "https://json-schema.org/draft/2020-12/schema");
    json.member("title", document.name).member("description", document.means);
    json.member("type", "object").key("required").begin_array().value("fields").end_array();
    json.member("additionalProperties", false).key("properties").begin_object();
    json.key("fields").begin_object().member("type", "object");
    json.member("additionalProperties", false).key("required").begin_array();
    for (FieldRule const& field : document.fields)
        if (field.required) json.value(field.name);
    json.end_array().key("properties").begin_object();
    for (FieldRule const& field : document.fields) {
        json.key(field.name).begin_object();
        write_field_schema(json, field);
        json.member("description", field.means).end_object();
    }
    json.end_object().end_object().end_object().end_object();
    return out;
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
    std::string const* const asked = call.head().parameter("locale");
    std::string_view const locale =
        asked == nullptr ? std::string_view() : locale_for(*procedure, *asked);
    json.begin_object();
    write_summary(json, told_in(*procedure, locale));
    json.key("locale");
    if (locale.empty()) json.null();
    else json.value(locale);
    json.key("texts").begin_object();
    if (auto const words = procedure->locales.find(locale); words != procedure->locales.end())
        for (auto const& [place, text] : words->second) json.member(place, text);
    json.end_object();
    json.key("definition").raw(procedure->text);
    json.end_object();
    auto answer = http::json_response(200, std::move(body));
    answer.set("ETag", fmt::format("\"{}{}{}\"", hex_of(procedure->ref.sha256),
                                   locale.empty() ? "" : "-", locale));
    co_return answer;
}

// GET /v1/procedures/{name}/{version}/documents/{document}
net::awaitable<http::Response> get_document_schema(Services& services, Call call) {
    auto const version = number_of<std::int32_t>(call.param("version"));
    auto const procedure =
        version ? services.engine.world().procedures.find(call.param("name"), *version) : nullptr;
    if (!procedure) co_return refused(call, no_such("procedure").error());
    DocumentRule const* const document = procedure->document(call.param("document"));
    if (document == nullptr) co_return refused(call, no_such("document").error());
    co_return http::text_response(200, "application/schema+json", document_schema(*document));
}

namespace {

// Proves what check_procedure answers for; the way to what is wrong goes into its sentence.
Refusal refusal_for(Examination const& found) {
    Refusal refusal{RefusalCode::procedure_rejected, {}, {}, {}, {}};
    for (Finding const& finding : found.findings) {
        std::string detail = fmt::format("{} ({})", finding.says, finding.rule);
        for (std::string const& line : finding.trace)
            detail += (&line == &finding.trace.front() ? " Shortest way there: " : "; ") + line;
        refusal.errors.push_back(
            {finding.pointer, RefusalCode::procedure_rejected, std::move(detail)});
    }
    refusal.detail = refusal.errors.empty()
                         ? "This procedure has more cases than are looked at; nothing is proven."
                         : refusal.errors.front().detail;
    return refusal;
}

void write_ways(JsonWriter& json, std::vector<WayToEnd> const& ends) {
    json.key("ends").begin_array();
    for (WayToEnd const& end : ends) {
        json.begin_object();
        json.member("stage", end.end);
        json.member("status", end.status);
        auto const way = [&](char const* name, std::int64_t hours,
                             std::vector<std::string> const& lines) {
            json.key(name).begin_object().member("hours", hours).key("way").begin_array();
            for (std::string const& line : lines) json.value(line);
            json.end_array().end_object();
        };
        way("shortest", end.shortest_hours, end.shortest);
        way("longest", end.longest_hours, end.longest);
        json.end_object();
    }
    json.end_array();
}

} // namespace

// POST /v1/procedures/check
// Changes nothing, so it needs no Idempotency-Key. Examining takes a while: not on the connections' time.
net::awaitable<http::Response> check_procedure(Services& services, Call call) {
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto procedure = read_procedure(call.request.body, services.engine.world().procedures);
    if (!procedure) co_return refused(call, procedure.error());
    Examination const found =
        co_await services.engine.read([&](Reader&) { return examine(*procedure); });
    if (!found.proven()) co_return refused(call, refusal_for(found));
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.member("accepted", true);
    json.member("name", procedure->ref.name);
    json.member("version", procedure->ref.version);
    json.member("sha256", hex_of(procedure->ref.sha256));
    json.key("stages").begin_array();
    for (Stage const& stage : procedure->stages) json.value(stage.name);
    json.end_array();
    json.member("cases", found.cases);
    write_ways(json, found.ends);
    json.end_object();
    co_return http::json_response(200, std::move(text));
}

// GET /v1/schemas/acts/{kind}
net::awaitable<http::Response> get_act_schema(Services&, Call call) {
    auto const kind = parse_name<InputKind>(call.param("kind"));
    if (!kind) co_return refused(call, no_such("schema").error());
    co_return http::text_response(200, "application/schema+json", std::string(input_schema(*kind)));
}

} // namespace parley::routes
