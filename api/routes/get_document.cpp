#include "api/routes/dispute_json.hpp"
#include "api/routes/event_json.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "engine/base/json_slice.hpp"
#include "engine/core/packet.hpp"

#include <fmt/format.h>

namespace parley::routes {

namespace {

// What each side is shown and signs if it agrees to arbitrate (C3), in every language there is.
std::string agreement_json(World const& world, DisputeState const& state) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("object", "document").member("name", "arbitration_agreement");
    for (Side const side : {Side::claimant, Side::respondent}) {
        json.key(name_of(side)).begin_array();
        for (AgreementText const& text :
             agreement_texts(world.law, state.parties, side, state.concluded_at))
            json.begin_object()
                .member("locale", text.locale)
                .member("form", text.form)
                .member("text", text.text)
                .member("text_sha256", text.sha256)
                .end_object();
        json.end_array();
    }
    json.end_object();
    return out;
}

// Every version of the outcome, the latest last: a correction replaces none.
std::string outcomes_json(DisputeEntry const& entry) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("object", "document").member("name", "outcome");
    json.key("versions").begin_array();
    for (OutcomeState const& outcome : entry.state.outcomes) {
        std::string_view words;
        for (auto const& [id, text] : entry.texts.outcomes)
            if (id == outcome.event && text) words = raw_member(*text, "text");
        json.begin_object()
            .member("kind", name_of(outcome.kind))
            .member("version", outcome.version)
            .member("at", outcome.at)
            .member("event", outcome.event)
            .member("annulled", outcome.annulled);
        json.key("text");
        if (words.empty()) json.null();
        else json.raw(words);
        json.key("text_sha256");
        if (outcome.text_sha256.empty()) json.null();
        else json.value(outcome.text_sha256);
        json.end_object();
    }
    json.end_array().end_object();
    return out;
}

std::string packet_json(std::vector<PacketItem> const& items) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("object", "document").member("name", "enforcement_packet");
    json.key("items").begin_array();
    for (PacketItem const& item : items) {
        json.begin_object()
            .member("number", item.number)
            .member("name", item.name)
            .member("present", item.present)
            .member("detail", item.detail);
        json.key("events").begin_array();
        for (std::string const& event : item.events) json.value(event);
        json.end_array().end_object();
    }
    json.end_array().end_object();
    return out;
}

} // namespace

// GET /v1/disputes/{dispute}/documents/{name}
net::awaitable<http::Response> get_document(Services& services, Call call) {
    auto opened = co_await open_dispute(services, call);
    if (!opened) co_return refused(call, opened.error());
    DisputeEntry const& entry = *opened->entry;
    std::string const& name = call.param("name");
    if (name == "arbitration_agreement")
        co_return http::json_response(200, agreement_json(services.engine.world(), entry.state));
    if (name == "outcome" && entry.state.outcome() != nullptr)
        co_return http::json_response(200, outcomes_json(entry));
    if (name == "enforcement_packet") {
        auto events = co_await services.engine.read(
            [id = entry.state.id](Reader& reader) { return reader.events(id.text()); });
        std::erase_if(events, [&](StoredEvent const& event) {
            return !may_read(*opened->entry, opened->viewer, event);
        });
        auto const items = enforcement_packet(entry.state, events);
        if (!items.empty()) co_return http::json_response(200, packet_json(items));
    }
    co_return refused(call, Refusal{RefusalCode::not_found,
                                    fmt::format("There is no document called {}.", name),
                                    {},
                                    {},
                                    {}});
}

} // namespace parley::routes
