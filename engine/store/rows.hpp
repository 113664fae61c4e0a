#pragma once

#include "engine/base/fault.hpp"
#include "engine/model/journal_rows.hpp"
#include "engine/store/keys.hpp"
#include "engine/store/places.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// From rows of the database to nouns, for both databases: `Row` is a Statement of SQLite or the PgRows
// of PostgreSQL, whose columns have the same order and meaning.
namespace parley::store {

template <class E>
E enum_of(std::int64_t number) {
    if (number < 0 || number >= std::ssize(EnumNames<E>::names))
        throw Fault("the database holds " + std::to_string(number) + " where a kind belongs");
    return static_cast<E>(number);
}

// A list of words in one column, none of which has a space in it.
inline std::string joined(std::vector<std::string> const& words) {
    std::string out;
    for (std::string const& word : words) {
        if (!out.empty()) out += ' ';
        out += word;
    }
    return out;
}
inline std::vector<std::string> words_in(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find(' '), text.size());
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

// One bit a kind of seat.
inline std::int64_t bits_of(std::vector<SeatKind> const& seats) {
    std::int64_t bits = 0;
    for (SeatKind const seat : seats) bits |= std::int64_t{1} << std::to_underlying(seat);
    return bits;
}
inline std::vector<SeatKind> seats_in(std::int64_t bits) {
    std::vector<SeatKind> seats;
    for (std::size_t i = 0; i < std::size(EnumNames<SeatKind>::names); ++i)
        if ((bits >> i & 1) != 0) seats.push_back(static_cast<SeatKind>(i));
    return seats;
}

// Ids of events, packed one after the other.
inline std::vector<std::string> events_in(std::string_view packed) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at + packed_key_size <= packed.size(); at += packed_key_size)
        out.push_back(key_text(packed.substr(at, packed_key_size)));
    return out;
}
void append_packed(std::string& out, std::vector<std::string> const& events);

inline constexpr std::string_view event_head_columns =
    "e.place, e.stream, e.version, e.room, e.number, e.id, e.stage, e.type, e.at";
inline constexpr std::string_view event_columns =
    "e.place, e.stream, e.version, e.room, e.number, e.id, e.stage, e.type, e.at, e.nonce,"
    " e.hash, e.envelope, c.salt, c.bytes";
// Without the bytes that were hashed and the words beside them.
template <class Row>
StoredEvent read_event_head(Row& row) {
    StoredEvent out;
    out.position = position_of(row.number(0));
    append_key(out.stream, row.text(1));
    out.version = static_cast<std::uint64_t>(row.number(2));
    out.room = enum_of<Room>(row.number(3));
    out.number = static_cast<std::uint32_t>(row.number(4));
    append_key(out.id, row.text(5));
    out.stage = row.text(6);
    out.type = row.text(7);
    out.at = row.instant(8);
    return out;
}
template <class Row>
StoredEvent read_event(Row& row) {
    StoredEvent out = read_event_head(row);
    out.nonce = row.template bytes<32>(9);
    out.hash = row.template bytes<32>(10);
    out.envelope = row.text(11);
    if (!row.is_null(12)) {
        out.salt = row.template bytes<32>(12);
        out.content = row.text(13);
    }
    return out;
}

inline constexpr std::string_view deadline_columns = "dispute, name, stamp, at, clock";
template <class Row>
DueRow read_deadline(Row& row) {
    return {row.template id<DisputeId>(0), std::string(row.text(1)),
            static_cast<std::uint32_t>(row.number(2)), row.instant(3),
            row.template optional_id<TestClockId>(4)};
}

// The list row, whose columns each dialect selects in this order: id, live, platform, status, stage,
// procedure, its version, created_at, changed_at, version, claimant, respondent, mediator, decider,
// clock, reference.
template <class Row>
DisputeRow read_dispute(Row& row) {
    DisputeRow out;
    out.id = row.template id<DisputeId>(0);
    out.live = row.number(1) != 0;
    out.platform = row.template id<PlatformId>(2);
    out.status = enum_of<Status>(row.number(3));
    out.stage = row.text(4);
    out.procedure = row.text(5);
    out.procedure_version = static_cast<std::int32_t>(row.number(6));
    out.created_at = row.instant(7);
    out.changed_at = row.instant(8);
    out.version = static_cast<std::uint64_t>(row.number(9));
    out.parties = {row.template id<PartyId>(10), row.template id<PartyId>(11)};
    out.neutrals = {row.template optional_id<NeutralId>(12),
                    row.template optional_id<NeutralId>(13)};
    out.clock = row.template optional_id<TestClockId>(14);
    out.reference = row.text(15);
    return out;
}

inline constexpr std::string_view receipt_columns =
    "fingerprint, stream, version, events, status, at, told, name";
template <class Row>
StoredReceipt read_receipt(Row& row) { // without scope and key, which are not kept
    StoredReceipt out;
    out.key.fingerprint = row.template bytes<32>(0);
    append_key(out.stream, row.text(1));
    out.version = static_cast<std::uint64_t>(row.number(2));
    out.events = events_in(row.text(3));
    out.status = static_cast<std::int32_t>(row.number(4));
    out.at = row.instant(5);
    out.told = row.text(6);
    out.name = row.template bytes<16>(7);
    return out;
}

