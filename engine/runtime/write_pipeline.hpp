#pragma once

#include "engine/runtime/committer.hpp"
#include "engine/runtime/work_queue.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace parley {

// The two threads that write: one decides the next batch while the other makes the last one durable.
// What is decided meanwhile stands on a batch that is not durable yet; should that one not win whole,
// it is decided again, so nobody is ever answered with what came of something that did not happen.
class WritePipeline {
public:
    // `armed` hears of the soonest deadline that a batch armed.
    WritePipeline(Committer& committer, WorkQueue& queue, std::size_t batch_most,
                  std::function<void(Instant)> armed,
                  std::function<void(std::string const&)> const& log);
    ~WritePipeline() { join(); }
    WritePipeline(WritePipeline const&) = delete;
    WritePipeline& operator=(WritePipeline const&) = delete;

    void start();
    bool started() const { return deciding_.joinable(); }
    // Waits until the queue, which is closed before, is worked off. Idempotent.
    void join();

private:
    using Batch = Committer::Batch;
    void decide_all();
    void commit_all();
    // Null when nobody was to be told anything yet.
    std::shared_ptr<Batch> decide_on_top(std::vector<Job> jobs);
    void gather(Batch& batch);
    void run_alone(std::vector<Job> jobs);
    void hand_over(std::shared_ptr<Batch> batch);
    bool idle(); // nothing is being committed
    void wait_until_idle();
    void ask_again(std::vector<Job> jobs);
    void tell_armed();
    // Runs a thread's loop; what escapes it is a bug, and those who asked would wait for ever.
    void guard(char const* name, void (WritePipeline::*loop)());

    Committer& committer_;
    WorkQueue& queue_;
    std::size_t batch_most_;
    std::function<void(Instant)> armed_;
    std::function<void(std::string const&)> const& log_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::shared_ptr<Batch> handed_;                          // to be committed, or being committed
    bool over_ = false;                                      // nothing more will be handed over
    std::atomic<WorkQueue::Steady::duration> commit_time_{}; // of the last batch
    std::size_t last_size_ = 0;                              // the deciding thread's
    std::shared_ptr<Batch> before_; // the deciding thread's: the one handed over last

    std::thread deciding_, committing_;
};

} // namespace parley
