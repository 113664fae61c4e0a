#include "engine/procedure/check.hpp"

#include "engine/base/contains.hpp"

#include "engine/procedure/behaviours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace parley {

namespace {

constexpr std::int32_t times_max = 10;
constexpr std::int64_t replacements_max = 20;
constexpr std::int64_t filed_max = 20;
constexpr std::int64_t extension_max_days = 90;
constexpr std::int64_t clock_max_days = 731;

// Who may do what, whatever a file says: nobody answers for the other side or decides their own
// case.
bool may_do(Role role, Behaviour does) {
    switch (does) {
    case Behaviour::file_dispute:
    case Behaviour::complete_notice:
    case Behaviour::amend_claim:
    case Behaviour::reply: return role == Role::claimant;
    case Behaviour::make_counterclaim:
    case Behaviour::respond: return role == Role::respondent;
    case Behaviour::make_offer: return is_party(role) || is_neutral(role);
    case Behaviour::accept_offer:
    case Behaviour::decline_offer:
    case Behaviour::extend_deadline:
    case Behaviour::object_to_file:
    case Behaviour::request_review:
    case Behaviour::confirm_consent:
    case Behaviour::revoke_consent:
    case Behaviour::change_details:
    case Behaviour::ask_language:
    case Behaviour::name_representative:
    case Behaviour::ask_consent_award:
    case Behaviour::object_to_neutral:
    case Behaviour::submit_evidence:
    case Behaviour::request_correction:
    case Behaviour::accept_outcome:
    case Behaviour::refuse_outcome:
    case Behaviour::give_consent:
    case Behaviour::confirm_performance:
    case Behaviour::report_breach: return is_party(role);
    case Behaviour::withdraw: return is_party(role) || is_neutral(role);
    case Behaviour::appoint_neutral:
    case Behaviour::list_languages:
    case Behaviour::publish_outcome:
    case Behaviour::decide_objection: return role == Role::administrator;
    case Behaviour::grant_time:
    case Behaviour::correct_facts: return role == Role::administrator || is_neutral(role);
    case Behaviour::draw_neutral: return role == Role::administrator || role == Role::clock;
    case Behaviour::accept_appointment:
    case Behaviour::disclose:
    case Behaviour::set_final_date:
    case Behaviour::request_evidence:
    case Behaviour::order_burden:
    case Behaviour::decide_review:
    case Behaviour::record_settlement:
    case Behaviour::render_outcome:
    case Behaviour::correct_outcome: return is_neutral(role);
    case Behaviour::stand_down: return is_neutral(role) || role == Role::clock;
    case Behaviour::pass_file:
    case Behaviour::lapse_consent:
    case Behaviour::let_pass: return role == Role::clock;
    case Behaviour::file_document:
    case Behaviour::move_on:
    case Behaviour::post_message: return role != Role::platform && role != Role::auditor;
    }
    std::unreachable();
}

class StageCheck {
public:
    StageCheck(Procedure const& procedure, Reading const& reading, Stage const& stage,
               std::vector<FieldError>& faults)
        : procedure_(procedure), reading_(reading), stage_(stage), faults_(faults) {}

    void run() {
        for (DeadlineRule const& rule : stage_.deadlines) check_deadline(rule);
        for (Step const& step : stage_.steps) check_step(step);
        if (!stage_.ends() && stage_.kind != StageKind::filing && stage_.steps.empty())
            fault(stage_.pointer + "/steps", "holds no step; nobody could do anything here");
    }

private:
    void fault(std::string pointer, std::string sentence) {
        faults_.push_back({std::move(pointer), RefusalCode::invalid, std::move(sentence)});
    }
    DeadlineRule const* rule_named(std::string_view name) const { return rule_in(stage_, name); }
    static DeadlineRule const* rule_in(Stage const& stage, std::string_view name) {
        auto const found = std::ranges::find(stage.deadlines, name, &DeadlineRule::name);
        return found == stage.deadlines.end() ? nullptr : &*found;
    }
    DeadlineRule const* rule_anywhere(std::string_view name) const {
        for (Stage const& stage : procedure_.stages)
            if (DeadlineRule const* rule = rule_in(stage, name)) return rule;
        return nullptr;
    }

