#include "engine/runtime/engine.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault.hpp"
#include "engine/runtime/answer_batch.hpp"
#include "engine/runtime/committer.hpp"
#include "engine/runtime/key_refusals.hpp"
#include "engine/runtime/timer_service.hpp"
#include "engine/runtime/work_queue.hpp"
#include "engine/runtime/write_pipeline.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <future>

namespace parley {

namespace {

// Hands an answer to the coroutine that waits for it, on the executor it waits on.
template <class T, class Handler>
std::move_only_function<void(T)> answer_to(Handler handler) {
    return [handler = std::move(handler)](T answer) mutable {
        auto executor = net::get_associated_executor(handler);
        AnswerBatch::give(std::move(executor),
                          [handler = std::move(handler), answer = std::move(answer)]() mutable {
                              std::move(handler)(std::move(answer));
                          });
    };
}

// Asio gives a bare exception_ptr a meaning of its own; this one is carried as a value.
struct Failure {
    std::exception_ptr what;
};

template <class T, class Start>
net::awaitable<T> wait_for(Start start) {
    co_return co_await net::async_initiate<net::use_awaitable_t<> const, void(T)>(
        [start = std::move(start)](auto handler) mutable {
            start(answer_to<T>(std::move(handler)));
        },
        net::use_awaitable);
}

} // namespace

struct Engine::Impl {
    Impl(World const& the_world, Journal& the_journal, Reader& the_reader, Clock const& the_clock,
         EngineOptions the_options)
        : world(the_world), journal(the_journal), reader(the_reader), clock(the_clock),
          options(std::move(the_options)),
          log(options.log ? options.log : [](std::string const&) {}), cache(options.cache_most),
          queue(options.queue_most),
          committer(world, journal, reader, clock, cache, log, options.writers),
          timers(reader, clock, queue, log, options.writers, options.node,
                 [this] { committer.try_load_registry(); }),
          readers(options.reader_threads),
          pipeline(
              committer, queue, options.batch_most,
              [this](Instant soonest) { timers.look_again(soonest); }, log) {}

    void apply_outage_rule(Instant now);

    template <class Answer, class MakeJob>
    net::awaitable<Answer> ask(MakeJob make, bool bounded) {
        return wait_for<Answer>([this, make = std::move(make), bounded](auto done) mutable {
            // The queue leaves a job it refuses as it was, so the answer goes out through it.
            Job job = make(std::move(done));
            if (queue.push(job, bounded)) return;
            decline(job, RefusalCode::busy,
                    "The server has more to do than it can take on; try again.");
        });
    }
    template <class What> // one of Asked, which is larger than the one that comes often
    net::awaitable<Result<Receipt>> submit(What asked) {
        return ask<Result<Receipt>>(
            [asked = std::move(asked)](auto done) mutable {
                return Job(AskJob{std::move(asked), std::move(done)});
            },
            true);
    }
    net::awaitable<void> chore(std::function<void(Journal&)> what, bool reload = true) {
        auto const failed = co_await ask<Failure>(
            [what = std::move(what), reload](auto done) {
                return Job(ChoreJob{what, reload,
                                    [done = std::move(done)](std::exception_ptr why) mutable {
                                        done(Failure{std::move(why)});
                                    }});
            },
            false);
        if (failed.what) std::rethrow_exception(failed.what);
    }

    // Does something beside the disputes and keeps the receipt with it, once a key; gives the thing
    // as the registry then has it. The writer runs chores one by one, so that looking for a receipt
    // and writing it cannot race.
    template <class Map, class Write>
    net::awaitable<Result<Made<typename Map::mapped_type>>> once(typename Map::key_type id, Key key,
                                                                 std::int32_t status,
                                                                 Map Registry::* things,
                                                                 Write write) {
        auto const before = std::make_shared<std::optional<StoredReceipt>>();
        co_await chore([this, id, key, status, write = std::move(write), before](Journal& to) {
            if (!key) return write(to, Journal::WithReceipt());
            *before = reader.receipt(key->scope, key->key);
            if (!*before) write(to, StoredReceipt{*key, id.text(), 0, {}, status, clock.now(), {}});
        });
        RegistryPtr const registry = committer.registry();
        Map const& known = (*registry).*things;
        if (!*before) co_return Made<typename Map::mapped_type>{known.at(id), false};
        auto const made = Map::key_type::parse((*before)->stream);
        if ((*before)->key.fingerprint != key->fingerprint || !made || !known.contains(*made))
            co_return key_reused();
        co_return Made<typename Map::mapped_type>{known.at(*made), true};
    }
    // The same for a thing that is written whole, under its own id.
    template <class Thing, class Map>
    net::awaitable<Result<Made<Thing>>> store(Thing thing, Key key, std::int32_t status,
                                              Map Registry::* things,
                                              void (Journal::*write)(Thing const&,
                                                                     Journal::WithReceipt const&)) {
        auto const id = thing.id;
        return once(
            id, std::move(key), status, things,
            [thing = std::move(thing), write](Journal& to, Journal::WithReceipt const& receipt) {
                (to.*write)(thing, receipt);
            });
    }

