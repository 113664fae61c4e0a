#include "engine/core/behaviour.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/json.hpp"

#include <fmt/core.h>

// Awards and recommendations, their correction and their acceptance (Art. 7, 7 bis).

namespace parley {

namespace {

constexpr std::string_view not_binding =
    "This recommendation does not bind anyone unless both sides accept it.";
// What a party is told before it accepts (Directive 2013/11 Art. 9(2)).
constexpr std::string_view warnings[] = {
    "You are free to accept or to refuse this recommendation.",
    "A court stays open to you.",
    "The result may differ from what a court would decide.",
};

// What an outcome must have, whichever it is.
Result<void> check_text(Act const& act, OutcomeKind kind, std::string_view place) {
    using enum RefusalCode;
    OutcomeInput const& input = input_of<OutcomeInput>(act);
    if (input.dispositions.empty())
        return refuse_field(missing_field, "/dispositions",
                            "An outcome disposes of every claim, if only with `nothing`.");
    if (auto fine = check_currency(act.state, input.dispositions, "/dispositions"); !fine)
        return fine;
    if (input.grounds.empty())
        return refuse_field(missing_field, "/grounds", "An outcome gives brief grounds.");
    if (kind != OutcomeKind::award) return {};
    if (place.empty())
        return refuse_field(missing_field, "/place", "An award names the place of arbitration.");
    if (input.signature.empty())
        return refuse_field(missing_field, "/signature", "An award is signed.");
    return {};
}

std::string content_of_outcome(Act const& act, OutcomeKind kind, std::string_view place) {
    OutcomeInput const& input = input_of<OutcomeInput>(act);
    std::string content;
    JsonWriter json(content);
    json.begin_object();
    json.member("kind", name_of(kind))
        .member("date", act.stamp.at)
        .member("grounds", input.grounds);
    if (!place.empty()) json.member("place", place);
    if (!input.signature.empty()) json.member("signature", input.signature);
    json.key("dispositions");
    write_descriptions(json, input.dispositions);
    if (kind == OutcomeKind::recommendation) {
        json.member("not_binding", not_binding).key("warnings").begin_array();
        for (std::string_view warning : warnings) json.value(warning);
        json.end_array();
    }
    json.end_object();
    return content;
}

// The version that is meant must be the one that counts: nobody agrees to a text they have not
// seen.
Result<OutcomeState const*> outcome_meant(Act const& act) {
    OutcomeState const* outcome = act.state.outcome();
    PARLEY_ASSERT(outcome != nullptr, "an outcome is answered only once there is one");
    OutcomeRefInput const& input = input_of<OutcomeRefInput>(act);
    if (input.version && *input.version != outcome->version)
        return refuse_field(RefusalCode::invalid, "/version",
                            fmt::format("The version that counts is {}.", outcome->version));
    return outcome;
}

} // namespace

Result<Said> render_outcome(Act const& act) {
    BehaviourSettings const& rule = act.step.settings;
    OutcomeInput const& input = input_of<OutcomeInput>(act);
    OutcomeKind const kind = rule.kind.value_or(OutcomeKind::recommendation);
    std::string place;
    if (kind == OutcomeKind::award) place = input.place.empty() ? rule.place : input.place;
    if (auto fine = check_text(act, kind, place); !fine)
        return std::unexpected(std::move(fine.error()));
    std::string content = content_of_outcome(act, kind, place);
    std::optional<SeatKind> const seat = act.seat();
    OutcomeState const* before = act.state.outcome();
    Binding const binding =
        rule.binding.value_or(kind == OutcomeKind::award ? Binding::both : Binding::none);
    return Said(OutcomeRendered{kind, binding, before == nullptr ? 1 : before->version + 1,
                                seat ? act.state.seat(*seat).neutral : NeutralId{},
                                facts_of(input.dispositions), std::move(place), rule.basis},
                std::move(content));
}

Result<Said> request_correction(Act const& act) {
    std::string_view const text = words_of(act.input);
    if (text.empty())
        return refuse_field(RefusalCode::missing_field, "/text",
                            "Say which error is to be corrected.");
    return Said(CorrectionRequested{}, content_of("text", text));
}

// The next version supersedes; the one before stays readable and provable.
Result<Said> correct_outcome(Act const& act) {
    OutcomeState const* before = act.state.outcome();
    if (before == nullptr)
        return refuse(RefusalCode::not_possible_now, "There is no outcome to correct.");
    OutcomeInput const& input = input_of<OutcomeInput>(act);
    std::string place = input.place.empty() ? before->place : input.place;
    if (auto fine = check_text(act, before->kind, place); !fine)
        return std::unexpected(std::move(fine.error()));
    std::string content = content_of_outcome(act, before->kind, place);
    std::optional<SeatKind> const seat = act.seat();
    return Said(OutcomeRendered{before->kind, before->binding, before->version + 1,
                                seat ? act.state.seat(*seat).neutral : NeutralId{},
                                facts_of(input.dispositions), std::move(place), before->basis},
                std::move(content));
}

Result<Said> accept_outcome(Act const& act) {
    auto outcome = outcome_meant(act);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    std::optional<Side> const side = act.side();
    if (!side) return refuse(RefusalCode::not_yours, "Only a party accepts an outcome.");
    bool const other_bound = (*outcome)->accepted_by[index_of(other(*side))] ||
                             bound_beforehand(act.state, other(*side));
    return Said(OutcomeAccepted{(*outcome)->version, other_bound},
                content_of("message", input_of<OutcomeRefInput>(act).message));
}

Result<Said> refuse_outcome(Act const& act) {
    auto outcome = outcome_meant(act);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    return Said(OutcomeRefused{(*outcome)->version},
                content_of("message", input_of<OutcomeRefInput>(act).message));
}

} // namespace parley
