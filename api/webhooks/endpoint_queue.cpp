#include "api/webhooks/endpoint_queue.hpp"

#include "api/webhooks/message.hpp"
#include "engine/base/assert.hpp"
#include "engine/base/json.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace parley::webhooks {

namespace {

constexpr std::size_t attempts_kept = 20;
constexpr std::size_t answer_kept = 2'000; // bytes of an answer that the delivery log shows
constexpr std::uint64_t cursor_step = 1'000;
constexpr std::int64_t cursor_pause_us = 30 * us_per_second;

DeliveryKey key_of(WebhookDelivery const& row) { return {row.position, row.message}; }

bool is_success(unsigned status) { return status >= 200 && status < 300; }
// The receiver, or what stands before it, has too much to do.
bool is_throttling(unsigned status) { return status == 429 || status == 502 || status == 504; }

// Answers are whatever bytes somebody sends; the log of them is JSON.
std::string printable(std::string_view bytes) {
    std::string out(bytes.substr(0, answer_kept));
    for (char& c : out)
        if (static_cast<unsigned char>(c) >= 0x7f ||
            (static_cast<unsigned char>(c) < 0x20 && c != '\n'))
            c = '?';
    return out;
}

std::string attempt_json(Outcome const& outcome, std::optional<Instant> next_at) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("at", outcome.started);
    json.member("took_ms", outcome.took_us / 1000);
    json.key("status");
    if (outcome.status != 0) json.value(outcome.status);
    else json.null();
    json.key("answer");
    if (outcome.status != 0) json.value(printable(outcome.answer));
    else json.null();
    json.member("answer_cut", outcome.cut || outcome.answer.size() > answer_kept);
    json.key("error");
    if (outcome.trouble.empty()) json.null();
    else json.value(outcome.trouble);
    json.member("next_at", next_at);
    json.end_object();
    return out;
}

void append_attempt(std::string& attempts, std::string const& attempt) {
    if (attempts == "[]") {
        attempts = '[' + attempt + ']';
        return;
    }
    Json list = Json::parse(attempts, nullptr, false);
    if (!list.is_array()) list = Json::array(); // a damaged log of attempts stops no delivery
    while (list.size() >= attempts_kept) list.erase(list.begin());
    list.push_back(Json::parse(attempt));
    attempts = list.dump();
}

} // namespace

EndpointQueue::EndpointQueue(WebhookEndpoint const& endpoint,
                             std::vector<WebhookDelivery> const& pending,
                             std::vector<std::uint64_t> const& settled, QueueLimits limits)
    : id_(endpoint.id), limits_(limits), read_to_(endpoint.cursor),
      written_cursor_(endpoint.cursor), known_(settled.begin(), settled.end()),
      failing_since_(endpoint.failing_since) {
    sync(pending);
}

void EndpointQueue::sync(std::vector<WebhookDelivery> const& pending) {
    for (WebhookDelivery const& row : pending)
        if (!entries_.contains(key_of(row))) put(row, true);
}

bool EndpointQueue::wants_more(Instant now) const {
    if (!disable_because_.empty()) return false;
    if (resting_until_ && *resting_until_ > now) return false;
    return rowless_.size() < limits_.ready && entries_.size() < limits_.in_line &&
           settled_.size() < limits_.settled;
}

void EndpointQueue::add(StoredEvent const& event, Instant now) {
    PARLEY_ASSERT(event.position > read_to_, "a log is followed in order");
    read_to_ = event.position;
    if (known_.erase(event.position) > 0) return settle(event.position);
    WebhookDelivery row = delivery_of(id_, event, now);
    // Behind one that fails there is a wait of minutes: with a row of its own it does not hold the
    // cursor.
    bool parked = false;
    if (row.dispute)
        if (auto const lane = lanes_.find(*row.dispute); lane != lanes_.end())
            parked = entries_.at(*lane->second.begin()).row.tries > 0;
    if (parked) rows_.push_back(row);
    put(std::move(row), parked);
    if (parked) settle(event.position);
}

// The position needs nothing of the log any more. Only what lies behind the cursor has to be known.
void EndpointQueue::settle(std::uint64_t position) {
    settled_.insert(position);
    settled_.erase(settled_.begin(), settled_.upper_bound(cursor()));
}

void EndpointQueue::read_up_to(std::uint64_t position) { read_to_ = std::max(read_to_, position); }

void EndpointQueue::put(WebhookDelivery row, bool has_row) {
    DeliveryKey const key = key_of(row);
    auto const dispute = row.dispute;
    if (!has_row) rowless_.insert(key.first);
    entries_.emplace(key, Entry{std::move(row), has_row, false, false});
    if (dispute) lanes_[*dispute].insert(key);
    else schedule(key, entries_.at(key));
    refresh(dispute);
}

void EndpointQueue::schedule(DeliveryKey const& key, Entry& entry) {
    if (entry.waiting || entry.in_flight) return;
    entry.waiting = true;
    timed_.emplace(entry.row.next_at.value_or(Instant{}), key);
}

// Those of a dispute that may go: the first, and behind each that has failed often enough the next.
void EndpointQueue::refresh(std::optional<DisputeId> const& dispute) {
    if (!dispute) return;
    auto const lane = lanes_.find(*dispute);
    if (lane == lanes_.end()) return;
    for (DeliveryKey const& key : lane->second) {
        Entry& entry = entries_.at(key);
        schedule(key, entry);
        if (entry.row.tries < limits_.tries_before_passing) return;
    }
}

