#include "engine/core/procedure_change.hpp"
#include "engine/procedure/behaviours.hpp"

#include "engine/base/contains.hpp"
#include "engine/core/transitions.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace parley {

namespace {

struct Rules { // of one clock, under both versions; null where a version does not have it
    DeadlineRule const* before = nullptr;
    DeadlineRule const* after = nullptr;
};

// The clock's rule in that stage, or where it outlives the stage that armed it, in any.
DeadlineRule const* rule_of(Procedure const& procedure, std::string_view stage_name,
                            std::string_view name, bool outlives) {
    auto const in = [&](Stage const& stage) -> DeadlineRule const* {
        auto const found = std::ranges::find(stage.deadlines, name, &DeadlineRule::name);
        return found == stage.deadlines.end() ? nullptr : &*found;
    };
    Stage const* const here = procedure.stage(stage_name);
    if (DeadlineRule const* const found = here == nullptr ? nullptr : in(*here)) return found;
    for (Stage const& stage : procedure.stages)
        if (DeadlineRule const* const found = outlives ? in(stage) : nullptr) return found;
    return nullptr;
}

bool counts_the_same(DeadlineRule const& a, DeadlineRule const& b) {
    return a.after == b.after && a.at == b.at && a.actors == b.actors && a.ends == b.ends &&
           a.calendar == b.calendar && a.roll == b.roll && a.receipt == b.receipt;
}

// What moving to `after` does to the clocks of a dispute.
class Moving {
public:
    Moving(World const& world, Procedure const& before, Procedure const& after,
           DisputeState const& seen, Instant now)
        : world_(world), before_(before), after_(after), seen_(seen), now_(now) {
        for (Deadline const& open : seen.deadlines) move(open);
        start_new_ones();
    }

    std::vector<DroppedDeadline> dropped;
    std::vector<Deadline> armed;   // without stamps
    std::vector<std::string> over; // clocks that would have ended already
    Blockers disagreement;         // sides that would have less time and have not said yes

private:
    void move(Deadline const& open) {
        Rules const rules{rule_of(before_, seen_.stage, open.name, open.keeps_running),
                          rule_of(after_, seen_.stage, open.name, open.keeps_running)};
        DroppedDeadline const gone{open.name, open.stamp, std::nullopt};
        if (rules.after == nullptr) {
            dropped.push_back(gone);
            return;
        }
        Deadline moved = open;
        moved.step = rules.after->then;
        moved.keeps_running = rules.after->keeps_running;
        bool const interrupted = rules.before == nullptr || rules.before->after != open.period;
        if (!interrupted && !counts_the_same(*rules.before, *rules.after))
            moved = counted_again(open, rules);
        if (moved == open) return;
        if (moved.at <= now_) over.push_back(open.name);
        if (moved.at < open.at) ask(moved.actors, open.name, open.at, moved.at);
        dropped.push_back(gone);
        armed.push_back(std::move(moved));
    }

    // From the instant that it began at, with the days that were given to it on the way.
    Deadline counted_again(Deadline const& open, Rules const& rules) const {
        std::string const because =
            fmt::format("counted again from {} under version {} of {}", short_text_of(open.anchor),
                        after_.ref.version, after_.ref.name);
        Deadline fresh = start_clock(world_, seen_, *rules.after, open.anchor, because);
        Deadline const as_begun = start_clock(world_, seen_, *rules.before, open.anchor, because);
        bool const days = !open.last_days.empty() && !as_begun.last_days.empty();
        std::int32_t const given =
            days ? open.last_days.front().days - as_begun.last_days.front().days : 0;
        if (given <= 0) return fresh;
        auto const longer =
            extend_deadline(world_.zones, fresh, {given, PeriodUnit::days},
                            timed_actors(world_, seen_, fresh.actors, fresh.counts_in),
                            fmt::format("{} days had been added", given));
        if (!longer) return open; // no zone to count in any more: never less time than there was
        fresh.at = longer->at;
        fresh.zone = longer->zone;
        fresh.calendar = longer->calendar;
        fresh.last_days = longer->last_days;
        fresh.trace.insert(fresh.trace.end(), longer->trace.begin(), longer->trace.end());
        return fresh;
    }

    void start_new_ones() {
        Stage const* const stage = after_.stage(seen_.stage);
        for (DeadlineRule const& rule : stage->deadlines) {
            bool const known = rule_of(before_, seen_.stage, rule.name, false) != nullptr ||
                               seen_.deadline(rule.name) != nullptr;
            if (rule.by_step || known) continue;
            Deadline begun =
                start_clock(world_, seen_, rule, now_,
                            fmt::format("new in version {} of {}, {}", after_.ref.version,
                                        after_.ref.name, short_text_of(now_)));
            ask(begun.actors, rule.name, std::nullopt, begun.at);
            armed.push_back(std::move(begun));
        }
    }

    void ask(std::vector<Side> const& sides, std::string_view name, std::optional<Instant> was,
             Instant is) {
        for (Side const side : sides) {
            if (seen_.procedure_agreed_by[index_of(side)] == after_.ref.version) continue;
            disagreement.push_back(
                {fmt::format("the {} agrees to have less time", name_of(side)),
                 fmt::format("{} would end {} instead of {}; the {} says yes with {}.", name,
                             text_of(is), was ? text_of(*was) : "never", name_of(side),
                             change_procedure_act),
                 std::nullopt});
        }
    }

