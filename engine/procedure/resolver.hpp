#pragma once

#include "engine/base/refusal.hpp"
#include "engine/model/dispute.hpp"

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
};
struct LawTable {
    std::string version; // "2026-11"
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

// Why this track, and not the other, in one sentence with its citation.
std::string explain(Resolution const& resolution);

} // namespace parley
