#include "engine/core/transitions.hpp"

#include "engine/base/assert.hpp"
#include "engine/core/apply.hpp"
#include "engine/core/conditions.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace parley {

namespace {

// What a clock that starts with this step runs from, as the first sentence of its trace.
std::string anchor_words(Step const& step, Instant at) {
    std::string what;
    switch (step.does) {
    case Behaviour::complete_notice:
    case Behaviour::file_dispute: what = "notice available"; break;
    case Behaviour::respond: what = "response available"; break;
    case Behaviour::reply: what = "reply available"; break;
    case Behaviour::accept_appointment: what = "appointment told to the parties"; break;
    case Behaviour::draw_neutral: what = "drawn neutral told to the parties"; break;
    case Behaviour::render_outcome:
    case Behaviour::record_settlement:
    case Behaviour::correct_outcome: what = "outcome communicated"; break;
    case Behaviour::let_pass:
    case Behaviour::move_on:
    case Behaviour::make_offer:
    case Behaviour::accept_offer:
    case Behaviour::decline_offer:
    case Behaviour::post_message:
    case Behaviour::extend_deadline:
    case Behaviour::withdraw:
    case Behaviour::appoint_neutral:
    case Behaviour::object_to_neutral:
    case Behaviour::decide_objection:
    case Behaviour::stand_down:
    case Behaviour::disclose:
    case Behaviour::set_final_date:
    case Behaviour::submit_evidence:
    case Behaviour::request_evidence:
    case Behaviour::request_correction:
    case Behaviour::accept_outcome:
    case Behaviour::refuse_outcome:
    case Behaviour::give_consent:
    case Behaviour::confirm_performance:
    case Behaviour::pass_file:
    case Behaviour::object_to_file:
    case Behaviour::grant_time:
    case Behaviour::request_review:
    case Behaviour::decide_review:
    case Behaviour::confirm_consent:
    case Behaviour::revoke_consent:
    case Behaviour::lapse_consent:
    case Behaviour::correct_facts:
    case Behaviour::change_details:
    case Behaviour::amend_claim:
    case Behaviour::make_counterclaim:
    case Behaviour::ask_language:
    case Behaviour::list_languages:
    case Behaviour::name_representative:
    case Behaviour::order_burden:
    case Behaviour::ask_consent_award:
    case Behaviour::publish_outcome:
    case Behaviour::file_document:
    case Behaviour::report_breach: what = spaced(step.name); break;
    }
    return step.cites.empty() ? fmt::format("{} {}", what, short_text_of(at))
                              : fmt::format("{} {} ({})", what, short_text_of(at), step.cites);
}

DeadlineRule const* rule_named(Stage const& stage, std::string_view name) {
    auto found = std::ranges::find(stage.deadlines, name, &DeadlineRule::name);
    return found == stage.deadlines.end() ? nullptr : &*found;
}

// Does this event change what the track depends on (docs/LAW.md)?
bool changes_the_track(Event const& event) {
    if (std::holds_alternative<FactsCorrected>(event.body) ||
        std::holds_alternative<ClaimAmended>(event.body))
        return true;
    if (auto const* given = std::get_if<ConsentGiven>(&event.body))
        return given->consent.kind == ConsentKind::arbitration && !given->pending;
    if (auto const* confirmed = std::get_if<ConsentConfirmed>(&event.body))
        return confirmed->kind == ConsentKind::arbitration;
    return false;
}

bool challenged(DisputeState const& state) {
    return std::ranges::any_of(state.seats,
                               [](Seat const& s) { return s.challenged_by.has_value(); });
}

// Works out the consequences of one event, clock by clock.
class Working {
public:
    Working(Passage const& passage, DisputeState const& before, DisputeState const& facts,
            Event& event)
        : passage_(passage), before_(before), facts_(facts), event_(event),
          next_stamp_(facts.last_stamp + 1) {}

    void run() {
        Step const& step = *passage_.step;
        Consequences& then = event_.then;
        for (std::string const& mark : step.marks)
            if (!facts_.marked(mark)) then.marks.push_back(mark);
        for (std::string const& mark : step.clears)
            if (facts_.marked(mark)) then.cleared.push_back(mark);
        for (std::string const& name : step.stops)
            if (Deadline const* open = facts_.deadline(name)) stop(*open);
        if (challenged(before_) && !challenged(facts_))
            stop_clocks_armed_by(Behaviour::object_to_neutral);
        if (track_became_one()) stop_clocks_armed_by(Behaviour::give_consent);
        Stage const& stage = follow(step);
        arm_by_step(step, stage);
        notify(step);
    }
    void move(std::vector<Deadline> moved) {
        for (Deadline& deadline : moved) {
            deadline.stamp = next_stamp_++;
            event_.then.armed.push_back(std::move(deadline));
        }
    }

private:
    bool track_became_one() const {
        return before_.resolution->track == Track::two && facts_.resolution->track == Track::one;
    }

