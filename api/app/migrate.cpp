#include "api/app/commands.hpp"
#include "api/app/config.hpp"
#include "engine/store/data_folder.hpp"
#include "engine/store/migrations.hpp"
#include "engine/store/sqlite_journal.hpp"

#include <fmt/format.h>

#include <filesystem>

// `parley migrate`: the schema. A server does the same when it starts; this is for who wants to know
// before, or to do it apart.
namespace parley::app {

Done run_migrate(MigrateOptions const& options) {
    auto files = files_of(options.place);
    if (!files) return std::unexpected(files.error());
    std::filesystem::path const database = std::filesystem::path(files->folder) / files->database;
    std::vector<std::string> const pending = store::pending_migrations(database);
    if (options.dry_run) {
        for (std::string const& name : pending) fmt::print("would apply {}\n", name);
        if (pending.empty()) fmt::print("{} is up to date\n", database.string());
        return {};
    }
    DataFolder const folder(files->folder, files->database);
    open_sqlite_journal(folder); // brings the schema up to date, or says why it cannot
    for (std::string const& name : pending) fmt::print("applied {}\n", name);
    fmt::print("{} is up to date\n", database.string());
    return {};
}

} // namespace parley::app
