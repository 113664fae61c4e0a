#pragma once

#include "engine/base/refusal.hpp"
#include "engine/model/command.hpp"
#include "engine/model/state.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace parley {

// A kind of act that needs code. Procedures combine and parameterise them; core implements each one.
// `procedure/behaviours.hpp` says for each what it takes and what it may lead to.
enum class Behaviour : std::uint8_t {
    file_dispute,
    respond,
    reply,
    make_offer,
    accept_offer,
    decline_offer,
    post_message,
    extend_deadline,
    move_on,
    let_pass,
    withdraw,
    appoint_neutral,
    draw_neutral,
    accept_appointment,
    object_to_neutral,
    decide_objection,
    stand_down,
    disclose,
    set_final_date,
    submit_evidence,
    request_evidence,
    render_outcome,
    request_correction,
    correct_outcome,
    accept_outcome,
    refuse_outcome,
    give_consent,
    confirm_performance,
    report_breach,
    complete_notice,
    pass_file,
    object_to_file,
    grant_time,
    request_review,
    decide_review,
    confirm_consent,
    revoke_consent,
    lapse_consent,
    correct_facts,
    change_details,
    amend_claim,
    make_counterclaim,
    ask_language,
    list_languages,
    name_representative,
    order_burden,
    ask_consent_award,
    record_settlement,
    publish_outcome,
    file_document,
};
template <>
struct EnumNames<Behaviour> {
    static constexpr std::string_view names[] = {"file_dispute",
                                                 "respond",
                                                 "reply",
                                                 "make_offer",
                                                 "accept_offer",
                                                 "decline_offer",
                                                 "post_message",
                                                 "extend_deadline",
                                                 "move_on",
                                                 "let_pass",
                                                 "withdraw",
                                                 "appoint_neutral",
                                                 "draw_neutral",
                                                 "accept_appointment",
                                                 "object_to_neutral",
                                                 "decide_objection",
                                                 "stand_down",
                                                 "disclose",
                                                 "set_final_date",
                                                 "submit_evidence",
                                                 "request_evidence",
                                                 "render_outcome",
                                                 "request_correction",
                                                 "correct_outcome",
                                                 "accept_outcome",
                                                 "refuse_outcome",
                                                 "give_consent",
                                                 "confirm_performance",
                                                 "report_breach",
                                                 "complete_notice",
                                                 "pass_file",
                                                 "object_to_file",
                                                 "grant_time",
                                                 "request_review",
                                                 "decide_review",
                                                 "confirm_consent",
                                                 "revoke_consent",
                                                 "lapse_consent",
                                                 "correct_facts",
                                                 "change_details",
                                                 "amend_claim",
                                                 "make_counterclaim",
                                                 "ask_language",
                                                 "list_languages",
                                                 "name_representative",
                                                 "order_burden",
                                                 "ask_consent_award",
                                                 "record_settlement",
                                                 "publish_outcome",
                                                 "file_document"};
};

// What a behaviour was told in the file, one struct for all; the reader refuses parameters that the
// behaviour does not declare. Numbers are already taken from the file's parameters.
struct BehaviourSettings {
    // extend_deadline, set_final_date; object_to_file: the window; confirm_consent: the reflection;
    // grant_time: the one clock that is meant, else any of the parties'
    std::string deadline;
    std::optional<Period> period_most; // extend_deadline, grant_time: at most this long
    // extend_deadline, grant_time: how often; object_to_neutral: peremptory, per side
    std::int32_t times = 0;
    std::string consent;          // extend_deadline: both; withdraw: none, other_side
    std::optional<SeatKind> seat; // appointment, objection, outcome: whose seat
    std::optional<Period>
        window; // object_to_neutral: peremptory, after notification; set_final_date: least notice
    std::optional<Period>
        cause_window; // object_to_neutral: for cause, after the latest appointment or disclosure
    std::optional<OutcomeKind> kind;  // render_outcome
    std::optional<Binding> binding;   // render_outcome
    std::string place;                // render_outcome: default place of arbitration
    std::optional<Period> reflection; // accept_outcome: a consumer waits this long
    std::string basis;                // render_outcome
    // give_consent: which kinds may be given here; confirm, revoke and lapse: which are meant
    std::vector<ConsentKind> consents;
    std::string document;         // file_document: which of the procedure's documents
    std::optional<Period> notice; // file_document: its instants lie at least so far ahead
};

