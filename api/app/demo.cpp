#include "api/app/child.hpp"
#include "api/app/files.hpp"
#include "api/app/telling.hpp"
#include "engine/procedure/embedded_library.hpp"

#include <fmt/format.h>

#include <csignal>

// `parley demo`: two disputes from notice to outcome, the first explained, the second in brief.
namespace parley::app {
namespace {

Done tell_both(Served const& served) {
    ProcedureLibrary const procedures = load_embedded_procedures();
    fmt::print(
        "Parley at {}. Articles are those of the UNCITRAL drafts that the procedures are\n"
        "modelled on; \"own\" marks a choice where they are silent. A test clock moves time.\n",
        served.url);
    WebhookReceiver receiver;
    Done const explained =
        Telling(served, procedures, Manner::explained, &receiver)
            .tell("Track II: a consumer and a lamp that never came, to a recommendation",
                  Sample::lamp, track_two_moves());
    if (!explained) return explained;
    return Telling(served, procedures, Manner::brief)
        .tell("Track I, in brief: two businesses, catalogues that came too late, to an award",
              Sample::printing, track_one_moves());
}

Done run_with_own_server(std::string const& database) {
    ScratchFolder const scratch;
    std::string const ready = scratch.path() + "/ready.json";
    std::vector<std::string> command = {"/proc/self/exe",
                                        "dev",
                                        "--port",
                                        "0",
                                        "--data",
                                        scratch.path() + "/data",
                                        "--empty",
                                        "--ready-file",
                                        ready,
                                        "--webhook-allow-cidr",
                                        "127.0.0.1/32"};
    if (!database.empty()) command.insert(command.end(), {"--database", database});
    auto child = Child::start(std::move(command));
    if (!child) return std::unexpected(child.error());
    auto const text = child->wait_for_file(ready, std::chrono::seconds(60));
    if (!text) return std::unexpected(text.error());
    auto const served = read_ready(*text);
    if (!served) return std::unexpected(served.error());
    Done const told = tell_both(*served);
    child->signal(SIGTERM);
    child->wait(std::chrono::seconds(30));
    return told;
}

} // namespace

Done run_demo(DemoOptions const& options) {
    if (options.url.empty()) return run_with_own_server(options.database);
    auto const text = read_file(options.ready_file);
    if (!text) return fail(fmt::format("cannot read {}; is that where it is?", options.ready_file));
    auto served = read_ready(*text);
    if (!served) return std::unexpected(served.error());
    served->url = options.url;
    return tell_both(*served);
}

} // namespace parley::app
