#include "engine/procedure/case_rules.hpp"

#include "engine/base/contains.hpp"

#include <algorithm>
#include <utility>

// Names to numbers, what matters where, and conditions.

namespace parley {

namespace {

constexpr std::size_t live_max = 10'000; // combinations of a stage with marks

Truth truth(bool known) { return known ? Truth::yes : Truth::no; }

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
    case Behaviour::make_counterclaim: // see knows_late_counterclaims_
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

template <class F>
void for_conditions(Step const& step, F const& each) {
    for (Condition const& c : step.needs) each(c);
    for (Branch const& branch : step.to)
        for (Condition const& c : branch.when) each(c);
}

std::optional<SeatKind> seat_at(Step const& step) {
    if (step.settings.seat) return step.settings.seat;
    for (Role const role : step.by) {
        if (role == Role::mediator) return SeatKind::mediator;
        if (role == Role::decider) return SeatKind::decider;
    }
    return std::nullopt;
}

void add_stage(std::size_t stage, std::vector<bool>& reached, std::vector<std::size_t>& stages) {
    if (reached[stage]) return;
    reached[stage] = true;
    stages.push_back(stage);
}

} // namespace

CaseRules::CaseRules(Procedure const& procedure, CaseSpace::Switches switches)
    : procedure_(procedure), switches_(switches) {
    for (std::size_t i = 0; i < procedure_.stages.size(); ++i)
        stages_.emplace(procedure_.stages[i].name, i);
    find_what_matters();
    compile();
    find_clocks();
}

// Numbers for names, in the order they are met; more than can be told apart is a limit.
std::size_t CaseRules::number(std::vector<std::string_view>& names, std::string_view name) {
    auto const found = std::ranges::find(names, name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    if (names.size() == bits_max) {
        complete_ = false;
        return bits_max - 1;
    }
    names.push_back(name);
    return names.size() - 1;
}
std::optional<std::size_t> CaseRules::known(std::vector<std::string_view> const& names,
                                            std::string_view name) {
    auto const found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
}

// A step matters when it leads somewhere or changes something that such a step asks about.
void CaseRules::find_what_matters() {
    for (bool grew = true; grew;) {
        grew = false;
        for (Stage const& stage : procedure_.stages)
            for (Step const& step : stage.steps) {
                auto const marked = [&](std::string const& mark) {
                    return known(marks_, mark).has_value();
                };
                bool const matters = step.leads_away() || !only_says(step.does) ||
                                     std::ranges::any_of(step.marks, marked) ||
                                     std::ranges::any_of(step.clears, marked);
                if (!matters || !matter_.insert(&step).second) continue;
                grew = true;
                for_conditions(step, [&](Condition const& c) {
                    if (c.fact == Fact::marked) number(marks_, c.name);
                    if (c.fact == Fact::deadline_passed) number(passed_, c.name);
                    if (c.fact == Fact::filed_below) count(c);
                    if (c.fact == Fact::replacements_below) {
                        sat_most_ = std::max(sat_most_, c.number + 1);
                    }
                });
                if (step.once_per_side && step.leads_away()) number(once_steps_, step.name);
            }
    }
    sat_most_ = std::min<std::int64_t>(sat_most_, 30); // check_procedure allows 20
    if (once_steps_.size() > bits_max / 2) complete_ = false;
    for (Stage const& stage : procedure_.stages)
        for (DeadlineRule const& rule : stage.deadlines) {
            if (rule.only_once) number(once_, rule.name);
            if (extensions_of(stage, rule) > 0) number(given_, rule.name);
        }
    for (std::string_view const name : once_) number(passed_, name);
}
// How often such a document was filed is told apart up to what is asked about.
void CaseRules::count(Condition const& condition) {
    auto const found = std::ranges::find(counted_, condition.name,
                                         &std::pair<std::string_view, std::int64_t>::first);
    if (found != counted_.end()) found->second = std::max(found->second, condition.number);
    else if (counted_.size() < counted_max) counted_.emplace_back(condition.name, condition.number);
    else complete_ = false;
}
std::optional<std::size_t> CaseRules::counted(std::string_view document) const {
    auto const found =
        std::ranges::find(counted_, document, &std::pair<std::string_view, std::int64_t>::first);
    if (found == counted_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - counted_.begin());
}
void CaseRules::compile() {
    acts_.resize(procedure_.stages.size());
    for (std::size_t i = 0; i < acts_.size(); ++i) {
        Stage const& stage = procedure_.stages[i];
        acts_[i].reserve(stage.steps.size()); // clocks point into it
        for (Step const& step : stage.steps) {
            acts_[i].push_back(compiled(step));
            knows_late_counterclaims_ |= step.does == Behaviour::make_counterclaim;
        }
    }
    kept_clocks_.resize(acts_.size());
    for (std::size_t i = 0; i < acts_.size(); ++i)
        for (DeadlineRule const& rule : procedure_.stages[i].deadlines) {
            if (auto const bit = known(given_, rule.name)) kept_clocks_[i].set(first_given + *bit);
            if (auto const bit = known(passed_, rule.name); bit && rule.only_once)
                kept_clocks_[i].set(first_passed + *bit);
        }
    for (std::vector<Act> const& acts : acts_)
        for (Act const& act : acts) ever_cleared_ |= act.clears;
}
CaseRules::Act CaseRules::compiled(Step const& step) const {
    Act act{};
    act.step = &step;
    act.seat = step.settings.seat;
    act.own_seat = seat_at(step);
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
std::vector<CaseRules::Ask> CaseRules::asks_of(std::vector<Condition> const& conditions) const {
    std::vector<Ask> out;
    for (Condition const& c : conditions) {
        std::size_t bit = bits_max;
        if (c.fact == Fact::marked) bit = known(marks_, c.name).value_or(bits_max);
        if (c.fact == Fact::deadline_passed) bit = known(passed_, c.name).value_or(bits_max);
        if (c.fact == Fact::filed_below) bit = counted(c.name).value_or(bits_max);
        out.push_back({c.fact, c.negated, bit, c.number});
    }
    return out;
}
std::uint32_t CaseRules::bits_of(std::vector<std::string> const& marks) const {
    std::uint32_t bits = 0;
    for (std::string const& mark : marks)
        if (auto const bit = known(marks_, mark)) bits |= 1U << *bit;
    return bits;
}

Parts const& CaseRules::live(Case const& c) { return kept(c).parts; }
CaseRules::Kept const& CaseRules::kept(Case const& c) {
    std::uint64_t const key =
        std::uint64_t{c.stage} << 48 | std::uint64_t{c.resumes} << 32 | c.marks;
    auto const [place, is_new] = live_.try_emplace(key);
    if (is_new) place->second = kept_of(find_live(c));
    if (live_.size() > live_max) complete_ = false;
    return place->second;
}
CaseRules::Kept CaseRules::kept_of(Parts const& live) const {
    Kept out;
    out.parts = live;
    for (std::size_t i = 0; i < bits_max; ++i) {
        std::uint32_t const bit = 1U << i;
        if (live.test(first_mark + i)) out.marks |= bit;
        if (live.test(first_passed + i)) out.passed |= bit;
        if (live.test(first_given + i)) out.given |= bit;
    }
    // Steps and clocks that have no number here have no bit in a case either.
    out.taken = out.running = ~0U;
    for (std::size_t i = 0; i < std::min(once_steps_.size(), bits_max / 2); ++i)
        if (!live.test(first_taken + i)) out.taken &= ~(3U << (2 * i));
    for (std::size_t i = 0; i < once_.size(); ++i)
        if (!live.test(first_passed + *known(passed_, once_[i]))) out.running &= ~(1U << i);
    return out;
}
Parts CaseRules::find_live(Case const& c) const {
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
// True where a parameter of the file bars this for ever.
bool CaseRules::switched_off(std::vector<Ask> const& asks) const {
    return std::ranges::any_of(asks, [&](Ask const& ask) {
        return ask.fact == Fact::enabled && is_on(ask) == ask.negated;
    });
}
bool CaseRules::is_on(Ask const& ask) const {
    if (switches_ == CaseSpace::Switches::as_written) return ask.number != 0;
    return switches_ == CaseSpace::Switches::all_on;
}
// The mark for whose sake the step can never be taken any more; bits_max where it is a parameter.
std::optional<std::size_t> CaseRules::barred_by(Act const& act, std::uint32_t can_be,
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
void CaseRules::add_asked(Act& act) const {
    Step const& step = *act.step;
    Parts& out = act.asks;
    if (act.own_seat) out.set(*act.own_seat == SeatKind::mediator ? mediator_seat : decider_seat);
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
            if (auto const bit = known(marks_, c.name)) out.set(first_mark + *bit);
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
void CaseRules::forget(Case& c) {
    Kept const& kept = this->kept(c);
    Parts const& live = kept.parts;
    if (!live.test(counterclaim)) c.counterclaim = false;
    if (!live.test(accepted)) c.accepted = false;
    if (!live.test(incomplete)) c.incomplete = false;
    if (!live.test(track)) c.track_one = false;
    if (!live.test(correction)) c.correction = false;
    if (!live.test(refused)) c.refused = false;
    for (std::size_t seat = 0; seat < 2; ++seat) {
        if (!live.test(seat == 0 ? mediators_sat : deciders_sat)) c.sat[seat] = 0;
        if (live.test(seat == 0 ? mediator_seat : decider_seat)) continue;
        c.seat[seat] = seat_vacant;
        c.challenged[seat] = 0;
        if (seat == 1) c.partial = false;
    }
    for (std::size_t i = 0; i < counted_max; ++i)
        if (!live.test(first_filed + i)) c.filed[i] = 0;
    c.marks &= kept.marks;
    c.passed &= kept.passed;
    c.given &= kept.given;
    c.taken &= kept.taken;
    c.running &= kept.running;
}

// Clocks of other stages may still run where they keep running.
void CaseRules::find_clocks() {
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
CaseRules::Clock CaseRules::clock_in(std::size_t stage, DeadlineRule const& rule) {
    auto const act =
        std::ranges::find_if(acts_[stage], [&](Act const& a) { return a.step->name == rule.then; });
    return {&rule, act == acts_[stage].end() ? nullptr : &*act,
            rule.only_once ? *known(once_, rule.name) : bits_max,
            known(passed_, rule.name).value_or(bits_max)};
}

Truth CaseRules::all(std::vector<Ask> const& asks, Case const& c, Act const& act,
                     Parts const& live) const {
    Truth so_far = Truth::yes;
    for (Ask const& ask : asks) {
        Truth one = holds_in(ask, c, act, live);
        if (ask.negated && one != Truth::maybe) one = truth(one == Truth::no);
        if (one == Truth::no) return Truth::no;
        if (one == Truth::maybe) so_far = Truth::maybe;
    }
    return so_far;
}
Truth CaseRules::holds_in(Ask const& ask, Case const& c, Act const& act, Parts const& live) const {
    auto const if_kept = [&](std::size_t part, bool value) {
        return live.test(part) ? truth(value) : Truth::maybe;
    };
    bool const decision = c.outcome == code_of(OutcomeKind::award) ||
                          c.outcome == code_of(OutcomeKind::recommendation);
    switch (ask.fact) {
    case Fact::counterclaim_made:
        if (!c.counterclaim && knows_late_counterclaims_) return Truth::maybe;
        return if_kept(counterclaim, c.counterclaim);
    case Fact::claim_accepted: return if_kept(accepted, c.accepted);
    case Fact::settlement_reached: return truth(c.outcome == code_of(OutcomeKind::settlement));
    case Fact::mediator_asked: return if_kept(mediator_seat, c.seat[0] == seat_asked);
    case Fact::mediator_seated: return if_kept(mediator_seat, c.seat[0] == seat_taken);
    case Fact::decider_asked: return if_kept(decider_seat, c.seat[1] == seat_asked);
    case Fact::decider_seated: return if_kept(decider_seat, c.seat[1] == seat_taken);
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

} // namespace parley
