#include "engine/core/behaviour.hpp"

#include "engine/base/assert.hpp"

#include <algorithm>

#include <fmt/core.h>

// Who sits: named, drawn, accepting, standing down (Art. 9(1)-(3), 10).

namespace parley {

namespace {

SeatKind seat_for(Act const& act) {
    auto const seat = act.seat();
    PARLEY_ASSERT(seat.has_value(),
                  "a step about a neutral names the seat, which reading the file checked");
    return *seat;
}

Seat const& other_seat(DisputeState const& state, SeatKind kind) {
    return state.seat(kind == SeatKind::mediator ? SeatKind::decider : SeatKind::mediator);
}

// Why this person cannot take the seat; empty when they can. `may_hold_both`: every party agreed
// that who mediated may decide.
std::string_view why_not(DisputeState const& state, SeatKind kind, Candidate const& candidate,
                         bool may_hold_both) {
    if (std::ranges::find(candidate.seats, kind) == candidate.seats.end())
        return "the roster does not qualify them for this seat";
    Seat const& seat = state.seat(kind);
    if (std::ranges::find(seat.removed, candidate.id) != seat.removed.end())
        return "they left this seat or declined it before";
    Seat const& across = other_seat(state, kind);
    bool const sits_across = across.status != SeatStatus::vacant && across.neutral == candidate.id;
    bool const sat_across = std::ranges::find(across.removed, candidate.id) != across.removed.end();
    if ((sits_across || sat_across) && !may_hold_both)
        return "they hold or held the other seat, and not every party agreed to that";
    if (!candidate.free && !sits_across) return "they carry all the cases they can, or are absent";
    return {};
}

bool speaks(Candidate const& candidate, std::string_view language) {
    std::string_view const wanted = language.substr(0, language.find('-'));
    return std::ranges::any_of(candidate.languages, [&](std::string_view spoken) {
        return spoken.substr(0, spoken.find('-')) == wanted;
    });
}

} // namespace

Result<Said> appoint_neutral(Act const& act) {
    AppointInput const& input = input_of<AppointInput>(act);
    SeatKind const kind = seat_for(act);
    auto found = std::ranges::find(act.stamp.roster, input.neutral, &Candidate::id);
    if (found == act.stamp.roster.end())
        return refuse(RefusalCode::neutral_unavailable,
                      fmt::format("{} is not on the roster.", input.neutral.text()));
    std::string_view const reason = why_not(act.state, kind, *found, file_may_pass(act.state));
    if (!reason.empty())
        return refuse(
            RefusalCode::neutral_unavailable,
            fmt::format("{} cannot be {}: {}.", input.neutral.text(), name_of(kind), reason));
    return Said(NeutralAppointed{kind, input.neutral, false, false, 0},
                content_of("reasons", input.reasons));
}

// Uniform among all who can, in the order of their ids, so that anyone who knows the roster can
// draw again; among those who speak a party's language, where there are any.
std::optional<Said> draw_neutral(Act const& act) {
    SeatKind const kind = seat_for(act);
    Seat const& seat = act.state.seat(kind);
    if (seat.status == SeatStatus::seated) return std::nullopt;
    bool const chosen = !act.state.language.empty(); // a language that both sides chose
    std::vector<Candidate const*> able, speaking;
    for (Candidate const& candidate : act.stamp.roster) {
        bool const silent = seat.status == SeatStatus::asked &&
                            seat.neutral == candidate.id; // asked, never answered
        if (silent || !why_not(act.state, kind, candidate, false).empty()) continue;
        able.push_back(&candidate);
        bool const understood =
            chosen ? speaks(candidate, act.state.language)
                   : std::ranges::any_of(act.state.parties, [&](PartyFacts const& p) {
                         return speaks(candidate, p.language);
                     });
        if (understood) speaking.push_back(&candidate);
    }
    std::vector<Candidate const*>& pool = speaking.empty() ? able : speaking;
    if (pool.empty()) return std::nullopt;
    std::ranges::sort(pool, {}, [](Candidate const* c) { return c->id; });
    std::uint64_t const drawn = act.stamp.entropy.below(pool.size());
    return Said(NeutralAppointed{kind, pool[drawn]->id, true, true,
                                 static_cast<std::uint32_t>(pool.size())});
}

Result<Said> accept_appointment(Act const& act) {
    AcceptAppointmentInput const& input = input_of<AcceptAppointmentInput>(act);
    SeatKind const kind = seat_for(act);
    if (!input.available)
        return refuse_field(RefusalCode::invalid, "/available",
                            "Accepting says that you have the time; otherwise decline.");
    if (!input.impartial)
        return refuse_field(
            RefusalCode::invalid, "/impartial",
            "Accepting says that you are impartial and independent; otherwise decline.");
    return Said(AppointmentAccepted{kind, act.state.seat(kind).neutral},
                content_of("disclosure", input.disclosure));
}

Result<Said> stand_down(Act const& act) {
    SeatKind const kind = seat_for(act);
    Seat const& seat = act.state.seat(kind);
    if (seat.status == SeatStatus::vacant)
        return refuse(RefusalCode::not_possible_now, "Nobody sits here.");
    return Said(NeutralStoodDown{kind, seat.neutral}, content_of("text", words_of(act.input)));
}

Result<Said> disclose(Act const& act) {
    std::string_view const text = words_of(act.input);
    if (text.empty())
        return refuse_field(RefusalCode::missing_field, "/text",
                            "A disclosure says what there is to know.");
    SeatKind const kind = seat_for(act);
    return Said(InterestDisclosed{kind, act.state.seat(kind).neutral}, content_of("text", text));
}

} // namespace parley
