#include "api/routes/access_json.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "api/access/permit.hpp"
#include "engine/model/input_parts.hpp"

#include <nlohmann/json.hpp>

// A party signs in at Parley itself: whoever begins it gets a link, the party gets a one-time code at
// its own address, and only both together give a token that binds (docs/decisions/0014).
namespace parley::routes {

namespace {

constexpr std::int64_t code_life_us = 15 * 60 * us_per_second;
constexpr std::int64_t session_life_us = us_per_hour;
constexpr std::size_t begun_most = 5; // for one party within the hour
constexpr std::uint32_t wrong_most = 5;

Result<PartyId> read_whom(Call const& call, DisputeState const& state, Json const& body) {
    std::vector<FieldError> errors;
    Json const empty = Json::object();
    ObjectReader reader(body.is_null() ? empty : body, "", errors);
    PartyId party;
    bool const own = call.principal().party && !reader.has("party");
    if (own) party = *call.principal().party;
    else if (body.is_object()) party = read_party(reader, state);
    if (call.principal().party && party != *call.principal().party && errors.empty())
        reader.error("party", RefusalCode::invalid, "is somebody else");
    if (!own && !body.is_object()) static_cast<void>(reader.required("party"));
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return party;
}

std::string sign_in_json(SignIn const& sign_in, std::string_view name, std::string_view value) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("id", sign_in.id);
    json.member("object", "sign_in");
    json.member("dispute", sign_in.dispute);
    json.member("party", sign_in.party);
    json.member("expires_at", sign_in.expires_at);
    json.member(name, value);
    json.end_object();
    return out;
}

struct Brought {
    std::string link, code;
};

Result<Brought> read_brought(Json const& body) {
    std::vector<FieldError> errors;
    ObjectReader reader(body, "", errors);
    Brought brought;
    if (body.is_object()) {
        brought.link = reader.text("link", input_limits::description);
        brought.code = reader.text("code", input_limits::name);
    }
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return brought;
}

std::unexpected<Refusal> used_up() {
    return refuse(RefusalCode::not_possible_now,
                  "This link is used up, or its time is over; ask for a new one.");
}

} // namespace

// POST /v1/disputes/{dispute}/sign_ins
net::awaitable<http::Response> begin_sign_in(Services& services, Call call) {
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto opened = co_await open_dispute(services, call);
    if (!opened) co_return refused(call, opened.error());
    DisputeState const& state = opened->entry->state;
    auto receipt = read_receipt_key(call, *body);
    if (!receipt) co_return refused(call, receipt.error());
    auto const party = read_whom(call, state, *body);
    if (!party) co_return refused(call, party.error());
    if (state.live && !services.options.sends_mail)
        co_return refused(call,
                          refuse(RefusalCode::not_possible_now,
                                 "This server sends no mail, so no code would reach the party:"
                                 " its operator starts it with --sendmail and --mail-from.")
                              .error());
    Instant const now = services.engine.clock().now();
    SignIn sign_in;
    sign_in.id = Entropy(random32()).make_id<SignInId>(now);
    sign_in.dispute = state.id;
    sign_in.party = *party;
    sign_in.made_at = now;
    sign_in.expires_at = now + code_life_us;
    std::string const id = sign_in.id.text();
    std::string const to = party->text();
    // The code is not in it: who sends the notice works it out from the id (access::code_of).
    OutboxRow const notice{id + '/' + to, "sign_in_code", state.id, id, to, "sign_in_code", now};
    auto const begun = std::make_shared<bool>(false);
    auto const before = co_await services.engine.write_once(
        id, std::move(*receipt), 201,
        [begun, sign_in, notice](Journal& journal, StoredReceipt const& kept) {
            *begun = journal.party_access().begin_sign_in(
                sign_in, notice, sign_in.made_at - us_per_hour, begun_most, kept);
        },
        false);
    if (!before) co_return refused(call, before.error());
    if (*before) {
        auto const first = co_await services.engine.read(
            [made = SignInId::parse((*before)->stream)](Reader& reader) {
                return made ? reader.party_access().sign_in(*made) : std::nullopt;
            });
        if (!first) co_return refused(call, used_up().error());
        sign_in = *first;
    } else if (!*begun)
        co_return refused(call, refuse(RefusalCode::not_possible_now,
                                       "Enough codes were sent to this party within the hour; wait "
                                       "before you ask for another.")
                                    .error());
    auto answer = http::json_response(
        201,
        sign_in_json(sign_in, "link", access::write_link(services.options.token_key, sign_in.id)));
    answer.set("Cache-Control", "no-store");
    if (*before) answer.set("Idempotent-Replayed", "true");
    co_return answer;
}

// POST /v1/sign_ins
// For anyone who has both the link and the code. Each try is counted before its answer is known.
net::awaitable<http::Response> finish_sign_in(Services& services, Call call) {
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto const brought = read_brought(*body);
    if (!brought) co_return refused(call, brought.error());
    Bytes32 const& key = services.options.token_key;
    auto const id = access::read_link(key, brought->link);
    if (!id)
        co_return refused(call, refuse_field(RefusalCode::invalid, "/link",
                                             "This is no link of ours; check that it is whole.")
                                    .error());
    auto const sign_in = co_await services.engine.read(
        [id = *id](Reader& reader) { return reader.party_access().sign_in(id); });
    if (!sign_in) co_return refused(call, used_up().error());
    EntryPtr const entry = co_await services.engine.find(sign_in->dispute);
    if (!entry || !entry->quarantine.empty()) co_return refused(call, used_up().error());

    Instant const now = services.engine.clock().now();
    bool const right = equal_in_constant_time(brought->code, access::code_of(key, *id));
    auto const fate = std::make_shared<SignInFate>(SignInFate::over);
    co_await services.engine.write(
        [fate, id = *id, right, now](Journal& journal) {
            *fate = journal.party_access().try_sign_in(id, right, now, wrong_most);
        },
        false);
    if (*fate == SignInFate::over) co_return refused(call, used_up().error());
    if (*fate == SignInFate::wrong)
        co_return refused(
            call, refuse_field(RefusalCode::invalid, "/code", "This is not the code.").error());
    access::AccessToken token;
    token.id = Entropy(random32()).make_id<AccessTokenId>(now);
    token.live = entry->state.live;
    token.dispute = sign_in->dispute;
    token.party = sign_in->party;
    token.verified = true;
    token.expires_at = now + session_life_us;
    co_return token_answer(token, access::write_token(key, token));
}

// GET /v1/test/sign_ins/{sign_in}
// In test mode nobody has a mailbox: the platform plays the party.
net::awaitable<http::Response> show_sign_in_code(Services& services, Call call) {
    auto const id = read_id<SignInId>(call, "sign_in", "sign-in");
    if (!id) co_return refused(call, id.error());
    auto const sign_in = co_await services.engine.read(
        [id = *id](Reader& reader) { return reader.party_access().sign_in(id); });
    if (!sign_in) co_return refused(call, no_such("sign-in").error());
    EntryPtr const entry = co_await services.engine.find(sign_in->dispute);
    if (!entry || !access::viewer_of(call.principal(), entry->state, {}))
        co_return refused(call, no_such("sign-in").error());
    co_return http::json_response(
        200, sign_in_json(*sign_in, "code", access::code_of(services.options.token_key, *id)));
}

} // namespace parley::routes
