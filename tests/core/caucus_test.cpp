#include "engine/base/blockers.hpp"
#include "tests/core/support.hpp"

#include <algorithm>

// What is said in confidence: who may see it, and that nobody else can tell that it was said.

namespace parley::test {

namespace {

Instant const start = at("2026-03-02T00:00:00Z");

// Everything that the core shows of a dispute to one viewer, as text.
std::string shown_to(Play const& play, Viewer const& viewer) {
    std::string out = "version " + std::to_string(version_for(play.state, viewer)) + "\n";
    Acts const acts = acts_of(play.rules, play.state, viewer);
    for (AvailableAct const& act : acts.available) {
        out += "can " + act.step->name + " in";
        for (Room const room : act.rooms) out += " " + std::string(name_of(room));
        out += "\n";
    }
    for (BlockedAct const& act : acts.blocked)
        for (Blocker const& blocker : act.because)
            out += "cannot " + act.step->name + ": " + detail_of(blocker) + "\n";
    out += "turn " + std::string(turn_of(play.rules, play.state, viewer)) + "\n";
    for (TimetableEntry const& entry : timetable_of(world(), play.rules, play.state))
        out += std::string(entry.stage) + " " + text_of(entry.no_later_than) + "\n";
    return out;
}

// The state without the counters of rooms and instants that only tell of rooms the viewer cannot
// see.
DisputeState without_confidences(DisputeState state) {
    state.version = 0;
    state.last_at = {};
    for (Room const room : {Room::claimant_caucus, Room::respondent_caucus, Room::neutral_notes})
        state.counts[static_cast<std::size_t>(room)] = {};
    return state;
}

struct Eavesdropper {
    char const* name;
    Viewer viewer;
};
Eavesdropper const eavesdroppers[] = {
    {"the respondent", {Role::respondent, true, {}}},
    {"the claimant's platform", {Role::claimant, false, {}}},
    {"the decider", {Role::decider, true, SeatKind::decider}},
    {"the administrator", {Role::administrator, true, {}}},
    {"the platform", {Role::platform, true, {}}},
    {"the auditor", {Role::auditor, true, {}}},
};

TEST(Caucus, NothingSaidInConfidenceCanBeNoticedByAnyoneElse) {
    Play quiet(Track::two), talking(Track::two);
    for (Play* play : {&quiet, &talking}) play->to_mediation(start);
    Instant const later = start + hour;
    talking.must(later, Role::claimant, "message",
                 MessageInput{"I would take 50.", Room::claimant_caucus});
    talking.must(later, Role::mediator, "message", MessageInput{"Good.", Room::claimant_caucus});
    talking.must(later, Role::mediator, "message", MessageInput{"Fifty.", Room::neutral_notes});

    for (auto const& [name, viewer] : eavesdroppers)
        EXPECT_EQ(shown_to(quiet, viewer), shown_to(talking, viewer)) << name;
    EXPECT_NE(shown_to(quiet, {Role::claimant, true, {}}),
              shown_to(talking, {Role::claimant, true, {}}));
    EXPECT_EQ(without_confidences(quiet.state), without_confidences(talking.state));
}

TEST(Caucus, AConfidenceMovesNothingInListsAndTellsNobody) {
    Play play(Track::two);
    play.to_mediation(start);
    DisputeState const before = play.state;
    auto decided = play.act(start + day, Role::respondent, "message",
                            MessageInput{"Between us.", Room::respondent_caucus});
    ASSERT_TRUE(decided);
    Effects const made = effects(before, *decided);
    EXPECT_EQ(list_row(*decided).changed_at, list_row(Decided{{}, before}).changed_at);
    EXPECT_TRUE(made.outbox.empty());
    EXPECT_TRUE(made.armed.empty());
    EXPECT_TRUE(made.loads.empty());
}

TEST(Caucus, TheVersionOfAnotherStaysValidForItsIfMatch) {
    Play play(Track::two);
    play.to_mediation(start);
    std::uint64_t const seen = version_for(play.state, {Role::respondent, true, {}});
    play.must(start, Role::claimant, "message", MessageInput{"Between us.", Room::claimant_caucus});
    EXPECT_EQ(code_of(play.act(start, Role::respondent, "message",
                               MessageInput{"Hello", Room::joint}, true, seen)),
              "taken");
}

TEST(Sight, FollowsRoomRoleAndLabel) {
    Play play(Track::two);
    play.to_mediation(start);
    auto sees = [&](Role role, bool verified, Room room, Label label) {
        Viewer viewer{role, verified, {}};
        return may_see(play.state, viewer, room, label);
    };
    for (Label const label : {Label::open, Label::negotiation, Label::mediation}) {
        EXPECT_TRUE(sees(Role::claimant, false, Room::joint, label));
        EXPECT_FALSE(sees(Role::claimant, false, Room::claimant_caucus, label));
        EXPECT_TRUE(sees(Role::claimant, true, Room::claimant_caucus, label));
        EXPECT_FALSE(sees(Role::claimant, true, Room::respondent_caucus, label));
        EXPECT_FALSE(sees(Role::claimant, true, Room::neutral_notes, label));
        EXPECT_TRUE(sees(Role::mediator, true, Room::claimant_caucus, label));
        EXPECT_TRUE(sees(Role::mediator, true, Room::neutral_notes, label));
        EXPECT_FALSE(sees(Role::mediator, true, Room::administration, label));
        EXPECT_TRUE(sees(Role::auditor, true, Room::administration, label));
        EXPECT_FALSE(sees(Role::auditor, true, Room::claimant_caucus, label));
        EXPECT_FALSE(sees(Role::platform, true, Room::administration, label));
        EXPECT_FALSE(sees(Role::decider, true, Room::joint, label)) << "nobody decides yet";
    }
    play.must(start, Role::mediator, "recuse");
    EXPECT_FALSE(sees(Role::mediator, true, Room::joint, Label::open)) << "who left sees nothing";
    EXPECT_FALSE(sees(Role::mediator, true, Room::claimant_caucus, Label::mediation));
}

TEST(Sight, TheDeciderReadsTheSettlementTalksOnlyWithEveryonesConsent) {
    Play play(Track::two);
    play.to_mediation(start);
    Instant const now = start + 11 * day;
    play.must(now, Role::administrator, "appoint", AppointInput{play.roster[6].id, ""});
    Viewer const decider{Role::decider, true, SeatKind::decider};
    EXPECT_TRUE(may_see(play.state, decider, Room::joint, Label::open))
        << "asked: enough to check for conflicts";
    play.must(now, Role::decider, "accept_appointment", AcceptAppointmentInput{true, true, ""});
    EXPECT_FALSE(may_see(play.state, decider, Room::joint, Label::negotiation));
    EXPECT_FALSE(may_see(play.state, decider, Room::joint, Label::mediation));
    Consent consent;
    consent.kind = ConsentKind::file_to_decider;
    consent.text_sha256 = std::string(64, 'b');
    play.must(now, Role::claimant, "consent", ConsentInput{consent});
    EXPECT_FALSE(may_see(play.state, decider, Room::joint, Label::mediation))
        << "one side is not everyone";
    play.must(now, Role::respondent, "consent", ConsentInput{consent});
    EXPECT_TRUE(may_see(play.state, decider, Room::joint, Label::negotiation));
    EXPECT_TRUE(may_see(play.state, decider, Room::joint, Label::mediation));
    EXPECT_FALSE(may_see(play.state, decider, Room::claimant_caucus, Label::mediation))
        << "a confidence, never";
}

TEST(Acts, OneSpeaksInOnesOwnRooms) {
    Play play(Track::two);
    play.to_mediation(start);
    auto rooms = [&](Viewer viewer) {
        for (AvailableAct const& act : acts_of(play.rules, play.state, viewer).available)
            if (act.step->name == "message") return act.rooms;
        return Rooms{};
    };
    EXPECT_EQ(rooms({Role::claimant, true, {}}), (Rooms{Room::joint, Room::claimant_caucus}));
    EXPECT_EQ(rooms({Role::claimant, false, {}}), (Rooms{Room::joint}));
    EXPECT_EQ(
        rooms({Role::mediator, true, SeatKind::mediator}),
        (Rooms{Room::joint, Room::claimant_caucus, Room::respondent_caucus, Room::neutral_notes}));
}

TEST(Acts, NeverListTheClocksOrAnothersSteps) {
    Play play(Track::two);
    play.file(start);
    auto listed = [&](Viewer viewer, std::string_view name) {
        Acts const acts = acts_of(play.rules, play.state, viewer);
        return std::ranges::any_of(acts.available,
                                   [&](auto const& a) { return a.step->name == name; }) ||
               std::ranges::any_of(acts.blocked,
                                   [&](auto const& a) { return a.step->name == name; });
    };
    EXPECT_TRUE(listed({Role::respondent, true, {}}, "respond"));
    EXPECT_FALSE(listed({Role::claimant, true, {}}, "respond"));
    EXPECT_FALSE(listed({Role::claimant, true, {}}, "respondent_silent"));
    EXPECT_FALSE(listed({Role::clock, true, {}}, "respondent_silent"));
    EXPECT_TRUE(acts_of(play.rules, play.state, {Role::mediator, true, SeatKind::mediator})
                    .available.empty());
}

TEST(Turn, SaysWhoseMoveItIs) {
    Play play(Track::two);
    play.file(start);
    EXPECT_EQ(turn_of(play.rules, play.state, {Role::respondent, true, {}}), "you");
    EXPECT_EQ(turn_of(play.rules, play.state, {Role::claimant, true, {}}), "other");
    play.must(start, Role::claimant, "withdraw");
    EXPECT_EQ(turn_of(play.rules, play.state, {Role::claimant, true, {}}), "nobody");
}

TEST(Timetable, SaysWhenEachStageEndsIfNobodyActs) {
    Play play(Track::two);
    play.file(start);
    auto const table = timetable_of(world(), play.rules, play.state);
    ASSERT_GE(table.size(), 4U);
    EXPECT_EQ(table[0].stage, "response");
    EXPECT_EQ(text_of(table[0].no_later_than), "2026-03-09T23:59:59.999999Z");
    EXPECT_EQ(table[1].stage, "mediator_appointment");
    EXPECT_EQ(text_of(table[1].no_later_than), "2026-03-14T23:59:59.999999Z");
    EXPECT_EQ(table[2].stage, "mediation");
    for (std::size_t i = 1; i < table.size(); ++i)
        EXPECT_LE(table[i - 1].no_later_than, table[i].no_later_than);
}

} // namespace

} // namespace parley::test
