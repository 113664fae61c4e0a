#include "engine/base/contains.hpp"
#include "engine/procedure/examine_parts.hpp"
#include "engine/procedure/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

// What is asked of every case and of every act in it. The first case that fails is reported with the
// way there; cases are numbered breadth first, so that no way is shorter.

namespace parley {

namespace {

constexpr Side sides[] = {Side::claimant, Side::respondent};

// The side that a clock waits for alone, and what that side could do instead that leads on.
std::optional<Side> waits_for(DeadlineRule const& rule) {
    if (rule.actors.size() != 1) return std::nullopt;
    return side_of(rule.actors.front());
}
std::vector<Step const*> awaited(Stage const& stage, Side side) {
    std::vector<Step const*> out;
    for (Step const& step : stage.steps)
        if (contains(step.by, role_of(side)) && step.leads_away()) out.push_back(&step);
    return out;
}
// What answers a notice or a counterclaim: whoever missed it can still do so later.
Step const* answer_in(Stage const& stage, Side side) {
    Behaviour const answer = side == Side::respondent ? Behaviour::respond : Behaviour::reply;
    auto const found = std::ranges::find_if(stage.steps, [&](Step const& step) {
        return step.does == answer && contains(step.by, role_of(side)) && !step.to.empty();
    });
    return found == stage.steps.end() ? nullptr : &*found;
}

// How much an end takes from whoever is claimed from: nothing, what was agreed or only recommended,
// what a recommendation made binding, an award.
constexpr int harms = 4;
int harm_of(Stage const& end) {
    if (end.result == "award" || end.result == "judgment") return 3;
    if (end.status == Status::decided) return 2;
    return end.status == Status::settled || end.result == "recommendation" ? 1 : 0;
}

class Cases {
public:
    Cases(CaseSpace const& space, std::vector<Finding>& findings)
        : space_(space), findings_(findings) {}

    void run() {
        for (Passing const& passing : space_.passings()) {
            if (passing.cause->step == nullptr) continue;
            Case const& before = space_.cases()[passing.from];
            if (passing.cause->moves) check_told(passing, before);
            else check_seats(passing, before, space_.cases()[passing.to]);
            if (passing.cause->moves && space_.stage_of(passing.to).ends())
                check_end(passing, space_.cases()[passing.to]);
            if (passing.cause->step->does == Behaviour::render_outcome)
                check_decision(passing, before);
        }
        if (!space_.complete()) return; // what cannot happen is known of all cases or of none
        check_clocks();
        check_silence();
        check_sinks();
        check_late_rights();
        check_ways_back();
    }

private:
    // Once for each place and rule: the first is the one with the shortest way.
    void fault(std::string rule, Passing const& passing, std::string pointer, std::string says) {
        if (!told_.emplace(rule, pointer).second) return;
        std::vector<std::string> trace = lines_of(space_, space_.way_to(passing.from));
        trace.push_back(line_of_passing(space_, passing));
        findings_.push_back(
            {std::move(rule), std::move(pointer), std::move(says), std::move(trace)});
    }

    // Whoever is in the dispute hears that it moved on; whoever must act next hears that they must.
    void check_told(Passing const& passing, Case const& before) {
        Step const& step = *passing.cause->step;
        Stage const& target = space_.stage_of(passing.to);
        std::set<Role> must;
        for (Side const side : sides)
            if (before.told[index_of(side)] > 0) must.insert(role_of(side));
        for (DeadlineRule const& rule : target.deadlines)
            if (!rule.by_step)
                for (Role const role : rule.actors)
                    if (role != Role::administrator) must.insert(role);
        if (step.by.size() == 1) must.erase(passing.cause->by);
        for (Role const role : must)
            if (!contains(step.notifies, role))
                fault("told", passing, step.pointer + "/notifies",
                      fmt::format("does not tell the {}, though the step leads to {}; name the {}",
                                  name_of(role), target.name, name_of(role)));
    }

    // Who was found is not left waiting, and who left is looked for.
    void check_seats(Passing const& passing, Case const& before, Case const& after) {
        constexpr std::uint8_t vacant = 0, seated = 2;
        Step const& step = *passing.cause->step;
        Stage const& stage = space_.stage_of(passing.from);
        for (SeatKind const kind : {SeatKind::mediator, SeatKind::decider}) {
            std::size_t const seat = std::to_underlying(kind);
            if (before.seat[seat] == after.seat[seat] || step.settings.seat != kind) continue;
            if (after.seat[seat] == seated && stage.kind == StageKind::appointment)
                fault(
                    "seats", passing, step.pointer + "/to",
                    fmt::format("seats the {} and stays in {}, which looks for one; lead on where "
                                "the {} is seated",
                                name_of(kind), stage.name, name_of(kind)));
            bool const looked_for = std::ranges::any_of(stage.steps, [&](Step const& s) {
                return s.does == Behaviour::appoint_neutral && s.settings.seat == kind;
            });
            if (after.seat[seat] == vacant && !looked_for)
                fault("seats", passing, step.pointer + "/to",
                      fmt::format("leaves the seat of the {} empty in {}, where nobody is looked "
                                  "for; lead to where one is",
                                  name_of(kind), stage.name));
        }
    }

