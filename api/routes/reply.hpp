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
// The same from what this node saw of it last; null when it saw nothing, or would refuse by it.
std::optional<Opened> open_lately(Services& services, Call const& call);

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
// With `Prefer: return=minimal` (RFC 7240) only what the dispute is now and the ids of these events.
http::Response answer_for(Services& services, Call const& call, Receipt const& receipt);

// An id for what a request makes.
template <class IdType>
IdType new_id(Services const& services) {
    return Entropy(random32()).make_id<IdType>(services.engine.clock().now());
}
// 201 with where it is to be found.
http::Response created(std::string location, std::string body);

// What was made or changed under a key; says so where it was an earlier use of the key that did it.
template <class T>
http::Response answer_for(Made<T> const& made, http::Response answer) {
    if (made.replayed) answer.set("Idempotent-Replayed", "true");
    return answer;
}

} // namespace parley::routes
