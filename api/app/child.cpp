#include "api/app/child.hpp"

#include "api/app/files.hpp"
#include "engine/base/fault.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <system_error>
#include <thread>

namespace parley::app {
namespace {

constexpr auto look_every = std::chrono::milliseconds(5);

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

// Calls `look` every few milliseconds until it gives something or time is up.
template <class Look>
auto poll(std::chrono::milliseconds patience, Look look) -> decltype(look()) {
    auto const end = std::chrono::steady_clock::now() + patience;
    while (true) {
        if (auto found = look()) return found;
        if (std::chrono::steady_clock::now() >= end) return {};
        std::this_thread::sleep_for(look_every);
    }
}

} // namespace

std::expected<Child, Failure> Child::start(std::vector<std::string> arguments,
                                           std::vector<std::string> environment,
                                           std::string const& output_file,
                                           std::string const& input_file) {
    for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
    auto const argv = pointers(arguments);
    auto const envp = pointers(environment);
    std::string const output = output_file.empty() ? "/dev/null" : output_file;
    std::string const input = input_file.empty() ? "/dev/null" : input_file;
    posix_spawn_file_actions_t files{};
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
    pid_t pid = -1;
    int const error = ::posix_spawn(&pid, argv[0], &files, nullptr, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&files);
    if (error != 0)
        return fail(
            fmt::format("cannot run {}: {}", arguments[0], std::generic_category().message(error)));
    return Child(pid);
}

Child::~Child() {
    if (pid_ <= 0) return;
    signal(SIGKILL);
    wait(std::chrono::seconds(10));
}

Child& Child::operator=(Child&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
}

void Child::signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
}

int Child::wait(std::chrono::milliseconds patience) {
    auto const code = poll(patience, [&]() -> std::optional<int> {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    });
    if (!code) return -1;
    pid_ = -1;
    return *code;
}

std::expected<std::string, Failure> Child::wait_for_file(std::string const& path,
                                                         std::chrono::milliseconds patience) {
    std::optional<int> ended;
    auto const text = poll(patience, [&]() -> std::optional<std::string> {
        if (auto there = read_file(path)) return there;
        if (int const code = wait(std::chrono::milliseconds(0)); code >= 0) ended = code;
        return ended ? std::optional<std::string>("") : std::nullopt;
    });
    if (ended)
        return fail(fmt::format("the server ended before it was ready, with exit code {}", *ended));
    if (!text) return fail("the server did not get ready in time");
    return *text;
}

ScratchFolder::ScratchFolder() {
    std::string const pattern = (std::filesystem::temp_directory_path() / "parley-XXXXXX").string();
    path_ = pattern;
    if (::mkdtemp(path_.data()) == nullptr)
        throw Fault(fmt::format("cannot make a folder like {}", pattern));
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

} // namespace parley::app
