#pragma once

#include "engine/procedure/cases.hpp"

#include <bitset>
#include <map>
#include <set>
#include <tuple>

// Inside the checker: a procedure with its names as numbers, what of a case still matters at a place, and
// what each act makes of a case. The exploration in cases.cpp asks nothing else.

namespace parley {

constexpr std::size_t bits_max = 32; // marks, clocks and steps that are told apart
constexpr std::size_t counted_max = std::tuple_size_v<decltype(Case::filed)>;
constexpr std::uint8_t seat_vacant = 0, seat_asked = 1, seat_taken = 2; // Case::seat

enum class Truth : std::uint8_t { no, yes, maybe };

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

class CaseRules {
public:
    static constexpr std::size_t none = 0xffffffff;
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

    // `procedure` outlives this.
    CaseRules(Procedure const& procedure, CaseSpace::Switches switches);

    // False where there is more than can be told apart.
    bool complete() const { return complete_; }
    Procedure const& procedure() const { return procedure_; }
    // Clocks that run once, and those that can be extended, by their numbers.
    std::vector<std::string_view> const& once() const { return once_; }
    std::vector<std::string_view> const& given() const { return given_; }
    std::optional<std::size_t> number_of_once(std::string_view clock) const {
        return known(once_, clock);
    }
    std::optional<std::size_t> number_of_given(std::string_view clock) const {
        return known(given_, clock);
    }
    std::optional<std::size_t> number_of_passed(std::string_view clock) const {
        return known(passed_, clock);
    }
    std::vector<std::vector<Act>>& acts() { return acts_; } // by stage
    std::vector<Clock> const& clocks(std::size_t stage) const { return clocks_[stage]; }

    // What still matters in a case: what the steps ask for that can be taken in a stage that can still
    // come. A step whose mark is missing for good, or is there for good, is never taken; then that mark
    // alone matters.
    Parts const& live(Case const& c);
    // Puts back to its first value what no longer matters.
    void forget(Case& c);
    // What the act itself changes, before it leads anywhere; empty where it is not possible.
    Few facts_after(Case const& before, Act const& act, Role by) const;
    // Whether the conditions hold in a case of which `live` matters.
    Truth all(std::vector<Ask> const& asks, Case const& c, Act const& act, Parts const& live) const;
    static void vacate(Case& c, std::size_t seat);

private:
    static std::optional<std::size_t> known(std::vector<std::string_view> const& names,
                                            std::string_view name);
    std::size_t number(std::vector<std::string_view>& names, std::string_view name);
    void find_what_matters();
    void count(Condition const& condition);
    std::optional<std::size_t> counted(std::string_view document) const;
    void compile();
    Act compiled(Step const& step) const;
    std::vector<Ask> asks_of(std::vector<Condition> const& conditions) const;
    std::uint32_t bits_of(std::vector<std::string> const& marks) const;
    void add_asked(Act& act) const;
    void find_clocks();
    Clock clock_in(std::size_t stage, DeadlineRule const& rule);
    Parts find_live(Case const& c) const;
    bool switched_off(std::vector<Ask> const& asks) const;
    bool is_on(Ask const& ask) const;
    std::optional<std::size_t> barred_by(Act const& act, std::uint32_t can_be,
                                         std::uint32_t are) const;
    Truth holds_in(Ask const& ask, Case const& c, Act const& act, Parts const& live) const;
    void sit(Case& c, std::size_t seat) const;

    Procedure const& procedure_;
    CaseSpace::Switches switches_;
    bool complete_ = true;
    std::map<std::string_view, std::size_t> stages_;
    std::set<Step const*> matter_;
    std::vector<std::string_view> marks_, once_, given_, passed_, once_steps_;
    std::vector<std::pair<std::string_view, std::int64_t>> counted_; // documents, up to how often
    std::int64_t sat_most_ = 0;
    std::vector<std::vector<Act>> acts_; // by stage
    std::vector<Parts> kept_clocks_;     // by stage
    std::uint32_t ever_cleared_ = 0;
    // A counterclaim may come at a time that cases do not keep: that there is none is looked at both ways.
    bool knows_late_counterclaims_ = false;
    // What matters, with the bits of a case that are kept because they do.
    struct Kept {
        Parts parts;
        std::uint32_t marks = 0, passed = 0, given = 0, taken = 0, running = 0;
    };
    Kept const& kept(Case const& c);
    Kept kept_of(Parts const& live) const;
    std::unordered_map<std::uint64_t, Kept> live_; // by stage, resumed stage and marks
    std::vector<std::vector<Clock>> clocks_;
};

} // namespace parley
