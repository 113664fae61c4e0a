#include "engine/procedure/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

// A procedure as a graph of stages: what can be reached, what ends, what could go round for ever.

namespace parley {

namespace {

struct Edge {
    std::size_t to;
    Step const* step;
    std::size_t branch;
    bool bounded; // can be gone only so many times in one dispute
};

class Paths {
public:
    Paths(Procedure const& procedure, std::vector<FieldError>& faults)
        : procedure_(procedure), faults_(faults), edges_(procedure.stages.size()) {
        for (std::size_t i = 0; i < procedure.stages.size(); ++i)
            index_.emplace(procedure.stages[i].name, i);
        note_interruptions();
        for (std::size_t i = 0; i < procedure.stages.size(); ++i) add_edges(i);
    }

    void run() {
        std::vector<bool> const reached = reachable({0});
        for (std::size_t i = 0; i < edges_.size(); ++i)
            if (!reached[i])
                fault(stage(i).pointer,
                      fmt::format("cannot be reached from {}; let a step lead here or take it out",
                                  procedure_.first().name));
        check_ends();
        for (std::size_t i = 0; i < edges_.size(); ++i) {
            if (stage(i).ends() || stage(i).kind == StageKind::filing) continue;
            check_clock(i);
            check_clocks_that_run_once(i);
        }
        check_rounds();
        check_silence();
        check_neutrals();
    }

private:
    using Set = std::vector<bool>;

    Stage const& stage(std::size_t i) const { return procedure_.stages[i]; }
    void fault(std::string pointer, std::string sentence) {
        faults_.push_back({std::move(pointer), RefusalCode::invalid, std::move(sentence)});
    }

    void add_edges(std::size_t from) {
        for (Step const& step : stage(from).steps)
            for (std::size_t b = 0; b < step.to.size(); ++b) {
                std::string const& to = step.to[b].to;
                if (to == "stay") continue;
                if (to != "resume") {
                    add_edge(from, index_.find(to)->second, step, b);
                    continue;
                }
                for (std::size_t const back : interrupted_by_[from]) add_edge(from, back, step, b);
            }
    }
    void add_edge(std::size_t from, std::size_t to, Step const& step, std::size_t branch) {
        if (from != to || !is_bounded(step, branch))
            edges_[from].push_back({to, &step, branch, is_bounded(step, branch)});
    }
    void note_interruptions() {
        interrupted_by_.resize(procedure_.stages.size());
        for (std::size_t i = 0; i < procedure_.stages.size(); ++i)
            for (Step const& step : stage(i).steps)
                for (Branch const& branch : step.to) {
                    if (!branch.interrupts) continue;
                    std::vector<std::size_t>& by = interrupted_by_[index_.find(branch.to)->second];
                    if (by.empty() || by.back() != i) by.push_back(i);
                }
    }

    bool runs_once(std::string_view deadline) const {
        for (Stage const& s : procedure_.stages)
            for (DeadlineRule const& rule : s.deadlines)
                if (rule.name == deadline && rule.only_once) return true;
        return false;
    }
    // What can hold only a number of times: replacements are counted, a mark is made once, a clock
    // that runs once passes once.
    bool is_bound(Condition const& condition, Step const& step, Branch const& branch,
                  bool negated) const {
        if (condition.fact == Fact::replacements_below) return !negated;
        if (condition.fact == Fact::filed_below)
            return !negated && step.settings.document == condition.name;
        if (!negated) return false;
        if (condition.fact == Fact::marked)
            return std::ranges::find(step.marks, condition.name) != step.marks.end() ||
                   std::ranges::find(branch.marks, condition.name) != branch.marks.end();
        return condition.fact == Fact::deadline_passed && runs_once(condition.name);
    }
    bool is_bounded(Step const& step, std::size_t branch) const {
        if (step.once_per_side) return true;
        auto const asks = [&](std::vector<Condition> const& conditions) {
            return std::ranges::any_of(conditions, [&](Condition const& c) {
                return is_bound(c, step, step.to[branch], c.negated);
            });
        };
        if (asks(step.needs) || asks(step.to[branch].when)) return true;
        // A branch is taken only where those above it do not hold.
        for (std::size_t b = 0; b < branch; ++b) {
            std::vector<Condition> const& when = step.to[b].when;
            if (when.size() == 1 &&
                is_bound(when.front(), step, step.to[branch], !when.front().negated))
                return true;
        }
        return false;
    }

    Set reachable(std::vector<std::size_t> from) const {
        Set seen(edges_.size(), false);
        for (std::size_t const i : from) seen[i] = true;
        while (!from.empty()) {
            std::size_t const at = from.back();
            from.pop_back();
            for (Edge const& edge : edges_[at]) {
                if (seen[edge.to]) continue;
                seen[edge.to] = true;
                from.push_back(edge.to);
            }
        }
        return seen;
    }

