#pragma once

#include "engine/model/journal_rows.hpp"
#include "engine/store/keys.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace parley::store {

// Says which units of a batch win, from what the database holds before it: the same ladder as
// UnitWriter's on SQLite (receipt, version, load), with earlier winners of the batch counted.
class BatchJudge {
public:
    // What there is to know; the names are those of the database (keys.hpp).
    struct Top {
        std::uint64_t version = 0;
        Digest hash{}; // of the event with that version
    };
    std::map<std::string, Top, std::less<>> tops;                     // by stream; absent: none
    std::set<Bytes16> receipts;                                       // those that are taken
    std::map<NeutralId, std::pair<std::int64_t, std::int64_t>> loads; // load and cap

    // Winners are counted from here on, so each unit is asked about once and in order.
    UnitFate fate_of(Unit const& unit);

private:
    bool loads_fit(std::vector<LoadChange> const& changes) const;

    // Streams of which a unit has lost. What follows it was decided on what it would have written: it
    // loses too, even where another node has meanwhile written as many events.
    std::set<std::string, std::less<>> lost_;
};

} // namespace parley::store
