#pragma once

#include "engine/base/refusal.hpp"
#include "engine/model/dispute.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace parley {

// One row of the law table: is an agreement to arbitrate made before the dispute binding on a consumer
// who lives here? (docs/LAW.md)
struct LawRow {
    std::vector<std::string> countries; // ISO 3166-1; "EU", "EEA" are expanded by the file itself
    std::string jurisdiction;           // as people call it
    std::string effect; // binding, not_binding, not_binding_below, post_dispute_form, ...
    std::string condition, authority, citation;
    std::string form; // what an agreement after the dispute must have: plain, separate, certified
    bool verified = true; // read in the source, or noted from memory
    std::optional<Money> threshold;
    std::optional<std::string>
        region; // a part of the country (Quebec); matched by residence region
    Instant from;
    std::optional<Instant> to;
    std::int32_t specificity = 0; // the most specific row wins
    // The wording of an agreement to arbitrate that this law asks for, by language; none: the table's.
    std::map<std::string, std::string> agreement;
};
struct LawTable {
    std::string version; // "2026-11"
    std::map<std::string, std::string> agreement;
    std::vector<LawRow> rows;
};
// Reads workflows/jurisdictions/<version>.json strictly.
Result<LawTable> read_law_table(std::string_view text);

// What the resolver looks at: facts, never a preference.
struct ResolverFacts {
    std::span<PartyFacts const> parties; // claimant, respondent
    ClaimReason reason = ClaimReason::other;
    Money amount;
    Instant concluded_at;
    Instant at; // when it is asked: a consent counts by its time against these
    std::optional<Instant> dispute_arose_at; // commencement; none while it is being filed
    std::span<Consent const> consents;
};

// The track follows from facts, the law table and the consents; the first row of docs/LAW.md that
// fits decides. Refuses no_agreement or out_of_scope with the reason code in the detail.
Result<Resolution> resolve_track(LawTable const& law, ResolverFacts const& facts);

// What someone who agrees to arbitrate a dispute that has arisen is shown and signs (C3), in one
// language, and the form that the law of the consumer concerned asks for.
struct AgreementText {
    std::string locale;
    std::string text;
    std::string sha256;
    std::string form; // plain, separate, certified
};
// The wordings for this side, one a language: of its own law where it is a consumer, else of the other
// side's. Empty where the table has none.
std::vector<AgreementText> agreement_texts(LawTable const& law, std::span<PartyFacts const> parties,
                                           Side side, Instant concluded_at);

// Why this track, and not the other, in one sentence with its citation.
std::string explain(Resolution const& resolution);

} // namespace parley
