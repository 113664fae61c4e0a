#include "engine/store/batch_judge.hpp"

namespace parley::store {

UnitFate BatchJudge::fate_of(Unit const& unit) {
    // The receipt first: a retry whose first try went through has an old version too, and wants to
    // be told that it has been answered.
    Bytes16 name{};
    if (unit.receipt) {
        name = receipt_name(unit.receipt->key.scope, unit.receipt->key.key);
        if (receipts.contains(name)) return UnitFate::lost_receipt;
    }
    CompactKey const stream(unit.stream);
    auto const known = versions.find(stream.bytes());
    std::uint64_t const version = known == versions.end() ? 0 : known->second;
    if (version != unit.expected_version) return UnitFate::lost_version;
    if (!loads_fit(unit.loads)) return UnitFate::lost_load;

    if (unit.receipt) receipts.insert(name);
    if (!unit.events.empty())
        versions[std::string(stream.bytes())] = unit.expected_version + unit.events.size();
    for (LoadChange const& change : unit.loads) loads.at(change.neutral).first += change.by;
    return UnitFate::won;
}

bool BatchJudge::loads_fit(std::vector<LoadChange> const& changes) const {
    std::map<NeutralId, std::int64_t> sums;
    for (LoadChange const& change : changes) sums[change.neutral] += change.by;
    for (auto const& [neutral, by] : sums) {
        auto const known = loads.find(neutral);
        if (known == loads.end()) return false;
        auto const [now, most] = known->second;
        // A cap that was lowered below the present load must not keep cases from being given back.
        if (now + by < 0 || (by > 0 && now + by > most)) return false;
    }
    return true;
}

} // namespace parley::store
