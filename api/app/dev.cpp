#include "api/app/compose.hpp"
#include "api/app/dev_seed.hpp"
#include "api/app/files.hpp"
#include "api/app/samples.hpp"
#include "api/app/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

// `parley dev`: one command, and everything one needs to try Parley is there.
namespace parley::app {
namespace {

std::size_t width_of(std::string_view text) { // characters, not bytes
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

void print_box(std::vector<std::string> const& lines) {
    std::size_t width = 0;
    for (std::string const& line : lines) width = std::max(width, width_of(line));
    std::string rule;
    for (std::size_t i = 0; i < width + 2; ++i) rule += "─";
    fmt::print("╭{}╮\n", rule);
    for (std::string const& line : lines)
        fmt::print("│ {}{} │\n", line, std::string(width - width_of(line), ' '));
    fmt::print("╰{}╯\n", rule);
}

void print_welcome(DevPeople const& people, std::string const& url, std::string const& example) {
    print_box({
        "Parley for trying out. Not for production: test mode, keys in plain sight.",
        "",
        fmt::format("URL            {}", url),
        fmt::format("platform       {}", people.platform_key.text),
        fmt::format("administrator  {}", people.administrator_key.text),
        fmt::format("mediator       {}", people.mediator_key.text),
        fmt::format("arbitrator     {}", people.arbitrator_key.text),
        fmt::format("auditor        {}", people.auditor_key.text),
    });
    fmt::print("\nFile a dispute:\n\n"
               "  curl -sS {}/v1/disputes \\\n"
               "    -H 'Authorization: Bearer {}' \\\n"
               "    -H 'Content-Type: application/json' \\\n"
               "    -H \"Idempotency-Key: $(date +%s%N)\" \\\n"
               "    -d @{}\n\n"
               "Watch two disputes from notice to outcome, in another terminal:  parley demo\n"
               "Go on with docs/QUICKSTART.md; the whole API is described at {}/openapi.json\n"
               "Ctrl-C stops the server.\n",
               url, people.platform_key.text, example, url);
    std::fflush(stdout);
}

net::awaitable<Done> prepare_dev(Engine& engine, DevPeople const& people, bool empty) {
    co_await settle_in(engine, people);
    if (empty) co_return Done{};
    co_return co_await seed_demo(engine, people);
}

} // namespace

Done run_dev(DevOptions const& options) {
    auto files = files_of(options.place);
    if (!files) return std::unexpected(files.error());
    auto reach = reach_of(options.webhooks);
    if (!reach) return std::unexpected(reach.error());
    auto world = load_world("UTC", options.procedures);
    if (!world) return fail(world.error().detail);
    if (!files->url.empty()) migrate(*files); // as whoever the URL says: here one user does all
    House house(*files, std::move(*world), Care::trying_out);
    std::string const folder = house.folder.path().string();
    auto people = dev_people(folder, options.seed, house.clock.now());
    if (!people) return std::unexpected(people.error());
    // Relative where the user's was: what is printed is copied into a shell in the same place.
    std::string const example = files->folder + "/example-dispute.json";
    write_private_file(example, filing_of(Sample::lamp, house.clock.now(), std::nullopt) + "\n");
    if (!options.ready_file.empty()) {
        std::error_code ignored;
        std::filesystem::remove(options.ready_file,
                                ignored); // an old one would say ready too early
    }
    Doors doors;
    doors.port = options.port;
    doors.webhooks = std::move(*reach);
    doors.webhook_haste = options.webhook_haste;
    return keep_house(
        house, doors, [&](Engine& engine) { return prepare_dev(engine, *people, options.empty); },
        [&](std::string const& url) {
            print_welcome(*people, url, example);
            if (!options.ready_file.empty())
                write_private_file(options.ready_file, ready_json(*people, url, folder));
        });
}

} // namespace parley::app
