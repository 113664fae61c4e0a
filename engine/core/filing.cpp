#include "engine/core/filing.hpp"

#include "engine/core/transitions.hpp"

#include "engine/base/json.hpp"

#include <algorithm>
#include <span>

#include <fmt/core.h>

// The notice (docs/LAW.md): who may open a dispute, under which track and procedure.

namespace parley {

namespace {

Result<void> check_times(World const& world, FileInput const& input, Instant at) {
    using enum RefusalCode;
    std::pair<PartyInput const*, std::string_view> const parties[] = {
        {&input.claimant, "/claimant/time_zone"}, {&input.respondent, "/respondent/time_zone"}};
    for (auto const& [party, pointer] : parties)
        if (world.zones.find(party->time_zone) == nullptr)
            return refuse_field(
                invalid, std::string(pointer),
                fmt::format("{} is not a time zone of the IANA database.", party->time_zone));
    if (input.transaction.concluded_at > at)
        return refuse_field(
            invalid, "/transaction/concluded_at",
            fmt::format("The transaction lies in the future; it is {} now.", text_of(at)));
    for (std::size_t i = 0; i < input.consents.size(); ++i)
        if (input.consents[i].given_at > at)
            return refuse_field(invalid, fmt::format("/consents/{}/given_at", i),
                                "A consent cannot have been given in the future.");
    return {};
}

std::string names_of(ProcedureLibrary const& library) {
    std::vector<std::string> names;
    for (auto const& procedure : library.all()) names.push_back(procedure->ref.name);
    std::ranges::sort(names);
    auto const twice = std::ranges::unique(names);
    names.erase(twice.begin(), twice.end());
    std::string out;
    for (std::string const& name : names) {
        if (!out.empty()) out += ", ";
        out += name;
    }
    return out;
}

// The named procedure, or the one of the track.
Result<std::shared_ptr<Procedure const>> choose_procedure(World const& world,
                                                          FileInput const& input,
                                                          Resolution const& resolution) {
    bool const one = resolution.track == Track::one;
    std::string const wanted =
        input.procedure.value_or(one ? "uncitral-track-1" : "uncitral-track-2");
    auto procedure = world.procedures.latest(wanted);
    if (procedure == nullptr)
        return refuse_field(RefusalCode::invalid, "/procedure",
                            fmt::format("There is no procedure called {}; there are: {}.", wanted,
                                        names_of(world.procedures)));
    return procedure;
}

PartyFacts facts_of(PartyInput const& input, Side side, PartyId id) {
    return {id, side, input.kind, input.country, input.language, input.time_zone};
}

void write_party(JsonWriter& json, PartyInput const& party) {
    json.begin_object().member("name", party.name).member("email", party.email);
    if (!party.address.empty()) json.member("address", party.address);
    if (!party.representative.empty()) json.member("representative", party.representative);
    json.end_object();
}

void write_transaction(JsonWriter& json, TransactionInput const& transaction) {
    json.begin_object();
    json.member("reference", transaction.reference)
        .member("concluded_at", transaction.concluded_at);
    json.member("channel", transaction.channel).member("total", transaction.total);
    json.key("items").begin_array();
    for (ItemInput const& item : transaction.items)
        json.begin_object()
            .member("description", item.description)
            .member("quantity", item.quantity)
            .member("price", item.price)
            .end_object();
    json.end_array().key("delivery");
    if (transaction.delivery) {
        DeliveryInput const& delivery = *transaction.delivery;
        json.begin_object()
            .member("carrier", delivery.carrier)
            .member("tracking_number", delivery.tracking_number);
        json.key("promised_by");
        if (delivery.promised_by.empty()) json.null();
        else json.value(delivery.promised_by);
        json.member("delivered_at", delivery.delivered_at).end_object();
    } else {
        json.null();
    }
    json.end_object();
}

std::string content_of_filing(FileInput const& input) {
    std::string content;
    JsonWriter json(content);
    json.begin_object().key("claimant");
    write_party(json, input.claimant);
    json.key("respondent");
    write_party(json, input.respondent);
    json.key("transaction");
    write_transaction(json, input.transaction);
    json.key("claim").begin_object().member("statement", input.claim.statement).key("remedies");
    write_descriptions(json, input.claim.remedies);
    json.end_object();
    json.member("identified_by", input.identified_by).key("other_remedies").begin_array();
    for (std::string const& remedy : input.other_remedies) json.value(remedy);
    json.end_array().key("metadata").begin_object();
    for (auto const& [name, value] : input.metadata) json.member(name, value);
    json.end_object().end_object();
    return content;
}

// A platform vouches for whom it files for; nobody else's notice goes without identification.
std::vector<std::string> missing_in(Filing const& filing) {
    FileInput const& input = filing.input;
    std::vector<std::string> missing;
    if (input.respondent.email.empty()) missing.emplace_back(notice_items::respondent_address);
    if (input.identified_by.empty() && !filing.actor.via)
        missing.emplace_back(notice_items::identification);
    return missing;
}

Step const* filing_step(Stage const& stage) {
    auto found = std::ranges::find(stage.steps, Behaviour::file_dispute, &Step::does);
    return found == stage.steps.end() ? nullptr : &*found;
}

Result<Resolution> resolve(World const& world, FileInput const& input,
                           std::span<PartyFacts const> parties, Instant at) {
    return resolve_track(world.law,
                         {parties, input.claim.reason, input.claim.amount,
                          input.transaction.concluded_at, at, std::nullopt, input.consents});
}

} // namespace

Result<Decided> decide_filing(World const& world, Filing const& filing, Stamp const& stamp) {
    FileInput const& input = filing.input;
    if (auto fine = check_times(world, input, stamp.at); !fine)
        return std::unexpected(std::move(fine.error()));
    PartyFacts const parties[] = {facts_of(input.claimant, Side::claimant, {}),
                                  facts_of(input.respondent, Side::respondent, {})};
    auto resolution = resolve(world, input, parties, stamp.at);
    if (!resolution) return std::unexpected(std::move(resolution.error()));
    auto procedure = choose_procedure(world, input, *resolution);
    if (!procedure) return std::unexpected(std::move(procedure.error()));
    return decide_filing_under(world, **procedure, std::move(*resolution), filing, stamp);
}

Result<Decided> decide_filing_under(World const& world, Procedure const& procedure,
                                    Filing const& filing, Stamp const& stamp) {
    FileInput const& input = filing.input;
    if (auto fine = check_times(world, input, stamp.at); !fine)
        return std::unexpected(std::move(fine.error()));
    PartyFacts const parties[] = {facts_of(input.claimant, Side::claimant, {}),
                                  facts_of(input.respondent, Side::respondent, {})};
    auto resolution = resolve(world, input, parties, stamp.at);
    if (!resolution) return std::unexpected(std::move(resolution.error()));
    return decide_filing_under(world, procedure, std::move(*resolution), filing, stamp);
}

Result<Decided> decide_filing_under(World const& world, Procedure const& procedure,
                                    Resolution resolution, Filing const& filing,
                                    Stamp const& stamp) {
    FileInput const& input = filing.input;
    // Never one that the law's table forbids.
    if (procedure.track != resolution.track)
        return refuse_field(RefusalCode::track_forbidden, "/procedure",
                            fmt::format("{} is for Track {}. {}", procedure.ref.name,
                                        name_of(procedure.track), explain(resolution)));
    Stage const& stage = procedure.first();
    Step const* step = filing_step(stage);
    if (step == nullptr)
        return refuse_field(RefusalCode::invalid, "/procedure",
                            "This procedure has no act that files a dispute.");

    PartyFacts const claimant =
        facts_of(input.claimant, Side::claimant, stamp.entropy.make_id<PartyId>(stamp.at));
    PartyFacts const respondent =
        facts_of(input.respondent, Side::respondent, stamp.entropy.make_id<PartyId>(stamp.at));
    Event event;
    event.id = stamp.entropy.make_id<EventId>(stamp.at);
    event.step = step->name;
    event.stage = stage.name;
    event.at = stamp.at;
    event.actor = filing.actor;
    event.actor.role = Role::claimant;
    event.actor.id = claimant.id.text();
    event.body = DisputeFiled{
        filing.platform,           filing.live,           input.clock,
        {claimant, respondent},    facts_of(input.claim), input.transaction.concluded_at,
        input.transaction.channel, input.consents,        procedure.ref,
        std::move(resolution),     missing_in(filing)};
    // Nobody is told of a notice before it is complete.
    if (missing_in(filing).empty())
        event.then.notified.push_back({Role::respondent, "notice_available"});
    event.then.notified.push_back(
        {Role::claimant, missing_in(filing).empty() ? "filing_acknowledged" : "notice_incomplete"});
    return conclude({world, procedure, stage, step}, DisputeState{}, filing.dispute,
                    std::move(event), content_of_filing(input), {});
}

} // namespace parley
