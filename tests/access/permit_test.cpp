#include "api/access/permit.hpp"
#include "tests/access/samples.hpp"

#include <gtest/gtest.h>

namespace parley::access {
namespace {

struct Row {
    char const* who;
    Principal principal;
    std::optional<PartyId> act_as;
    std::optional<Role> role; // nothing: there is no such dispute
    bool verified = false;
};

std::vector<Row> rows() {
    auto const one = id<PartyId>(1);
    auto const two = id<PartyId>(2);
    return {
        {"its platform", platform(1), {}, Role::platform},
        {"its platform for the claimant", platform(1), one, Role::claimant},
        {"its platform for the respondent", platform(1), two, Role::respondent},
        {"its platform for a stranger", platform(1), id<PartyId>(3), {}},
        {"its platform for nobody", platform(1), PartyId(), {}},
        {"another platform", platform(2), {}, {}},
        {"another platform for a party of it", platform(2), one, {}},
        {"its platform's live key", platform(1, true), {}, {}},
        {"its platform's live key for a party", platform(1, true), one, {}},
        {"the claimant", party(1), {}, Role::claimant, true},
        {"the respondent", party(2), {}, Role::respondent, true},
        {"a party of another dispute", party(3), {}, {}},
        {"the claimant's live key", party(1, true), {}, {}},
        {"the mediator", neutral(1), {}, Role::mediator, true},
        {"another neutral", neutral(2), {}, {}},
        {"the mediator's live key", neutral(1, true), {}, {}},
        {"an administrator", office(KeyKind::administrator), {}, Role::administrator, true},
        {"a live administrator", office(KeyKind::administrator, true), {}, {}},
        {"an auditor", office(KeyKind::auditor), {}, Role::auditor, true},
        {"a live auditor", office(KeyKind::auditor, true), {}, {}},
    };
}

TEST(Permit, EveryKeySeesExactlyItsOwn) {
    DisputeState const state = dispute();
    for (Row const& row : rows()) {
        auto const viewer = viewer_of(row.principal, state, row.act_as);
        ASSERT_EQ(viewer.has_value(), row.role.has_value()) << row.who;
        if (!viewer) continue;
        EXPECT_EQ(viewer->role, *row.role) << row.who;
        EXPECT_EQ(viewer->verified, row.verified) << row.who;
    }
}

TEST(Permit, AListAgreesWithTheDoor) {
    DisputeState const state = dispute();
    DisputeRow row;
    row.id = state.id;
    row.platform = state.platform;
    row.parties = {id<PartyId>(1), id<PartyId>(2)};
    row.neutrals[0] = id<NeutralId>(1);
    for (Row const& one : rows())
        EXPECT_EQ(may_list(one.principal, row, one.act_as), one.role.has_value()) << one.who;
}

TEST(Permit, ALiveDisputeIsClosedToTestKeys) {
    DisputeState state = dispute();
    state.live = true;
    EXPECT_FALSE(viewer_of(platform(1), state, {}));
    EXPECT_TRUE(viewer_of(platform(1, true), state, {}));
}

TEST(Permit, WhoLeftTheSeatIsAStranger) {
    DisputeState state = dispute();
    Seat& seat = state.seats.edit()[0];
    seat.status = SeatStatus::vacant;
    seat.removed.push_back(seat.neutral);
    EXPECT_FALSE(viewer_of(neutral(1), state, {}));
}

TEST(Permit, WhoIsAskedMaySeeWhatIsAsked) {
    DisputeState state = dispute();
    state.seats.edit()[0].status = SeatStatus::asked;
    auto const viewer = viewer_of(neutral(1), state, {});
    ASSERT_TRUE(viewer);
    EXPECT_EQ(viewer->seat, SeatKind::mediator);
    EXPECT_FALSE(may_see(state, *viewer, Room::claimant_caucus, Label::mediation));
}

TEST(Permit, WhoHoldsBothSeatsLooksWithTheDecidersEyes) {
    DisputeState state = dispute();
    state.seats.edit()[1].status = SeatStatus::asked;
    state.seats.edit()[1].neutral = id<NeutralId>(1);
    EXPECT_EQ(viewer_of(neutral(1), state, {})->role, Role::decider);
}

TEST(Permit, ADisputeThatWasNeverFiledIsNobodys) {
    DisputeState const nothing;
    Principal nobody{KeyKind::platform, false, {}, PlatformId(), {}, {}};
    EXPECT_FALSE(viewer_of(nobody, nothing, {}));
    EXPECT_FALSE(viewer_of(office(KeyKind::administrator), nothing, {}));
}

TEST(Permit, BothThePartyAndThePlatformAreRecorded) {
    DisputeState const state = dispute();
    auto const actor = [&](Principal const& who, std::optional<PartyId> as) {
        return actor_of(who, *viewer_of(who, state, as), state);
    };
    EXPECT_EQ(actor(platform(1), id<PartyId>(2)),
              (Actor{Role::respondent, id<PartyId>(2).text(), id<PlatformId>(1), false}));
    EXPECT_EQ(actor(platform(1), {}),
              (Actor{Role::platform, id<PlatformId>(1).text(), id<PlatformId>(1), false}));
    EXPECT_EQ(actor(party(1), {}), (Actor{Role::claimant, id<PartyId>(1).text(), {}, true}));
    EXPECT_EQ(actor(neutral(1), {}), (Actor{Role::mediator, id<NeutralId>(1).text(), {}, true}));
    EXPECT_EQ(actor(office(KeyKind::administrator), {}),
              (Actor{Role::administrator, id<ApiKeyId>(9).text(), {}, true}));
}

} // namespace
} // namespace parley::access
