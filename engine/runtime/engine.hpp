#pragma once

#include "engine/ports/journal.hpp"
#include "engine/ports/reader.hpp"
#include "engine/runtime/entry.hpp"
#include "engine/runtime/registry.hpp"
#include "engine/runtime/task_desk.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace parley {

namespace net = boost::asio;

// What a command did: the dispute after it and the events it wrote.
struct Receipt {
    EntryPtr entry;
    std::vector<StoredEvent> events; // the command's own, in order; with content
    bool replayed = false;           // the answer to an earlier use of the same key, rendered again
};

// A deadline that fired while a test clock moved.
struct Fired {
    DisputeId dispute;
    std::string deadline;
    Instant at;
    std::string step;
    std::string stage; // after it
};
struct Advanced {
    TestClock clock;
    std::vector<Fired> fired; // in order of time; at most fired_max
    bool finished = true;     // false: more is due, the clock goes on by itself (202)
    bool replayed = false;    // moved by an earlier use of the same key: the answer of then
};
constexpr std::size_t fired_max = 10'000;

// Whether others write to the same database. With several nodes what is cached may be behind what is
// stored: its version is looked up before anything is decided on it or shown from it.
enum class Writers : bool { one, several };

// Something beside the disputes as it stands after a request that made or changed it.
template <class T>
struct Made {
    T thing;
    bool replayed = false; // by an earlier use of the same key: now nothing was done
};

struct EngineOptions {
    std::size_t queue_most = 4096;   // commands waiting; beyond it `busy` (503)
    std::size_t batch_most = 256;    // commands a transaction
    std::size_t cache_most = 65'536; // disputes kept in memory, some 5 KB each; others are replayed
    std::size_t reader_threads = 2;
    Writers writers = Writers::one;
    std::string node = "node"; // who holds leases; a name of its own for each node of a database
    std::function<void(std::string const&)> log; // one line a call; may be called from any thread
};

// Whether an engine keeps the time of its disputes: the outage rule, the heartbeat, the timers.
enum class Timekeeping : bool { off, on };

// The front door of the library: commands in, receipts out. Construct, `start`, use, `stop`. All
// functions may be called from any thread unless they say otherwise; awaitables resume on the
// caller's executor.
class Engine {
public:
    // Reads the registry; throws Fault when it cannot.
    Engine(World const& world, Journal& journal, Reader& reader, Clock const& clock,
           EngineOptions options);
    ~Engine();
    Engine(Engine const&) = delete;
    Engine& operator=(Engine const&) = delete;

    // Starts the writing threads; with timekeeping it applies the outage rule first and starts the timer
    // service. Without it nothing looks as if the service had been within reach. Throws Fault when the
    // outage rule cannot be applied.
    void start(Timekeeping time = Timekeeping::on);
    // Refuses new work, finishes what waits, joins every thread. Idempotent.
    void stop();
    bool ready() const; // started, not stopping, and the last write did not fail for good

    // Files a dispute; refuses what core refuses, idempotency_key_reused, idempotency_in_progress,
    // busy, outcome_unknown.
    net::awaitable<Result<Receipt>> file(Filing filing);
    // Takes one act. The same refusals, and not_found.
    net::awaitable<Result<Receipt>> submit(Command command);
    // Deletes the content of a dispute's events and records that (content_erased); where no content is
    // left nothing is written. Refuses as submit does.
    net::awaitable<Result<Receipt>> erase(DisputeId dispute, Actor actor,
                                          std::optional<ReceiptKey> receipt = {});

    // The dispute as last committed; null when there is none. Does not suspend on a cache hit.
    net::awaitable<EntryPtr> find(DisputeId dispute);
    // Null: not in the cache, or with several nodes not known to be what is stored; ask `find`.
    EntryPtr find_cached(DisputeId dispute);
    // The dispute as this node saw it last, or null: good enough for who asks the engine next, which
    // looks again, but a no must not be told by it where several nodes write.
    EntryPtr find_lately(DisputeId dispute);
    // The dispute as it was after its first `version` events (for replayed answers).
    net::awaitable<EntryPtr> find_at(DisputeId dispute, std::uint64_t version);

    // Runs a read on the blocking pool and resumes here with its result.
    template <class F>
    net::awaitable<std::invoke_result_t<F, Reader&>> read(F what) {
        using R = std::invoke_result_t<F, Reader&>;
        auto result = std::make_shared<std::optional<R>>();
        co_await run_read([what = std::move(what), result](Reader& reader) mutable {
            result->emplace(what(reader));
        });
        co_return std::move(**result);
    }

    RegistryPtr registry() const;
    Clock const& clock() const;
    World const& world() const;
    // Each is durable when it returns. Under a key that was used before nothing is done, and what was
    // made then is given as it is now. Refuses idempotency_key_reused; throws Fault when it cannot be
    // written, or when there is nothing of that id to change.
    using Key = std::optional<ReceiptKey>;
    net::awaitable<Result<Made<Platform>>> add_platform(Platform platform, Key key = {});
    net::awaitable<Result<Made<ApiKey>>> add_key(ApiKey api_key, Key key = {});
    net::awaitable<Result<Made<ApiKey>>> revoke_key(ApiKeyId api_key, Key key = {});
    net::awaitable<Result<Made<Neutral>>> add_neutral(Neutral neutral, Key key = {});
    net::awaitable<Result<Made<Neutral>>> update_neutral(Neutral neutral, Key key = {});
    net::awaitable<Result<Made<TestClock>>> add_clock(TestClock clock, Key key = {});
    // Moves a test clock forward and fires, in order, every deadline that lies before `to`. Refuses
    // clock_moves_forward_only, not_found and what a used key is refused for.
    net::awaitable<Result<Advanced>> advance_clock(TestClockId clock, Instant to, Key key = {});

    // Writes something else beside the disputes, once a key. Gives the receipt of an earlier use of
    // the key, in which case nothing was written; `about` names what it is of. Refuses and throws as
    // those above.
    net::awaitable<Result<std::optional<StoredReceipt>>> write_once(
        std::string about, ReceiptKey key, std::int32_t status,
        std::function<void(Journal&, StoredReceipt const&)> what, bool reload);
    // Any other write beside the journal of events, on the writer's thread and in turn with its
    // batches; `reload` where it changes what the registry shows. Rethrows what the write threw.
    net::awaitable<void> write(std::function<void(Journal&)> what, bool reload);
    // Moves a task, or claims the next one of a queue. Refuses what TaskDesk refuses.
    net::awaitable<Result<TaskReceipt>> move_task(TaskMove move, ReceiptKey key);
    net::awaitable<Result<std::optional<TaskReceipt>>> next_task(TaskFilter filter, TaskMove move,
                                                                 ReceiptKey key);
    // By which leases of a dispute's tasks are judged: real time, or its test clock's.
    Instant now_of(std::optional<TestClockId> const& clock) const;

    // For numbers: how many commands wait, how many disputes are cached, how many were committed.
    struct Figures {
        std::size_t waiting = 0;
        std::size_t cached = 0;
        std::uint64_t committed_events = 0;
        std::uint64_t commits = 0;
        std::uint64_t fired = 0;
        std::size_t quarantined = 0; // disputes met that do not replay
    };
    Figures figures() const;

private:
    net::awaitable<Result<Receipt>> find_and_submit(Command command);
    net::awaitable<void> run_read(std::function<void(Reader&)> what);
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace parley
