#include "api/routes/access_json.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "engine/model/input_parts.hpp"

#include <nlohmann/json.hpp>

namespace parley::routes {

namespace {

constexpr std::int64_t life_s_min = 60, life_s_usual = 3600;
constexpr std::int64_t life_s_max = access::token_life_us_max / us_per_second;

struct Wanted {
    PartyId party;
    std::int64_t life_s = life_s_usual;
};

Result<Wanted> read_wanted(DisputeState const& state, Json const& body) {
    std::vector<FieldError> errors;
    ObjectReader reader(body, "", errors);
    Wanted wanted;
    if (body.is_object()) {
        wanted.party = read_party(reader, state);
        if (reader.has("expires_in"))
            wanted.life_s = reader.integer("expires_in", life_s_min, life_s_max);
    }
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return wanted;
}

} // namespace

// POST /v1/disputes/{dispute}/access_tokens
// For a page or widget: speaks for one party of this dispute as the platform may, in the joint room.
net::awaitable<http::Response> create_access_token(Services& services, Call call) {
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto opened = co_await open_dispute(services, call);
    if (!opened) co_return refused(call, opened.error());
    DisputeState const& state = opened->entry->state;
    auto receipt = read_receipt_key(call, *body);
    if (!receipt) co_return refused(call, receipt.error());
    auto const wanted = read_wanted(state, *body);
    if (!wanted) co_return refused(call, wanted.error());
    access::AccessToken token;
    token.id = Entropy(random32()).make_id<AccessTokenId>(services.engine.clock().now());
    token.live = state.live;
    token.dispute = state.id;
    token.party = wanted->party;
    token.platform = state.platform;
    token.key = call.principal().key;
    // Its time runs from that of the receipt, so that an answer given again says the same.
    auto const made_at = std::make_shared<Instant>();
    auto const before = co_await services.engine.write_once(
        token.id.text(), std::move(*receipt), 201,
        [made_at](Journal& journal, StoredReceipt const& kept) {
            *made_at = kept.at;
            journal.party_access().note_token(kept);
        },
        false);
    if (!before) co_return refused(call, before.error());
    std::int64_t const life_us = wanted->life_s * us_per_second;
    if (!*before) {
        token.expires_at = *made_at + life_us;
        co_return token_answer(token, access::write_token(services.options.token_key, token));
    }
    token.id = AccessTokenId::parse((*before)->stream).value_or(AccessTokenId());
    token.expires_at = (*before)->at + life_us;
    auto answer = token_answer(token, {}); // the token of then was never kept
    answer.set("Idempotent-Replayed", "true");
    co_return answer;
}

// POST /v1/disputes/{dispute}/access_tokens/{token}/revoke
// A token is known by its id alone, so any id can be revoked, for this dispute; a party its own.
net::awaitable<http::Response> revoke_access_token(Services& services, Call call) {
    auto body = read_nothing(call);
    if (!body) co_return refused(call, body.error());
    auto opened = co_await open_dispute(services, call);
    if (!opened) co_return refused(call, opened.error());
    auto const id = read_id<AccessTokenId>(call, "token", "access token");
    if (!id) co_return refused(call, id.error());
    if (call.principal().party && (!call.principal().token || call.principal().token->id != *id))
        co_return refused(call, no_such("access token").error());
    auto receipt = read_receipt_key(call, *body);
    if (!receipt) co_return refused(call, receipt.error());
    Instant const now = services.engine.clock().now();
    RevokedToken const revoked{*id, opened->entry->state.id, now + 2 * access::token_life_us_max};
    auto const before = co_await services.engine.write_once(
        id->text(), std::move(*receipt), 200,
        [revoked](Journal& journal, StoredReceipt const& kept) {
            journal.party_access().revoke_token(revoked, kept);
        },
        true);
    if (!before) co_return refused(call, before.error());
    std::string text;
    JsonWriter json(text);
    json.begin_object();
    json.member("id", *id).member("object", "access_token").member("revoked", true);
    json.end_object();
    auto answer = http::json_response(200, std::move(text));
    if (*before) answer.set("Idempotent-Replayed", "true");
    co_return answer;
}

} // namespace parley::routes