    // An end says what happened, and nothing ends as what did not happen.
    void check_end(Passing const& passing, Case const& at) {
        Stage const& end = space_.stage_of(passing.to);
        bool const award = at.outcome == code_of(OutcomeKind::award) && !at.annulled;
        bool const settled = at.outcome == code_of(OutcomeKind::settlement);
        std::string_view lacks;
        if (end.status == Status::settled || end.result == "settlement") {
            bool const by_answer = passing.cause->step->does == Behaviour::respond &&
                                   asks_for_acceptance(*passing.cause);
            if (!settled && !by_answer) lacks = "the parties have agreed on nothing";
        } else if (end.status == Status::withdrawn || end.result == "withdrawal") {
            if (at.outcome != code_of(OutcomeKind::withdrawal))
                lacks = "nobody has taken the claim back as they must";
        } else if (end.result == "judgment") {
            if (!is_reported(*passing.cause)) lacks = "nobody has reported it";
        } else if (end.result == "award") {
            if (!award) lacks = "no award stands";
        } else if (end.status == Status::decided) {
            if (at.outcome != code_of(OutcomeKind::recommendation) || !at.binding)
                lacks = "not both sides have accepted a recommendation";
        } else if (end.result == "recommendation") {
            if (at.outcome != code_of(OutcomeKind::recommendation))
                lacks = "no recommendation was given";
            else if (at.binding) lacks = "the recommendation binds both sides";
        } else if (award) lacks = "an award stands";
        else if (settled) lacks = "the parties have settled";
        if (!lacks.empty())
            fault("ends as it happened", passing,
                  pointer_of(*passing.cause->step, passing.cause->branch),
                  fmt::format("leads to {}, though {}; lead elsewhere or ask for it first",
                              end.name, lacks));
    }
    // A judgment is a court's: a document of the procedure tells of it.
    static bool is_reported(Cause const& cause) {
        auto const asks = [](std::vector<Condition> const& conditions) {
            return std::ranges::any_of(conditions, [](Condition const& c) {
                return !c.negated && (c.fact == Fact::filed || c.fact == Fact::says);
            });
        };
        return cause.step->does == Behaviour::file_document || asks(cause.step->needs) ||
               (cause.branch != nullptr && asks(cause.branch->when));
    }
    static bool asks_for_acceptance(Cause const& cause) {
        return cause.branch != nullptr &&
               std::ranges::any_of(cause.branch->when, [](Condition const& c) {
                   return c.fact == Fact::claim_accepted && !c.negated;
               });
    }

    void check_decision(Passing const& passing, Case const& before) {
        Step const& step = *passing.cause->step;
        for (Side const side : sides) {
            std::string_view const name = name_of(side);
            if (before.heard[index_of(side)] == 0)
                fault("heard", passing, step.pointer,
                      fmt::format("decides before the {} could speak; lead here only from a stage "
                                  "in which it was told, could speak and had the time",
                                  name));
            else if (before.told[index_of(side)] < 2)
                fault("heard", passing, step.pointer,
                      fmt::format("decides though the {} got fewer than two notices before; one "
                                  "message that is missed must cost nobody the case",
                                  name));
        }
        if (before.partial)
            fault(
                "own case", passing, step.pointer,
                "is decided by who has decided here before; let the way here vacate the decider's "
                "seat, or ask for same_neutral_agreed");
        bool const award = step.settings.kind == OutcomeKind::award;
        if (!award && before.track_one)
            fault("consents", passing, step.pointer + "/needs",
                  "gives a recommendation though the track is I; ask for {\"not\": "
                  "\"track_is_one\"}");
    }

    // True for a clock whose step enters a stage.
    static bool leads_on(Cause const& cause) { return cause.rule != nullptr && cause.moves; }
    // In every case some clock that runs leads on.
    void check_clocks() {
        for (std::uint32_t at = 0; at < space_.cases().size(); ++at) {
            Stage const& stage = space_.stage_of(at);
            if (stage.ends() || stage.kind == StageKind::filing) continue;
            bool moves = false;
            for (auto [i, end] = space_.from(at); i < end && !moves; ++i)
                moves = leads_on(*space_.passings()[i].cause);
            if (moves || !told_.emplace("ends", stage.pointer).second) continue;
            findings_.push_back({"ends", stage.pointer,
                                 "can be in a case in which no clock leads on; give it one that "
                                 "starts whenever the stage is entered",
                                 lines_of(space_, space_.way_to(at))});
        }
    }

