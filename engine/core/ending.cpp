#include "engine/core/behaviour.hpp"

// Ways out that the parties take themselves, and what they say of an outcome afterwards.

namespace parley {

Result<Said> withdraw(Act const& act) {
    std::string content = content_of("text", words_of(act.input));
    // After the response the respondent agrees, or a neutral gives leave.
    bool const needs_agreement = act.step.settings.consent == "other_side";
    if (needs_agreement && act.role == Role::claimant)
        return Said(WithdrawalProposed{}, std::move(content));
    return Said(Withdrawn{}, std::move(content));
}

Result<Said> confirm_performance(Act const& act) {
    return Said(PerformanceConfirmed{}, content_of("text", words_of(act.input)));
}

Result<Said> report_breach(Act const& act) {
    return Said(BreachReported{}, content_of("text", words_of(act.input)));
}

} // namespace parley