    void check_ends() {
        std::vector<std::vector<std::size_t>> backwards(edges_.size());
        std::vector<std::size_t> open;
        Set ends(edges_.size(), false);
        for (std::size_t i = 0; i < edges_.size(); ++i) {
            for (Edge const& edge : edges_[i]) backwards[edge.to].push_back(i);
            if (!stage(i).ends()) continue;
            ends[i] = true;
            open.push_back(i);
        }
        while (!open.empty()) {
            std::size_t const at = open.back();
            open.pop_back();
            for (std::size_t const from : backwards[at]) {
                if (ends[from]) continue;
                ends[from] = true;
                open.push_back(from);
            }
        }
        for (std::size_t i = 0; i < edges_.size(); ++i)
            if (!ends[i])
                fault(stage(i).pointer, "has no way to an end; let a step lead to a stage of the "
                                        "kind end, if over others");
    }

    // A dispute always ends: one clock must start with the stage and, whatever the state is when it
    // passes, lead to another stage.
    void check_clock(std::size_t at) {
        std::vector<DeadlineRule> const& rules = stage(at).deadlines;
        std::string const pointer = stage(at).pointer + "/deadlines";
        if (std::ranges::all_of(rules, &DeadlineRule::by_step))
            return fault(pointer, "holds no deadline that starts with the stage; add one, so that "
                                  "the dispute cannot hang here");
        bool const sure = std::ranges::any_of(rules, [&](DeadlineRule const& rule) {
            return !rule.by_step && stage(at).step(rule.then)->leaves_surely(stage(at).name);
        });
        if (!sure)
            fault(pointer, "holds no deadline that is sure to move the dispute on; let the step of "
                           "one lead to another stage without conditions");
    }

    // A stage whose clocks run once would have none on a second visit after they have passed.
    void check_clocks_that_run_once(std::size_t at) {
        DeadlineRule const* once = nullptr;
        for (DeadlineRule const& rule : stage(at).deadlines) {
            if (rule.by_step) continue;
            bool const sure = stage(at).step(rule.then)->leaves_surely(stage(at).name);
            if (sure && !(rule.only_once)) return;
            if (sure && once == nullptr) once = &rule;
        }
        if (once == nullptr) return;
        if (!once->keeps_running)
            fault(
                once->pointer + "/keeps_running",
                "must be true with only_once, or a second visit to the stage would have no clock");
        Set const after = reachable({at});
        for (std::size_t from = 0; from < edges_.size(); ++from) {
            if (from == at || !after[from]) continue;
            for (Edge const& edge : edges_[from])
                if (edge.to == at && !asks_whether_passed(edge, once->name))
                    fault(edge.step->pointer + "/to",
                          fmt::format("leads back to {}, whose deadline {} runs once; lead "
                                      "elsewhere first when {{\"deadline_passed\": \"{}\"}}",
                                      stage(at).name, once->name, once->name));
        }
    }
    static bool asks_whether_passed(Edge const& edge, std::string_view deadline) {
        auto const about = [&](Condition const& c) {
            return c.fact == Fact::deadline_passed && c.name == deadline;
        };
        std::vector<Branch> const& to = edge.step->to;
        for (Condition const& c : to[edge.branch].when)
            if (about(c) && c.negated) return true;
        for (std::size_t b = 0; b < edge.branch; ++b)
            if (to[b].when.size() == 1 && about(to[b].when.front()) && !to[b].when.front().negated)
                return true;
        return false;
    }

    // Without the ways that can be gone only so often, nothing may go round.
    void check_rounds() {
        std::vector<std::size_t> incoming(edges_.size(), 0);
        for (auto const& edges : edges_)
            for (Edge const& edge : edges)
                if (!edge.bounded) ++incoming[edge.to];
        std::vector<std::size_t> free;
        Set in_order(edges_.size(), false);
        for (std::size_t i = 0; i < edges_.size(); ++i)
            if (incoming[i] == 0) free.push_back(i);
        while (!free.empty()) {
            std::size_t const at = free.back();
            free.pop_back();
            in_order[at] = true;
            for (Edge const& edge : edges_[at])
                if (!edge.bounded && --incoming[edge.to] == 0) free.push_back(edge.to);
        }
        report_round(in_order);
    }
    // What is left over lies on a round or behind one; walking backwards from it meets the round.
    void report_round(Set const& in_order) {
        auto const left = std::ranges::find(in_order, false);
        if (left == in_order.end()) return;
        std::vector<std::size_t> walked{static_cast<std::size_t>(left - in_order.begin())};
        while (true) {
            std::size_t const before = predecessor(walked.back(), in_order);
            auto const met = std::ranges::find(walked, before);
            if (met == walked.end()) {
                walked.push_back(before);
                continue;
            }
            walked.erase(walked.begin(), met);
            break;
        }
        std::string names = stage(walked.front()).name;
        for (auto at = walked.rbegin(); at != walked.rend(); ++at)
            names += " -> " + stage(*at).name;
        fault(stage(walked.front()).pointer,
              fmt::format("lies on a way that can go round for ever ({}); bound it with "
                          "replacements_below, once_per_side, a mark, or a deadline that runs once",
                          names));
    }
    std::size_t predecessor(std::size_t at, Set const& in_order) const {
        for (std::size_t i = 0; i < edges_.size(); ++i) {
            if (in_order[i]) continue;
            for (Edge const& edge : edges_[i])
                if (!edge.bounded && edge.to == at) return i;
        }
        return at; // never: what is left over has someone left over before it
    }

