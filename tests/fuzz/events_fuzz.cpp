#include "engine/base/json_slice.hpp"
#include "engine/ledger/envelope.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <nlohmann/json.hpp>

namespace parley::fuzz {

namespace {

std::string text_at(std::string_view envelope, std::string_view member) {
    std::string_view const raw = raw_member(envelope, member);
    if (raw.size() < 2 || !raw.starts_with('"')) return {};
    return std::string(raw.substr(1, raw.size() - 2));
}

// The row that an honest journal would keep beside these bytes.
StoredEvent row_of(std::string_view envelope) {
    StoredEvent stored;
    stored.stream = text_at(envelope, "stream");
    stored.version = 1;
    stored.room = parse_name<Room>(text_at(envelope, "room")).value_or(Room::joint);
    stored.number = 1;
    stored.id = text_at(envelope, "id");
    stored.stage = text_at(envelope, "stage");
    stored.type = text_at(envelope, "type");
    stored.at = parse_instant(text_at(envelope, "at")).value_or(Instant{});
    stored.envelope = envelope;
    stored.hash = event_hash(envelope);
    return stored;
}

} // namespace

// An event that is read is written again with the same meaning.
void events(std::string_view bytes) {
    auto envelope = parse_json(bytes);
    if (!envelope) return;
    auto const event = read_event(*envelope);
    if (!event) {
        expect(!event.error().empty(), "an event is refused without a reason");
        return;
    }
    std::string facts;
    append_facts(facts, *event);
    auto const facts_again = parse_json(facts);
    expect(facts_again.has_value(), "the facts of an event are not JSON: " + facts);
    (*envelope)["facts"] = *facts_again;
    auto const again = read_event(*envelope);
    expect(again.has_value(), "the facts that were written cannot be read: " + facts);
    expect(*again == *event, "an event written anew is another: " + facts);
}

// No row holds the chain up once a byte of its envelope is another.
void chain(std::string_view bytes) {
    StoredEvent stored = row_of(bytes);
    Heads heads;
    auto const fits = check_next(heads, stored);
    if (!fits) {
        expect(!fits.error().empty(), "a row is refused without a reason");
        expect(heads == Heads{}, "a refused row moved the heads");
        return;
    }
    expect(heads.version == 1, "an accepted row did not move the heads");
    std::size_t const place = bytes.size() / 2;
    stored.envelope[place] = static_cast<char>(stored.envelope[place] ^ 1);
    Heads fresh;
    expect(!check_next(fresh, stored), "a changed envelope is accepted");
    expect(!check_next(heads, row_of(bytes)), "the same row is accepted twice");
}

} // namespace parley::fuzz