    // Marks the cases from which one of `open`, or one that is marked already, can still come.
    template <class T>
    void spread(std::vector<std::uint32_t> open, std::vector<T>& marks, T unmarked, T mark) {
        if (before_.empty()) {
            before_.resize(space_.cases().size());
            for (Passing const& passing : space_.passings())
                before_[passing.to].push_back(passing.from);
        }
        for (std::uint32_t const at : open) marks[at] = mark;
        while (!open.empty()) {
            std::uint32_t const at = open.back();
            open.pop_back();
            for (std::uint32_t const from : before_[at]) {
                if (marks[from] != unmarked) continue;
                marks[from] = mark;
                open.push_back(from);
            }
        }
    }
    // The worst end that can still come.
    std::vector<int> worst_ends() {
        std::vector<int> worst(space_.cases().size(), -1);
        for (int harm = harms - 1; harm >= 0; --harm) {
            std::vector<std::uint32_t> open;
            for (std::uint32_t i = 0; i < worst.size(); ++i)
                if (space_.stage_of(i).ends() && harm_of(space_.stage_of(i)) == harm)
                    open.push_back(i);
            spread(std::move(open), worst, -1, harm);
        }
        return worst;
    }
    // Calls back for each default: a clock that waited for one side alone, and what that side could have
    // done.
    template <class F>
    void for_defaults(F const& each) const {
        for (Passing const& silent : space_.passings()) {
            if (!leads_on(*silent.cause)) continue;
            auto const side = waits_for(*silent.cause->rule);
            if (!side) continue;
            auto const acts = awaited(space_.stage_of(silent.from), *side);
            if (!acts.empty()) each(silent, *side, acts);
        }
    }

