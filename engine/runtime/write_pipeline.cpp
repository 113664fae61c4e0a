#include "engine/runtime/write_pipeline.hpp"

#include "engine/runtime/answer_batch.hpp"
#include "engine/runtime/batch.hpp"

#include <fmt/format.h>

#include <exception>
#include <pthread.h>
#include <sched.h>

namespace parley {

namespace {

constexpr WorkQueue::Steady::duration longest_wait = std::chrono::milliseconds(1);
constexpr WorkQueue::Steady::duration commit_longest = std::chrono::hours(1);

// Everybody waits for the thread that commits. With the lowest real-time priority it goes on as soon as
// its disk has answered, and does not queue behind threads that prepare what comes later. That takes
// RLIMIT_RTPRIO of 1 or CAP_SYS_NICE (sched(7)); without, it queues as all others do.
void go_before_others() {
    sched_param const lowest{.sched_priority = ::sched_get_priority_min(SCHED_FIFO)};
    ::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &lowest);
}

} // namespace

WritePipeline::WritePipeline(Committer& committer, WorkQueue& queue, std::size_t batch_most,
                             std::function<void(Instant)> armed,
                             std::function<void(std::string const&)> const& log)
    : committer_(committer), queue_(queue), batch_most_(batch_most), armed_(std::move(armed)),
      log_(log) {}

void WritePipeline::start() {
    deciding_ = std::thread([this] { guard("parley-decide", &WritePipeline::decide_all); });
    committing_ = std::thread([this] { guard("parley-commit", &WritePipeline::commit_all); });
}

void WritePipeline::join() {
    if (deciding_.joinable()) deciding_.join();
    if (committing_.joinable()) committing_.join();
}

void WritePipeline::guard(char const* name, void (WritePipeline::*loop)()) {
    ::pthread_setname_np(::pthread_self(), name); // as profilers and debuggers show it
    try {
        (this->*loop)();
    } catch (std::exception const& bug) {
        // What is durable is known after a restart, which is the road that is tested.
        log_(fmt::format("{} cannot go on: {}", name, bug.what()));
        std::terminate();
    }
}

void WritePipeline::decide_all() {
    while (true) {
        std::vector<Job> jobs = queue_.take(batch_most_);
        if (jobs.empty()) break;
        if (!Committer::may_overlap(jobs.front())) run_alone(std::move(jobs));
        else if (auto batch = decide_on_top(std::move(jobs))) hand_over(std::move(batch));
    }
    {
        std::scoped_lock lock(mutex_);
        over_ = true;
    }
    changed_.notify_all();
}

std::shared_ptr<Committer::Batch> WritePipeline::decide_on_top(std::vector<Job> jobs) {
    if (idle()) {
        before_.reset(); // all it left behind is in the cache
        if (committer_.decline_in_doubt(jobs)) return nullptr;
    }
    auto batch = std::make_shared<Batch>(committer_, before_);
    batch->take(std::move(jobs));
    gather(*batch);
    wait_until_idle();
    committer_.tend();
    if (before_ != nullptr && !before_->whole()) {
        std::vector<Job> again = batch->give_back();
        if (committer_.decline_in_doubt(again)) return nullptr;
        batch = std::make_shared<Batch>(committer_, nullptr);
        batch->take(std::move(again));
    }
    batch->forget_before();
    return batch;
}

// While the last batch is being committed more may come along. When it is through, this one still
// waits for half as many as came together last time: with many callers they are on their way, and a
// commit for a single act costs as much as one for dozens. It waits no longer than half a commit.
void WritePipeline::gather(Batch& batch) {
    std::size_t const hoped_for = last_size_ / 2;
    std::optional<WorkQueue::Steady::time_point> until;
    while (batch.size() < batch_most_) {
        std::vector<Job> more;
        if (!idle()) {
            more = queue_.take_more(batch_most_ - batch.size(),
                                    WorkQueue::Steady::now() + commit_longest,
                                    [this] { return idle(); });
            if (more.empty() && !idle()) break; // the next one is of the other sort, or none comes
        } else {
            auto const now = WorkQueue::Steady::now();
            if (!until) until = now + std::min(commit_time_.load() / 2, longest_wait);
            if (batch.size() >= hoped_for || now >= *until) break;
            more = queue_.take_more(hoped_for - batch.size(), *until, [] { return false; });
            if (more.empty()) break;
        }
        batch.take(std::move(more));
    }
    last_size_ = batch.size();
}

void WritePipeline::run_alone(std::vector<Job> jobs) {
    wait_until_idle();
    before_.reset();
    AnswerBatch together;
    ask_again(committer_.run(std::move(jobs)));
    tell_armed();
}

void WritePipeline::hand_over(std::shared_ptr<Batch> batch) {
    before_ = batch;
    {
        std::scoped_lock lock(mutex_);
        handed_ = std::move(batch);
    }
    changed_.notify_all();
}

bool WritePipeline::idle() {
    std::scoped_lock lock(mutex_);
    return handed_ == nullptr;
}

void WritePipeline::wait_until_idle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return handed_ == nullptr; });
}

void WritePipeline::commit_all() {
    go_before_others();
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return handed_ != nullptr || over_; });
        if (handed_ == nullptr) return;
        Batch& batch = *handed_;
        lock.unlock();
        auto const began = WorkQueue::Steady::now();
        batch.commit();
        commit_time_ = WorkQueue::Steady::now() - began;
        {
            AnswerBatch together;
            ask_again(batch.finish());
        }
        tell_armed();
        lock.lock();
        handed_.reset();
        lock.unlock();
        changed_.notify_all();
        queue_.nudge();
        lock.lock();
    }
}

void WritePipeline::ask_again(std::vector<Job> jobs) {
    for (Job& job : jobs)
        if (!queue_.push(job, false))
            decline(job, RefusalCode::busy, "The server is stopping; ask again.");
}

void WritePipeline::tell_armed() {
    if (auto const soonest = committer_.take_soonest_armed()) armed_(*soonest);
}

} // namespace parley
