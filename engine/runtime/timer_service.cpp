#include "engine/runtime/timer_service.hpp"

#include "engine/base/fault.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <pthread.h>

namespace parley {

namespace {

constexpr std::int64_t look_again_us = us_per_second; // however long the next deadline is away
constexpr std::int64_t housekeeping_us = 30 * us_per_second;
constexpr std::int64_t receipts_kept_us = 7 * us_per_day; // published in the API
constexpr std::int64_t sign_ins_kept_us = us_per_hour;    // counted against new ones for so long
constexpr std::size_t fires_at_once = 1000;
constexpr std::int64_t lease_us = 5 * us_per_second; // of who works the deadlines

// Runs jobs on the writer and waits for their answers; true when all were done.
template <class MakeJob>
bool run_all(WorkQueue& queue, std::size_t count, MakeJob make) {
    std::latch left(static_cast<std::ptrdiff_t>(count));
    std::atomic<bool> ok{true};
    for (std::size_t i = 0; i < count; ++i) {
        Job job = make(i, [&](bool done) {
            if (!done) ok = false;
            left.count_down();
        });
        if (!queue.push(job, false)) {
            ok = false;
            left.count_down();
        }
    }
    left.wait();
    return ok;
}

} // namespace

TimerService::TimerService(Reader& reader, Clock const& clock, WorkQueue& queue,
                           std::function<void(std::string const&)> log, Writers writers,
                           std::string node, std::function<void()> catch_up)
    : reader_(reader), clock_(clock), queue_(queue), log_(std::move(log)), writers_(writers),
      node_(std::move(node)), catch_up_(std::move(catch_up)), window_(queue, fires_at_once) {}

void TimerService::start(Instant seen) {
    seen_ = seen;
    thread_ = std::thread([this] { run(); });
}

void TimerService::stop() {
    {
        std::scoped_lock const lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void TimerService::look_again(Instant soonest) {
    {
        std::scoped_lock const lock(mutex_);
        if (waiting_for_ && *waiting_for_ <= soonest) return;
        again_ = true;
    }
    wake_.notify_all();
}

void TimerService::run() {
    ::pthread_setname_np(::pthread_self(), "parley-timers");
    while (true) {
        std::int64_t wait_us = look_again_us;
        try {
            wait_us = round();
            housekeeping();
        } catch (std::exception const& fault) { // the door of this thread
            log_(fmt::format("timers: {}", fault.what()));
        }
        std::unique_lock lock(mutex_);
        if (stopping_) return;
        wake_.wait_for(lock, std::chrono::microseconds(wait_us),
                       [&] { return stopping_ || again_; });
        again_ = false;
        if (stopping_) return;
    }
}

std::int64_t TimerService::round() {
    Instant const now = clock_.now();
    if (!take_turn(now)) return look_again_us;
    if (!make_up_for_gap(now)) return look_again_us;
    // The writer has looked at these. What is due even so cannot fire, and must not keep this thread
    // busy nor stand in the way of others.
    auto const looked_at = window_.take_looked_at();
    // At the deadline itself an act is still in time, so it is due a microsecond later.
    auto rows = due(now - 1, fires_at_once);
    bool const more = rows.size() >= fires_at_once;
    std::erase_if(rows, [&](DueRow const& row) {
        bool const stays_due = looked_at.contains(name_of(row));
        if (stays_due) stuck_.insert(name_of(row));
        return stays_due;
    });
    window_.ask(rows);
    if (window_.empty()) return until_next(now);
    if (more ? window_.wait_for_half() : window_.wait_for_all()) return 0;
    window_.wait_for_all(); // the store fails
    window_.take_looked_at();
    return look_again_us;
}

std::int64_t TimerService::until_next(Instant now) {
    auto const next = due(instant_max, 1);
    std::scoped_lock const lock(mutex_);
    waiting_for_.reset();
    if (next.empty()) return look_again_us;
    waiting_for_ = next.front().at;
    return std::clamp<std::int64_t>(waiting_for_->us + 1 - now.us, 0, look_again_us);
}

bool TimerService::take_turn(Instant now) {
    if (writers_ == Writers::one) return true;
    // The lease outlasts the time between two questions.
    if (now >= asked_at_ && now - look_again_us < asked_at_) return my_turn_;
    catch_up_();
    std::atomic<bool> mine{false};
    bool const done = run_all(queue_, 1, [&](std::size_t, auto done_with) {
        return Job(ChoreJob{
            [&, now](Journal& journal) {
                mine = journal.take_lease("deadlines", node_, now, now + lease_us);
            },
            false, [done_with](std::exception_ptr const& failed) mutable { done_with(!failed); }});
    });
    if (done && !mine) seen_ = now; // whoever has the turn makes up for gaps
    my_turn_ = done && mine;
    asked_at_ = now;
    return my_turn_;
}

bool TimerService::make_up_for_gap(Instant now) {
    auto const hit = hit_by_outage(reader_, seen_, now);
    if (!hit.empty()) {
        log_(fmt::format("out of reach from {} to {}: {} deadlines move by one day", text_of(seen_),
                         text_of(now), hit.size()));
        if (!run_all(queue_, hit.size(), [&](std::size_t i, auto done) {
                return Job(OutageJob{hit[i].dispute, hit[i].name, seen_, done});
            }))
            return false;
    }
    seen_ = now;
    return true;
}

std::vector<DueRow> TimerService::due(Instant until, std::size_t limit) {
    auto rows = reader_.due(std::nullopt, until, limit + stuck_.size());
    std::erase_if(rows, [&](DueRow const& row) { return stuck_.contains(name_of(row)); });
    return rows;
}

void TimerService::housekeeping() {
    Instant const now = clock_.now();
    if (now < last_housekeeping_ + housekeeping_us && last_housekeeping_.us != 0) return;
    last_housekeeping_ = now;
    run_all(queue_, 1, [&](std::size_t, auto done) {
        // Up to the last round, not to this instant: a gap since then has not been made up for.
        return Job(
            ChoreJob{[now, seen = seen_](Journal& journal) {
                         journal.beat(seen);
                         journal.delete_receipts_before(now - receipts_kept_us);
                         journal.party_access().delete_party_access_before(now - sign_ins_kept_us);
                     },
                     false, [done](std::exception_ptr const& failed) mutable { done(!failed); }});
    });
}

std::vector<DueRow> hit_by_outage(Reader& reader, Instant last_beat, Instant now) {
    if (now - us_per_hour <= last_beat) return {};
    std::vector<DueRow> hit;
    for (DueRow const& row : reader.due_between(last_beat, now + us_per_day)) {
        Instant const from = std::max(last_beat, row.at - us_per_day);
        Instant const to = std::min(now, row.at);
        if (to.us - from.us > us_per_hour) hit.push_back(row);
    }
    return hit;
}

} // namespace parley
