#pragma once

#include "api/app/commands.hpp"
#include "engine/core/core.hpp"

#include <memory>
#include <optional>
#include <string>

namespace parley::app {

// Everything that never changes while the program runs: time zones of the operating system, the law
// table and the procedures inside this program, and those of a folder of the operator's own where there is
// one. Refuses a zone that the data do not know; a file of the folder that the examination does not find
// sound, for nothing unproven may run; and a version that is inside the program with other bytes. Throws
// Fault where there is no time-zone data.
Result<World> load_world(std::string administrator_zone,
                         std::optional<std::string> const& procedures = std::nullopt);

// A procedure inside this program by its name, or else one in a file.
std::expected<std::shared_ptr<Procedure const>, Failure> procedure_of(std::string const& said);

} // namespace parley::app
