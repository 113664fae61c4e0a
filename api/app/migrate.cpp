#include "api/app/commands.hpp"
#include "api/app/config.hpp"
#include "api/app/database.hpp"

#include <fmt/format.h>

// `parley migrate`: the schema. On SQLite a server does the same when it starts, and this is for who
// wants to know before, or to do it apart. On PostgreSQL this alone does it, as the owner of the tables.
namespace parley::app {

Done run_migrate(MigrateOptions const& options) {
    auto files = files_of(options.place);
    if (!files) return std::unexpected(files.error());
    std::vector<std::string> const pending = pending_migrations(*files);
    if (options.dry_run) {
        for (std::string const& name : pending) fmt::print("would apply {}\n", name);
        if (pending.empty()) fmt::print("{} is up to date\n", name_of_database(*files));
        return {};
    }
    migrate(*files); // or says why it cannot
    for (std::string const& name : pending) fmt::print("applied {}\n", name);
    fmt::print("{} is up to date\n", name_of_database(*files));
    return {};
}

} // namespace parley::app
