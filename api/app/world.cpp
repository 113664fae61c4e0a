#include "api/app/world.hpp"

#include "api/app/files.hpp"
#include "engine/procedure/embedded_library.hpp"
#include "engine/procedure/examine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace parley::app {

namespace {

namespace fs = std::filesystem;

std::unexpected<Refusal> rejected(std::string const& path, std::string_view why) {
    return refuse(RefusalCode::procedure_rejected,
                  fmt::format("{}: {}; see `parley procedure check {}`", path, why, path));
}

Result<std::vector<std::string>> procedure_files(std::string const& folder) {
    std::error_code error;
    std::vector<std::string> paths;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error))
        if (at->path().extension() == ".json") paths.push_back(at->path().string());
    if (error)
        return refuse(
            RefusalCode::invalid,
            fmt::format("cannot read the folder of procedures {}: {}", folder, error.message()));
    std::ranges::sort(paths);
    return paths;
}

Result<void> add_proven(ProcedureLibrary& library, std::string const& path) {
    auto const text = read_file(path);
    if (!text) return rejected(path, "cannot be read");
    std::size_t const before = library.all().size();
    auto procedure = library.add(*text);
    if (!procedure) return rejected(path, procedure.error().detail);
    if (library.all().size() == before) return {}; // the very one that is there
    Examination const found = examine(**procedure);
    if (found.proven()) return {};
    return rejected(path, found.findings.empty() ? "has more cases than are looked at"
                                                 : found.findings.front().says);
}

// A profile comes after what it extends, whatever their files are called: what cannot be taken is tried
// again for as long as others can.
Result<void> add_folder(ProcedureLibrary& library, std::string const& folder) {
    auto paths = procedure_files(folder);
    if (!paths) return std::unexpected(std::move(paths.error()));
    while (!paths->empty()) {
        std::vector<std::string> left;
        Result<void> first;
        for (std::string const& path : *paths) {
            auto added = add_proven(library, path);
            if (added) continue;
            if (left.empty()) first = std::move(added);
            left.push_back(path);
        }
        if (left.size() == paths->size()) return first;
        *paths = std::move(left);
    }
    return {};
}

} // namespace

Result<World> load_world(std::string administrator_zone,
                         std::optional<std::string> const& procedures) {
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
    if (procedures)
        if (auto added = add_folder(world.procedures, *procedures); !added)
            return std::unexpected(std::move(added.error()));
    return world;
}

std::expected<std::shared_ptr<Procedure const>, Failure> procedure_of(std::string const& said) {
    auto world = load_world("UTC");
    if (!world) return fail(world.error().detail);
    if (auto known = world->procedures.latest(said, instant_max)) return known;
    auto const text = read_file(said);
    if (!text)
        return fail(
            fmt::format("there is no procedure {} and no such file; `parley procedure list` "
                        "names the procedures",
                        said));
    auto procedure = read_procedure(*text, world->procedures);
    if (!procedure)
        return fail(fmt::format("{} is not sound; run `parley procedure check {}`", said, said));
    return std::make_shared<Procedure const>(std::move(*procedure));
}

} // namespace parley::app