std::vector<WebhookDelivery> EndpointQueue::take(Instant now, std::size_t most) {
    std::vector<WebhookDelivery> out;
    if (!disable_because_.empty()) return out;
    std::size_t allowed = limits_.in_flight;
    if (resting_until_) {
        if (*resting_until_ > now) return out;
        allowed = 1; // rested: one to see how it is
    }
    for (auto at = timed_.begin(); at != timed_.end() && at->first <= now; at = timed_.erase(at))
        ready_.insert(at->second);
    while (out.size() < most && in_flight_ < allowed && !ready_.empty()) {
        Entry& entry = entries_.at(*ready_.begin());
        ready_.erase(ready_.begin());
        entry.waiting = false;
        entry.in_flight = true;
        ++in_flight_;
        out.push_back(entry.row);
    }
    return out;
}

void EndpointQueue::note_failure(Outcome const& outcome, Instant now) {
    if (!failing_since_) failing_since_ = now;
    ++failures_;
    if (outcome.status == 410) disable_because_ = "gone";
    else if (now.us - failing_since_->us >= failing_most_us) disable_because_ = "failing";

    bool const throttled = is_throttling(outcome.status);
    std::int64_t rest = 0;
    if (throttled || failures_ >= limits_.failures_before_resting) {
        rest_us_ = std::clamp(rest_us_ * 2, limits_.rest_least_us, limits_.rest_most_us);
        rest = rest_us_ / limits_.haste;
    }
    if (outcome.retry_after_us)
        rest = std::max(rest, std::min(*outcome.retry_after_us, retry_after_most_us));
    if (rest > 0) resting_until_ = std::max(resting_until_.value_or(now), now + rest);
}

void EndpointQueue::finish(DeliveryKey const& key, Outcome const& outcome, Instant now,
                           double chance) {
    auto const found = entries_.find(key);
    PARLEY_ASSERT(found != entries_.end() && found->second.in_flight,
                  "what is finished was taken before");
    Entry& entry = found->second;
    WebhookDelivery& row = entry.row;
    auto const dispute = row.dispute;
    entry.in_flight = false;
    row.next_at.reset();
    if (is_success(outcome.status)) {
        row.state = DeliveryState::delivered;
        failing_since_.reset();
        failures_ = 0;
        rest_us_ = 0;
        resting_until_.reset();
    } else {
        note_failure(outcome, now);
        ++row.tries;
        if (row.tries >= tries_most) {
            row.state = DeliveryState::failed;
        } else {
            std::int64_t const wait = waits_us[row.tries - 1];
            auto const spread =
                static_cast<std::int64_t>(static_cast<double>(wait) * jitter_most * chance);
            row.next_at = now + (wait + spread) / limits_.haste;
            if (outcome.retry_after_us)
                row.next_at = std::max(
                    *row.next_at, now + std::min(*outcome.retry_after_us, retry_after_most_us));
        }
    }
    append_attempt(row.attempts, attempt_json(outcome, row.next_at));
    rows_.push_back(row);
    ++attempts_in_rows_;
    if (!entry.has_row) {
        entry.has_row = true;
        rowless_.erase(key.first);
        settle(key.first);
    }
    if (row.state == DeliveryState::pending) {
        if (!dispute) schedule(key, entry);
    } else {
        if (dispute) {
            auto const lane = lanes_.find(*dispute);
            lane->second.erase(key);
            if (lane->second.empty()) lanes_.erase(lane);
        }
        entries_.erase(found);
    }
    refresh(dispute);
}

std::uint64_t EndpointQueue::cursor() const {
    return rowless_.empty() ? read_to_ : *rowless_.begin() - 1;
}

std::optional<EndpointWork> EndpointQueue::work(Instant now) {
    PARLEY_ASSERT(recording_.empty() && attempts_recording_ == 0,
                  "one piece of work is on its way at a time");
    std::uint64_t const reached = cursor();
    bool const moved_far =
        reached >= written_cursor_ + cursor_step ||
        (reached > written_cursor_ && cursor_written_at_ + cursor_pause_us <= now);
    bool const disabling = !disable_because_.empty() && !disabling_recorded_;
    if (rows_.empty() && !moved_far && !disabling) return std::nullopt;
    recording_ = std::move(rows_);
    rows_.clear();
    attempts_recording_ = std::exchange(attempts_in_rows_, 0);
    written_cursor_ = reached;
    cursor_written_at_ = now;
    disabling_recorded_ = disabling_recorded_ || disabling;
    return EndpointWork{id_, reached, failing_since_, disabling ? disable_because_ : "",
                        recording_};
}

void EndpointQueue::recorded() {
    in_flight_ -= attempts_recording_;
    attempts_recording_ = 0;
    recording_.clear();
}

void EndpointQueue::not_recorded() {
    rows_.insert(rows_.begin(), std::make_move_iterator(recording_.begin()),
                 std::make_move_iterator(recording_.end()));
    attempts_in_rows_ += attempts_recording_;
    attempts_recording_ = 0;
    recording_.clear();
    disabling_recorded_ = false;
}

} // namespace parley::webhooks
