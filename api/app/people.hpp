#pragma once

#include "api/app/commands.hpp"
#include "engine/runtime/engine.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace parley::app {

// What `parley keys create` asks for, on the way to whoever holds the data folder.
struct KeyRequest {
    KeyKind kind = KeyKind::platform;
    bool live = false;
    std::string owner; // name or id of a platform or neutral, id of a party; else empty
    // Of a neutral who is new to the roster:
    std::vector<SeatKind> seats;
    std::vector<std::string> languages;
    std::string country = "XX"; // ISO 3166-1 leaves XX to its users: unknown
    std::string time_zone = "UTC";
    std::int32_t load_most = 20;
};
struct MadeKey {
    ApiKeyId id;
    std::string owner; // plt_, ntr_, pty_ or empty
    std::string text;  // to show once
    bool owner_is_new = false;
};

std::string json_of(KeyRequest const& request);
std::expected<KeyRequest, Failure> read_key_request(std::string_view json);
std::string json_of(MadeKey const& made);
std::expected<MadeKey, Failure> read_made_key(std::string_view json);

// Makes the key, and the platform or neutral behind it where the name is new. Refuses, in a line, a
// party that no dispute has, an id that does not exist, a key of the other mode than its owner, and a
// new neutral without seats or languages. Throws Fault when it cannot be stored.
net::awaitable<std::expected<MadeKey, Failure>> make_key(Engine& engine, KeyRequest request);

// What the control socket answers: {"command": "create_key", ...} -> {"key": ...} or {"error": ...}.
net::awaitable<std::string> answer_control(Engine& engine, std::string line);

} // namespace parley::app
