#pragma once

#include "engine/base/digest.hpp"
#include "engine/model/journal_rows.hpp"

#include <array>
#include <expected>
#include <string>

namespace parley {

// The heads of a stream's chains: one chain a room, so that a reader of one room can verify all of it
// and is told nothing by the others (docs/FORMATS.md).
struct Heads {
    std::uint64_t version = 0; // events of the stream so far
    std::array<std::uint32_t, room_count> numbers{};
    std::array<Digest, room_count> last{}; // zeros before the first
    Digest top{};                          // of the last event in whichever room; zeros before it
    friend bool operator==(Heads const&, Heads const&) = default;
};

// SHA-256("parley-event/v1\n" || envelope).
Digest event_hash(std::string_view envelope);
// HMAC-SHA256(salt, content); of the empty string where there is no content.
Digest commitment_of(Bytes32 const& salt, std::string_view content);
// SHA-256(0x00 || event_hash || nonce).
Digest leaf_hash(Digest const& event, Bytes32 const& nonce);

// Writes the envelope of `event` as the next one of its room, draws salt and nonce, hashes, and moves
// the heads on. `procedure` is "name/version@sha256", empty for streams that have none.
StoredEvent seal_event(Heads& heads, std::string const& stream, Event const& event,
                       std::string_view procedure, std::string content, Entropy& entropy);
// "uncitral-track-2/1@44136f…".
std::string reference_text(ProcedureRef const& procedure);

// Checks that a stored event is the next of its stream and room: hash, prev, number, version, the
// columns against the envelope, and the commitment where content is still there. Moves the heads on,
// or says what does not fit.
std::expected<void, std::string> check_next(Heads& heads, StoredEvent const& stored);

} // namespace parley
