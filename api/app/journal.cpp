#include "api/app/commands.hpp"
#include "api/app/config.hpp"
#include "api/app/database.hpp"
#include "api/app/files.hpp"
#include "api/app/world.hpp"
#include "engine/runtime/verify.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// `parley journal verify`: does the record prove itself?
namespace parley::app {
namespace {

std::expected<std::vector<Acknowledged>, Failure> read_acks(std::string const& path) {
    std::vector<Acknowledged> acks;
    if (path.empty()) return acks;
    auto const text = read_file(path);
    if (!text) return fail(fmt::format("cannot read {}; is that where it is?", path));
    std::string_view rest = *text;
    for (std::size_t number = 1; !rest.empty(); ++number) {
        std::size_t const end = std::min(rest.find('\n'), rest.size());
        std::string_view const line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.empty()) continue;
        auto const json = parse_json(line);
        auto const member = [&](char const* name) {
            return json->contains(name) && json->at(name).is_string()
                       ? json->at(name).get<std::string>()
                       : "";
        };
        if (!json || !json->is_object() || member("dispute").empty())
            return fail(fmt::format(
                R"({}:{}: not an acknowledgement; a line is {{"dispute": "dsp_…", "event": "evt_…", "key": "…"}}; no event means the filing)",
                path, number));
        acks.push_back({member("dispute"), member("event"), member("key")});
    }
    return acks;
}

void print_log(std::string_view name, LogSummary const& log) {
    fmt::print("{} log: {} events, root {}\n", name, log.size, hex_of(log.root));
}

std::string sentence_of(JournalFault const& fault) {
    std::string where = fault.position == 0
                            ? "beside the events"
                            : fmt::format("at position {} of the {} log", fault.position,
                                          fault.live ? "live" : "test");
    if (!fault.stream.empty()) where += fmt::format(", stream {}", fault.stream);
    if (!fault.event.empty()) where += fmt::format(", event {}", fault.event);
    return fmt::format("{}: {}", where, fault.reason);
}

} // namespace

Done run_journal_verify(VerifyOptions const& options) {
    auto files = files_of(options.place);
    if (!files) return std::unexpected(files.error());
    auto const acks = read_acks(options.acks);
    if (!acks) return std::unexpected(acks.error());
    auto const world = load_world("UTC", options.procedures);
    if (!world) return fail(world.error().detail);
    auto const reader = open_reader_beside(*files);
    if (!reader) return std::unexpected(reader.error());
    Verification const found = JournalVerifier(*world, **reader).run(*acks);

    print_log("test", found.test);
    print_log("live", found.live);
    fmt::print("{} disputes replayed, {} open deadlines, {} notices to send, {} contents erased,"
               " {} receipts\n",
               found.disputes, found.deadlines, found.notices, found.erased, found.receipts);
    if (!options.acks.empty()) fmt::print("{} acknowledgements looked up\n", found.acknowledged);
    if (!found.loads_compared)
        fmt::print("the neutrals' loads were not compared: the journal grew meanwhile\n");
    if (found.restless > 0)
        fmt::print("{} disputes were not compared: they were written to at every look\n",
                   found.restless);
    if (!found.first) {
        fmt::print("everything fits\n");
        return {};
    }
    return fail(fmt::format("{} faults; the first is {}", found.faults, sentence_of(*found.first)));
}

} // namespace parley::app
