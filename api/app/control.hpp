#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace parley::app {

namespace net = boost::asio;

// Answers one line of JSON with one line of JSON; called on the io_context's thread.
using Answerer = std::function<net::awaitable<std::string>(std::string line)>;

// The door for other commands on the same data folder while a server holds it: a Unix socket in the
// folder, for its owner alone. One question a connection. All functions are for the io_context's one
// thread; pending operations end when that context is gone.
class Control {
public:
    // Throws Fault when the socket cannot be made. A socket left by a killed server is replaced: who
    // holds the folder's lock is the only one.
    Control(net::io_context& io, std::string const& folder, Answerer answer);
    ~Control();
    Control(Control const&) = delete;
    Control& operator=(Control const&) = delete;
    void stop();

private:
    struct Parts;
    std::shared_ptr<Parts> parts_;
};

// Asks the server that runs on `folder`; nothing when none does. Blocking, at most half a minute.
// Throws Fault when a server took the question and did not answer it.
std::optional<std::string> ask_server(std::string const& folder, std::string line);

} // namespace parley::app
