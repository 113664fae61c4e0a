#include "engine/base/fault.hpp"
#include "engine/procedure/zone_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

// Where the operating system keeps its zones, and how they become values.

namespace parley {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view zones_folder = "/usr/share/zoneinfo";
constexpr std::size_t zone_bytes_max = 64 * 1024;

std::string bytes_of(fs::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// "# version 2025b" opens the text form that lies beside the compiled zones.
std::string version_in(fs::path const& folder) {
    std::ifstream file(folder / "tzdata.zi");
    std::string line;
    constexpr std::string_view mark = "# version ";
    if (!std::getline(file, line) || !line.starts_with(mark)) return "unknown";
    std::string version = line.substr(mark.size());
    bool const plain = std::ranges::all_of(version, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
    });
    return version.empty() || version.size() > 20 || !plain ? "unknown" : version;
}

// Copies of all zones under another policy, and names that are a setting of the machine, no zone.
bool is_aside(fs::path const& name) {
    return name == "posix" || name == "right" || name == "localtime" || name == "posixrules" ||
           name == "Factory";
}

} // namespace

ZoneRules ZoneRules::load() {
    ZoneRules rules;
    fs::path const folder(zones_folder);
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, error);
    for (fs::recursive_directory_iterator const end; !error && entry != end;
         entry.increment(error)) {
        if (entry.depth() == 0 && is_aside(entry->path().filename())) {
            entry.disable_recursion_pending();
            continue;
        }
        std::error_code unreadable;
        if (!entry->is_regular_file(unreadable) || entry->path().has_extension()) continue;
        if (entry->file_size(unreadable) > zone_bytes_max || unreadable) continue;
        std::string const bytes = bytes_of(entry->path());
        if (!bytes.starts_with("TZif")) continue;
        std::string name = entry->path().lexically_relative(folder).generic_string();
        auto zone = read_zone_file(name, bytes);
        if (!zone)
            throw Fault(
                fmt::format("the time zone {} in {} is damaged; reinstall the package tzdata", name,
                            zones_folder));
        rules.zones_.insert_or_assign(std::move(name), std::move(*zone));
    }
    if (error)
        throw Fault(
            fmt::format("cannot read the time zones in {}: {}", zones_folder, error.message()));
    if (!rules.zones_.contains("Etc/UTC"))
        throw Fault(
            fmt::format("there are no time zones in {}; install the package tzdata", zones_folder));
    rules.version_ = version_in(folder);
    return rules;
}

Zone const* ZoneRules::find(std::string_view name) const {
    auto const found = zones_.find(name);
    return found == zones_.end() ? nullptr : &found->second;
}

} // namespace parley
