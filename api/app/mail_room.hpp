#pragma once

#include "api/app/commands.hpp"
#include "engine/runtime/engine.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace parley::app {

// Takes one-time codes from the outbox to the parties they are for, by the machine's own mail program
// (docs/decisions/0019): each message goes to its standard input. Live disputes only; what is of test
// mode is dropped. What cannot be sent is tried again until its code is over. One node of a database
// sends at a time. Works on the loop that it is given.
class MailRoom {
public:
    struct Options {
        MailDoor door;
        std::string folder; // where a message lies while it is handed over
        std::string node;   // who holds the lease
        std::function<std::string(SignInId)> code_of;
        std::function<std::string(DisputeEntry const&, Side)> address_of;
    };
    MailRoom(boost::asio::io_context& io, Engine& engine, Options options);

    // Does nothing where there is no mail program.
    void start();
    // Begins nothing more; a program under way is ended, and its message sent again by the next start.
    void stop();

private:
    boost::asio::awaitable<void> work();
    boost::asio::awaitable<void> look();
    // Whether the row is done with.
    boost::asio::awaitable<bool> see_to(OutboxRow const& row);
    boost::asio::awaitable<bool> hand_over(std::string const& message);
    boost::asio::awaitable<bool> is_ours(Instant now);
    boost::asio::awaitable<void> wait(std::chrono::milliseconds how_long);

    Engine& engine_;
    Options options_;
    boost::asio::io_context& io_;
    boost::asio::steady_timer timer_;
    bool over_ = false;
    std::map<std::string, Instant> next_try_; // of what failed, by its row
};

} // namespace parley::app
