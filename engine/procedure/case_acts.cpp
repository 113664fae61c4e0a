#include "engine/procedure/case_rules.hpp"

#include "engine/base/contains.hpp"

#include <algorithm>

// What every act makes of a case, before it leads anywhere.

namespace parley {

Few CaseRules::facts_after(Case const& before, Act const& act, Role by) const {
    Step const& step = *act.step;
    std::size_t const seat = act.own_seat ? index_of(*act.own_seat) : 1;
    bool const decision = before.outcome == code_of(OutcomeKind::award) ||
                          before.outcome == code_of(OutcomeKind::recommendation);
    bool const standing = before.outcome == code_of(OutcomeKind::award) && !before.annulled;
    Case same = before;
    // Someone who was asked answers that and nothing else; a seat that is empty does not act.
    if (auto const sits = seat_of(by)) {
        std::size_t const own = index_of(*sits);
        bool const answers = step.does == Behaviour::accept_appointment ||
                             step.does == Behaviour::stand_down || step.does == Behaviour::disclose;
        if (same.seat[own] == seat_vacant || (same.seat[own] == seat_asked && !answers)) return {};
    }
    auto const one_or = [&](auto const& change) {
        Case changed = same;
        change(changed);
        return Few(same, changed);
    };
    switch (step.does) {
    case Behaviour::file_dispute: return one_or([](Case& c) { c.incomplete = true; });
    case Behaviour::complete_notice: same.incomplete = false; return Few(same);
    case Behaviour::respond: {
        Few out;
        for (int answer = 0; answer < 4; ++answer) {
            same.counterclaim = (answer & 1) != 0;
            same.accepted = (answer & 2) != 0;
            out.cases[out.count++] = same;
        }
        return out;
    }
    case Behaviour::make_counterclaim: same.counterclaim = true; return Few(same);
    case Behaviour::file_document:
        if (auto const place = counted(step.settings.document))
            same.filed[*place] = static_cast<std::uint8_t>(
                std::min<std::int64_t>(same.filed[*place] + 1, counted_[*place].second));
        return Few(same);
    case Behaviour::accept_offer:
        return one_or([](Case& c) {
            c.outcome = code_of(OutcomeKind::settlement);
            c.binding = c.annulled = false;
        });
    case Behaviour::withdraw:
        if (step.settings.consent != "none" && by == Role::claimant) return Few(same);
        same.outcome = code_of(OutcomeKind::withdrawal);
        return Few(same);
    case Behaviour::appoint_neutral:
        if (same.seat[seat] != seat_vacant) return {};
        same.seat[seat] = seat_asked;
        return Few(same);
    case Behaviour::draw_neutral:
        if (same.seat[seat] == seat_taken) return Few(same);
        return one_or([&](Case& c) { sit(c, seat); });
    case Behaviour::accept_appointment:
        if (same.seat[seat] != seat_asked) return {};
        sit(same, seat);
        return Few(same);
    case Behaviour::stand_down:
        if (same.seat[seat] == seat_vacant && by != Role::clock) return {};
        vacate(same, seat);
        return Few(same);
    case Behaviour::object_to_neutral: {
        if (same.seat[seat] != seat_taken) return {};
        Case removed = same;
        vacate(removed, seat);
        same.challenged[seat] = 1;
        return Few(removed, same);
    }
    case Behaviour::decide_objection:
        if (same.challenged[seat] == 0) return {};
        same.challenged[seat] = 0;
        return one_or([&](Case& c) { vacate(c, seat); });
    case Behaviour::render_outcome: {
        OutcomeKind const kind = step.settings.kind.value_or(OutcomeKind::recommendation);
        if (same.seat[seat] != seat_taken) return {};
        if (kind == OutcomeKind::award && !same.track_one) return {};
        same.outcome = code_of(kind);
        same.binding = kind == OutcomeKind::award;
        same.annulled = same.correction = false;
        same.partial = true;
        return Few(same);
    }
    case Behaviour::request_correction:
        if (same.outcome == 0) return {};
        same.correction = true;
        return Few(same);
    case Behaviour::correct_outcome:
        if (same.seat[seat] != seat_taken || same.outcome == 0) return {};
        same.correction = false;
        return Few(same);
    case Behaviour::accept_outcome:
        if (!decision) return {};
        return one_or([](Case& c) { c.binding = true; });
    case Behaviour::refuse_outcome:
        if (!decision) return {};
        same.refused = true;
        return Few(same);
    case Behaviour::give_consent:
    case Behaviour::confirm_consent:
        if (same.track_one || !contains(step.settings.consents, ConsentKind::arbitration))
            return Few(same);
        return one_or([](Case& c) { c.track_one = true; });
    case Behaviour::correct_facts:
    case Behaviour::amend_claim:
        if (procedure_.rests_on != RestsOn::agreement) return Few(same);
        return one_or([](Case& c) { c.track_one = !c.track_one; });
    case Behaviour::request_review:
        if (!standing) return {};
        vacate(same, index_of(SeatKind::decider));
        return Few(same);
    case Behaviour::decide_review:
        if (!standing || same.seat[seat] != seat_taken) return {};
        same.partial = true;
        return one_or([](Case& c) {
            c.annulled = true;
            c.binding = false;
        });
    case Behaviour::record_settlement:
        if (same.seat[seat] != seat_taken || !same.track_one ||
            same.outcome != code_of(OutcomeKind::settlement))
            return {};
        same.outcome = code_of(OutcomeKind::award);
        same.binding = true;
        return Few(same);
    default: return Few(same);
    }
}
void CaseRules::sit(Case& c, std::size_t seat) const {
    c.seat[seat] = seat_taken;
    c.challenged[seat] = 0;
    c.sat[seat] = static_cast<std::uint8_t>(
        std::min<std::int64_t>(c.sat[seat] + 1, std::max<std::int64_t>(sat_most_, 1)));
    if (seat == 1) c.partial = false;
}
void CaseRules::vacate(Case& c, std::size_t seat) {
    c.seat[seat] = seat_vacant;
    c.challenged[seat] = 0;
    if (seat == 1) c.partial = false;
}

} // namespace parley
