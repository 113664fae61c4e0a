#pragma once

#include "tests/support/temporary_folder.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace parley::bench {

// A process of our own, ended with its owner by its id.
class Child {
public:
    explicit Child(std::vector<std::string> const& command);
    explicit Child(std::function<void()> const& body); // runs in a fork
    ~Child();
    Child(Child const&) = delete;
    Child& operator=(Child const&) = delete;
    pid_t pid() const { return pid_; }

private:
    pid_t pid_ = -1;
};

// `parley dev` without the demo, with its keys: in a folder of its own, or at `database`. `prepare` fills
// the data folder before the server starts.
class DevServer {
public:
    explicit DevServer(std::string const& parley_binary, std::string const& database = {},
                       std::function<void(std::string const& data)> const& prepare = {});
    std::uint16_t port = 0;
    std::string platform_key, administrator_key;
    double startup_seconds = 0; // from starting the process until it says that it is ready
    pid_t pid() const { return child_.pid(); }
    std::string data() const { return folder_.path() / "data"; }

private:
    TemporaryFolder folder_;
    std::string ready_file_;
    std::chrono::steady_clock::time_point started_;
    Child child_;
};

} // namespace parley::bench
