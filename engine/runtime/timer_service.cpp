#include "engine/runtime/timer_service.hpp"

#include "engine/base/fault.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <latch>
#include <pthread.h>
#include <set>

namespace parley {

namespace {

constexpr std::int64_t look_again_us = us_per_second;       // however long the next deadline is away
constexpr std::int64_t housekeeping_us = 30 * us_per_second;
constexpr std::int64_t receipts_kept_us = 7 * us_per_day;   // published in the API
constexpr std::size_t fires_a_round = 1000;

// Runs one job on the writer and waits for its answer; true when it was done.
template <class MakeJob>
void run_all(WorkQueue& queue, std::size_t count, MakeJob make, bool& all_done) {
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
    all_done = ok;
}

} // namespace

TimerService::TimerService(Reader& reader, Clock const& clock, WorkQueue& queue,
                           std::function<void(std::string const&)> log)
    : reader_(reader), clock_(clock), queue_(queue), log_(std::move(log)) {}

void TimerService::start() {
    thread_ = std::thread([this] { run(); });
}

void TimerService::stop() {
    {
        std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void TimerService::look_again(Instant soonest) {
    {
        std::scoped_lock lock(mutex_);
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
        wake_.wait_for(lock, std::chrono::microseconds(wait_us), [&] { return stopping_ || again_; });
        again_ = false;
        if (stopping_) return;
    }
}

std::int64_t TimerService::round() {
    Instant const now = clock_.now();
    // At the deadline itself an act is still in time, so it is due a microsecond later.
    auto const rows = reader_.due(std::nullopt, now - 1, fires_a_round);
    if (!rows.empty()) {
        std::set<DisputeId> due;
        for (DueRow const& row : rows) due.insert(row.dispute);
        std::vector<DisputeId> const disputes(due.begin(), due.end());
        bool all_done = false;
        run_all(queue_, disputes.size(), [&](std::size_t i, auto done) { return Job(FireJob{disputes[i], done}); },
                all_done);
        // What is still there cannot fire (set aside, or the store fails): do not spin on it.
        auto const left = reader_.due(std::nullopt, now - 1, 1);
        bool const moved = left.empty() || left.front().dispute != rows.front().dispute ||
                           left.front().stamp != rows.front().stamp;
        return all_done && moved ? 0 : look_again_us;
    }
    auto const next = reader_.next_due();
    std::scoped_lock lock(mutex_);
    waiting_for_ = next;
    if (!next) return look_again_us;
    return std::clamp<std::int64_t>(next->us + 1 - now.us, 0, look_again_us);
}

void TimerService::housekeeping() {
    Instant const now = clock_.now();
    if (now < last_housekeeping_ + housekeeping_us && last_housekeeping_.us != 0) return;
    last_housekeeping_ = now;
    bool all_done = false;
    run_all(queue_, 1, [&](std::size_t, auto done) {
        return Job(ChoreJob{[now](Journal& journal) {
                                journal.beat(now);
                                journal.delete_receipts_before(now - receipts_kept_us);
                            },
                            false, [done](std::exception_ptr failed) mutable { done(!failed); }});
    }, all_done);
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
