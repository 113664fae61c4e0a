#include "bench/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace parley::bench {

Child::Child(std::vector<std::string> const& command) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    int const null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, STDOUT_FILENO);
    std::vector<char*> words;
    words.reserve(command.size() + 1);
    for (std::string const& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
}

Child::Child(std::function<void()> const& body) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    body();
    ::_exit(0);
}

Child::~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
}

namespace {

std::vector<std::string> dev_command(std::string const& parley_binary, std::string const& folder,
                                     std::string const& ready_file, std::string const& database) {
    std::vector<std::string> command{parley_binary, "dev",    "--empty",        "--port",
                                     "0",           "--data", folder + "/data", "--ready-file",
                                     ready_file};
    if (!database.empty()) command.insert(command.end(), {"--database", database});
    return command;
}

} // namespace

DevServer::DevServer(std::string const& parley_binary, std::string const& database,
                     std::function<void(std::string const& data)> const& prepare)
    : ready_file_(folder_.path() / "ready.json"), child_([&] {
          if (prepare) prepare(data());
          started_ = std::chrono::steady_clock::now();
          return dev_command(parley_binary, folder_.path().string(), ready_file_, database);
      }()) {
    for (int tries = 0; tries < 15'000 && !std::filesystem::exists(ready_file_); ++tries)
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    startup_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    std::ifstream in(ready_file_);
    if (!in) throw std::runtime_error("parley dev did not become ready");
    auto const ready = nlohmann::json::parse(in);
    std::string const url = ready.at("url");
    port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    platform_key = ready.at("keys").at("platform");
    administrator_key = ready.at("keys").at("administrator");
}

} // namespace parley::bench
