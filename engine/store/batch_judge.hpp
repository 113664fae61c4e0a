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
    std::map<std::string, std::uint64_t, std::less<>> versions;       // by stream; absent: zero
    std::set<Bytes16> receipts;                                       // those that are taken
    std::map<NeutralId, std::pair<std::int64_t, std::int64_t>> loads; // load and cap

    // Winners are counted from here on, so each unit is asked about once and in order.
    UnitFate fate_of(Unit const& unit);

private:
    bool loads_fit(std::vector<LoadChange> const& changes) const;
};

} // namespace parley::store
