#pragma once

#include "engine/procedure/procedure.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

// Every case that a dispute under a procedure can come into, as far as it matters for where it goes:
// what the checker's rules are proven over. docs/CHECKER.md says what is kept and what is not.

namespace parley {

// What is known of a dispute. Only what some step from here on asks about differs between cases; the
// rest is put back to its first value, so that there are few of them.
struct Case {
    std::uint32_t marks = 0;   // by their number in CaseSpace
    std::uint32_t passed = 0;  // deadlines that have passed and that a condition asks about
    std::uint32_t running = 0; // of the clocks that run once, those that run
    std::uint32_t given = 0;   // deadlines whose extensions belong to an earlier visit
    std::uint32_t taken = 0;   // steps that each side takes once, two bits each
    std::uint16_t stage = 0;   // index into the procedure's stages
    std::uint16_t resumes = 0; // the stage that waits, plus one; 0: none
    std::array<std::uint8_t, 2> seat{}; // vacant, asked, seated; by SeatKind
    std::array<std::uint8_t, 2> sat{};  // how many sat there, up to what conditions tell apart
    std::array<std::uint8_t, 2> challenged{}; // an objection for cause awaits its decision
    std::array<std::uint8_t, 2> told{};       // notices to each side, up to two
    std::array<std::uint8_t, 2> heard{};      // each side could speak, or spoke, after it was told
    std::array<std::uint8_t, 4> filed{}; // how often, of documents that are counted; by CaseSpace
    std::uint8_t outcome = 0;            // 0: none; else one more than the OutcomeKind
    bool binding = false, annulled = false, refused = false, correction = false;
    bool partial = false; // who sits as decider has decided here before, and nobody agreed to that
    bool counterclaim = false, accepted = false, incomplete = false, track_one = false;
    bool spent = false; // the stage was resumed, and its clocks go on with what was left

    friend bool operator==(Case const&, Case const&) = default;
};

// Case::outcome of an outcome of that kind.
constexpr std::uint8_t code_of(OutcomeKind kind) {
    return static_cast<std::uint8_t>(std::to_underlying(kind) + 1);
}

// What makes one case another: a step, or a clock that passes without effect (no step).
struct Cause {
    Step const* step = nullptr;
    Branch const* branch = nullptr;     // the one taken, if any
    DeadlineRule const* rule = nullptr; // the clock that took it
    Role by = Role::clock;
    bool moves = false; // the step enters a stage, if only the same again
    friend bool operator==(Cause const&, Cause const&) = default;
};

// From one case to another. There are millions, of some hundred causes, which the space keeps.
struct Passing {
    std::uint32_t from = 0, to = 0;
    Cause const* cause = nullptr;
};

class CaseSpace {
public:
    static constexpr std::size_t cases_max = 300'000;
    static constexpr std::size_t passings_max = 4'000'000;

    // How parameters that are true or false are read: as the file says, or all one way.
    enum class Switches : std::uint8_t { as_written, all_on, all_off };

    // `procedure` has passed check_procedure and outlives this.
    CaseSpace(Procedure const& procedure, Switches switches);
    CaseSpace(CaseSpace const&) = delete; // passings point into it
    CaseSpace& operator=(CaseSpace const&) = delete;

    // False where a limit was met: then what was found is true, but nothing is proven.
    bool complete() const { return complete_; }
    std::vector<Case> const& cases() const { return cases_; }
    std::vector<Passing> const& passings() const { return passings_; }
    // Steps and branches that can be taken in some case.
    bool possible(void const* step_or_branch) const { return possible_.contains(step_or_branch); }
    // Those that start at a case.
    std::pair<std::size_t, std::size_t> from(std::uint32_t at) const {
        return {first_[at], first_[at + 1]};
    }
    // The passings that lead from the filing to a case, as few as possible.
    std::vector<std::uint32_t> way_to(std::uint32_t at) const;
    Stage const& stage_of(std::uint32_t at) const { return procedure_.stages[cases_[at].stage]; }
    Procedure const& procedure() const { return procedure_; }
    // True where an earlier visit may have used the extensions of this clock.
    bool used_extensions(Case const& at, DeadlineRule const& rule) const;
    // False for a clock that runs once and does not run in this case.
    bool can_end_visit(Case const& at, DeadlineRule const& rule) const;
    // Clocks that run once in a dispute, by their number in Case::running: how many there are, and how
    // long each can run at most, in hours with its extensions.
    std::size_t once_count() const { return once_.size(); }
    std::int64_t once_hours(std::size_t clock) const { return once_hours_[clock]; }
    // Of those that run in this case, the one that ends first.
    std::optional<std::int64_t> running_once_hours(Case const& at) const;

private:
    friend class Explorer;

    Procedure const& procedure_;
    std::vector<Case> cases_;
    struct HashOfCause {
        std::size_t operator()(Cause const& cause) const;
    };
    std::unordered_set<Cause, HashOfCause> causes_; // where passings point to
    std::vector<Passing> passings_;
    std::vector<std::size_t> first_;
    std::vector<std::uint32_t> found_by_; // the passing that first led to each case
    std::vector<std::string_view> once_, given_;
    std::vector<std::int64_t> once_hours_;
    std::set<void const*> possible_;
    bool complete_ = true;
};

// A period at its longest, in hours: a month of 31 days, business days as in docs/CHECKER.md.
std::int64_t longest_hours_of(Period period);
// That of a deadline without extensions, with what passes until its beginning counts as received.
std::int64_t longest_hours_of(DeadlineRule const& rule);
// How long the extensions of a clock of this stage can be in one dispute, in hours.
std::int64_t extensions_of(Stage const& stage, DeadlineRule const& rule);

} // namespace parley
