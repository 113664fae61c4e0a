#pragma once

#include "engine/model/command.hpp"
#include "engine/model/state.hpp"
#include "engine/model/task.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley {

// An event as it is stored: the exact envelope bytes that were hashed, and beside them the content
// under a salted commitment (docs/FORMATS.md).
struct StoredEvent {
    std::string stream;        // dsp_: disputes alone have streams
    std::uint64_t version = 0; // dense within the stream, from 1; internal, never shown
    Room room = Room::joint;
    std::uint32_t number = 0; // dense within stream and room, from 1
    std::string id;           // evt_
    std::string stage;
    std::string type;
    Instant at;
    std::string envelope; // one JSON object, no newline
    Bytes32 nonce{};
    Digest hash{};               // SHA-256("parley-event/v1\n" || envelope)
    std::string content;         // JSON, empty when there is none or when it was erased
    std::optional<Bytes32> salt; // none when erased
    std::uint64_t position = 0;  // in the log; given by the commit
};

// What lists and queues need of a dispute, one row each.
struct DisputeRow {
    DisputeId id;
    PlatformId platform;
    bool live = false;
    Status status = Status::open;
    std::string stage;
    std::string procedure;
    std::int32_t procedure_version = 0;
    Instant created_at, changed_at;
    std::string reference; // of the transaction; written by the filing, erased with the content
    std::array<PartyId, 2> parties;
    std::array<std::optional<NeutralId>, 2> neutrals; // by SeatKind: asked or seated
    std::optional<TestClockId> clock;
    std::uint64_t version = 0;
    std::vector<std::string>
        words; // what it can be found by; a filing's alone, erased with the content
};

// One open deadline as the timer service sees it.
struct DueRow {
    DisputeId dispute;
    std::string name;
    std::uint32_t stamp = 0;
    Instant at;
    std::optional<TestClockId> clock;
};

// A message for the outside world, written in the transaction of the event it tells of.
struct OutboxRow {
    std::string id;   // of the event, with "/<addressee>"
    std::string kind; // notice
    DisputeId dispute;
    std::string event;     // evt_
    std::string addressee; // pty_ or ntr_
    std::string notice;    // template name
    Instant at;
};

// How many cases a neutral carries; the guard row keeps it within the cap in the same transaction.
struct LoadChange {
    NeutralId neutral;
    std::int32_t by = 0; // +1 or -1
};

// What was answered to a key, by reference: the answer is rendered again from the recorded version.
struct StoredReceipt {
    ReceiptKey key;
    std::string stream;        // whose events they are; an object id for things without events
    std::uint64_t version = 0; // of the stream after the command
    std::vector<std::string> events;
    std::int32_t status = 200;
    Instant at;       // wall clock, not a test clock
    std::string told; // what the answer said beside the thing, as JSON; no words of anybody's
    Bytes16 name{};   // stands for scope and key in the store, which gives it
};

// Everything one command writes; it commits whole or not at all.
struct Unit {
    std::string stream;
    bool live = false;
    std::uint64_t expected_version = 0; // of the stream before the events; 0 creates it
    // Hash of the event with that version, zeros before the first. Looked at where several nodes
    // write: after a failover that lost acknowledged events there may be another one of that version.
    Digest expected_top{};
    std::vector<StoredEvent> events;
    std::optional<DisputeRow> dispute;
    std::vector<DueRow> armed;
    std::vector<std::pair<std::string, std::uint32_t>> disarmed; // deadline name and stamp
    std::vector<OutboxRow> outbox;
    std::vector<TaskChange> tasks; // in order
    std::vector<LoadChange> loads;
    std::vector<EventId> erased; // content and salt to delete
    std::optional<StoredReceipt> receipt;
};

enum class UnitFate : std::uint8_t { won, lost_version, lost_receipt, lost_load };
enum class MoveFate : std::uint8_t { won, lost_version, lost_receipt };

// The people and things around disputes.
struct Platform {
    PlatformId id;
    std::string name;
    Instant created_at;
};
enum class KeyKind : std::uint8_t { platform, administrator, neutral, auditor, party };
template <>
struct EnumNames<KeyKind> {
    static constexpr std::string_view names[] = {"platform", "administrator", "neutral", "auditor",
                                                 "party"};
};
struct ApiKey {
    ApiKeyId id;
    KeyKind kind = KeyKind::platform;
    bool live = false;
    std::string owner; // plt_, ntr_, pty_ or empty for administrator and auditor
    std::string label;
    Digest secret_sha256{};
    Instant created_at;
    std::optional<Instant> expires_at;
    std::optional<Instant> revoked_at;
};
struct Neutral {
    NeutralId id;
    std::string name;
    std::vector<SeatKind> seats;        // for which the roster qualifies this person
    std::vector<std::string> languages; // BCP 47
    std::string country;
    std::string time_zone;
    std::int32_t load = 0;
    std::int32_t load_most = 0;
    bool live = false;
    bool available = true;
};
struct TestClock {
    TestClockId id;
    PlatformId platform;
    std::string name;
    Instant now;
};

} // namespace parley
