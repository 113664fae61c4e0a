#include "engine/procedure/case_rules.hpp"

#include "engine/base/contains.hpp"
#include "engine/procedure/reading.hpp"

#include <algorithm>
#include <utility>

// The exploration, breadth first, and what can be asked of what it found.

namespace parley {

namespace {

// A step in which a side says what it has to say about the case itself.
bool is_speech(Behaviour does) {
    return does == Behaviour::respond || does == Behaviour::reply ||
           does == Behaviour::submit_evidence || does == Behaviour::post_message ||
           does == Behaviour::make_counterclaim || does == Behaviour::file_document;
}

// A word per case; cases differ in few places, so every field counts.
std::size_t hash_of(Case const& c) {
    std::uint64_t hash = 1469598103934665603U;
    auto const add = [&](std::uint64_t value) {
        hash = (hash ^ value) * 1099511628211U;
        hash ^= hash >> 29U;
    };
    add(c.marks | std::uint64_t{c.passed} << 32U);
    add(c.running | std::uint64_t{c.given} << 32U);
    add(c.taken | std::uint64_t{c.stage} << 32U | std::uint64_t{c.resumes} << 48U);
    std::uint64_t bytes = 0;
    for (auto const& pair : {c.seat, c.sat, c.challenged, c.told})
        for (std::uint8_t const value : pair) bytes = bytes << 8U | value;
    add(bytes);
    bytes = 0;
    for (std::uint8_t const times : c.filed) bytes = bytes << 8U | times;
    add(bytes);
    std::uint64_t flags = c.outcome;
    for (bool const flag :
         {c.heard[0] != 0, c.heard[1] != 0, c.binding, c.annulled, c.refused, c.correction,
          c.partial, c.counterclaim, c.accepted, c.incomplete, c.track_one, c.spent})
        flags = flags << 1U | (flag ? 1U : 0U);
    add(flags);
    return static_cast<std::size_t>(hash);
}

} // namespace

std::int64_t longest_hours_of(Period period) {
    if (period.unit == PeriodUnit::months) return period.count * 31LL * 24;
    if (period.unit == PeriodUnit::years) return period.count * 366LL * 24;
    // Weekends double a week at most; a week more for holidays in a row.
    if (period.unit == PeriodUnit::business_days) return (period.count * 2LL + 7) * 24;
    return hours_of(period);
}

std::int64_t longest_hours_of(DeadlineRule const& rule) {
    std::int64_t const period = longest_hours_of(rule.after);
    if (!rule.receipt) return period;
    return period + longest_hours_of(rule.receipt->abroad.value_or(rule.receipt->after));
}

// Fills a CaseSpace, breadth first.
class Explorer {
public:
    Explorer(CaseSpace& space, CaseSpace::Switches switches)
        : space_(space), procedure_(space.procedure_), rules_(procedure_, switches),
          table_(1024, none) {
        for (Stage const& stage : procedure_.stages) changes_.push_back(changes_in(stage));
    }

    void run() {
        Case start;
        start.track_one = procedure_.track == Track::one;
        // What the claimant has to say first is the notice.
        start.heard[index_of(Side::claimant)] = 1;
        reach(start, {});
        for (std::uint32_t at = 0; at < space_.cases_.size() && complete(); ++at) {
            space_.first_.push_back(space_.passings_.size());
            leave(at);
        }
        space_.complete_ = complete();
        space_.first_.resize(space_.cases_.size() + 1, space_.passings_.size());
        for (std::vector<Act> const& acts : rules_.acts())
            for (Act const& act : acts) {
                if (act.possible) space_.possible_.insert(act.step);
                for (std::size_t b = 0; b < act.step->to.size(); ++b)
                    if (act.possible_branch[b]) space_.possible_.insert(&act.step->to[b]);
            }
        space_.once_ = rules_.once();
        space_.given_ = rules_.given();
    }

private:
    using Act = CaseRules::Act;
    using Clock = CaseRules::Clock;
    static constexpr std::uint32_t none = 0xffffffff;

