#pragma once

#include "engine/base/digest.hpp"
#include "engine/model/journal_rows.hpp"
#include "engine/procedure/procedure.hpp"
#include "engine/procedure/resolver.hpp"
#include "engine/procedure/routes.hpp"
#include "engine/procedure/time_rules.hpp"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace parley {

// What never changes while a server runs: values loaded once by app and passed down.
struct World {
    ZoneRules zones;
    LawTable law;
    ProcedureLibrary procedures;
    std::string administrator_zone = "UTC";
    RouteTable routes;
    CalendarBook calendars;
};

// Someone on the roster as the core may consider them: read before deciding, recorded in the event,
// re-checked by a guard in the same transaction.
struct Candidate {
    NeutralId id;
    std::vector<SeatKind> seats;
    std::vector<std::string> languages;
    std::string country;
    std::string time_zone;
    bool free = true; // below the cap and not absent
};

// The instant at which a command is decided and what it may draw from.
struct Stamp {
    Instant at;
    Entropy& entropy;
    std::span<Candidate const> roster; // empty unless the step needs it
};

// One event to write, with the words that go beside it. The members of `content` by kind of event,
// where `remedies` and `dispositions` are arrays of words in the order of the facts' own:
//   dispute_filed: claimant and respondent {name, email, address?, representative?}, transaction,
//     claim {statement, remedies}, identified_by, other_remedies, metadata
//   responded: statement, remedies, counterclaim (null or {statement, remedies})
//   replied: statement
//   offer_made: message, remedies
//   outcome_rendered: kind, date, grounds, place?, signature?, dispositions; of a recommendation
//     also not_binding and warnings
//   evidence_submitted: description, reference
//   evidence_requested: description
//   document_filed: one member a field of words, by its name
//   offer_accepted, offer_declined, outcome_accepted, outcome_refused, final_date_set: message
//   extension_proposed, deadline_extended: reason
//   neutral_appointed, neutral_objected, objection_decided, procedure_agreed, procedure_changed:
//     reasons
//   appointment_accepted: disclosure
//   every other kind: text
// Where there are no words there is no content at all.
struct Written {
    Event event;
    std::string content; // JSON or empty
};

// What deciding gives: events and the state after them. A command writes one event as a rule.
struct Decided {
    std::vector<Written> events;
    DisputeState after;
};

// Opens a dispute: resolves the track, pins the procedure, writes `dispute_filed` and starts the
// first clock. Refuses what docs/LAW.md refuses, unknown zones, a named procedure that the law's table
// forbids (track_forbidden, with the resolver's reasons), and a dispute that the procedure does not
// take (out_of_scope). Pure.
Result<Decided> decide_filing(World const& world, Filing const& filing, Stamp const& stamp);

// Decides one act on what `seen` shows. All deadlines before `stamp.at` must have fired already.
// Refusals in order of precedence: no_such_act, not_yours, sign_in_required, too_late (its deadline
// passed), already_done, not_possible_now (not an act of this stage), unmet conditions, the
// behaviour's own, version_conflict (when `expected` differs from the viewer's version). Pure.
Result<Decided> decide(World const& world, Procedure const& procedure, DisputeState const& seen,
                       Command const& command, Stamp const& stamp);

// The event of a passed deadline, dated at the deadline itself (S10); `stamp.at`, when it is noticed, goes
// into the event's id alone. `deadline` is one of seen's open deadlines. Never refuses: a step that cannot
// be taken passes without effect.
Decided fire(World const& world, Procedure const& procedure, DisputeState const& seen,
             Deadline const& deadline, Stamp const& stamp);

// Moves a deadline for a cause outside the parties (an outage) and records it.
Result<Decided> grant_extension(World const& world, DisputeState const& seen,
                                std::string_view deadline, Period by, std::string cause,
                                Stamp const& stamp);

// Records that the content of these events was erased. Each room learns of its own events alone, by
// an event of its own: how much was said in confidence must not show in the joint record. Writes
// nothing where there is nothing to erase.
using EventsByRoom = std::array<std::vector<EventId>, room_count>;
Decided erase_content(DisputeState const& seen, EventsByRoom events, Actor actor,
                      Stamp const& stamp);

// Folds one event into the state; the only thing that changes a DisputeState. Never refuses; reads
// facts alone. `state` is default-constructed before dispute_filed.
void apply(DisputeState& state, DisputeId dispute, Event const& event);

// The soonest open deadline that lies before `at` (strictly: an act at the deadline is in time).
Deadline const* first_due(DisputeState const& state, Instant at);

// The row of lists after a decided command.
DisputeRow list_row(Decided const& decided);
// Whether the store has that row already. Now and then it says no though it has it.
bool lists_the_same(DisputeState const& before, Decided const& decided);

// What else a decided command writes beside its events: deadlines, outbox, loads.
struct Effects {
    std::vector<DueRow> armed;
    std::vector<std::pair<std::string, std::uint32_t>> disarmed;
    std::vector<OutboxRow> outbox;
    std::vector<LoadChange> loads;
    std::vector<EventId> erased;
};
Effects effects(DisputeState const& before, Decided const& decided);

} // namespace parley
