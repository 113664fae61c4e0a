#include "engine/core/behaviour.hpp"

#include <algorithm>

#include <fmt/core.h>

// Consents are typed, timed and about an exact text (docs/LAW.md).

namespace parley {

Result<Said> give_consent(Act const& act) {
    Consent consent = input_of<ConsentInput>(act).consent;
    std::optional<Side> const side = act.side();
    if (!side) return refuse(RefusalCode::not_yours, "Only a party consents.");
    std::vector<ConsentKind> const& kinds = act.step.settings.consents;
    if (std::ranges::find(kinds, consent.kind) == kinds.end())
        return refuse_field(RefusalCode::invalid, "/kind",
                            fmt::format("A consent of the kind {} is not given at this stage.",
                                        name_of(consent.kind)));
    consent.by = *side;
    consent.given_at = act.stamp.at;
    bool const given = std::ranges::any_of(act.state.consents, [&](Consent const& c) {
        return c.by == *side && c.kind == consent.kind && c.text_sha256 == consent.text_sha256;
    });
    if (given) return refuse(RefusalCode::already_done, "You have consented to this text already.");
    return Said(ConsentGiven{std::move(consent)});
}

} // namespace parley
