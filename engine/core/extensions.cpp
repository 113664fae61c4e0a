#include "engine/core/transitions.hpp"

#include "engine/base/assert.hpp"

#include <fmt/core.h>

// Moving a deadline: by both sides together (Art. 5(5)), at the request of who must act, or for a cause outside the parties (S11).

namespace parley {

namespace {

// Days of a period that counts in days; others cannot be added to a date.
std::optional<std::int32_t> days_of(Period period) {
    if (period.unit == PeriodUnit::days) return period.count;
    if (period.unit == PeriodUnit::weeks) return period.count * 7;
    return std::nullopt;
}

// Whole days, and no more of them than the step allows.
std::optional<Refusal> check_length(BehaviourSettings const& rule, Period by,
                                    std::string_view how) {
    std::optional<std::int32_t> const days = days_of(by);
    if (!days || *days < 1)
        return refuse_field(RefusalCode::invalid, "/by",
                            "An extension is one or more days, such as P5D.")
            .error();
    std::optional<std::int32_t> const most =
        rule.period_most ? days_of(*rule.period_most) : std::nullopt;
    if (!most || *days <= *most) return std::nullopt;
    return refuse(RefusalCode::extension_too_long,
                  fmt::format("An extension of {} is {}; the most is {}.", words_of(by), how,
                              words_of(*rule.period_most)))
        .error();
}

Result<Deadline> moved_deadline(World const& world, DisputeState const& state,
                                Deadline const& deadline, Period by, std::string_view because) {
    auto computed =
        extend_deadline(world.zones, deadline, by,
                        timed_actors(world, state, deadline.actors, deadline.counts_in), because);
    if (!computed) return std::unexpected(std::move(computed.error()));
    Deadline moved = deadline;
    moved.at = computed->at;
    moved.zone = std::move(computed->zone);
    moved.calendar = std::move(computed->calendar);
    moved.last_days = std::move(computed->last_days);
    // How the deadline came about stays readable; what moved it stands after that.
    for (std::string& sentence : computed->trace) moved.trace.push_back(std::move(sentence));
    return moved;
}

} // namespace

Result<Said> propose_extension(Act const& act) {
    using enum RefusalCode;
    BehaviourSettings const& rule = act.step.settings;
    ExtendInput const& input = input_of<ExtendInput>(act);
    if (input.deadline && *input.deadline != rule.deadline)
        return refuse_field(
            invalid, "/deadline",
            fmt::format("{} extends the deadline {} alone.", act.step.name, rule.deadline));
    if (auto refusal = check_length(rule, input.by, "asked for"))
        return std::unexpected(std::move(*refusal));

    std::optional<Side> const side = act.side();
    std::optional<ProposedExtension> const& open = act.state.proposed_extension;
    bool const same = open && open->deadline == rule.deadline && open->period == input.by;
    if (same && side && open->by == *side)
        return refuse(already_done,
                      "You have asked for this extension; the other side has not agreed yet.");
    bool const on_request = rule.consent == "none";
    bool const agreed = same && side && open->by == other(*side);
    if (!agreed && !on_request)
        return Said(ExtensionProposed{rule.deadline, input.by}, content_of("reason", input.reason));

    Deadline const* deadline = act.state.deadline(rule.deadline);
    PARLEY_ASSERT(deadline != nullptr, "an act to extend is open only while its deadline runs");
    std::string const because = fmt::format(
        "extended by {} on {} {}", words_of(input.by), short_text_of(act.stamp.at),
        on_request ? fmt::format("at the request of the {}", name_of(act.role)) : "by agreement");
    auto moved = moved_deadline(act.world, act.state, *deadline, input.by, because);
    if (!moved) return std::unexpected(std::move(moved.error()));
    Said said(DeadlineExtended{rule.deadline, input.by, on_request ? "requested" : "agreed"},
              content_of("reason", input.reason));
    said.moved.push_back(std::move(*moved));
    return said;
}

Result<Said> grant_time(Act const& act) {
    using enum RefusalCode;
    BehaviourSettings const& rule = act.step.settings;
    ExtendInput const& input = input_of<ExtendInput>(act);
    bool const named = !rule.deadline.empty(); // by the file: then only that one
    if (!named && !input.deadline)
        return refuse_field(missing_field, "/deadline", "Say which deadline is to move.");
    std::string const name = named ? rule.deadline : *input.deadline;
    if (input.deadline && *input.deadline != name)
        return refuse_field(invalid, "/deadline",
                            fmt::format("{} moves the deadline {} alone.", act.step.name, name));
    if (input.reason.empty()) return refuse_field(missing_field, "/reason", "Say why.");
    Deadline const* open = act.state.deadline(name);
    if (open == nullptr)
        return refuse_field(invalid, "/deadline",
                            fmt::format("There is no open deadline called {}.", name));
    // More time for those who must act never takes any from the parties; a neutral's or the
    // administrator's own time moves only where the file says so.
    if (!named && open->actors.empty())
        return refuse_field(invalid, "/deadline",
                            fmt::format("{} is no time of the parties.", name));
    if (auto refusal = check_length(rule, input.by, "given"))
        return std::unexpected(std::move(*refusal));
    auto const granted = act.state.granted.find(name);
    if (granted != act.state.granted.end() &&
        granted->second >= static_cast<std::uint32_t>(rule.times))
        return refuse(extension_used,
                      fmt::format("{} has been moved {} time(s), the most.", name, rule.times));
    std::string const because = fmt::format("extended by {} on {} by the {}", words_of(input.by),
                                            short_text_of(act.stamp.at), name_of(act.role));
    auto moved = moved_deadline(act.world, act.state, *open, input.by, because);
    if (!moved) return std::unexpected(std::move(moved.error()));
    Said said(DeadlineExtended{name, input.by, "granted"}, content_of("reason", input.reason));
    said.moved.push_back(std::move(*moved));
    return said;
}

Result<Decided> grant_extension(World const& world, DisputeState const& seen,
                                std::string_view deadline, Period by, std::string cause,
                                Stamp const& stamp) {
    Deadline const* open = seen.deadline(deadline);
    if (open == nullptr)
        return refuse(RefusalCode::not_found,
                      fmt::format("There is no open deadline called {}.", deadline));
    std::string const because =
        fmt::format("extended by {} on {}: {}", words_of(by), short_text_of(stamp.at), cause);
    auto moved = moved_deadline(world, seen, *open, by, because);
    if (!moved) return std::unexpected(std::move(moved.error()));

    Event event;
    event.id = stamp.entropy.make_id<EventId>(stamp.at);
    event.stage = seen.stage;
    event.at = stamp.at;
    event.body = DeadlineExtended{std::string(deadline), by, std::move(cause)};
    for (Role const role : {Role::claimant, Role::respondent})
        event.then.notified.push_back({role, "deadline_extended"});
    std::vector<Deadline> deadlines;
    deadlines.push_back(std::move(*moved));
    static Procedure const none{};
    static Stage const nowhere{};
    return conclude({world, none, nowhere, nullptr}, seen, seen.id, std::move(event), {},
                    std::move(deadlines));
}

Decided erase_content(DisputeState const& seen, EventsByRoom events, Actor actor,
                      Stamp const& stamp) {
    Decided decided;
    decided.after = seen;
    // The joint room comes last: when a dispute last changed for everyone is read off its last event.
    for (std::size_t room = room_count; room-- > 0;) {
        if (events[room].empty()) continue;
        Event event;
        event.id = stamp.entropy.make_id<EventId>(stamp.at);
        event.room = static_cast<Room>(room);
        event.stage = seen.stage;
        event.at = stamp.at;
        event.actor = actor;
        event.body = ContentErased{std::move(events[room])};
        apply(decided.after, seen.id, event);
        decided.events.push_back({std::move(event), {}});
    }
    return decided;
}

} // namespace parley
