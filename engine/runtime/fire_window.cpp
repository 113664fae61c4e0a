#include "engine/runtime/fire_window.hpp"

namespace parley {

void FireWindow::ask(std::span<DueRow const> rows) {
    decltype(asked_) more;
    for (DueRow const& row : rows) {
        if (asked_.contains(row.dispute)) continue;
        if (asked_.size() + more.size() >= most_ && !more.contains(row.dispute)) continue;
        more[row.dispute].emplace(name_of(row), row.at);
    }
    {
        std::scoped_lock const lock(mutex_);
        left_ += more.size();
    }
    for (auto const& [dispute, due] : more) {
        Job job = FireJob{dispute, [this, dispute](std::optional<Instant> looked_at) {
                              answer(dispute, looked_at);
                          }};
        if (!queue_.push(job, false)) answer(dispute, std::nullopt);
    }
    asked_.merge(more);
}

bool FireWindow::wait(std::size_t until_left) {
    std::unique_lock lock(mutex_);
    wakes_at_ = until_left;
    fewer_.wait(lock, [&] { return left_ <= until_left; });
    return !std::exchange(failed_, false);
}

std::set<FireWindow::Deadline> FireWindow::take_looked_at() {
    decltype(answered_) answered;
    {
        std::scoped_lock const lock(mutex_);
        answered.swap(answered_);
    }
    std::set<Deadline> out;
    for (auto const& [dispute, looked_at] : answered) {
        auto const asked = asked_.extract(dispute);
        for (auto const& [deadline, due_at] : asked.mapped())
            if (looked_at && due_at < *looked_at) out.insert(deadline);
    }
    return out;
}

// The last thing is done under the lock: whoever waits may be through, and this window gone, right after.
void FireWindow::answer(DisputeId dispute, std::optional<Instant> looked_at) {
    std::scoped_lock const lock(mutex_);
    answered_.emplace_back(dispute, looked_at);
    if (!looked_at) failed_ = true;
    if (--left_ == wakes_at_) fewer_.notify_one();
}

} // namespace parley
