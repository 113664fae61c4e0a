#pragma once

#include "engine/ports/journal.hpp"
#include "engine/ports/reader.hpp"
#include "engine/runtime/cache.hpp"
#include "engine/runtime/engine.hpp"

#include <array>
#include <atomic>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace parley {

using Asked = std::variant<Filing, Command>;

// Someone's command and where its answer goes.
struct AskJob {
    AskJob(Asked what, std::move_only_function<void(Result<Receipt>)> then)
        : ask(std::make_unique<Asked>(std::move(what))), done(std::move(then)) {}

    std::unique_ptr<Asked> ask; // a kilobyte, and a job passes through several hands
    std::move_only_function<void(Result<Receipt>)> done;
    int tries = 0;
};
// Fires what is due in one dispute.
struct FireJob {
    DisputeId dispute;
    // With the instant by which it was looked at what is due; none: storage failed, ask again later.
    std::move_only_function<void(std::optional<Instant>)> done;
    Instant looked_at{}; // the writer's
};
// Moves one deadline because the service was out of reach (S11, automatic extension).
struct OutageJob {
    DisputeId dispute;
    std::string deadline;
    Instant out_since;
    std::move_only_function<void(bool)> done;
};
struct EraseJob {
    DisputeId dispute;
    Actor actor;
    std::optional<ReceiptKey> receipt;
    std::move_only_function<void(Result<Receipt>)> done;
};
// Moves a test clock, a chunk of disputes a batch; comes back until nothing is due any more.
struct AdvanceJob {
    TestClockId clock;
    Instant to;
    std::optional<ReceiptKey> receipt; // kept with the clock once it has arrived
    std::vector<Fired> fired;
    std::set<DisputeId> stuck; // due, but nothing fires: quarantined ones
    std::move_only_function<void(Result<Advanced>)> done; // empty once it has been called
};
// A write beside the journal of events (a key, a platform, a heartbeat), on the writer's thread.
struct ChoreJob {
    std::function<void(Journal&)> what;
    bool reload_registry = true;
    std::move_only_function<void(std::exception_ptr)> done;
};
using Job = std::variant<AskJob, FireJob, OutageJob, EraseJob, AdvanceJob, ChoreJob>;

// Answers a job that will not be run: `code` is busy or outcome_unknown.
void decline(Job& job, RefusalCode code, std::string const& why);

// Decides a batch of jobs against an overlay and commits all of it in one transaction (group commit).
// A plain class without threads: the engine drives it through a WritePipeline, the simulator from a
// loop. Only `registry` may be called from threads that do neither.
class Committer {
public:
    struct Batch; // runtime/batch.hpp

    Committer(World const& world, Journal& journal, Reader& reader, Clock const& clock,
              DisputeCache& cache, std::function<void(std::string const&)> log,
              Writers writers = Writers::one);

    // Runs every job to its answer, but for those it returns: they want to be run again (a clock that
    // has not arrived, a command that lost a race). Answers are handed to `done`, after the commit. A
    // store that fails is answered too; what is thrown is a bug, and the answers are then lost.
    std::vector<Job> run(std::vector<Job> jobs);
    // After a commit of unknown fate that is not settled yet: tells all of them so, and true. Before a
    // batch, while none is being committed.
    bool decline_in_doubt(std::vector<Job>& jobs);
    // What earlier batches left to do beside the journal: reads a registry that could not be read,
    // and tells the office of disputes set aside. While nothing is being committed.
    void tend();
    // Someone else could not read the store: it is not ready before a write works again.
    void note_unreadable() { store_failed(false); }
    // Whether a job may be decided while another batch is being committed. The others read what is
    // stored, write beside the journal, or move a clock: they run alone.
    static bool may_overlap(Job const& job) {
        return std::holds_alternative<AskJob>(job) || std::holds_alternative<FireJob>(job);
    }
    // The soonest deadline of real time that was armed since the last call; the timer service looks at
    // it. Called by whoever finishes batches.
    std::optional<Instant> take_soonest_armed() { return std::exchange(soonest_armed_, {}); }

    void load_registry();
    void try_load_registry(); // keeps the old one and logs when the store cannot be read
    RegistryPtr registry() const;
    // Tells the log, once a dispute, why it is set aside. From any thread.
    void note_quarantine(DisputeId dispute, DisputeEntry const& entry);
    std::size_t quarantined() const; // disputes that were met so far

    std::atomic<std::uint64_t> committed_events{0};
    std::atomic<std::uint64_t> commits{0};
    std::atomic<std::uint64_t> fired{0};
    std::atomic<bool> storage_ok{true};

private:
    friend struct Batch;
    // What a command draws from: the operating system is asked for many at once.
    Bytes32 seed();
    void run_chores(std::vector<Job>& jobs);
    void open_quarantine_tasks(); // for disputes set aside since the last run
    EntryPtr load(DisputeId dispute);
    EntryPtr keep(DisputeId dispute, EntryPtr entry); // what was read, for the next who asks
    // Puts into the cache what is stored now, after the fate of a unit was not what was decided.
    void refresh(DisputeId dispute);
    void load_clocks();       // several nodes: another one may have moved them
    void try_load_neutrals(); // the part of the registry that disputes change
    void publish(std::shared_ptr<Registry> fresh);
    void store_worked();
    void store_failed(bool fate_unknown);
    // After a commit of unknown fate: asks the journal, if it is one that recovers, until it says that
    // every fate is decided, and reads again what was in doubt. True when nothing is in doubt any more.
    bool settle();

    World const& world_;
    Journal& journal_;
    Reader& reader_;
    Clock const& clock_;
    DisputeCache& cache_;
    std::function<void(std::string const&)> log_;
    Writers writers_;
    std::mutex loading_mutex_; // so that what was read last is published last
    mutable std::mutex registry_mutex_;
    RegistryPtr registry_;
    std::array<Bytes32, 64> seeds_{};
    std::size_t seeds_left_ = 0;
    std::atomic<bool> registry_stale_ = false; // the last reading failed; the next run tries again
    std::atomic<bool> saw_unknown_fate_ = false; // and it is not settled yet
    std::set<DisputeId> in_doubt_;               // what such a commit was about
    mutable std::mutex quarantine_mutex_;
    std::set<DisputeId> quarantined_;
    std::vector<DisputeId> without_task_; // set aside, and the office has not been told yet
    std::optional<Instant> soonest_armed_;
};

} // namespace parley
