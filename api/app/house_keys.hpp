#pragma once

#include "api/app/commands.hpp"
#include "engine/base/digest.hpp"
#include "engine/ports/journal.hpp"

#include <string>

namespace parley::app {

// The secrets in a data folder. Kept, so that what they sealed is still good after a restart.
struct HouseKeys {
    // All nodes of one database share these.
    Bytes32 sealing{};  // cursors of lists
    Bytes32 tokens{};   // access tokens, links and one-time codes
    Bytes32 webhooks{}; // that the secrets of webhook endpoints are sealed under
    // And this is one node's alone: who holds a lease.
    std::string node;
};

// Makes those that are not there yet. Throws Fault when they can neither be read nor made.
HouseKeys read_house_keys(std::string const& folder);

// What one node seals with one key another cannot open with a different one, and would say so only
// when somebody needs it. So the database remembers, by leases that never end, digests of the keys
// that were first used with it. Refuses other ones, naming the file in `folder`. Throws Fault.
Done hold_shared_keys(HouseKeys const& keys, std::string const& folder, Journal& journal,
                      Instant now);

} // namespace parley::app
