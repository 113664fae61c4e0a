#include "api/app/compose.hpp"

#include "api/access/access_token.hpp"
#include "api/app/control.hpp"
#include "api/app/files.hpp"
#include "api/app/log.hpp"
#include "api/app/mail_room.hpp"
#include "api/app/people.hpp"
#include "api/app/webhooks.hpp"
#include "api/http/server.hpp"
#include "api/routes/dispute_json.hpp"
#include "api/routes/routes.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <csignal>
#include <limits>
#include <unistd.h>

namespace parley::app {
namespace {

EngineOptions engine_options(Files const& files) {
    EngineOptions options;
    // Another process on the same PostgreSQL database may be writing at any time; SQLite's folder is
    // this process's alone.
    options.writers = files.url.empty() ? Writers::one : Writers::several;
    options.node = hex_of(random32()).substr(0, 16);
    options.log = [](std::string const& line) { log_line("error", line); };
    return options;
}

http::Options wire_options(Doors const& doors) {
    http::Options options;
    options.address = doors.address;
    options.port = doors.port;
    if (!doors.hosts.empty()) options.hosts = http::HostList(doors.hosts);
    options.on_fault = [](std::string_view id, std::string_view what) {
        log_line("error", what, id);
    };
    return options;
}

std::string url_of(Doors const& doors, std::uint16_t port) {
    bool const is_v6 = doors.address.find(':') != std::string::npos;
    return is_v6 ? fmt::format("http://[{}]:{}", doors.address, port)
                 : fmt::format("http://{}:{}", doors.address, port);
}

// Secrets of the data folder that all nodes of one database share. Kept, so that a page of a list asked
// for after a restart is still good, as are the tokens of parties and the secrets of endpoints.
constexpr char const* sealing_key_file = "sealing.key"; // cursors of lists
constexpr char const* token_key_file = "tokens.key";
constexpr char const* webhook_key_file = "webhooks.key";

// What one node seals with one key another cannot open with a different one, and would say so only
// when somebody needs it. So the database remembers, by leases that never end, digests of the keys
// that were first used with it, and a node with others does not start.
Done hold_shared_keys(House& house) {
    Instant const never{std::numeric_limits<std::int64_t>::max()};
    for (char const* name : {sealing_key_file, token_key_file, webhook_key_file}) {
        std::string const folder = house.folder.path().string();
        Bytes32 const key = kept_key(folder, name);
        Digest const digest = sha256({"parley-shared-key/v1\n", view_of(key)});
        if (!house.journal->take_lease(name, hex_of(digest), house.clock.now(), never))
            return fail(fmt::format(
                "{}/{} is not the {} that this database is used with; copy it from the data folder "
                "of"
                " another node, or of the server that used the database before (docs/OPERATING.md,"
                " Several nodes)",
                folder, name, name));
    }
    return {};
}

routes::ServiceOptions service_options(House const& house) {
    routes::ServiceOptions options;
    options.sealing_key = kept_key(house.folder.path().string(), sealing_key_file);
    options.token_key = kept_key(house.folder.path().string(), token_key_file);
    options.webhook_key = kept_key(house.folder.path().string(), webhook_key_file);
    options.version = PARLEY_VERSION;
    options.log = [](std::string const& line) { log_line("error", line); };
    return options;
}

MailRoom::Options mail_options(House const& house, Doors const& doors, Bytes32 const& token_key) {
    std::string const folder = house.folder.path().string();
    return {doors.mail, folder, hex_of(kept_key(folder, "node.id")),
            [token_key](SignInId sign_in) { return access::code_of(token_key, sign_in); },
            [](DisputeEntry const& entry, Side side) { return routes::email_of(entry, side); }};
}

// Runs a coroutine to its end on its own loop; exceptions come out here.
Done run_to_end(net::io_context& io, net::awaitable<Done> task) {
    Done done;
    std::exception_ptr thrown;
    net::co_spawn(io, std::move(task), [&](std::exception_ptr error, Done result) {
        thrown = error;
        done = std::move(result);
    });
    io.run();
    if (thrown) std::rethrow_exception(thrown);
    return done;
}

// What keep_house builds and stay_open uses; it outlives the coroutine.
struct Running {
    Running(House& the_house, Doors const& the_doors)
        : house(the_house), doors(the_doors), services(house.engine, service_options(house)),
          api(services), server(io, wire_options(doors), api),
          webhooks(house.engine, webhook_options(house, doors, server.port())),
          mail(io, house.engine, mail_options(house, doors, services.options.token_key)),
          signals(io, SIGTERM, SIGINT) {
        services.options.addresses = address_policy(doors, server.port());
        services.options.sends_mail = !doors.mail.program.empty();
        services.options.wake_webhooks = [this] { webhooks.wake(); };
    }

