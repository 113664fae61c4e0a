#include "engine/runtime/work_queue.hpp"

#include <algorithm>
#include <iterator>

namespace parley {

bool WorkQueue::push(Job& job, bool bounded) {
    {
        std::scoped_lock const lock(mutex_);
        if (closed_ || (bounded && jobs_.size() >= most_)) return false;
        jobs_.push_back(std::move(job));
        if (jobs_.size() != wakes_at_) return true; // whoever takes is awake, or content to wait
    }
    wake_.notify_one();
    return true;
}

std::vector<Job> WorkQueue::take(std::size_t batch_most) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [&] { return closed_ || !jobs_.empty(); });
    return take_from_front(batch_most);
}

std::vector<Job> WorkQueue::take_from_front(std::size_t most) {
    if (jobs_.empty()) return {};
    bool const sort = Committer::may_overlap(jobs_.front());
    auto const other = std::ranges::find_if(
        jobs_, [&](Job const& job) { return Committer::may_overlap(job) != sort; });
    auto const count = std::min(other - jobs_.begin(), static_cast<std::ptrdiff_t>(most));
    std::vector<Job> taken(std::make_move_iterator(jobs_.begin()),
                           std::make_move_iterator(jobs_.begin() + count));
    jobs_.erase(jobs_.begin(), jobs_.begin() + count);
    return taken;
}

void WorkQueue::nudge() {
    {
        std::scoped_lock const lock(mutex_);
    } // whoever is about to wait has asked before, or will see it
    wake_.notify_one();
}

void WorkQueue::close() {
    {
        std::scoped_lock const lock(mutex_);
        closed_ = true;
    }
    wake_.notify_all();
}

std::size_t WorkQueue::waiting() const {
    std::scoped_lock const lock(mutex_);
    return jobs_.size();
}

} // namespace parley
