#include "engine/core/behaviour.hpp"

#include <algorithm>

#include <fmt/core.h>

// Consents are typed, timed and about an exact text (docs/LAW.md). An agreement to arbitrate that a
// consumer gives once there is a dispute (C3) waits for a time of reflection and a confirmation.

namespace parley {

namespace {

bool is_about(Consent const& consent, Side side, ConsentKind kind) {
    return consent.by == side && consent.kind == kind;
}

std::string_view primary(std::string_view language) {
    return language.substr(0, language.find('-'));
}

// The agreement has a wording of its own, in the consumer's language where there is one, and the form
// that the consumer's law asks for. What is agreed to otherwise would count for nothing later.
Result<void> check_agreement(Act const& act, Side side, Consent const& consent) {
    using enum RefusalCode;
    PartyFacts const& party = act.state.party(side);
    std::vector<AgreementText> const texts =
        agreement_texts(act.world.law, act.state.parties, side, act.state.concluded_at);
    bool const consumer = party.kind == PartyKind::consumer;
    bool const own_language = consumer && std::ranges::any_of(texts, [&](AgreementText const& t) {
                                  return primary(t.locale) == primary(party.language);
                              });
    bool const fits = texts.empty() || std::ranges::any_of(texts, [&](AgreementText const& t) {
                          return t.sha256 == consent.text_sha256 &&
                                 (!own_language || primary(t.locale) == primary(party.language));
                      });
    if (!fits)
        return refuse_field(invalid, "/text_sha256",
                            "This is not the text of the agreement to arbitrate, in your language, "
                            "as /documents/arbitration_agreement shows it.");
    if (consent.track == Track::two)
        return refuse_field(invalid, "/track", "An agreement to arbitrate leads to Track I.");
    if (!consumer || texts.empty()) return {};
    std::string const& form = texts.front().form;
    if (form != "plain" && !consent.separate_document)
        return refuse_field(invalid, "/separate_document",
                            "The law asks for an agreement in a document of its own.");
    if (form == "certified" && !consent.read_and_understood)
        return refuse_field(invalid, "/read_and_understood",
                            "The law asks you to certify that you have read and understood it.");
    return {};
}

ConsentKind meant_by(Act const& act) { return act.step.settings.consents.front(); }

} // namespace

Result<Said> give_consent(Act const& act) {
    Consent consent = input_of<ConsentInput>(act).consent;
    std::optional<Side> const side = act.side();
    if (!side) return refuse(RefusalCode::not_yours, "Only a party consents.");
    std::vector<ConsentKind> const& kinds = act.step.settings.consents;
    if (std::ranges::find(kinds, consent.kind) == kinds.end())
        return refuse_field(RefusalCode::invalid, "/kind",
                            fmt::format("A consent of the kind {} is not given by {}.",
                                        name_of(consent.kind), act.step.name));
    consent.by = *side;
    consent.given_at = act.stamp.at;
    auto const same = [&](Consent const& c) {
        return is_about(c, *side, consent.kind) && c.text_sha256 == consent.text_sha256;
    };
    // What was given at the transaction is no agreement about a dispute that came later.
    auto const counts = [&](Consent const& c) {
        return same(c) && (c.kind != ConsentKind::arbitration ||
                           (act.state.commenced_at && c.given_at > *act.state.commenced_at));
    };
    if (std::ranges::any_of(act.state.consents, counts) ||
        std::ranges::any_of(act.state.pending_consents, same))
        return refuse(RefusalCode::already_done, "You have consented to this text already.");
    bool pending = false;
    if (consent.kind == ConsentKind::arbitration) {
        if (auto fine = check_agreement(act, *side, consent); !fine)
            return std::unexpected(std::move(fine.error()));
        consent.track = Track::one;
        pending = act.state.party(*side).kind == PartyKind::consumer;
    }
    return Said(ConsentGiven{std::move(consent), pending});
}

Result<Said> confirm_consent(Act const& act) {
    if (!input_names(act, meant_by(act)))
        return refuse_field(RefusalCode::invalid, "/kind",
                            fmt::format("{} confirms a consent of the kind {}.", act.step.name,
                                        name_of(meant_by(act))));
    return Said(ConsentConfirmed{meant_by(act)});
}

Result<Said> revoke_consent(Act const& act) {
    ConsentKind const kind = input_of<ConsentRefInput>(act).kind;
    std::optional<Side> const side = act.side();
    std::vector<ConsentKind> const& kinds = act.step.settings.consents;
    if (std::ranges::find(kinds, kind) == kinds.end())
        return refuse_field(RefusalCode::invalid, "/kind",
                            fmt::format("A consent of the kind {} is not taken back by {}.",
                                        name_of(kind), act.step.name));
    auto const own = [&](Consent const& c) { return side && is_about(c, *side, kind); };
    if (std::ranges::none_of(act.state.consents, own) &&
        std::ranges::none_of(act.state.pending_consents, own))
        return refuse(RefusalCode::not_possible_now,
                      fmt::format("You have given no consent of the kind {}.", name_of(kind)));
    return Said(ConsentRevoked{kind});
}

bool input_names(Act const& act, ConsentKind kind) {
    ConsentRefInput const* given = std::get_if<ConsentRefInput>(&act.input);
    return given == nullptr || given->kind == kind;
}

} // namespace parley
