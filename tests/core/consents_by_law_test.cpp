#include "engine/base/contains.hpp"
#include "tests/core/support.hpp"

#include <fmt/core.h>

#include <set>

// No award without the consents that the law's table asks for: the checker proves that an award asks for
// Track I (docs/CHECKER.md, `consents`); here every row of the table says what leads a consumer there.

namespace parley::test {

namespace {

Instant const start = at("2026-03-02T00:00:00Z");

struct Home { // of a consumer
    std::string country;
    std::string form = "certified"; // the strictest where the table is silent
    bool bound_beforehand = false;
};

// Every country of the table, and one that it does not know.
std::vector<Home> homes() {
    std::vector<Home> out{{"AR"}};
    std::set<std::string> seen;
    for (LawRow const& row : world().law.rows) {
        if (row.region) continue;
        for (std::string const& country : row.countries) {
            if (!seen.insert(country).second) continue;
            LawRow const* best = nullptr; // the most specific that holds for the whole country
            for (LawRow const& other : world().law.rows)
                if (!other.region && contains(other.countries, country) &&
                    (best == nullptr || other.specificity > best->specificity))
                    best = &other;
            out.push_back({country, best->form, best->effect == "binding"});
        }
    }
    return out;
}

FileInput filing_from(Home const& home, Track clause) {
    FileInput input = filing_input(Track::two);
    input.claimant.country = home.country;
    for (Consent& consent : input.consents) consent.track = clause;
    return input;
}

TEST(ConsentsByLaw, AClauseAgreedBeforehandBindsAConsumerOnlyWhereTheTableSaysSo) {
    ASSERT_GT(homes().size(), 40U);
    for (Home const& home : homes()) {
        SCOPED_TRACE(home.country);
        Play play(Track::two);
        auto const chosen = play.try_file(start, filing_from(home, Track::one));
        ASSERT_TRUE(chosen) << chosen.error().detail;
        EXPECT_EQ(chosen->after.resolution->track, home.bound_beforehand ? Track::one : Track::two);
        // Nor does naming a procedure that ends in an award lead round the table.
        for (auto const& procedure : world().procedures.all()) {
            if (procedure->track != Track::one || home.bound_beforehand) continue;
            FileInput named = filing_from(home, Track::one);
            named.procedure = procedure->ref.name;
            EXPECT_FALSE(play.try_file(start, named)) << procedure->ref.name;
        }
    }
}

TEST(ConsentsByLaw, AnAgreementAfterTheDisputeAroseNeedsTheFormOfTheTableAndBothSides) {
    for (Home const& home : homes())
        for (bool const separate : {false, true})
            for (bool const certified : {false, true}) {
                SCOPED_TRACE(fmt::format("{}, separate {}, certified {}", home.country, separate,
                                         certified));
                Play play(Track::two);
                play.file(start, filing_from(home, Track::two));
                RespondInput response;
                response.statement = "No.";
                play.must(start + day, Role::respondent, "respond", response);
                auto const agree = [&](Role role, Side side) {
                    Consent consent;
                    consent.kind = ConsentKind::arbitration;
                    for (AgreementText const& text : agreement_texts(
                             world().law, play.state.parties, side, play.state.concluded_at))
                        if (consent.text_sha256.empty() ||
                            text.locale == play.state.party(side).language) {
                            consent.text_sha256 = text.sha256;
                            consent.locale = text.locale;
                        }
                    bool const own = role == Role::claimant;
                    consent.separate_document = own ? separate : true;
                    consent.read_and_understood = own ? certified : true;
                    return play.act(start + 2 * day, role, "agree_to_arbitration",
                                    ConsentInput{consent});
                };
                bool const in_form = home.form == "plain" ||
                                     (home.form == "separate" && separate) ||
                                     (home.form == "certified" && separate && certified);
                EXPECT_EQ(code_of(agree(Role::claimant, Side::claimant)),
                          in_form ? "taken" : "invalid");
                EXPECT_EQ(play.state.resolution->track, Track::two) << "one side is not both";
                EXPECT_EQ(code_of(agree(Role::respondent, Side::respondent)), "taken");
                EXPECT_EQ(play.state.resolution->track, Track::two) << "not confirmed yet";
                if (!in_form) continue;
                EXPECT_EQ(code_of(play.act(start + 6 * day, Role::claimant, "confirm_arbitration")),
                          "taken");
                EXPECT_EQ(play.state.resolution->track, Track::one);
            }
}

} // namespace

} // namespace parley::test
