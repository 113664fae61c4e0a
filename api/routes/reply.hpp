#pragma once

#include "api/access/idempotency.hpp"
#include "api/http/problem.hpp"
#include "api/routes/services.hpp"
#include "engine/base/json.hpp"
#include "engine/core/project.hpp"

#include <optional>
#include <string>
#include <string_view>

// What handlers share: reading what a request says, and answering.
namespace parley::routes {

inline http::Response refused(Call const& call, Refusal const& refusal) {
    return http::problem(refusal, call.head().request_id);
}
// The one answer for what is not there and for what the caller may not know of.
std::unexpected<Refusal> no_such(std::string_view what);

// The body as JSON through the gate; null where there is none. Refuses unsupported_media_type and
// what parse_json refuses.
Result<Json> read_body(Call const& call);
// The key of a POST that changes something, with what it asks.
Result<ReceiptKey> read_receipt_key(Call const& call, Json const& body);
// ?validate_only=true
Result<bool> read_validate_only(Call const& call);

// The id in the path; one that cannot be read is one that does not exist.
template <class IdType>
Result<IdType> read_id(Call const& call, std::string_view param, std::string_view what) {
    auto const id = IdType::parse(call.param(param));
    if (!id) return no_such(what);
    return *id;
}

// A dispute as its caller may know it.
struct Opened {
    EntryPtr entry;
    Viewer viewer;
};
// The dispute in the path, with who the caller is in it. Refuses not_found, for an unknown id and
// for a stranger alike, and quarantined. `not_found` costs a stranger what it costs anyone.
net::awaitable<Result<Opened>> open_dispute(Services& services, Call const& call);

// A page of a list.
struct Page {
    std::size_t limit = 20;
    std::string after;   // what the cursor held; empty on the first page
    std::string binding; // for the next cursor
};
// Reads `limit` and `after`; `filter` is whatever else narrows the list. Refuses bad_parameter.
Result<Page> read_page(Services& services, Call const& call, std::string_view filter = {});
// Writes has_more and next; `place` is where the next page starts, none on the last one.
void write_page_end(JsonWriter& json, Services& services, Page const& page,
                    std::optional<std::string> const& place);

// 201 with where it is to be found.
http::Response created(std::string location, std::string body);

// The id of what a request creates follows from its key, so that trying again finds it. The time
// in it may differ; the rest does not.
template <class IdType>
IdType id_under(ReceiptKey const& key, Instant now) {
    Digest const digest = sha256({"parley-created/v1\n", key.scope, "\n", key.key});
    return IdType::make(now, std::span<std::uint8_t const, 10>(digest.data(), 10));
}
template <class IdType>
bool same_but_for_time(IdType const& a, IdType const& b) {
    return std::equal(a.bytes().begin() + 6, a.bytes().end(), b.bytes().begin() + 6);
}

} // namespace parley::routes
