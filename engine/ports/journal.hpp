#pragma once

#include "engine/model/journal_rows.hpp"
#include "engine/ports/party_access.hpp"
#include "engine/ports/webhooks.hpp"

#include <span>
#include <vector>

namespace parley {

// Writes; called from one thread at a time, never from two. Every function blocks, is one durable transaction,
// and throws Fault (nothing was written) or UnknownFate (perhaps it was).
class Journal {
public:
    virtual ~Journal() = default;

    // Commits all units that can be, in order, in ONE transaction, and says the fate of each: a unit
    // whose stream version, receipt or load guard no longer holds is left out whole; later units of
    // the same stream then lose with lost_version. Fills `position` of the events that won.
    virtual std::vector<UnitFate> append(std::span<Unit> units) = 0;

    // What a keyed request makes or changes is written with its receipt; a receipt that is there
    // already is a Fault, and so is the absence of what is to be changed.
    using WithReceipt = std::optional<StoredReceipt>;
    virtual void add_platform(Platform const& platform, WithReceipt const& receipt = {}) = 0;
    virtual void add_key(ApiKey const& key, WithReceipt const& receipt = {}) = 0;
    virtual void revoke_key(ApiKeyId key, Instant at, // the first time counts
                            WithReceipt const& receipt = {}) = 0;
    virtual void add_neutral(Neutral const& neutral, WithReceipt const& receipt = {}) = 0;
    virtual void update_neutral(Neutral const& neutral, // not the load
                                WithReceipt const& receipt = {}) = 0;
    virtual void add_clock(TestClock const& clock, WithReceipt const& receipt = {}) = 0;
    virtual void set_clock(TestClockId clock, Instant now, // never back
                           WithReceipt const& receipt = {}) = 0;
    // Writes `after`, which is one version on, if the task still has the version before that, with the
    // record of the move and the receipt. The database decides, so that of many who move one task at
    // once, on any node, one wins; and a version is a fencing token: who slept over a lease loses.
    virtual MoveFate move_task(Task const& after, TaskMovement const& movement,
                               std::optional<StoredReceipt> const& receipt) = 0;
    // Opens the task that a dispute of a record that does not replay is for the office, unless one is
    // open. Does nothing for a dispute without a row.
    virtual void open_quarantine_task(TaskId id, DisputeId dispute, Instant at, Instant due_at) = 0;
    // Proof of life for the outage rule (S11, docs/LAW.md).
    virtual void beat(Instant now) = 0;
    // Takes or keeps a lease of the whole database, such as the working of deadlines: true when `holder`
    // has it until `until`, false while another one does.
    virtual bool take_lease(std::string const& name, std::string const& holder, Instant now,
                            Instant until) = 0;
    virtual void delete_receipts_before(Instant at) = 0;
    virtual WebhookWrites& webhooks() = 0;
    virtual PartyAccessWrites& party_access() = 0;
    virtual void delete_outbox(std::vector<std::string> const& ids) = 0;
    // Moves the write-ahead log into the database file; the writer alone does it.
    virtual void checkpoint() = 0;

    // Whether writing may go on after an UnknownFate. False: nothing is written until a restart, for
    // what a disk failed to keep cannot be asked for.
    virtual bool recovers() const { return false; }
    // Of a journal that recovers: returns once the fate of everything that was sent before is decided
    // and durable, so that what a reader then finds, or does not find, is the answer for good. Throws
    // Fault for as long as the database cannot say.
    virtual void settle() {}
};

} // namespace parley
