#pragma once

#include "engine/procedure/procedure.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

// Which procedure takes a dispute whose filing names none: by track, by who the parties are, by where one
// of them lives and by the amount. What a route leaves empty fits everything.
struct Route {
    Track track = Track::two;
    Admission fits;
    std::string procedure; // by name; the version is the one that applies on the day
    std::string means;
};
struct RouteTable {
    std::string version; // "2026-11"
    std::vector<Route> routes;
};

// Reads workflows/routes/<version>.json strictly. Refuses a table that leaves a case of a track open:
// the last route of each track has no conditions.
Result<RouteTable> read_routes(std::string_view text);

// Why a dispute is outside what is admitted, with the pointer of a filing that says so; none: it fits.
// `parties` are the claimant and the respondent.
std::optional<FieldError> misfit_of(Admission const& admits, std::span<PartyFacts const> parties,
                                    Money const& amount);

// The first route that fits.
Route const& route_for(RouteTable const& table, Track track, std::span<PartyFacts const> parties,
                       Money const& amount);

} // namespace parley
