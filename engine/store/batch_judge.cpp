#include "engine/store/batch_judge.hpp"

namespace parley::store {

UnitFate BatchJudge::fate_of(Unit const& unit) {
    CompactKey const stream(unit.stream);
    UnitFate const fate = fate_alone(unit);
    if (fate != UnitFate::won) {
        lost_.emplace(stream.bytes());
        return fate;
    }
    if (unit.receipt) receipts.insert(receipt_name(unit.receipt->key.scope, unit.receipt->key.key));
    if (!unit.events.empty())
        tops[std::string(stream.bytes())] = {unit.expected_version + unit.events.size(),
                                             unit.events.back().hash};
    for (LoadChange const& change : unit.loads) loads.at(change.neutral).first += change.by;
    return UnitFate::won;
}

UnitFate BatchJudge::fate_alone(Unit const& unit) const {
    // The receipt first: a retry whose first try went through has an old version too, and wants to
    // be told that it has been answered.
    if (unit.receipt &&
        receipts.contains(receipt_name(unit.receipt->key.scope, unit.receipt->key.key)))
        return UnitFate::lost_receipt;
    CompactKey const stream(unit.stream);
    auto const known = tops.find(stream.bytes());
    Top const top = known == tops.end() ? Top{} : known->second;
    if (top.version != unit.expected_version || lost_.contains(stream.bytes()) ||
        (unit.expected_top && *unit.expected_top != top.hash))
        return UnitFate::lost_version;
    return loads_fit(unit.loads) ? UnitFate::won : UnitFate::lost_load;
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
