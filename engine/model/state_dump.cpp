#include "engine/model/member_writer.hpp"
#include "engine/model/state.hpp"

namespace parley {

PARLEY_MEMBERS(Offer, full("id", &T::id), full("event", &T::event), full("by", &T::by),
               full("made_at", &T::made_at), full("remedies", &T::remedies),
               full("expires_at", &T::expires_at), full("status", &T::status),
               full("accepted_by", &T::accepted_by), full("label", &T::label));
PARLEY_MEMBERS(ProposedExtension, full("by", &T::by), full("deadline", &T::deadline),
               full("period", &T::period));
PARLEY_MEMBERS(Seat, full("status", &T::status), full("neutral", &T::neutral),
               full("notified_at", &T::notified_at), full("challenged_by", &T::challenged_by),
               full("removed", &T::removed), full("peremptory", &T::peremptory),
               full("replacements", &T::replacements), full("file_open", &T::file_open));
PARLEY_MEMBERS(SuspendedDeadline, full("deadline", &T::deadline), full("days_left", &T::days_left),
               full("since", &T::since));
PARLEY_MEMBERS(OutcomeState, full("kind", &T::kind), full("binding", &T::binding),
               full("version", &T::version), full("event", &T::event), full("at", &T::at),
               full("dispositions", &T::dispositions), full("place", &T::place),
               full("basis", &T::basis), full("neutral", &T::neutral),
               full("accepted_by", &T::accepted_by), full("text_sha256", &T::text_sha256),
               full("annulled", &T::annulled), full("published", &T::published));
PARLEY_MEMBERS(FiledDocument, full("event", &T::event), full("by", &T::by), full("at", &T::at),
               full("label", &T::label), full("times", &T::times), full("values", &T::values));
PARLEY_MEMBERS(TakenStep, full("by", &T::by), full("step", &T::step), full("at", &T::at));
PARLEY_MEMBERS(DisputeState, full("id", &T::id), full("platform", &T::platform),
               full("live", &T::live), full("clock", &T::clock), full("procedure", &T::procedure),
               full("resolution", &T::resolution), full("filed_at", &T::filed_at),
               full("filed_event", &T::filed_event), full("commenced_at", &T::commenced_at),
               full("missing", &T::missing), full("last_at", &T::last_at),
               full("version", &T::version), full("channel", &T::channel),
               full("concluded_at", &T::concluded_at), full("calendars", &T::calendars),
               full("status", &T::status), full("stage", &T::stage), full("label", &T::label),
               full("stage_entered_at", &T::stage_entered_at), full("ended", &T::ended),
               full("resumes", &T::resumes), full("parties", &T::parties), full("claim", &T::claim),
               full("counterclaim", &T::counterclaim), full("response", &T::response),
               full("reply", &T::reply), full("consents", &T::consents),
               full("pending_consents", &T::pending_consents), full("deadlines", &T::deadlines),
               full("suspended", &T::suspended), full("last_stamp", &T::last_stamp),
               full("passed", &T::passed), full("extensions", &T::extensions),
               full("granted", &T::granted), full("proposed_extension", &T::proposed_extension),
               full("marks", &T::marks), full("taken", &T::taken), full("offers", &T::offers),
               full("seats", &T::seats), full("final_date", &T::final_date),
               full("outcomes", &T::outcomes), full("correction_asked_by", &T::correction_asked_by),
               full("withdrawal_asked_by", &T::withdrawal_asked_by),
               full("review_asked_by", &T::review_asked_by),
               full("consent_award_asked_by", &T::consent_award_asked_by),
               full("file_closed", &T::file_closed), full("language", &T::language),
               full("languages", &T::languages), full("language_asked_by", &T::language_asked_by),
               full("burden_on", &T::burden_on), full("documents", &T::documents),
               full("procedure_agreed_by", &T::procedure_agreed_by), full("counts", &T::counts));

std::string dump(DisputeState const& state) {
    std::string out;
    auto const write_line = [&](auto const& member) {
        out += member.name;
        out += ' ';
        JsonWriter json(out);
        write_value(json, state.*member.at);
        out += '\n';
    };
    std::apply([&](auto const&... member) { (write_line(member), ...); },
               MembersOf<DisputeState>::all);
    return out;
}

} // namespace parley
