#pragma once

#include "engine/model/journal_rows.hpp"
#include "engine/store/sqlite.hpp"
#include "engine/store/task_writer.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace parley::store {

// The hot path: the rows of a batch of units, within a transaction that someone else began. All
// guards of a unit are read before its first row is written, so a unit that loses has left nothing
// and needs no savepoint.
class UnitWriter {
public:
    explicit UnitWriter(Connection& connection);

    struct Written {
        bool any = false;    // some unit won
        bool erased = false; // some content was deleted
    };
    // Fills `fates`, and `position` of the events that won. Throws Fault.
    Written write(std::span<Unit> units, std::vector<UnitFate>& fates);

    void write_receipt(StoredReceipt const& receipt);
    bool has_receipt(StoredReceipt const& receipt);
    TaskWriter& tasks() { return tasks_; }

private:
    UnitFate fate_of(Unit const& unit, bool follows_loser);
    std::uint64_t version_of(std::string_view stream_key);
    bool loads_fit(std::vector<LoadChange> const& loads);
    void write_unit(Unit& unit, std::uint64_t& size);
    void write_event(StoredEvent& event, std::string_view stream_key, std::int64_t place);
    void write_dispute(Unit const& unit, DisputeRow const& row);
    void write_deadlines(Unit const& unit);
    void write_outbox(OutboxRow const& row);
    void erase(Unit const& unit, std::string_view stream_key);

    Statement find_receipt_, find_version_, find_load_, find_size_;
    Statement add_event_, add_content_, add_receipt_, add_dispute_, add_deadline_, add_outbox_;
    Statement add_word_, forget_words_;
    Statement change_dispute_, forget_reference_, drop_deadline_, change_load_, erase_content_,
        set_size_;
    TaskWriter tasks_;
    std::string events_; // of a receipt, packed
};

} // namespace parley::store
