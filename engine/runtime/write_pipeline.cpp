#include "engine/runtime/write_pipeline.hpp"

#include "engine/runtime/answer_batch.hpp"
#include "engine/runtime/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <pthread.h>
#include <sched.h>
#include <utility>

namespace parley {

namespace {

constexpr std::chrono::milliseconds longest_wait(1);
constexpr std::chrono::hours commit_longest(1);

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
        std::vector<Job> jobs = next_jobs();
        if (jobs.empty()) break;
        if (Committer::may_overlap(jobs.front())) decide(std::move(jobs));
        else run_alone(std::move(jobs));
    }
    {
        std::scoped_lock const lock(mutex_);
        over_ = true;
    }
    ready_.notify_one();
}

// For a batch that waits for the commit before it, a few at a time; the first of another at once.
std::vector<Job> WritePipeline::next_jobs() {
    bool opened = false;
    std::size_t size = 0;
    std::optional<Hope> hope;
    {
        std::shared_ptr<Batch> spent; // to be freed without the lock
        Lock lock(mutex_);
        taken_.wait(lock, [&] { return !open_ || (!in_use_ && open_->size() < batch_most_); });
        opened = open_ != nullptr;
        if (opened) size = open_->size();
        hope = hope_;
        spent = std::exchange(spent_, nullptr);
    }
    auto const is_taken = [&] {
        std::scoped_lock const look(mutex_);
        return !open_ || (!hope && hope_);
    };
    std::vector<Job> more;
    if (opened && hope && size < hope->size)
        more = queue_.take_more(hope->size - size, hope->until, is_taken);
    else if (opened)
        more = queue_.take_more(batch_most_ - size, Steady::now() + commit_longest, is_taken);
    return more.empty() ? queue_.take(batch_most_ - size) : std::move(more);
}

void WritePipeline::decide(std::vector<Job> jobs) {
    if (auto const batch = batch_for(jobs)) batch->take(std::move(jobs));
    bool tell = false;
    {
        std::scoped_lock const lock(mutex_);
        in_use_ = false;
        tell = open_ && (!hope_ || open_->size() >= hope_->size);
    }
    if (tell) ready_.notify_one();
}

// The open batch, for this thread to use. Null when nobody can be told anything yet.
std::shared_ptr<WritePipeline::Batch> WritePipeline::batch_for(std::vector<Job>& jobs) {
    Lock lock(mutex_);
    taken_.wait(lock, [&] { return !in_use_; });
    in_use_ = true;
    if (open_) return open_;
    std::shared_ptr<Batch> const before = committed_; // none: all it left behind is in the cache
    lock.unlock();
    if (!before && committer_.decline_in_doubt(jobs)) return nullptr;
    auto batch = std::make_shared<Batch>(committer_, before);
    lock.lock();
    open_ = batch;
    return batch;
}

void WritePipeline::run_alone(std::vector<Job> jobs) {
    {
        Lock lock(mutex_);
        taken_.wait(lock, [&] { return !open_ && !committed_; });
    }
    AnswerBatch const together;
    ask_again(committer_.run(std::move(jobs)));
    tell_armed();
}

void WritePipeline::commit_all() {
    go_before_others();
    while (auto const batch = next_batch()) {
        last_size_ = batch->size();
        auto const began = Steady::now();
        batch->commit();
        commit_time_ = Steady::now() - began;
        {
            AnswerBatch const together;
            ask_again(batch->finish());
        }
        tell_armed();
        let_go();
    }
}

std::shared_ptr<WritePipeline::Batch> WritePipeline::next_batch() {
    Lock lock(mutex_);
    while (true) {
        ready_.wait(lock, [&] { return !in_use_ && (open_ || over_); });
        if (!open_) return nullptr;
        gather(lock);
        std::shared_ptr<Batch> batch = open_; // which the other thread sees until it is taken
        in_use_ = true;
        lock.unlock();
        committer_.tend();
        if (!batch->stands()) batch = decided_again(*batch);
        if (batch) batch->forget_before();
        lock.lock();
        open_.reset();
        committed_ = batch;
        in_use_ = false;
        lock.unlock();
        taken_.notify_one();
        queue_.nudge();
        if (batch) return batch;
        lock.lock();
    }
}

// While the last batch was committed this one came together. When it is through, this one still waits
// for half as many as came together last time: with many callers they are on their way, and a commit
// for a single act costs as much as one for dozens. It waits no longer than half a commit.
void WritePipeline::gather(Lock& lock) {
    std::size_t const hoped_for = last_size_ / 2;
    if (open_->size() >= hoped_for) return;
    hope_ =
        Hope{hoped_for, Steady::now() + std::min<Steady::duration>(commit_time_ / 2, longest_wait)};
    lock.unlock();
    queue_.nudge();
    lock.lock();
    ready_.wait_until(lock, hope_->until, [&] { return !in_use_ && open_->size() >= hoped_for; });
    hope_.reset();
    ready_.wait(lock, [&] { return !in_use_; });
}

// Null when nobody can be told anything yet.
std::shared_ptr<WritePipeline::Batch> WritePipeline::decided_again(Batch& fallen) {
    std::vector<Job> jobs = fallen.give_back();
    if (committer_.decline_in_doubt(jobs)) return nullptr;
    auto batch = std::make_shared<Batch>(committer_, nullptr);
    batch->take(std::move(jobs));
    return batch;
}

void WritePipeline::let_go() {
    {
        std::scoped_lock const lock(mutex_);
        spent_ = std::exchange(committed_, nullptr);
    }
    taken_.notify_one();
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