    House& house;
    Doors const& doors;
    net::io_context io{1};      // one thread runs all of the wire: the one that called keep_house
    routes::Services services;  // what every route may use
    routes::Api api;            // who may ask for what, and the answers
    http::Server server;        // sockets, gates, limits; the port is ours from here on
    webhooks::Service webhooks; // tells the platforms what happened, on a thread of its own
    MailRoom mail;              // takes codes to parties
    net::signal_set signals;    // how we are told to stop
};

// Waits out the delay, then lets nobody new in and answers those under way.
net::awaitable<void> close_doors(Running& running, Control& control) {
    running.services.draining = true; // /readyz says 503: balancers look elsewhere
    notify_manager("STOPPING=1");
    net::steady_timer delay(running.io, running.doors.shutdown_delay);
    co_await delay.async_wait(net::use_awaitable);
    running.mail.stop();
    control.stop();                 // no more keys made from beside us
    co_await running.server.stop(); // ends at the latest with the wire's grace period
}

net::awaitable<Done> stay_open(Running& running, Prepare prepare, Ready ready) {
    Engine& engine = running.house.engine;
    if (Done prepared = co_await prepare(engine); !prepared) {
        running.signals.cancel();
        co_return prepared;
    }
    Control control(running.io, running.house.folder.path().string(), [&engine](std::string line) {
        return answer_control(engine, std::move(line));
    });
    warn_of_reach(running.doors);
    running.webhooks.start();
    running.mail.start();
    running.server.start();
    std::exception_ptr untold;
    try {
        ready(url_of(running.doors, running.server.port()));
    } catch (...) {
        untold = std::current_exception(); // nothing can be awaited here
    }
    if (untold) { // whoever waits to be told would wait for ever
        co_await close_doors(running, control);
        running.signals.cancel();
        std::rethrow_exception(untold);
    }
    notify_manager("READY=1");
    co_await running.signals.async_wait(
        net::use_awaitable); // and so it stays until someone ends it
    running.signals.async_wait([](boost::system::error_code const& error, int) {
        if (!error) ::_exit(1); // asked twice: no more patience
    });
    co_await close_doors(running, control);
    running.signals.cancel();
    co_return Done{};
}

} // namespace

House::House(Files const& files, World rules, Care care)
    : world(std::move(rules)), folder(files.folder, files.database),
      journal(open_journal(files, folder, care)), reader(open_reader(files, folder)),
      engine(world, *journal, *reader, clock, engine_options(files)) {}

Done use_house(House& house, Prepare task) {
    net::io_context io(1);
    house.engine.start(Timekeeping::off); // no deadline passes, and no outage ends, by this
    Done const done = run_to_end(io, task(house.engine));
    house.engine.stop();
    return done;
}

Done keep_house(House& house, Doors const& doors, Prepare prepare, Ready ready) {
    if (Done held = hold_shared_keys(house); !held) return held;
    Running running(house, doors);
    house.engine.start(); // the writer, the readers, the timers
    try {
        Done const done =
            run_to_end(running.io, stay_open(running, std::move(prepare), std::move(ready)));
        running.webhooks.stop(); // while what it has to put on record still can be
        house.engine.stop();     // what waits is written, threads are joined
        return done;
    } catch (...) {
        running.webhooks.stop();
        house.engine.stop(); // before the loop goes that it completes its work on
        throw;
    }
}

} // namespace parley::app
