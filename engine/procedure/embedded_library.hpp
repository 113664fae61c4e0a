#pragma once

#include "engine/base/embedded.hpp"
#include "engine/procedure/calendar.hpp"
#include "engine/procedure/procedure.hpp"
#include "engine/procedure/resolver.hpp"
#include "engine/procedure/routes.hpp"

#include <span>

namespace parley {

// The files under workflows/ as the binary carries them: procedures, their stories, law tables,
// routes, calendars.
std::span<EmbeddedFile const> embedded_workflows();
// Every procedure of them. A file that does not read is a bug of the build, which tests meet first.
ProcedureLibrary load_embedded_procedures();
// The newest law table of them.
LawTable load_embedded_law();
// Every edition of the calendars.
CalendarBook load_embedded_calendars();
// The newest routes of them.
RouteTable load_embedded_routes();

} // namespace parley
