#include "engine/procedure/routes.hpp"

#include "engine/base/assert.hpp"
#include "engine/procedure/reading.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace parley {

using namespace procedure_limits;

namespace {

constexpr std::size_t routes_max = 200;

Route read_route(Reading& reading, Json const& json, std::string const& pointer) {
    Route route;
    ObjectReader object(json, pointer, reading.errors);
    std::string const track = object.text("track", name_length_max);
    if (!track.empty())
        route.track = reading.word<Track>(pointer + "/track", track).value_or(Track::two);
    route.fits.claimant = reading.words<PartyKind>(object, "claimant");
    route.fits.respondent = reading.words<PartyKind>(object, "respondent");
    route.fits.countries = reading.names(object, "countries");
    route.fits.amount_most = object.optional_money("amount_most");
    route.procedure = object.text("procedure", name_length_max);
    route.means = object.text("means");
    return route;
}

void check_cases(RouteTable const& table, std::vector<FieldError>& errors) {
    for (Track const track : {Track::one, Track::two}) {
        auto const last = std::find_if(table.routes.rbegin(), table.routes.rend(),
                                       [&](Route const& route) { return route.track == track; });
        if (last == table.routes.rend())
            errors.push_back({"/routes", RefusalCode::missing_field,
                              fmt::format("holds no route for Track {}", name_of(track))});
        else if (last->fits != Admission{})
            errors.push_back(
                {fmt::format("/routes/{}", table.routes.rend() - last - 1), RefusalCode::invalid,
                 fmt::format("is the last of Track {} and must fit every dispute that the routes "
                             "above leave; take its conditions out or add a route",
                             name_of(track))});
    }
}

std::string list_of(std::vector<PartyKind> const& kinds) {
    std::string out;
    for (PartyKind const kind : kinds) {
        if (!out.empty()) out += " or ";
        out += name_of(kind);
    }
    return out;
}

} // namespace

Result<RouteTable> read_routes(std::string_view text) {
    auto const json = parse_json(text);
    if (!json) return std::unexpected(json.error());
    RouteTable table;
    Reading reading;
    ObjectReader object(*json, "", reading.errors);
    object.optional_text("$schema");
    table.version = object.text("version", name_length_max);
    Json const* const routes = object.required("routes");
    if (routes != nullptr && (!routes->is_array() || routes->size() > routes_max))
        object.error("routes", RefusalCode::wrong_type,
                     fmt::format("must be a list of at most {} routes", routes_max));
    else if (routes != nullptr)
        for (std::size_t i = 0; i < routes->size(); ++i)
            table.routes.push_back(read_route(reading, (*routes)[i], fmt::format("/routes/{}", i)));
    object.finish();
    if (reading.errors.empty()) check_cases(table, reading.errors);
    if (reading.errors.empty()) return table;
    return std::unexpected(
        refusal_of_file(RefusalCode::procedure_rejected, text, std::move(reading.errors)));
}

std::optional<FieldError> misfit_of(Admission const& admits, std::span<PartyFacts const> parties,
                                    Money const& amount) {
    for (PartyFacts const& party : parties) {
        auto const& kinds = party.side == Side::claimant ? admits.claimant : admits.respondent;
        if (!kinds.empty() && std::ranges::find(kinds, party.kind) == kinds.end())
            return FieldError{
                fmt::format("/{}/kind", name_of(party.side)), RefusalCode::out_of_scope,
                fmt::format("The {} must be a {}.", name_of(party.side), list_of(kinds))};
    }
    bool const there =
        admits.countries.empty() || std::ranges::any_of(parties, [&](PartyFacts const& party) {
            return std::ranges::find(admits.countries, party.country) != admits.countries.end();
        });
    if (!there)
        return FieldError{
            "/claimant/country", RefusalCode::out_of_scope,
            fmt::format("One of the parties must be of: {}.", fmt::join(admits.countries, ", "))};
    if (!admits.amount_most) return std::nullopt;
    Money const& most = *admits.amount_most;
    if (most.currency == amount.currency && amount.amount <= most.amount) return std::nullopt;
    return FieldError{"/claim/amount", RefusalCode::out_of_scope,
                      fmt::format("Claims of up to {} are taken, and this one is for {}.",
                                  text_of(most), text_of(amount))};
}

Route const& route_for(RouteTable const& table, Track track, std::span<PartyFacts const> parties,
                       Money const& amount) {
    auto const route = std::ranges::find_if(table.routes, [&](Route const& r) {
        return r.track == track && !misfit_of(r.fits, parties, amount);
    });
    PARLEY_ASSERT(route != table.routes.end(),
                  "the last route of a track fits everything, which reading the table checked");
    return *route;
}

} // namespace parley
