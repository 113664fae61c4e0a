#pragma once

#include "engine/ports/reader.hpp"
#include "engine/runtime/work_queue.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace parley {

// Disputes that the writer has been asked to fire and has not answered for. More are asked for while it
// works on these, so that it never runs dry, and no more than `most` at once, for an act waits behind
// them. Used by one thread; the writer answers on its own.
class FireWindow {
public:
    using Deadline = std::tuple<DisputeId, std::string, std::uint32_t>; // with name and stamp

    FireWindow(WorkQueue& queue, std::size_t most) : queue_(queue), most_(most) {}
    ~FireWindow() { wait_for_all(); }
    FireWindow(FireWindow const&) = delete;
    FireWindow& operator=(FireWindow const&) = delete;

    // Asks for as many disputes of these as there is room for, and for none that is asked for already.
    void ask(std::span<DueRow const> rows);
    bool empty() const { return asked_.empty(); }
    // Both give false when one could not be fired since the last call, for the store fails.
    bool wait_for_half() { return wait(most_ / 2); }
    bool wait_for_all() { return wait(0); }
    // The deadlines that were due when the writer looked at them, since the last call. One that is still
    // due in what is read afterwards cannot fire.
    std::set<Deadline> take_looked_at();

private:
    bool wait(std::size_t until_left);
    void answer(DisputeId dispute, std::optional<Instant> looked_at);

    WorkQueue& queue_;
    std::size_t most_;
    std::map<DisputeId, std::map<Deadline, Instant>> asked_; // with when they are due
    std::mutex mutex_;
    std::condition_variable fewer_;
    std::size_t left_ = 0;
    std::size_t wakes_at_ = 0; // how few must be left for whoever waits to be woken
    std::vector<std::pair<DisputeId, std::optional<Instant>>> answered_;
    bool failed_ = false;
};

inline FireWindow::Deadline name_of(DueRow const& row) {
    return {row.dispute, row.name, row.stamp};
}

} // namespace parley
