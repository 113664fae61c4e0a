#pragma once

#include "engine/runtime/committer.hpp"
#include "engine/runtime/work_queue.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace parley {

// The two threads that write: one decides the next batch while the other makes the last one durable,
// and takes the next as far as it is decided when it is through. What is decided meanwhile stands on a
// batch that is not durable yet; should that one not win whole, it is decided again, so nobody is ever
// answered with what came of something that did not happen.
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
    using Lock = std::unique_lock<std::mutex>;
    using Steady = WorkQueue::Steady;
    // What the committing thread waits for when it could go on and would rather have more.
    struct Hope {
        std::size_t size = 0;
        Steady::time_point until;
    };

    // The deciding thread's.
    void decide_all();
    std::vector<Job> next_jobs();
    void decide(std::vector<Job> jobs);
    std::shared_ptr<Batch> batch_for(std::vector<Job>& jobs);
    void run_alone(std::vector<Job> jobs);

    // The committing thread's.
    void commit_all();
    std::shared_ptr<Batch> next_batch();
    void gather(Lock& lock);
    std::shared_ptr<Batch> decided_again(Batch& fallen);
    void let_go();

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
    std::condition_variable ready_; // something for the committing thread
    std::condition_variable taken_; // something for the deciding thread
    std::shared_ptr<Batch> open_;   // takes more jobs until it is committed
    bool in_use_ = false;           // one of the threads works on `open_`, or where it would be
    std::optional<Hope> hope_;
    std::shared_ptr<Batch> committed_; // on its way to be durable
    std::shared_ptr<Batch> spent_;     // for the deciding thread to free, which made most of it
    bool over_ = false;                // nothing more will be decided

    Steady::duration commit_time_{}; // of the last batch; the committing thread's
    std::size_t last_size_ = 0;      // the same

    std::thread deciding_, committing_;
};

} // namespace parley
