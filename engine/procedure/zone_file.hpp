#pragma once

#include "engine/procedure/time_rules.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace parley {

// Changes are written out up to this year; later the last offset holds.
constexpr int zone_year_max = 2100;

// Reads one compiled zone (RFC 9636): its 64-bit transitions since 1970, then what its footer says
// of the years after them. None when the bytes are no such file or do not hold together.
std::optional<Zone> read_zone_file(std::string name, std::string_view bytes);

} // namespace parley