    World const& world;
    Journal& journal; // the pipeline's, and before it has started the caller's
    Reader& reader;
    Clock const& clock;
    EngineOptions options;
    std::function<void(std::string const&)> log;
    DisputeCache cache;
    WorkQueue queue;
    Committer committer;
    TimerService timers;
    net::thread_pool readers;
    WritePipeline pipeline;
    std::atomic<bool> running{false};
};

Engine::Engine(World const& world, Journal& journal, Reader& reader, Clock const& clock,
               EngineOptions options)
    : impl_(std::make_unique<Impl>(world, journal, reader, clock, std::move(options))) {
    impl_->committer.load_registry();
}

Engine::~Engine() { stop(); }

// On the caller's thread, before the pipeline is started. Nothing says that the service is back until
// every deadline that lost time has been moved: what is left over by a failure is done at the next start.
void Engine::Impl::apply_outage_rule(Instant now) {
    if (auto const last = reader.last_beat()) {
        bool all_done = true;
        std::vector<Job> jobs;
        for (DueRow const& row : hit_by_outage(reader, *last, now))
            jobs.push_back(OutageJob{row.dispute, row.name, *last, [&](bool done) {
                                         if (!done) all_done = false;
                                     }});
        if (!jobs.empty())
            log(fmt::format("out of reach from {} to {}: {} deadlines move by one day",
                            text_of(*last), text_of(now), jobs.size()));
        while (!jobs.empty()) {
            std::size_t const count = std::min(jobs.size(), options.batch_most);
            auto const from = jobs.end() - static_cast<std::ptrdiff_t>(count);
            std::vector<Job> some(std::make_move_iterator(from),
                                  std::make_move_iterator(jobs.end()));
            jobs.erase(from, jobs.end());
            committer.run(std::move(some));
        }
        if (!all_done) throw Fault("deadlines hit by the outage could not be moved; see the log");
    }
    journal.beat(now);
}

void Engine::start(Timekeeping time) {
    PARLEY_ASSERT(!impl_->pipeline.started(), "an engine starts once");
    Instant const now = impl_->clock.now();
    if (time == Timekeeping::on) impl_->apply_outage_rule(now);
    impl_->running = true;
    impl_->pipeline.start();
    if (time == Timekeeping::on) impl_->timers.start(now);
}

void Engine::stop() {
    impl_->running = false;
    impl_->timers.stop();
    impl_->queue.close();
    impl_->pipeline.join();
    impl_->readers.join();
}

bool Engine::ready() const { return impl_->running && impl_->committer.storage_ok; }

net::awaitable<Result<Receipt>> Engine::file(Filing filing) {
    return impl_->submit(std::move(filing));
}

net::awaitable<Result<Receipt>> Engine::submit(Command command) {
    // Reading is done here, before the writer sees the command, so that the writer seldom waits.
    if (!impl_->cache.find(command.dispute)) return find_and_submit(std::move(command));
    return impl_->submit(std::move(command));
}

net::awaitable<Result<Receipt>> Engine::find_and_submit(Command command) {
    EntryPtr const entry = co_await find(command.dispute);
    if (!entry) co_return refuse(RefusalCode::not_found, "There is no such dispute.");
    co_return co_await impl_->submit(std::move(command));
}

net::awaitable<Result<Receipt>> Engine::erase(DisputeId dispute, Actor actor,
                                              std::optional<ReceiptKey> receipt) {
    co_return co_await impl_->ask<Result<Receipt>>(
        [dispute, actor = std::move(actor), receipt = std::move(receipt)](auto done) mutable {
            return Job(EraseJob{dispute, std::move(actor), std::move(receipt), std::move(done)});
        },
        true);
}

EntryPtr Engine::find_cached(DisputeId dispute) {
    return impl_->options.writers == Writers::one ? impl_->cache.find(dispute) : nullptr;
}

EntryPtr Engine::find_lately(DisputeId dispute) { return impl_->cache.find(dispute); }

net::awaitable<EntryPtr> Engine::find(DisputeId dispute) {
    EntryPtr cached = impl_->cache.find(dispute);
    if (cached && impl_->options.writers == Writers::one) co_return cached;
    EntryPtr entry = co_await read([this, dispute, cached](Reader& reader) {
        if (cached && reader.stream_versions({dispute.text()}).front() == cached->heads.version)
            return cached;
        return read_entry(impl_->world, reader, dispute, cached);
    });
    if (!entry || entry == cached) co_return entry;
    impl_->committer.note_quarantine(dispute, *entry);
    impl_->cache.put(entry);
    co_return entry;
}

net::awaitable<EntryPtr> Engine::find_at(DisputeId dispute, std::uint64_t version) {
    co_return co_await read([this, dispute, version](Reader& reader) {
        auto events = reader.events(dispute.text());
        std::erase_if(events, [&](StoredEvent const& event) { return event.version > version; });
        return replay(impl_->world, dispute, events);
    });
}

net::awaitable<void> Engine::run_read(std::function<void(Reader&)> what) {
    auto const failed = co_await wait_for<Failure>([this,
                                                    what = std::move(what)](auto done) mutable {
        net::post(impl_->readers, [this, what = std::move(what), done = std::move(done)]() mutable {
            std::exception_ptr caught;
            try {
                what(impl_->reader);
            } catch (Fault const&) {
                impl_->committer.note_unreadable();
                caught = std::current_exception();
            } catch (...) {
                caught = std::current_exception();
            }
            done(Failure{std::move(caught)}); // the thread that waits lets go of it
        });
    });
    if (failed.what) std::rethrow_exception(failed.what);
}

RegistryPtr Engine::registry() const { return impl_->committer.registry(); }
Clock const& Engine::clock() const { return impl_->clock; }
World const& Engine::world() const { return impl_->world; }

net::awaitable<Result<Made<Platform>>> Engine::add_platform(Platform platform, Key key) {
    return impl_->store(std::move(platform), std::move(key), 201, &Registry::platforms,
                        &Journal::add_platform);
}

net::awaitable<Result<Made<ApiKey>>> Engine::add_key(ApiKey api_key, Key key) {
    return impl_->store(std::move(api_key), std::move(key), 201, &Registry::keys,
                        &Journal::add_key);
}

net::awaitable<Result<Made<ApiKey>>> Engine::revoke_key(ApiKeyId api_key, Key key) {
    Instant const at = impl_->clock.now();
    return impl_->once(api_key, std::move(key), 200, &Registry::keys,
                       [api_key, at](Journal& journal, Journal::WithReceipt const& receipt) {
                           journal.revoke_key(api_key, at, receipt);
                       });
}

net::awaitable<Result<Made<Neutral>>> Engine::add_neutral(Neutral neutral, Key key) {
    return impl_->store(std::move(neutral), std::move(key), 201, &Registry::neutrals,
                        &Journal::add_neutral);
}

net::awaitable<Result<Made<Neutral>>> Engine::update_neutral(Neutral neutral, Key key) {
    return impl_->store(std::move(neutral), std::move(key), 200, &Registry::neutrals,
                        &Journal::update_neutral);
}

net::awaitable<Result<Made<TestClock>>> Engine::add_clock(TestClock clock, Key key) {
    return impl_->store(std::move(clock), std::move(key), 201, &Registry::clocks,
                        &Journal::add_clock);
}

net::awaitable<Result<Advanced>> Engine::advance_clock(TestClockId clock, Instant to, Key key) {
    co_return co_await impl_->ask<Result<Advanced>>(
        [clock, to, key = std::move(key)](auto done) mutable {
            return Job(AdvanceJob{clock, to, std::move(key), {}, {}, std::move(done)});
        },
        true);
}

net::awaitable<Result<std::optional<StoredReceipt>>> Engine::write_once(
    std::string about, ReceiptKey key, std::int32_t status,
    std::function<void(Journal&, StoredReceipt const&)> what, bool reload) {
    auto const before = std::make_shared<std::optional<StoredReceipt>>();
    co_await impl_->chore(
        [this, about = std::move(about), key, status, what = std::move(what),
         before](Journal& journal) {
            *before = impl_->reader.receipt(key.scope, key.key);
            if (*before) return;
            StoredReceipt receipt;
            receipt.key = key;
            receipt.stream = about;
            receipt.status = status;
            receipt.at = impl_->clock.now();
            what(journal, receipt);
        },
        reload);
    if (*before && (*before)->key.fingerprint != key.fingerprint) co_return key_reused();
    co_return std::move(*before);
}

net::awaitable<void> Engine::write(std::function<void(Journal&)> what, bool reload) {
    return impl_->chore(std::move(what), reload);
}

net::awaitable<Result<TaskReceipt>> Engine::move_task(TaskMove move, ReceiptKey key) {
    auto const moved = std::make_shared<std::optional<Result<TaskReceipt>>>();
    co_await impl_->chore(
        [this, move = std::move(move), key = std::move(key), moved](Journal& journal) {
            RegistryPtr const known = registry();
            TaskDesk desk(journal, impl_->reader, *known, impl_->clock.now());
            moved->emplace(desk.move(move, key));
        },
        false);
    co_return std::move(**moved);
}

net::awaitable<Result<std::optional<TaskReceipt>>> Engine::next_task(TaskFilter filter,
                                                                     TaskMove move,
                                                                     ReceiptKey key) {
    auto const moved = std::make_shared<std::optional<Result<std::optional<TaskReceipt>>>>();
    co_await impl_->chore(
        [this, filter = std::move(filter), move = std::move(move), key = std::move(key),
         moved](Journal& journal) {
            RegistryPtr const known = registry();
            TaskDesk desk(journal, impl_->reader, *known, impl_->clock.now());
            moved->emplace(desk.next(filter, move, key));
        },
        false);
    co_return std::move(**moved);
}

Instant Engine::now_of(std::optional<TestClockId> const& clock) const {
    return now_for(*registry(), clock, impl_->clock.now());
}

Engine::Figures Engine::figures() const {
    return {impl_->queue.waiting(),   impl_->cache.size(),    impl_->committer.committed_events,
            impl_->committer.commits, impl_->committer.fired, impl_->committer.quarantined()};
}

} // namespace parley
