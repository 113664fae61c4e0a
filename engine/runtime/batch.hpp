#pragma once

#include "engine/runtime/committer.hpp"

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace parley {

// One transaction of the committer: what its jobs decided, the commit, and what comes after it. `take`
// and `commit` with `finish` may run on different threads, one after the other.
struct Committer::Batch {
    // `before` is the batch that is being committed meanwhile, or null: this one is decided on what
    // that one leaves behind, and counts only if that one wins whole.
    Batch(Committer& committer, std::shared_ptr<Batch const> before)
        : self_(committer), before_(std::move(before)), registry_(committer.registry()) {}

    // Decides these jobs; they belong to the batch from here on.
    void take(std::vector<Job> some);
    std::size_t size() const { return jobs_.size(); }
    // The one transaction. Never throws: a failure is kept and `finish` tells it.
    void commit();
    // Publishes and answers; returns the jobs that want another run.
    std::vector<Job> finish();
    // After `commit`: everything decided here is durable, so what was decided on top of it holds.
    bool whole() const;
    // Nothing was committed: the jobs as they came, to be decided anew.
    std::vector<Job> give_back();
    // After `finish` of the one before: what this one was decided on did happen.
    bool stands() const { return !before_ || before_->whole(); }
    void forget_before() { before_.reset(); }

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

    void take_one(Job& job);
    // With several nodes: reads again what others have written to since it was cached. Throws Fault.
    void catch_up(std::vector<DisputeId> const& disputes);
    void read_ahead(std::vector<Job> const& some);
    void catch_up_for(std::vector<Job> const& some);
    // With several nodes: whether a command that wrote nothing was decided on less than what is
    // stored by now; the cache then has that. One that writes needs no look: its unit loses.
    bool overtaken(DisputeId dispute);
    void ask(Job& job, AskJob& what);
    void fire_now(Job& job, FireJob& what);
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
        return live ? registry_->roster_live : registry_->roster_test;
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
    void publish();
    bool was_lost(DisputeId dispute) const { return lost_.contains(dispute); }
    // The batch was not committed, or perhaps it was: what each of its jobs is told. With `look` a key
    // that was answered before is answered so again.
    void answer_all_failed(bool look);
    Refusal failed_refusal() const;

    bool key_taken(ReceiptKey const& key);

    Committer& self_;
    std::shared_ptr<Batch const> before_;
    RegistryPtr registry_;
    std::deque<Job> jobs_; // where slots point to
    std::vector<UnitFate> fates_;
    std::atomic<bool> answered_ = false; // its keys are told by their receipts from here on
    bool failed_ = false;                // nothing was written, or with the next nobody knows
    bool fate_unknown_ = false;
    std::unordered_map<DisputeId, EntryPtr> overlay_; // changed or read in this batch
    std::vector<Unit> units_;
    std::vector<Slot> slots_;
    std::vector<FiredIn> fired_in_;
    std::set<std::pair<std::string, std::string>> keys_;
    std::set<DisputeId> changed_;
    std::set<DisputeId> lost_;
    std::vector<Job*> arrived_;              // clocks with nothing due any more
    std::map<TestClockId, Instant> arrives_; // where each of them will stand after this batch
    bool loads_changed_ = false;
};

} // namespace parley
