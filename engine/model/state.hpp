#pragma once

#include "engine/base/shared.hpp"
#include "engine/model/event.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace parley {

enum class OfferStatus : std::uint8_t { open, accepted, declined, replaced };
template <>
struct EnumNames<OfferStatus> {
    static constexpr std::string_view names[] = {"open", "accepted", "declined", "replaced"};
};

// An offer of a party, or a neutral's proposal (then both sides must accept).
struct Offer {
    OfferId id;
    EventId event;
    Role by = Role::claimant;
    Instant made_at;
    Shared<std::vector<Remedy>> remedies;
    std::optional<Instant> expires_at;
    OfferStatus status = OfferStatus::open;
    std::array<bool, 2> accepted_by{}; // by Side
    Label label = Label::open;         // of the stage it was made in
    friend bool operator==(Offer const&, Offer const&) = default;
};

struct ProposedExtension {
    Side by = Side::claimant;
    std::string deadline;
    Period period;
    friend bool operator==(ProposedExtension const&, ProposedExtension const&) = default;
};

enum class SeatStatus : std::uint8_t { vacant, asked, seated };
template <>
struct EnumNames<SeatStatus> {
    static constexpr std::string_view names[] = {"vacant", "asked", "seated"};
};

// The mediator's or decider's seat with what has happened to it.
struct Seat {
    SeatStatus status = SeatStatus::vacant;
    NeutralId neutral;                         // asked or seated
    Instant notified_at;                       // when the parties were told of the appointment
    std::optional<Side> challenged_by;         // an objection for cause that awaits its decision
    std::vector<NeutralId> removed;            // who sat here or declined, never asked again
    std::array<std::uint32_t, 2> peremptory{}; // objections used, by Side
    std::uint32_t replacements = 0;
    bool file_open = false; // may read what was said in negotiation (Art. 9(8))
    friend bool operator==(Seat const&, Seat const&) = default;
};

struct SuspendedDeadline {
    Deadline deadline;
    std::int32_t days_left = 0; // of the actor whose end it was
    Instant since;              // when it was interrupted
    friend bool operator==(SuspendedDeadline const&, SuspendedDeadline const&) = default;
};

// One version of the award or recommendation, or the settlement.
struct OutcomeState {
    OutcomeKind kind = OutcomeKind::recommendation;
    Binding binding = Binding::none;
    std::uint32_t version = 1;
    EventId event; // where its text is
    Instant at;
    std::vector<Remedy> dispositions;
    std::string place;
    std::string basis;
    std::optional<NeutralId> neutral;
    std::array<bool, 2> accepted_by{};
    std::string text_sha256; // of the text as it is shown; empty where there is none of its own
    bool annulled = false;
    std::optional<Redaction> published;
    friend bool operator==(OutcomeState const&, OutcomeState const&) = default;
};

// A document of the procedure, as it was filed last.
struct FiledDocument {
    EventId event; // where its words are
    Role by = Role::claimant;
    Instant at;
    Label label = Label::open; // of the stage it was filed in
    std::uint32_t times = 0;   // filed so often
    std::vector<std::pair<std::string, std::string>> values;
    friend bool operator==(FiledDocument const&, FiledDocument const&) = default;
};

// When somebody last took a step.
struct TakenStep {
    Role by = Role::claimant;
    std::string step;
    Instant at;
    friend bool operator==(TakenStep const&, TakenStep const&) = default;
};

// Where a dispute stands: a fold of its events and nothing else. Every act copies it; what an act
// seldom changes is shared between the copies.
struct DisputeState {
    DisputeId id;
    PlatformId platform;
    bool live = false;
    std::optional<TestClockId> clock;
    ProcedureRef procedure;
    Shared<Resolution> resolution;
    Instant filed_at;
    EventId filed_event;
    std::optional<Instant> commenced_at; // the notice was told to both (Art. 4A(3))
    std::vector<std::string> missing;    // what the notice lacks
    Instant last_at;                     // of the last event, in any room
    std::uint64_t version = 0;           // events so far; internal, never shown
    std::string channel;
    Instant concluded_at;
    std::string calendars; // edition of the calendars that business days are counted in

    Status status = Status::open;
    std::string stage;
    Label label = Label::open;
    Instant stage_entered_at;
    bool ended = false;
    std::optional<std::string> resumes;

    Shared<std::array<PartyFacts, 2>> parties; // by Side
    Shared<ClaimFacts> claim;
    std::optional<ClaimFacts> counterclaim;
    std::optional<Answer> response;
    std::optional<Answer> reply;
    Shared<std::vector<Consent>> consents;
    Shared<std::vector<Consent>> pending_consents; // given, not yet confirmed

    Shared<std::vector<Deadline>> deadlines;          // open ones, by name
    Shared<std::vector<SuspendedDeadline>> suspended; // waiting for the stage to resume
    std::uint32_t last_stamp = 0;
    Shared<std::vector<std::pair<std::string, Instant>>> passed; // deadlines that passed, in order
    Shared<std::map<std::string, std::uint32_t>> extensions;     // agreed, by deadline
    // By a neutral or the administrator, by deadline.
    Shared<std::map<std::string, std::uint32_t>> granted;
    std::optional<ProposedExtension> proposed_extension;
    Shared<std::vector<std::string>> marks;
    Shared<std::vector<TakenStep>> taken; // one for each step and who took it

    Shared<std::vector<Offer>> offers;
    Shared<std::array<Seat, 2>> seats; // by SeatKind
    std::optional<Instant> final_date;
    Shared<std::vector<OutcomeState>> outcomes; // versions; the last one counts
    std::optional<Side> correction_asked_by;
    std::optional<Side> withdrawal_asked_by;
    std::optional<Side> review_asked_by;
    std::array<bool, 2> consent_award_asked_by{}; // by Side
    bool file_closed = false; // a side keeps what was said in negotiation from the neutrals
    std::string language;     // of the proceedings, where both sides chose one (Art. 15)
    std::vector<std::string> languages; // to be had, as the administrator listed them
    std::array<std::string, 2> language_asked_by;
    std::optional<Side> burden_on; // who proves what the other side would have to
    Shared<std::map<std::string, FiledDocument>> documents; // by name
    // By Side: the version of the procedure that this side agreed to go on under; 0: none.
    std::array<std::int32_t, 2> procedure_agreed_by{};

    // Events by room and by the label of the stage they were said in: a viewer's version is the sum
    // of the cells that the viewer may see, so it betrays nothing else.
    std::array<std::array<std::uint32_t, label_count>, room_count> counts{};

    PartyFacts const& party(Side side) const { return parties[static_cast<std::size_t>(side)]; }
    Seat const& seat(SeatKind kind) const { return seats[static_cast<std::size_t>(kind)]; }
    Deadline const* deadline(std::string_view name) const {
        for (Deadline const& d : deadlines)
            if (d.name == name) return &d;
        return nullptr;
    }
    TakenStep const* taken_by(Role by, std::string_view step) const {
        for (TakenStep const& t : taken)
            if (t.by == by && t.step == step) return &t;
        return nullptr;
    }
    bool marked(std::string_view mark) const {
        for (std::string const& m : marks)
            if (m == mark) return true;
        return false;
    }
    OutcomeState const* outcome() const { return outcomes.empty() ? nullptr : &outcomes.back(); }
    friend bool operator==(DisputeState const&, DisputeState const&) = default;
};

// A stable text of the whole state, one field a line: for replay comparisons, byte for byte.
std::string dump(DisputeState const& state);

} // namespace parley