// What a field of a document holds. Words are content; everything else is a fact of the record, which
// conditions may ask about and which stays when words are erased.
enum class FieldType : std::uint8_t { text, choice, yes_no, number, date, instant, money };
template <>
struct EnumNames<FieldType> {
    static constexpr std::string_view names[] = {"text", "choice",  "yes_no", "number",
                                                 "date", "instant", "money"};
};
struct FieldRule {
    std::string name;
    FieldType type = FieldType::text;
    bool required = false;
    std::vector<std::string> choices; // of a choice: at least two
    std::string means;
    std::string pointer;
};
// A paper that the procedure knows, such as the minutes of a session or a report of what a court did:
// who may file it is said by the steps that do.
struct DocumentRule {
    std::string name;
    std::vector<FieldRule> fields;
    std::string means, cites;
    std::string pointer;

    FieldRule const* field(std::string_view wanted) const {
        for (FieldRule const& f : fields)
            if (f.name == wanted) return &f;
        return nullptr;
    }
};

// A fact that a condition asks for, from a closed set; see conditions.hpp for each one's sentence.
enum class Fact : std::uint8_t {
    counterclaim_made,
    claim_accepted,
    offer_open_by_other_side,
    settlement_reached,
    mediator_asked,
    mediator_seated,
    decider_asked,
    decider_seated,
    challenge_pending,
    mediator_may_decide,
    outcome_rendered,
    outcome_binding,
    outcome_refused,
    correction_pending,
    withdrawal_agreed,
    reflection_over,
    resumes_a_stage,
    track_is_one,
    notice_incomplete,
    file_closed,
    outcome_annulled,
    consent_award_asked,
    same_neutral_agreed,
    consumer_involved,
    enabled, // takes a parameter that is not false nor nothing: {"enabled": "mediator_pick"}
    marked,  // takes a mark: {"marked": "respondent_silent"}
    deadline_passed,    // takes a deadline: {"deadline_passed": "correction_window"}
    replacements_below, // takes a number or a parameter: {"replacements_below": "replacements_max"}
    both_took,          // takes a step, since the stage was entered: {"both_took": "confirm"}
    filed,              // takes a document: {"filed": "minutes"}
    filed_below, // takes a document and a parameter: {"filed_below": {"minutes": "sessions_max"}}
    says,        // takes a field and a value: {"says": {"attendance.claimant": "absent"}}
};
template <>
struct EnumNames<Fact> {
    static constexpr std::string_view names[] = {"counterclaim_made",
                                                 "claim_accepted",
                                                 "offer_open_by_other_side",
                                                 "settlement_reached",
                                                 "mediator_asked",
                                                 "mediator_seated",
                                                 "decider_asked",
                                                 "decider_seated",
                                                 "challenge_pending",
                                                 "mediator_may_decide",
                                                 "outcome_rendered",
                                                 "outcome_binding",
                                                 "outcome_refused",
                                                 "correction_pending",
                                                 "withdrawal_agreed",
                                                 "reflection_over",
                                                 "resumes_a_stage",
                                                 "track_is_one",
                                                 "notice_incomplete",
                                                 "file_closed",
                                                 "outcome_annulled",
                                                 "consent_award_asked",
                                                 "same_neutral_agreed",
                                                 "consumer_involved",
                                                 "enabled",
                                                 "marked",
                                                 "deadline_passed",
                                                 "replacements_below",
                                                 "both_took",
                                                 "filed",
                                                 "filed_below",
                                                 "says"};
};

// One fact, asked for or against ({"not": ...}). Lists of them mean "all of".
struct Condition {
    Fact fact = Fact::counterclaim_made;
    bool negated = false;
    // marked, deadline_passed, enabled, both_took, filed, filed_below: whose; says: "document.field"
    std::string name;
    // replacements_below, filed_below; enabled: 1 where the parameter is not false nor nothing
    std::int64_t number = 0;
    std::string value; // says
    friend bool operator==(Condition const&, Condition const&) = default;
};

// Where a step leads: the first branch whose conditions hold, on the state as the act's own facts have
// left it but before the step's marks. "resume" goes back to the stage that was interrupted; "stay"
// is an explicit no-move.
struct Branch {
    std::vector<Condition> when; // empty: always
    std::string to;              // a stage, "resume" or "stay"
    bool interrupts = false;     // the present stage is to be resumed later, its clocks suspended
    std::vector<std::string> marks; // recorded when this branch is taken
    std::vector<SeatKind> vacates;  // who sits there leaves when this branch is taken
};

