#pragma once

#include "engine/runtime/committer.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace parley {

// One run of the committer: what its jobs decided, before and after the commit.
struct Committer::Batch {
    explicit Batch(Committer& committer) : self(committer), registry(committer.registry()) {}

    void take(Job& job);
    // Commits, publishes and answers; returns the jobs that want another run.
    std::vector<Job> finish(std::vector<Job>& jobs);

private:
    static constexpr std::size_t no_unit = static_cast<std::size_t>(-1);

    // What one job waits for.
    struct Slot {
        Job* job = nullptr;
        DisputeId dispute;
        std::size_t unit = no_unit; // the unit that holds the job's own events
        Result<Receipt> result;
    };
    // A deadline that fired for a clock that is being advanced.
    struct FiredIn {
        Job* job;
        std::size_t unit;
        Fired fired;
    };

    void ask(Job& job, AskJob& what);
    void fire_now(Job& job, FireJob const& what);
    void extend_for_outage(Job& job, OutageJob const& what);
    void erase(Job& job, EraseJob const& what);
    void advance(Job& job, AdvanceJob& what);

    Result<Receipt> decide_ask(AskJob& what, Slot& slot);
    Result<Receipt> decide_filing_of(Filing& filing, Slot& slot);
    Result<Receipt> decide_command(Command& command, Slot& slot);
    // The answer recorded under a key, rendered again; nothing when the key is new.
    std::optional<Result<Receipt>> recorded(ReceiptKey const& key);
    std::optional<Result<Receipt>> try_recorded(ReceiptKey const& key); // without a Fault

    Instant now_of(std::optional<TestClockId> const& clock) const;
    std::span<Candidate const> roster(bool live) const {
        return live ? registry->roster_live : registry->roster_test;
    }
    EntryPtr entry_of(DisputeId dispute);
    // Fires what lies before `at`; each firing is a unit of its own, so that a refused command does
    // not undo it.
    EntryPtr fire_due(EntryPtr entry, Instant at, Job* for_clock = nullptr);
    // Adds a unit and puts the entry after it into the overlay.
    std::size_t add(DisputeEntry const* before, Decided decided, Entropy& entropy,
                    std::optional<ReceiptKey> const& receipt);

    // Stores where the clock has arrived; the refusal when that failed.
    Result<TestClock> set_clock(AdvanceJob const& what);
    // The answer to an advance that was made before under the same key.
    std::optional<Result<Advanced>> advanced_before(AdvanceJob const& what);
    void finish_advance(Slot& slot, AdvanceJob& what, std::vector<Job>& again);
    void publish(std::vector<UnitFate> const& fates);
    bool was_lost(DisputeId dispute) const { return lost.contains(dispute); }
    // The batch was not committed, or perhaps it was: what each of its jobs is told. With `look` a key
    // that was answered before is answered so again.
    void answer_all_failed(std::vector<Job>& jobs, bool look);
    Refusal failed_refusal() const;

    Committer& self;
    RegistryPtr registry;
    std::unordered_map<DisputeId, EntryPtr> overlay; // changed or read in this batch
    std::vector<Unit> units;
    std::vector<Slot> slots;
    std::vector<FiredIn> fired_in;
    std::set<std::pair<std::string, std::string>> keys;
    std::set<DisputeId> changed;
    std::set<DisputeId> lost;
    std::vector<Job*> arrived;              // clocks with nothing due any more
    std::map<TestClockId, Instant> arrives; // where each of them will stand after this batch
    bool loads_changed = false;
};

} // namespace parley
