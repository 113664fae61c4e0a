#include "api/routes/access_json.hpp"

#include "engine/model/input_parts.hpp"

#include <nlohmann/json.hpp>

namespace parley::routes {

PartyId read_party(ObjectReader& reader, DisputeState const& state) {
    std::size_t const before = reader.errors().size();
    static_cast<void>(reader.required("party"));
    auto const party = optional_id<PartyId>(reader, "party", "pty_");
    if (reader.errors().size() != before) return {};
    for (PartyFacts const& one : state.parties)
        if (party && one.id == *party) return *party;
    reader.error("party", RefusalCode::invalid, "is no party of this dispute");
    return {};
}

http::Response token_answer(access::AccessToken const& token, std::string_view text) {
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    json.member("id", token.id);
    json.member("object", "access_token");
    json.member("dispute", token.dispute);
    json.member("party", token.party);
    json.member("verified", token.verified);
    json.member("expires_at", token.expires_at);
    json.key("token");
    if (text.empty()) json.null();
    else json.value(text);
    json.end_object();
    auto answer = http::json_response(201, std::move(body));
    answer.set("Cache-Control", "no-store");
    return answer;
}

} // namespace parley::routes