    World const& world_;
    Procedure const& before_;
    Procedure const& after_;
    DisputeState const& seen_;
    Instant now_;
};

Result<std::shared_ptr<Procedure const>> later_version(World const& world, DisputeState const& seen,
                                                       std::int32_t wanted) {
    auto found = world.procedures.find(seen.procedure.name, wanted);
    if (found != nullptr && wanted > seen.procedure.version) return found;
    std::string later;
    for (auto const& known : world.procedures.all())
        if (known->ref.name == seen.procedure.name && known->ref.version > seen.procedure.version)
            later += fmt::format("{}{}", later.empty() ? "" : ", ", known->ref.version);
    return refuse_field(RefusalCode::invalid, "/version",
                        fmt::format("This dispute goes by {} version {}; later versions here: {}.",
                                    seen.procedure.name, seen.procedure.version,
                                    later.empty() ? "none" : later));
}

// Whether the dispute can stand where it stands under the other version.
Result<void> check_places(Procedure const& before, Procedure const& after,
                          DisputeState const& seen) {
    auto const lacks = [&](std::string const& name) {
        Stage const* const was = before.stage(name);
        Stage const* const is = after.stage(name);
        return is == nullptr || was == nullptr || is->ends() != was->ends() ||
               is->label != was->label;
    };
    std::string const* const missing = lacks(seen.stage)                      ? &seen.stage
                                       : seen.resumes && lacks(*seen.resumes) ? &*seen.resumes
                                                                              : nullptr;
    if (missing == nullptr) return {};
    return refuse(RefusalCode::not_possible_now,
                  fmt::format("Version {} has no stage {} that is closed to the same people; move "
                              "the dispute before or after that stage.",
                              after.ref.version, *missing));
}

Event event_of(DisputeState const& seen, Command const& command, Stamp const& stamp) {
    Event event;
    event.id = stamp.entropy.make_id<EventId>(stamp.at);
    event.stage = seen.stage;
    event.at = stamp.at;
    event.actor = command.actor;
    return event;
}

} // namespace

Result<Decided> change_procedure(World const& world, Procedure const& procedure,
                                 DisputeState const& seen, Command const& command,
                                 Stamp const& stamp) {
    using enum RefusalCode;
    Actor const& actor = command.actor;
    std::optional<Side> const side = side_of(actor.role);
    if ((!side && actor.role != Role::administrator) || !id_fits(seen, actor))
        return refuse(not_yours, fmt::format("{} belongs to the administrator; a party agrees to "
                                             "it with the same act.",
                                             change_procedure_act));
    if (side && !actor.verified)
        return refuse(
            sign_in_required,
            fmt::format("{} needs a sign-in that Parley itself checked.", change_procedure_act));
    if (seen.ended)
        return refuse(not_possible_now, "The dispute has ended under the version it began with.");
    auto const* const input = std::get_if<ProcedureInput>(&command.input);
    auto const found = later_version(world, seen, input == nullptr ? 0 : input->version);
    if (!found) return std::unexpected(found.error());
    Procedure const& after = **found;
    if (after.track != procedure.track)
        return refuse(track_forbidden, fmt::format("Version {} is for Track {}.", after.ref.version,
                                                   name_of(after.track)));
    if (auto fine = check_places(procedure, after, seen); !fine)
        return std::unexpected(std::move(fine.error()));

    Event event = event_of(seen, command, stamp);
    if (side) {
        event.body = ProcedureAgreed{after.ref};
        event.then.notified.push_back({role_of(other(*side)), "procedure_agreed"});
    } else {
        Moving moving(world, procedure, after, seen, stamp.at);
        if (!moving.over.empty())
            return refuse(not_possible_now,
                          fmt::format("Under version {} the clock {} would be over already.",
                                      after.ref.version, moving.over.front()));
        if (!moving.disagreement.empty()) {
            Refusal refusal{not_possible_now,
                            fmt::format("A side would have less time and has not agreed. {}",
                                        moving.disagreement.front().detail),
                            {},
                            std::move(moving.disagreement),
                            {}};
            return std::unexpected(std::move(refusal));
        }
        event.body = ProcedureChanged{after.ref, seen.procedure};
        event.then.dropped = std::move(moving.dropped);
        event.then.armed = std::move(moving.armed);
        std::uint32_t next = seen.last_stamp;
        for (Deadline& deadline : event.then.armed) deadline.stamp = ++next;
        for (Role const role : {Role::claimant, Role::respondent})
            event.then.notified.push_back({role, "procedure_changed"});
    }
    Viewer const viewer{actor.role, actor.verified, std::nullopt};
    if (command.expected && *command.expected != version_for(seen, viewer))
        return refuse(version_conflict, "The dispute moved on while you were reading.");
    Decided decided;
    decided.after = seen;
    apply(decided.after, seen.id, event);
    decided.events.push_back({std::move(event), content_of("reasons", input->reasons)});
    return decided;
}

} // namespace parley
