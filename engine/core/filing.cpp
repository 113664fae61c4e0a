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

Result<std::shared_ptr<Procedure const>> find_procedure(World const& world, std::string_view name,
                                                        Instant at) {
    auto procedure = world.procedures.latest(name, at);
    if (procedure == nullptr)
        return refuse_field(RefusalCode::invalid, "/procedure",
                            fmt::format("There is no procedure called {} today; there are: {}.",
                                        name, names_of(world.procedures)));
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

// Business days need the calendars of those who must act, and years that these speak of: known when the
// dispute begins, or it does not.
Result<void> check_calendars(World const& world, Procedure const& procedure,
                             std::string const& edition, std::span<PartyFacts const> parties,
                             Instant at) {
    Date const last{static_cast<std::int32_t>(at.us / us_per_day) + 2 * 366};
    auto const check = [&](DeadlineRule const& rule, std::string_view id,
                           std::string pointer) -> Result<void> {
        Calendar const* const calendar = world.calendars.find(edition, id);
        if (calendar != nullptr && calendar->covers(last)) return {};
        return refuse_field(
            RefusalCode::out_of_scope, std::move(pointer),
            fmt::format(
                "The deadline {} of {} counts business days, and there is no calendar of {} "
                "for the next two years (edition {}).",
                rule.name, procedure.ref.name, id, edition));
    };
    for (Stage const& stage : procedure.stages)
        for (DeadlineRule const& rule : stage.deadlines) {
            if (rule.calendar.empty()) continue;
            if (rule.calendar != "of_actor") {
                if (auto fine = check(rule, rule.calendar, "/procedure"); !fine) return fine;
                continue;
            }
            for (PartyFacts const& party : parties)
                if (std::ranges::find(rule.actors, role_of(party.side)) != rule.actors.end())
                    if (auto fine = check(rule, party.country,
                                          fmt::format("/{}/country", name_of(party.side)));
                        !fine)
                        return fine;
        }
    return {};
}

Step const* filing_step(Stage const& stage) {
    auto found = std::ranges::find(stage.steps, Behaviour::file_dispute, &Step::does);
    return found == stage.steps.end() ? nullptr : &*found;
}

// What rests on no agreement binds nobody, so that there is nothing to resolve.
Resolution without_agreement(World const& world, Procedure const& procedure) {
    bool const law = procedure.rests_on == RestsOn::law;
    return {procedure.track,
            world.law.version,
            {{law ? "BY_LAW" : "OWN_WORD",
              law ? fmt::format("{} rests on the law and on no agreement; it binds nobody who does "
                                "not accept its end.",
                                procedure.ref.name)
                  : fmt::format("{} rests on what each party agrees to inside it; it binds nobody "
                                "who does not.",
                                procedure.ref.name),
              procedure.source,
              {}}}};
}

Result<Resolution> resolve(World const& world, Procedure const* procedure, FileInput const& input,
                           std::span<PartyFacts const> parties, Instant at) {
    if (procedure != nullptr && procedure->rests_on != RestsOn::agreement)
        return without_agreement(world, *procedure);
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
    std::shared_ptr<Procedure const> named;
    if (input.procedure) {
        auto found = find_procedure(world, *input.procedure, stamp.at);
        if (!found) return std::unexpected(std::move(found.error()));
        named = std::move(*found);
    }
    auto resolution = resolve(world, named.get(), input, parties, stamp.at);
    if (!resolution) return std::unexpected(std::move(resolution.error()));
    if (!named) {
        Route const& route =
            route_for(world.routes, resolution->track, parties, input.claim.amount);
        auto found = find_procedure(world, route.procedure, stamp.at);
        if (!found) return std::unexpected(std::move(found.error()));
        named = std::move(*found);
    }
    return decide_filing_under(world, *named, {std::move(*resolution), world.calendars.newest()},
                               filing, stamp);
}

Result<Decided> decide_filing_under(World const& world, Procedure const& procedure,
                                    Filing const& filing, Stamp const& stamp) {
    FileInput const& input = filing.input;
    if (auto fine = check_times(world, input, stamp.at); !fine)
        return std::unexpected(std::move(fine.error()));
    PartyFacts const parties[] = {facts_of(input.claimant, Side::claimant, {}),
                                  facts_of(input.respondent, Side::respondent, {})};
    auto resolution = resolve(world, &procedure, input, parties, stamp.at);
    if (!resolution) return std::unexpected(std::move(resolution.error()));
    return decide_filing_under(world, procedure, {std::move(*resolution), world.calendars.newest()},
                               filing, stamp);
}

Result<Decided> decide_filing_under(World const& world, Procedure const& procedure, Pinned pinned,
                                    Filing const& filing, Stamp const& stamp) {
    FileInput const& input = filing.input;
    // Never one that the law's table forbids.
    if (procedure.track != pinned.resolution.track)
        return refuse_field(RefusalCode::track_forbidden, "/procedure",
                            fmt::format("{} is for Track {}. {}", procedure.ref.name,
                                        name_of(procedure.track), explain(pinned.resolution)));
    PartyFacts const parties[] = {
        facts_of(input.claimant, Side::claimant, stamp.entropy.make_id<PartyId>(stamp.at)),
        facts_of(input.respondent, Side::respondent, stamp.entropy.make_id<PartyId>(stamp.at))};
    if (auto misfit = misfit_of(procedure.admits, parties, input.claim.amount)) {
        misfit->detail =
            fmt::format("{} does not take this dispute. {}", procedure.ref.name, misfit->detail);
        return refuse_field(misfit->code, std::move(misfit->pointer), std::move(misfit->detail));
    }
    if (auto fine = check_calendars(world, procedure, pinned.calendars, parties, stamp.at); !fine)
        return std::unexpected(std::move(fine.error()));
    Stage const& stage = procedure.first();
    Step const* step = filing_step(stage);
    if (step == nullptr)
        return refuse_field(RefusalCode::invalid, "/procedure",
                            "This procedure has no act that files a dispute.");

    Event event;
    event.id = stamp.entropy.make_id<EventId>(stamp.at);
    event.step = step->name;
    event.stage = stage.name;
    event.at = stamp.at;
    event.actor = filing.actor;
    event.actor.role = Role::claimant;
    event.actor.id = parties[0].id.text();
    event.body = DisputeFiled{filing.platform,
                              filing.live,
                              input.clock,
                              {parties[0], parties[1]},
                              facts_of(input.claim),
                              input.transaction.concluded_at,
                              input.transaction.channel,
                              input.consents,
                              procedure.ref,
                              std::move(pinned.resolution),
                              missing_in(filing),
                              std::move(pinned.calendars)};
    // Nobody is told of a notice before it is complete.
    if (missing_in(filing).empty())
        event.then.notified.push_back({Role::respondent, "notice_available"});
    event.then.notified.push_back(
        {Role::claimant, missing_in(filing).empty() ? "filing_acknowledged" : "notice_incomplete"});
    return conclude({world, procedure, stage, step}, DisputeState{}, filing.dispute,
                    std::move(event), content_of_filing(input), {});
}

} // namespace parley
