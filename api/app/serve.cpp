#include "api/app/compose.hpp"
#include "api/app/log.hpp"
#include "api/app/world.hpp"

#include <fmt/format.h>

// `parley serve`: the server for production.
namespace parley::app {

Done run_serve(ServeOptions const& options) {
    auto config = read_config(options, process_environment());
    if (!config) return std::unexpected(config.error());
    auto files = files_of(config->place);
    if (!files) return std::unexpected(files.error());
    auto world = load_world(config->administrator_zone, config->procedures);
    if (!world) return misuse(world.error().detail);
    House house(*files, std::move(*world), Care::production);
    Doors doors;
    doors.address = config->address;
    doors.port = config->port;
    doors.hosts = config->hosts;
    doors.webhooks = reach_of(config->webhooks).value(); // read_config has looked
    doors.mail = config->mail;
    doors.shutdown_delay = std::chrono::seconds(config->shutdown_delay_s);
    return keep_house(
        house, doors, [](Engine&) -> net::awaitable<Done> { co_return Done{}; },
        [](std::string const& url) {
            log_line("info", fmt::format("accepting requests at {}", url));
        });
}

} // namespace parley::app
