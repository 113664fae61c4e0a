#include "engine/runtime/committer.hpp"

#include "engine/base/fault.hpp"
#include "engine/base/overloaded.hpp"
#include "engine/core/tasks.hpp"
#include "engine/runtime/batch.hpp"

#include <fmt/format.h>

namespace parley {

namespace {

std::vector<Candidate> roster_of(std::map<NeutralId, Neutral> const& neutrals, bool live) {
    std::vector<Candidate> roster;
    for (auto const& [id, neutral] : neutrals)
        if (neutral.live == live)
            roster.push_back({id, neutral.seats, neutral.languages, neutral.country,
                              neutral.time_zone,
                              neutral.available && neutral.load < neutral.load_most});
    return roster;
}

} // namespace

void decline(Job& job, RefusalCode code, std::string const& why) {
    std::visit(Overloaded{
                   [&](AskJob& what) { what.done(refuse(code, why)); },
                   [&](EraseJob& what) { what.done(refuse(code, why)); },
                   [&](AdvanceJob& what) {
                       if (what.done) what.done(refuse(code, why));
                   },
                   [&](FireJob& what) { what.done(std::nullopt); },
                   [&](OutageJob& what) { what.done(false); },
                   [&](ChoreJob& what) { what.done(std::make_exception_ptr(Fault(why))); },
               },
               job);
}

Committer::Committer(World const& world, Journal& journal, Reader& reader, Clock const& clock,
                     DisputeCache& cache, std::function<void(std::string const&)> log,
                     Writers writers)
    : world_(world), journal_(journal), reader_(reader), clock_(clock), cache_(cache),
      log_(std::move(log)), writers_(writers), registry_(std::make_shared<Registry const>()) {}

bool Committer::decline_in_doubt(std::vector<Job>& jobs) {
    if (!saw_unknown_fate_ || !journal_.recovers() || settle()) return false;
    // Neither what is cached nor what a reader finds is sure to stay; nobody is told anything by it.
    for (Job& job : jobs)
        decline(job, RefusalCode::outcome_unknown,
                "The store does not yet say what it has recorded; retry with the same "
                "Idempotency-Key.");
    return true;
}

std::vector<Job> Committer::run(std::vector<Job> jobs) {
    if (decline_in_doubt(jobs)) return {};
    tend();
    run_chores(jobs);
    if (jobs.empty()) return {};
    Batch batch(*this, nullptr);
    batch.take(std::move(jobs));
    batch.commit();
    return batch.finish();
}

void Committer::tend() {
    if (registry_stale_) try_load_registry();
    open_quarantine_tasks();
}

void Committer::run_chores(std::vector<Job>& jobs) {
    struct Ran {
        ChoreJob* chore;
        std::exception_ptr failed;
    };
    std::vector<Ran> all;
    bool reload = false;
    for (Job& job : jobs) {
        auto* chore = std::get_if<ChoreJob>(&job);
        if (chore == nullptr) continue;
        all.push_back({chore, nullptr});
        try {
            chore->what(journal_);
            store_worked();
            reload = reload || chore->reload_registry;
        } catch (Fault const& fault) {
            store_failed(dynamic_cast<UnknownFate const*>(&fault) != nullptr);
            log_(fmt::format("a write beside the journal failed: {}", fault.what()));
            all.back().failed = std::current_exception();
        }
    }
    // Nobody is told that a key is revoked while the registry still lets it in.
    std::exception_ptr unread;
    if (reload) {
        try {
            load_registry();
        } catch (Fault const& fault) {
            log_(fmt::format("the registry cannot be read: {}", fault.what()));
            unread = std::current_exception();
        }
    }
    for (Ran& ran : all)
        ran.chore->done(!ran.failed && ran.chore->reload_registry ? unread : std::move(ran.failed));
    std::erase_if(jobs, [](Job const& job) { return std::holds_alternative<ChoreJob>(job); });
}

Bytes32 Committer::seed() {
    if (seeds_left_ == 0) {
        fill_random({seeds_.front().data(), sizeof seeds_});
        seeds_left_ = seeds_.size();
    }
    return std::exchange(seeds_[--seeds_left_], {});
}

EntryPtr Committer::load(DisputeId dispute) {
    if (EntryPtr cached = cache_.find(dispute)) return cached;
    EntryPtr entry = read_entry(world_, reader_, dispute, nullptr);
    return entry ? keep(dispute, std::move(entry)) : nullptr;
}

EntryPtr Committer::keep(DisputeId dispute, EntryPtr entry) {
    note_quarantine(dispute, *entry);
    cache_.put(entry);
    return entry;
}

void Committer::refresh(DisputeId dispute) {
    try {
        EntryPtr entry = read_entry(world_, reader_, dispute, cache_.find(dispute));
        cache_.forget(dispute); // also a newer one: a database that fell back has lost it
        if (!entry) return;
        note_quarantine(dispute, *entry);
        cache_.put(std::move(entry)); // keeps the newer one, should a reader be faster
    } catch (Fault const& fault) {
        log_(fmt::format("dispute {} cannot be read again: {}", dispute.text(), fault.what()));
        cache_.forget(dispute);
    }
}

void Committer::note_quarantine(DisputeId dispute, DisputeEntry const& entry) {
    if (entry.quarantine.empty()) return;
    {
        std::scoped_lock const lock(quarantine_mutex_);
        if (!quarantined_.insert(dispute).second) return;
        without_task_.push_back(dispute);
    }
    log_(fmt::format("dispute {} is set aside, its record does not replay: {}", dispute.text(),
                     entry.quarantine));
}

// Readers meet such disputes too, but only the writer writes. What cannot be written now waits.
void Committer::open_quarantine_tasks() {
    std::vector<DisputeId> waiting;
    {
        std::scoped_lock const lock(quarantine_mutex_);
        waiting.swap(without_task_);
    }
    while (!waiting.empty()) {
        try {
            Instant const now = clock_.now();
            journal_.open_quarantine_task(Entropy(random32()).make_id<TaskId>(now), waiting.back(),
                                          now, soft_target(world_, now));
            waiting.pop_back();
        } catch (Fault const& fault) {
            log_(fmt::format("a task for a dispute set aside cannot be written: {}", fault.what()));
            break;
        }
    }
    std::scoped_lock const lock(quarantine_mutex_);
    without_task_.insert(without_task_.end(), waiting.begin(), waiting.end());
}

std::size_t Committer::quarantined() const {
    std::scoped_lock const lock(quarantine_mutex_);
    return quarantined_.size();
}

bool Committer::settle() {
    if (!saw_unknown_fate_) return true;
    if (!journal_.recovers()) return false;
    try {
        journal_.settle();
    } catch (Fault const& fault) {
        storage_ok = false;
        log_(fmt::format("the fate of a commit is still unknown: {}", fault.what()));
        return false;
    }
    saw_unknown_fate_ = false;
    storage_ok = true;
    for (DisputeId const& dispute : std::exchange(in_doubt_, {})) refresh(dispute);
    try_load_registry(); // a chore may have been in doubt, too
    return true;
}

void Committer::store_worked() {
    // After a commit of unknown fate nothing is well before that is settled, or before a restart,
    // whatever a chore that had nothing to write may say.
    if (!saw_unknown_fate_) storage_ok = true;
}

void Committer::store_failed(bool fate_unknown) {
    saw_unknown_fate_ = saw_unknown_fate_ || fate_unknown;
    storage_ok = false;
    cache_.forget_all(); // the database that comes back may have lost what this one had
}

void Committer::load_registry() {
    std::scoped_lock const loading(loading_mutex_);
    registry_stale_ = true; // until all of it is read
    auto fresh = std::make_shared<Registry>();
    for (Platform& platform : reader_.platforms())
        fresh->platforms.emplace(platform.id, std::move(platform));
    for (ApiKey& key : reader_.keys()) fresh->keys.emplace(key.id, std::move(key));
    for (bool const live : {false, true})
        for (Neutral& neutral : reader_.neutrals(live))
            fresh->neutrals.emplace(neutral.id, std::move(neutral));
    for (TestClock& clock : reader_.clocks()) fresh->clocks.emplace(clock.id, std::move(clock));
    for (RevokedToken const& token : reader_.party_access().revoked_tokens())
        fresh->revoked_tokens.emplace(token.id, token.dispute);
    for (WebhookEndpoint& endpoint : reader_.webhooks().endpoints())
        fresh->endpoints.emplace(endpoint.id, std::move(endpoint));
    publish(std::move(fresh));
    registry_stale_ = false;
}

void Committer::load_clocks() {
    std::scoped_lock const loading(loading_mutex_);
    auto fresh = std::make_shared<Registry>(*registry());
    fresh->clocks.clear();
    for (TestClock& clock : reader_.clocks()) fresh->clocks.emplace(clock.id, std::move(clock));
    publish(std::move(fresh));
}

void Committer::try_load_neutrals() try {
    if (registry_stale_) return load_registry();
    std::scoped_lock const loading(loading_mutex_);
    registry_stale_ = true;
    auto fresh = std::make_shared<Registry>(*registry());
    fresh->neutrals.clear();
    for (bool const live : {false, true})
        for (Neutral& neutral : reader_.neutrals(live))
            fresh->neutrals.emplace(neutral.id, std::move(neutral));
    publish(std::move(fresh));
    registry_stale_ = false;
} catch (Fault const& fault) {
    log_(fmt::format("the registry cannot be read: {}", fault.what()));
}

void Committer::publish(std::shared_ptr<Registry> fresh) {
    fresh->roster_test = roster_of(fresh->neutrals, false);
    fresh->roster_live = roster_of(fresh->neutrals, true);
    std::scoped_lock const lock(registry_mutex_);
    registry_ = std::move(fresh);
}

void Committer::try_load_registry() {
    try {
        load_registry();
    } catch (Fault const& fault) {
        log_(fmt::format("the registry cannot be read: {}", fault.what()));
    }
}

RegistryPtr Committer::registry() const {
    std::scoped_lock const lock(registry_mutex_);
    return registry_;
}

} // namespace parley
