#include "api/app/database.hpp"

#include "engine/store/data_folder.hpp"
#include "engine/store/migrations.hpp"
#include "engine/store/postgres.hpp"
#include "engine/store/postgres_journal.hpp"
#include "engine/store/postgres_reader.hpp"
#include "engine/store/postgres_schema.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/sqlite_reader.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace parley::app {
namespace {

std::filesystem::path file_of(Files const& files) {
    return std::filesystem::path(files.folder) / files.database;
}

} // namespace

std::unique_ptr<Journal> open_journal(Files const& files, DataFolder const& folder, Care care) {
    if (!files.url.empty())
        return open_postgres_journal(files.url, {.strict = care == Care::production});
    return open_sqlite_journal(folder);
}

std::unique_ptr<Reader> open_reader(Files const& files, DataFolder const& folder) {
    if (!files.url.empty()) return open_postgres_reader(files.url);
    return open_sqlite_reader(folder);
}

std::expected<std::unique_ptr<Reader>, Failure> open_reader_beside(Files const& files) {
    if (!files.url.empty()) return open_postgres_reader(files.url);
    if (!std::filesystem::exists(file_of(files)))
        return fail(
            fmt::format("there are no records at {}; give --data", file_of(files).string()));
    return open_sqlite_reader(file_of(files));
}

std::vector<std::string> pending_migrations(Files const& files) {
    return files.url.empty() ? store::pending_migrations(file_of(files))
                             : store::pending_postgres_migrations(files.url);
}

void migrate(Files const& files) {
    if (files.url.empty()) {
        DataFolder const folder(files.folder, files.database);
        open_sqlite_journal(folder);
    } else {
        store::migrate_postgres(files.url, store::embedded_migrations(), SystemClock().now());
    }
}

std::string name_of_database(Files const& files) {
    return files.url.empty() ? file_of(files).string() : store::postgres_name(files.url);
}

} // namespace parley::app