inline constexpr std::string_view platform_columns = "id, name, created_at";
template <class Row>
Platform read_platform(Row& row) {
    return {row.template id<PlatformId>(0), std::string(row.text(1)), row.instant(2)};
}

inline constexpr std::string_view key_columns =
    "id, kind, live, owner, label, secret_sha256, created_at, expires_at, revoked_at";
template <class Row>
ApiKey read_key(Row& row) {
    return {row.template id<ApiKeyId>(0),
            enum_of<KeyKind>(row.number(1)),
            row.number(2) != 0,
            std::string(row.text(3)),
            std::string(row.text(4)),
            row.template bytes<32>(5),
            row.instant(6),
            row.optional_instant(7),
            row.optional_instant(8)};
}

inline constexpr std::string_view neutral_columns =
    "id, name, seats, languages, country, time_zone, load, load_most, live, available";
template <class Row>
Neutral read_neutral(Row& row) {
    Neutral out;
    out.id = row.template id<NeutralId>(0);
    out.name = row.text(1);
    out.seats = seats_in(row.number(2));
    out.languages = words_in(row.text(3));
    out.country = row.text(4);
    out.time_zone = row.text(5);
    out.load = static_cast<std::int32_t>(row.number(6));
    out.load_most = static_cast<std::int32_t>(row.number(7));
    out.live = row.number(8) != 0;
    out.available = row.number(9) != 0;
    return out;
}

inline constexpr std::string_view clock_columns = "id, platform, name, now";
template <class Row>
TestClock read_clock(Row& row) {
    return {row.template id<TestClockId>(0), row.template id<PlatformId>(1),
            std::string(row.text(2)), row.instant(3)};
}

inline constexpr std::string_view outbox_columns =
    "id, kind, dispute, event, addressee, notice, at";
template <class Row>
OutboxRow read_outbox(Row& row) {
    return {std::string(row.text(0)),
            std::string(row.text(1)),
            row.template id<DisputeId>(2),
            std::string(row.text(3)),
            std::string(row.text(4)),
            std::string(row.text(5)),
            row.instant(6)};
}

inline constexpr std::string_view task_columns =
    "t.id, t.dispute, t.platform, t.live, t.kind, t.seat, t.neutral, t.stage, t.act,"
    " t.claimant_language, t.respondent_language, t.claimant_country, t.respondent_country,"
    " t.reason, t.amount, t.currency, t.clock, t.opened_at, t.due_at, t.deadline, t.version,"
    " t.claimed_by, t.lease_until, t.assigned_to, t.snoozed_until, t.closed_at, t.closed_by,"
    " t.ending";
inline constexpr int task_column_count = 28;
// The seat as it is stored: 0 for none.
inline std::int64_t seat_number(std::optional<SeatKind> seat) {
    return seat ? std::int64_t{std::to_underlying(*seat)} + 1 : 0;
}
template <class Row>
Task read_task(Row& row) {
    Task out;
    out.id = row.template id<TaskId>(0);
    out.dispute = row.template id<DisputeId>(1);
    out.platform = row.template id<PlatformId>(2);
    out.live = row.number(3) != 0;
    out.kind = enum_of<TaskKind>(row.number(4));
    if (row.number(5) != 0) out.seat = enum_of<SeatKind>(row.number(5) - 1);
    out.neutral = row.template optional_id<NeutralId>(6);
    out.stage = row.text(7);
    out.act = row.text(8);
    out.languages = {std::string(row.text(9)), std::string(row.text(10))};
    out.countries = {std::string(row.text(11)), std::string(row.text(12))};
    out.reason = enum_of<ClaimReason>(row.number(13));
    if (!row.is_null(14)) {
        auto const currency = parse_currency(row.text(15));
        if (!currency) throw Fault("the database holds a currency that is none");
        out.amount = Money{row.number(14), *currency};
    }
    out.clock = row.template optional_id<TestClockId>(16);
    out.opened_at = row.instant(17);
    out.due_at = row.instant(18);
    out.deadline = row.text(19);
    out.version = static_cast<std::uint64_t>(row.number(20));
    out.claimed_by = row.text(21);
    out.lease_until = row.optional_instant(22);
    out.assigned_to = row.text(23);
    out.snoozed_until = row.optional_instant(24);
    out.closed_at = row.optional_instant(25);
    out.closed_by = row.text(26);
    out.end = enum_of<TaskEnd>(row.number(27));
    return out;
}

inline constexpr std::string_view movements_query =
    "SELECT m.version, m.at, m.by, m.what, m.holder, m.until, coalesce(r.text, '')"
    " FROM task_movement m JOIN task t ON t.id = m.task LEFT JOIN task_reason r"
    " ON r.dispute = t.dispute AND r.task = m.task AND r.version = m.version";
template <class Row>
TaskMovement read_movement(Row& row, TaskId id) {
    return {id,
            static_cast<std::uint64_t>(row.number(0)),
            row.instant(1),
            std::string(row.text(2)),
            enum_of<TaskAct>(row.number(3)),
            std::string(row.text(4)),
            row.optional_instant(5),
            std::string(row.text(6))};
}

} // namespace parley::store
