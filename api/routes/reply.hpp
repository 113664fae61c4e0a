#pragma once

#include "api/access/idempotency.hpp"
#include "api/http/problem.hpp"
#include "api/routes/services.hpp"
#include "engine/base/json.hpp"
#include "engine/core/project.hpp"
#include "engine/runtime/key_refusals.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
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
// The body of a request that takes none: nothing at all, or {}. Refuses any member.
Result<Json> read_nothing(Call const& call);
// The key of a POST that changes something, with what it asks.
Result<ReceiptKey> read_receipt_key(Call const& call, Json const& body);
// Was something done under that key already? Then what stands in the way now is no answer to it.
net::awaitable<bool> asked_before(Services& services, ReceiptKey key);
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

// A list of what the registry holds, one page from `map`; `fits` says which entries the caller may
// know of, `write` gives one of them as JSON.
template <class Map, class Fits, class Write>
http::Response list_of(Services& services, Call const& call, Map const& map, Fits fits,
                       Write write) {
    using IdType = typename Map::key_type;
    auto const page = read_page(services, call);
    if (!page) return refused(call, page.error());
    auto const after = IdType::parse(page->after);
    auto at = after ? map.upper_bound(*after) : map.begin();
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    std::optional<std::string> next;
    std::string last;
    for (std::size_t count = 0; at != map.end(); ++at) {
        if (!fits(at->second)) continue;
        if (count++ == page->limit) {
            next = last;
            break;
        }
        json.raw(write(at->second));
        last = at->first.text();
    }
    json.end_array();
    write_page_end(json, services, *page, next);
    json.end_object();
    return http::json_response(200, std::move(body));
}

// The dispute after what was done to it, with the events that were written, as far as the caller may
// know of either: whoever left it by the act (a neutral who stood down) sees no more than that.
http::Response answer_for(Call const& call, Receipt const& receipt);

// 201 with where it is to be found.
http::Response created(std::string location, std::string body);

// The id of what a request creates follows from its key, so that trying again finds it, and ends in
// what was asked, so that another request under the key is told apart for ever, whatever of the thing
// has changed since. The time in it may differ.
constexpr std::size_t id_time_bytes = 6, id_key_bytes = 6, id_asked_bytes = 4;
template <class IdType>
IdType id_under(ReceiptKey const& key, Instant now) {
    Digest const digest = sha256({"parley-created/v1\n", key.scope, "\n", key.key});
    std::array<std::uint8_t, id_key_bytes + id_asked_bytes> tail{};
    auto const rest = std::copy_n(digest.begin(), id_key_bytes, tail.begin());
    std::copy_n(key.fingerprint.begin(), id_asked_bytes, rest);
    return IdType::make(now, std::span<std::uint8_t const, tail.size()>(tail));
}
// What an earlier request under the same key made, found by the id that this one would give; null
// where there is none. Refuses idempotency_key_reused if that request asked for something else.
template <class Map>
Result<typename Map::mapped_type const*> made_before(Map const& map,
                                                     typename Map::key_type const& wanted) {
    for (auto const& [id, known] : map) {
        auto const own = id.bytes().begin() + id_time_bytes;
        auto const asked = wanted.bytes().begin() + id_time_bytes;
        if (!std::equal(own, own + id_key_bytes, asked)) continue;
        if (std::equal(own + id_key_bytes, id.bytes().end(), asked + id_key_bytes)) return &known;
        return key_reused();
    }
    return nullptr;
}

} // namespace parley::routes
