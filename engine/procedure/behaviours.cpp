#include "engine/procedure/behaviours.hpp"

#include "engine/base/assert.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

namespace parley {

namespace {

using Names = std::span<std::string_view const>;
using Text = std::string_view;

// A list of names that lives as long as the program.
template <Text const&... name>
constexpr std::array<Text, sizeof...(name)> list{name...};

constexpr Text deadline = "deadline", period_most = "period_most", times = "times",
               consent = "consent", seat = "seat", window = "window", cause_window = "cause_window",
               kind = "kind", binding = "binding", place = "place", basis = "basis",
               reflection = "reflection", consents = "consents", document = "document",
               notice = "notice";
constexpr Text dispute_filed = "dispute_filed", responded = "responded", replied = "replied",
               offer_made = "offer_made", offer_accepted = "offer_accepted",
               offer_declined = "offer_declined", message_posted = "message_posted",
               extension_proposed = "extension_proposed", deadline_extended = "deadline_extended",
               step_taken = "step_taken", deadline_passed = "deadline_passed",
               withdrawal_proposed = "withdrawal_proposed", withdrawn = "withdrawn",
               neutral_appointed = "neutral_appointed",
               appointment_accepted = "appointment_accepted", neutral_objected = "neutral_objected",
               objection_decided = "objection_decided", neutral_stood_down = "neutral_stood_down",
               interest_disclosed = "interest_disclosed", final_date_set = "final_date_set",
               evidence_submitted = "evidence_submitted", evidence_requested = "evidence_requested",
               outcome_rendered = "outcome_rendered", correction_requested = "correction_requested",
               outcome_accepted = "outcome_accepted", outcome_refused = "outcome_refused",
               consent_given = "consent_given", performance_confirmed = "performance_confirmed",
               breach_reported = "breach_reported", notice_completed = "notice_completed",
               file_passed = "file_passed", file_objected = "file_objected",
               review_requested = "review_requested", review_decided = "review_decided",
               consent_confirmed = "consent_confirmed", consent_revoked = "consent_revoked",
               consent_lapsed = "consent_lapsed", facts_corrected = "facts_corrected",
               details_changed = "details_changed", claim_amended = "claim_amended",
               counterclaim_made = "counterclaim_made", language_asked = "language_asked",
               languages_listed = "languages_listed", representative_named = "representative_named",
               burden_reversed = "burden_reversed", consent_award_asked = "consent_award_asked",
               outcome_published = "outcome_published", document_filed = "document_filed";

constexpr Names none{};
constexpr Names of_seat = list<seat>;

// In the order of Behaviour.
constexpr BehaviourSpec specs[] = {
    {Behaviour::file_dispute, InputKind::none, none, none, list<dispute_filed>, false,
     "Opens the dispute with the notice; its content is that of the filing itself."},
    {Behaviour::respond, InputKind::respond, none, none, list<responded>, false,
     "Answers the notice, with a counterclaim from the same transaction if there is one."},
    {Behaviour::reply, InputKind::reply, none, none, list<replied>, false,
     "Answers the counterclaim."},
    {Behaviour::make_offer, InputKind::offer, none, none, list<offer_made>, false,
     "Proposes terms; a neutral's proposal needs both sides."},
    {Behaviour::accept_offer, InputKind::offer_ref, none, none, list<offer_accepted>, false,
     "Accepts open terms of the other side or of the neutral; once all have, they are a "
     "settlement."},
    {Behaviour::decline_offer, InputKind::offer_ref, none, none, list<offer_declined>, false,
     "Turns open terms down."},
    {Behaviour::post_message, InputKind::message, none, none, list<message_posted>, false,
     "Says something in a room."},
    {Behaviour::extend_deadline, InputKind::extend, list<deadline, period_most, times, consent>,
     list<deadline, period_most, times, consent>, list<extension_proposed, deadline_extended>,
     false,
     "Asks for more time; the clock moves once everyone whose word is needed asks for the same, or "
     "at once."},
    {Behaviour::move_on, InputKind::message, none, none, list<step_taken, deadline_passed>, true,
     "Leads where the step says and does nothing else."},
    {Behaviour::let_pass, InputKind::none, none, none, list<step_taken, deadline_passed>, true,
     "Records that a deadline has passed and leads where the step says."},
    {Behaviour::withdraw, InputKind::message, list<consent>, list<consent>,
     list<withdrawal_proposed, withdrawn>, false,
     "Takes the claim back, alone or with the other side's agreement."},
    {Behaviour::appoint_neutral, InputKind::appoint, of_seat, of_seat, list<neutral_appointed>,
     false, "Names a neutral from the roster, who is asked to accept."},
    {Behaviour::draw_neutral, InputKind::none, of_seat, of_seat,
     list<neutral_appointed, deadline_passed>, true,
     "Draws a free neutral from the roster, who is seated at once."},
    {Behaviour::accept_appointment, InputKind::accept_appointment, of_seat, of_seat,
     list<appointment_accepted>, false,
     "Takes the seat: the neutral has the time and is impartial and independent."},
    {Behaviour::object_to_neutral, InputKind::object, list<seat, window, cause_window, times>,
     list<seat, window, cause_window, times>, list<neutral_objected>, false,
     "Objects to a neutral, without reasons a few times and soon, or for cause."},
    {Behaviour::decide_objection, InputKind::decide_objection, of_seat, of_seat,
     list<objection_decided>, false, "Keeps or removes a neutral who was objected to for cause."},
    {Behaviour::stand_down, InputKind::message, of_seat, of_seat,
     list<neutral_stood_down, deadline_passed>, true,
     "Gives the seat back, or declines it before taking it."},
    {Behaviour::disclose, InputKind::message, of_seat, of_seat, list<interest_disclosed>, false,
     "Tells the parties what might cast doubt on the neutral's impartiality."},
    {Behaviour::set_final_date, InputKind::final_date, list<deadline, window>, list<deadline>,
     list<final_date_set>, false,
     "Names the last date for communications, within the deadline and with notice."},
    {Behaviour::submit_evidence, InputKind::evidence, none, none, list<evidence_submitted>, false,
     "Puts a piece of evidence into the record."},
    {Behaviour::request_evidence, InputKind::request_evidence, none, none, list<evidence_requested>,
     false, "Asks a side for more evidence."},
    {Behaviour::render_outcome, InputKind::outcome, list<seat, kind, binding, place, basis>,
     list<seat, kind, binding, basis>, list<outcome_rendered>, false,
     "Gives the award or the recommendation with its grounds."},
    {Behaviour::request_correction, InputKind::message, none, none, list<correction_requested>,
     false, "Asks for an error of computation, writing or print to be corrected."},
    {Behaviour::correct_outcome, InputKind::outcome, of_seat, of_seat, list<outcome_rendered>,
     false, "Gives the corrected outcome as a new version; the old one stays readable."},
    {Behaviour::accept_outcome, InputKind::outcome_ref, list<reflection>, list<reflection>,
     list<outcome_accepted>, false,
     "Agrees that this very text binds; a consumer may do so once the time for reflection is "
     "over."},
    {Behaviour::refuse_outcome, InputKind::outcome_ref, none, none, list<outcome_refused>, false,
     "Does not agree to the outcome."},
    {Behaviour::give_consent, InputKind::consent, list<consents>, list<consents>,
     list<consent_given>, false,
     "Gives a consent of one of the kinds that the step lists, to an exact text."},
    {Behaviour::confirm_performance, InputKind::message, none, none, list<performance_confirmed>,
     false, "Says that what the outcome owed has been received."},
    {Behaviour::report_breach, InputKind::message, none, none, list<breach_reported>, false,
     "Says that what the outcome owed has not been received."},
    {Behaviour::complete_notice, InputKind::complete, none, none, list<notice_completed>, false,
     "Supplies what the notice lacked."},
    {Behaviour::pass_file, InputKind::none, of_seat, of_seat, list<file_passed, deadline_passed>,
     true, "Opens to a neutral what was said in negotiation, as nobody objected in time."},
    {Behaviour::object_to_file, InputKind::message, list<seat, deadline>, list<seat, deadline>,
     list<file_objected>, false,
     "Keeps what was said in negotiation from the neutral, while the window runs."},
    {Behaviour::grant_time, InputKind::extend, list<deadline, period_most, times>,
     list<period_most, times>, list<deadline_extended>, false,
     "Gives more time: for what the parties must do, or for the one clock that the file names."},
    {Behaviour::request_review, InputKind::message, none, none, list<review_requested>, false,
     "Asks for the award to be annulled; whoever gave it leaves the seat."},
    {Behaviour::decide_review, InputKind::decide_objection, of_seat, of_seat, list<review_decided>,
     false, "Annuls the award or lets it stand."},
    {Behaviour::confirm_consent, InputKind::consent_ref, list<deadline, consents>,
     list<deadline, consents>, list<consent_confirmed>, false,
     "Confirms a consent once the time for reflection is over; only then does it count."},
    {Behaviour::revoke_consent, InputKind::consent_ref, list<consents>, list<consents>,
     list<consent_revoked>, false, "Takes a consent back."},
    {Behaviour::lapse_consent, InputKind::none, list<consents>, list<consents>,
     list<consent_lapsed, deadline_passed>, true, "Ends a consent that was not confirmed in time."},
    {Behaviour::correct_facts, InputKind::facts, none, none, list<facts_corrected>, false,
     "Records that a fact about a party is another, and looks at the track again."},
    {Behaviour::change_details, InputKind::details, none, none, list<details_changed>, false,
     "Changes a party's own address, language or time zone; no running deadline moves."},
    {Behaviour::amend_claim, InputKind::claim, none, none, list<claim_amended>, false,
     "Puts another claim from the same transaction in the place of the first."},
    {Behaviour::make_counterclaim, InputKind::claim, none, none, list<counterclaim_made>, false,
     "Brings a counterclaim after the response, where the neutral allowed it."},
    {Behaviour::ask_language, InputKind::language, none, none, list<language_asked>, false,
     "Asks for another language of the proceedings; both sides asking for one that is to be had "
     "agree on it."},
    {Behaviour::list_languages, InputKind::languages, none, none, list<languages_listed>, false,
     "Says which languages are to be had."},
    {Behaviour::name_representative, InputKind::representative, none, none,
     list<representative_named>, false, "Tells the other side who speaks for a party, and why."},
    {Behaviour::order_burden, InputKind::burden, none, none, list<burden_reversed>, false,
     "Orders, exceptionally, that the other side proves a fact."},
    {Behaviour::ask_consent_award, InputKind::none, none, none, list<consent_award_asked>, false,
     "Asks that a settlement be recorded as an award."},
    {Behaviour::record_settlement, InputKind::record, of_seat, of_seat, list<outcome_rendered>,
     false, "Records the settled terms as an award."},
    {Behaviour::publish_outcome, InputKind::publication, none, none, list<outcome_published>, false,
     "Makes the outcome public, by consent of all or where the law asks for it."},
    {Behaviour::file_document, InputKind::document, list<document, notice>, list<document>,
     list<document_filed>, false, "Files one of the documents that the procedure knows."},
};
static_assert(std::size(specs) == std::size(EnumNames<Behaviour>::names));

} // namespace

BehaviourSpec const& spec_of(Behaviour behaviour) {
    BehaviourSpec const& spec = specs[std::to_underlying(behaviour)];
    PARLEY_ASSERT(spec.behaviour == behaviour,
                  "the table of behaviours is in the order of the enum");
    return spec;
}

Phrase sentence_of(Condition const& condition) {
    // The sentence when the fact is asked for, and when it is asked against.
    auto const say = [&](Phrase const& met, Phrase const& unmet) {
        return condition.negated ? unmet : met;
    };
    switch (condition.fact) {
    case Fact::counterclaim_made: return say("a counterclaim was made", "no counterclaim was made");
    case Fact::claim_accepted:
        return say("the respondent accepted the claim", "the respondent did not accept the claim");
    case Fact::offer_open_by_other_side:
        return say("an offer by the other side is open", "no offer by the other side is open");
    case Fact::settlement_reached:
        return say("a settlement was reached", "no settlement was reached");
    case Fact::mediator_asked:
        return say("a mediator is asked and has not answered", "no mediator is asked");
    case Fact::mediator_seated: return say("a mediator is seated", "no mediator is seated");
    case Fact::decider_asked:
        return say("a decider is asked and has not answered", "no decider is asked");
    case Fact::decider_seated: return say("a decider is seated", "no decider is seated");
    case Fact::challenge_pending:
        return say("an objection for cause awaits its decision",
                   "no objection for cause awaits its decision");
    case Fact::mediator_may_decide:
        return say("every party agreed that the file may go to the decider",
                   "not every party agreed that the file may go to the decider");
    case Fact::outcome_rendered: return say("an outcome was rendered", "no outcome was rendered");
    case Fact::outcome_binding:
        return say("the outcome binds both sides", "the outcome does not bind both sides");
    case Fact::outcome_refused:
        return say("a side refused the outcome", "no side refused the outcome");
    case Fact::correction_pending:
        return say("a correction was asked for", "no correction is asked for");
    case Fact::withdrawal_agreed:
        return say("the claim is withdrawn as it must be", "the claim is not withdrawn");
    case Fact::reflection_over:
        return say("the time for reflection is over", "the time for reflection still runs");
    case Fact::resumes_a_stage:
        return say("an interrupted stage waits", "no interrupted stage waits");
    case Fact::track_is_one: return say("the track is I", "the track is II");
    case Fact::notice_incomplete:
        return say("the notice lacks something", "the notice is complete");
    case Fact::file_closed:
        return say("a side keeps the negotiation from the neutral",
                   "no side keeps the negotiation from the neutral");
    case Fact::outcome_annulled: return say("the award was annulled", "the award was not annulled");
    case Fact::consent_award_asked:
        return say("both sides asked for their settlement as an award",
                   "not both sides asked for their settlement as an award");
    case Fact::same_neutral_agreed:
        return say("both sides agreed that who recommended also decides",
                   "not both sides agreed that who recommended also decides");
    case Fact::consumer_involved: return say("a party is a consumer", "no party is a consumer");
    case Fact::both_took:
        return condition.negated
                   ? fmt::format("not both sides took {} in this stage", condition.name)
                   : fmt::format("both sides took {} in this stage", condition.name);
    case Fact::filed:
        return condition.negated ? fmt::format("the document {} was not filed", condition.name)
                                 : fmt::format("the document {} was filed", condition.name);
    case Fact::filed_below:
        return condition.negated ? fmt::format("the document {} was filed {} times or more",
                                               condition.name, condition.number)
                                 : fmt::format("the document {} was filed fewer than {} times",
                                               condition.name, condition.number);
    case Fact::says:
        return condition.negated
                   ? fmt::format("{} does not say {}", condition.name, condition.value)
                   : fmt::format("{} says {}", condition.name, condition.value);
    case Fact::enabled:
        return condition.negated ? fmt::format("{} is off in this procedure", condition.name)
                                 : fmt::format("{} is on in this procedure", condition.name);
    case Fact::marked:
        return condition.negated ? fmt::format("the record does not show {}", condition.name)
                                 : fmt::format("the record shows {}", condition.name);
    case Fact::deadline_passed:
        return condition.negated ? fmt::format("the deadline {} has not passed", condition.name)
                                 : fmt::format("the deadline {} has passed", condition.name);
    case Fact::replacements_below:
        return condition.negated
                   ? fmt::format("{} neutrals took this seat after the first", condition.number)
                   : fmt::format("fewer than {} neutrals took this seat after the first",
                                 condition.number);
    }
    std::unreachable();
}

} // namespace parley
