#include "engine/core/packet.hpp"
#include "engine/core/story.hpp"
#include "engine/ledger/envelope.hpp"
#include "tests/core/support.hpp"

#include <algorithm>

// What the drafts ask for and a story cannot tell: other numbers in the same file, both answers of the
// resolver, the text that an acceptance names.

namespace parley::test {

namespace {

Instant const start = at("2026-03-02T00:00:00Z");

// The file with one parameter set otherwise, read as any file is.
Procedure with_parameter(std::string_view name, std::string_view from, std::string_view to) {
    std::string text = procedure("uncitral-track-1").text;
    std::size_t const at_name = text.find("\"" + std::string(name) + "\": {");
    EXPECT_NE(at_name, std::string::npos);
    std::size_t const at_value = text.find("\"value\": " + std::string(from), at_name);
    EXPECT_NE(at_value, std::string::npos);
    text.replace(at_value + 9, from.size(), to);
    auto read = read_procedure(text);
    EXPECT_TRUE(read) << (read ? "" : read.error().detail);
    return read ? std::move(*read) : Procedure{};
}

void expect_stories(Procedure const& rules, std::string_view text) {
    StoriesResult const result = run_stories(world(), rules, text);
    for (StoryFault const& fault : result.faults)
        ADD_FAILURE() << fault.story << ", line " << fault.line << ": " << fault.detail;
    EXPECT_GE(result.passed, 1U);
}

// One ladder with two ends: the files differ in what they say of themselves and in nothing else.
TEST(Drafts, BothTracksClimbTheSameLadder) {
    auto const rules_of = [](std::string_view name) {
        std::string const& text = procedure(name).text;
        return text.substr(text.find("\"parameters\""));
    };
    EXPECT_EQ(rules_of("uncitral-track-1"), rules_of("uncitral-track-2"));
}

// T7 with `restart`: the file says which, and the trace cites nothing of days that were left.
TEST(Drafts, AReplacementMayStartTheTimeAnew) {
    Procedure rules = procedure("uncitral-track-2");
    for (Stage& stage : rules.stages)
        for (DeadlineRule& rule : stage.deadlines)
            if (rule.name == "mediation") rule.on_return = OnReturn::restart;
    expect_stories(rules, R"(
## A successor gets the whole time
| when | who | act | then |
|---|---|---|---|
| 2026-03-02 00:00 UTC | claimant | file | |
| 2026-03-05 10:00 UTC | respondent | respond: contest | |
| 2026-03-16 08:00 UTC | administrator | appoint: Mia | |
| 2026-03-16 09:00 UTC | mediator | accept_appointment | deadline mediation end of 2026-03-26 |
| 2026-03-22 12:00 UTC | mediator | recuse | |
| 2026-03-24 07:00 UTC | administrator | appoint: Max | |
| 2026-03-24 08:00 UTC | mediator | accept_appointment | -> mediation; deadline mediation end of 2026-04-03 |
)");
}

TEST(Drafts, TheTraceSaysThatTheDaysLeftGoOn) {
    Play play(Track::two);
    play.to_mediation(start);
    play.must(start + 6 * day, Role::mediator, "recuse");
    play.must(start + 8 * day, Role::administrator, "appoint", AppointInput{play.roster[1].id, ""});
    play.must(start + 8 * day, Role::mediator, "accept_appointment",
              AcceptAppointmentInput{true, true, ""});
    Deadline const* mediation = play.state.deadline("mediation");
    ASSERT_NE(mediation, nullptr);
    EXPECT_EQ(text_of(mediation->at), "2026-03-14T23:59:59.999999Z");
    EXPECT_EQ(mediation->trace[0].substr(0, 26), "4 days were left of it; ap");
}

std::string_view constexpr up_to_the_award = R"(
| when | who | act | then |
|---|---|---|---|
| 2026-04-06 10:00 UTC | claimant | file | |
| 2026-04-07 10:00 UTC | respondent | respond: contest | |
| 2026-04-07 11:00 UTC | claimant | ask_for_mediator | |
| 2026-04-07 12:00 UTC | administrator | appoint: Mia | |
| 2026-04-07 13:00 UTC | mediator | accept_appointment | |
| 2026-04-18 10:00 UTC | administrator | appoint: Dan | |
| 2026-04-18 11:00 UTC | decider | accept_appointment | |
| 2026-05-04 15:00 UTC | decider | award: refund 129.90 at London | -> award_reviewable; deadline correction_window end of 2026-05-09; deadline review_window end of 2026-05-14 |
)";

// 7 ter: off by default, a parameter switches it on.
TEST(Drafts, AReviewAnnulsTheAwardAndANewDeciderDecidesAnew) {
    expect_stories(
        with_parameter("review_enabled", "false", "true"),
        "## Annulled" + std::string(up_to_the_award) +
            R"(| 2026-05-10 10:00 UTC | claimant | request_correction: the sum | refused: too_late; -> award_reviewable |
| 2026-05-14T23:59:59.999999Z | respondent | request_review: London was unfair to us. | -> review_appointment; seat decider vacant; deadline reviewer end of 2026-05-19 |
| 2026-05-15 10:00 UTC | administrator | appoint: Dan | refused: neutral_unavailable |
| 2026-05-15 10:00 UTC | administrator | appoint: Dora | |
| 2026-05-15 11:00 UTC | decider | accept_appointment | -> review; deadline review end of 2026-05-22 |
| 2026-05-16 11:00 UTC | decider | decide_review: upheld | -> annulled; outcome award annulled; outcome award not binding; deadline annulled end of 2026-05-26 |
| 2026-05-17 11:00 UTC | claimant | ask_for_decider | -> decider_appointment; seat decider vacant |
| 2026-05-18 10:00 UTC | administrator | appoint: Dora | refused: neutral_unavailable |
| 2026-05-18 10:00 UTC | administrator | appoint: Dev | |
| 2026-05-18 11:00 UTC | decider | accept_appointment | -> deliberation |
| 2026-05-20 11:00 UTC | decider | award: refund 60.00 at Vienna | -> compliance; outcome award v2 binding |
)");
}

TEST(Drafts, WithoutAReviewInTimeTheAwardStands) {
    Procedure const rules = with_parameter("review_enabled", "false", "true");
    expect_stories(
        rules,
        "## Too late" + std::string(up_to_the_award) +
            R"(| 2026-05-15 00:00 UTC | respondent | request_review: Unfair. | refused: too_late; -> compliance; stage since end of 2026-05-14 |
)");
    expect_stories(
        rules,
        "## Lapsed" + std::string(up_to_the_award) +
            R"(| 2026-05-05 10:00 UTC | respondent | request_review: Unfair. | -> review_appointment |
| 2026-05-05 10:00 UTC | administrator | appoint: Dora | |
| 2026-05-05 11:00 UTC | decider | accept_appointment | -> review; deadline review end of 2026-05-12 |
| 2026-05-13 00:00 UTC | | wait | -> compliance; stage since end of 2026-05-12; outcome award v1 binding |
)");
    expect_stories(
        rules,
        "## Rejected" + std::string(up_to_the_award) +
            R"(| 2026-05-05 10:00 UTC | respondent | request_review: Unfair. | -> review_appointment |
| 2026-05-05 10:00 UTC | administrator | appoint: Dora | |
| 2026-05-05 11:00 UTC | decider | accept_appointment | -> review |
| 2026-05-06 00:00 UTC | decider | decide_review: rejected | -> compliance; outcome award v1 binding |
)");
    expect_stories(rules, "## Annulled, and nobody asks on" + std::string(up_to_the_award) +
                              R"(| 2026-05-05 10:00 UTC | respondent | request_review: Unfair. | |
| 2026-05-05 10:00 UTC | administrator | appoint: Dora | |
| 2026-05-05 11:00 UTC | decider | accept_appointment | -> review |
| 2026-05-06 00:00 UTC | decider | decide_review: upheld | -> annulled |
| 2026-05-17 00:00 UTC | | wait | -> closed_without_prejudice; status closed |
)");
}

// Each look at the track stands in the record with the answer before and after, also an unchanged one.
TEST(Drafts, BothAnswersOfTheResolverAreRecorded) {
    Play play(Track::two);
    FileInput input = filing_input(Track::two);
    for (Consent& consent : input.consents) consent.track = Track::one;
    play.file(start, std::move(input));
    Resolution const filed = play.state.resolution;
    play.must(start + hour, Role::administrator, "correct_facts",
              FactsInput{Side::claimant, std::nullopt, "US", "The buyer moved."});
    auto const& changed = play.record.back().event.then;
    ASSERT_TRUE(changed.reevaluated);
    EXPECT_EQ(changed.reevaluated->before, filed);
    EXPECT_EQ(changed.reevaluated->after.track, Track::one);
    EXPECT_EQ(changed.reevaluated->after.because.at(0).code, "PRE_DISPUTE_BINDING");
    EXPECT_EQ(changed.notified.at(0), (Notified{Role::claimant, "track_changed"}));
    play.must(start + 2 * hour, Role::administrator, "correct_facts",
              FactsInput{Side::respondent, std::nullopt, "HK", "Where it is registered."});
    auto const& unchanged = play.record.back().event.then;
    ASSERT_TRUE(unchanged.reevaluated);
    EXPECT_EQ(unchanged.reevaluated->before.track, unchanged.reevaluated->after.track);
    EXPECT_TRUE(std::ranges::none_of(
        unchanged.notified, [](Notified const& n) { return n.notice == "track_changed"; }));
}

// T9: a certificate that is older than the dispute counts for nothing, in whatever form.
TEST(Drafts, TheSecondClickComesAfterTheDispute) {
    Play play(Track::two);
    FileInput input = filing_input(Track::two);
    input.claimant.country = "NZ";
    for (Side const side : {Side::claimant, Side::respondent}) {
        Consent early = input.consents[0];
        early.kind = ConsentKind::arbitration;
        early.by = side;
        early.track = Track::one;
        early.given_at = start - hour;
        early.read_and_understood = early.separate_document = true;
        input.consents.push_back(early);
    }
    play.file(start, std::move(input));
    EXPECT_EQ(play.state.resolution->track, Track::two);
    EXPECT_EQ(play.state.resolution->because.at(0).code, "LISTED_STATE");
    EXPECT_NE(play.state.resolution->because.at(0).cites.find("s. 11(1)(c)"), std::string::npos);
    auto const texts =
        agreement_texts(world().law, play.state.parties, Side::claimant, play.state.concluded_at);
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_EQ(texts[0].form, "certified");
    EXPECT_NE(texts[0].text.find("having read and understood"), std::string::npos);
}

// Two hashes of equal words differ, for each text carries a code of its own: the hash, which is kept
// for ever, tells nothing of a text that was erased.
TEST(Drafts, AnOutcomesHashIsOfTheTextAsShownAndTellsNothingOfIt) {
    std::vector<std::string> hashes;
    for (std::uint64_t seed : {1U, 2U}) {
        Play play(Track::two, seed);
        Instant const now = play.to_deliberation(start);
        play.must(now, Role::decider, "recommend", award_input());
        hashes.push_back(play.state.outcome()->text_sha256);
        EXPECT_NE(play.record.back().content.find("Code: "), std::string::npos);
    }
    EXPECT_EQ(hashes[0].size(), 64U);
    EXPECT_NE(hashes[0], hashes[1]);
}

// T12: the award's form, and the packet with each item present or marked missing.
TEST(Drafts, TheEnforcementPacketNamesWhatIsThereAndWhatIsNot) {
    Play play(Track::one);
    Instant const now = play.to_deliberation(start);
    EXPECT_EQ(play.state.resolution->because.at(0).code, "B2B");
    play.must(now, Role::decider, "award", award_input());
    std::string const& content = play.record.back().content;
    for (std::string_view const part : {"\"date\"", "\"grounds\"", "\"place\"", "\"signature\""})
        EXPECT_NE(content.find(part), std::string::npos) << part;
    std::vector<StoredEvent> stored;
    Heads heads;
    Entropy entropy(sha256("packet"));
    for (Written const& written : play.record)
        stored.push_back(
            seal_event(heads, play.id.text(), written.event, "p/1", written.content, entropy));
    auto const items = enforcement_packet(play.state, stored);
    ASSERT_EQ(items.size(), 9U);
    std::vector<int> missing;
    for (PacketItem const& item : items) {
        EXPECT_FALSE(item.name.empty());
        EXPECT_FALSE(item.detail.empty());
        if (!item.present) missing.push_back(item.number);
    }
    EXPECT_EQ(missing, (std::vector<int>{2, 3})) << "the clause's text and a translation";
    EXPECT_GE(items[3].events.size(), 3U) << "who was told of the proceedings and the appointments";
    Play other(Track::two);
    other.file(start);
    EXPECT_TRUE(enforcement_packet(other.state, {}).empty()) << "no award, no packet";
}

} // namespace

} // namespace parley::test
