#include "engine/runtime/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

// What points at something else in the journal: receipts at events and things, disputes at their
// platform and clock, seats at the roster.
namespace parley {

namespace {

constexpr std::size_t page = 1000;

// What does not fit between a receipt and the end of its dispute's stream, which holds every event
// that it can name; empty when all does.
std::string receipt_misfit(StoredReceipt const& receipt, std::vector<StoredEvent> const& tail) {
    if (receipt.events.empty()) return "it is of a dispute and names no events";
    if (receipt.version < receipt.events.size())
        return fmt::format("it names {} events up to version {}", receipt.events.size(),
                           receipt.version);
    std::uint64_t version = receipt.version - receipt.events.size();
    for (std::string const& id : receipt.events) {
        ++version;
        auto const found = std::ranges::find(tail, version, &StoredEvent::version);
        if (found == tail.end())
            return fmt::format("it names {} as version {}, which the stream does not have", id,
                               version);
        if (found->id != id)
            return fmt::format("it names {} as version {}, which is {}", id, version, found->id);
    }
    return {};
}

// Things that are never deleted, unlike endpoints of webhooks and tasks.
bool stays(std::string const& id) {
    return PlatformId::parse(id) || ApiKeyId::parse(id) || TestClockId::parse(id) ||
           NeutralId::parse(id);
}

} // namespace

// A receipt is written with its events, which stay for ever: so whatever a receipt names can be read
// after it, even while others are being written. Its absence proves nothing, for it expires.
void JournalVerifier::check_receipts() {
    std::map<std::string, StoredReceipt> of_things; // one each
    std::set<std::pair<DisputeId, std::uint64_t>> answered;
    auto const wrong = [&](StoredReceipt const& receipt, std::string const& reason) {
        blame_beside(
            false, receipt.stream,
            fmt::format("receipt {} of {}: {}", hex_of(receipt.name), text_of(receipt.at), reason));
    };
    Bytes16 after{};
    while (true) {
        auto const some = reader_.receipts(after, page);
        if (some.empty()) break;
        after = some.back().name;
        found_.receipts += some.size();
        std::map<std::string, std::vector<StoredReceipt const*>> by_stream;
        for (StoredReceipt const& receipt : some) by_stream[receipt.stream].push_back(&receipt);
        for (auto const& [stream, receipts] : by_stream) {
            auto const dispute = DisputeId::parse(stream);
            if (!dispute) {
                if (stays(stream)) of_things.emplace(stream, *receipts.front());
                bool const counted = !stays(stream); // moves of a task, messages sent again
                for (StoredReceipt const* receipt : receipts)
                    if (!receipt->events.empty() || (receipt->version != 0 && !counted))
                        wrong(*receipt, "it names events of something that has none");
                continue;
            }
            std::uint64_t first = UINT64_MAX;
            for (StoredReceipt const* receipt : receipts)
                first = std::min(
                    first, receipt->version -
                               std::min<std::uint64_t>(receipt->version, receipt->events.size()));
            auto const tail = reader_.events(stream, first);
            for (StoredReceipt const* receipt : receipts) {
                if (auto reason = receipt_misfit(*receipt, tail); !reason.empty())
                    wrong(*receipt, reason);
                else if (receipt->version != 0 && // a token for a party writes no events
                         !answered.emplace(*dispute, receipt->version).second)
                    wrong(*receipt, "another receipt names the same events");
            }
        }
    }
    std::set<std::string> things;
    for (Platform const& platform : reader_.platforms()) things.insert(platform.id.text());
    for (ApiKey const& key : reader_.keys()) things.insert(key.id.text());
    for (TestClock const& clock : reader_.clocks()) things.insert(clock.id.text());
    for (bool const live : {false, true})
        for (Neutral const& neutral : reader_.neutrals(live)) things.insert(neutral.id.text());
    for (auto const& [thing, receipt] : of_things)
        if (!things.contains(thing)) wrong(receipt, "what it names does not exist");
}

void JournalVerifier::check_owners() {
    std::set<PlatformId> platforms;
    for (Platform const& platform : reader_.platforms()) platforms.insert(platform.id);
    for (auto const& [platform, dispute] : platforms_)
        if (!platforms.contains(platform))
            blame_beside(false, dispute.text(),
                         fmt::format("its platform {} does not exist", platform.text()));
    std::map<TestClockId, PlatformId> clocks;
    for (TestClock const& clock : reader_.clocks()) clocks.emplace(clock.id, clock.platform);
    for (auto const& [pair, dispute] : clocks_) {
        auto const& [clock, platform] = pair;
        auto const found = clocks.find(clock);
        if (found == clocks.end())
            blame_beside(false, dispute.text(),
                         fmt::format("its clock {} does not exist", clock.text()));
        else if (found->second != platform)
            blame_beside(false, dispute.text(),
                         fmt::format("its clock {} belongs to another platform", clock.text()));
    }
}

// A load is the number of seats that someone holds or is asked for in disputes that have not ended.
void JournalVerifier::check_loads(std::uint64_t size_before) {
    std::map<OnRoster, std::int32_t> roster;
    for (bool const live : {false, true})
        for (Neutral const& neutral : reader_.neutrals(live))
            roster[{live, neutral.id}] = neutral.load;
    found_.loads_compared = reader_.log_size(false) + reader_.log_size(true) == size_before;
    if (!found_.loads_compared) return;
    for (auto const& [who, load] : roster) {
        auto const counted = loads_.find(who);
        std::int64_t const should = counted == loads_.end() ? 0 : counted->second;
        if (load != should)
            blame_beside(
                who.first, who.second.text(),
                fmt::format("the roster counts {} cases, the events say {}", load, should));
    }
    for (auto const& [who, load] : loads_)
        if (!roster.contains(who))
            blame_beside(who.first, who.second.text(),
                         fmt::format("events of the {} log name this neutral, its roster does not",
                                     who.first ? "live" : "test"));
}

} // namespace parley
