#include "api/app/world.hpp"

#include "engine/procedure/embedded_library.hpp"

#include <fmt/format.h>

namespace parley::app {

Result<World> load_world(std::string administrator_zone) {
    World world;
    world.zones = ZoneRules::load();
    if (world.zones.find(administrator_zone) == nullptr)
        return refuse(
            RefusalCode::invalid,
            fmt::format("there is no time zone {}; give an IANA name such as Europe/Madrid",
                        administrator_zone));
    world.administrator_zone = std::move(administrator_zone);
    world.law = load_embedded_law();
    world.procedures = load_embedded_procedures();
    world.routes = load_embedded_routes();
    world.calendars = load_embedded_calendars();
    return world;
}

} // namespace parley::app
