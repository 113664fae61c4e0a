#include "engine/core/behaviour.hpp"

#include "engine/base/assert.hpp"

#include <fmt/core.h>

// What may still happen to an outcome once it is out: internal review (Art. 7 ter) and publication
// (Art. 7(6 bis)).

namespace parley {

namespace {

// What both sides agreed to publish; where they differ, what takes more out counts.
std::optional<Redaction> agreed_redaction(DisputeState const& state) {
    std::optional<Redaction> strictest;
    for (Side const side : {Side::claimant, Side::respondent}) {
        bool given = false;
        for (Consent const& consent : state.consents) {
            if (consent.by != side || consent.kind != ConsentKind::publication) continue;
            given = true;
            Redaction const asked = consent.redaction.value_or(Redaction::names_removed);
            if (!strictest || asked > *strictest) strictest = asked;
        }
        if (!given) return std::nullopt;
    }
    return strictest;
}

} // namespace

Result<Said> request_review(Act const& act) {
    std::string_view const text = words_of(act.input);
    if (text.empty())
        return refuse_field(RefusalCode::missing_field, "/text",
                            "Say why: an unfair place, or a serious breach of a basic rule.");
    return Said(ReviewRequested{}, content_of("text", text));
}

Result<Said> decide_review(Act const& act) {
    DecideObjectionInput const& input = input_of<DecideObjectionInput>(act);
    std::optional<SeatKind> const kind = act.seat();
    PARLEY_ASSERT(kind.has_value(),
                  "a step about a neutral names the seat, which reading the file checked");
    if (input.reasons.empty())
        return refuse_field(RefusalCode::missing_field, "/reasons", "A decision says why.");
    return Said(ReviewDecided{act.state.seat(*kind).neutral, input.upheld},
                content_of("reasons", input.reasons));
}

Result<Said> publish_outcome(Act const& act) {
    PublicationInput const& input = input_of<PublicationInput>(act);
    std::optional<Redaction> const agreed = agreed_redaction(act.state);
    if (input.ground == PublicationGround::consent && !agreed)
        return refuse(RefusalCode::not_possible_now,
                      "Publication by consent needs the consent of both sides.");
    if (input.ground != PublicationGround::consent && input.reasons.empty())
        return refuse_field(RefusalCode::missing_field, "/reasons",
                            "Without consent, say what asks for the publication.");
    return Said(OutcomePublished{input.ground, agreed.value_or(Redaction::names_removed)},
                content_of("reasons", input.reasons));
}

} // namespace parley
