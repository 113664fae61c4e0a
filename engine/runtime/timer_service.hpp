#pragma once

#include "engine/ports/reader.hpp"
#include "engine/runtime/fire_window.hpp"
#include "engine/runtime/work_queue.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

namespace parley {

// Makes deadlines of real time happen when nobody knocks. It decides nothing: it asks the writer to
// fire what is due, and the writer looks again. Its thread also keeps the heartbeat and sweeps
// receipts whose time is over.
class TimerService {
public:
    // `catch_up` reads again what other nodes may have changed; called on this service's thread.
    TimerService(Reader& reader, Clock const& clock, WorkQueue& queue,
                 std::function<void(std::string const&)> log, Writers writers, std::string node,
                 std::function<void()> catch_up);
    ~TimerService() { stop(); }
    // `seen`: when the service was known to be up; the outage rule looks at gaps after it.
    void start(Instant seen);
    void stop();
    // A deadline was armed that may be sooner than what the service waits for.
    void look_again(Instant soonest);

private:
    void run();
    // One round: has some of what is due fired, or says how long there is to wait.
    std::int64_t round();
    std::int64_t until_next(Instant now);
    // The machine may have slept with the process on it: moves what lost time to that. False when
    // that could not be written.
    bool make_up_for_gap(Instant now);
    // The soonest deadlines that lie at or before `until`, without those that cannot fire.
    std::vector<DueRow> due(Instant until, std::size_t limit);
    void housekeeping();
    // With several nodes: learns what the others did to keys, clocks and neutrals, and whether it is
    // this one's turn to work the deadlines. Should two think so, the second firing finds nothing due.
    bool take_turn(Instant now);

    Reader& reader_;
    Clock const& clock_;
    WorkQueue& queue_;
    std::function<void(std::string const&)> log_;
    Writers writers_;
    std::string node_;
    std::function<void()> catch_up_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::optional<Instant> waiting_for_;
    bool stopping_ = false;
    bool again_ = false;
    Instant last_housekeeping_{};
    Instant seen_{}; // by the last round
    // Due, but nothing fires: set aside. They stay so until a restart.
    std::set<FireWindow::Deadline> stuck_;
    FireWindow window_;
    bool my_turn_ = false; // as the lease said when it was asked for last
    Instant asked_at_{};
    std::thread thread_;
};

// Deadlines that lost more than an hour of their last day to an outage since `last_beat` (S11); each
// is to be moved by one day before anything fires.
std::vector<DueRow> hit_by_outage(Reader& reader, Instant last_beat, Instant now);

} // namespace parley