    // Silence is not consent: a clock ends a dispute as decided only where an award was given.
    void check_silence() {
        Set const without_award = reachable_without(gives_award);
        Set const without_settlement = reachable_without(settles);
        for (std::size_t i = 0; i < edges_.size(); ++i)
            for (Edge const& edge : edges_[i]) {
                Stage const& end = stage(edge.to);
                bool const by_clock =
                    std::ranges::find(edge.step->by, Role::clock) != edge.step->by.end();
                if (!by_clock || !end.ends()) continue;
                bool const agreed = end.status == Status::settled ||
                                    end.status == Status::withdrawn || end.result == "settlement" ||
                                    end.result == "withdrawal";
                bool const reported = end.result == "judgment"; // a court's, not the clock's
                bool const decided =
                    !reported && (end.status == Status::decided || end.result == "award");
                if (agreed && (without_settlement[i] || end.status != Status::settled))
                    fault(
                        edge.step->pointer + "/to",
                        fmt::format("lets silence lead to {}, which only the parties' own acts can",
                                    end.name));
                else if (!agreed && decided && (without_award[i] || end.result != "award"))
                    fault(edge.step->pointer + "/to",
                          fmt::format("lets silence lead to {}, which binds, though no award was "
                                      "given before; end it without a decision",
                                      end.name));
            }
    }
    static bool gives_award(Edge const& edge) {
        return edge.step->does == Behaviour::record_settlement ||
               (edge.step->does == Behaviour::render_outcome &&
                edge.step->settings.kind == OutcomeKind::award);
    }
    // A way that is open only once the parties have agreed.
    static bool settles(Edge const& edge) {
        return edge.step->does == Behaviour::accept_offer &&
               std::ranges::any_of(edge.step->to[edge.branch].when, [](Condition const& c) {
                   return c.fact == Fact::settlement_reached && !c.negated;
               });
    }
    // What can be reached without any edge of that kind.
    Set reachable_without(bool (*is_barred)(Edge const&)) const {
        Set seen(edges_.size(), false);
        std::vector<std::size_t> open{0};
        seen[0] = true;
        while (!open.empty()) {
            std::size_t const at = open.back();
            open.pop_back();
            for (Edge const& edge : edges_[at]) {
                if (is_barred(edge) || seen[edge.to]) continue;
                seen[edge.to] = true;
                open.push_back(edge.to);
            }
        }
        return seen;
    }

    // A neutral acts only where one can have been appointed by then.
    void check_neutrals() {
        for (SeatKind const seat : {SeatKind::mediator, SeatKind::decider}) {
            std::vector<std::size_t> appointing;
            for (std::size_t i = 0; i < edges_.size(); ++i)
                for (Step const& step : stage(i).steps) {
                    bool const appoints = step.does == Behaviour::appoint_neutral ||
                                          step.does == Behaviour::draw_neutral;
                    if (appoints && step.settings.seat == seat) appointing.push_back(i);
                }
            Set const possible = reachable(appointing);
            for (std::size_t i = 0; i < edges_.size(); ++i) {
                if (possible[i]) continue;
                for (Step const& step : stage(i).steps)
                    if (std::ranges::find(step.by, role_of(seat)) != step.by.end())
                        fault(
                            step.pointer + "/by",
                            fmt::format(
                                "names the {}, but nobody can have taken that seat before {} ends",
                                name_of(seat), stage(i).name));
            }
        }
    }

    Procedure const& procedure_;
    std::vector<FieldError>& faults_;
    std::map<std::string, std::size_t, std::less<>> index_;
    std::vector<std::vector<Edge>> edges_;
    std::vector<std::vector<std::size_t>>
        interrupted_by_; // stages that an interruption leads here from
};

} // namespace

void check_paths(Procedure const& procedure, std::vector<FieldError>& faults) {
    Paths(procedure, faults).run();
}

} // namespace parley