    // Goes where the first open branch leads; gives the stage the dispute is in afterwards.
    Stage const& follow(Step const& step) {
        Asked const asked{side_of(event_.actor.role), step.settings.seat};
        for (Branch const& branch : step.to) {
            if (!hold(branch.when, facts_, asked)) continue;
            if (branch.to == "resume" && !facts_.resumes)
                continue; // nothing waits: the next branch
            for (std::string const& mark : branch.marks)
                if (!facts_.marked(mark)) event_.then.marks.push_back(mark);
            for (SeatKind const kind : branch.vacates)
                if (facts_.seat(kind).status != SeatStatus::vacant)
                    event_.then.vacated.push_back(kind);
            if (branch.to == "stay") return passage_.stage;
            if (branch.to == "resume") return resume(*facts_.resumes);
            Stage const* target = passage_.procedure.stage(branch.to);
            PARLEY_ASSERT(target != nullptr,
                          "a branch leads to a stage, which reading the file checked");
            enter(*target, branch.interrupts);
            return *target;
        }
        return passage_.stage;
    }

    void enter(Stage const& target, bool interrupts) {
        leave(target, interrupts);
        StageEntered entered{target.name, target.label, target.status, target.ends(), std::nullopt};
        if (interrupts && !target.ends()) entered.resumes = passage_.stage.name;
        event_.then.entered = std::move(entered);
        for (DeadlineRule const& rule : target.deadlines)
            if (!rule.by_step) start(rule);
    }

    // Back to the interrupted stage: clocks that waited go on with the days they had left (S11),
    // the others start again.
    Stage const& resume(std::string const& name) {
        Stage const* target = passage_.procedure.stage(name);
        PARLEY_ASSERT(target != nullptr, "a stage that was interrupted is one of the procedure");
        leave(*target, false);
        event_.then.entered =
            StageEntered{target->name, target->label, target->status, target->ends(), std::nullopt};
        for (DeadlineRule const& rule : target->deadlines) {
            auto waiting = std::ranges::find(
                facts_.suspended, rule.name,
                [](SuspendedDeadline const& s) -> std::string const& { return s.deadline.name; });
            if (waiting != facts_.suspended.end()) go_on(*waiting);
            else if (!rule.by_step) start(rule);
        }
        return *target;
    }

    void leave(Stage const& target, bool interrupts) {
        for (Deadline const& open : facts_.deadlines) {
            if (open.keeps_running && !target.ends()) continue;
            DeadlineRule const* rule = rule_named(passage_.stage, open.name);
            bool const waits =
                interrupts && rule != nullptr && rule->on_return == OnReturn::remaining;
            if (waits)
                stop(open, days_left(passage_.world.zones, open, event_.at,
                                     passage_.world.calendars.find(open.calendar)));
            else stop(open);
        }
    }

    void stop(Deadline const& open, std::optional<std::int32_t> left = std::nullopt) {
        bool const known = std::ranges::any_of(event_.then.dropped, [&](DroppedDeadline const& d) {
            return d.name == open.name && d.stamp == open.stamp;
        });
        if (!known) event_.then.dropped.push_back({open.name, open.stamp, left});
    }

    // The administrator's time to decide a challenge ends with the challenge, however that ended,
    // so that it can never remove a successor; the time to confirm an arbitration agreement ends with
    // the agreement.
    void stop_clocks_armed_by(Behaviour behaviour) {
        for (Step const& step : passage_.stage.steps) {
            if (step.does != behaviour) continue;
            for (std::string const& name : step.arms)
                if (Deadline const* open = facts_.deadline(name)) stop(*open);
        }
    }

    void arm_by_step(Step const& step, Stage const& stage) {
        if (stage.ends()) return;
        if (step.does == Behaviour::object_to_neutral && !challenged(facts_)) return;
        // Only a consent that waits for its confirmation needs clocks.
        if (auto const* given = std::get_if<ConsentGiven>(&event_.body); given && !given->pending)
            return;
        for (std::string const& name : step.arms)
            if (DeadlineRule const* rule = rule_named(stage, name)) start(*rule);
    }

