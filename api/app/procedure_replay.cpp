#include "api/app/commands.hpp"
#include "api/app/database.hpp"
#include "api/app/files.hpp"
#include "api/app/world.hpp"
#include "engine/procedure/examine.hpp"
#include "engine/runtime/what_if.hpp"

#include <fmt/format.h>

#include <chrono>

// `parley procedure replay`: what past disputes would have become under another procedure.
namespace parley::app {
namespace {

Instant now() {
    auto const since = std::chrono::system_clock::now().time_since_epoch();
    return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
}

std::string length_of(std::int64_t us) {
    std::int64_t const hours = (us < 0 ? -us : us) / us_per_hour;
    return hours == 0 ? "less than an hour" : days_of_hours(hours);
}
std::string_view later_or_sooner(std::int64_t us) { return us < 0 ? "sooner" : "later"; }

std::string stand_of(DisputeState const& state) {
    std::string out = fmt::format("{} ({})", state.stage, name_of(state.status));
    if (OutcomeState const* outcome = state.outcome()) {
        out += fmt::format(", {} binding {}", name_of(outcome->kind), name_of(outcome->binding));
        for (Remedy const& remedy : outcome->dispositions) {
            out += fmt::format(", {}", name_of(remedy.kind));
            if (remedy.amount) out += " " + text_of(*remedy.amount);
        }
    }
    return out;
}

void print_differences(Compared const& both, Differences const& found) {
    fmt::print("{}\n", both.dispute.text());
    if (!both.candidate) {
        fmt::print("  would not be taken: {}, {}\n", name_of(both.candidate.error().code),
                   both.candidate.error().detail);
        return;
    }
    if (found.end)
        fmt::print("  stands at {}; would stand at {}\n", stand_of(both.recorded.state),
                   stand_of(both.candidate->state));
    if (found.later_us.value_or(0) != 0)
        fmt::print("  would end {} {}\n", length_of(*found.later_us),
                   later_or_sooner(*found.later_us));
    for (Lapse const& lapse : found.lost)
        fmt::print("  {} would be too late: {} ends {}\n", names_joined(lapse.sides),
                   lapse.deadline, text_of(lapse.at));
    for (Lapse const& lapse : found.spared)
        fmt::print("  {} was too late and would not be: {} ended {}\n", names_joined(lapse.sides),
                   lapse.deadline, text_of(lapse.at));
    for (TimeMoved const& moved : found.moved)
        fmt::print("  {} would end {} {}\n", moved.deadline, length_of(moved.later_us),
                   later_or_sooner(moved.later_us));
    for (RefusedAct const& act : found.refused)
        fmt::print("  {} by the {} at {} would be refused: {}, {}\n", act.act, name_of(act.by),
                   text_of(act.at), name_of(act.why.code), act.why.detail);
}

void print_totals(WhatIfTotals const& totals) {
    fmt::print("{} disputes: {} the same, {} would stand or end elsewhere, {} would not be taken, "
               "{} do not replay\n",
               totals.disputes, totals.same, totals.other_ends, totals.not_taken,
               totals.not_replayed);
    fmt::print("ends: {} days sooner, {} days later\n", totals.days_sooner, totals.days_later);
    fmt::print("by default: {} times of a party would run out that did not, {} ran out that would "
               "not\n",
               totals.lost, totals.spared);
    fmt::print("acts that would be refused: {}\n", totals.refused_acts);
    for (auto const& [name, time] : totals.times)
        fmt::print("time {}: longer in {}, shorter in {}, {} {} in all\n", name, time.longer,
                   time.shorter, length_of(time.later_us), later_or_sooner(time.later_us));
}

} // namespace

Done run_procedure_replay(ReplayOptions const& options) {
    auto const world = load_world("UTC", options.procedures);
    if (!world) return fail(world.error().detail);
    auto const text = read_file(options.with);
    if (!text) return fail(fmt::format("cannot read {}; is that where it is?", options.with));
    auto const candidate = read_procedure(*text, world->procedures);
    if (!candidate)
        return fail(fmt::format("{} is not sound; run `parley procedure check {}`", options.with,
                                options.with));
    auto const files = files_of(options.place);
    if (!files) return std::unexpected(files.error());
    auto const reader = open_reader_beside(*files);
    if (!reader) return std::unexpected(reader.error());
    WhatIfQuestion const question{
        options.procedure.empty() ? candidate->ref.name : options.procedure, now()};
    fmt::print("disputes of {} under {} version {}\n", question.procedure, candidate->ref.name,
               candidate->ref.version);
    print_totals(what_if(*world, *candidate, **reader, question, print_differences));
    return {};
}

} // namespace parley::app
