#pragma once

#include "engine/runtime/committer.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

namespace parley {

// What waits for the writer thread. A batch is whatever waited during the last commit: group commit
// without a timer. Bounded for callers; the engine's own jobs always find room.
class WorkQueue {
public:
    explicit WorkQueue(std::size_t most) : most_(most) {}

    // False when the queue is full or closed; `job` is then untouched.
    bool push(Job& job, bool bounded);
    // Waits for work and takes up to `batch_most` jobs, oldest first; none once closed and empty.
    std::vector<Job> take(std::size_t batch_most);
    void close();
    std::size_t waiting() const;

private:
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Job> jobs_;
    std::size_t most_;
    bool closed_ = false;
};

} // namespace parley
