#include "api/app/compose.hpp"
#include "api/app/control.hpp"
#include "api/app/people.hpp"
#include "api/app/world.hpp"

#include <fmt/format.h>

// `parley keys create`: asks the server that holds the folder, or opens the folder itself.
namespace parley::app {
namespace {

KeyRequest request_of(KeysOptions const& options) {
    KeyRequest request;
    request.live = options.live;
    request.languages = options.languages;
    for (std::string const& seat : options.seats)
        if (auto const known = parse_name<SeatKind>(seat)) request.seats.push_back(*known);
    request.country = options.country;
    request.time_zone = options.time_zone;
    request.load_most = options.load_most;
    if (options.administrator) request.kind = KeyKind::administrator;
    else if (options.auditor) request.kind = KeyKind::auditor;
    else if (!options.neutral.empty()) request.kind = KeyKind::neutral;
    else if (!options.party.empty()) request.kind = KeyKind::party;
    request.owner = options.platform + options.neutral + options.party; // one of them is given
    return request;
}

using Made = std::expected<MadeKey, Failure>;

net::awaitable<Done> make_into(Engine& engine, KeyRequest request, Made& made) {
    made = co_await make_key(engine, std::move(request));
    co_return Done{};
}

Made make_alone(Files const& files, KeyRequest const& request) {
    auto world = load_world("UTC");
    if (!world) return fail(world.error().detail);
    House house(files, std::move(*world), Care::trying_out);
    Made made = fail("nothing was made");
    Done const done =
        use_house(house, [&](Engine& engine) { return make_into(engine, request, made); });
    if (!done) return std::unexpected(done.error());
    return made;
}

void print_key(KeyRequest const& request, MadeKey const& made) {
    fmt::print("{}\n", made.text);
    std::string whose(name_of(request.kind));
    if (!made.owner.empty())
        whose += fmt::format(" {}{}", made.owner, made.owner_is_new ? " (new)" : "");
    fmt::print(stderr, "A {} key for {}. Keep it now: it is not shown again.\n",
               request.live ? "live" : "test", whose);
}

} // namespace

Done run_keys_create(KeysOptions const& options) {
    auto files = files_of(options.place);
    if (!files) return std::unexpected(files.error());
    KeyRequest const request = request_of(options);
    if (request.owner.empty() && request.kind != KeyKind::administrator &&
        request.kind != KeyKind::auditor)
        return misuse("the name is empty; see `parley keys create --help`");
    std::optional<std::string> const answer = ask_server(files->folder, json_of(request));
    auto const made = answer ? read_made_key(*answer) : make_alone(*files, request);
    if (!made) return std::unexpected(made.error());
    print_key(request, *made);
    return {};
}

} // namespace parley::app
