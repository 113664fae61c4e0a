// one idea: what every act does to a case, beside the exploration that it drives
#include "engine/procedure/cases.hpp"

#include "engine/procedure/reading.hpp"

#include <algorithm>
#include <bitset>
#include <map>
#include <set>
#include <utility>

namespace parley {

namespace {

constexpr std::uint8_t vacant = 0, asked = 1, seated = 2;
constexpr std::size_t live_max = 10'000; // combinations of a stage with marks
constexpr std::size_t bits_max = 32;     // marks, clocks and steps that are told apart
constexpr std::size_t counted_max = std::tuple_size_v<decltype(Case::filed)>;

constexpr std::uint8_t code_of(OutcomeKind kind) {
    return static_cast<std::uint8_t>(std::to_underlying(kind) + 1);
}
constexpr std::size_t index_of(SeatKind seat) { return std::to_underlying(seat); }
constexpr std::size_t index_of(Side side) { return std::to_underlying(side); }

template <class T>
bool holds(std::vector<T> const& list, T const& wanted) {
    return std::ranges::find(list, wanted) != list.end();
}

enum class Truth : std::uint8_t { no, yes, maybe };
Truth truth(bool known) { return known ? Truth::yes : Truth::no; }

// What a case is made of, for asking which parts still matter in a stage.
enum Part : std::uint8_t {
    counterclaim,
    accepted,
    incomplete,
    track,
    correction,
    refused,
    mediator_seat,
    decider_seat,
    mediators_sat,
    deciders_sat,
    first_mark,
    first_passed = first_mark + bits_max,
    first_given = first_passed + bits_max,
    first_taken = first_given + bits_max,
    first_filed = first_taken + bits_max,
    parts = first_filed + counted_max,
};
using Parts = std::bitset<parts>;

// Acts that change nothing of a case by themselves.
bool only_says(Behaviour does) {
    switch (does) {
    case Behaviour::reply:
    case Behaviour::make_offer:
    case Behaviour::decline_offer:
    case Behaviour::post_message:
    case Behaviour::extend_deadline:
    case Behaviour::move_on:
    case Behaviour::let_pass:
    case Behaviour::disclose:
    case Behaviour::set_final_date:
    case Behaviour::submit_evidence:
    case Behaviour::request_evidence:
    case Behaviour::confirm_performance:
    case Behaviour::report_breach:
    case Behaviour::pass_file:
    case Behaviour::object_to_file:
    case Behaviour::grant_time:
    case Behaviour::revoke_consent:
    case Behaviour::lapse_consent:
    case Behaviour::change_details:
    case Behaviour::make_counterclaim:
    case Behaviour::ask_language:
    case Behaviour::list_languages:
    case Behaviour::name_representative:
    case Behaviour::order_burden:
    case Behaviour::ask_consent_award:
    case Behaviour::publish_outcome: return true;
    case Behaviour::file_dispute:
    case Behaviour::respond:
    case Behaviour::accept_offer:
    case Behaviour::withdraw:
    case Behaviour::appoint_neutral:
    case Behaviour::draw_neutral:
    case Behaviour::accept_appointment:
    case Behaviour::object_to_neutral:
    case Behaviour::decide_objection:
    case Behaviour::stand_down:
    case Behaviour::render_outcome:
    case Behaviour::request_correction:
    case Behaviour::correct_outcome:
    case Behaviour::accept_outcome:
    case Behaviour::refuse_outcome:
    case Behaviour::file_document:
    case Behaviour::give_consent:
    case Behaviour::complete_notice:
    case Behaviour::request_review:
    case Behaviour::decide_review:
    case Behaviour::confirm_consent:
    case Behaviour::correct_facts:
    case Behaviour::amend_claim:
    case Behaviour::record_settlement: return false;
    }
    std::unreachable();
}

// A step in which a side says what it has to say about the case itself.
bool is_speech(Behaviour does) {
    return does == Behaviour::respond || does == Behaviour::reply ||
           does == Behaviour::submit_evidence || does == Behaviour::post_message ||
           does == Behaviour::make_counterclaim || does == Behaviour::file_document;
}

bool leads_away(Step const& step) {
    return std::ranges::any_of(step.to, [](Branch const& b) { return b.to != "stay"; });
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

bool moves_on_surely(Step const& step, std::string_view here) {
    return step.needs.empty() && !step.to.empty() &&
           std::ranges::all_of(step.to,
                               [&](Branch const& b) { return b.to != "stay" && b.to != here; });
}

namespace {

// What an act can make of a case: never more than four things.
struct Few {
    std::array<Case, 4> cases;
    std::size_t count = 0;

    Few() = default;
    explicit Few(Case const& only) : count(1) { cases[0] = only; }
    Few(Case const& first, Case const& second) : count(2) {
        cases[0] = first;
        cases[1] = second;
    }
    Case const* begin() const { return cases.data(); }
    Case const* end() const { return cases.data() + count; }
};

} // namespace

// Fills a CaseSpace, breadth first.
class Explorer {
public:
    Explorer(CaseSpace& space, CaseSpace::Switches switches)
        : space_(space), procedure_(space.procedure_), switches_(switches), table_(1024, none) {
        for (std::size_t i = 0; i < procedure_.stages.size(); ++i)
            stages_.emplace(procedure_.stages[i].name, i);
        find_what_matters();
        compile();
        find_clocks();
    }

    void run() {
        Case start;
        start.track_one = procedure_.track == Track::one;
        // What the claimant has to say first is the notice.
        start.heard[index_of(Side::claimant)] = 1;
        reach(start, {});
        for (std::uint32_t at = 0; at < space_.cases_.size() && space_.complete_; ++at) {
            space_.first_.push_back(space_.passings_.size());
            leave(at);
        }
        space_.first_.resize(space_.cases_.size() + 1, space_.passings_.size());
        for (std::vector<Act> const& acts : acts_)
            for (Act const& act : acts) {
                if (act.possible) space_.possible_.insert(act.step);
                for (std::size_t b = 0; b < act.step->to.size(); ++b)
                    if (act.possible_branch[b]) space_.possible_.insert(&act.step->to[b]);
            }
    }

private:
    static constexpr std::uint32_t none = 0xffffffff;
    // A condition, with what it asks for as a number.
    struct Ask {
        Fact fact;
        bool negated;
        std::size_t bit;     // of a mark or a deadline; bits_max: of none that is told apart
        std::int64_t number; // replacements_below, enabled
    };
    // A step, with its names as numbers.
    struct Act {
        Step const* step;
        std::optional<SeatKind> seat, own_seat; // settings.seat; that, or of who acts
        std::vector<Ask> needs;
        std::vector<std::vector<Ask>> when; // of each branch
        std::vector<std::uint32_t> branch_marks;
        std::vector<std::size_t> targets; // of each branch; none: stay or resume
        std::uint32_t marks = 0, clears = 0;
        std::size_t once = bits_max; // of a step that each side takes once
        bool matters = false, by_clock = false, last_always = false;
        Parts asks; // apart from marks
        bool possible = false;
        std::vector<bool> possible_branch;
    };
    struct Clock {
        DeadlineRule const* rule;
        Act* act; // in this stage; null: it passes without effect
        std::size_t once, passed;
    };

    // Numbers for names, in the order they are met; more than can be told apart is a limit.
    std::size_t number(std::vector<std::string_view>& names, std::string_view name) {
        auto const found = std::ranges::find(names, name);
        if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
        if (names.size() == bits_max) {
            space_.complete_ = false;
            return bits_max - 1;
        }
        names.push_back(name);
        return names.size() - 1;
    }
    static std::optional<std::size_t> known(std::vector<std::string_view> const& names,
                                            std::string_view name) {
        auto const found = std::ranges::find(names, name);
        if (found == names.end()) return std::nullopt;
        return static_cast<std::size_t>(found - names.begin());
    }

    // A step matters when it leads somewhere or changes something that such a step asks about.
    void find_what_matters() {
        for (bool grew = true; grew;) {
            grew = false;
            for (Stage const& stage : procedure_.stages)
                for (Step const& step : stage.steps) {
                    auto const marked = [&](std::string const& mark) {
                        return known(space_.marks_, mark).has_value();
                    };
                    bool const matters = leads_away(step) || !only_says(step.does) ||
                                         std::ranges::any_of(step.marks, marked) ||
                                         std::ranges::any_of(step.clears, marked);
                    if (!matters || !matter_.insert(&step).second) continue;
                    grew = true;
                    for_conditions(step, [&](Condition const& c) {
                        if (c.fact == Fact::marked) number(space_.marks_, c.name);
                        if (c.fact == Fact::deadline_passed) number(passed_, c.name);
                        if (c.fact == Fact::filed_below) count(c);
                        if (c.fact == Fact::replacements_below) {
                            sat_most_ = std::max(sat_most_, c.number + 1);
                        }
                    });
                    if (step.once_per_side && leads_away(step)) number(once_steps_, step.name);
                }
        }
        sat_most_ = std::min<std::int64_t>(sat_most_, 30); // check_procedure allows 20
        if (once_steps_.size() > bits_max / 2) space_.complete_ = false;
        for (Stage const& stage : procedure_.stages)
            for (DeadlineRule const& rule : stage.deadlines) {
                if (rule.only_once) number(space_.once_, rule.name);
                if (space_.extensions_of(stage, rule) > 0) number(space_.given_, rule.name);
            }
        for (std::string_view const name : space_.once_) number(passed_, name);
    }
    // How often such a document was filed is told apart up to what is asked about.
    void count(Condition const& condition) {
        auto const found = std::ranges::find(counted_, condition.name,
                                             &std::pair<std::string_view, std::int64_t>::first);
        if (found != counted_.end()) found->second = std::max(found->second, condition.number);
        else if (counted_.size() < counted_max)
            counted_.emplace_back(condition.name, condition.number);
        else space_.complete_ = false;
    }
    std::optional<std::size_t> counted(std::string_view document) const {
        auto const found = std::ranges::find(counted_, document,
                                             &std::pair<std::string_view, std::int64_t>::first);
        if (found == counted_.end()) return std::nullopt;
        return static_cast<std::size_t>(found - counted_.begin());
    }
    template <class F>
    static void for_conditions(Step const& step, F const& each) {
        for (Condition const& c : step.needs) each(c);
        for (Branch const& branch : step.to)
            for (Condition const& c : branch.when) each(c);
    }

    void compile() {
        acts_.resize(procedure_.stages.size());
        for (std::size_t i = 0; i < acts_.size(); ++i) {
            Stage const& stage = procedure_.stages[i];
            acts_[i].reserve(stage.steps.size()); // clocks point into it
            for (Step const& step : stage.steps) acts_[i].push_back(compiled(step));
        }
        kept_clocks_.resize(acts_.size());
        for (std::size_t i = 0; i < acts_.size(); ++i)
            for (DeadlineRule const& rule : procedure_.stages[i].deadlines) {
                if (auto const bit = known(space_.given_, rule.name))
                    kept_clocks_[i].set(first_given + *bit);
                if (auto const bit = known(passed_, rule.name); bit && rule.only_once)
                    kept_clocks_[i].set(first_passed + *bit);
            }
        for (std::vector<Act> const& acts : acts_)
            for (Act const& act : acts) ever_cleared_ |= act.clears;
    }
    Act compiled(Step const& step) const {
        Act act{};
        act.step = &step;
        act.seat = step.settings.seat;
        act.own_seat = seat_of(step);
        act.needs = asks_of(step.needs);
        act.marks = bits_of(step.marks);
        act.clears = bits_of(step.clears);
        act.once = known(once_steps_, step.name).value_or(bits_max);
        act.matters = matter_.contains(&step);
        act.by_clock = !step.by.empty() && step.by.front() == Role::clock;
        act.last_always = !step.to.empty() && step.to.back().when.empty();
        act.possible_branch.resize(step.to.size());
        for (Branch const& branch : step.to) {
            act.when.push_back(asks_of(branch.when));
            act.branch_marks.push_back(bits_of(branch.marks));
            bool const named = branch.to != "stay" && branch.to != "resume";
            act.targets.push_back(named ? stages_.find(branch.to)->second : std::size_t{none});
        }
        if (act.matters) add_asked(act);
        return act;
    }
    std::vector<Ask> asks_of(std::vector<Condition> const& conditions) const {
        std::vector<Ask> out;
        for (Condition const& c : conditions) {
            std::size_t bit = bits_max;
            if (c.fact == Fact::marked) bit = known(space_.marks_, c.name).value_or(bits_max);
            if (c.fact == Fact::deadline_passed) bit = known(passed_, c.name).value_or(bits_max);
            if (c.fact == Fact::filed_below) bit = counted(c.name).value_or(bits_max);
            out.push_back({c.fact, c.negated, bit, c.number});
        }
        return out;
    }
    std::uint32_t bits_of(std::vector<std::string> const& marks) const {
        std::uint32_t bits = 0;
        for (std::string const& mark : marks)
            if (auto const bit = known(space_.marks_, mark)) bits |= 1U << *bit;
        return bits;
    }

    // What still matters in a case: what the steps ask for that can be taken in a stage that can still
    // come. A step whose mark is missing for good, or is there for good, is never taken; then that mark
    // alone matters.
    Parts const& live(Case const& c) {
        auto const [place, is_new] = live_.try_emplace({c.stage, c.resumes, c.marks});
        if (is_new) place->second = find_live(c);
        if (live_.size() > live_max) space_.complete_ = false;
        return place->second;
    }
    Parts find_live(Case const& c) const {
        std::vector<bool> reached(acts_.size(), false);
        std::vector<std::size_t> stages{c.stage};
        reached[c.stage] = true;
        if (c.resumes != 0) add_stage(c.resumes - 1U, reached, stages);
        std::uint32_t marks = c.marks;
        for (bool grew = true; grew;) {
            std::size_t const before = stages.size();
            std::uint32_t const marks_before = marks;
            for (std::size_t i = 0; i < stages.size(); ++i)
                for (Act const& act : acts_[stages[i]]) {
                    if (barred_by(act, marks, c.marks)) continue;
                    marks |= act.marks;
                    for (std::size_t b = 0; b < act.targets.size(); ++b) {
                        if (switched_off(act.when[b])) continue;
                        marks |= act.branch_marks[b];
                        if (act.targets[b] != none) add_stage(act.targets[b], reached, stages);
                        if (!act.step->to[b].interrupts) continue;
                        add_stage(stages[i], reached, stages);
                    }
                }
            grew = stages.size() != before || marks != marks_before;
        }
        Parts out;
        for (std::size_t const stage : stages) {
            out |= kept_clocks_[stage];
            for (Act const& act : acts_[stage]) {
                auto const bar = barred_by(act, marks, c.marks);
                if (!bar) out |= act.asks;
                else if (*bar != bits_max) out.set(first_mark + *bar);
            }
        }
        return out;
    }
    static void add_stage(std::size_t stage, std::vector<bool>& reached,
                          std::vector<std::size_t>& stages) {
        if (reached[stage]) return;
        reached[stage] = true;
        stages.push_back(stage);
    }
    // True where a parameter of the file bars this for ever.
    bool switched_off(std::vector<Ask> const& asks) const {
        return std::ranges::any_of(asks, [&](Ask const& ask) {
            return ask.fact == Fact::enabled && is_on(ask) == ask.negated;
        });
    }
    bool is_on(Ask const& ask) const {
        if (switches_ == CaseSpace::Switches::as_written) return ask.number != 0;
        return switches_ == CaseSpace::Switches::all_on;
    }
    // The mark for whose sake the step can never be taken any more; bits_max where it is a parameter.
    std::optional<std::size_t> barred_by(Act const& act, std::uint32_t can_be,
                                         std::uint32_t are) const {
        if (switched_off(act.needs)) return bits_max;
        for (Ask const& ask : act.needs) {
            if (ask.fact != Fact::marked || ask.bit == bits_max) continue;
            std::uint32_t const mark = 1U << ask.bit;
            if (!ask.negated && (can_be & mark) == 0) return ask.bit;
            if (ask.negated && (are & mark & ~ever_cleared_) != 0) return ask.bit;
        }
        return std::nullopt;
    }
    void add_asked(Act& act) const {
        Step const& step = *act.step;
        Parts& out = act.asks;
        if (act.own_seat)
            out.set(*act.own_seat == SeatKind::mediator ? mediator_seat : decider_seat);
        for (Role const role : step.by) {
            if (role == Role::mediator) out.set(mediator_seat);
            if (role == Role::decider) out.set(decider_seat);
        }
        if (step.does == Behaviour::request_review) out.set(decider_seat);
        if (step.does == Behaviour::render_outcome || step.does == Behaviour::record_settlement ||
            step.does == Behaviour::give_consent || step.does == Behaviour::confirm_consent)
            out.set(track);
        if (auto const bit = known(once_steps_, step.name)) out.set(first_taken + *bit);
        for_conditions(step, [&](Condition const& c) {
            switch (c.fact) {
            case Fact::counterclaim_made: out.set(counterclaim); break;
            case Fact::claim_accepted: out.set(accepted); break;
            case Fact::notice_incomplete: out.set(incomplete); break;
            case Fact::track_is_one:
            case Fact::consent_award_asked: out.set(track); break;
            case Fact::correction_pending: out.set(correction); break;
            case Fact::outcome_refused: out.set(refused); break;
            case Fact::mediator_asked:
            case Fact::mediator_seated: out.set(mediator_seat); break;
            case Fact::decider_asked:
            case Fact::decider_seated: out.set(decider_seat); break;
            case Fact::challenge_pending: out.set(mediator_seat).set(decider_seat); break;
            case Fact::marked:
                if (auto const bit = known(space_.marks_, c.name)) out.set(first_mark + *bit);
                break;
            case Fact::deadline_passed:
                if (auto const bit = known(passed_, c.name)) out.set(first_passed + *bit);
                break;
            case Fact::replacements_below:
                if (!step.settings.seat || *step.settings.seat == SeatKind::mediator)
                    out.set(mediators_sat);
                if (!step.settings.seat || *step.settings.seat == SeatKind::decider)
                    out.set(deciders_sat);
                break;
            case Fact::filed_below:
                if (auto const place = counted(c.name)) out.set(first_filed + *place);
                break;
            case Fact::consumer_involved:
            case Fact::both_took:
            case Fact::filed:
            case Fact::says:
            case Fact::offer_open_by_other_side:
            case Fact::settlement_reached:
            case Fact::mediator_may_decide:
            case Fact::outcome_rendered:
            case Fact::outcome_binding:
            case Fact::withdrawal_agreed:
            case Fact::reflection_over:
            case Fact::resumes_a_stage:
            case Fact::file_closed:
            case Fact::outcome_annulled:
            case Fact::same_neutral_agreed:
            case Fact::enabled: break; // always kept, or never known
            }
        });
    }
    static std::optional<SeatKind> seat_of(Step const& step) {
        if (step.settings.seat) return step.settings.seat;
        for (Role const role : step.by) {
            if (role == Role::mediator) return SeatKind::mediator;
            if (role == Role::decider) return SeatKind::decider;
        }
        return std::nullopt;
    }
    void forget(Case& c) {
        Parts const& live = this->live(c);
        auto const drop = [&](std::uint32_t& bits, std::size_t first) {
            for (std::size_t i = 0; i < bits_max; ++i)
                if (!live.test(first + i)) bits &= ~(1U << i);
        };
        if (!live.test(counterclaim)) c.counterclaim = false;
        if (!live.test(accepted)) c.accepted = false;
        if (!live.test(incomplete)) c.incomplete = false;
        if (!live.test(track)) c.track_one = false;
        if (!live.test(correction)) c.correction = false;
        if (!live.test(refused)) c.refused = false;
        for (std::size_t seat = 0; seat < 2; ++seat) {
            if (!live.test(seat == 0 ? mediators_sat : deciders_sat)) c.sat[seat] = 0;
            if (live.test(seat == 0 ? mediator_seat : decider_seat)) continue;
            c.seat[seat] = vacant;
            c.challenged[seat] = 0;
            if (seat == 1) c.partial = false;
        }
        for (std::size_t i = 0; i < counted_max; ++i)
            if (!live.test(first_filed + i)) c.filed[i] = 0;
        drop(c.marks, first_mark);
        drop(c.passed, first_passed);
        drop(c.given, first_given);
        for (std::size_t i = 0; i < std::min(once_steps_.size(), bits_max / 2); ++i)
            if (!live.test(first_taken + i)) c.taken &= ~(3U << (2 * i));
        for (std::size_t i = 0; i < space_.once_.size(); ++i)
            if (!live.test(first_passed + *known(passed_, space_.once_[i])))
                c.running &= ~(1U << i);
    }

    // Clocks of other stages may still run where they keep running.
    void find_clocks() {
        clocks_.resize(procedure_.stages.size());
        for (std::size_t i = 0; i < clocks_.size(); ++i) {
            Stage const& stage = procedure_.stages[i];
            if (stage.ends()) continue;
            std::set<std::string_view> own;
            for (DeadlineRule const& rule : stage.deadlines) {
                clocks_[i].push_back(clock_in(i, rule));
                own.insert(rule.name);
            }
            for (Stage const& other : procedure_.stages)
                for (DeadlineRule const& rule : other.deadlines)
                    if (rule.keeps_running && own.insert(rule.name).second)
                        clocks_[i].push_back(clock_in(i, rule));
        }
    }
    Clock clock_in(std::size_t stage, DeadlineRule const& rule) {
        auto const act = std::ranges::find_if(
            acts_[stage], [&](Act const& a) { return a.step->name == rule.then; });
        return {&rule, act == acts_[stage].end() ? nullptr : &*act,
                rule.only_once ? *known(space_.once_, rule.name) : bits_max,
                known(passed_, rule.name).value_or(bits_max)};
    }

    void leave(std::uint32_t at) {
        Case const here = space_.cases_[at];
        if (procedure_.stages[here.stage].ends()) return;
        here_ = &live(here);
        for (Act& act : acts_[here.stage]) {
            if (act.by_clock) continue;
            if (!act.matters) note_possible(act, here);
            else
                for (Role const role : act.step->by) take(at, here, act, role, nullptr);
        }
        for (Clock const& clock : clocks_[here.stage]) fire(at, here, clock);
    }
    // A step that changes nothing leads nowhere either.
    void note_possible(Act& act, Case const& here) const {
        if (act.possible || all(act.needs, here, act) == Truth::no) return;
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
            may = all(clock.act->needs, here, *clock.act);
            if (may != Truth::no) take(at, after, *clock.act, Role::clock, clock.rule);
        } else if (clock.act != nullptr) note_possible(*clock.act, here);
        // Without effect, where it has none or may have none.
        if (may != Truth::yes)
            pass(at, after, {at, 0, nullptr, nullptr, clock.rule, Role::clock, false});
    }

    void take(std::uint32_t at, Case const& here, Act& act, Role by, DeadlineRule const* rule) {
        if (rule == nullptr && all(act.needs, here, act) == Truth::no) return;
        Case before = here;
        if (act.once < bits_max / 2 && side_of(by)) {
            std::uint32_t const mine = 1U << (2 * act.once + index_of(*side_of(by)));
            if ((here.taken & mine) != 0) return;
            before.taken |= mine;
        }
        Passing passing{at, 0, act.step, nullptr, rule, by, false};
        for (Case const& facts : facts_after(before, act, by)) follow(facts, passing, act);
    }

    // What the act itself changes, before it leads anywhere; empty where it is not possible.
    Few facts_after(Case const& before, Act const& act, Role by) const {
        Step const& step = *act.step;
        std::size_t const seat = act.own_seat ? index_of(*act.own_seat) : 1;
        bool const decision = before.outcome == code_of(OutcomeKind::award) ||
                              before.outcome == code_of(OutcomeKind::recommendation);
        bool const standing = before.outcome == code_of(OutcomeKind::award) && !before.annulled;
        Case same = before;
        // Someone who was asked answers that and nothing else; a seat that is empty does not act.
        if (by == Role::mediator || by == Role::decider) {
            std::size_t const own =
                index_of(by == Role::mediator ? SeatKind::mediator : SeatKind::decider);
            bool const answers = step.does == Behaviour::accept_appointment ||
                                 step.does == Behaviour::stand_down ||
                                 step.does == Behaviour::disclose;
            if (same.seat[own] == vacant || (same.seat[own] == asked && !answers)) return {};
        }
        auto const one_or = [&](auto const& change) {
            Case changed = same;
            change(changed);
            return Few(same, changed);
        };
        switch (step.does) {
        case Behaviour::file_dispute: return one_or([](Case& c) { c.incomplete = true; });
        case Behaviour::complete_notice: same.incomplete = false; return Few(same);
        case Behaviour::respond: {
            Few out;
            for (int answer = 0; answer < 4; ++answer) {
                same.counterclaim = (answer & 1) != 0;
                same.accepted = (answer & 2) != 0;
                out.cases[out.count++] = same;
            }
            return out;
        }
        case Behaviour::make_counterclaim: same.counterclaim = true; return Few(same);
        case Behaviour::file_document:
            if (auto const place = counted(step.settings.document))
                same.filed[*place] = static_cast<std::uint8_t>(
                    std::min<std::int64_t>(same.filed[*place] + 1, counted_[*place].second));
            return Few(same);
        case Behaviour::accept_offer:
            return one_or([](Case& c) {
                c.outcome = code_of(OutcomeKind::settlement);
                c.binding = c.annulled = false;
            });
        case Behaviour::withdraw:
            if (step.settings.consent != "none" && by == Role::claimant) return Few(same);
            same.outcome = code_of(OutcomeKind::withdrawal);
            return Few(same);
        case Behaviour::appoint_neutral:
            if (same.seat[seat] != vacant) return {};
            same.seat[seat] = asked;
            return Few(same);
        case Behaviour::draw_neutral:
            if (same.seat[seat] == seated) return Few(same);
            return one_or([&](Case& c) { sit(c, seat); });
        case Behaviour::accept_appointment:
            if (same.seat[seat] != asked) return {};
            sit(same, seat);
            return Few(same);
        case Behaviour::stand_down:
            if (same.seat[seat] == vacant && by != Role::clock) return {};
            vacate(same, seat);
            return Few(same);
        case Behaviour::object_to_neutral: {
            if (same.seat[seat] != seated) return {};
            Case removed = same;
            vacate(removed, seat);
            same.challenged[seat] = 1;
            return Few(removed, same);
        }
        case Behaviour::decide_objection:
            if (same.challenged[seat] == 0) return {};
            same.challenged[seat] = 0;
            return one_or([&](Case& c) { vacate(c, seat); });
        case Behaviour::render_outcome: {
            OutcomeKind const kind = step.settings.kind.value_or(OutcomeKind::recommendation);
            if (same.seat[seat] != seated) return {};
            if (kind == OutcomeKind::award && !same.track_one) return {};
            same.outcome = code_of(kind);
            same.binding = kind == OutcomeKind::award;
            same.annulled = same.correction = false;
            same.partial = true;
            return Few(same);
        }
        case Behaviour::request_correction:
            if (same.outcome == 0) return {};
            same.correction = true;
            return Few(same);
        case Behaviour::correct_outcome:
            if (same.seat[seat] != seated || same.outcome == 0) return {};
            same.correction = false;
            return Few(same);
        case Behaviour::accept_outcome:
            if (!decision) return {};
            return one_or([](Case& c) { c.binding = true; });
        case Behaviour::refuse_outcome:
            if (!decision) return {};
            same.refused = true;
            return Few(same);
        case Behaviour::give_consent:
        case Behaviour::confirm_consent:
            if (same.track_one || !holds(step.settings.consents, ConsentKind::arbitration))
                return Few(same);
            return one_or([](Case& c) { c.track_one = true; });
        case Behaviour::correct_facts:
        case Behaviour::amend_claim:
            if (procedure_.rests_on != RestsOn::agreement) return Few(same);
            return one_or([](Case& c) { c.track_one = !c.track_one; });
        case Behaviour::request_review:
            if (!standing) return {};
            vacate(same, index_of(SeatKind::decider));
            return Few(same);
        case Behaviour::decide_review:
            if (!standing || same.seat[seat] != seated) return {};
            same.partial = true;
            return one_or([](Case& c) {
                c.annulled = true;
                c.binding = false;
            });
        case Behaviour::record_settlement:
            if (same.seat[seat] != seated || !same.track_one ||
                same.outcome != code_of(OutcomeKind::settlement))
                return {};
            same.outcome = code_of(OutcomeKind::award);
            same.binding = true;
            return Few(same);
        default: return Few(same);
        }
    }
    void sit(Case& c, std::size_t seat) const {
        c.seat[seat] = seated;
        c.challenged[seat] = 0;
        c.sat[seat] = static_cast<std::uint8_t>(
            std::min<std::int64_t>(c.sat[seat] + 1, std::max<std::int64_t>(sat_most_, 1)));
        if (seat == 1) c.partial = false;
    }
    static void vacate(Case& c, std::size_t seat) {
        c.seat[seat] = vacant;
        c.challenged[seat] = 0;
        if (seat == 1) c.partial = false;
    }

    // The first branch whose conditions hold. Where one is not known to hold, both are looked at.
    void follow(Case const& facts, Passing const& passing, Act& act) {
        for (std::size_t b = 0; b < act.when.size(); ++b) {
            Truth const open = all(act.when[b], facts, act);
            if (open == Truth::no) continue;
            if (act.step->to[b].to == "resume" && facts.resumes == 0) continue;
            arrive(facts, passing, act, b);
            if (open == Truth::yes) return;
        }
        // Steps that lead nowhere, and conditions that may all fail.
        if (!act.last_always) arrive(facts, passing, act, act.when.size());
    }

    void arrive(Case after, Passing passing, Act& act, std::size_t b) {
        Step const& step = *act.step;
        Branch const* const branch = b < step.to.size() ? &step.to[b] : nullptr;
        passing.branch = branch;
        act.possible = true;
        after.marks = (after.marks & ~act.clears) | act.marks;
        if (branch != nullptr) {
            act.possible_branch[b] = true;
            after.marks |= act.branch_marks[b];
            bool const agreed = std::ranges::any_of(branch->when, [](Condition const& c) {
                return c.fact == Fact::same_neutral_agreed && !c.negated;
            });
            if (agreed) after.partial = false;
            for (SeatKind const seat : branch->vacates) vacate(after, index_of(seat));
            if (branch->to != "stay") {
                passing.moves = true;
                Case const before = space_.cases_[passing.from];
                bool const resumes = branch->to == "resume";
                enter(after, before, passing, *branch,
                      resumes ? after.resumes - 1U : act.targets[b]);
            }
        }
        tell(after, step);
        pass(passing.from, after, passing);
    }

    void enter(Case& after, Case const& before, Passing const& passing, Branch const& branch,
               std::size_t target) {
        Stage const& left = procedure_.stages[before.stage];
        Stage const& stage = procedure_.stages[target];
        for (Side const side : {Side::claimant, Side::respondent})
            if (had_its_say(left, before, passing.by, side)) after.heard[index_of(side)] = 1;
        for (DeadlineRule const& rule : left.deadlines) {
            if (auto const bit = known(space_.given_, rule.name)) after.given |= 1U << *bit;
            auto const once = known(space_.once_, rule.name);
            if (once && !rule.keeps_running) after.running &= ~(1U << *once);
        }
        for (DeadlineRule const& rule : stage.deadlines) {
            auto const once = known(space_.once_, rule.name);
            if (!once || rule.by_step) continue;
            if ((after.passed & 1U << *known(passed_, rule.name)) == 0)
                after.running |= 1U << *once;
        }
        if (stage.ends()) after.running = 0;
        after.resumes = branch.interrupts && !stage.ends()
                            ? static_cast<std::uint16_t>(before.stage + 1)
                            : std::uint16_t{0};
        after.spent = branch.to == "resume";
        after.stage = static_cast<std::uint16_t>(target);
        if (passing.step->does != Behaviour::request_correction) after.correction = false;
    }
    // A side was heard in a stage when it knew of the dispute, could speak there, and had the time to:
    // nobody but itself or the clock ended the stage.
    static bool had_its_say(Stage const& stage, Case const& before, Role by, Side side) {
        if (before.told[index_of(side)] == 0) return false;
        if (by != Role::clock && side_of(by) != side) return false;
        return std::ranges::any_of(stage.steps, [&](Step const& s) {
            return is_speech(s.does) && holds(s.by, role_of(side));
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

    Truth all(std::vector<Ask> const& asks, Case const& c, Act const& act) const {
        Truth so_far = Truth::yes;
        for (Ask const& ask : asks) {
            Truth one = holds_in(ask, c, act);
            if (ask.negated && one != Truth::maybe) one = truth(one == Truth::no);
            if (one == Truth::no) return Truth::no;
            if (one == Truth::maybe) so_far = Truth::maybe;
        }
        return so_far;
    }
    Truth holds_in(Ask const& ask, Case const& c, Act const& act) const {
        Parts const& live = *here_;
        auto const if_kept = [&](std::size_t part, bool value) {
            return live.test(part) ? truth(value) : Truth::maybe;
        };
        bool const decision = c.outcome == code_of(OutcomeKind::award) ||
                              c.outcome == code_of(OutcomeKind::recommendation);
        switch (ask.fact) {
        case Fact::counterclaim_made: return if_kept(counterclaim, c.counterclaim);
        case Fact::claim_accepted: return if_kept(accepted, c.accepted);
        case Fact::settlement_reached: return truth(c.outcome == code_of(OutcomeKind::settlement));
        case Fact::mediator_asked: return if_kept(mediator_seat, c.seat[0] == asked);
        case Fact::mediator_seated: return if_kept(mediator_seat, c.seat[0] == seated);
        case Fact::decider_asked: return if_kept(decider_seat, c.seat[1] == asked);
        case Fact::decider_seated: return if_kept(decider_seat, c.seat[1] == seated);
        case Fact::challenge_pending:
            if (act.seat) return truth(c.challenged[index_of(*act.seat)] != 0);
            return truth(c.challenged[0] != 0 || c.challenged[1] != 0);
        case Fact::outcome_rendered: return truth(decision);
        case Fact::outcome_binding: return truth(decision && c.binding);
        case Fact::outcome_refused: return if_kept(refused, c.refused);
        case Fact::correction_pending: return if_kept(correction, c.correction);
        case Fact::withdrawal_agreed: return truth(c.outcome == code_of(OutcomeKind::withdrawal));
        case Fact::resumes_a_stage: return truth(c.resumes != 0);
        case Fact::track_is_one: return if_kept(track, c.track_one);
        case Fact::notice_incomplete: return if_kept(incomplete, c.incomplete);
        case Fact::outcome_annulled: return truth(c.outcome != 0 && c.annulled);
        case Fact::consent_award_asked:
            return c.track_one || !live.test(track) ? Truth::maybe : Truth::no;
        case Fact::enabled: return truth(is_on(ask));
        case Fact::marked:
            if (ask.bit == bits_max) return Truth::maybe;
            return if_kept(first_mark + ask.bit, (c.marks & 1U << ask.bit) != 0);
        case Fact::deadline_passed:
            if (ask.bit == bits_max) return Truth::maybe;
            return if_kept(first_passed + ask.bit, (c.passed & 1U << ask.bit) != 0);
        case Fact::replacements_below: {
            std::int64_t most = 0;
            for (std::size_t seat = 0; seat < 2; ++seat) {
                if (act.seat && index_of(*act.seat) != seat) continue;
                if (!live.test(seat == 0 ? mediators_sat : deciders_sat)) return Truth::maybe;
                most = std::max<std::int64_t>(most, c.sat[seat] - 1);
            }
            return truth(most < ask.number);
        }
        case Fact::filed_below:
            if (ask.bit == bits_max || !live.test(first_filed + ask.bit)) return Truth::maybe;
            return truth(c.filed[ask.bit] < ask.number);
        // Said in words or consents, of which cases know nothing.
        case Fact::consumer_involved:
        case Fact::both_took:
        case Fact::filed:
        case Fact::says:
        case Fact::offer_open_by_other_side:
        case Fact::mediator_may_decide:
        case Fact::reflection_over:
        case Fact::file_closed:
        case Fact::same_neutral_agreed: return Truth::maybe;
        }
        std::unreachable();
    }

    void pass(std::uint32_t at, Case after, Passing passing) {
        forget(after);
        if (!passing.moves && after == space_.cases_[at]) return;
        passing.from = at;
        passing.to = reach(after, static_cast<std::uint32_t>(space_.passings_.size()));
        if (!space_.complete_) return;
        // The other side's same act leads nowhere new.
        if (at < space_.first_.size())
            for (std::size_t i = space_.passings_.size(); i-- > space_.first_[at];) {
                Passing const& before = space_.passings_[i];
                if (before.step != passing.step || before.rule != passing.rule) break;
                if (before.to == passing.to && before.branch == passing.branch) return;
            }
        space_.passings_.push_back(passing);
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
    CaseSpace::Switches switches_;
    std::map<std::string_view, std::size_t> stages_;
    std::set<Step const*> matter_;
    std::vector<std::string_view> passed_, once_steps_;
    std::int64_t sat_most_ = 0;
    std::vector<std::pair<std::string_view, std::int64_t>> counted_; // documents, up to how often
    std::vector<std::vector<Act>> acts_;                             // by stage
    std::vector<Parts> kept_clocks_;                                 // by stage
    std::uint32_t ever_cleared_ = 0;
    std::map<std::array<std::uint32_t, 3>, Parts> live_;
    Parts const* here_ = nullptr; // of the case that is left
    std::vector<std::vector<Clock>> clocks_;
    std::vector<std::uint32_t> table_;
};

CaseSpace::CaseSpace(Procedure const& procedure, Switches switches) : procedure_(procedure) {
    Explorer(*this, switches).run();
    for (std::string_view const name : once_) {
        std::int64_t most = 0;
        for (Stage const& stage : procedure_.stages)
            for (DeadlineRule const& rule : stage.deadlines)
                if (rule.only_once && rule.name == name)
                    most =
                        std::max(most, longest_hours_of(rule.after) + extensions_of(stage, rule));
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

std::int64_t CaseSpace::extensions_of(Stage const& stage, DeadlineRule const& rule) const {
    bool const of_parties =
        std::ranges::all_of(rule.actors, [](Role role) { return side_of(role).has_value(); });
    std::int64_t agreed = 0, granted = 0;
    for (Step const& step : stage.steps) {
        if (!step.settings.period_most) continue;
        std::int64_t const most = hours_of(*step.settings.period_most) * step.settings.times;
        bool const named = step.settings.deadline == rule.name;
        if (step.does == Behaviour::extend_deadline && named) agreed = std::max(agreed, most);
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