struct Step {
    std::string name;
    std::vector<Role> by;
    Behaviour does = Behaviour::move_on;
    BehaviourSettings settings;
    std::vector<Condition> needs;
    std::vector<Branch> to;          // empty: stays
    std::vector<std::string> marks;  // recorded when taken
    std::vector<std::string> clears; // marks that no longer hold once taken
    std::vector<std::string> arms;   // deadlines of the stage that start with this step
    std::vector<std::string> stops;  // open deadlines that this step ends
    std::vector<Role> notifies;      // told of availability in the same batch
    std::vector<Room> rooms;         // where it may be said; joint when empty
    bool once_per_side = false;
    bool verified_sign_in = false; // needs a sign-in that Parley itself checked
    std::string means, cites;
    std::string pointer; // where it stands in the file

    // Whether some branch leads to another place, or back into this one.
    bool leads_away() const {
        return std::ranges::any_of(to, [](Branch const& b) { return b.to != "stay"; });
    }
    // Whether it leads to another stage than `here` whatever the state is.
    bool leaves_surely(std::string_view here) const {
        return needs.empty() && !to.empty() && std::ranges::all_of(to, [&](Branch const& b) {
                   return b.to != "stay" && b.to != here;
               });
    }
};

enum class Ends : std::uint8_t { end_of_day, instant };
enum class OnReturn : std::uint8_t { restart, remaining };

// A clock of a stage. It is armed when the stage is entered (or resumed), or by a step, and leads to a
// step that the clock takes. A clock that keeps running into a stage which lacks that step passes
// there without effect.
// How long after it was made available a communication counts as received (S12); from then the deadline runs.
struct ReceiptRule {
    Period after;
    std::optional<Period>
        abroad; // where the one who must act is in another country than the other party
    friend bool operator==(ReceiptRule const&, ReceiptRule const&) = default;
};

struct DeadlineRule {
    std::string name;
    Period after;
    std::string after_parameter; // the parameter it came from, for citations
    // "session.starts_at": the instant or date in the document filed last, but never later than `after`
    // says; where there is none, or it has passed, `after` alone counts.
    std::string at;
    std::vector<Role> actors; // whose time zones count (S3); parties, neutral or administrator
    std::optional<ReceiptRule> receipt; // none: received when notified as available
    // In which calendar business days count: of_actor, that of each party's country, or the id of one.
    std::string calendar;
    bool roll = false; // a last day that is no business day gives way to the next one that is (S6)
    Ends ends = Ends::end_of_day;
    OnReturn on_return = OnReturn::restart; // when the stage is entered again (K14)
    bool keeps_running = false;             // not dropped with the stage
    bool by_step = false;   // armed by a step that names it, not by entering the stage
    bool only_once = false; // not armed while it runs nor after it has passed
    std::string then;       // step taken by the clock
    std::string means, cites;
    std::string pointer;
};

enum class StageKind : std::uint8_t {
    filing,
    exchange,
    negotiation,
    facilitation,
    appointment,
    adjudication,
    recommendation,
    enforcement,
    external, // before a court or another body: the record holds reports of what happens there
    end,
};
template <>
struct EnumNames<StageKind> {
    static constexpr std::string_view names[] = {
        "filing",       "exchange",       "negotiation", "facilitation", "appointment",
        "adjudication", "recommendation", "enforcement", "external",     "end"};
};

struct Stage {
    std::string name;
    StageKind kind = StageKind::exchange;
    Label label = Label::open;
    Status status = Status::open; // closed kinds for an end
    // end: settlement, withdrawal, award, recommendation, judgment (of a court, as reported), none
    std::string result;
    std::vector<Role> waits_for; // whose turn it is
    std::vector<DeadlineRule> deadlines;
    std::vector<Step> steps; // its own, then the common ones that apply here
    std::string means, cites;
    std::string pointer;

    Step const* step(std::string_view wanted) const {
        for (Step const& s : steps)
            if (s.name == wanted) return &s;
        return nullptr;
    }
    bool ends() const { return kind == StageKind::end; }
};

struct Parameter {
    std::string name;
    std::string text; // as in the file: P7D, 3, false, 500000.00 HKD
    std::optional<Period> period;
    std::optional<std::int64_t> number;
    std::optional<Money> money;
    std::string least, most; // the bounds of the text, as in the file; empty: none
    std::string means, cites;
    bool bracketed = false; // never agreed in the drafts
};

