#pragma once

#include "engine/model/event.hpp"

#include <string_view>
#include <tuple>

// The members of every noun that is stored, by name. Writing, reading and dumping all walk these
// lists, so that they cannot disagree. A name never changes once released: it lies in stored events.

namespace parley {

template <class T, class M>
struct Member {
    std::string_view name;
    M T::* at;
    bool sparse; // left out where it has its default; absent reads as that default
};
template <class T, class M>
constexpr Member<T, M> full(std::string_view name, M T::* at) {
    return {name, at, false};
}
template <class T, class M>
constexpr Member<T, M> sparse(std::string_view name, M T::* at) {
    return {name, at, true};
}

// Specialise with `static constexpr std::tuple all{...}`.
template <class T>
struct MembersOf;

template <class T>
concept HasMembers = requires { MembersOf<T>::all; };

#define PARLEY_MEMBERS(TYPE, ...)                                                                  \
    template <>                                                                                    \
    struct MembersOf<TYPE> {                                                                       \
        using T = TYPE;                                                                            \
        static constexpr std::tuple all{__VA_ARGS__};                                              \
    }
#define PARLEY_NO_MEMBERS(TYPE)                                                                    \
    template <>                                                                                    \
    struct MembersOf<TYPE> {                                                                       \
        static constexpr std::tuple<> all{};                                                       \
    }

PARLEY_MEMBERS(PartyFacts, full("id", &T::id), full("side", &T::side), full("kind", &T::kind),
               full("country", &T::country), full("language", &T::language),
               full("time_zone", &T::time_zone));
PARLEY_MEMBERS(Remedy, full("kind", &T::kind), sparse("amount", &T::amount), sparse("by", &T::by),
               sparse("due", &T::due));
PARLEY_MEMBERS(ClaimFacts, full("reason", &T::reason), full("amount", &T::amount),
               full("remedies", &T::remedies));
PARLEY_MEMBERS(Consent, full("kind", &T::kind), full("by", &T::by), full("given_at", &T::given_at),
               full("text_sha256", &T::text_sha256), full("locale", &T::locale),
               sparse("track", &T::track), sparse("amount_most", &T::amount_most),
               sparse("read_and_understood", &T::read_and_understood),
               sparse("separate_document", &T::separate_document),
               sparse("same_neutral", &T::same_neutral), sparse("redaction", &T::redaction));
PARLEY_MEMBERS(ProcedureRef, full("name", &T::name), full("version", &T::version),
               full("sha256", &T::sha256));
// The facts a reason saw are stored as pairs: their order is part of the value.
PARLEY_MEMBERS(Reason, full("code", &T::code), full("rule", &T::rule), full("cites", &T::cites),
               full("facts", &T::facts));
PARLEY_MEMBERS(Resolution, full("track", &T::track), full("table", &T::table),
               full("because", &T::because));
PARLEY_MEMBERS(Deadline, full("name", &T::name), full("at", &T::at), full("zone", &T::zone),
               full("calendar", &T::calendar), full("trace", &T::trace), full("then", &T::step),
               full("stamp", &T::stamp), full("anchor", &T::anchor), full("period", &T::period),
               sparse("actors", &T::actors), full("tz_version", &T::tz_version),
               sparse("keeps_running", &T::keeps_running), sparse("last_days", &T::last_days),
               sparse("counts_in", &T::counts_in), sparse("roll", &T::roll));
PARLEY_MEMBERS(DroppedDeadline, full("name", &T::name), full("stamp", &T::stamp),
               sparse("days_left", &T::days_left));
PARLEY_MEMBERS(StageEntered, full("stage", &T::stage), full("label", &T::label),
               full("status", &T::status), sparse("ends", &T::ends),
               sparse("resumes", &T::resumes));
PARLEY_MEMBERS(Notified, full("to", &T::to), full("notice", &T::notice));
PARLEY_MEMBERS(Reevaluation, full("before", &T::before), full("after", &T::after));
PARLEY_MEMBERS(Consequences, sparse("passed", &T::passed), sparse("entered", &T::entered),
               sparse("dropped", &T::dropped), sparse("armed", &T::armed),
               sparse("marks", &T::marks), sparse("notified", &T::notified),
               sparse("reevaluated", &T::reevaluated), sparse("cleared", &T::cleared),
               sparse("vacated", &T::vacated));

PARLEY_MEMBERS(DisputeFiled, full("platform", &T::platform), full("live", &T::live),
               sparse("clock", &T::clock), full("parties", &T::parties), full("claim", &T::claim),
               full("concluded_at", &T::concluded_at), full("channel", &T::channel),
               full("consents", &T::consents), full("procedure", &T::procedure),
               full("resolution", &T::resolution), sparse("missing", &T::missing),
               sparse("calendars", &T::calendars));
PARLEY_MEMBERS(Responded, full("answer", &T::answer), sparse("remedies", &T::remedies),
               sparse("counterclaim", &T::counterclaim));
PARLEY_MEMBERS(Replied, full("answer", &T::answer));
PARLEY_MEMBERS(OfferMade, full("offer", &T::offer), full("remedies", &T::remedies),
               sparse("expires_at", &T::expires_at));
PARLEY_MEMBERS(OfferAccepted, full("offer", &T::offer), full("settles", &T::settles));
PARLEY_MEMBERS(OfferDeclined, full("offer", &T::offer));
PARLEY_NO_MEMBERS(MessagePosted);
PARLEY_MEMBERS(ExtensionProposed, full("deadline", &T::deadline), full("by", &T::by));
PARLEY_MEMBERS(DeadlineExtended, full("deadline", &T::deadline), full("by", &T::by),
               full("cause", &T::cause));
PARLEY_NO_MEMBERS(StepTaken);
PARLEY_MEMBERS(NeutralAppointed, full("seat", &T::seat), full("neutral", &T::neutral),
               full("drawn", &T::drawn), full("seated", &T::seated),
               full("candidates", &T::candidates));
PARLEY_MEMBERS(AppointmentAccepted, full("seat", &T::seat), full("neutral", &T::neutral));
PARLEY_MEMBERS(NeutralObjected, full("seat", &T::seat), full("neutral", &T::neutral),
               full("kind", &T::kind), full("removes", &T::removes));
PARLEY_MEMBERS(ObjectionDecided, full("seat", &T::seat), full("neutral", &T::neutral),
               full("upheld", &T::upheld));
PARLEY_MEMBERS(NeutralStoodDown, full("seat", &T::seat), full("neutral", &T::neutral));
PARLEY_MEMBERS(InterestDisclosed, full("seat", &T::seat), full("neutral", &T::neutral));
PARLEY_MEMBERS(FinalDateSet, full("at", &T::at));
PARLEY_MEMBERS(EvidenceSubmitted, full("evidence", &T::evidence));
PARLEY_MEMBERS(EvidenceRequested, full("from", &T::from));
PARLEY_MEMBERS(OutcomeRendered, full("kind", &T::kind), full("binding", &T::binding),
               full("version", &T::version), full("neutral", &T::neutral),
               full("dispositions", &T::dispositions), sparse("place", &T::place),
               full("basis", &T::basis), sparse("text_sha256", &T::text_sha256));
PARLEY_NO_MEMBERS(CorrectionRequested);
PARLEY_MEMBERS(OutcomeAccepted, full("version", &T::version), full("binds", &T::binds),
               sparse("text_sha256", &T::text_sha256));
PARLEY_MEMBERS(OutcomeRefused, full("version", &T::version));
PARLEY_MEMBERS(ConsentGiven, full("consent", &T::consent), sparse("pending", &T::pending));
PARLEY_NO_MEMBERS(WithdrawalProposed);
PARLEY_NO_MEMBERS(Withdrawn);
PARLEY_NO_MEMBERS(PerformanceConfirmed);
PARLEY_NO_MEMBERS(BreachReported);
PARLEY_MEMBERS(DeadlinePassed, full("deadline", &T::deadline), full("stamp", &T::stamp));
PARLEY_MEMBERS(ContentErased, full("events", &T::events));
PARLEY_MEMBERS(NoticeCompleted, sparse("missing", &T::missing));
PARLEY_MEMBERS(FilePassed, full("seat", &T::seat));
PARLEY_MEMBERS(FileObjected, full("seat", &T::seat));
PARLEY_NO_MEMBERS(ReviewRequested);
PARLEY_MEMBERS(ReviewDecided, full("neutral", &T::neutral), full("annulled", &T::annulled));
PARLEY_MEMBERS(ConsentConfirmed, full("kind", &T::kind));
PARLEY_MEMBERS(ConsentRevoked, full("kind", &T::kind));
PARLEY_MEMBERS(ConsentLapsed, full("kind", &T::kind));
PARLEY_MEMBERS(FactsCorrected, full("side", &T::side), sparse("kind", &T::kind),
               sparse("country", &T::country));
PARLEY_MEMBERS(DetailsChanged, sparse("time_zone", &T::time_zone),
               sparse("language", &T::language));
PARLEY_MEMBERS(ClaimAmended, full("claim", &T::claim));
PARLEY_MEMBERS(CounterclaimMade, full("claim", &T::claim));
PARLEY_MEMBERS(LanguageAsked, full("language", &T::language), sparse("agreed", &T::agreed));
PARLEY_MEMBERS(LanguagesListed, full("languages", &T::languages), sparse("agreed", &T::agreed));
PARLEY_MEMBERS(RepresentativeNamed, full("consent", &T::consent));
PARLEY_MEMBERS(BurdenReversed, full("on", &T::on));
PARLEY_NO_MEMBERS(ConsentAwardAsked);
PARLEY_MEMBERS(DocumentFiled, full("document", &T::document), sparse("values", &T::values));
PARLEY_MEMBERS(ProcedureAgreed, full("procedure", &T::procedure));
PARLEY_MEMBERS(ProcedureChanged, full("procedure", &T::procedure), full("before", &T::before));
PARLEY_MEMBERS(OutcomePublished, full("ground", &T::ground), full("redaction", &T::redaction));

} // namespace parley