    void check_deadline(DeadlineRule const& rule) {
        check_length(rule);
        check_actors(rule);
        Step const* const then = stage_.step(rule.then);
        if (then == nullptr)
            fault(rule.pointer + "/then",
                  fmt::format(
                      "names {}, which is no step of {}; add that step or name one that is there",
                      Reading::quoted(rule.then), stage_.name));
        else if (!contains(then->by, Role::clock))
            fault(rule.pointer + "/then",
                  fmt::format(
                      "names {}, which the clock may not take; give that step by: [\"clock\"]",
                      then->name));
        if (rule.by_step && !armed_by_a_step(rule.name))
            fault(
                rule.pointer + "/by_step",
                "is true, but no step arms this deadline; let a step arm it or leave by_step out");
        bool const interrupted = std::ranges::any_of(stage_.steps, [](Step const& s) {
            return std::ranges::any_of(s.to, &Branch::interrupts);
        });
        if (interrupted && !rule.by_step && !rule.keeps_running &&
            !reading_.on_returns.contains(rule.pointer))
            fault(rule.pointer + "/on_return",
                  fmt::format("is missing; {} can be interrupted, so say restart or remaining",
                              stage_.name));
    }

    void check_length(DeadlineRule const& rule) {
        std::string const pointer = rule.pointer + "/after";
        // A parameter that `enabled` asks about may be nothing: then the way here is closed.
        if (rule.after.count < 1 && !reading_.switches.contains(rule.after_parameter))
            fault(pointer, "is a period of no length; a clock needs time to run, or the way to its "
                           "stage asks whether it is enabled");
        if (!rule.at.empty()) check_date(rule);
        std::int64_t const until_received =
            rule.receipt ? hours_of(rule.receipt->abroad.value_or(rule.receipt->after)) : 0;
        if (until_received + hours_of(rule.after) > clock_max_days * 24)
            fault(pointer, fmt::format("is longer than {} days; a dispute must end in a time that "
                                       "people can wait for",
                                       clock_max_days));
        check_receipt(rule);
        check_calendar(rule);
        if (rule.after.unit == PeriodUnit::hours && rule.ends == Ends::end_of_day)
            fault(rule.pointer + "/ends",
                  "must be instant for a period in hours, which has no last day");
    }

    // What counts as received on a later day is received by a party and begins a period of days.
    void check_receipt(DeadlineRule const& rule) {
        if (!rule.receipt) return;
        std::string const pointer = rule.pointer + "/receipt";
        auto const in_days = [](Period period) {
            return period.unit == PeriodUnit::days || period.unit == PeriodUnit::business_days;
        };
        if (!std::ranges::all_of(rule.actors, is_party))
            fault(pointer, "is for parties alone; a neutral or the administrator is told at once");
        if (rule.ends == Ends::instant)
            fault(pointer, "is a day, but this deadline ends at an instant; let it end with a day, "
                           "or take receipt out");
        if (!in_days(rule.receipt->after))
            fault(pointer + "/after", "must be days, such as P3D, or business days, such as P2B");
        if (!rule.receipt->abroad) return;
        if (!in_days(*rule.receipt->abroad))
            fault(pointer + "/abroad", "must be days, such as P7D, or business days, such as P5B");
        else if (rule.receipt->abroad->unit != rule.receipt->after.unit)
            fault(pointer + "/abroad", "must count in the same kind of days as after");
        else if (hours_of(*rule.receipt->abroad) < hours_of(rule.receipt->after))
            fault(pointer + "/abroad",
                  "is shorter than after; what goes abroad takes no less time");
    }

