#pragma once

#include "engine/core/core.hpp"

#include <string>

namespace parley::app {

// Everything that never changes while the program runs: time zones of the operating system, the law
// table and the procedures inside this program. Refuses a zone that the data do not know; throws Fault
// where there is no time-zone data.
Result<World> load_world(std::string administrator_zone);

} // namespace parley::app
