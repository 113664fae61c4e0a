#include "engine/core/behaviour.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/json.hpp"

#include <fmt/core.h>

// Awards and recommendations, their correction and their acceptance (Art. 7, 7 bis).

namespace parley {

namespace {

constexpr std::string_view not_binding =
    "This recommendation does not bind anyone unless both sides accept it.";
constexpr std::string_view effect =
    "Once both sides have accepted it, it binds them as a contract.";
// What a party is told before it accepts (Directive 2013/11 Art. 9(2)).
constexpr std::string_view warnings[] = {
    "You are free to accept or to refuse this recommendation.",
    "A court stays open to you.",
    "The result may differ from what a court would decide.",
};

// How long a consumer waits before it can accept an outcome under this procedure.
std::optional<Period> reflection_in(Procedure const& procedure) {
    for (Stage const& stage : procedure.stages)
        for (Step const& step : stage.steps)
            if (step.does == Behaviour::accept_outcome) return step.settings.reflection;
    return std::nullopt;
}

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

// The outcome as people read it: the exact text that an acceptance names by its hash. It ends with a
// random code, so that the hash, which stays in the record for ever, tells nothing of a text that was
// erased.
std::string text_of_outcome(Act const& act, OutcomeKind kind, std::uint32_t version,
                            std::string_view place, OutcomeInput const& input) {
    std::string text =
        fmt::format("{}, version {}, {}\n", name_of(kind), version, text_of(act.stamp.at));
    if (!place.empty()) text += fmt::format("Place of arbitration: {}\n", place);
    std::size_t number = 0;
    for (RemedyInput const& term : input.dispositions) {
        text += fmt::format("{}. {}", ++number, name_of(term.remedy.kind));
        if (term.remedy.amount) text += fmt::format(" {}", parley::text_of(*term.remedy.amount));
        text += fmt::format(", by the {}", name_of(term.remedy.by.value_or(Side::respondent)));
        if (term.remedy.due) text += fmt::format(", until {}", parley::text_of(*term.remedy.due));
        if (!term.description.empty()) text += fmt::format(": {}", term.description);
        text += '\n';
    }
    if (!input.grounds.empty()) text += fmt::format("Grounds: {}\n", input.grounds);
    if (kind == OutcomeKind::recommendation) {
        text += fmt::format("{}\n{}\n", not_binding, effect);
        if (auto const reflection = reflection_in(act.procedure))
            text += fmt::format("A consumer reflects for {} before accepting.\n",
                                words_of(*reflection));
        for (std::string_view const warning : warnings) text += fmt::format("{}\n", warning);
    }
    if (!input.signature.empty()) text += fmt::format("Signed: {}\n", input.signature);
    text += fmt::format("Code: {}\n", hex_of(act.stamp.entropy.draw32()));
    return text;
}

std::string content_of_outcome(Act const& act, OutcomeKind kind, std::string_view place,
                               OutcomeInput const& input, std::string_view text) {
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
        for (std::string_view const warning : warnings) json.value(warning);
        json.end_array();
    }
    json.member("text", text);
    json.end_object();
    return content;
}

// The event of an outcome, with its words and the hash of its text.
Said rendered(Act const& act, OutcomeKind kind, Binding binding, std::string place,
              std::string_view basis, OutcomeInput const& input) {
    OutcomeState const* before = act.state.outcome();
    std::uint32_t const version =
        before != nullptr && before->kind == kind ? before->version + 1 : 1;
    std::optional<SeatKind> const seat = act.seat();
    std::string const text = text_of_outcome(act, kind, version, place, input);
    std::string content = content_of_outcome(act, kind, place, input, text);
    return Said(OutcomeRendered{kind, binding, version,
                                seat ? act.state.seat(*seat).neutral : NeutralId{},
                                facts_of(input.dispositions), std::move(place), std::string(basis),
                                hex_of(sha256(text))},
                std::move(content));
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
    Binding binding =
        rule.binding.value_or(kind == OutcomeKind::award ? Binding::both : Binding::none);
    // Who promised beforehand to follow such recommendations is bound by this one at once (C2).
    bool const promised = bound_beforehand(act.state, Side::claimant) ||
                          bound_beforehand(act.state, Side::respondent);
    if (kind == OutcomeKind::recommendation && promised) binding = Binding::one_side;
    return rendered(act, kind, binding, std::move(place), rule.basis, input);
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
    return rendered(act, before->kind, before->binding, std::move(place), before->basis, input);
}

// A settlement recorded as an award by consent (Art. 8): the terms are those agreed, so that the
// neutral adds the form alone.
Result<Said> ask_consent_award(Act const&) { return Said(ConsentAwardAsked{}); }

Result<Said> record_settlement(Act const& act) {
    using enum RefusalCode;
    OutcomeState const* settled = act.state.outcome();
    PARLEY_ASSERT(settled != nullptr, "terms are recorded only once they are settled");
    RecordInput const& form = input_of<RecordInput>(act);
    if (form.place.empty())
        return refuse_field(missing_field, "/place", "An award names the place of arbitration.");
    if (form.signature.empty())
        return refuse_field(missing_field, "/signature", "An award is signed.");
    OutcomeInput input;
    for (Remedy const& term : settled->dispositions) input.dispositions.push_back({term, ""});
    input.grounds = form.grounds.empty() ? "The parties agreed on these terms." : form.grounds;
    input.signature = form.signature;
    return rendered(act, OutcomeKind::award, Binding::both, form.place, "consent", input);
}

Result<Said> accept_outcome(Act const& act) {
    auto outcome = outcome_meant(act);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    std::optional<Side> const side = act.side();
    if (!side) return refuse(RefusalCode::not_yours, "Only a party accepts an outcome.");
    // Who accepts is bound by a text, so it must be this one (C4).
    std::string const& named = input_of<OutcomeRefInput>(act).text_sha256;
    if (!(*outcome)->text_sha256.empty() && named.empty())
        return refuse_field(RefusalCode::missing_field, "/text_sha256",
                            "Name the text you accept: the outcome shows its text_sha256.");
    if (named != (*outcome)->text_sha256)
        return refuse_field(RefusalCode::invalid, "/text_sha256",
                            "This is the hash of another text than the outcome's.");
    bool const other_bound = (*outcome)->accepted_by[index_of(other(*side))] ||
                             bound_beforehand(act.state, other(*side));
    return Said(OutcomeAccepted{(*outcome)->version, other_bound, (*outcome)->text_sha256},
                content_of("message", input_of<OutcomeRefInput>(act).message));
}

Result<Said> refuse_outcome(Act const& act) {
    auto outcome = outcome_meant(act);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    return Said(OutcomeRefused{(*outcome)->version},
                content_of("message", input_of<OutcomeRefInput>(act).message));
}

} // namespace parley