    // Business days are those of a calendar, and a calendar is there for business days (K7, K16).
    void check_calendar(DeadlineRule const& rule) {
        auto const business = [](Period period) {
            return period.unit == PeriodUnit::business_days;
        };
        bool const receipt_counts =
            rule.receipt && (business(rule.receipt->after) ||
                             (rule.receipt->abroad && business(*rule.receipt->abroad)));
        bool const counts = business(rule.after) || receipt_counts || rule.roll;
        if (counts && rule.calendar.empty())
            fault(rule.pointer + "/calendar",
                  "is missing; business days are those of a calendar: of_actor for the country of "
                  "each party, or one by its id, such as EU");
        if (!counts && !rule.calendar.empty())
            fault(rule.pointer + "/calendar",
                  "serves nothing, for the period counts no business days; take it out");
        if (counts && rule.ends == Ends::instant)
            fault(rule.pointer + "/ends", "must be end_of_day where business days count");
        bool const parties = std::ranges::all_of(rule.actors, is_party);
        if (rule.calendar == "of_actor" && !parties)
            fault(rule.pointer + "/calendar",
                  "must name a calendar, such as EU; only parties have a country of their own");
    }
    // A clock may run to what a document names: an instant or a date.
    void check_date(DeadlineRule const& rule) {
        FieldRule const* const field = procedure_.field(rule.at);
        if (field == nullptr)
            fault(rule.pointer + "/at", fmt::format("is {}, which is no document and field of the "
                                                    "procedure, such as session.starts_at",
                                                    Reading::quoted(rule.at)));
        else if (field->type != FieldType::instant && field->type != FieldType::date)
            fault(rule.pointer + "/at", fmt::format("names {}, which is neither an instant nor a "
                                                    "date",
                                                    rule.at));
    }

    // One zone each for the parties, or the one of whoever else must act: a mixture has no rule.
    void check_actors(DeadlineRule const& rule) {
        std::string const pointer = rule.pointer + "/actors";
        bool const parties = std::ranges::all_of(rule.actors, is_party);
        bool const one_other =
            rule.actors.size() == 1 &&
            (is_neutral(rule.actors.front()) || rule.actors.front() == Role::administrator);
        if (rule.actors.empty() || (!parties && !one_other))
            fault(pointer, "must be one or both parties, or one of mediator, decider and "
                           "administrator: the zone of who must act counts");
    }

    bool armed_by_a_step(std::string_view name) const {
        for (Stage const& from : procedure_.stages)
            for (Step const& step : from.steps) {
                bool const arms = std::ranges::find(step.arms, name) != step.arms.end();
                if (arms && (from.name == stage_.name || leads_to(step, stage_.name))) return true;
            }
        return false;
    }
    static bool leads_to(Step const& step, std::string_view stage) {
        return std::ranges::find(step.to, stage, &Branch::to) != step.to.end();
    }

    void check_step(Step const& step) {
        check_actors(step);
        check_branches(step);
        check_conditions(step.needs, step.pointer + "/needs");
        check_arms(step);
        check_settings(step);
        check_outcome(step);
        for (std::size_t i = 0; i < step.notifies.size(); ++i)
            if (step.notifies[i] == Role::clock)
                fault(fmt::format("{}/notifies/{}", step.pointer, i),
                      "is the clock, which reads nothing; leave it out");
        if (!step.rooms.empty() && step.does != Behaviour::post_message)
            fault(step.pointer + "/rooms",
                  fmt::format("is of no use to {}; only messages are said in a room",
                              name_of(step.does)));
        bool const by_clock = contains(step.by, Role::clock);
        if (by_clock && !fired_by_a_deadline(step.name))
            fault(step.pointer, fmt::format("is a step of the clock in {}, but no deadline leads "
                                            "to it; name it in the `then` of one or take it out",
                                            stage_.name));
        bool const files = step.does == Behaviour::file_dispute;
        if (files != (stage_.kind == StageKind::filing))
            fault(step.pointer + "/does",
                  files ? "files a dispute, which happens in the first stage alone"
                        : "must be file_dispute in a stage of the kind filing");
    }

