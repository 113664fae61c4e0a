#pragma once

#include "api/app/child.hpp"
#include "api/app/demo_client.hpp"
#include "api/app/files.hpp"
#include "engine/base/digest.hpp"
#include "engine/base/json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace parley::app::testing {

// What running the program to its end gave.
struct Ran {
    int code = -1;
    std::string out;
    std::string err;
};

inline std::string quoted(std::string const& word) {
    std::string out = "'";
    for (char const c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

inline Ran run_parley(std::vector<std::string> const& arguments,
                      std::vector<std::string> environment = {}) {
    ScratchFolder const scratch;
    std::string command = "exec " + quoted(PARLEY_PROGRAM);
    for (std::string const& argument : arguments) command += " " + quoted(argument);
    command += " >" + quoted(scratch.path() + "/out") + " 2>" + quoted(scratch.path() + "/err");
    auto child = Child::start({"/bin/sh", "-c", command}, std::move(environment));
    if (!child) return {-1, "", child.error().line};
    Ran ran;
    ran.code = child->wait(std::chrono::minutes(5));
    ran.out = read_file(scratch.path() + "/out").value_or("");
    ran.err = read_file(scratch.path() + "/err").value_or("");
    return ran;
}

// A `parley dev` of its own, on a folder, until it is stopped.
struct DevServer {
    Child child;
    Json ready;
    std::chrono::milliseconds took{}; // from start to ready

    std::string url() const { return ready.at("url").get<std::string>(); }
    std::string key(char const* name) const { return ready.at("keys").at(name).get<std::string>(); }
};

inline std::expected<DevServer, Failure> start_dev(
    std::string const& folder, std::vector<std::string> const& more = {"--empty"},
    std::vector<std::string> environment = {}) {
    std::string const ready_file = folder + ".ready.json";
    std::remove(ready_file.c_str());
    std::vector<std::string> arguments = {PARLEY_PROGRAM, "dev",  "--port",       "0",
                                          "--data",       folder, "--ready-file", ready_file};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto const start = std::chrono::steady_clock::now();
    std::string const output = folder + ".log";
    auto child = Child::start(std::move(arguments), std::move(environment), output);
    if (!child) return std::unexpected(child.error());
    auto const text = child->wait_for_file(ready_file, std::chrono::seconds(60));
    if (!text) return fail(text.error().line + ": " + read_file(output).value_or(""));
    auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - start);
    return DevServer{std::move(*child), parse_json(*text).value(), took};
}

// A `parley serve` on a free port, with its log beside the folder; it has no keys of its own.
struct ServeServer {
    Child child;
    std::string url;
};

inline std::expected<ServeServer, Failure> start_serve(std::string const& folder,
                                                       std::vector<std::string> const& more = {}) {
    std::string const log = folder + ".log";
    std::remove(log.c_str());
    std::vector<std::string> arguments = {PARLEY_PROGRAM, "serve",  "--listen",
                                          "127.0.0.1:0",  "--data", folder};
    arguments.insert(arguments.end(), more.begin(), more.end());
    auto child = Child::start(std::move(arguments), {}, log);
    if (!child) return std::unexpected(child.error());
    for (int looks = 0; looks < 6000; ++looks) {
        std::string const said = read_file(log).value_or("");
        if (auto const start = said.find("http://"); start != std::string::npos)
            return ServeServer{std::move(*child),
                               said.substr(start, said.find_first_of("\" \n", start) - start)};
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return fail(read_file(log).value_or(""));
}

inline int stop(ServeServer& server) {
    server.child.signal(SIGTERM);
    return server.child.wait(std::chrono::seconds(60));
}

inline int stop(DevServer& server) {
    server.child.signal(SIGTERM);
    return server.child.wait(std::chrono::seconds(60));
}

inline HeaderList as(std::string const& key, std::string const& act_as = {}) {
    HeaderList headers = {{"Authorization", "Bearer " + key}};
    if (!act_as.empty()) headers.emplace_back("Parley-Act-As", act_as);
    return headers;
}
inline HeaderList as(std::string const& key, std::string const& act_as,
                     std::string const& idempotency_key) {
    HeaderList headers = as(key, act_as);
    headers.emplace_back("Idempotency-Key", idempotency_key);
    return headers;
}

// PARLEY_LONG=1 asks for the night's work.
inline bool long_run() { return std::getenv("PARLEY_LONG") != nullptr; }

// What an operator does before another node of the same database is started.
inline void share_keys(std::string const& from, std::string const& to) {
    std::filesystem::create_directories(to);
    for (char const* name : {"/sealing.key", "/tokens.key", "/webhooks.key"})
        write_private_file(to + name, read_file(from + name).value());
}

// One line for `parley journal verify --acks`.
inline std::string ack_line(std::string const& dispute, std::string const& event,
                            std::string const& key) {
    return "{\"dispute\":\"" + dispute + "\",\"event\":\"" + event + "\",\"key\":\"" + key +
           "\"}\n";
}

inline std::size_t lines_in(std::string const& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace parley::app::testing
