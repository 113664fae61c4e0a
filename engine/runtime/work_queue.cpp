#include "engine/runtime/work_queue.hpp"

#include <iterator>

namespace parley {

bool WorkQueue::push(Job& job, bool bounded) {
    {
        std::scoped_lock lock(mutex_);
        if (closed_ || (bounded && jobs_.size() >= most_)) return false;
        jobs_.push_back(std::move(job));
        if (jobs_.size() > 1) return true; // the writer is awake, or about to be
    }
    wake_.notify_one();
    return true;
}

std::vector<Job> WorkQueue::take(std::size_t batch_most) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
    std::vector<Job> taken;
    if (jobs_.size() <= batch_most) {
        taken.swap(jobs_);
        return taken;
    }
    auto const end = jobs_.begin() + static_cast<std::ptrdiff_t>(batch_most);
    taken.assign(std::make_move_iterator(jobs_.begin()), std::make_move_iterator(end));
    jobs_.erase(jobs_.begin(), end);
    return taken;
}

void WorkQueue::close() {
    {
        std::scoped_lock lock(mutex_);
        closed_ = true;
    }
    wake_.notify_all();
}

std::size_t WorkQueue::waiting() const {
    std::scoped_lock lock(mutex_);
    return jobs_.size();
}

} // namespace parley