    void check_actors(Step const& step) {
        std::string const pointer = step.pointer + "/by";
        if (step.by.empty()) fault(pointer, "names nobody; say who may take this step");
        bool const by_clock = contains(step.by, Role::clock);
        if (by_clock && step.by.size() > 1)
            fault(pointer, "names the clock and others; give each their own step");
        if (by_clock && !spec_of(step.does).clock_may)
            fault(step.pointer + "/does",
                  fmt::format("is {}, which the clock cannot do; let_pass, move_on, draw_neutral, "
                              "stand_down, pass_file and lapse_consent are what it can",
                              name_of(step.does)));
        for (std::size_t i = 0; i < step.by.size(); ++i)
            if (!may_do(step.by[i], step.does) && !(by_clock && step.by[i] == Role::clock))
                fault(fmt::format("{}/{}", pointer, i),
                      fmt::format("is the {}, who may not do {}", name_of(step.by[i]),
                                  name_of(step.does)));
    }

    bool fired_by_a_deadline(std::string_view name) const {
        return std::ranges::any_of(procedure_.stages, [&](Stage const& from) {
            return std::ranges::any_of(from.deadlines, [&](DeadlineRule const& rule) {
                return rule.then == name && (from.name == stage_.name || rule.keeps_running);
            });
        });
    }

    void check_branches(Step const& step) {
        bool covered = false;
        for (std::size_t i = 0; i < step.to.size(); ++i) {
            Branch const& branch = step.to[i];
            std::string const pointer = pointer_of(step, &branch);
            bool const again = std::ranges::any_of(
                step.to.begin(), step.to.begin() + static_cast<std::ptrdiff_t>(i),
                [&](Branch const& b) { return b.when == branch.when; });
            if (covered || again)
                fault(pointer, "can never be taken, for a branch above it takes every such case; "
                               "move it up or take it out");
            covered = covered || branch.when.empty();
            check_conditions(branch.when, pointer + "/when");
            check_target(branch, pointer);
        }
        if (!step.to.empty() && !covered)
            fault(step.pointer + "/to", "does not say where to go when no branch holds; end with "
                                        "one without conditions, such as {\"to\": \"stay\"}");
    }
    void check_target(Branch const& branch, std::string const& pointer) {
        if (branch.to == "resume") {
            bool const asked = std::ranges::any_of(branch.when, [](Condition const& c) {
                return c.fact == Fact::resumes_a_stage && !c.negated;
            });
            if (!asked)
                fault(pointer, "resumes a stage without asking whether one waits; add "
                               "\"resumes_a_stage\" to its conditions");
        }
        Stage const* const target = procedure_.stage(branch.to);
        bool const word = branch.to == "stay" || branch.to == "resume";
        if (!word && target == nullptr)
            fault(pointer,
                  fmt::format("leads to {}, which is no stage; name one, or \"stay\" or \"resume\"",
                              Reading::quoted(branch.to)));
        if (target != nullptr && target->kind == StageKind::filing)
            fault(pointer, fmt::format("leads back to {}, but a dispute is filed once", branch.to));
        if (!branch.interrupts) return;
        bool const comes_back =
            target != nullptr &&
            std::ranges::any_of(target->steps, [](Step const& s) { return leads_to(s, "resume"); });
        if (!comes_back)
            fault(pointer, fmt::format("interrupts {}, but no step of {} resumes it", stage_.name,
                                       branch.to));
    }

