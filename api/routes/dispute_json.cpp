#include "api/routes/dispute_json.hpp"

#include "api/routes/acts_json.hpp"

#include "engine/base/json_slice.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <tuple>

namespace parley::routes {

namespace {

constexpr std::array sides{Side::claimant, Side::respondent};
constexpr std::array seats{SeatKind::mediator, SeatKind::decider};

// The words beside an event, or nothing once they are erased.
std::string_view text_of(std::shared_ptr<std::string const> const& text) {
    return text ? std::string_view(*text) : std::string_view();
}
template <class List>
std::string_view text_under(List const& list, EventId const& event) {
    for (auto const& [id, text] : list)
        if (id == event) return text_of(text);
    return {};
}

void write_words(JsonWriter& json, std::string_view name, std::string_view words) {
    json.key(name);
    if (words.empty()) json.null();
    else json.raw(words);
}

// `words` is the list of descriptions that lies beside the facts, in the same order.
void write_remedies(JsonWriter& json, std::string_view name, std::vector<Remedy> const& remedies,
                    std::string_view words) {
    json.key(name).begin_array();
    for (std::size_t i = 0; i < remedies.size(); ++i) {
        Remedy const& remedy = remedies[i];
        json.begin_object();
        json.member("kind", name_of(remedy.kind));
        if (remedy.amount) json.member("amount", *remedy.amount);
        if (remedy.by) json.member("by", name_of(*remedy.by));
        if (remedy.due) json.member("due", *remedy.due);
        std::string_view const description = raw_element(words, i);
        if (description != "\"\"") write_words(json, "description", description);
        json.end_object();
    }
    json.end_array();
}

void write_claim(JsonWriter& json, std::string_view name, ClaimFacts const& claim,
                 std::string_view words) {
    json.key(name).begin_object();
    json.member("reason", name_of(claim.reason));
    json.member("amount", claim.amount);
    write_words(json, "statement", raw_member(words, "statement"));
    write_remedies(json, "remedies", claim.remedies, raw_member(words, "remedies"));
    json.end_object();
}

// A party's address as it was given last: in the notice, in what completed it, or by the party itself.
std::string_view email_of(Texts const& texts, Side side, std::string_view notice) {
    if (auto const& own = texts.emails[static_cast<std::size_t>(side)])
        return raw_member(*own, "email");
    std::string_view const completed = raw_member(text_of(texts.completion), "respondent_email");
    if (side == Side::respondent && completed.size() > 2) return completed;
    return raw_member(notice, "email");
}
std::string_view address_of(Texts const& texts, Side side, std::string_view notice) {
    if (auto const& own = texts.addresses[static_cast<std::size_t>(side)])
        return raw_member(*own, "address");
    return raw_member(notice, "address");
}
// A name and the authority: as the notice has it, or as an act of the party's own gave it.
std::string_view representative_of(Texts const& texts, Side side, std::string_view notice) {
    if (auto const& named = texts.representatives[static_cast<std::size_t>(side)]) return *named;
    return raw_member(notice, "representative");
}

void write_parties(JsonWriter& json, DisputeEntry const& entry, std::string_view filing) {
    DisputeState const& state = entry.state;
    json.key("parties").begin_array();
    for (Side const side : sides) {
        PartyFacts const& party = state.party(side);
        std::string_view const words = raw_member(filing, name_of(side));
        json.begin_object();
        json.member("id", party.id);
        json.member("side", name_of(side));
        json.member("kind", name_of(party.kind));
        write_words(json, "name", raw_member(words, "name"));
        write_words(json, "email", email_of(entry.texts, side, words));
        if (auto const address = address_of(entry.texts, side, words); !address.empty())
            json.key("address").raw(address);
        if (auto const who = representative_of(entry.texts, side, words); !who.empty())
            json.key("representative").raw(who);
        json.member("country", party.country);
        json.member("language", party.language);
        json.member("time_zone", party.time_zone);
        json.end_object();
    }
    json.end_array();
}

void write_seat(JsonWriter& json, DisputeState const& state, SeatKind kind) {
    Seat const& seat = state.seat(kind);
    json.begin_object();
    json.member("id", seat.neutral);
    json.member("seat", name_of(kind));
    json.member("status", name_of(seat.status));
    json.end_object();
}

// `neutral` is the one at work: whoever is to decide, once there is one; before that the mediator.
void write_neutrals(JsonWriter& json, DisputeState const& state) {
    auto const taken = [&](SeatKind kind) { return state.seat(kind).status != SeatStatus::vacant; };
    json.key("neutral");
    if (taken(SeatKind::decider)) write_seat(json, state, SeatKind::decider);
    else if (taken(SeatKind::mediator)) write_seat(json, state, SeatKind::mediator);
    else json.null();
    json.key("neutrals").begin_array();
    for (SeatKind const kind : seats)
        if (taken(kind)) write_seat(json, state, kind);
    json.end_array();
}

void write_answers(JsonWriter& json, DisputeEntry const& entry) {
    DisputeState const& state = entry.state;
    std::string_view const response = text_of(entry.texts.response);
    std::string_view const late = text_of(entry.texts.counterclaim);
    json.key("response");
    if (state.response) {
        json.begin_object().member("answer", name_of(*state.response));
        write_words(json, "statement", raw_member(response, "statement"));
        json.end_object();
    } else {
        json.null();
    }
    if (state.counterclaim)
        write_claim(json, "counterclaim", *state.counterclaim,
                    late.empty() ? raw_member(response, "counterclaim") : late);
    else json.key("counterclaim").null();
    json.key("reply");
    if (state.reply) json.begin_object().member("answer", name_of(*state.reply)).end_object();
    else json.null();
}

// What was settled about how the dispute is carried on.
void write_proceedings(JsonWriter& json, DisputeState const& state) {
    json.key("missing").begin_array();
    for (std::string const& item : state.missing) json.value(item);
    json.end_array();
    json.member("commenced_at", state.commenced_at);
    json.key("language");
    if (state.language.empty()) json.null();
    else json.value(state.language);
    json.key("languages").begin_array();
    for (std::string const& language : state.languages) json.value(language);
    json.end_array();
    json.key("burden_on");
    if (state.burden_on) json.value(name_of(*state.burden_on));
    else json.null();
    // Who agreed to arbitrate after the dispute arose; what waits for its confirmation apart.
    auto const agreed = [&](std::string_view name, std::vector<Consent> const& consents) {
        json.key(name).begin_array();
        for (Side const side : sides)
            if (std::ranges::any_of(consents, [&](Consent const& c) {
                    return c.by == side && c.kind == ConsentKind::arbitration &&
                           state.commenced_at && c.given_at > *state.commenced_at;
                }))
                json.value(name_of(side));
        json.end_array();
    };
    agreed("arbitration_agreed_by", state.consents);
    agreed("arbitration_to_confirm_by", state.pending_consents);
}

void write_deadlines(JsonWriter& json, DisputeEntry const& entry) {
    json.key("deadlines").begin_array();
    for (Deadline const& deadline : entry.state.deadlines) {
        json.begin_object();
        json.member("name", deadline.name);
        json.member("at", deadline.at);
        json.member("zone", deadline.zone);
        json.member("calendar", deadline.calendar);
        json.key("trace").begin_array();
        for (std::string const& line : deadline.trace) json.value(line);
        json.end_array();
        Step const* const step = entry.procedure->step_from(entry.state.stage, deadline.step);
        json.key("then").begin_object();
        json.member("step", deadline.step);
        json.member("means", step == nullptr ? std::string_view() : std::string_view(step->means));
        json.end_object();
        json.end_object();
    }
    json.end_array();
}

// What was filed last of each document; its words are in the event that is named.
void write_documents(JsonWriter& json, DisputeEntry const& entry, Viewer const& viewer) {
    json.key("documents").begin_array();
    for (auto const& [name, document] : entry.state.documents) {
        if (!may_see(entry.state, viewer, Room::joint, document.label)) continue;
        json.begin_object();
        json.member("name", name);
        json.member("event", document.event);
        json.member("by", name_of(document.by));
        json.member("filed_at", document.at);
        json.member("times", document.times);
        json.key("values").begin_object();
        for (auto const& [field, value] : document.values) json.member(field, value);
        json.end_object().end_object();
    }
    json.end_array();
}

void write_accepted_by(JsonWriter& json, std::array<bool, 2> const& accepted) {
    json.key("accepted_by").begin_array();
    for (Side const side : sides)
        if (accepted[static_cast<std::size_t>(side)]) json.value(name_of(side));
    json.end_array();
}

void write_offer(JsonWriter& json, DisputeEntry const& entry, Offer const& offer) {
    std::string_view const words = text_under(entry.texts.offers, offer.event);
    json.begin_object();
    json.member("id", offer.id);
    json.member("by", name_of(offer.by));
    json.member("made_at", offer.made_at);
    json.member("status", name_of(offer.status));
    write_remedies(json, "remedies", offer.remedies, raw_member(words, "remedies"));
    write_words(json, "message", raw_member(words, "message"));
    json.member("expires_at", offer.expires_at);
    write_accepted_by(json, offer.accepted_by);
    json.end_object();
}

void write_offers(JsonWriter& json, RenderedList const& offers, DisputeState const& state,
                  Viewer const& viewer) {
    json.key("offers").begin_array();
    // What is said to reach a settlement may be closed to this viewer.
    for (std::size_t i = 0; i < offers.size(); ++i)
        if (may_see(state, viewer, Room::joint, state.offers[i].label)) json.raw(offers[i]);
    json.end_array();
}

// The words of an outcome: of its own event, and for a settlement those of the offer accepted.
struct OutcomeWords {
    std::string_view all;
    std::string_view dispositions;
};
OutcomeWords words_of(DisputeEntry const& entry, OutcomeState const& outcome) {
    std::string_view const own = text_under(entry.texts.outcomes, outcome.event);
    if (!own.empty() || outcome.kind != OutcomeKind::settlement)
        return {own, raw_member(own, "dispositions")};
    auto const& offers = entry.state.offers;
    auto const accepted = std::ranges::find(offers, OfferStatus::accepted, &Offer::status);
    if (accepted == offers.end()) return {};
    return {{}, raw_member(text_under(entry.texts.offers, accepted->event), "remedies")};
}

void write_outcome(JsonWriter& json, DisputeEntry const& entry) {
    json.key("outcome");
    OutcomeState const* const outcome = entry.state.outcome();
    if (outcome == nullptr) {
        json.null();
        return;
    }
    OutcomeWords const words = words_of(entry, *outcome);
    json.begin_object();
    json.member("kind", name_of(outcome->kind));
    json.member("binding", name_of(outcome->binding));
    json.member("version", outcome->version);
    json.member("at", outcome->at);
    if (!outcome->place.empty()) json.member("place", outcome->place);
    if (!outcome->basis.empty()) json.member("basis", outcome->basis);
    // The exact text that an acceptance names; its hash stays when the text is erased.
    if (!outcome->text_sha256.empty()) {
        write_words(json, "text", raw_member(words.all, "text"));
        json.member("text_sha256", outcome->text_sha256);
    }
    if (outcome->annulled) json.member("annulled", true);
    if (outcome->published) json.member("published", name_of(*outcome->published));
    json.member("neutral", outcome->neutral);
    write_remedies(json, "dispositions", outcome->dispositions, words.dispositions);
    write_words(json, "grounds", raw_member(words.all, "grounds"));
    for (std::string_view const name : {"signature", "not_binding", "warnings"})
        if (auto const said = raw_member(words.all, name); !said.empty()) json.key(name).raw(said);
    write_accepted_by(json, outcome->accepted_by);
    json.end_object();
}

void write_frame(JsonWriter& json, DisputeState const& state) {
    json.member("id", state.id);
    json.member("object", "dispute");
    json.member("live", state.live);
    json.member("created_at", state.filed_at);
    json.member("status", name_of(state.status));
    json.member("stage", state.stage);
    json.member("track", name_of(state.resolution->track));
    json.key("procedure").begin_object();
    json.member("name", state.procedure.name);
    json.member("version", state.procedure.version);
    json.member("sha256", hex_of(state.procedure.sha256));
    json.end_object();
    json.key("resolution");
    write(json, state.resolution);
    json.member("clock", state.clock);
}

void write_facts(JsonWriter& json, DisputeEntry const& entry) {
    std::string_view const filing = text_of(entry.texts.filing);
    write_parties(json, entry, filing);
    write_neutrals(json, entry.state);
    write_words(json, "transaction", raw_member(filing, "transaction"));
    std::string_view const amended = text_of(entry.texts.amendment);
    write_claim(json, "claim", entry.state.claim,
                amended.empty() ? raw_member(filing, "claim") : amended);
    write_answers(json, entry);
    write_proceedings(json, entry.state);
    write_deadlines(json, entry);
}

void write_end(JsonWriter& json, DisputeEntry const& entry) {
    json.key("timetable").begin_array();
    for (TimetableEntry const& line : entry.timetable->of(entry))
        json.begin_object()
            .member("stage", line.stage)
            .member("no_later_than", line.no_later_than)
            .end_object();
    json.end_array();
    write_outcome(json, entry);
    std::string_view const filing = text_of(entry.texts.filing);
    std::string_view const completed = raw_member(text_of(entry.texts.completion), "identified_by");
    write_words(json, "identified_by",
                completed.size() > 2 ? completed : raw_member(filing, "identified_by"));
    write_words(json, "other_remedies", raw_member(filing, "other_remedies"));
    write_words(json, "metadata", raw_member(filing, "metadata"));
}

// What each part is a function of. Most of it is shared between an entry and the next, so that to
// compare it is to compare an address.
auto frame_of(DisputeEntry const& entry) {
    DisputeState const& s = entry.state;
    return std::tie(s.id, s.live, s.filed_at, s.status, s.stage, s.resolution, s.procedure,
                    s.clock);
}
auto facts_of(DisputeEntry const& entry) {
    DisputeState const& s = entry.state;
    Texts const& t = entry.texts;
    return std::tie(t.filing, t.response, t.completion, t.amendment, t.counterclaim, t.emails,
                    t.addresses, t.representatives, s.parties, s.seats, s.claim, s.counterclaim,
                    s.response, s.reply, s.missing, s.commenced_at, s.language, s.languages,
                    s.burden_on, s.consents, s.pending_consents, s.deadlines, s.stage,
                    entry.procedure);
}
auto end_of(DisputeEntry const& entry) {
    DisputeState const& s = entry.state;
    Texts const& t = entry.texts;
    bool const settled = s.outcome() != nullptr && s.outcome()->kind == OutcomeKind::settlement;
    Texts::ByEvent const& words = settled ? t.offers : t.outcomes; // as `words_of` takes them
    return std::tie(t.filing, t.completion, t.outcomes, words, s.outcomes, entry.timetable);
}

// How many of the first offers read as before. The terms of an offer stay as they were made, and the
// words beside it until those of all are erased.
std::size_t offers_alike(DisputeEntry const& before, DisputeEntry const& now) {
    auto const first_words = [](Texts const& texts) {
        return texts.offers.empty() ? nullptr : texts.offers.front().second.get();
    };
    if (first_words(before.texts) != first_words(now.texts)) return 0;
    auto const alike = [](Offer const& a, Offer const& b) {
        return a.id == b.id && a.status == b.status && a.accepted_by == b.accepted_by;
    };
    auto const begin = before.state.offers.begin();
    auto const differs = std::ranges::mismatch(before.state.offers, now.state.offers, alike).in1;
    return static_cast<std::size_t>(differs - begin);
}

template <class Write>
std::string members(Write const& write) {
    std::string out;
    out.reserve(512);
    JsonWriter json(out);
    write(json);
    return out;
}

} // namespace

void renew(DisputeParts& parts, EntryPtr const& entry) {
    DisputeEntry const* const old = parts.of.get();
    if (old == entry.get()) return;
    if (old == nullptr || frame_of(*old) != frame_of(*entry))
        parts.frame = members([&](JsonWriter& json) { write_frame(json, entry->state); });
    if (old == nullptr || facts_of(*old) != facts_of(*entry))
        parts.facts = members([&](JsonWriter& json) { write_facts(json, *entry); });
    parts.offers.cut(old == nullptr ? 0 : offers_alike(*old, *entry));
    for (std::size_t i = parts.offers.size(); i < entry->state.offers.size(); ++i)
        parts.offers.add(
            members([&](JsonWriter& json) { write_offer(json, *entry, entry->state.offers[i]); }));
    if (old == nullptr || end_of(*old) != end_of(*entry))
        parts.end = members([&](JsonWriter& json) { write_end(json, *entry); });
    parts.of = entry;
}

void write_dispute(JsonWriter& json, ViewCache& views, EntryPtr const& entry,
                   Viewer const& viewer) {
    DisputeParts const& parts = views.parts_of(entry);
    json.raw(parts.frame);
    json.key("viewer").begin_object();
    json.member("as", name_of(viewer.role));
    json.member("turn", turn_of(*entry->procedure, entry->state, viewer));
    json.end_object();
    json.raw(parts.facts);
    write_acts(json, views.act_texts(), *entry, viewer);
    write_offers(json, parts.offers, entry->state, viewer);
    write_documents(json, *entry, viewer);
    json.raw(parts.end);
}

std::string email_of(DisputeEntry const& entry, Side side) {
    std::string_view const notice = raw_member(text_of(entry.texts.filing), name_of(side));
    Json const email = Json::parse(email_of(entry.texts, side, notice), nullptr, false);
    return email.is_string() ? email.get<std::string>() : std::string();
}

std::string dispute_json(ViewCache& views, EntryPtr const& entry, Viewer const& viewer) {
    std::string out;
    out.reserve(usual_dispute_bytes);
    JsonWriter json(out);
    json.begin_object();
    write_dispute(json, views, entry, viewer);
    json.end_object();
    return out;
}

// The version counts what was said in confidence too: it stays inside.
void write_row(JsonWriter& json, DisputeRow const& row) {
    json.begin_object();
    json.member("id", row.id);
    json.member("object", "dispute");
    json.member("live", row.live);
    json.member("created_at", row.created_at);
    json.member("status", name_of(row.status));
    json.member("stage", row.stage);
    json.key("procedure").begin_object();
    json.member("name", row.procedure);
    json.member("version", row.procedure_version);
    json.end_object();
    json.key("reference");
    if (row.reference.empty()) json.null();
    else json.value(row.reference);
    json.key("parties").begin_array();
    for (Side const side : sides)
        json.begin_object()
            .member("id", row.parties[static_cast<std::size_t>(side)])
            .member("side", name_of(side))
            .end_object();
    json.end_array();
    json.key("neutrals").begin_array();
    for (SeatKind const kind : seats)
        if (auto const& neutral = row.neutrals[static_cast<std::size_t>(kind)])
            json.begin_object().member("id", *neutral).member("seat", name_of(kind)).end_object();
    json.end_array();
    json.member("clock", row.clock);
    json.end_object();
}

} // namespace parley::routes
