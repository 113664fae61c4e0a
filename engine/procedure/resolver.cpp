#include "engine/procedure/resolver.hpp"

#include "engine/base/digest.hpp"

#include <fmt/format.h>

#include <algorithm>

// Which track carries a dispute (docs/LAW.md): facts in, one answer with its reasons out.

namespace parley {

namespace {

using Facts = ResolverFacts;

// A consent given with the transaction; what comes a day later belongs to the quarrel.
bool is_clause(Consent const& consent, Facts const& facts, Side side) {
    return consent.kind == ConsentKind::odr_clause && consent.by == side &&
           consent.given_at <= facts.concluded_at + us_per_day && consent.given_at <= facts.at;
}

// Of several texts that contradict each other the one that keeps the court open counts.
Consent const* clause_of(Facts const& facts, Side side) {
    Consent const* found = nullptr;
    for (Consent const& consent : facts.consents) {
        if (!is_clause(consent, facts, side)) continue;
        if (found == nullptr || consent.track == Track::two) found = &consent;
    }
    return found;
}

// The respondent's offer to everyone, which the claimant accepts by filing.
Consent const* standing_submission(Facts const& facts) {
    for (Consent const& consent : facts.consents)
        if (consent.kind == ConsentKind::standing_submission && consent.by == Side::respondent &&
            consent.given_at <= facts.at)
            return &consent;
    return nullptr;
}

// The second click: a word given once there was something to quarrel about. While the dispute is
// being filed it has not begun, so that nothing counts as given after it.
Consent const* submission_after_dispute(Facts const& facts, Side side) {
    if (!facts.dispute_arose_at) return nullptr;
    Consent const* found = nullptr;
    for (Consent const& consent : facts.consents) {
        bool const counts = consent.kind == ConsentKind::arbitration && consent.by == side &&
                            consent.given_at > *facts.dispute_arose_at &&
                            consent.given_at <= facts.at && consent.track != Track::two;
        if (counts) found = &consent;
    }
    return found;
}

bool has_form(Consent const& consent, std::string_view form) {
    if (form == "certified") return consent.separate_document && consent.read_and_understood;
    return form != "separate" || consent.separate_document;
}

struct Agreement {
    Consent const* claimant;
    Consent const* respondent;
    bool both() const { return claimant != nullptr && respondent != nullptr; }
};

// Track I only if both texts said so: a clause must have told each side where it leads.
bool names_track_one(Agreement const& clause) {
    return clause.both() && clause.claimant->track == Track::one &&
           clause.respondent->track == Track::one;
}
bool names_track_two(Agreement const& clause) {
    return clause.both() &&
           (clause.claimant->track == Track::two || clause.respondent->track == Track::two);
}

std::string_view named_track(Agreement const& clause) {
    if (names_track_two(clause)) return "II";
    return names_track_one(clause) ? "I" : "none";
}

std::unexpected<Refusal> refuse_because(RefusalCode code, std::string_view reason,
                                        std::string_view sentence) {
    return refuse(code, fmt::format("{}: {}", reason, sentence));
}

Result<void> check_cap(Facts const& facts, Consent const* consent) {
    if (consent == nullptr || !consent->amount_most) return {};
    Money const& most = *consent->amount_most;
    if (most.currency == facts.amount.currency && facts.amount.amount <= most.amount) return {};
    return refuse_because(
        RefusalCode::out_of_scope, "OUT_OF_SCOPE",
        fmt::format("the agreement covers claims up to {}, and this one is for {}.", text_of(most),
                    text_of(facts.amount)));
}

Result<void> check_scope(Facts const& facts, Agreement const& clause) {
    if (facts.reason == ClaimReason::other)
        return refuse_because(
            RefusalCode::out_of_scope, "OUT_OF_SCOPE",
            "the rules cover goods or services not delivered, late, wrongly charged or "
            "not as agreed, and payments not received; name such a ground.");
    if (!clause.both()) return check_cap(facts, standing_submission(facts));
    if (auto fine = check_cap(facts, clause.claimant); !fine) return fine;
    return check_cap(facts, clause.respondent);
}

struct Row {
    LawRow const* row = nullptr;
    bool only_parts = false; // rows speak of parts of the country alone
};

// The most specific row in force when the contract was made. Where somebody lives is known by
// country alone, so a row about a part of it never matches.
Row row_for(LawTable const& law, std::string_view country, Instant concluded_at) {
    Row out;
    for (LawRow const& row : law.rows) {
        bool const there = std::ranges::find(row.countries, country) != row.countries.end();
        bool const in_force = row.from <= concluded_at && (!row.to || concluded_at < *row.to);
        if (!there || !in_force) continue;
        if (row.region) out.only_parts = true;
        else if (out.row == nullptr || row.specificity > out.row->specificity) out.row = &row;
    }
    return out;
}

// The row's effect for a claim of this amount.
std::string_view effect_at(LawRow const& row, Money const& amount) {
    if (row.effect != "not_binding_below" || !row.threshold) return row.effect;
    bool const below =
        amount.currency == row.threshold->currency && amount.amount <= row.threshold->amount;
    return below ? "not_binding" : "controlled";
}

// What the law says of a clause agreed before the dispute; the row's own sentence says on which terms.
std::string_view words_of(std::string_view effect) {
    if (effect == "binding") return "binds";
    if (effect == "not_binding") return "does not bind";
    if (effect == "post_dispute_form") return "does not bind";
    if (effect == "voidable") return "can be cancelled";
    if (effect == "extra_form") return "does not bind by itself";
    if (effect == "court_option") return "leaves the consumer the choice of a court";
    if (effect == "controlled") return "binds only if it is fair";
    return "has no settled effect";
}

std::string cites_of(LawRow const& row) {
    return fmt::format("{}, {}", row.authority, row.citation);
}

struct Finding {
    Track track;
    Reason reason;
};

// What holds for one consumer: rules 4 to 7 of the table.
Finding finding_for(LawTable const& law, Facts const& facts, PartyFacts const& consumer,
                    Agreement const& clause) {
    std::string const who(name_of(consumer.side));
    Row const row = row_for(law, consumer.country, facts.concluded_at);
    Reason reason;
    reason.facts = {{who + ".kind", "consumer"},
                    {who + ".country", consumer.country},
                    {"amount", text_of(facts.amount)},
                    {"clause.track", std::string(named_track(clause))}};
    std::string_view const effect = row.row == nullptr ? "" : effect_at(*row.row, facts.amount);
    if (row.row != nullptr) {
        reason.facts.emplace_back("table.jurisdiction", row.row->jurisdiction);
        reason.facts.emplace_back("table.effect", effect);
        reason.cites = cites_of(*row.row);
    }

    Agreement const after{submission_after_dispute(facts, Side::claimant),
                          submission_after_dispute(facts, Side::respondent)};
    if (after.both()) {
        Consent const& own = consumer.side == Side::claimant ? *after.claimant : *after.respondent;
        bool const in_form =
            has_form(own, row.row == nullptr ? std::string_view("certified") : row.row->form);
        reason.facts.emplace_back(who + ".consent_after_dispute",
                                  in_form ? "in form" : "not in form");
        if (in_form) {
            reason.code = "POST_DISPUTE_CONSENT";
            reason.rule = fmt::format("The {} is a consumer, and both sides agreed to arbitration "
                                      "after the dispute arose, in the form that the law asks for.",
                                      who);
            if (reason.cites.empty()) reason.cites = "Art. 1(1 ter)";
            return {Track::one, std::move(reason)};
        }
    }
    if (row.row == nullptr) {
        reason.code = "NO_ROW";
        reason.cites = "Art. 1(1 ter)";
        reason.rule =
            row.only_parts
                ? fmt::format(
                      "The {} is a consumer living in {}; the table speaks of parts of that "
                      "country, and which part is not known, so nothing binds before the dispute.",
                      who, consumer.country)
                : fmt::format("The {} is a consumer living in {}, for which the table has no row, "
                              "so nothing binds before the dispute.",
                              who, consumer.country);
        return {Track::two, std::move(reason)};
    }
    std::string const law_says = fmt::format("The {} is a consumer living in {}, where a "
                                             "clause agreed to before the dispute {}",
                                             who, consumer.country, words_of(effect));
    if (effect == "binding" && names_track_one(clause)) {
        reason.code = "PRE_DISPUTE_BINDING";
        reason.rule =
            fmt::format("{}, and the clause names Track I. {}", law_says, row.row->condition);
        return {Track::one, std::move(reason)};
    }
    reason.code = "LISTED_STATE";
    reason.rule = effect == "binding"
                      ? fmt::format("{}, but the clause does not name Track I.", law_says)
                      : fmt::format("{}. {}", law_says, row.row->condition);
    return {Track::two, std::move(reason)};
}

// Businesses may agree otherwise than their clause says, also once they are in dispute.
Resolution between_businesses(LawTable const& law, Facts const& facts, Agreement const& clause,
                              bool agreed_after) {
    bool const two = names_track_two(clause) && !agreed_after;
    Reason reason{"B2B",
                  two            ? "No party is a consumer, and the clause names Track II."
                  : agreed_after ? "No party is a consumer, and both agreed to arbitrate after the "
                                   "dispute arose."
                                 : "No party is a consumer, so what they agreed leads to an award.",
                  "Art. 1(1)",
                  {}};
    for (PartyFacts const& party : facts.parties)
        reason.facts.emplace_back(fmt::format("{}.kind", name_of(party.side)), name_of(party.kind));
    reason.facts.emplace_back("clause.track", named_track(clause));
    return {two ? Track::two : Track::one, law.version, {std::move(reason)}};
}

} // namespace

Result<Resolution> resolve_track(LawTable const& law, ResolverFacts const& facts) {
    Agreement const clause{clause_of(facts, Side::claimant), clause_of(facts, Side::respondent)};
    bool const after = submission_after_dispute(facts, Side::claimant) != nullptr &&
                       submission_after_dispute(facts, Side::respondent) != nullptr;
    if (!clause.both() && standing_submission(facts) == nullptr && !after)
        return refuse_because(
            RefusalCode::no_agreement, "NO_AGREEMENT",
            "the parties have not agreed to resolve this online: neither both sides with the "
            "transaction, nor the respondent beforehand, nor both sides after the dispute arose.");
    if (auto fine = check_scope(facts, clause); !fine)
        return std::unexpected(std::move(fine.error()));

    Resolution one{Track::one, law.version, {}};
    Resolution two{Track::two, law.version, {}};
    for (PartyFacts const& party : facts.parties) {
        if (party.kind != PartyKind::consumer) continue;
        Finding finding = finding_for(law, facts, party, clause);
        (finding.track == Track::one ? one : two).because.push_back(std::move(finding.reason));
    }
    // Track I must result for each consumer; one whom the law protects is enough for Track II.
    if (!two.because.empty()) return two;
    if (!one.because.empty()) return one;
    return between_businesses(law, facts, clause, after);
}

std::vector<AgreementText> agreement_texts(LawTable const& law, std::span<PartyFacts const> parties,
                                           Side side, Instant concluded_at) {
    PartyFacts const* consumer = nullptr;
    for (PartyFacts const& party : parties)
        if (party.kind == PartyKind::consumer && (consumer == nullptr || party.side == side))
            consumer = &party;
    LawRow const* row =
        consumer == nullptr ? nullptr : row_for(law, consumer->country, concluded_at).row;
    bool const own = row != nullptr && !row->agreement.empty();
    std::vector<AgreementText> out;
    for (auto const& [locale, text] : own ? row->agreement : law.agreement)
        out.push_back({locale, text, hex_of(sha256(text)),
                       row != nullptr        ? row->form
                       : consumer != nullptr ? std::string("certified")
                                             : std::string("plain")});
    return out;
}

std::string explain(Resolution const& resolution) {
    std::string out("Track ");
    out.append(name_of(resolution.track)).append(" (table ").append(resolution.table).append("):");
    for (Reason const& reason : resolution.because) {
        out.append(" ").append(reason.rule).append(" [").append(reason.code);
        out.append("; ").append(reason.cites).append("]");
    }
    return out;
}

} // namespace parley
