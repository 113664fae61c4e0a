#include "engine/ledger/envelope.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/names.hpp"

#include <charconv>
#include <utility>

namespace parley {

namespace {

constexpr std::string_view hash_prefix = "parley-event/v1\n";
constexpr std::string_view leaf_prefix("\x00", 1);

// What an envelope holds besides its facts: two digests, three ids, a procedure and the names.
constexpr std::size_t envelope_frame = 768;

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> text;
    auto const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), end);
}

// Streams, ids, rooms, stages and kinds are our own names; none of them needs escaping. Procedures
// come from files, whose checker admits the same letters only.
bool is_plain(std::string_view text) {
    for (char const c : text)
        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') return false;
    return true;
}

void append_text(std::string& out, std::string_view text) {
    PARLEY_ASSERT(is_plain(text), "names in an envelope need no escaping");
    out += '"';
    out += text;
    out += '"';
}

// What stands before the event's own version; also what the columns of a stored event must give.
void append_head(std::string& out, Digest const& prev, StoredEvent const& stored) {
    out += R"({"prev":")";
    append_hex(out, prev);
    out += R"(","stream":)";
    append_text(out, stored.stream);
    out += R"(,"room":)";
    append_text(out, name_of(stored.room));
    out += R"(,"number":)";
    append_number(out, stored.number);
    out += R"(,"id":)";
    append_text(out, stored.id);
    out += R"(,"stage":)";
    append_text(out, stored.stage);
    out += R"(,"type":)";
    append_text(out, stored.type);
    out += R"(,"version":)";
}

void append_time(std::string& out, Instant at) {
    out += R"(,"at":")";
    append(out, at);
    out += R"(","actor":")";
}

void append_commitment(std::string& out, Digest const& commitment) {
    out += R"(,"commitment":")";
    append_hex(out, commitment);
    out += "\"}";
}

bool take(std::string_view& rest, std::string_view expected) {
    if (!rest.starts_with(expected)) return false;
    rest.remove_prefix(expected.size());
    return true;
}

std::unexpected<std::string> misfit(StoredEvent const& stored, std::string_view what) {
    std::string text = "event ";
    append_number(text, stored.version);
    text += " of ";
    text += stored.stream;
    text += ": ";
    text += what;
    return std::unexpected(std::move(text));
}

} // namespace

Digest event_hash(std::string_view envelope) { return sha256({hash_prefix, envelope}); }

Digest commitment_of(Bytes32 const& salt, std::string_view content) {
    return hmac_sha256(view_of(salt), content);
}

Digest leaf_hash(Digest const& event, Bytes32 const& nonce) {
    return sha256({leaf_prefix, view_of(event), view_of(nonce)});
}

StoredEvent seal_event(Heads& heads, std::string const& stream, Event const& event,
                       std::string_view procedure, std::string content, Entropy& entropy) {
    auto const room = static_cast<std::size_t>(std::to_underlying(event.room));
    StoredEvent stored;
    stored.stream = stream;
    stored.version = heads.version + 1;
    stored.room = event.room;
    stored.number = heads.numbers[room] + 1;
    stored.id = event.id.text();
    stored.stage = event.stage;
    stored.type = type_of(event);
    stored.at = event.at;

    // Kept even where there is no content: a salt that is gone then always means an erasure, and one
    // that no event tells of is found.
    Bytes32 const salt = entropy.draw32();
    stored.nonce = entropy.draw32();

    std::string& out = stored.envelope;
    out.reserve(envelope_frame);
    append_head(out, heads.last[room], stored);
    append_number(out, static_cast<std::uint64_t>(event_version));
    append_time(out, event.at);
    PARLEY_ASSERT(is_plain(event.actor.id), "an actor's id needs no escaping");
    out += event.actor.id;
    out += R"(","procedure":)";
    append_text(out, procedure);
    out += R"(,"facts":)";
    append_facts(out, event);
    append_commitment(out, commitment_of(salt, content));

    stored.hash = event_hash(out);
    stored.content = std::move(content);
    stored.salt = salt;
    heads.version = stored.version;
    heads.numbers[room] = stored.number;
    heads.last[room] = heads.top = stored.hash;
    return stored;
}

std::string reference_text(ProcedureRef const& procedure) {
    std::string out;
    out.reserve(procedure.name.size() + 80);
    out += procedure.name;
    out += '/';
    out += std::to_string(procedure.version);
    out += '@';
    append_hex(out, procedure.sha256);
    return out;
}

std::expected<void, std::string> check_next(Heads& heads, StoredEvent const& stored) {
    auto const room = static_cast<std::size_t>(std::to_underlying(stored.room));
    if (room >= room_count) return misfit(stored, "no such room");
    if (stored.version != heads.version + 1) return misfit(stored, "is not the next of its stream");
    if (stored.number != heads.numbers[room] + 1)
        return misfit(stored, "is not the next of its room");
    if (event_hash(stored.envelope) != stored.hash)
        return misfit(stored, "the bytes of the envelope do not give the stored hash");
    // A stored event is input here: what is not plain cannot be in an envelope of ours.
    if (!is_plain(stored.stream) || !is_plain(stored.id) || !is_plain(stored.stage) ||
        !is_plain(stored.type))
        return misfit(stored, "a column holds what no envelope can");

    std::string_view rest = stored.envelope;
    std::string expected;
    expected.reserve(envelope_frame);
    append_head(expected, heads.last[room], stored);
    if (!take(rest, expected)) {
        auto const own_prev = std::string_view(expected).substr(0, expected.find(','));
        return misfit(stored, std::string_view(stored.envelope).starts_with(own_prev)
                                  ? "the envelope differs from its columns"
                                  : "does not follow the event that stands before it");
    }
    std::uint32_t version = 0;
    auto const number = std::from_chars(rest.data(), rest.data() + rest.size(), version);
    if (number.ec != std::errc{} || version == 0) return misfit(stored, "has no event version");
    rest.remove_prefix(static_cast<std::size_t>(number.ptr - rest.data()));
    expected.clear();
    append_time(expected, stored.at);
    if (!take(rest, expected)) return misfit(stored, "the time differs from its column");

    if (!stored.salt && !stored.content.empty()) return misfit(stored, "content without its salt");
    if (stored.salt) {
        expected.clear();
        append_commitment(expected, commitment_of(*stored.salt, stored.content));
        if (!rest.ends_with(expected))
            return misfit(stored, "the content is not what was committed to");
    }
    heads.version = stored.version;
    heads.numbers[room] = stored.number;
    heads.last[room] = heads.top = stored.hash;
    return {};
}

} // namespace parley
