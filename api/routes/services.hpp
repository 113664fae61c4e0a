#pragma once

#include "api/access/principal.hpp"
#include "api/http/address_policy.hpp"
#include "api/http/message.hpp"
#include "api/http/router.hpp"
#include "api/routes/view_cache.hpp"
#include "engine/base/digest.hpp"
#include "engine/runtime/engine.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace parley::routes {

struct ServiceOptions {
    Bytes32 sealing_key{};         // of cursors; the same after a restart keeps them good
    Bytes32 token_key{};           // of access tokens, links and one-time codes
    Bytes32 webhook_key{};         // that the secrets of webhook endpoints are sealed under
    http::AddressPolicy addresses; // where webhooks may lead
    std::function<void()> wake_webhooks = [] {}; // something is to be sent, or an endpoint changed
    bool test_features = true;                   // test clocks exist
    bool sends_mail = false;                     // so that a code reaches a party
    std::string version;                         // of this program
    std::string operator_name = "Parley";
    std::size_t views_most = 4096; // rendered disputes kept
    std::function<void(std::string const&)> log = [](std::string const&) {};
};

// What every handler may use. Belongs to the server's thread, but for the engine, which knows how
// to be asked from anywhere.
struct Services {
    Services(Engine& the_engine, ServiceOptions the_options)
        : engine(the_engine), options(std::move(the_options)), views(options.views_most) {}
    Services(Services const&) = delete;
    Services& operator=(Services const&) = delete;

    Engine& engine;
    ServiceOptions options;
    ViewCache views;
    bool draining = false; // the server is about to stop: /readyz says so while requests still pass
};

struct Call;
using Handle = net::awaitable<http::Response> (*)(Services&, Call);

// Who may call a route: bits by KeyKind. What they then see of a dispute is permit's to say.
using Callers = unsigned;
constexpr Callers bit(KeyKind kind) { return 1U << static_cast<unsigned>(kind); }
namespace callers {
constexpr Callers anyone = 0; // no credential is asked for
constexpr Callers platform = bit(KeyKind::platform);
constexpr Callers administrator = bit(KeyKind::administrator);
constexpr Callers auditor = bit(KeyKind::auditor);
constexpr Callers people = bit(KeyKind::neutral) | bit(KeyKind::party);
constexpr Callers all = platform | administrator | auditor | people;
} // namespace callers

enum class Takes : std::uint8_t { nothing, json };
enum class Mode : std::uint8_t { both, test }; // test: for live keys there is no such thing

struct Route {
    http::Method method;
    std::string_view pattern;
    Handle handle;
    Callers callers;
    Takes takes = Takes::nothing;
    std::string_view parameters = {}; // names that the query may have, with a space between them
    Mode mode = Mode::both;
};
// The whole API; see routes.cpp.
std::span<Route const> all_routes();

// What is known of a request once its head has been let in.
struct Admission {
    Route const* route = nullptr;
    http::Params params;
    access::Principal principal; // means nothing where the route is for anyone
    std::optional<PartyId> act_as;
};

// One request on its way through a handler.
struct Call {
    http::Request request;
    std::shared_ptr<Admission const> admission;

    http::Head const& head() const { return request.head; }
    access::Principal const& principal() const { return admission->principal; }
    std::optional<PartyId> const& act_as() const { return admission->act_as; }
    std::string const& param(std::string_view name) const { return admission->params[name]; }
};

} // namespace parley::routes