    void check_conditions(std::vector<Condition> const& conditions, std::string const& pointer) {
        for (std::size_t i = 0; i < conditions.size(); ++i) {
            Condition const& condition = conditions[i];
            std::string const here = fmt::format("{}/{}", pointer, i);
            if (condition.fact == Fact::deadline_passed && rule_anywhere(condition.name) == nullptr)
                fault(here, fmt::format("asks for the deadline {}, which no stage has",
                                        Reading::quoted(condition.name)));
            if (condition.fact == Fact::replacements_below && condition.number > replacements_max)
                fault(here, fmt::format("allows {} replacements, which is as good as without end; "
                                        "at most {}",
                                        condition.number, replacements_max));
            check_document_condition(condition, here);
            if (condition.fact == Fact::both_took && !taken_by_both(condition.name))
                fault(here,
                      fmt::format("asks for {}, which is no step of {} that both parties take",
                                  Reading::quoted(condition.name), stage_.name));
            if (condition.fact == Fact::marked && !marked_by_a_step(condition.name))
                fault(here, fmt::format("asks for the mark {}, which no step makes",
                                        Reading::quoted(condition.name)));
        }
    }
    bool taken_by_both(std::string_view name) const {
        Step const* const step = stage_.step(name);
        return step != nullptr && contains(step->by, Role::claimant) &&
               contains(step->by, Role::respondent);
    }
    void check_document_condition(Condition const& condition, std::string const& here) {
        bool const about = condition.fact == Fact::filed || condition.fact == Fact::filed_below;
        if (about && procedure_.document(condition.name) == nullptr)
            fault(here, fmt::format("asks for the document {}, which the procedure does not know",
                                    Reading::quoted(condition.name)));
        if (condition.fact == Fact::filed_below && condition.number > filed_max)
            fault(here,
                  fmt::format("allows {} filings, which is as good as without end; at most {}",
                              condition.number, filed_max));
        if (condition.fact != Fact::says) return;
        FieldRule const* const field = procedure_.field(condition.name);
        if (field == nullptr)
            return fault(here, fmt::format("asks for {}, which is no document and field of the "
                                           "procedure, such as attendance.claimant",
                                           Reading::quoted(condition.name)));
        bool const truth = field->type == FieldType::yes_no &&
                           (condition.value == "yes" || condition.value == "no");
        bool const choice =
            field->type == FieldType::choice && contains(field->choices, condition.value);
        if (!truth && !choice)
            fault(here,
                  fmt::format("asks whether {} says {}, which it never can; ask for one of its "
                              "choices, or for yes or no",
                              condition.name, Reading::quoted(condition.value)));
    }
    bool marked_by_a_step(std::string const& mark) const {
        return std::ranges::any_of(procedure_.stages, [&](Stage const& stage) {
            return std::ranges::any_of(stage.steps, [&](Step const& s) {
                return contains(s.marks, mark) || std::ranges::any_of(s.to, [&](Branch const& b) {
                           return contains(b.marks, mark);
                       });
            });
        });
    }

    // A step arms deadlines of the stage that it leads to, or of its own where it stays.
    void check_arms(Step const& step) {
        for (std::size_t i = 0; i < step.arms.size(); ++i) {
            DeadlineRule const* rule = rule_named(step.arms[i]);
            for (Branch const& branch : step.to)
                if (Stage const* target = procedure_.stage(branch.to);
                    rule == nullptr && target != nullptr)
                    rule = rule_in(*target, step.arms[i]);
            std::string const pointer = fmt::format("{}/arms/{}", step.pointer, i);
            if (rule == nullptr)
                fault(pointer, fmt::format("names {}, which is no deadline of {} nor of a stage "
                                           "that this step leads to",
                                           Reading::quoted(step.arms[i]), stage_.name));
            else if (!rule->by_step)
                fault(pointer, fmt::format("names {}, which starts with its stage; give that "
                                           "deadline by_step: true or leave it out here",
                                           rule->name));
        }
        for (std::size_t i = 0; i < step.clears.size(); ++i)
            if (!marked_by_a_step(step.clears[i]))
                fault(
                    fmt::format("{}/clears/{}", step.pointer, i),
                    fmt::format("names {}, which no step marks", Reading::quoted(step.clears[i])));
        for (std::size_t i = 0; i < step.stops.size(); ++i)
            if (rule_anywhere(step.stops[i]) == nullptr)
                fault(
                    fmt::format("{}/stops/{}", step.pointer, i),
                    fmt::format("names {}, which is no deadline", Reading::quoted(step.stops[i])));
    }