    // What entering and leaving a stage does to the clocks that a case keeps.
    struct ClockChanges {
        std::uint32_t given = 0, stops = 0; // when it is left
        // When it is entered: a clock that runs once, unless it has passed already.
        std::vector<std::pair<std::uint32_t, std::uint32_t>> starts;
    };
    ClockChanges changes_in(Stage const& stage) const {
        ClockChanges out;
        for (DeadlineRule const& rule : stage.deadlines) {
            if (auto const bit = rules_.number_of_given(rule.name)) out.given |= 1U << *bit;
            auto const once = rules_.number_of_once(rule.name);
            if (!once) continue;
            if (!rule.keeps_running) out.stops |= 1U << *once;
            if (!rule.by_step)
                out.starts.emplace_back(1U << *once, 1U << *rules_.number_of_passed(rule.name));
        }
        return out;
    }

    bool complete() const { return space_.complete_ && rules_.complete(); }

    void leave(std::uint32_t at) {
        Case const here = space_.cases_[at];
        if (procedure_.stages[here.stage].ends()) return;
        here_ = &rules_.live(here);
        for (Act& act : rules_.acts()[here.stage]) {
            if (act.by_clock) continue;
            if (!act.matters) note_possible(act, here);
            else
                for (Role const role : act.step->by) take(at, here, act, role, nullptr);
        }
        for (Clock const& clock : rules_.clocks(here.stage)) fire(at, here, clock);
    }
    // A step that changes nothing leads nowhere either.
    void note_possible(Act& act, Case const& here) const {
        if (act.possible || rules_.all(act.needs, here, act, *here_) == Truth::no) return;
        act.possible = true;
        act.possible_branch.assign(act.possible_branch.size(), true);
    }

    void fire(std::uint32_t at, Case const& here, Clock const& clock) {
        if (clock.once != bits_max && (here.running & 1U << clock.once) == 0) return;
        Case after = here;
        if (clock.passed != bits_max) after.passed |= 1U << clock.passed;
        if (clock.once != bits_max) after.running &= ~(1U << clock.once);
        Truth may = Truth::no;
        if (clock.act != nullptr && clock.act->matters) {
            may = rules_.all(clock.act->needs, here, *clock.act, *here_);
            if (may != Truth::no) take(at, after, *clock.act, Role::clock, clock.rule);
        } else if (clock.act != nullptr) note_possible(*clock.act, here);
        // Without effect, where it has none or may have none.
        if (may != Truth::yes) pass(at, after, {.rule = clock.rule});
    }

    void take(std::uint32_t at, Case const& here, Act& act, Role by, DeadlineRule const* rule) {
        if (rule == nullptr && rules_.all(act.needs, here, act, *here_) == Truth::no) return;
        Case before = here;
        if (act.once < bits_max / 2 && side_of(by)) {
            std::uint32_t const mine = 1U << (2 * act.once + index_of(*side_of(by)));
            if ((here.taken & mine) != 0) return;
            before.taken |= mine;
        }
        Cause const cause{.step = act.step, .rule = rule, .by = by};
        for (Case const& facts : rules_.facts_after(before, act, by)) follow(at, facts, cause, act);
    }

    // The first branch whose conditions hold. Where one is not known to hold, both are looked at.
    void follow(std::uint32_t at, Case const& facts, Cause const& cause, Act& act) {
        for (std::size_t b = 0; b < act.when.size(); ++b) {
            Truth const open = rules_.all(act.when[b], facts, act, *here_);
            if (open == Truth::no) continue;
            if (act.step->to[b].to == "resume" && facts.resumes == 0) continue;
            arrive(at, facts, cause, act, b);
            if (open == Truth::yes) return;
        }
        // Steps that lead nowhere, and conditions that may all fail.
        if (!act.last_always) arrive(at, facts, cause, act, act.when.size());
    }

