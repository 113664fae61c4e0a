#include "engine/procedure/embedded_library.hpp"
#include "engine/procedure/resolver.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace parley {
namespace {

LawTable const& law() {
    static LawTable const table = load_embedded_law();
    return table;
}

Instant at(std::string_view text) { return parse_instant(text).value_or(Instant{}); }
Money money(std::int64_t amount, std::string_view currency) {
    return {amount, parse_currency(currency).value_or(Currency{})};
}

// A sale of 1 March 2026, filed on 1 April, asked about on 1 May.
struct Sale {
    PartyKind claimant_kind = PartyKind::consumer, respondent_kind = PartyKind::business;
    std::string claimant_country = "ES", respondent_country = "CN";
    Money amount = money(12990, "EUR");
    ClaimReason reason = ClaimReason::not_received;
    std::optional<Instant> arose = at("2026-04-01T00:00:00Z");
    std::vector<Consent> consents;

    static Consent consent(ConsentKind kind, Side by, std::string_view when,
                           std::optional<Track> track) {
        Consent out;
        out.kind = kind;
        out.by = by;
        out.given_at = at(when);
        out.track = track;
        return out;
    }
    Sale& clause(std::optional<Track> track, std::string_view when = "2026-03-01T00:00:00Z") {
        for (Side const side : {Side::claimant, Side::respondent})
            consents.push_back(consent(ConsentKind::odr_clause, side, when, track));
        return *this;
    }
    Sale& after(std::string_view when, bool separate = true, bool certified = true) {
        for (Side const side : {Side::claimant, Side::respondent}) {
            consents.push_back(consent(ConsentKind::arbitration, side, when, Track::one));
            consents.back().separate_document = separate;
            consents.back().read_and_understood = certified;
        }
        return *this;
    }
    Result<Resolution> resolve() const {
        PartyFacts claimant, respondent;
        claimant.kind = claimant_kind;
        claimant.country = claimant_country;
        respondent.side = Side::respondent;
        respondent.kind = respondent_kind;
        respondent.country = respondent_country;
        std::array const parties{claimant, respondent};
        return resolve_track(law(), {parties, reason, amount, at("2026-03-01T00:00:00Z"),
                                     at("2026-05-01T00:00:00Z"), arose, consents});
    }
};

Sale consumer_in(std::string country) {
    Sale sale;
    sale.claimant_country = std::move(country);
    return sale;
}
Sale businesses() {
    Sale sale;
    sale.claimant_kind = PartyKind::business;
    sale.claimant_country = sale.respondent_country = "GB";
    return sale;
}

std::string answer(Sale const& sale) {
    auto const resolution = sale.resolve();
    if (!resolution)
        return std::string(name_of(resolution.error().code)) + ' ' +
               resolution.error().detail.substr(0, resolution.error().detail.find(':'));
    std::string out(name_of(resolution->track));
    for (Reason const& reason : resolution->because) out += ' ' + reason.code;
    return out;
}

TEST(Resolver, AnswersByTheTable) {
    EXPECT_EQ(answer(businesses().clause(Track::one)), "I B2B");
    EXPECT_EQ(answer(businesses().clause(std::nullopt)), "I B2B");
    EXPECT_EQ(answer(businesses().clause(Track::two)), "II B2B");
    EXPECT_EQ(answer(consumer_in("ES").clause(Track::two)), "II LISTED_STATE");
    EXPECT_EQ(answer(consumer_in("ES").clause(Track::one)), "II LISTED_STATE");
    EXPECT_EQ(answer(consumer_in("US").clause(Track::one)), "I PRE_DISPUTE_BINDING");
    EXPECT_EQ(answer(consumer_in("US").clause(Track::two)), "II LISTED_STATE");
    EXPECT_EQ(answer(consumer_in("US").clause(std::nullopt)), "II LISTED_STATE");
    EXPECT_EQ(answer(consumer_in("NZ").clause(Track::one)), "II LISTED_STATE");
    EXPECT_EQ(answer(consumer_in("AQ").clause(Track::one)), "II NO_ROW");
    EXPECT_EQ(answer(consumer_in("").clause(Track::one)), "II NO_ROW");
    EXPECT_EQ(answer(consumer_in("CA").clause(Track::one)),
              "II NO_ROW"); // the province is not known
}

TEST(Resolver, EveryRowButABindingOneProtectsTheConsumer) {
    std::size_t binding = 0;
    for (LawRow const& row : law().rows)
        for (std::string const& country : row.countries) {
            if (row.region) continue;
            bool const binds = row.effect == "binding";
            EXPECT_EQ(answer(consumer_in(country).clause(Track::one)),
                      binds ? "I PRE_DISPUTE_BINDING" : "II LISTED_STATE")
                << country;
            binding += binds ? 1U : 0U;
        }
    EXPECT_EQ(binding, 3U);
}

TEST(Resolver, TheMostSpecificRowIsCited) {
    auto const germany = consumer_in("DE").clause(Track::one).resolve();
    ASSERT_TRUE(germany.has_value());
    EXPECT_NE(germany->because.at(0).cites.find("1031(5)"), std::string::npos);
    auto const spain = consumer_in("ES").clause(Track::one).resolve();
    ASSERT_TRUE(spain.has_value());
    EXPECT_NE(spain->because.at(0).cites.find("2013/11"), std::string::npos);
}

TEST(Resolver, NewZealandNeedsItsOwnForm) { // T9
    auto const checkout_only = consumer_in("NZ").clause(Track::one).resolve();
    ASSERT_TRUE(checkout_only.has_value());
    EXPECT_NE(checkout_only->because.at(0).cites.find("s. 11(1)(c)"), std::string::npos);
    EXPECT_EQ(answer(consumer_in("NZ").clause(Track::one).after("2026-04-10T00:00:00Z")),
              "I POST_DISPUTE_CONSENT");
    EXPECT_EQ(answer(consumer_in("NZ").clause(Track::one).after("2026-04-10T00:00:00Z", false)),
              "II LISTED_STATE");
    EXPECT_EQ(
        answer(consumer_in("NZ").clause(Track::one).after("2026-04-10T00:00:00Z", true, false)),
        "II LISTED_STATE");
    EXPECT_EQ(answer(consumer_in("NZ").clause(Track::one).after("2026-03-20T00:00:00Z")),
              "II LISTED_STATE");
    EXPECT_EQ(answer(consumer_in("NZ").clause(Track::one).after("2026-05-02T00:00:00Z")),
              "II LISTED_STATE"); // not yet given
}

TEST(Resolver, OfContradictingClausesTheOneThatKeepsTheCourtOpenCounts) {
    Sale sale;
    sale.claimant_country = "US"; // where a clause can bind
    sale.clause(Track::one).clause(Track::two);
    auto const resolution = sale.resolve();
    ASSERT_TRUE(resolution);
    EXPECT_EQ(resolution->track, Track::two);
}

TEST(Resolver, OneSidedConsentAfterTheDisputeIsNotEnough) {
    Sale sale = consumer_in("ES").clause(Track::one).after("2026-04-10T00:00:00Z");
    sale.consents.pop_back();
    EXPECT_EQ(answer(sale), "II LISTED_STATE");
}

TEST(Resolver, NothingIsGivenAfterADisputeThatIsOnlyBeingFiled) {
    Sale sale = consumer_in("ES").clause(Track::one).after("2026-04-10T00:00:00Z");
    EXPECT_EQ(answer(sale), "I POST_DISPUTE_CONSENT");
    sale.arose.reset();
    EXPECT_EQ(answer(sale), "II LISTED_STATE");
}

TEST(Resolver, TheThresholdOfTheUnitedKingdomChangesTheReasonNotTheTrack) {
    Sale sale = consumer_in("GB").clause(Track::one);
    auto const effect = [&](Money amount) {
        sale.amount = amount;
        auto const resolution = sale.resolve();
        EXPECT_TRUE(resolution.has_value());
        EXPECT_EQ(resolution->track, Track::two);
        auto const& facts = resolution->because.at(0).facts;
        auto const found =
            std::ranges::find(facts, "table.effect", &std::pair<std::string, std::string>::first);
        return found == facts.end() ? std::string() : found->second;
    };
    EXPECT_EQ(effect(money(500'000, "GBP")), "not_binding");
    EXPECT_EQ(effect(money(500'001, "GBP")), "controlled");
    EXPECT_EQ(effect(money(100, "EUR")), "controlled");
}

TEST(Resolver, EveryConsumerMustBeBoundForTrackOne) {
    Sale sale = consumer_in("US").clause(Track::one);
    sale.respondent_kind = PartyKind::consumer;
    sale.respondent_country = "FR";
    EXPECT_EQ(answer(sale), "II LISTED_STATE");
    sale.respondent_country = "SG";
    EXPECT_EQ(answer(sale), "I PRE_DISPUTE_BINDING PRE_DISPUTE_BINDING");
}

TEST(Resolver, WithoutAnAgreementThereIsNoDispute) {
    EXPECT_EQ(answer(consumer_in("ES")), "no_agreement NO_AGREEMENT");
    Sale one_sided = consumer_in("ES").clause(Track::two);
    one_sided.consents.pop_back();
    EXPECT_EQ(answer(one_sided), "no_agreement NO_AGREEMENT");
    EXPECT_EQ(answer(consumer_in("ES").clause(Track::two, "2026-03-02T00:00:00Z")),
              "II LISTED_STATE");
    EXPECT_EQ(answer(consumer_in("ES").clause(Track::two, "2026-03-02T00:00:00.000001Z")),
              "no_agreement NO_AGREEMENT");
    Sale standing = consumer_in("ES");
    standing.consents.push_back(Sale::consent(ConsentKind::standing_submission, Side::respondent,
                                              "2020-01-01T00:00:00Z", std::nullopt));
    EXPECT_EQ(answer(standing), "II LISTED_STATE");
    standing.consents.front().by = Side::claimant;
    EXPECT_EQ(answer(standing), "no_agreement NO_AGREEMENT");
}

TEST(Resolver, WhatIsOutOfScopeIsRefused) {
    Sale sale = consumer_in("ES").clause(Track::two);
    sale.reason = ClaimReason::other;
    EXPECT_EQ(answer(sale), "out_of_scope OUT_OF_SCOPE");
    sale.reason = ClaimReason::late;
    sale.consents.back().amount_most = money(12'989, "EUR");
    EXPECT_EQ(answer(sale), "out_of_scope OUT_OF_SCOPE");
    sale.consents.back().amount_most = money(12'990, "EUR");
    EXPECT_EQ(answer(sale), "II LISTED_STATE");
    sale.consents.back().amount_most =
        money(1'000'000, "GBP"); // what cannot be compared was not agreed
    EXPECT_EQ(answer(sale), "out_of_scope OUT_OF_SCOPE");
}

TEST(Resolver, ExplainsItselfInASentence) {
    auto const resolution = consumer_in("ES").clause(Track::one).resolve();
    ASSERT_TRUE(resolution.has_value());
    EXPECT_EQ(resolution->table, "2026-11");
    std::vector<std::pair<std::string, std::string>> const facts = resolution->because.at(0).facts;
    EXPECT_EQ(facts.at(0), (std::pair<std::string, std::string>("claimant.kind", "consumer")));
    EXPECT_EQ(facts.at(1), (std::pair<std::string, std::string>("claimant.country", "ES")));
    std::string const words = explain(*resolution);
    EXPECT_TRUE(
        words.starts_with("Track II (table 2026-11): The claimant is a consumer living in ES,"))
        << words;
    EXPECT_NE(words.find("[LISTED_STATE; Directive 2013/11/EU"), std::string::npos) << words;
}

TEST(Resolver, EveryRowReadsAsWholeSentences) {
    auto const japan = consumer_in("JP").clause(Track::one).resolve();
    ASSERT_TRUE(japan.has_value());
    EXPECT_EQ(japan->because.at(0).rule,
              "The claimant is a consumer living in JP, where a clause agreed to before the "
              "dispute can be cancelled. The right to cancel is the consumer's.");
    for (LawRow const& row : law().rows)
        for (std::string const& country : row.countries) {
            if (row.region) continue;
            auto const resolution = consumer_in(country).clause(Track::one).resolve();
            ASSERT_TRUE(resolution.has_value()) << country;
            std::string const& rule = resolution->because.at(0).rule;
            EXPECT_TRUE(rule.ends_with('.')) << rule;
            EXPECT_EQ(rule.find(".."), std::string::npos) << rule;
            EXPECT_EQ(rule.find(": "), std::string::npos) << rule;
        }
}

std::string table_with(std::string_view row) {
    return std::string(R"({"version": "x", "means": "m", "rows": [
{"jurisdiction": "Spain", "countries": ["ES"], "effect": "binding", "form": "plain", "condition": "c",
 "authority": "a", "citation": "c", "from": "2000-01-01T00:00:00Z", "specificity": 1, "verified": true},
)") + std::string(row) +
           "]}";
}

TEST(LawTables, AreReadStrictly) {
    struct Case {
        std::string_view row, pointer;
    };
    for (
        Case const& c :
        {Case{
             R"({"jurisdiction": "P", "countries": ["PP"], "effect": "binding", "form": "plain", "condition": "c", "authority": "a", "citation": "c", "from": "2000-01-01T00:00:00Z", "specificity": 1, "verified": true})",
             "/rows/1/countries/0"},
         Case{
             R"({"jurisdiction": "P", "countries": ["PT"], "effect": "perhaps", "form": "plain", "condition": "c", "authority": "a", "citation": "c", "from": "2000-01-01T00:00:00Z", "specificity": 1, "verified": true})",
             "/rows/1/effect"},
         Case{
             R"({"jurisdiction": "P", "countries": ["PT"], "effect": "not_binding_below", "form": "plain", "condition": "c", "authority": "a", "citation": "c", "from": "2000-01-01T00:00:00Z", "specificity": 1, "verified": true})",
             "/rows/1/threshold"},
         Case{
             R"({"jurisdiction": "P", "countries": ["PT"], "effect": "binding", "form": "plain", "condition": "c", "authority": "a", "from": "2000-01-01T00:00:00Z", "specificity": 1, "verified": true})",
             "/rows/1/citation"},
         Case{
             R"({"jurisdiction": "P", "countries": ["PT", "ES"], "effect": "binding", "form": "plain", "condition": "c", "authority": "a", "citation": "c", "from": "2010-01-01T00:00:00Z", "specificity": 1, "verified": true})",
             "/rows/1"},
         Case{
             R"({"jurisdiction": "P", "countries": ["PT"], "effect": "binding", "form": "plain", "condition": "c", "authority": "a", "citation": "c", "from": "2010-01-01T00:00:00Z", "to": "2009-01-01T00:00:00Z", "specificity": 1, "verified": true})",
             "/rows/1/to"}}) {
        auto const table = read_law_table(table_with(c.row));
        ASSERT_FALSE(table.has_value()) << c.pointer;
        EXPECT_EQ(table.error().errors.at(0).pointer, c.pointer);
        EXPECT_TRUE(table.error().detail.starts_with("line ")) << table.error().detail;
    }
}

TEST(LawTables, TheShippedOneHoldsAllRows) {
    EXPECT_EQ(law().version, "2026-11");
    EXPECT_EQ(law().rows.size(), 18U);
    EXPECT_EQ(law().rows.at(0).countries.size(), 30U); // 27 of the Union, 3 more of the Area
}

} // namespace
} // namespace parley
