#pragma once

#include "engine/base/fault.hpp"
#include "engine/store/data_folder.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/sqlite_reader.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace parley {
inline namespace store_world {

// A data folder with its journal and reader open: SQLite, whatever database the test is about.
struct Store {
    explicit Store(std::filesystem::path const& path, SqliteJournalOptions const& options = {},
                   SqliteReaderOptions const& reading = {})
        : folder(path), journal(open_sqlite_journal(folder, options)),
          reader(open_sqlite_reader(folder, reading)) {}
    DataFolder folder;
    std::unique_ptr<Journal> journal;
    std::unique_ptr<Reader> reader;

    UnitFate append(Unit unit) { return append_all({std::move(unit)}).front(); }
    std::vector<UnitFate> append_all(std::vector<Unit> units) { return journal->append(units); }
};

// A database of either kind, empty and with its schema, and its two ports. Tests that hold for both
// are written once (database_test.hpp).
enum class Kind { sqlite, postgresql };
class AnyStore {
public:
    virtual ~AnyStore() = default;
    std::unique_ptr<Journal> journal;
    std::unique_ptr<Reader> reader;

    UnitFate append(Unit unit) { return append_all({std::move(unit)}).front(); }
    std::vector<UnitFate> append_all(std::vector<Unit> units) { return journal->append(units); }
};

inline constexpr Instant noon{1'790'000'000'000'000};

// Ids and rows by number: the same number is the same thing.
template <class IdType>
IdType id_of(std::uint32_t number) {
    std::array<std::uint8_t, 10> random{};
    for (std::size_t i = 0; i < 4; ++i)
        random[9 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    return IdType::make(noon + std::int64_t{number} * 1000, random);
}
inline DisputeId dispute_of(std::uint32_t number) { return id_of<DisputeId>(number); }
inline std::string stream_of(std::uint32_t number) { return dispute_of(number).text(); }

inline StoredEvent make_event(std::uint32_t dispute, std::uint64_t version,
                              std::string content = "") {
    auto const seed = static_cast<std::uint32_t>(dispute * 1000 + version);
    StoredEvent event;
    event.stream = stream_of(dispute);
    event.version = version;
    event.number = static_cast<std::uint32_t>(version);
    event.id = id_of<EventId>(seed).text();
    event.stage = "negotiation";
    event.type = "message_posted";
    event.at = noon + static_cast<std::int64_t>(version);
    event.envelope = R"({"made":"by hand","number":)" + std::to_string(seed) + "}";
    event.nonce.fill(static_cast<std::uint8_t>(seed));
    event.hash = sha256(event.envelope);
    if (!content.empty()) {
        event.salt.emplace().fill(static_cast<std::uint8_t>(seed + 1));
        event.content = std::move(content);
    }
    return event;
}

inline DisputeRow make_row(std::uint32_t dispute, std::uint64_t version = 1) {
    DisputeRow row;
    row.id = dispute_of(dispute);
    row.platform = id_of<PlatformId>(1);
    row.stage = "negotiation";
    row.procedure = "uncitral-track-2";
    row.procedure_version = 1;
    row.created_at = noon;
    row.changed_at = noon + static_cast<std::int64_t>(version);
    row.reference = "ORD-" + std::to_string(dispute);
    row.parties = {id_of<PartyId>(dispute * 2), id_of<PartyId>(dispute * 2 + 1)};
    row.version = version;
    return row;
}

// The next unit of a dispute: one event with content, and its row.
inline Unit make_unit(std::uint32_t dispute, std::uint64_t expected, bool live = false) {
    Unit unit;
    unit.stream = stream_of(dispute);
    unit.live = live;
    unit.expected_version = expected;
    if (expected > 0) unit.expected_top = make_event(dispute, expected).hash;
    unit.events.push_back(make_event(dispute, expected + 1, R"({"text":"words"})"));
    unit.dispute = make_row(dispute, expected + 1);
    unit.dispute->live = live;
    return unit;
}

inline StoredReceipt make_receipt(std::string key, Instant at = noon) {
    StoredReceipt receipt;
    receipt.key = {"plt_1 POST /v1/disputes", std::move(key), sha256("body")};
    receipt.stream = stream_of(1);
    receipt.version = 3;
    receipt.events = {id_of<EventId>(1).text(), id_of<EventId>(2).text()};
    receipt.status = 201;
    receipt.at = at;
    return receipt;
}

inline DueRow make_due(std::uint32_t dispute, std::string name, std::uint32_t stamp, Instant at,
                       std::optional<TestClockId> clock = std::nullopt) {
    return {dispute_of(dispute), std::move(name), stamp, at, clock};
}

inline Neutral make_neutral(std::uint32_t number, std::int32_t load_most) {
    Neutral neutral;
    neutral.id = id_of<NeutralId>(number);
    neutral.name = "Neutral " + std::to_string(number);
    neutral.seats = {SeatKind::mediator, SeatKind::decider};
    neutral.languages = {"en", "zh-Hans"};
    neutral.country = "NL";
    neutral.time_zone = "Europe/Amsterdam";
    neutral.load_most = load_most;
    return neutral;
}

// Twelve disputes over two platforms, three stages, two statuses, some with neutrals.
inline void fill_lists(Journal& journal) {
    std::vector<Unit> units;
    for (std::uint32_t i = 1; i <= 12; ++i) {
        Unit unit = make_unit(i, 0);
        DisputeRow& row = *unit.dispute;
        row.platform = id_of<PlatformId>(i % 2);
        row.stage = i % 3 == 0 ? "mediation" : "negotiation";
        if (i > 9) row.status = Status::settled;
        if (i % 4 == 0) row.neutrals[0] = id_of<NeutralId>(1);
        if (i % 6 == 0) row.neutrals[1] = id_of<NeutralId>(1);
        if (i == 5 || i == 7) row.reference = "SHARED";
        units.push_back(unit);
    }
    journal.append(units);
    Unit live = make_unit(100, 0, true);
    live.dispute->platform = id_of<PlatformId>(1);
    journal.append(std::span(&live, 1));
}

// What a Fault says when `work` throws one, or nothing.
template <class Work>
std::string fault_of(Work const& work) {
    try {
        work();
    } catch (Fault const& fault) {
        return fault.what();
    }
    return "";
}

} // namespace store_world
} // namespace parley
