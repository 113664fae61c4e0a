#pragma once

#include "api/app/commands.hpp"

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace parley::app {

// A program of ours run beside us, such as the server that `parley demo` starts for itself. It is
// killed when this goes, unless it was waited for.
class Child {
public:
    // `arguments` begins with the program; `environment` adds NAME=VALUE to ours. Both of its output
    // streams go to `output_file`, or nowhere when that is empty; it reads `input_file`, or nothing.
    // Refuses when it cannot be run.
    static std::expected<Child, Failure> start(std::vector<std::string> arguments,
                                               std::vector<std::string> environment = {},
                                               std::string const& output_file = {},
                                               std::string const& input_file = {});
    ~Child();
    Child(Child&& other) noexcept : pid_(other.pid_) { other.pid_ = -1; }
    Child& operator=(Child&& other) noexcept;
    Child(Child const&) = delete;
    Child& operator=(Child const&) = delete;

    pid_t pid() const { return pid_; }
    void signal(int number) const;
    // Its exit code, 128 + n when signal n ended it, or -1 when it still runs after that time.
    int wait(std::chrono::milliseconds patience);
    // Waits until the file is there, which a server writes when it is ready; gives its text. Refuses
    // when the child ends before, or when time is up.
    std::expected<std::string, Failure> wait_for_file(std::string const& path,
                                                      std::chrono::milliseconds patience);

private:
    explicit Child(pid_t pid) : pid_(pid) {}
    pid_t pid_ = -1;
};

// A fresh folder for one run, gone with this object.
class ScratchFolder {
public:
    ScratchFolder(); // throws Fault
    ~ScratchFolder();
    ScratchFolder(ScratchFolder const&) = delete;
    ScratchFolder& operator=(ScratchFolder const&) = delete;
    std::string const& path() const { return path_; }

private:
    std::string path_;
};

} // namespace parley::app
