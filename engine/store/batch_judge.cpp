#include "engine/store/batch_judge.hpp"

namespace parley::store {

UnitFate BatchJudge::fate_of(Unit const& unit) {
    CompactKey const stream(unit.stream);
    auto const lose = [&](UnitFate fate) {
        lost_.emplace(stream.bytes());
        return fate;
    };
    // The receipt first: a retry whose first try went through has an old version too, and wants to
    // be told that it has been answered.
    Bytes16 name{};
    if (unit.receipt) {
        name = receipt_name(unit.receipt->key.scope, unit.receipt->key.key);
        if (receipts.contains(name)) return lose(UnitFate::lost_receipt);
    }
    auto const known = tops.find(stream.bytes());
    Top const top = known == tops.end() ? Top{} : known->second;
    if (top.version != unit.expected_version || top.hash != unit.expected_top ||
        lost_.contains(stream.bytes()))
        return lose(UnitFate::lost_version);
    if (!loads_fit(unit.loads)) return lose(UnitFate::lost_load);

    if (unit.receipt) receipts.insert(name);
    if (!unit.events.empty())
        tops[std::string(stream.bytes())] = {unit.expected_version + unit.events.size(),
                                             unit.events.back().hash};
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