    std::string settings_pointer(Step const& step, std::string_view member) const {
        return fmt::format("{}/does/{}/{}", step.pointer, name_of(step.does), member);
    }
    void check_settings(Step const& step) {
        BehaviourSettings const& told = step.settings;
        if (!told.deadline.empty()) {
            DeadlineRule const* const rule = rule_named(told.deadline);
            if (rule == nullptr)
                fault(settings_pointer(step, "deadline"),
                      fmt::format("names {}, which is no deadline of {}",
                                  Reading::quoted(told.deadline), stage_.name));
        }
        if (told.period_most && told.period_most->unit != PeriodUnit::days &&
            told.period_most->unit != PeriodUnit::weeks)
            fault(settings_pointer(step, "period_most"),
                  "must be days or weeks, which can be added to a date");
        if (told.reflection) check_reflection(step);
        if (step.does == Behaviour::file_document && procedure_.document(told.document) == nullptr)
            fault(settings_pointer(step, "document"),
                  fmt::format("names {}, which is no document of the procedure",
                              Reading::quoted(told.document)));
        check_times(step);
        check_request(step);
        check_consents(step);
        if (step.does == Behaviour::object_to_file && !told.deadline.empty()) {
            DeadlineRule const* const window = rule_named(told.deadline);
            Step const* const then = window == nullptr ? nullptr : stage_.step(window->then);
            if (then == nullptr || then->does != Behaviour::pass_file)
                fault(settings_pointer(step, "deadline"),
                      "must be the clock that passes the file on when nobody objects");
        }
        if (told.seat)
            for (std::size_t i = 0; i < step.by.size(); ++i)
                if (is_neutral(step.by[i]) && step.by[i] != role_of(*told.seat))
                    fault(fmt::format("{}/by/{}", step.pointer, i),
                          fmt::format("is the {}, but the step is about the seat of the {}",
                                      name_of(step.by[i]), name_of(*told.seat)));
        for (auto const& [period, member] : {std::pair{told.window, "window"},
                                             {told.cause_window, "cause_window"},
                                             {told.notice, "notice"}})
            if (period && (period->unit == PeriodUnit::business_days || period->count < 1))
                fault(settings_pointer(step, member),
                      "must be calendar days, hours, weeks, months or years, at least one");
    }
    // The clock that ends the reflection is known by its name. A time to accept that is over before
    // the reflection is would leave a consumer nothing to accept.
    void check_reflection(Step const& step) {
        DeadlineRule const* const rule = rule_named("reflection");
        if (rule == nullptr || rule->after != *step.settings.reflection)
            fault(settings_pointer(step, "reflection"),
                  fmt::format("needs a deadline of {} called reflection that runs as long",
                              stage_.name));
        for (DeadlineRule const& other : stage_.deadlines) {
            Step const* const then = stage_.step(other.then);
            bool const ends_stage = then != nullptr && !other.by_step && then->leads_away();
            if (ends_stage && hours_of(other.after) <= hours_of(*step.settings.reflection))
                fault(other.pointer + "/after",
                      fmt::format("is over when the reflection of {} is, which leaves no time to "
                                  "accept; make it longer",
                                  step.name));
        }
    }
    // A number that is written as if there were none.
    void check_times(Step const& step) {
        bool const few = step.settings.times <= times_max;
        bool const extends =
            step.does == Behaviour::extend_deadline || step.does == Behaviour::grant_time;
        if (!few)
            fault(settings_pointer(step, "times"),
                  fmt::format("is {}, which is as good as without end; at most {}",
                              step.settings.times, times_max));
        if (extends && step.settings.period_most &&
            hours_of(*step.settings.period_most) > extension_max_days * 24)
            fault(settings_pointer(step, "period_most"),
                  fmt::format("is longer than {} days, which is as good as without end",
                              extension_max_days));
    }
    // Time on request is for whom the clock runs; anybody else's takes the word of both.
    void check_request(Step const& step) {
        if (step.does != Behaviour::extend_deadline || step.settings.consent != "none") return;
        DeadlineRule const* const rule = rule_named(step.settings.deadline);
        if (rule == nullptr) return; // told elsewhere
        for (Role const role : step.by)
            if (!contains(rule->actors, role))
                fault(settings_pointer(step, "consent"),
                      fmt::format("is none, so the {} would move {} alone, which is no time of "
                                  "its own; let both agree, or leave the {} out",
                                  name_of(role), rule->name, name_of(role)));
    }
    // What binds or widens who may see needs the person's own word (docs/decisions/0010).
    void check_consents(Step const& step) {
        std::vector<ConsentKind> const& kinds = step.settings.consents;
        bool const about_consents =
            step.does == Behaviour::give_consent || step.does == Behaviour::confirm_consent ||
            step.does == Behaviour::revoke_consent || step.does == Behaviour::lapse_consent;
        if (!about_consents) return;
        if (kinds.empty())
            fault(settings_pointer(step, "consents"), "names no consent; say which are meant");
        bool const one = kinds.size() == 1;
        if ((step.does == Behaviour::confirm_consent || step.does == Behaviour::lapse_consent) &&
            !one)
            fault(settings_pointer(step, "consents"), "must name the one consent that is meant");
        if (step.does != Behaviour::give_consent || !contains(kinds, ConsentKind::arbitration))
            return;
        // The second click (C3) of a consumer waits for a confirmation, so there must be one, and an
        // end to waiting.
        auto const has = [&](Behaviour does) {
            return std::ranges::any_of(stage_.steps, [&](Step const& s) {
                return s.does == does && contains(s.settings.consents, ConsentKind::arbitration);
            });
        };
        if (!has(Behaviour::confirm_consent) || !has(Behaviour::revoke_consent) ||
            !has(Behaviour::lapse_consent) || step.arms.empty())
            fault(settings_pointer(step, "consents"),
                  fmt::format("takes an arbitration agreement, so {} needs steps that confirm it, "
                              "revoke it and let it lapse, and this step must arm their clocks",
                              stage_.name));
    }