    // Who does not answer must not end better, at worst, than who does; and the other side need not ask
    // in time for what silence should have brought it.
    void check_silence() {
        std::vector<int> const worst = worst_ends();
        for_defaults([&](Passing const& silent, Side side, std::vector<Step const*> const& acts) {
            // Of what the side could have done it compares with what risks least: who may refuse in so
            // many words gains nothing by saying none.
            int acting = harms;
            Step const* least = nullptr;
            for (Step const* act : acts) {
                int risks = -1;
                for (auto [i, end] = space_.from(silent.from); i < end; ++i)
                    if (space_.passings()[i].cause->step == act)
                        risks = std::max(risks, worst[space_.passings()[i].to]);
                if (risks < 0 || risks >= acting) continue;
                acting = risks;
                least = act;
            }
            std::string const place = pointer_of(*silent.cause->step, silent.cause->branch);
            if (least != nullptr && worst[silent.to] < acting)
                fault("silence", silent, place,
                      fmt::format("spares a silent {} what {} risks; let silence lead to where the "
                                  "dispute can still be decided",
                                  name_of(side), least->name));
            Stage const& next = space_.stage_of(silent.to);
            for (DeadlineRule const& rule : next.deadlines) {
                Step const* const then = next.step(rule.then);
                bool const on_the_other = waits_for(rule) && *waits_for(rule) != side;
                if (!on_the_other || then == nullptr || !leads_to_an_end(*then)) continue;
                fault("silence", silent, place,
                      fmt::format("makes the other side ask in {} or lose, though the {} was the "
                                  "one who was silent; lead on without that",
                                  next.name, name_of(side)));
            }
        });
    }
    bool leads_to_an_end(Step const& step) const {
        return std::ranges::any_of(step.to, [&](Branch const& branch) {
            Stage const* const target = space_.procedure().stage(branch.to);
            return target != nullptr && target->ends();
        });
    }
    // Who misses one message does not lose a claim: before a clock that waits for the claimant alone ends
    // the dispute, another one has reminded, or the end was announced by a clock that led here (K10).
    void check_sinks() {
        std::set<std::uint16_t> by_act; // stages that an act of somebody leads to
        for (Passing const& passing : space_.passings())
            if (passing.cause->moves && passing.cause->rule == nullptr &&
                passing.cause->branch->to != "resume")
                by_act.insert(space_.cases()[passing.to].stage);
        for (Passing const& silent : space_.passings()) {
            if (!leads_on(*silent.cause)) continue;
            Case const& before = space_.cases()[silent.from];
            bool const ends = space_.stage_of(silent.to).ends();
            bool const started = before.told[index_of(Side::respondent)] > 0;
            if (!ends || !started || waits_for(*silent.cause->rule) != Side::claimant) continue;
            Stage const& stage = space_.stage_of(silent.from);
            if (!by_act.contains(before.stage) || is_reminded(stage, *silent.cause->rule)) continue;
            fault("silence", silent, pointer_of(*silent.cause->step, silent.cause->branch),
                  fmt::format("ends the claim of a claimant who missed one message; let an earlier "
                              "clock of {} remind the claimant, or lead to a stage in which it can "
                              "still act",
                              stage.name));
        }
    }
    static bool is_reminded(Stage const& stage, DeadlineRule const& last) {
        return std::ranges::any_of(stage.deadlines, [&](DeadlineRule const& rule) {
            Step const* const then = stage.step(rule.then);
            return &rule != &last && !rule.by_step && surely_before(rule, last) &&
                   then != nullptr && then->does == Behaviour::let_pass &&
                   contains(then->notifies, Role::claimant) && !then->leads_away();
        });
    }
    static bool surely_before(DeadlineRule const& rule, DeadlineRule const& other) {
        if (rule.receipt == other.receipt) return hours_of(rule.after) < hours_of(other.after);
        std::int64_t const received =
            rule.receipt ? hours_of(rule.receipt->abroad.value_or(rule.receipt->after)) : 0;
        return received + hours_of(rule.after) < hours_of(other.after);
    }
    // Whoever was silent gets no review or correction that who answered would not get (K8).
    void check_late_rights() {
        for (Behaviour const right : {Behaviour::request_review, Behaviour::request_correction}) {
            std::vector<std::uint32_t> open;
            for (Passing const& passing : space_.passings())
                if (passing.cause->step != nullptr && passing.cause->step->does == right)
                    open.push_back(passing.from);
            std::vector<char> can(space_.cases().size(), 0);
            spread(std::move(open), can, char{0}, char{1});
            for_defaults([&](Passing const& silent, Side side,
                             std::vector<Step const*> const& acts) {
                bool acting = false;
                for (auto [i, end] = space_.from(silent.from); i < end; ++i) {
                    Passing const& act = space_.passings()[i];
                    acting = acting || (std::ranges::find(acts, act.cause->step) != acts.end() &&
                                        can[act.to] != 0);
                }
                if (can[silent.to] != 0 && !acting)
                    fault("silence", silent, pointer_of(*silent.cause->step, silent.cause->branch),
                          fmt::format("leads a silent {} to {}, which is closed to one who answers",
                                      name_of(side), name_of(right)));
            });
        }
    }

    // A default can be undone: from where it leads, the same answer can still be given.
    void check_ways_back() {
        for (Side const side : sides) {
            std::map<DeadlineRule const*, Passing const*> defaults;
            std::set<DeadlineRule const*> undone;
            std::vector<char> const back = can_still_answer(side);
            for_defaults([&](Passing const& silent, Side silent_side, auto const&) {
                if (silent_side != side || !answer_in(space_.stage_of(silent.from), side)) return;
                defaults.emplace(silent.cause->rule, &silent);
                if (back[silent.to] != 0) undone.insert(silent.cause->rule);
            });
            for (auto const& [rule, silent] : defaults)
                if (!undone.contains(rule))
                    fault(
                        "way back", *silent, silent->cause->step->pointer,
                        fmt::format("leaves the {} no way back; let a later step lead to {} again, "
                                    "or take the answer late",
                                    name_of(side), space_.stage_of(silent->from).name));
        }
    }
    std::vector<char> can_still_answer(Side side) {
        Behaviour const answer = side == Side::respondent ? Behaviour::respond : Behaviour::reply;
        std::vector<std::uint32_t> open;
        for (std::uint32_t i = 0; i < space_.cases().size(); ++i)
            if (std::ranges::any_of(space_.stage_of(i).steps, [&](Step const& s) {
                    return s.does == answer && contains(s.by, role_of(side)) && space_.possible(&s);
                }))
                open.push_back(i);
        std::vector<char> back(space_.cases().size(), 0);
        spread(std::move(open), back, char{0}, char{1});
        return back;
    }

    CaseSpace const& space_;
    std::vector<Finding>& findings_;
    std::set<std::pair<std::string, std::string>> told_;
    std::vector<std::vector<std::uint32_t>> before_; // cases that lead to each
};

} // namespace

void examine_cases(CaseSpace const& space, std::vector<Finding>& findings) {
    Cases(space, findings).run();
}

} // namespace parley
