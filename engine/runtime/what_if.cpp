#include "engine/runtime/what_if.hpp"

#include "engine/runtime/entry.hpp"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

namespace parley {

namespace {

constexpr std::size_t page = 500;

bool stands_elsewhere(DisputeState const& a, DisputeState const& b) {
    OutcomeState const* const of_a = a.outcome();
    OutcomeState const* const of_b = b.outcome();
    if (a.stage != b.stage || a.status != b.status || a.ended != b.ended) return true;
    if ((of_a == nullptr) != (of_b == nullptr)) return true;
    if (of_a == nullptr) return false;
    return of_a->kind != of_b->kind || of_a->binding != of_b->binding ||
           of_a->annulled != of_b->annulled || of_a->dispositions != of_b->dispositions;
}

// Times of a party that ran out in `a` and not, or not as often, in `b`.
std::vector<Lapse> lapses_beyond(std::vector<Lapse> const& a, std::vector<Lapse> const& b) {
    auto const named = [](std::string const& name) {
        return [&name](Lapse const& lapse) { return lapse.deadline == name; };
    };
    std::map<std::string, std::int64_t> seen;
    std::vector<Lapse> out;
    for (Lapse const& lapse : a)
        if (!lapse.sides.empty() &&
            ++seen[lapse.deadline] > std::ranges::count_if(b, named(lapse.deadline)))
            out.push_back(lapse);
    return out;
}

std::vector<TimeMoved> moved_times(Course const& recorded, Course const& candidate) {
    std::map<std::string, std::vector<GivenTime const*>> before;
    for (GivenTime const& time : recorded.times) before[time.deadline].push_back(&time);
    std::map<std::string, std::size_t> turn;
    std::vector<TimeMoved> out;
    for (GivenTime const& time : candidate.times) {
        auto const& same = before[time.deadline];
        std::size_t const nth = turn[time.deadline]++;
        if (nth >= same.size() || same[nth]->until == time.until) continue;
        out.push_back({time.deadline, time.sides, time.until.us - same[nth]->until.us});
    }
    return out;
}

std::vector<Written> written_of(std::vector<StoredEvent> const& events) {
    std::vector<Written> out;
    for (StoredEvent const& stored : events) {
        auto event = read_event(Json::parse(stored.envelope, nullptr, false));
        if (!event) return {}; // replaying said so already
        out.push_back({std::move(*event), stored.content});
    }
    return out;
}

void add(WhatIfTotals& totals, Differences const& found) {
    totals.other_ends += found.end ? 1 : 0;
    totals.refused_acts += found.refused.size();
    totals.lost += found.lost.size();
    totals.spared += found.spared.size();
    if (found.later_us) {
        std::int64_t const days = *found.later_us / us_per_day;
        (days < 0 ? totals.days_sooner : totals.days_later) += days < 0 ? -days : days;
    }
    std::set<std::string> longer, shorter;
    for (TimeMoved const& moved : found.moved) {
        totals.times[moved.deadline].later_us += moved.later_us;
        (moved.later_us > 0 ? longer : shorter).insert(moved.deadline);
    }
    for (std::string const& name : longer) ++totals.times[name].longer;
    for (std::string const& name : shorter) ++totals.times[name].shorter;
}

} // namespace

bool Differences::any() const {
    return end || later_us.value_or(0) != 0 || !lost.empty() || !spared.empty() || !moved.empty() ||
           !refused.empty();
}

Differences differences(Course const& recorded, Course const& candidate) {
    Differences out;
    out.end = stands_elsewhere(recorded.state, candidate.state);
    if (recorded.state.ended && candidate.state.ended)
        out.later_us = candidate.state.stage_entered_at.us - recorded.state.stage_entered_at.us;
    out.lost = lapses_beyond(candidate.lapses, recorded.lapses);
    out.spared = lapses_beyond(recorded.lapses, candidate.lapses);
    out.moved = moved_times(recorded, candidate);
    out.refused = candidate.refused;
    return out;
}

WhatIfTotals what_if(World const& world, Procedure const& candidate, Reader& reader,
                     WhatIfQuestion const& question,
                     std::function<void(Compared const&, Differences const&)> const& tell) {
    WhatIfTotals totals;
    std::map<TestClockId, Instant> clocks;
    for (TestClock const& clock : reader.clocks()) clocks[clock.id] = clock.now;

    auto const ask = [&](DisputeRow const& row) {
        ++totals.disputes;
        std::vector<StoredEvent> const stored = reader.events(row.id.text());
        EntryPtr const entry = replay(world, row.id, stored);
        std::vector<Written> const recorded = written_of(stored);
        if (!entry || !entry->quarantine.empty() || recorded.empty()) {
            ++totals.not_replayed;
            return;
        }
        Instant until = question.now;
        if (entry->state.clock)
            if (auto const clock = clocks.find(*entry->state.clock); clock != clocks.end())
                until = clock->second;
        // What is due at that very instant has been worked or not: here it has, in both.
        until = std::max(until, entry->state.last_at) + 1;
        Compared both{row.id, recorded_course(world, *entry->procedure, row.id, recorded, until),
                      course_under(world, candidate, row.id, recorded, until)};
        if (!both.candidate) {
            ++totals.not_taken;
            tell(both, {});
            return;
        }
        Differences const found = differences(both.recorded, *both.candidate);
        if (!found.any()) {
            ++totals.same;
            return;
        }
        add(totals, found);
        tell(both, found);
    };
    std::optional<DisputeId> after;
    while (true) {
        auto const rows = reader.all_disputes(after, page);
        for (DisputeRow const& row : rows)
            if (row.procedure == question.procedure) ask(row);
        if (rows.size() < page) return totals;
        after = rows.back().id;
    }
}

} // namespace parley
