#pragma once

#include "api/app/config.hpp"
#include "api/app/database.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/store/data_folder.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace parley::app {

// Everything behind the doors, in the order in which it is built; taken apart in reverse. Throws Fault
// when the folder is in use or the records cannot be opened.
struct House {
    House(Files const& files, World rules, Care care);
    World world;                      // what never changes: zones, law, procedures
    DataFolder folder;                // the lock that keeps a second process out
    std::unique_ptr<Journal> journal; // the one writer, over the schema this program knows
    std::unique_ptr<Reader> reader;   // everyone who only looks
    SystemClock clock;                // the only clock of the program
    Engine engine;                    // the front door
};

struct Doors {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::vector<std::string> hosts; // names clients may call it by; empty: loopback names alone
    std::chrono::seconds shutdown_delay{0};
    Reach webhooks{{}, {443}};      // where webhooks may lead
    MailDoor mail;                  // how codes reach the parties of live disputes
    std::int64_t webhook_haste = 1; // divides the waits between attempts; for development
};

// Runs before the doors open, with the engine started; what it refuses ends the program.
using Prepare = std::function<net::awaitable<Done>(Engine&)>;
// Told once that requests are accepted, and where.
using Ready = std::function<void(std::string const& url)>;

// Opens the doors and keeps them open until SIGTERM or SIGINT: then /readyz says 503, nobody new comes
// in, what is under way is finished, the engine stops. A second signal ends the process at once.
// Refuses when the data folder's keys are not those that the database is used with. Blocks. Throws
// Fault.
Done keep_house(House& house, Doors const& doors, Prepare prepare, Ready ready);

// The same engine without doors, for a command that finds no server running: runs one task.
Done use_house(House& house, Prepare const& task);

} // namespace parley::app