// What a procedure rests on. Only an agreement asks the resolver for the track: the others bind nobody,
// and a party takes part as a law or its own word inside the procedure has it.
enum class RestsOn : std::uint8_t { agreement, law, own_word };
template <>
struct EnumNames<RestsOn> {
    static constexpr std::string_view names[] = {"agreement", "law", "own_word"};
};

// Whose disputes a procedure takes; what is empty admits everyone.
struct Admission {
    std::vector<PartyKind> claimant, respondent;
    std::vector<std::string> countries; // of one party at least, ISO 3166-1
    std::optional<Money> amount_most;   // of the claim, in that currency
    friend bool operator==(Admission const&, Admission const&) = default;
};

// Rules as data, read and checked. Immutable once read; shared by every dispute pinned to it.
struct Procedure {
    ProcedureRef ref; // sha256 of the file's bytes
    std::string title, means;
    std::string source, status;          // symbol of the source text; adopted, draft, historic, own
    std::optional<Digest> source_sha256; // of the bytes of the text that was cited, where pinned
    Track track = Track::two;
    RestsOn rests_on = RestsOn::agreement;
    Admission admits;
    std::optional<Date> applies_from;    // new disputes before that day take the version before it
    std::optional<ProcedureRef> extends; // a profile: the file whose numbers and words it changes
    std::vector<Parameter> parameters;
    std::vector<DocumentRule> documents;
    std::vector<Stage> stages; // the first one is where a filing happens
    std::string text;          // the file
    // What it means in other languages: by language tag, by place ("/stages/response/means").
    using Words = std::map<std::string, std::string, std::less<>>;
    std::map<std::string, Words, std::less<>> locales;

    Stage const* stage(std::string_view wanted) const {
        for (Stage const& s : stages)
            if (s.name == wanted) return &s;
        return nullptr;
    }
    DocumentRule const* document(std::string_view wanted) const {
        for (DocumentRule const& d : documents)
            if (d.name == wanted) return &d;
        return nullptr;
    }
    // "attendance.claimant": that field of that document.
    FieldRule const* field(std::string_view wanted) const {
        std::size_t const dot = wanted.find('.');
        if (dot == std::string_view::npos) return nullptr;
        DocumentRule const* const found = document(wanted.substr(0, dot));
        return found == nullptr ? nullptr : found->field(wanted.substr(dot + 1));
    }
    Stage const& first() const { return stages.front(); }
    // A step by name anywhere: to tell "not here" from "not at all".
    Step const* step_anywhere(std::string_view wanted) const {
        for (Stage const& s : stages)
            if (Step const* found = s.step(wanted)) return found;
        return nullptr;
    }
    // The step of that name in the present stage, or else anywhere: steps of one name take the same
    // input and mean the same. Null: no such act.
    Step const* step_from(std::string_view present, std::string_view wanted) const {
        Stage const* const here = stage(present);
        Step const* const found = here == nullptr ? nullptr : here->step(wanted);
        return found != nullptr ? found : step_anywhere(wanted);
    }
};

// Reads and checks a procedure file. A refusal has one FieldError a fault, with pointer and line
// ("line 41, /stages/reply: ..."); see check.hpp for what is checked.
Result<Procedure> read_procedure(std::string_view text);
class ProcedureLibrary;
// The same, where the file may be a profile of one of `bases`.
Result<Procedure> read_procedure(std::string_view text, ProcedureLibrary const& bases);

// Every procedure by name and version.
class ProcedureLibrary {
public:
    // Refuses a second file with the same name and version but other bytes. A profile comes after the
    // procedure that it extends.
    Result<std::shared_ptr<Procedure const>> add(std::string_view text);
    // What a dispute filed at that instant takes: the highest version that applies by then. Null where
    // there is none.
    std::shared_ptr<Procedure const> latest(std::string_view name, Instant at) const;
    std::shared_ptr<Procedure const> find(
        ProcedureRef const& ref) const; // by name, version and hash
    std::shared_ptr<Procedure const> find(std::string_view name, std::int32_t version) const;
    std::vector<std::shared_ptr<Procedure const>> all() const;

private:
    std::map<std::pair<std::string, std::int32_t>, std::shared_ptr<Procedure const>> by_version_;
};

} // namespace parley
