#pragma once

#include "api/access/api_key.hpp"
#include "api/app/commands.hpp"
#include "engine/runtime/engine.hpp"

#include <string>
#include <vector>

namespace parley::app {

// The people of `parley dev`, all of them derived from one seed: so the same keys can be shown on every
// start although a key is shown only once, and a seed makes the same ids again. Test mode only.
struct DevPeople {
    std::string seed;
    bool chosen = false; // the seed was given with --seed, not drawn
    Instant made_at;
    Platform platform;
    Neutral mediator, arbitrator;     // these two have keys
    std::vector<Neutral> substitutes; // so that draws and replacements find someone
    access::NewApiKey platform_key, administrator_key, mediator_key, arbitrator_key, auditor_key;
};

// Reads the seed from dev-keys.json in the folder, or makes a new one and writes that file first of
// all, so that a crash in between loses no key. Refuses another --seed than the folder was made with.
// Throws Fault when the file cannot be written.
std::expected<DevPeople, Failure> dev_people(std::string const& folder,
                                             std::optional<std::uint64_t> seed, Instant now);

// Puts on record who is not there yet. Throws Fault.
net::awaitable<void> settle_in(Engine& engine, DevPeople const& people);

// {"url", "pid", "data", "platform", "keys", "neutrals"}: what --ready-file holds.
std::string ready_json(DevPeople const& people, std::string const& url, std::string const& data);

} // namespace parley::app
