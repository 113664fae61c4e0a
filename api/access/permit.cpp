#include "api/access/permit.hpp"

namespace parley::access {

namespace {

std::optional<Side> side_of_party(DisputeState const& state, PartyId const& party) {
    if (party.is_nil()) return std::nullopt;
    for (Side const side : {Side::claimant, Side::respondent})
        if (state.party(side).id == party) return side;
    return std::nullopt;
}

// One person may hold both seats, by consent of every party. Who decides is bound by the stricter
// rules of the decider from the moment of being asked.
std::optional<SeatKind> seat_held(DisputeState const& state, NeutralId const& neutral) {
    for (SeatKind const kind : {SeatKind::decider, SeatKind::mediator}) {
        Seat const& seat = state.seat(kind);
        if (seat.status != SeatStatus::vacant && seat.neutral == neutral) return kind;
    }
    return std::nullopt;
}

} // namespace

std::optional<Viewer> viewer_of(Principal const& principal, DisputeState const& state,
                                std::optional<PartyId> const& act_as) {
    if (principal.live != state.live || state.filed_event.is_nil()) return std::nullopt;
    switch (principal.kind) {
    case KeyKind::platform: {
        if (!principal.platform || *principal.platform != state.platform) return std::nullopt;
        if (!act_as) return Viewer{Role::platform, false, {}};
        auto const side = side_of_party(state, *act_as);
        if (!side) return std::nullopt;
        return Viewer{role_of(*side), false, {}};
    }
    case KeyKind::party: {
        auto const side = principal.party ? side_of_party(state, *principal.party) : std::nullopt;
        if (!side) return std::nullopt;
        if (principal.token && principal.token->dispute != state.id) return std::nullopt;
        return Viewer{role_of(*side), principal.verified(), {}};
    }
    case KeyKind::neutral: {
        auto const seat = principal.neutral ? seat_held(state, *principal.neutral) : std::nullopt;
        if (!seat) return std::nullopt;
        return Viewer{role_of(*seat), true, seat};
    }
    case KeyKind::administrator: return Viewer{Role::administrator, true, {}};
    case KeyKind::auditor: return Viewer{Role::auditor, true, {}};
    }
    return std::nullopt;
}

bool may_list(Principal const& principal, DisputeRow const& row,
              std::optional<PartyId> const& act_as) {
    if (principal.live != row.live) return false;
    auto const has_party = [&](PartyId const& party) {
        return row.parties[0] == party || row.parties[1] == party;
    };
    switch (principal.kind) {
    case KeyKind::platform:
        return principal.platform && row.platform == *principal.platform &&
               (!act_as || has_party(*act_as));
    case KeyKind::party: return principal.party && has_party(*principal.party);
    case KeyKind::neutral:
        return principal.neutral &&
               (row.neutrals[0] == principal.neutral || row.neutrals[1] == principal.neutral);
    case KeyKind::administrator:
    case KeyKind::auditor: return true;
    }
    return false;
}

namespace {

// Under which name the record keeps who acts.
std::string id_of(Principal const& principal, Viewer const& viewer, DisputeState const& state) {
    if (principal.platform && viewer.role == Role::platform) return principal.platform->text();
    if (principal.neutral) return principal.neutral->text();
    if (auto const side = side_of(viewer.role)) return state.party(*side).id.text();
    return principal.key.text();
}

} // namespace

Actor actor_of(Principal const& principal, Viewer const& viewer, DisputeState const& state) {
    Actor actor{viewer.role, id_of(principal, viewer, state), {}, viewer.verified};
    if (principal.token && !principal.token->platform.is_nil())
        actor.via = principal.token->platform;
    if (principal.platform) actor.via = principal.platform;
    return actor;
}

} // namespace parley::access
