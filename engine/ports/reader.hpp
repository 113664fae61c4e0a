#pragma once

#include "engine/model/journal_rows.hpp"
#include "engine/ports/party_access.hpp"
#include "engine/ports/webhooks.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace parley {

// Which disputes a list shows: always those of one principal, narrowed by what was asked.
struct DisputeFilter {
    bool live = false;
    std::optional<PlatformId> platform; // none: every platform (administrator, auditor)
    std::optional<NeutralId> neutral;   // asked or seated
    std::optional<PartyId> party;
    std::optional<Status> status;
    std::optional<std::string> stage;
    std::optional<std::string> reference;
    // Each must begin a word of the notice (model/search_words.hpp), search_words_max at most.
    std::vector<std::string> words;
};

// A stretch of a log, as somebody follows it who may see some of its events alone. Which those are
// must not depend on the state of a dispute, or the feed would have holes: so rooms and a platform.
struct FeedQuery {
    bool live = false;
    std::optional<PlatformId> platform; // none: every platform
    bool administration = false;        // that room beside the joint one
    std::uint64_t after = 0;            // positions up to here are known
    std::size_t scan_most = 5'000;      // positions looked at
    std::size_t limit = 100;            // events given
    bool with_bytes = true;             // false: neither envelope, nonce, hash nor content
};
struct FeedPage {
    std::vector<StoredEvent> events; // in log order
    std::uint64_t read_to = 0;       // the position behind which the next page starts
};

constexpr std::size_t task_scan_max = 10'000;
constexpr std::uint64_t task_count_max = 10'000;

// Reads committed data; blocking, throws Fault. Safe to call from several threads at once.
class Reader {
public:
    virtual ~Reader() = default;

    // The events of a stream with version > after, in order, with their content.
    virtual std::vector<StoredEvent> events(std::string const& stream, std::uint64_t after = 0) = 0;
    // Those of several streams, stream by stream in any order of these; one journey where there is one.
    virtual std::vector<StoredEvent> events_of(std::vector<std::string> const& streams) {
        std::vector<StoredEvent> all;
        for (std::string const& stream : streams)
            for (StoredEvent& event : events(stream)) all.push_back(std::move(event));
        return all;
    }
    // The version of each stream, zero where there is no such stream; in the order asked. Cheap: one
    // look into an index a stream.
    virtual std::vector<std::uint64_t> stream_versions(std::vector<std::string> const& streams) = 0;
    // Every event of a log in position order from `from` (1 is the first), `limit` at most.
    virtual std::vector<StoredEvent> log(bool live, std::uint64_t from, std::size_t limit) = 0;
    virtual std::uint64_t log_size(bool live) = 0;
    virtual FeedPage feed(FeedQuery const& query) = 0;
    // Newest first; `before` is the id of the last one on the previous page.
    virtual std::vector<DisputeRow> disputes(DisputeFilter const& filter,
                                             std::optional<DisputeId> before,
                                             std::size_t limit) = 0;
    virtual std::optional<StoredReceipt> receipt(std::string const& scope,
                                                 std::string const& key) = 0;
    // Every receipt with name > after, in order of name (zeros are before all); scope and key are not
    // kept in words and stay empty.
    virtual std::vector<StoredReceipt> receipts(Bytes16 const& after, std::size_t limit) = 0;

    // Deadlines of one clock (none: real time) that lie at or before `until`, soonest first.
    virtual std::vector<DueRow> due(std::optional<TestClockId> clock, Instant until,
                                    std::size_t limit) = 0;
    // When the next deadline of real time falls, in either log.
    virtual std::optional<Instant> next_due() = 0;
    // Deadlines of real time in (from, until], for the outage rule.
    virtual std::vector<DueRow> due_between(Instant from, Instant until) = 0;
    virtual std::vector<DueRow> open_deadlines() = 0; // all, for verification

    // A page of a queue in its published order. A filter that fits few tasks may give a short page that
    // is not the last: at most task_scan_max tasks are looked at for one.
    virtual TaskPage tasks(TaskFilter const& filter, std::optional<TaskPlace> after,
                           std::size_t limit) = 0;
    virtual std::optional<Task> task(TaskId id) = 0;                 // open or closed
    virtual std::vector<TaskMovement> task_movements(TaskId id) = 0; // oldest first
    // Of every queue, up to task_count_max each; with `neutral` of that one's tasks alone.
    virtual std::vector<QueueCount> task_counts(bool live, std::optional<NeutralId> neutral) = 0;
    virtual std::vector<Task> open_tasks() = 0; // all, for verification

    virtual std::vector<Platform> platforms() = 0;
    virtual std::vector<ApiKey> keys() = 0;
    virtual std::vector<Neutral> neutrals(bool live) = 0;
    virtual std::vector<TestClock> clocks() = 0;
    virtual std::optional<Instant> last_beat() = 0;
    // Messages that wait to be sent, with id > after, in order of id; "" is before all.
    virtual std::vector<OutboxRow> outbox(std::string const& after, std::size_t limit) = 0;
    virtual WebhookReads& webhooks() = 0;
    virtual PartyAccessReads& party_access() = 0;
    virtual std::vector<DisputeRow> all_disputes(std::optional<DisputeId> after,
                                                 std::size_t limit) = 0;
};

} // namespace parley