    void arrive(std::uint32_t at, Case after, Cause cause, Act& act, std::size_t b) {
        Step const& step = *act.step;
        Branch const* const branch = b < step.to.size() ? &step.to[b] : nullptr;
        cause.branch = branch;
        act.possible = true;
        after.marks = (after.marks & ~act.clears) | act.marks;
        if (branch != nullptr) {
            act.possible_branch[b] = true;
            after.marks |= act.branch_marks[b];
            bool const agreed = std::ranges::any_of(branch->when, [](Condition const& c) {
                return c.fact == Fact::same_neutral_agreed && !c.negated;
            });
            if (agreed) after.partial = false;
            for (SeatKind const seat : branch->vacates) CaseRules::vacate(after, index_of(seat));
            if (branch->to != "stay") {
                cause.moves = true;
                Case const before = space_.cases_[at];
                bool const resumes = branch->to == "resume";
                enter(after, before, cause, *branch, resumes ? after.resumes - 1U : act.targets[b]);
            }
        }
        tell(after, step);
        pass(at, after, cause);
    }

    void enter(Case& after, Case const& before, Cause const& cause, Branch const& branch,
               std::size_t target) {
        Stage const& left = procedure_.stages[before.stage];
        Stage const& stage = procedure_.stages[target];
        for (Side const side : {Side::claimant, Side::respondent})
            if (had_its_say(left, before, cause.by, side)) after.heard[index_of(side)] = 1;
        after.given |= changes_[before.stage].given;
        after.running &= ~changes_[before.stage].stops;
        for (auto const& [once, passed] : changes_[target].starts)
            if ((after.passed & passed) == 0) after.running |= once;
        if (stage.ends()) after.running = 0;
        after.resumes = branch.interrupts && !stage.ends()
                            ? static_cast<std::uint16_t>(before.stage + 1)
                            : std::uint16_t{0};
        after.spent = branch.to == "resume";
        after.stage = static_cast<std::uint16_t>(target);
        if (cause.step->does != Behaviour::request_correction) after.correction = false;
    }
    // A side was heard in a stage when it knew of the dispute, could speak there, and had the time to:
    // nobody but itself or the clock ended the stage.
    static bool had_its_say(Stage const& stage, Case const& before, Role by, Side side) {
        if (before.told[index_of(side)] == 0) return false;
        if (by != Role::clock && side_of(by) != side) return false;
        return std::ranges::any_of(stage.steps, [&](Step const& s) {
            return is_speech(s.does) && contains(s.by, role_of(side));
        });
    }
    // A notice that lacks something is told to nobody but the claimant.
    static void tell(Case& after, Step const& step) {
        bool const held_back = step.does == Behaviour::file_dispute && after.incomplete;
        for (Role const role : step.notifies) {
            auto const side = side_of(role);
            if (!side || (held_back && *side == Side::respondent)) continue;
            std::uint8_t& told = after.told[index_of(*side)];
            told = static_cast<std::uint8_t>(std::min(told + 1, 2));
        }
    }

    void pass(std::uint32_t at, Case after, Cause const& cause) {
        rules_.forget(after);
        if (!cause.moves && after == space_.cases_[at]) return;
        std::uint32_t const to = reach(after, static_cast<std::uint32_t>(space_.passings_.size()));
        if (!complete()) return;
        // The other side's same act leads nowhere new.
        if (at < space_.first_.size())
            for (std::size_t i = space_.passings_.size(); i-- > space_.first_[at];) {
                Passing const& before = space_.passings_[i];
                if (before.cause->step != cause.step || before.cause->rule != cause.rule) break;
                if (before.to == to && before.cause->branch == cause.branch) return;
            }
        space_.passings_.push_back({at, to, &*space_.causes_.insert(cause).first});
        if (space_.passings_.size() >= CaseSpace::passings_max) space_.complete_ = false;
    }

