#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "api/access/api_key.hpp"
#include "engine/model/input_parts.hpp"

#include <nlohmann/json.hpp>

namespace parley::routes {

namespace {

// The secret is in the first answer alone; nothing that is kept can give it again.
std::string key_json(ApiKey const& key, std::string_view secret = {}) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("id", key.id);
    json.member("object", "api_key");
    json.member("kind", name_of(key.kind));
    json.member("live", key.live);
    json.key("owner");
    if (key.owner.empty()) json.null();
    else json.value(key.owner);
    json.member("label", key.label);
    json.member("created_at", key.created_at);
    json.member("expires_at", key.expires_at);
    json.member("revoked_at", key.revoked_at);
    json.key("secret");
    if (secret.empty()) json.null();
    else json.value(secret);
    json.end_object();
    return out;
}

Result<ApiKey> read_key(Call const& call, Json const& body) {
    std::vector<FieldError> errors;
    ObjectReader reader(body, "", errors);
    ApiKey key;
    key.live = call.principal().live; // a test key opens nothing that is live
    if (body.is_object()) {
        key.kind = choice<KeyKind>(reader, "kind");
        bool const owned = key.kind == KeyKind::platform || key.kind == KeyKind::neutral ||
                           key.kind == KeyKind::party;
        if (owned) key.owner = reader.text("owner", input_limits::name);
        key.label = reader.optional_text("label", input_limits::line);
        key.expires_at = reader.optional_instant("expires_at");
    }
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return key;
}

std::unexpected<Refusal> no_owner() {
    return refuse_field(RefusalCode::invalid, "/owner",
                        "There is no such owner: a plt_, ntr_ or pty_ id that fits the kind.");
}

// A key without an owner would open nothing, or later something that nobody meant.
net::awaitable<Result<void>> check_owner(Services& services, ApiKey key) {
    auto const registry = services.engine.registry();
    switch (key.kind) {
    case KeyKind::platform: {
        auto const id = PlatformId::parse(key.owner);
        if (!id || !registry->platforms.contains(*id)) co_return no_owner();
        co_return Result<void>{};
    }
    case KeyKind::neutral: {
        auto const id = NeutralId::parse(key.owner);
        auto const found = id ? registry->neutrals.find(*id) : registry->neutrals.end();
        if (found == registry->neutrals.end() || found->second.live != key.live)
            co_return no_owner();
        co_return Result<void>{};
    }
    case KeyKind::party: {
        DisputeFilter filter;
        filter.live = key.live;
        filter.party = PartyId::parse(key.owner);
        if (!filter.party) co_return no_owner();
        auto const found = co_await services.engine.read(
            [filter](Reader& reader) { return !reader.disputes(filter, {}, 1).empty(); });
        if (!found) co_return no_owner();
        co_return Result<void>{};
    }
    case KeyKind::administrator:
    case KeyKind::auditor: co_return Result<void>{};
    }
    co_return no_owner();
}

Result<ApiKey> find_key(Services& services, Call const& call) {
    auto const id = read_id<ApiKeyId>(call, "key", "key");
    if (!id) return std::unexpected(id.error());
    auto const registry = services.engine.registry();
    auto const found = registry->keys.find(*id);
    if (found == registry->keys.end() || found->second.live != call.principal().live)
        return no_such("key");
    return found->second;
}

} // namespace

// POST /v1/keys
net::awaitable<http::Response> create_key(Services& services, Call call) {
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto receipt = read_receipt_key(call, *body);
    if (!receipt) co_return refused(call, receipt.error());
    auto wanted = read_key(call, *body);
    if (!wanted) co_return refused(call, wanted.error());
    if (auto fine = co_await check_owner(services, *wanted); !fine)
        co_return refused(call, fine.error());

    auto fresh = access::make_api_key(wanted->kind, wanted->live, wanted->owner, wanted->label,
                                      services.engine.clock().now());
    fresh.key.expires_at = wanted->expires_at;
    auto const made = co_await services.engine.add_key(fresh.key, std::move(*receipt));
    if (!made) co_return refused(call, made.error());
    // The secret of an earlier use of the key was never kept.
    std::string_view const secret = made->replayed ? std::string_view() : fresh.text;
    auto answer = created("/v1/keys/" + made->thing.id.text(), key_json(made->thing, secret));
    answer.set("Cache-Control", "no-store");
    co_return answer_for(*made, std::move(answer));
}

// GET /v1/keys/{key}
net::awaitable<http::Response> get_key(Services& services, Call call) {
    auto const key = find_key(services, call);
    if (!key) co_return refused(call, key.error());
    co_return http::json_response(200, key_json(*key));
}

// POST /v1/keys/{key}/revoke
// Revoking twice is revoking once: the first time stays.
net::awaitable<http::Response> revoke_key(Services& services, Call call) {
    auto key = find_key(services, call);
    if (!key) co_return refused(call, key.error());
    auto body = read_nothing(call);
    if (!body) co_return refused(call, body.error());
    auto receipt = read_receipt_key(call, *body);
    if (!receipt) co_return refused(call, receipt.error());
    auto const revoked = co_await services.engine.revoke_key(key->id, std::move(*receipt));
    if (!revoked) co_return refused(call, revoked.error());
    co_return answer_for(*revoked, http::json_response(200, key_json(revoked->thing)));
}

} // namespace parley::routes
