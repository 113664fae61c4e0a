#pragma once

#include "api/access/principal.hpp"
#include "engine/core/project.hpp"

#include <optional>

namespace parley::access {

// The one place that says who someone is in a dispute, or that for them there is no such dispute.
// By default nothing: the caller then answers exactly as for an id that does not exist.
//   platform  its own disputes; with act-as one of their parties, but never as a checked sign-in
//   party     the one dispute it is a party of: with a sign-in that Parley itself checked, or with a
//             token that the platform had made, which is not that
//   neutral   where it is asked or seated; core shows one who is only asked the summary
//   administrator, auditor  every dispute of the key's mode
// Test keys see test disputes, live keys live ones.
std::optional<Viewer> viewer_of(Principal const& principal, DisputeState const& state,
                                std::optional<PartyId> const& act_as);

// The same question about a row of a list, as far as a row can answer it: a second lock behind the
// filter of the query.
bool may_list(Principal const& principal, DisputeRow const& row,
              std::optional<PartyId> const& act_as);

// How a viewer's act is recorded: under a pseudonymous id, and through which platform.
Actor actor_of(Principal const& principal, Viewer const& viewer, DisputeState const& state);

} // namespace parley::access
