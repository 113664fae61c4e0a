#include "api/routes/reply.hpp"

#include "api/access/cursor.hpp"
#include "api/access/etag.hpp"
#include "api/access/permit.hpp"
#include "api/routes/dispute_json.hpp"
#include "api/routes/event_json.hpp"
#include "engine/model/input_parts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <ranges>

namespace parley::routes {

namespace {

constexpr std::size_t limit_max = 100;

// application/json, with no parameter but the one charset that JSON has.
bool is_json(std::string_view type) {
    constexpr std::string_view json = "application/json";
    if (!http::equal_ignoring_case(type.substr(0, json.size()), json)) return false;
    type.remove_prefix(json.size());
    auto const skip_blanks = [&] {
        while (type.starts_with(' ') || type.starts_with('\t')) type.remove_prefix(1);
    };
    skip_blanks();
    if (type.empty()) return true;
    if (!type.starts_with(';')) return false;
    type.remove_prefix(1);
    skip_blanks();
    return http::equal_ignoring_case(type, "charset=utf-8") ||
           http::equal_ignoring_case(type, "charset=\"utf-8\"");
}

std::string query_text(http::Head const& head) {
    std::string out;
    for (http::QueryPair const& pair : head.query) {
        out += pair.name;
        out += '\0';
        out += pair.value;
        out += '\0';
    }
    return out;
}

Result<Opened> view_of(Call const& call, EntryPtr entry) {
    if (!entry) return no_such("dispute");
    auto const viewer = access::viewer_of(call.principal(), entry->state, call.act_as());
    if (!viewer) return no_such("dispute");
    // The reason may name events that this viewer may not know of; the log has it.
    if (!entry->quarantine.empty())
        return refuse(RefusalCode::quarantined, "This dispute is set aside because its record "
                                                "does not replay; the operator looks into it.");
    return Opened{std::move(entry), *viewer};
}

} // namespace

std::unexpected<Refusal> no_such(std::string_view what) {
    return refuse(RefusalCode::not_found, fmt::format("There is no such {}.", what));
}

Result<Json> read_body(Call const& call) {
    if (call.request.body.empty()) return Json();
    auto const type = call.head().header("Content-Type");
    if (!type || !is_json(*type))
        return refuse(RefusalCode::unsupported_media_type,
                      "Send the body as `Content-Type: application/json`.");
    return parse_json(call.request.body);
}

Result<Json> read_nothing(Call const& call) {
    auto body = read_body(call);
    if (!body) return body;
    std::vector<FieldError> errors;
    Json const empty = Json::object();
    ObjectReader(body->is_null() ? empty : *body, "", errors).finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return body;
}

Result<ReceiptKey> read_receipt_key(Call const& call, Json const& body) {
    auto key = access::read_idempotency_key(call.head().header("Idempotency-Key"));
    if (!key) return std::unexpected(std::move(key.error()));
    return access::receipt_key(call.principal(), call.act_as(), http::name_of(call.head().method),
                               call.head().path, std::move(*key),
                               access::fingerprint_of(body, query_text(call.head())));
}

net::awaitable<bool> asked_before(Services& services, ReceiptKey key) {
    co_return co_await services.engine.read([key = std::move(key)](Reader& reader) {
        return reader.receipt(key.scope, key.key).has_value();
    });
}

Result<bool> read_validate_only(Call const& call) {
    std::string const* value = call.head().parameter("validate_only");
    if (value == nullptr || *value == "false") return false;
    if (*value == "true") return true;
    return refuse(RefusalCode::bad_parameter, "validate_only is true or false.");
}

net::awaitable<Result<Opened>> open_dispute(Services& services, Call const& call) {
    auto const id = DisputeId::parse(call.param("dispute"));
    if (!id) co_return no_such("dispute");
    EntryPtr entry = services.engine.find_cached(*id);
    if (!entry) entry = co_await services.engine.find(*id);
    co_return view_of(call, std::move(entry));
}

std::optional<Opened> open_lately(Services& services, Call const& call) {
    auto const id = DisputeId::parse(call.param("dispute"));
    if (!id) return std::nullopt;
    auto opened = view_of(call, services.engine.find_lately(*id));
    if (!opened) return std::nullopt;
    return std::move(*opened);
}

Result<Page> read_page(Services& services, Call const& call, std::string_view filter) {
    Page page;
    if (std::string const* limit = call.head().parameter("limit")) {
        auto const* const end = limit->data() + limit->size();
        auto const read = std::from_chars(limit->data(), end, page.limit);
        if (read.ec != std::errc{} || read.ptr != end || page.limit < 1 || page.limit > limit_max)
            return refuse(RefusalCode::bad_parameter,
                          fmt::format("limit is a number from 1 to {}.", limit_max));
    }
    page.binding =
        access::cursor_binding(call.principal(), call.act_as(), call.head().path, filter);
    if (std::string const* after = call.head().parameter("after")) {
        auto place = access::open_cursor(services.options.sealing_key, *after, page.binding);
        if (!place) return std::unexpected(std::move(place.error()));
        page.after = std::move(*place);
    }
    return page;
}

void write_page_end(JsonWriter& json, Services& services, Page const& page,
                    std::optional<std::string> const& place) {
    json.member("has_more", place.has_value());
    json.key("next");
    if (place) json.value(access::make_cursor(services.options.sealing_key, *place, page.binding));
    else json.null();
}

namespace {

// Whether the caller does without the whole of what it changed: `Prefer: return=minimal` (RFC 7240).
bool wants_minimal(Call const& call) {
    auto const prefer = call.head().header("Prefer");
    if (!prefer) return false;
    for (auto const part : std::views::split(*prefer, ',')) {
        std::string_view one(part.begin(), part.end());
        while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
        while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
        if (http::equal_ignoring_case(one, "return=minimal")) return true;
    }
    return false;
}

} // namespace

http::Response answer_for(Services& services, Call const& call, Receipt const& receipt) {
    DisputeEntry const& entry = *receipt.entry;
    auto const viewer = access::viewer_of(call.principal(), entry.state, call.act_as());
    bool const minimal = viewer && wants_minimal(call);
    std::string body;
    body.reserve(minimal ? 512 : usual_dispute_bytes);
    JsonWriter json(body);
    json.begin_object();
    if (viewer && !minimal) write_dispute(json, services.views, receipt.entry, *viewer);
    else json.member("id", entry.state.id).member("object", "dispute");
    if (minimal)
        json.member("status", name_of(entry.state.status)).member("stage", entry.state.stage);
    json.key("events").begin_array();
    for (StoredEvent const& event : receipt.events) {
        // What someone who has left wrote themselves they may hear of again.
        if (viewer && !may_read(entry, *viewer, event)) continue;
        if (minimal)
            json.begin_object().member("id", event.id).member("type", event.type).end_object();
        else write_event(json, event, viewer && numbered_for(entry, *viewer, event.room));
    }
    json.end_array().end_object();

    auto answer = http::json_response(200, std::move(body));
    if (viewer) answer.set("ETag", access::etag_of(entry.state, *viewer));
    if (minimal) answer.set("Preference-Applied", "return=minimal");
    if (receipt.replayed) answer.set("Idempotent-Replayed", "true");
    return answer;
}

http::Response created(std::string location, std::string body) {
    http::Response answer = http::json_response(201, std::move(body));
    answer.set("Location", std::move(location));
    return answer;
}

} // namespace parley::routes
