#include "tests/core/support.hpp"

#include "engine/base/json.hpp"
#include "engine/procedure/embedded_library.hpp"

#include <nlohmann/json.hpp>

#include <fmt/core.h>

namespace parley::test {

namespace {

World load_world() {
    World world;
    world.zones = ZoneRules::load();
    world.law = load_embedded_law();
    world.routes = load_embedded_routes();
    world.calendars = load_embedded_calendars();
    world.procedures = load_embedded_procedures();
    return world;
}

Bytes32 seed_of(std::uint64_t seed) { return sha256(fmt::format("play {}", seed)); }

NeutralId neutral(std::uint8_t number) {
    Bytes16 bytes{};
    bytes[0] = 0x7f;
    bytes[15] = number;
    return NeutralId(bytes);
}

} // namespace

World const& world() {
    static World const loaded = load_world();
    return loaded;
}

Procedure const& procedure(std::string_view name) {
    auto found = world().procedures.latest(name, instant_max);
    if (found == nullptr) throw std::runtime_error(fmt::format("no procedure {}", name));
    return *found;
}

Instant at(std::string_view text) {
    auto instant = parse_instant(text);
    if (!instant) throw std::runtime_error(fmt::format("{} is no instant", text));
    return *instant;
}

std::vector<Candidate> default_roster() {
    std::vector<Candidate> out;
    for (std::uint8_t i = 1; i <= 12; ++i) {
        SeatKind const seat = i <= 6 ? SeatKind::mediator : SeatKind::decider;
        out.push_back({neutral(i), {seat}, {i % 2 == 0 ? "es" : "en"}, "GB", "UTC", true});
    }
    return out;
}

FileInput filing_input(Track track) {
    bool const one = track == Track::one;
    FileInput input;
    Money const amount{12990, *parse_currency("EUR")};
    input.claimant = {one ? PartyKind::business : PartyKind::consumer,
                      "Ana Ruiz",
                      "ana@example.net",
                      one ? "GB" : "ES",
                      "es",
                      "UTC",
                      "",
                      ""};
    input.respondent = {PartyKind::business,
                        "Lamps Ltd",
                        "care@lamps.example",
                        one ? "GB" : "CN",
                        "en",
                        "UTC",
                        "",
                        ""};
    Instant const concluded = at("2026-01-01T00:00:00Z");
    input.transaction = {
        "ORD-10027", concluded, one ? "b2b" : "b2c", amount, {{"Desk lamp", 1, amount}},
        std::nullopt};
    input.claim = {ClaimReason::not_received, amount, "Nothing arrived.", {refund(12990)}};
    for (Side const side : {Side::claimant, Side::respondent}) {
        Consent consent;
        consent.by = side;
        consent.given_at = concluded;
        consent.text_sha256 = std::string(64, 'a');
        consent.locale = "en";
        consent.track = track;
        input.consents.push_back(consent);
    }
    input.identified_by = "platform";
    return input;
}

FileInput filing_input(Procedure const& procedure) {
    FileInput input = filing_input(procedure.track);
    input.procedure = procedure.ref.name;
    Admission const& admits = procedure.admits;
    if (admits.amount_most) {
        Money const amount{12990, admits.amount_most->currency};
        input.transaction.total = input.transaction.items.front().price = input.claim.amount =
            amount;
        input.claim.remedies.front().remedy.amount = amount;
    }
    if (procedure.rests_on == RestsOn::law) input.respondent.country = "DE"; // of the Union
    if (!admits.countries.empty()) input.claimant.country = admits.countries.front();
    return input;
}

RemedyInput refund(std::int64_t minor) {
    return {{RemedyKind::refund, Money{minor, *parse_currency("EUR")}, std::nullopt, std::nullopt},
            "Money back."};
}

OutcomeInput award_input() { return {{refund(10000)}, "The file shows it.", "London", "Signed."}; }

Play::Play(Track track, std::uint64_t seed)
    : Play(track == Track::one ? "uncitral-track-1" : "uncitral-track-2", seed) {}

Play::Play(std::string_view name, std::uint64_t seed)
    : rules(procedure(name)), entropy(seed_of(seed)) {}

Stamp Play::stamp(Instant now) { return {now, entropy, roster}; }

Result<Decided> Play::try_file(Instant now, FileInput input) {
    id = entropy.make_id<DisputeId>(now);
    Filing filing;
    filing.dispute = id;
    filing.actor.role = Role::claimant;
    filing.input = std::move(input);
    return decide_filing(world(), filing, stamp(now));
}

void Play::file(Instant now) { file(now, filing_input(rules)); }

void Play::file(Instant now, FileInput input) {
    auto decided = try_file(now, std::move(input));
    ASSERT_TRUE(decided) << decided.error().detail;
    take_over(std::move(*decided));
}

Actor Play::actor(Role role, bool verified) const {
    Actor out{role, "key_test", std::nullopt, verified};
    if (auto side = side_of(role)) out.id = state.party(*side).id.text();
    if (role == Role::mediator) out.id = state.seat(SeatKind::mediator).neutral.text();
    if (role == Role::decider) out.id = state.seat(SeatKind::decider).neutral.text();
    return out;
}

void Play::wait(Instant now) {
    while (Deadline const* due = first_due(state, now))
        take_over(fire(world(), rules, state, *due, stamp(due->at)));
}

Result<Decided> Play::act(Instant now, Role role, std::string_view name, ActInput input,
                          bool verified, std::optional<std::uint64_t> expected) {
    wait(now);
    Command command{
        id,   actor(role, verified), std::string(name), std::move(input), expected, std::nullopt,
        false};
    DisputeState const before = state;
    auto decided = decide(world(), rules, state, command, stamp(now));
    EXPECT_EQ(before, state) << "deciding changes nothing";
    if (decided) {
        EXPECT_EQ(decided->events.size(), 1U) << "an act writes one event";
        take_over(*decided);
    }
    return decided;
}

void Play::must(Instant now, Role role, std::string_view name, ActInput input) {
    auto decided = act(now, role, name, std::move(input));
    ASSERT_TRUE(decided) << name << ": " << name_of(decided.error().code) << ", "
                         << decided.error().detail;
}

void Play::take_over(Decided decided) {
    ASSERT_FALSE(decided.events.empty());
    DisputeState folded = state, replayed = state;
    for (Written const& written : decided.events) {
        Event const& event = written.event;
        apply(folded, id, event);
        apply(replayed, id, stored_and_read(event));
        if (event.room != Room::joint)
            ASSERT_TRUE(event.then.empty()) << "a confidence has no consequences";
    }
    auto const what = type_of(decided.events.back().event);
    ASSERT_EQ(dump(folded), dump(decided.after)) << what;
    ASSERT_EQ(folded, decided.after) << what;
    ASSERT_EQ(replayed, decided.after) << what << " as stored";
    state = std::move(decided.after);
    for (Written& written : decided.events) record.push_back(std::move(written));
}

void Play::to_mediation(Instant now) {
    file(now);
    must(now, Role::respondent, "respond", RespondInput{Answer::contest, "No.", {}, std::nullopt});
    must(now, Role::claimant, "ask_for_mediator");
    must(now, Role::administrator, "appoint", AppointInput{roster[0].id, ""});
    must(now, Role::mediator, "accept_appointment", AcceptAppointmentInput{true, true, ""});
    ASSERT_EQ(state.stage, "mediation");
}

Instant Play::to_deliberation(Instant now) {
    to_mediation(now);
    now = now + 11 * day;
    must(now, Role::administrator, "appoint", AppointInput{roster[6].id, ""});
    must(now, Role::decider, "accept_appointment", AcceptAppointmentInput{true, true, ""});
    now = now + 11 * day;
    wait(now);
    EXPECT_EQ(state.stage, "deliberation");
    return now;
}

std::string code_of(Result<Decided> const& result) {
    return result ? "taken" : std::string(name_of(result.error().code));
}

Event stored_and_read(Event const& event) {
    std::string const zeros(64, '0');
    std::string text;
    JsonWriter json(text);
    std::string facts;
    append_facts(facts, event);
    json.begin_object();
    json.member("prev", zeros)
        .member("stream", "dispute")
        .member("room", name_of(event.room))
        .member("number", 1);
    json.member("id", event.id).member("stage", event.stage).member("type", type_of(event));
    json.member("version", event_version).member("at", event.at).member("actor", event.actor.id);
    json.member("procedure", "test/1").key("facts").raw(facts).member("commitment", zeros);
    json.end_object();
    auto parsed = parse_json(text);
    EXPECT_TRUE(parsed) << text;
    if (!parsed) return {};
    auto read = read_event(*parsed);
    EXPECT_TRUE(read) << read.error() << "\n" << text;
    return read ? *read : Event{};
}

} // namespace parley::test
