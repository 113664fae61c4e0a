#pragma once

#include "api/webhooks/schedule.hpp"
#include "engine/model/journal_rows.hpp"
#include "engine/model/webhook_rows.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace parley::webhooks {

struct QueueLimits {
    std::size_t in_flight = 4;    // sent and not yet on record: what a crash can make come twice
    std::size_t ready = 256;      // events read ahead of their first attempt
    std::size_t in_line = 10'000; // beyond it the log is not read further
    std::size_t settled = 4'000;  // rows behind the cursor, to be known again after a restart
    std::uint32_t tries_before_passing = 3;
    std::uint32_t failures_before_resting = 5;
    std::int64_t rest_least_us = 5 * us_per_second;
    std::int64_t rest_most_us = 5 * minute_us;
    std::int64_t haste = 1; // every wait is divided by it; for development
};

// What came of one attempt.
struct Outcome {
    Instant started;
    std::int64_t took_us = 0;
    unsigned status = 0;                        // 0: there was no answer
    std::string answer;                         // the beginning of its body
    bool cut = false;                           // there was more
    std::string trouble;                        // why there was no answer
    std::optional<std::int64_t> retry_after_us; // from now, as the answer asks
};

// Which attempt an outcome belongs to.
using DeliveryKey = std::pair<std::uint64_t, std::string>; // position, message

// The deliveries of one endpoint: what is to be sent when, in which order, and what is to be written.
// Messages of one dispute go one after the other; one that failed three times lets later ones pass.
// After a row of failures the endpoint rests and is then tried with one message at a time, so a dead
// one costs next to nothing and holds up nobody. A plain class: time and chance come in as values; one
// thread at a time.
class EndpointQueue {
public:
    // Where an earlier holder stopped: the endpoint's row, its deliveries in line, and the positions
    // behind the cursor that have rows.
    EndpointQueue(WebhookEndpoint const& endpoint, std::vector<WebhookDelivery> const& pending,
                  std::vector<std::uint64_t> const& settled, QueueLimits limits = {});

    // Reading the log: everything behind read_to() belongs in here, in order.
    bool wants_more(Instant now) const;
    std::uint64_t read_to() const { return read_to_; }
    void add(StoredEvent const& event, Instant now); // one that is wanted
    void read_up_to(std::uint64_t position);         // all before it that are wanted are added
    // Deliveries in line that came to be elsewhere: tests and replays.
    void sync(std::vector<WebhookDelivery> const& pending);

    // The deliveries to be sent now, `most` at most; each is to be finished.
    std::vector<WebhookDelivery> take(Instant now, std::size_t most);
    // `chance` from 0 to 1 spreads the next attempt.
    void finish(DeliveryKey const& key, Outcome const& outcome, Instant now, double chance);

    // What is to be written; none when there is nothing worth a write. Then one of the other two,
    // before it is asked for again.
    std::optional<EndpointWork> work(Instant now);
    void recorded();
    void not_recorded();

    bool idle() const { return in_flight_ == 0 && rows_.empty() && recording_.empty(); }
    std::string const& disabled() const { return disable_because_; } // empty: it is not
    std::size_t in_line() const { return entries_.size(); }
    // The endpoint rests until then, after failures or because it asked for it.
    std::optional<Instant> resting_until() const { return resting_until_; }

private:
    struct Entry {
        WebhookDelivery row;
        bool has_row = false; // on record, or about to be
        bool in_flight = false;
        bool waiting = false; // in ready_ or timed_
    };
    using Lane = std::set<DeliveryKey>;

    void put(WebhookDelivery row, bool has_row);
    void schedule(DeliveryKey const& key, Entry& entry);
    void refresh(std::optional<DisputeId> const& dispute);
    void settle(std::uint64_t position);
    void note_failure(Outcome const& outcome, Instant now);
    std::uint64_t cursor() const;

    WebhookEndpointId id_;
    QueueLimits limits_;
    std::uint64_t read_to_;
    std::uint64_t written_cursor_;
    Instant cursor_written_at_{};
    std::map<DeliveryKey, Entry> entries_;
    std::map<DisputeId, Lane> lanes_;
    std::set<DeliveryKey> ready_;
    std::multimap<Instant, DeliveryKey> timed_;
    std::set<std::uint64_t> rowless_; // positions in entries_ without a row
    std::set<std::uint64_t> settled_; // positions read behind the cursor that have rows
    std::set<std::uint64_t> known_;   // of an earlier holder, not read yet
    std::size_t in_flight_ = 0;       // of attempts that are not on record
    std::vector<WebhookDelivery> rows_, recording_;
    std::size_t attempts_in_rows_ = 0, attempts_recording_ = 0;
    std::optional<Instant> failing_since_;
    std::uint32_t failures_ = 0; // in a row
    std::int64_t rest_us_ = 0;
    std::optional<Instant> resting_until_;
    std::string disable_because_;
    bool disabling_recorded_ = false;
};

} // namespace parley::webhooks
