#include "engine/core/transitions.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/json.hpp"

#include <fmt/core.h>

// What the file holds and when it closes (Art. 7(1), 7(2), 11(3)).

namespace parley {

Result<Said> set_final_date(Act const& act) {
    FinalDateInput const& input = input_of<FinalDateInput>(act);
    BehaviourSettings const& rule = act.step.settings;
    Deadline const* open = act.state.deadline(rule.deadline);
    PARLEY_ASSERT(open != nullptr, "a final date is set only while its deadline runs");
    if (input.at > open->at)
        return refuse_field(
            RefusalCode::out_of_range, "/at",
            fmt::format("Communications end at {} at the latest.", text_of(open->at)));
    Instant earliest = act.stamp.at;
    if (rule.window) {
        auto const notice = end_of_notice(act, *rule.window, open->actors);
        if (!notice) return std::unexpected(notice.error());
        earliest = *notice;
    }
    if (input.at < earliest)
        return refuse_field(
            RefusalCode::out_of_range, "/at",
            fmt::format("The parties need notice: not before {}.", text_of(earliest)));

    Said said(FinalDateSet{input.at}, content_of("message", input.message));
    Deadline moved = *open;
    moved.at = input.at;
    moved.trace.push_back(fmt::format("{} set as the last date by the {} on {}", text_of(input.at),
                                      name_of(act.role), short_text_of(act.stamp.at)));
    for (std::size_t i = 0; i < moved.last_days.size(); ++i) {
        Side const side = i < moved.actors.size() ? moved.actors[i] : Side::claimant;
        std::string const& zone_name =
            moved.actors.empty() ? act.world.administrator_zone : act.state.party(side).time_zone;
        if (Zone const* zone = act.world.zones.find(zone_name))
            moved.last_days[i] = zone->local_date(input.at);
    }
    said.moved.push_back(std::move(moved));
    return said;
}

Result<Said> submit_evidence(Act const& act) {
    EvidenceInput const& input = input_of<EvidenceInput>(act);
    if (input.description.empty())
        return refuse_field(RefusalCode::missing_field, "/description",
                            "Say what the evidence shows.");
    std::string content;
    JsonWriter(content)
        .begin_object()
        .member("description", input.description)
        .member("reference", input.reference)
        .end_object();
    return Said(EvidenceSubmitted{act.stamp.entropy.make_id<EvidenceId>(act.stamp.at)},
                std::move(content));
}

Result<Said> object_to_file(Act const& act) {
    std::optional<SeatKind> const seat = act.seat();
    PARLEY_ASSERT(seat.has_value(),
                  "a step about a neutral names the seat, which reading the file checked");
    return Said(FileObjected{*seat}, content_of("text", words_of(act.input)));
}

Result<Said> order_burden(Act const& act) {
    BurdenInput const& input = input_of<BurdenInput>(act);
    if (input.fact.empty() || input.reasons.empty())
        return refuse_field(RefusalCode::missing_field, input.fact.empty() ? "/fact" : "/reasons",
                            "Say which fact the side has to prove, and why.");
    std::string content;
    JsonWriter(content)
        .begin_object()
        .member("fact", input.fact)
        .member("reasons", input.reasons)
        .end_object();
    return Said(BurdenReversed{input.on}, std::move(content));
}

Result<Said> request_evidence(Act const& act) {
    RequestEvidenceInput const& input = input_of<RequestEvidenceInput>(act);
    if (input.description.empty())
        return refuse_field(RefusalCode::missing_field, "/description", "Say what is asked for.");
    return Said(EvidenceRequested{input.from}, content_of("description", input.description));
}

} // namespace parley
