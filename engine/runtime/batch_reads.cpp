#include "engine/runtime/batch.hpp"

#include "engine/base/overloaded.hpp"

#include <algorithm>
#include <unordered_map>

// What a batch reads before it decides: what others wrote meanwhile, and what is not at hand.

namespace parley {

void Committer::Batch::catch_up_for(std::vector<Job> const& some) {
    if (self_.writers_ == Writers::one) return;
    std::vector<DisputeId> disputes;
    bool clocks = false;
    auto const has_clock = [&](DisputeId const& dispute) {
        EntryPtr const entry = self_.cache_.find(dispute);
        return entry && entry->state.clock;
    };
    for (Job const& job : some)
        std::visit(Overloaded{
                       [&](AskJob const& what) {
                           // A command is decided on what is cached: see `overtaken`.
                           auto const* command = std::get_if<Command>(what.ask.get());
                           clocks = clocks ||
                                    (command ? has_clock(command->dispute)
                                             : std::get<Filing>(*what.ask).input.clock.has_value());
                       },
                       [&](FireJob const& what) { disputes.push_back(what.dispute); },
                       [&](OutageJob const& what) { disputes.push_back(what.dispute); },
                       [&](EraseJob const& what) { disputes.push_back(what.dispute); },
                       [&](AdvanceJob const&) { clocks = true; },
                       [](ChoreJob const&) {},
                   },
                   job);
    catch_up(disputes);
    if (!clocks && std::ranges::none_of(disputes, has_clock)) return;
    self_.load_clocks();
    registry_ = self_.registry();
}

// When many deadlines end together, what is not at hand of their disputes is read in one go.
void Committer::Batch::read_ahead(std::vector<Job> const& some) {
    std::unordered_map<std::string, DisputeId> wanted;
    std::vector<std::string> streams;
    for (Job const& job : some) {
        auto const* what = std::get_if<FireJob>(&job);
        if (what == nullptr || overlay_.contains(what->dispute) ||
            (before_ && before_->changed_.contains(what->dispute)) ||
            self_.cache_.find(what->dispute))
            continue;
        if (wanted.emplace(what->dispute.text(), what->dispute).second)
            streams.push_back(what->dispute.text());
    }
    if (streams.size() < 2) return;
    std::vector<StoredEvent> const events = self_.reader_.events_of(streams);
    for (auto from = events.begin(); from != events.end();) {
        auto const to = std::find_if(
            from, events.end(), [&](StoredEvent const& e) { return e.stream != from->stream; });
        DisputeId const dispute = wanted.at(from->stream);
        overlay_.emplace(dispute, self_.keep(dispute, replay(self_.world_, dispute, {from, to})));
        from = to;
    }
}

void Committer::Batch::catch_up(std::vector<DisputeId> const& disputes) {
    if (self_.writers_ == Writers::one) return;
    std::vector<DisputeId> cached;
    std::vector<std::string> streams;
    for (DisputeId const& dispute : disputes) {
        // What this batch or the one before it decided on was looked up then; should that have been
        // overtaken, the unit loses.
        if (overlay_.contains(dispute) || (before_ && before_->changed_.contains(dispute)))
            continue;
        if (!self_.cache_.find(dispute)) continue; // will be read anyway
        cached.push_back(dispute);
        streams.push_back(dispute.text());
    }
    if (streams.empty()) return;
    auto const versions = self_.reader_.stream_versions(streams);
    for (std::size_t i = 0; i < cached.size(); ++i) {
        EntryPtr const entry = self_.cache_.find(cached[i]);
        if (entry && entry->heads.version != versions[i]) self_.refresh(cached[i]);
    }
}

} // namespace parley
