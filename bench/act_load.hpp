#pragma once

#include "bench/child.hpp"
#include "bench/load.hpp"

#include "engine/ports/journal.hpp"
#include "engine/ports/reader.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace parley::bench {

// The load of every benchmark of acts: both sides of some thousand disputes talk and make offers.
constexpr std::size_t act_disputes =
    4096; // so that one has a few dozen acts at most, as real ones do
constexpr std::size_t act_connections = 64;

// What a connection does at its turn. Each walks over disputes of its own, in which it talks and
// offers by turns, and starts at another place than its neighbour: what comes together lies
// scattered over the store, as the acts of strangers do.
struct Turn {
    std::size_t dispute;
    bool offers;
};
Turn turn_of(std::size_t connection, std::size_t turn, std::size_t connections,
             std::size_t disputes = act_disputes);

// Against a running server: makes the disputes, then acts in them.
class ActLoad {
public:
    // Files and answers all of them. Of several loads on one database each begins its idempotency keys
    // otherwise, or it would be told what another one did.
    explicit ActLoad(DevServer const& server, std::size_t connections = act_connections,
                     std::string keys = "");
    // Closed loop: each connection acts as soon as it is answered.
    LoadResult run(double seconds);
    // From here on the answers are to be as short as can be (`Prefer: return=minimal`), or whole again.
    void prefer_minimal(bool minimal) { minimal_ = minimal; }
    // Open loop: so many acts a second, whatever the answers do.
    LoadResult run_at(double acts_per_second, double seconds);

private:
    std::string next(std::size_t connection);

    struct Filed {
        std::string id;
        std::string respondent, claimant;
    };
    DevServer const& server_;
    std::size_t connections_;
    std::string keys_;
    std::vector<Filed> filed_;
    std::vector<std::size_t> turns_;
    bool minimal_ = false;
};

// What a committer writes for the same acts in the same order, ready made; the disputes are written to
// `journal`.
std::vector<Unit> record_acts(Journal& journal, Reader& reader, std::size_t acts,
                              std::size_t disputes = act_disputes,
                              std::size_t connections = act_connections);

} // namespace parley::bench
