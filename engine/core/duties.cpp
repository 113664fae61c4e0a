#include "engine/base/contains.hpp"
#include "engine/core/behaviour.hpp"
#include "engine/core/conditions.hpp"
#include "engine/core/tasks.hpp"

#include <algorithm>

// Which duties stand open, and what an event does to the tasks for them.

namespace parley {

namespace {

bool is_asked(DisputeState const& state, SeatKind kind) {
    return state.seat(kind).status == SeatStatus::asked;
}
bool is_seated(DisputeState const& state, SeatKind kind) {
    return state.seat(kind).status == SeatStatus::seated;
}

bool stands_as(DisputeState const& state, OutcomeKind kind) {
    OutcomeState const* const outcome = state.outcome();
    return outcome != nullptr && outcome->kind == kind && !outcome->annulled;
}

// Somebody asked for a language, and nobody has said which there are (Art. 15).
bool languages_wanted(DisputeState const& state) {
    auto const& asked = state.language_asked_by;
    return state.languages.empty() && (!asked[0].empty() || !asked[1].empty());
}

// What the procedures write down where it is doubted that a notice was received (Art. 11(5)).
constexpr std::string_view doubt_of_notice = "notice_doubted";

struct Found {
    TaskKind kind;
    SeatKind seat;
};
// A document that the stage waits for, and that was not filed since it was entered.
bool is_awaited(Stage const& stage, Step const& step, DisputeState const& state) {
    auto const filed = state.documents.find(step.settings.document);
    bool const done = filed != state.documents.end() && filed->second.at >= state.stage_entered_at;
    return !done && step.by.size() == 1 && contains(stage.waits_for, step.by.front());
}
// The duty that lies in a step as the state stands. What a view lists as open to take is asked again
// here without its sentences, for this runs at every act; a test holds the two against each other.
std::optional<Found> duty_in(Stage const& stage, Step const& step, DisputeState const& state,
                             SeatKind seat) {
    using enum TaskKind;
    auto const when = [&](bool open, TaskKind kind) {
        return open ? std::optional(Found{kind, seat}) : std::nullopt;
    };
    switch (step.does) {
    case Behaviour::appoint_neutral:
        return when(state.seat(seat).status == SeatStatus::vacant, appoint);
    case Behaviour::accept_appointment: return when(is_asked(state, seat), accept_appointment);
    case Behaviour::decide_objection:
        return when(state.seat(seat).challenged_by.has_value(), decide_objection);
    case Behaviour::set_final_date:
        return when(is_seated(state, seat) && !state.final_date &&
                        state.deadline(step.settings.deadline) != nullptr,
                    set_final_date);
    case Behaviour::render_outcome:
        return when(is_seated(state, seat) && (step.settings.kind != OutcomeKind::award ||
                                               state.resolution->track == Track::one),
                    TaskKind::decide);
    case Behaviour::correct_outcome:
        return when(is_seated(state, seat) && state.correction_asked_by.has_value(), correct);
    case Behaviour::make_offer: // a neutral's proposal is what a mediation is for
        return when(is_seated(state, seat) && stage.kind == StageKind::facilitation, mediate);
    case Behaviour::decide_review:
        return when(is_seated(state, seat) && state.review_asked_by &&
                        stands_as(state, OutcomeKind::award),
                    review);
    case Behaviour::record_settlement:
        return when(is_seated(state, seat) && state.resolution->track == Track::one &&
                        stands_as(state, OutcomeKind::settlement),
                    record_settlement);
    case Behaviour::file_document:
        return when(is_awaited(stage, step, state), TaskKind::file_document);
    case Behaviour::list_languages: // no seat's; see languages_wanted
    case Behaviour::file_dispute:
    case Behaviour::respond:
    case Behaviour::reply:
    case Behaviour::accept_offer:
    case Behaviour::decline_offer:
    case Behaviour::post_message:
    case Behaviour::extend_deadline:
    case Behaviour::move_on:
    case Behaviour::let_pass:
    case Behaviour::withdraw:
    case Behaviour::draw_neutral:
    case Behaviour::object_to_neutral:
    case Behaviour::stand_down:
    case Behaviour::disclose:
    case Behaviour::submit_evidence:
    case Behaviour::request_evidence:
    case Behaviour::request_correction:
    case Behaviour::accept_outcome:
    case Behaviour::refuse_outcome:
    case Behaviour::give_consent:
    case Behaviour::confirm_performance:
    case Behaviour::report_breach:
    case Behaviour::complete_notice:
    case Behaviour::pass_file:
    case Behaviour::object_to_file:
    case Behaviour::grant_time:
    case Behaviour::request_review:
    case Behaviour::confirm_consent:
    case Behaviour::revoke_consent:
    case Behaviour::lapse_consent:
    case Behaviour::correct_facts:
    case Behaviour::change_details:
    case Behaviour::amend_claim:
    case Behaviour::make_counterclaim:
    case Behaviour::ask_language:
    case Behaviour::name_representative:
    case Behaviour::order_burden:
    case Behaviour::ask_consent_award:
    case Behaviour::publish_outcome: return std::nullopt;
    }
    return std::nullopt;
}

// Whose step it is, where it is nobody's but a neutral's or the office's.
std::optional<Role> worker_of(Step const& step) {
    if (step.by.size() != 1) return std::nullopt;
    Role const role = step.by.front();
    if (role == Role::administrator || seat_of(role)) return role;
    return std::nullopt;
}

// How well a clock of the stage fits a duty; zero: not at all. The clock that the step itself is about
// comes first, then the one that does it instead, then one that runs against whose turn it is, then
// the end of the stage.
int fitness(Stage const& stage, DeadlineRule const& rule, Step const& step, Role worker,
            SeatKind seat) {
    Step const* const then = stage.step(rule.then);
    if (then == nullptr) return 0;
    if (!step.settings.deadline.empty() && rule.name == step.settings.deadline) return 4;
    bool const about_filling =
        step.does == Behaviour::appoint_neutral || step.does == Behaviour::accept_appointment;
    if (about_filling && then->does == Behaviour::draw_neutral && then->settings.seat == seat)
        return 3;
    bool const stands_down = then->does == Behaviour::stand_down && then->settings.seat == seat;
    if (step.does == Behaviour::decide_objection) return rule.by_step && stands_down ? 3 : 0;
    if (contains(rule.actors, worker) && !rule.by_step) return 2;
    return then->leads_away() && !rule.by_step ? 1 : 0;
}

Deadline const* deadline_for(Stage const& stage, Step const& step, Role worker, SeatKind seat,
                             DisputeState const& state) {
    Deadline const* best = nullptr;
    int best_fitness = 0;
    for (Deadline const& open : state.deadlines) {
        auto const rule = std::ranges::find(stage.deadlines, open.name, &DeadlineRule::name);
        if (rule == stage.deadlines.end()) continue;
        int const fits = fitness(stage, *rule, step, worker, seat);
        bool const sooner = best != nullptr && fits == best_fitness && open.at < best->at;
        if (fits > best_fitness || (fits > 0 && sooner)) {
            best = &open;
            best_fitness = fits;
        }
    }
    return best;
}

bool same_task(Duty const& a, Duty const& b) {
    return a.kind == b.kind && a.seat == b.seat && a.neutral == b.neutral;
}

// Sixteen bytes like any other id, but repeatable: the time of the event's id, then a digest of which
// event and which duty.
TaskId task_id_of(Event const& event, TaskKind kind, std::optional<SeatKind> seat) {
    std::string const id = event.id.text();
    std::string_view const place = seat ? name_of(*seat) : std::string_view("-");
    Digest const digest = sha256({"parley-task/v1\n", id, "\n", name_of(kind), "\n", place});
    Bytes16 bytes = make_uuid_v7({}, std::span<std::uint8_t const, 10>(digest.data(), 10));
    std::copy_n(event.id.bytes().begin(), 6, bytes.begin());
    return TaskId(bytes);
}

Task blank_task(DisputeState const& state) {
    Task task;
    task.dispute = state.id;
    task.platform = state.platform;
    task.live = state.live;
    for (Side const side : {Side::claimant, Side::respondent}) {
        task.languages[index_of(side)] = state.party(side).language;
        task.countries[index_of(side)] = state.party(side).country;
    }
    task.reason = state.claim->reason;
    task.amount = state.claim->amount;
    task.clock = state.clock;
    task.stage = state.stage;
    return task;
}

Task opened_task(World const& world, DisputeState const& state, Event const& event,
                 Duty const& duty) {
    Task task = blank_task(state);
    task.id = task_id_of(event, duty.kind, duty.seat);
    task.kind = duty.kind;
    task.seat = duty.seat;
    task.neutral = duty.neutral;
    task.act = duty.act;
    task.opened_at = event.at;
    task.due_at = duty.deadline != nullptr ? duty.deadline->at : soft_target(world, event.at);
    if (duty.deadline != nullptr) task.deadline = duty.deadline->name;
    return task;
}

Task closed_task(DisputeState const& state, Event const& event, Duty const& duty) {
    Task task;
    task.dispute = state.id;
    task.kind = duty.kind;
    task.seat = duty.seat;
    task.closed_at = event.at;
    task.closed_by = event.actor.id;
    bool const settled = duty.kind == TaskKind::mediate && state.status == Status::settled;
    if (settled) task.end = TaskEnd::done; // which is what a mediation is for
    else if (event.actor.role == Role::clock) task.end = TaskEnd::lapsed;
    else task.end = event.step == duty.act ? TaskEnd::done : TaskEnd::dropped;
    return task;
}

bool same_deadline(Duty const& a, Duty const& b) {
    if (a.deadline == nullptr || b.deadline == nullptr) return a.deadline == b.deadline;
    return a.deadline->name == b.deadline->name && a.deadline->at == b.deadline->at;
}

Task moved_task(World const& world, DisputeState const& state, Event const& event,
                Duty const& duty) {
    Task task;
    task.dispute = state.id;
    task.kind = duty.kind;
    task.seat = duty.seat;
    task.stage = state.stage;
    task.due_at = duty.deadline != nullptr ? duty.deadline->at : soft_target(world, event.at);
    if (duty.deadline != nullptr) task.deadline = duty.deadline->name;
    return task;
}

} // namespace

std::vector<Duty> duties_of(Procedure const& procedure, DisputeState const& state) {
    std::vector<Duty> duties;
    Stage const* const stage = procedure.stage(state.stage);
    if (stage == nullptr || state.ended) return duties;
    for (Step const& step : stage->steps) {
        auto const worker = worker_of(step);
        if (!worker) continue;
        auto const seat = step.settings.seat ? step.settings.seat : seat_of(*worker);
        if (step.does == Behaviour::list_languages && languages_wanted(state))
            duties.push_back({TaskKind::list_languages, {}, {}, step.name, nullptr});
        if (!seat) continue;
        auto const found = duty_in(*stage, step, state, *seat);
        if (!found || !hold(step.needs, state, {std::nullopt, seat})) continue;
        Duty duty{found->kind, seat, {}, step.name, nullptr};
        if (*worker != Role::administrator) duty.neutral = state.seat(*seat).neutral;
        duty.deadline = deadline_for(*stage, step, *worker, *seat, state);
        if (std::ranges::none_of(duties, [&](Duty const& d) { return same_task(d, duty); }))
            duties.push_back(std::move(duty));
    }
    return duties;
}

std::vector<TaskChange> task_changes(World const& world, Procedure const& procedure,
                                     DisputeState const& before, Decided const& decided) {
    std::vector<TaskChange> changes;
    if (decided.events.empty()) return changes;
    Event const& event = decided.events.front().event;
    DisputeState const& after = decided.after;
    std::vector<Duty> const had = duties_of(procedure, before);
    std::vector<Duty> const has = duties_of(procedure, after);
    auto const find_in = [](std::vector<Duty> const& duties, Duty const& duty) {
        auto const found =
            std::ranges::find_if(duties, [&](Duty const& d) { return same_task(d, duty); });
        return found == duties.end() ? nullptr : &*found;
    };
    using enum TaskChange::What;
    for (Duty const& duty : had)
        if (find_in(has, duty) == nullptr)
            changes.push_back({close, closed_task(after, event, duty)});
    for (Duty const& duty : has) {
        Duty const* const was = find_in(had, duty);
        if (was == nullptr) changes.push_back({open, opened_task(world, after, event, duty)});
        else if (!same_deadline(*was, duty) || before.stage != after.stage)
            changes.push_back({move, moved_task(world, after, event, duty)});
    }
    // A breach outlives the dispute, and nothing but someone's word ends the looking into it.
    if (std::holds_alternative<BreachReported>(event.body))
        changes.push_back({open, opened_task(world, after, event,
                                             {TaskKind::look_into_breach, {}, {}, {}, nullptr})});
    if (std::ranges::find(event.then.marks, doubt_of_notice) != event.then.marks.end())
        changes.push_back({open, opened_task(world, after, event,
                                             {TaskKind::look_into_notice, {}, {}, {}, nullptr})});
    return changes;
}

Instant soft_target(World const& world, Instant from) {
    Zone const* const zone = world.zones.find(world.administrator_zone);
    if (zone == nullptr) return from + us_per_day;
    auto const weekend = [](Date date) { // 1970-01-01 was a Thursday
        std::int32_t const day = (date.days + 3) % 7;
        return day >= 5;
    };
    Date date{zone->local_date(from).days + 1};
    while (weekend(date)) ++date.days;
    return zone->end_of_day(date);
}

} // namespace parley
