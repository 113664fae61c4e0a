#include "api/app/compose.hpp"

#include "api/access/access_token.hpp"
#include "api/app/control.hpp"
#include "api/app/house_keys.hpp"
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

routes::ServiceOptions service_options(HouseKeys const& keys) {
    routes::ServiceOptions options;
    options.sealing_key = keys.sealing;
    options.token_key = keys.tokens;
    options.webhook_key = keys.webhooks;
    options.version = PARLEY_VERSION;
    options.log = [](std::string const& line) { log_line("error", line); };
    return options;
}

MailRoom::Options mail_options(House const& house, HouseKeys const& keys, Doors const& doors) {
    return {doors.mail, house.folder.path().string(), keys.node,
            [key = keys.tokens](SignInId sign_in) { return access::code_of(key, sign_in); },
            [](DisputeEntry const& entry, Side side) { return routes::email_of(entry, side); }};
}

// Runs a coroutine to its end on its own loop; exceptions come out here.
Done run_to_end(net::io_context& io, net::awaitable<Done> task) {
    Done done;
    std::exception_ptr thrown;
    net::co_spawn(io, std::move(task), [&](std::exception_ptr error, Done result) {
        thrown = std::move(error);
        done = std::move(result);
    });
    io.run();
    if (thrown) std::rethrow_exception(thrown);
    return done;
}

// What keep_house builds and stay_open uses; it outlives the coroutine.
struct Running {
    Running(House& the_house, HouseKeys const& keys, Doors const& the_doors)
        : house(the_house), doors(the_doors), services(house.engine, service_options(keys)),
          api(services), server(io, wire_options(doors), api),
          webhooks(house.engine, webhook_options(keys, doors, server.port())),
          mail(io, house.engine, mail_options(house, keys, doors)), signals(io, SIGTERM, SIGINT) {
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

Done use_house(House& house, Prepare const& task) {
    net::io_context io(1);
    house.engine.start(Timekeeping::off); // no deadline passes, and no outage ends, by this
    Done const done = run_to_end(io, task(house.engine));
    house.engine.stop();
    return done;
}

Done keep_house(House& house, Doors const& doors, Prepare prepare, Ready ready) {
    std::string const folder = house.folder.path().string();
    HouseKeys const keys = read_house_keys(folder);
    Done const held = hold_shared_keys(keys, folder, *house.journal, house.clock.now());
    if (!held) return held;
    Running running(house, keys, doors);
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
