#pragma once

#include "engine/core/core.hpp"
#include "engine/core/project.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

// Inside core: what every behaviour is given and what it gives back.

namespace parley {

// Someone before a step of the present stage: all that decides whether the step is open to them,
// apart from what they would say. Views and decisions ask the same questions of it, so that a
// listed act is one that can be taken.
struct Standing {
    Procedure const& procedure;
    DisputeState const& state;
    Step const& step;
    Role role = Role::clock;
    bool verified = false;

    std::optional<Side> side() const { return side_of(role); }
    // The seat that the step is about: named in the file, or the asker's own.
    std::optional<SeatKind> seat() const {
        return step.settings.seat ? step.settings.seat : seat_of(role);
    }
    Viewer viewer() const { return {role, verified, seat_of(role)}; }
};

// One attempt at a step.
struct Act : Standing {
    World const& world;
    Actor const& actor;
    ActInput const& input;
    Stamp const& stamp;

    Act(Standing const& standing, World const& in_world, Actor const& by, ActInput const& said,
        Stamp const& when)
        : Standing(standing), world(in_world), actor(by), input(said), stamp(when) {}
};

// What a behaviour wants recorded.
struct Said {
    EventBody body;
    std::string content;
    Room room = Room::joint;
    std::vector<Deadline> moved; // deadlines that get another end; stamps are given later

    Said(EventBody what, std::string words = {}, Room where = Room::joint)
        : body(std::move(what)), content(std::move(words)), room(where) {}
};

// Does what the step's behaviour does. Refuses by what was said; what stands in the way whatever
// one says is the business of `add_blockers`.
Result<Said> take(Act const& act);
// Adds the unmet conditions of the step, then what the behaviour itself needs of the state; what `out`
// names already is not said again. Nothing to add: the step is open.
void add_blockers(Standing const& standing, Blockers& out);
// The clock's turn: the behaviours it may do, which never refuse.
Said take_by_clock(Act const& act, Deadline const& deadline);

// One function a behaviour, in the file named after its subject.
Result<Said> respond(Act const& act); // exchange.cpp
Result<Said> reply(Act const& act);
Result<Said> make_offer(Act const& act); // offers.cpp
Result<Said> accept_offer(Act const& act);
Result<Said> decline_offer(Act const& act);
Result<Said> post_message(Act const& act);      // messages.cpp
Result<Said> propose_extension(Act const& act); // extensions.cpp
Result<Said> grant_time(Act const& act);
Result<Said> appoint_neutral(Act const& act);     // appointment.cpp
std::optional<Said> draw_neutral(Act const& act); // nobody eligible: none
Result<Said> accept_appointment(Act const& act);
Result<Said> stand_down(Act const& act);
Result<Said> disclose(Act const& act);
Result<Said> object_to_neutral(Act const& act); // objections.cpp
Result<Said> decide_objection(Act const& act);
Result<Said> set_final_date(Act const& act); // record.cpp
Result<Said> submit_evidence(Act const& act);
Result<Said> request_evidence(Act const& act);
Result<Said> object_to_file(Act const& act);
Result<Said> order_burden(Act const& act);
Result<Said> render_outcome(Act const& act); // outcome.cpp
Result<Said> request_correction(Act const& act);
Result<Said> correct_outcome(Act const& act);
Result<Said> accept_outcome(Act const& act);
Result<Said> refuse_outcome(Act const& act);
Result<Said> ask_consent_award(Act const& act);
Result<Said> record_settlement(Act const& act);
Result<Said> request_review(Act const& act); // review.cpp
Result<Said> decide_review(Act const& act);
Result<Said> publish_outcome(Act const& act);
Result<Said> give_consent(Act const& act); // consents.cpp
Result<Said> confirm_consent(Act const& act);
Result<Said> revoke_consent(Act const& act);
Result<Said> complete_notice(Act const& act); // notice.cpp
Result<Said> amend_claim(Act const& act);
Result<Said> make_counterclaim(Act const& act);
Result<Said> correct_facts(Act const& act);
Result<Said> change_details(Act const& act);
Result<Said> name_representative(Act const& act);
Result<Said> ask_language(Act const& act);
Result<Said> list_languages(Act const& act);
Result<Said> file_document(Act const& act); // documents.cpp
Result<Said> withdraw(Act const& act);      // ending.cpp
Result<Said> confirm_performance(Act const& act);
Result<Said> report_breach(Act const& act);

// What an act takes, or the empty one when the caller left it out.
template <class Input>
Input const& input_of(Act const& act) {
    static Input const nothing{};
    Input const* given = std::get_if<Input>(&act.input);
    return given == nullptr ? nothing : *given;
}
// True where the act names no consent, or this one.
bool input_names(Act const& act, ConsentKind kind);

// What a notice must have and may lack at first (Art. 4A), by the names that facts give it.
namespace notice_items {
constexpr std::string_view respondent_address = "respondent_address";
constexpr std::string_view identification = "identification";
} // namespace notice_items

// The id must be the one that the dispute knows for that role.
bool id_fits(DisputeState const& seen, Actor const& actor);

// The words of an act whose only input is words; empty where there are none.
std::string_view words_of(ActInput const& input);
// {"<name>": "<text>"}, or nothing for an empty text.
std::string content_of(std::string_view name, std::string_view text);

// Currencies of one dispute are one: an amount in another is refused with its pointer.
Result<void> check_currency(DisputeState const& state, std::vector<RemedyInput> const& remedies,
                            std::string_view pointer);
std::vector<Remedy> facts_of(std::vector<RemedyInput> const& remedies);
ClaimFacts facts_of(ClaimInput const& claim);
// ["words of the first remedy", ...], in the order of the facts.
void write_descriptions(JsonWriter& json, std::vector<RemedyInput> const& remedies);

// What the document filed last says: "attendance.claimant". Null where it says nothing.
std::string const* value_of(DisputeState const& state, std::string_view field);
// True where every party agreed that the file, and who mediated, may go to the decider (C5).
bool file_may_pass(DisputeState const& state);
bool has_consent(DisputeState const& state, Side side, ConsentKind kind);
// True for a party to whom the outcome owes something.
bool is_creditor(DisputeState const& state, Side side);
// True for a business that said beforehand that such outcomes bind it (C2).
bool bound_beforehand(DisputeState const& state, Side side);

} // namespace parley
