#pragma once

#include "engine/base/names.hpp"
#include "engine/model/ids.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace parley {

// The two sides. Buyer and seller may each be either.
enum class Side : std::uint8_t { claimant, respondent };
template <>
struct EnumNames<Side> {
    static constexpr std::string_view names[] = {"claimant", "respondent"};
};
constexpr Side other(Side side) {
    return side == Side::claimant ? Side::respondent : Side::claimant;
}

// Who someone is in one dispute. `clock` takes the steps of passed deadlines; `decider` is the
// arbitrator of Track I and the neutral who recommends in Track II.
enum class Role : std::uint8_t {
    claimant,
    respondent,
    mediator,
    decider,
    administrator,
    platform,
    auditor,
    clock,
};
template <>
struct EnumNames<Role> {
    static constexpr std::string_view names[] = {"claimant", "respondent",    "mediator",
                                                 "decider",  "administrator", "platform",
                                                 "auditor",  "clock"};
};
constexpr Role role_of(Side side) {
    return side == Side::claimant ? Role::claimant : Role::respondent;
}
constexpr std::optional<Side> side_of(Role role) {
    if (role == Role::claimant) return Side::claimant;
    if (role == Role::respondent) return Side::respondent;
    return std::nullopt;
}

// The place of a neutral in a dispute.
enum class SeatKind : std::uint8_t { mediator, decider };
template <>
struct EnumNames<SeatKind> {
    static constexpr std::string_view names[] = {"mediator", "decider"};
};
constexpr Role role_of(SeatKind seat) {
    return seat == SeatKind::mediator ? Role::mediator : Role::decider;
}

constexpr std::optional<SeatKind> seat_of(Role role) {
    if (role == Role::mediator) return SeatKind::mediator;
    if (role == Role::decider) return SeatKind::decider;
    return std::nullopt;
}
constexpr bool is_party(Role role) { return side_of(role).has_value(); }
constexpr bool is_neutral(Role role) { return seat_of(role).has_value(); }

// Where a side or a seat stands in an array of two.
constexpr std::size_t index_of(Side side) { return static_cast<std::size_t>(side); }
constexpr std::size_t index_of(SeatKind seat) { return static_cast<std::size_t>(seat); }

// Who acts. `id` is pseudonymous (pty_, ntr_, key_, or "clock"); `via` names the platform that acts
// for a party, so that both are recorded. `verified` is true when Parley itself checked the sign-in:
// caucuses and binding consents need it (docs/decisions/0005).
struct Actor {
    Role role = Role::clock;
    std::string id = "clock";
    std::optional<PlatformId> via;
    bool verified = false;
    friend bool operator==(Actor const&, Actor const&) = default;
};

// The audiences. A room is who may read what is said in it.
enum class Room : std::uint8_t {
    joint,
    claimant_caucus,
    respondent_caucus,
    neutral_notes,
    administration,
};
constexpr std::size_t room_count = 5;
template <>
struct EnumNames<Room> {
    static constexpr std::string_view names[] = {"joint", "claimant_caucus", "respondent_caucus",
                                                 "neutral_notes", "administration"};
};

// The confidentiality label of a stage: what is said under `negotiation` or `mediation` is closed to
// a decider unless every party consents (C5, docs/LAW.md).
enum class Label : std::uint8_t { open, negotiation, mediation };
constexpr std::size_t label_count = 3;
template <>
struct EnumNames<Label> {
    static constexpr std::string_view names[] = {"open", "negotiation", "mediation"};
};

} // namespace parley