    // Nobody is bound by a recommendation, and by an award only under Track I.
    void check_outcome(Step const& step) {
        if (step.does != Behaviour::render_outcome) return;
        OutcomeKind const kind = step.settings.kind.value_or(OutcomeKind::recommendation);
        if (kind != OutcomeKind::award && kind != OutcomeKind::recommendation)
            fault(settings_pointer(step, "kind"),
                  "must be award or recommendation; the others come about by other acts");
        if (kind == OutcomeKind::recommendation &&
            step.settings.binding.value_or(Binding::none) != Binding::none)
            fault(settings_pointer(step, "binding"),
                  "must be none for a recommendation, which binds only those who accept it");
        bool const asks = std::ranges::any_of(step.needs, [](Condition const& c) {
            return c.fact == Fact::track_is_one && !c.negated;
        });
        if (kind == OutcomeKind::award && procedure_.track == Track::two && !asks)
            fault(step.pointer + "/needs",
                  "must ask for track_is_one, for an award binds people whom Track II protects");
    }

    Procedure const& procedure_;
    Reading const& reading_;
    Stage const& stage_;
    std::vector<FieldError>& faults_;
};

} // namespace

std::vector<FieldError> check_procedure(Procedure const& procedure, Reading const& reading) {
    std::vector<FieldError> faults;
    for (Stage const& stage : procedure.stages) StageCheck(procedure, reading, stage, faults).run();
    check_whole(procedure, faults);
    // Paths mean something only where every name on them does.
    if (faults.empty()) check_paths(procedure, faults);
    for (Parameter const& parameter : procedure.parameters)
        if (!reading.used.contains(parameter.name))
            faults.push_back({"/parameters/" + parameter.name, RefusalCode::invalid,
                              "is used by nothing; take it out or use it"});
    return faults;
}

} // namespace parley
