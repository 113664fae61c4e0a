#include "engine/model/event.hpp"
#include "engine/model/member_reader.hpp"
#include "engine/model/member_writer.hpp"

#include <algorithm>
#include <iterator>

namespace parley {

namespace {

// What every event's facts carry after those of its kind.
struct Frame {
    std::string step;
    Role role = Role::clock;
    std::optional<PlatformId> via;
    bool verified = false;
    Consequences then;
};

// An object read later, by its kind; it lives as long as the document.
struct Unread {
    Json const* json = nullptr;
};
bool read_value(Json const& json, Unread& unread, Misfit& misfit) {
    if (!json.is_object()) return misfit.is("must be an object");
    unread.json = &json;
    return true;
}

// The envelope around the facts, as engine/ledger writes it. The chain's own members are checked for
// their shape alone: whether they fit is the ledger's business.
struct Envelope {
    Digest prev{};
    std::string stream;
    Room room = Room::joint;
    std::uint32_t number = 0;
    EventId id;
    std::string stage;
    std::string type;
    std::int32_t version = 0;
    Instant at;
    std::string actor;
    std::string procedure;
    Unread facts;
    Digest commitment{};
};

} // namespace

PARLEY_MEMBERS(Frame, sparse("step", &T::step), full("role", &T::role), sparse("via", &T::via),
               sparse("verified", &T::verified), sparse("then", &T::then));
PARLEY_MEMBERS(Envelope, full("prev", &T::prev), full("stream", &T::stream), full("room", &T::room),
               full("number", &T::number), full("id", &T::id), full("stage", &T::stage),
               full("type", &T::type), full("version", &T::version), full("at", &T::at),
               full("actor", &T::actor), full("procedure", &T::procedure), full("facts", &T::facts),
               full("commitment", &T::commitment));

namespace {

// Facts that have the right shape and still make no event that `apply` could fold.
bool makes_sense(DisputeFiled const& filed, Misfit& misfit) {
    if (filed.parties.size() == 2 && filed.parties[0].side == Side::claimant &&
        filed.parties[1].side == Side::respondent)
        return true;
    misfit.is("must hold the claimant, then the respondent");
    return misfit.under("parties");
}
template <class Body>
bool makes_sense(Body const&, Misfit&) {
    return true;
}

template <class Body>
bool read_body(Json const& facts, EventBody& body, Frame& frame, Misfit& misfit) {
    Body& kind = body.emplace<Body>();
    return read_object(facts, misfit, kind, frame) && makes_sense(kind, misfit);
}

using BodyReader = bool (*)(Json const&, EventBody&, Frame&, Misfit&);

// One reader a kind, in the order of the variant and so of `event_names`.
template <class... Bodies>
constexpr auto readers_of(std::variant<Bodies...> const*) {
    return std::array<BodyReader, sizeof...(Bodies)>{read_body<Bodies>...};
}
constexpr auto body_readers = readers_of(static_cast<EventBody const*>(nullptr));

} // namespace

void append_facts(std::string& out, Event const& event) {
    JsonWriter json(out);
    json.begin_object();
    std::visit([&](auto const& body) { write_members(json, body); }, event.body);
    if (!event.step.empty()) json.member("step", event.step);
    json.member("role", name_of(event.actor.role));
    if (event.actor.via) json.member("via", *event.actor.via);
    if (event.actor.verified) json.member("verified", true);
    if (!event.then.empty()) {
        json.key("then");
        write_value(json, event.then);
    }
    json.end_object();
}

std::expected<Event, std::string> read_event(Json const& document) {
    Misfit misfit;
    Envelope envelope;
    if (!read_value(document, envelope, misfit)) return std::unexpected(misfit.text());

    auto const name = std::ranges::find(event_names, envelope.type);
    if (name == std::end(event_names))
        return std::unexpected(fmt::format("/type {:?} is no kind of event", envelope.type));
    if (envelope.version != event_version)
        return std::unexpected(fmt::format("/version {} of {} is not known, only {}",
                                           envelope.version, envelope.type, event_version));
    if (envelope.number == 0) return std::unexpected("/number must be 1 or more");
    if (envelope.actor.empty()) return std::unexpected("/actor must not be empty");

    Event event;
    Frame frame;
    auto const kind = static_cast<std::size_t>(std::distance(std::begin(event_names), name));
    if (!body_readers[kind](*envelope.facts.json, event.body, frame, misfit)) {
        misfit.under("facts");
        return std::unexpected(misfit.text());
    }
    event.id = envelope.id;
    event.step = std::move(frame.step);
    event.room = envelope.room;
    event.stage = std::move(envelope.stage);
    event.at = envelope.at;
    event.actor = {frame.role, std::move(envelope.actor), frame.via, frame.verified};
    event.then = std::move(frame.then);
    return event;
}

void write(JsonWriter& json, Remedy const& remedy) { write_value(json, remedy); }
void write(JsonWriter& json, std::vector<Remedy> const& remedies) { write_value(json, remedies); }
void write(JsonWriter& json, ClaimFacts const& claim) { write_value(json, claim); }
void write(JsonWriter& json, Consent const& consent) { write_value(json, consent); }
void write(JsonWriter& json, Deadline const& deadline) { write_value(json, deadline); }

// The shape for readers: the track stands beside it in a view, and the facts seen are an object.
void write(JsonWriter& json, Resolution const& resolution) {
    json.begin_object();
    json.member("table", resolution.table);
    json.key("because").begin_array();
    for (Reason const& reason : resolution.because) {
        json.begin_object();
        json.member("code", reason.code);
        json.member("rule", reason.rule);
        json.member("cites", reason.cites);
        json.key("facts").begin_object();
        for (auto const& [name, value] : reason.facts) json.member(name, value);
        json.end_object();
        json.end_object();
    }
    json.end_array();
    json.end_object();
}

} // namespace parley
