#pragma once

#include "api/access/principal.hpp"
#include "engine/base/digest.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace parley::access {

// What a cursor is good for: one caller, one list, one filter.
std::string cursor_binding(Principal const& principal, std::optional<PartyId> const& act_as,
                           std::string_view path, std::string_view filter);

// `place` (where the next page starts) as text that only this server can read and nobody can alter.
std::string make_cursor(Bytes32 const& key, std::string_view place, std::string_view binding);
// The place again. Refuses bad_parameter for a damaged cursor and for one of another caller, list
// or filter, without telling which.
Result<std::string> open_cursor(Bytes32 const& key, std::string_view cursor,
                                std::string_view binding);

} // namespace parley::access