    void start(DeadlineRule const& rule) {
        if (rule.only_once &&
            (facts_.deadline(rule.name) != nullptr || has_passed(facts_, rule.name)))
            return;
        // `because` is worked out once an event, where a clock starts at all.
        if (because_.empty()) because_ = anchor_words(*passage_.step, event_.at);
        Deadline deadline = start_clock(passage_.world, facts_, rule, event_.at, because_);
        deadline.stamp = next_stamp_++;
        event_.then.armed.push_back(std::move(deadline));
    }

    void go_on(SuspendedDeadline const& waiting) {
        Deadline deadline = waiting.deadline;
        std::string const because = fmt::format("{} days were left of it; {}", waiting.days_left,
                                                anchor_words(*passage_.step, event_.at));
        auto computed = resume_deadline(
            passage_.world.zones, deadline, {waiting.since, event_.at},
            timed_actors(passage_.world, facts_, deadline.actors, deadline.counts_in), because);
        if (computed) {
            deadline.at = computed->at;
            deadline.zone = std::move(computed->zone);
            deadline.calendar = std::move(computed->calendar);
            deadline.last_days = std::move(computed->last_days);
            deadline.trace = std::move(computed->trace);
        } else { // a zone that the operating system no longer knows: never less time than was left
            deadline.at = event_.at + (waiting.days_left + 1) * us_per_day;
            deadline.trace = {because, computed.error().detail};
        }
        deadline.anchor = event_.at;
        bool const business = deadline.period.unit == PeriodUnit::business_days;
        deadline.period = {waiting.days_left,
                           business ? PeriodUnit::business_days : PeriodUnit::days};
        deadline.stamp = next_stamp_++;
        event_.then.armed.push_back(std::move(deadline));
    }

    void notify(Step const& step) {
        notify_of(step);
        std::optional<Reevaluation> const& again = event_.then.reevaluated;
        if (!again || again->before.track == again->after.track) return;
        // First, for who gets several notices of one event is sent the first.
        std::vector<Notified>& notified = event_.then.notified;
        notified.insert(notified.begin(),
                        {{Role::claimant, "track_changed"}, {Role::respondent, "track_changed"}});
    }
    void notify_of(Step const& step) {
        if (!event_.then.notified.empty()) return; // the behaviour knew better words
        bool const by_clock = event_.actor.role == Role::clock;
        for (Role const role : step.notifies)
            event_.then.notified.push_back(
                {role, by_clock ? step.name : std::string(type_of(event_))});
    }

    Passage const& passage_;
    DisputeState const& before_;
    DisputeState const& facts_; // with the event's own facts
    Event& event_;
    std::uint32_t next_stamp_;
    std::string because_;
};

} // namespace

std::vector<TimedActor> timed_actors(World const& world, DisputeState const& state,
                                     std::vector<Side> const& sides, std::string_view counts_in) {
    auto const calendar = [&](std::string_view country) {
        return counts_in.empty()
                   ? nullptr
                   : world.calendars.find(state.calendars,
                                          counts_in == "of_actor" ? country : counts_in);
    };
    std::vector<TimedActor> actors;
    for (Side const side : sides) {
        PartyFacts const& party = state.party(side);
        actors.push_back({std::string(name_of(side)), party.time_zone, calendar(party.country)});
    }
    if (actors.empty()) actors.push_back({"administrator", world.administrator_zone, calendar("")});
    return actors;
}

namespace {

// A clock that runs to an instant or the end of a day which a document names: sooner than the period of
// the rule, which stays the longest it can be.
void set_by_document(World const& world, DisputeState const& state, DeadlineRule const& rule,
                     std::span<TimedActor const> actors, Deadline& deadline) {
    std::string const* const text = value_of(state, rule.at);
    if (text == nullptr) return;
    std::optional<Instant> at = parse_instant(*text);
    if (auto const date = at ? std::nullopt : parse_date(*text)) {
        at = Instant{};
        for (TimedActor const& actor : actors)
            if (Zone const* zone = world.zones.find(actor.zone))
                at = std::max(*at, zone->end_of_day(*date));
    }
    if (!at || *at <= deadline.anchor || *at >= deadline.at) return;
    deadline.at = *at;
    for (std::size_t i = 0; i < deadline.last_days.size() && i < actors.size(); ++i)
        if (Zone const* zone = world.zones.find(actors[i].zone))
            deadline.last_days[i] = zone->local_date(*at);
    std::size_t const dot = rule.at.find('.');
    FiledDocument const& document = state.documents.find(rule.at.substr(0, dot))->second;
    deadline.trace.push_back(fmt::format("{} in the document {} of {}: ends {}",
                                         rule.at.substr(dot + 1), rule.at.substr(0, dot),
                                         short_text_of(document.at), text_of(*at)));
}

void set_receipts(DisputeState const& state, ReceiptRule const& rule, std::span<Side const> sides,
                  std::span<TimedActor> actors) {
    for (std::size_t i = 0; i < sides.size() && i < actors.size(); ++i) {
        bool const elsewhere =
            state.party(sides[i]).country != state.party(other(sides[i])).country;
        actors[i].abroad = elsewhere && rule.abroad;
        actors[i].receipt = actors[i].abroad ? *rule.abroad : rule.after;
    }
}

} // namespace

