#pragma once

#include "engine/runtime/committer.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

namespace parley {

// What waits for the writing threads. A batch is whatever waited during the last commit: group commit
// without a timer. Bounded for callers; the engine's own jobs always find room. Jobs leave in the
// order they came, and a batch is of one sort: all of its jobs may overlap a commit, or none.
class WorkQueue {
public:
    explicit WorkQueue(std::size_t most) : most_(most) {}

    // False when the queue is full or closed; `job` is then untouched.
    bool push(Job& job, bool bounded);
    // Waits for work and takes up to `batch_most` jobs of one sort, oldest first; none once closed and
    // empty.
    std::vector<Job> take(std::size_t batch_most);
    using Steady = std::chrono::steady_clock;
    // More jobs that may overlap, up to `most`; none when a job of the other sort is next. Waits until
    // a few have come together, `until` has come, or `enough` holds, which is asked anew after every
    // `nudge`: waking a thread for each single job costs more than deciding it.
    template <class Enough>
    std::vector<Job> take_more(std::size_t most, Steady::time_point until, Enough const& enough) {
        std::unique_lock lock(mutex_);
        wakes_at_ = std::min(few, most);
        wake_.wait_until(lock, until,
                         [&] { return closed_ || jobs_.size() >= wakes_at_ || enough(); });
        wakes_at_ = 1;
        if (jobs_.empty() || !Committer::may_overlap(jobs_.front())) return {};
        return take_from_front(most);
    }
    void nudge();
    void close();
    std::size_t waiting() const;

private:
    static constexpr std::size_t few = 8;
    std::vector<Job> take_from_front(std::size_t most);
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> jobs_;
    std::size_t most_;
    std::size_t wakes_at_ = 1; // how many must wait for whoever takes to be woken
    bool closed_ = false;
};

} // namespace parley
