#include "api/access/access_token.hpp"
#include "api/access/api_key.hpp"
#include "api/access/cursor.hpp"
#include "api/access/etag.hpp"
#include "api/access/idempotency.hpp"
#include "api/access/principal.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <algorithm>

namespace parley::fuzz {

namespace {

constexpr Bytes32 sealing_key{1, 2, 3};
constexpr Instant now{1'700'000'000'000'000};

} // namespace

void api_key(std::string_view bytes) {
    if (auto const read = access::parse_api_key(bytes)) {
        expect(read->secret.size() == 32, "a key with a secret of another length");
        Bytes32 secret{};
        std::ranges::copy(read->secret, reinterpret_cast<char*>(secret.data()));
        auto const known =
            access::make_api_key(read->id, secret, KeyKind::platform, read->live, "", "", now);
        expect(known.text == bytes, "an API key has two spellings");
        Registry registry;
        registry.keys.emplace(known.key.id, known.key);
        // The nil id stands for nobody, so no key can have it.
        expect(access::verify_api_key(registry, bytes, now).has_value() != known.key.id.is_nil(),
               "a known key is refused, or nobody's is believed");
    }
    auto const nobody_known = std::make_shared<Registry const>();
    auto const principal = access::authenticate(nobody_known, bytes, now);
    expect(!principal, "somebody is believed whom nobody knows");
    expect_sound(principal.error());
    for (KeyKind const kind : {KeyKind::platform, KeyKind::neutral}) {
        access::Principal caller;
        caller.kind = kind;
        auto const party = access::read_act_as(caller, bytes);
        if (!party) expect_sound(party.error());
        else expect(*party && (*party)->text() == bytes, "a party's id has two spellings");
    }
}

void cursor(std::string_view bytes) {
    auto const opened = access::open_cursor(sealing_key, bytes, "list");
    // The key is a constant, and only sealing with it makes a cursor; the corpus holds none.
    expect(!opened, "a cursor that nobody made is believed");
    expect_sound(opened.error());

    Bytes16 const nonce{7};
    std::string sealed = base64url_of(seal(sealing_key, nonce, bytes, "list"));
    auto const own = access::open_cursor(sealing_key, sealed, "list");
    if (!own) return; // too long for a cursor
    expect(*own == bytes, "a cursor opens to another place");
    expect(!access::open_cursor(sealing_key, sealed, "other list"), "a cursor fits another list");
    char& byte = sealed[sealed.size() / 2];
    byte = byte == 'A' ? 'B' : 'A';
    expect(!access::open_cursor(sealing_key, sealed, "list"), "a damaged cursor is believed");
}

void etag(std::string_view bytes) {
    auto const tags = access::parse_tags(bytes);
    if (!tags) return;
    expect(tags->any == (tags->strong.empty() && tags->weak.empty()), "a list without tags");
    std::string text = tags->any ? "*" : "";
    auto const add = [&text](std::string_view prefix, std::string const& tag) {
        expect(tag.size() >= 2 && tag.starts_with('"') && tag.ends_with('"'), "a bare tag");
        text.append(text.empty() ? "" : ", ").append(prefix).append(tag);
    };
    for (std::string const& tag : tags->strong) add("", tag);
    for (std::string const& tag : tags->weak) add("W/", tag);
    auto const again = access::parse_tags(text);
    expect(again && again->any == tags->any && again->strong == tags->strong &&
               again->weak == tags->weak,
           "a list of tags written anew is another");

    DisputeState const state;
    Viewer viewer;
    viewer.role = Role::claimant;
    std::string const present = access::etag_of(state, viewer);
    bool const strong = std::ranges::find(tags->strong, present) != tags->strong.end();
    auto const expected = access::expected_version(*tags, state, viewer);
    expect(expected.has_value() != tags->any, "a star compares, or a list does not");
    if (strong) expect(expected == version_for(state, viewer), "the present tag does not match");
    bool const weak = std::ranges::find(tags->weak, present) != tags->weak.end();
    expect(access::none_match_fails(*tags, present) == (tags->any || strong || weak),
           "If-None-Match compares otherwise than weakly");
}

void idempotency_key(std::string_view bytes) {
    auto const key = access::read_idempotency_key(bytes);
    if (!key) return expect_sound(key.error());
    expect(!key->empty() && key->size() <= access::idempotency_key_max, "a key of no length");
    std::string quoted = "\"";
    for (char const c : *key) {
        expect(c > 0x20 && c < 0x7f, "a key holds what cannot be seen");
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    expect(access::read_idempotency_key(quoted + '"') == *key, "in quotes the key is another");
}

// Nothing that somebody invents is a token or a link, and what is written is read again.
void access_token(std::string_view bytes) {
    Bytes32 key{};
    key.fill(7);
    expect(!access::read_token(key, bytes), "an invented token is good");
    expect(!access::read_link(key, bytes), "an invented link is good");
    access::AccessToken token;
    Bytes16 id{};
    std::copy_n(bytes.begin(), std::min(bytes.size(), id.size()), id.begin());
    token.party = PartyId(id);
    token.verified = !bytes.empty();
    token.expires_at = {static_cast<std::int64_t>(bytes.size())};
    expect(access::read_token(key, access::write_token(key, token)) == token,
           "a token says something else than was written");
}

} // namespace parley::fuzz