Result<Instant> end_of_notice(Act const& act, Period notice, std::vector<Side> const& sides) {
    auto const end =
        compute_deadline(act.world.zones, notice, act.stamp.at,
                         timed_actors(act.world, act.state, sides), {}, "least notice");
    if (!end) return std::unexpected(end.error());
    return end->at;
}

Deadline start_clock(World const& world, DisputeState const& state, DeadlineRule const& rule,
                     Instant anchor, std::string_view because) {
    Deadline deadline;
    deadline.name = rule.name;
    deadline.step = rule.then;
    deadline.anchor = anchor;
    deadline.period = rule.after;
    deadline.keeps_running = rule.keeps_running;
    deadline.counts_in = rule.calendar;
    deadline.roll = rule.roll;
    deadline.tz_version = world.zones.version();
    for (Role const role : rule.actors)
        if (auto side = side_of(role)) deadline.actors.push_back(*side);

    std::vector<TimedActor> actors = timed_actors(world, state, deadline.actors, rule.calendar);
    if (rule.receipt) set_receipts(state, *rule.receipt, deadline.actors, actors);
    bool const instant = rule.ends == Ends::instant;
    auto computed =
        compute_deadline(world.zones, rule.after, anchor, actors, {instant, rule.roll}, because);
    std::string doubt;
    // A zone that the operating system no longer knows, a year that the calendar does not: elapsed time
    // needs neither, and is never shorter.
    if (!computed) {
        doubt = computed.error().detail;
        computed =
            compute_deadline(world.zones, rule.after, anchor, actors, {true, false}, because);
    }
    PARLEY_ASSERT(computed.has_value(),
                  "a period of a checked procedure can be computed without zones");
    deadline.at = computed->at;
    deadline.zone = std::move(computed->zone);
    deadline.calendar = std::move(computed->calendar);
    deadline.last_days = std::move(computed->last_days);
    deadline.trace = std::move(computed->trace);
    if (!rule.at.empty()) set_by_document(world, state, rule, actors, deadline);
    if (!doubt.empty()) deadline.trace.push_back("counted as elapsed time: " + doubt);
    bool const for_neutral = deadline.actors.empty() && !rule.actors.empty() &&
                             rule.actors.front() != Role::administrator;
    if (for_neutral && !instant)
        deadline.trace.push_back(
            fmt::format("the {}'s days are counted in the administrator's zone {}",
                        name_of(rule.actors.front()), world.administrator_zone));
    return deadline;
}

Result<Resolution> resolve_again(World const& world, DisputeState const& state, Instant at) {
    return resolve_track(world.law, {state.parties, state.claim->reason, state.claim->amount,
                                     state.concluded_at, at, state.commenced_at, state.consents});
}

Decided conclude(Passage const& passage, DisputeState const& seen, DisputeId dispute, Event event,
                 std::string content, std::vector<Deadline> moved) {
    Decided decided;
    decided.after = seen;
    apply_facts(decided.after, dispute, event);
    if (event.room == Room::joint) {
        bool const by_agreement = passage.procedure.rests_on == RestsOn::agreement;
        if (by_agreement && changes_the_track(event)) {
            // A refusal says that nothing can be resolved any more; the answer that was stays.
            if (auto again = resolve_again(passage.world, decided.after, event.at)) {
                event.then.reevaluated = Reevaluation{seen.resolution, std::move(*again)};
                decided.after.resolution = event.then.reevaluated->after;
            }
        }
        Working working(passage, seen, decided.after, event);
        working.move(std::move(moved));
        if (passage.step != nullptr) working.run();
        apply_consequences(decided.after, event);
    }
    decided.events.push_back({std::move(event), std::move(content)});
    return decided;
}

} // namespace parley
