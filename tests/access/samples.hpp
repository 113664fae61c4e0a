#pragma once

#include "api/access/api_key.hpp"
#include "api/access/permit.hpp"

#include <memory>
#include <string>

namespace parley::access {

inline Instant at(char const* text) { return parse_instant(text).value(); }

template <class IdType>
IdType id(std::uint8_t n) {
    Bytes16 bytes{};
    bytes[0] = 1;
    bytes[15] = n;
    return IdType(bytes);
}

// A dispute of platform 1 between parties 1 and 2, where neutral 1 mediates.
inline DisputeState dispute() {
    DisputeState state;
    state.id = id<DisputeId>(1);
    state.platform = id<PlatformId>(1);
    state.filed_event = id<EventId>(1);
    state.parties.edit()[0].id = id<PartyId>(1);
    state.parties.edit()[1].id = id<PartyId>(2);
    state.parties.edit()[1].side = Side::respondent;
    Seat& seat = state.seats.edit()[static_cast<std::size_t>(SeatKind::mediator)];
    seat.status = SeatStatus::seated;
    seat.neutral = id<NeutralId>(1);
    return state;
}

inline Principal platform(std::uint8_t n, bool live = false) {
    return {KeyKind::platform, live, id<ApiKeyId>(n), id<PlatformId>(n), {}, {}};
}
inline Principal neutral(std::uint8_t n, bool live = false) {
    return {KeyKind::neutral, live, id<ApiKeyId>(n), {}, id<NeutralId>(n), {}};
}
inline Principal party(std::uint8_t n, bool live = false) {
    return {KeyKind::party, live, id<ApiKeyId>(n), {}, {}, id<PartyId>(n)};
}
inline Principal office(KeyKind kind, bool live = false) {
    return {kind, live, id<ApiKeyId>(9), {}, {}, {}};
}

} // namespace parley::access