    std::uint32_t reach(Case const& c, std::uint32_t by) {
        if ((space_.cases_.size() + 1) * 2 > table_.size()) grow();
        std::size_t at = hash_of(c) & (table_.size() - 1);
        for (; table_[at] != none; at = (at + 1) & (table_.size() - 1))
            if (space_.cases_[table_[at]] == c) return table_[at];
        if (space_.cases_.size() == CaseSpace::cases_max) {
            space_.complete_ = false;
            return 0;
        }
        table_[at] = static_cast<std::uint32_t>(space_.cases_.size());
        space_.cases_.push_back(c);
        space_.found_by_.push_back(by);
        return table_[at];
    }
    void grow() {
        std::vector<std::uint32_t> larger(table_.size() * 4, none);
        for (std::uint32_t i = 0; i < space_.cases_.size(); ++i) {
            std::size_t at = hash_of(space_.cases_[i]) & (larger.size() - 1);
            while (larger[at] != none) at = (at + 1) & (larger.size() - 1);
            larger[at] = i;
        }
        table_ = std::move(larger);
    }

    CaseSpace& space_;
    Procedure const& procedure_;
    CaseRules rules_;
    Parts const* here_ = nullptr;       // of the case that is left
    std::vector<ClockChanges> changes_; // by stage
    std::vector<std::uint32_t> table_;
};

std::size_t CaseSpace::HashOfCause::operator()(Cause const& cause) const {
    std::size_t hash = std::to_underlying(cause.by);
    for (void const* const part :
         std::initializer_list<void const*>{cause.step, cause.branch, cause.rule})
        hash = hash * 31 + std::hash<void const*>()(part);
    return hash;
}

CaseSpace::CaseSpace(Procedure const& procedure, Switches switches) : procedure_(procedure) {
    Explorer(*this, switches).run();
    for (std::string_view const name : once_) {
        std::int64_t most = 0;
        for (Stage const& stage : procedure_.stages)
            for (DeadlineRule const& rule : stage.deadlines)
                if (rule.only_once && rule.name == name)
                    most = std::max(most, longest_hours_of(rule) + extensions_of(stage, rule));
        once_hours_.push_back(most);
    }
}

std::vector<std::uint32_t> CaseSpace::way_to(std::uint32_t at) const {
    std::vector<std::uint32_t> way;
    while (at != 0) {
        way.push_back(found_by_[at]);
        at = passings_[way.back()].from;
    }
    std::ranges::reverse(way);
    return way;
}

std::int64_t extensions_of(Stage const& stage, DeadlineRule const& rule) {
    bool const of_parties =
        std::ranges::all_of(rule.actors, [](Role role) { return side_of(role).has_value(); });
    std::int64_t agreed = 0, granted = 0;
    for (Step const& step : stage.steps) {
        if (!step.settings.period_most) continue;
        std::int64_t const most = hours_of(*step.settings.period_most) * step.settings.times;
        bool const named = step.settings.deadline == rule.name;
        if (step.does == Behaviour::extend_deadline && named) agreed += most;
        bool const any = step.settings.deadline.empty() && of_parties;
        if (step.does == Behaviour::grant_time && (named || any)) granted = std::max(granted, most);
    }
    return agreed + granted;
}

bool CaseSpace::used_extensions(Case const& at, DeadlineRule const& rule) const {
    auto const found = std::ranges::find(given_, rule.name);
    return found != given_.end() && (at.given & 1U << (found - given_.begin())) != 0;
}

bool CaseSpace::can_end_visit(Case const& at, DeadlineRule const& rule) const {
    if (!rule.only_once) return true;
    auto const found = std::ranges::find(once_, rule.name);
    return found != once_.end() && (at.running & 1U << (found - once_.begin())) != 0;
}

std::optional<std::int64_t> CaseSpace::running_once_hours(Case const& at) const {
    std::optional<std::int64_t> least;
    for (std::size_t i = 0; i < once_.size(); ++i)
        if ((at.running & 1U << i) != 0 && (!least || once_hours_[i] < *least))
            least = once_hours_[i];
    return least;
}

} // namespace parley
