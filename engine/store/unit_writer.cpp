#include "engine/store/unit_writer.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault.hpp"
#include "engine/store/keys.hpp"
#include "engine/store/places.hpp"
#include "engine/store/rows.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace parley::store {

UnitWriter::UnitWriter(Connection& connection)
    : find_receipt_(connection, "SELECT 1 FROM receipt WHERE name = ?"),
      find_version_(connection, "SELECT version FROM event INDEXED BY event_of_stream"
                                " WHERE stream = ? ORDER BY version DESC LIMIT 1"),
      find_load_(connection, "SELECT load, load_most FROM neutral WHERE id = ?"),
      find_size_(connection, "SELECT size FROM log_head WHERE log = ?"),
      add_event_(connection,
                 "INSERT INTO event (place, stream, version, room, number, id, stage, type,"
                 " at, nonce, hash, envelope) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      add_content_(connection, "INSERT INTO content (place, salt, bytes) VALUES (?, ?, ?)"),
      add_receipt_(connection, "INSERT INTO receipt (name, fingerprint, stream, version, events,"
                               " status, at, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      add_dispute_(connection,
                   "INSERT INTO dispute (id, live, platform, created_at, claimant,"
                   " respondent, reference, status, stage, mediator, decider, procedure,"
                   " procedure_version, clock, changed_at)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      add_deadline_(
          connection,
          "INSERT INTO deadline (dispute, name, stamp, at, clock) VALUES (?, ?, ?, ?, ?)"),
      add_outbox_(connection, "INSERT INTO outbox (id, kind, dispute, event, addressee, notice, at)"
                              " VALUES (?, ?, ?, ?, ?, ?, ?)"),
      add_word_(connection,
                "INSERT INTO dispute_word (live, platform, word, dispute) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING"),
      forget_words_(connection, "DELETE FROM dispute_word WHERE dispute = ?"),
      // A row that stays as it is costs a look at it; one that is written costs a page, and so does
      // each index on a column that is set.
      change_dispute_(connection,
                      "UPDATE dispute SET status = ?1, stage = ?2, mediator = ?3, decider = ?4,"
                      " procedure = ?5, procedure_version = ?6, clock = ?7, changed_at = ?8"
                      " WHERE id = ?9 AND (status <> ?1 OR stage <> ?2"
                      " OR mediator IS NOT ?3 OR decider IS NOT ?4"
                      " OR procedure <> ?5 OR procedure_version <> ?6 OR clock IS NOT ?7"
                      " OR changed_at IS NOT ?8)"),
      forget_reference_(connection, "UPDATE dispute SET reference = '' WHERE id = ?"),
      drop_deadline_(connection,
                     "DELETE FROM deadline WHERE dispute = ? AND name = ? AND stamp = ?"),
      change_load_(connection, "UPDATE neutral SET load = load + ? WHERE id = ?"),
      erase_content_(connection, "DELETE FROM content WHERE place ="
                                 " (SELECT place FROM event INDEXED BY event_of_stream"
                                 " WHERE stream = ? AND id = ?)"),
      set_size_(connection, "UPDATE log_head SET size = ? WHERE log = ?"), tasks_(connection) {}

UnitWriter::Written UnitWriter::write(std::span<Unit> units, std::vector<UnitFate>& fates) {
    Written written;
    fates.clear();
    fates.reserve(units.size());
    std::array<std::optional<std::uint64_t>, 2> sizes; // of the logs, once they are needed
    std::array<std::uint64_t, 2> before{};
    std::set<std::string_view> lost; // streams: what follows a loser was decided on what it wanted
    for (Unit& unit : units) {
        fates.push_back(fate_of(unit, lost.contains(unit.stream)));
        if (fates.back() != UnitFate::won) {
            lost.insert(unit.stream);
            continue;
        }
        std::size_t const log = unit.live ? 1 : 0;
        if (!sizes[log]) {
            Use find(find_size_);
            find->bind(static_cast<std::int64_t>(log));
            if (!find->step()) throw Fault("the database has lost the head of a log");
            before[log] = static_cast<std::uint64_t>(find->number(0));
            sizes[log] = before[log];
        }
        write_unit(unit, *sizes[log]);
        written.any = true;
        written.erased = written.erased || !unit.erased.empty();
    }
    for (std::size_t log = 0; log < sizes.size(); ++log) {
        if (!sizes[log] || *sizes[log] == before[log]) continue;
        Use set(set_size_);
        set->bind(static_cast<std::int64_t>(*sizes[log])).bind(static_cast<std::int64_t>(log));
        set->run();
    }
    return written;
}

UnitFate UnitWriter::fate_of(Unit const& unit, bool follows_loser) {
    // The receipt first: a retry whose first try went through has an old version too, and wants to
    // be told that it has been answered.
    if (unit.receipt && has_receipt(*unit.receipt)) return UnitFate::lost_receipt;
    CompactKey const stream(unit.stream);
    if (follows_loser || version_of(stream.bytes()) != unit.expected_version)
        return UnitFate::lost_version;
    if (!unit.loads.empty() && !loads_fit(unit.loads)) return UnitFate::lost_load;
    return UnitFate::won;
}

bool UnitWriter::has_receipt(StoredReceipt const& receipt) {
    Bytes16 const name = receipt_name(receipt.key.scope, receipt.key.key);
    Use find(find_receipt_);
    find->bind(name);
    return find->step();
}

std::uint64_t UnitWriter::version_of(std::string_view stream_key) {
    Use find(find_version_);
    find->bind_blob(stream_key);
    return find->step() ? static_cast<std::uint64_t>(find->number(0)) : 0;
}

bool UnitWriter::loads_fit(std::vector<LoadChange> const& loads) {
    for (std::size_t i = 0; i < loads.size(); ++i) {
        NeutralId const neutral = loads[i].neutral;
        auto const same = [&](LoadChange const& change) { return change.neutral == neutral; };
        if (std::find_if(loads.begin(), loads.begin() + static_cast<std::ptrdiff_t>(i), same) !=
            loads.begin() + static_cast<std::ptrdiff_t>(i))
            continue; // counted with the first of them
        std::int64_t by = 0;
        for (LoadChange const& change : loads)
            if (same(change)) by += change.by;
        Use find(find_load_);
        find->bind(neutral);
        if (!find->step()) return false;
        std::int64_t const load = find->number(0) + by;
        // A cap that was lowered below the present load must not keep cases from being given back.
        if (load < 0 || (by > 0 && load > find->number(1))) return false;
    }
    return true;
}

void UnitWriter::write_unit(Unit& unit, std::uint64_t& size) {
    CompactKey const stream(unit.stream);
    std::uint64_t version = unit.expected_version;
    for (StoredEvent& event : unit.events) {
        PARLEY_ASSERT(event.stream == unit.stream, "a unit writes events of one stream");
        ++version;
        PARLEY_ASSERT(event.version == version, "the versions of a unit follow the expected one");
        event.position = ++size;
        write_event(event, stream.bytes(), place_of(unit.live, event.position));
    }
    if (unit.dispute) write_dispute(unit, *unit.dispute);
    if (!unit.armed.empty() || !unit.disarmed.empty()) write_deadlines(unit);
    for (OutboxRow const& row : unit.outbox) write_outbox(row);
    for (TaskChange const& change : unit.tasks) tasks_.write(change);
    for (LoadChange const& change : unit.loads) {
        Use update(change_load_);
        update->bind(std::int64_t{change.by}).bind(change.neutral);
        update->run();
    }
    if (!unit.erased.empty()) erase(unit, stream.bytes());
    if (unit.receipt) write_receipt(*unit.receipt);
}

void UnitWriter::write_event(StoredEvent& event, std::string_view stream_key, std::int64_t place) {
    CompactKey const id(event.id);
    Use add(add_event_);
    add->bind(place).bind_blob(stream_key).bind(static_cast<std::int64_t>(event.version));
    add->bind(std::int64_t{std::to_underlying(event.room)}).bind(std::int64_t{event.number});
    add->bind_blob(id.bytes()).bind_text(event.stage).bind_text(event.type).bind(event.at);
    add->bind(event.nonce).bind(event.hash).bind_blob(event.envelope);
    add->run();
    if (!event.salt) return;
    Use keep(add_content_);
    keep->bind(place).bind(*event.salt).bind_blob(event.content);
    keep->run();
}

void UnitWriter::write_dispute(Unit const& unit, DisputeRow const& row) {
    std::optional<Instant> changed_at = row.changed_at;
    if (!unit.events.empty() && unit.events.back().at == row.changed_at) changed_at.reset();
    auto const bind_changing = [&](Statement& statement) {
        statement.bind(std::int64_t{std::to_underlying(row.status)}).bind_text(row.stage);
        statement.bind(row.neutrals[0]).bind(row.neutrals[1]);
        statement.bind_text(row.procedure)
            .bind(std::int64_t{row.procedure_version})
            .bind(row.clock);
        statement.bind(changed_at);
    };
    if (unit.expected_version == 0) {
        Use add(add_dispute_);
        add->bind(row.id).bind(row.live ? 1 : 0).bind(row.platform).bind(row.created_at);
        add->bind(row.parties[0]).bind(row.parties[1]).bind_text(row.reference);
        bind_changing(*add);
        add->run();
        for (std::string const& word : row.words) {
            Use keep(add_word_);
            keep->bind(row.live ? 1 : 0).bind(row.platform).bind_text(word).bind(row.id);
            keep->run();
        }
        return;
    }
    Use change(change_dispute_);
    bind_changing(*change);
    change->bind(row.id);
    change->run();
}

void UnitWriter::write_deadlines(Unit const& unit) {
    // Armed before disarmed, for one unit may do both to the same arming.
    for (DueRow const& row : unit.armed) {
        Use add(add_deadline_);
        add->bind(row.dispute).bind_text(row.name).bind(std::int64_t{row.stamp});
        add->bind(row.at).bind(row.clock);
        add->run();
    }
    if (unit.disarmed.empty()) return;
    auto const dispute = DisputeId::parse(unit.stream);
    PARLEY_ASSERT(dispute.has_value(), "only disputes have deadlines");
    for (auto const& [name, stamp] : unit.disarmed) {
        Use drop(drop_deadline_);
        drop->bind(*dispute).bind_text(name).bind(std::int64_t{stamp});
        drop->run();
    }
}

void UnitWriter::write_outbox(OutboxRow const& row) {
    Use add(add_outbox_);
    add->bind_text(row.id).bind_text(row.kind).bind(row.dispute).bind_text(row.event);
    add->bind_text(row.addressee).bind_text(row.notice).bind(row.at);
    add->run();
}

void UnitWriter::erase(Unit const& unit, std::string_view stream_key) {
    for (EventId const& id : unit.erased) {
        std::string const text = id.text();
        CompactKey const key(text);
        Use remove(erase_content_);
        remove->bind_blob(stream_key).bind_blob(key.bytes());
        remove->run();
    }
    if (!unit.dispute) return;
    Use forget(forget_reference_);
    forget->bind(unit.dispute->id);
    forget->run();
    tasks_.erase_reasons(unit.dispute->id);
    Use forget_words(forget_words_);
    forget_words->bind(unit.dispute->id);
    forget_words->run();
}

void UnitWriter::write_receipt(StoredReceipt const& receipt) {
    Bytes16 const name = receipt_name(receipt.key.scope, receipt.key.key);
    CompactKey const stream(receipt.stream);
    events_.clear();
    append_packed(events_, receipt.events);
    Use add(add_receipt_);
    add->bind(name).bind(receipt.key.fingerprint).bind_blob(stream.bytes());
    add->bind(static_cast<std::int64_t>(receipt.version)).bind_blob(events_);
    add->bind(std::int64_t{receipt.status}).bind(receipt.at).bind_text(receipt.told);
    add->run();
}

} // namespace parley::store
