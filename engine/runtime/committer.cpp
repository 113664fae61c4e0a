#include "engine/runtime/committer.hpp"

#include "engine/base/fault.hpp"
#include "engine/base/overloaded.hpp"
#include "engine/runtime/batch.hpp"

#include <fmt/format.h>

namespace parley {

namespace {

std::vector<Candidate> roster_of(std::map<NeutralId, Neutral> const& neutrals, bool live) {
    std::vector<Candidate> roster;
    for (auto const& [id, neutral] : neutrals)
        if (neutral.live == live)
            roster.push_back({id, neutral.seats, neutral.languages, neutral.country, neutral.time_zone,
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
                   [&](FireJob& what) { what.done(false); },
                   [&](OutageJob& what) { what.done(false); },
                   [&](ChoreJob& what) { what.done(std::make_exception_ptr(Fault(why))); },
               },
               job);
}

Committer::Committer(World const& world, Journal& journal, Reader& reader, Clock const& clock,
                     DisputeCache& cache, std::function<void(std::string const&)> log)
    : world_(world), journal_(journal), reader_(reader), clock_(clock), cache_(cache),
      log_(std::move(log)), registry_(std::make_shared<Registry const>()) {}

std::vector<Job> Committer::run(std::vector<Job> jobs) {
    soonest_armed_.reset();
    bool reload = false;
    for (Job& job : jobs) {
        auto* chore = std::get_if<ChoreJob>(&job);
        if (chore == nullptr) continue;
        std::exception_ptr failed;
        try {
            chore->what(journal_);
            reload = reload || chore->reload_registry;
        } catch (Fault const& fault) {
            log_(fmt::format("a write beside the journal failed: {}", fault.what()));
            failed = std::current_exception();
        }
        if (reload) try_load_registry();
        chore->done(failed);
    }
    std::erase_if(jobs, [](Job const& job) { return std::holds_alternative<ChoreJob>(job); });
    if (jobs.empty()) return {};
    Batch batch(*this);
    for (Job& job : jobs) batch.take(job);
    return batch.finish(jobs);
}

EntryPtr Committer::load(DisputeId dispute) {
    if (EntryPtr cached = cache_.find(dispute)) return cached;
    return replay(world_, dispute, reader_.events(dispute.text()));
}

void Committer::load_registry() {
    auto fresh = std::make_shared<Registry>();
    for (Platform& platform : reader_.platforms()) fresh->platforms.emplace(platform.id, std::move(platform));
    for (ApiKey& key : reader_.keys()) fresh->keys.emplace(key.id, std::move(key));
    for (bool const live : {false, true})
        for (Neutral& neutral : reader_.neutrals(live)) fresh->neutrals.emplace(neutral.id, std::move(neutral));
    for (TestClock& clock : reader_.clocks()) fresh->clocks.emplace(clock.id, std::move(clock));
    fresh->roster_test = roster_of(fresh->neutrals, false);
    fresh->roster_live = roster_of(fresh->neutrals, true);
    std::scoped_lock lock(registry_mutex_);
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
    std::scoped_lock lock(registry_mutex_);
    return registry_;
}

} // namespace parley
