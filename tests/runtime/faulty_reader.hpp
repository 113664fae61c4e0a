#pragma once

#include "engine/base/fault.hpp"
#include "engine/ports/reader.hpp"

#include <atomic>
#include <functional>

namespace parley {

// The real reader, except where a test says otherwise. Used by several threads at once.
class FaultyReader final : public Reader {
public:
    explicit FaultyReader(Reader& real) : real_(real) {}

    std::atomic<int> failures{0};         // so many times events cannot be read
    std::function<void()> after_disputes; // whenever a page of all disputes was read

    std::vector<DisputeRow> all_disputes(std::optional<DisputeId> after,
                                         std::size_t limit) override {
        auto rows = real_.all_disputes(after, limit);
        if (after_disputes) after_disputes();
        return rows;
    }

    std::vector<StoredEvent> events(std::string const& stream, std::uint64_t after) override {
        fail_if_asked();
        return real_.events(stream, after);
    }
    std::vector<std::uint64_t> stream_versions(std::vector<std::string> const& streams) override {
        return real_.stream_versions(streams);
    }
    std::vector<StoredEvent> log(bool live, std::uint64_t from, std::size_t limit) override {
        return real_.log(live, from, limit);
    }
    std::uint64_t log_size(bool live) override { return real_.log_size(live); }
    std::vector<DisputeRow> disputes(DisputeFilter const& filter, std::optional<DisputeId> before,
                                     std::size_t limit) override {
        return real_.disputes(filter, before, limit);
    }
    std::optional<StoredReceipt> receipt(std::string const& scope,
                                         std::string const& key) override {
        return real_.receipt(scope, key);
    }
    std::vector<StoredReceipt> receipts(Bytes16 const& after, std::size_t limit) override {
        return real_.receipts(after, limit);
    }
    std::vector<DueRow> due(std::optional<TestClockId> clock, Instant until,
                            std::size_t limit) override {
        return real_.due(clock, until, limit);
    }
    std::optional<Instant> next_due() override { return real_.next_due(); }
    std::vector<DueRow> due_between(Instant from, Instant until) override {
        return real_.due_between(from, until);
    }
    std::vector<DueRow> open_deadlines() override { return real_.open_deadlines(); }
    FeedPage feed(FeedQuery const& query) override { return real_.feed(query); }
    TaskPage tasks(TaskFilter const& filter, std::optional<TaskPlace> after,
                   std::size_t limit) override {
        return real_.tasks(filter, after, limit);
    }
    std::optional<Task> task(TaskId id) override { return real_.task(id); }
    std::vector<TaskMovement> task_movements(TaskId id) override {
        return real_.task_movements(id);
    }
    std::vector<QueueCount> task_counts(bool live, std::optional<NeutralId> neutral) override {
        return real_.task_counts(live, neutral);
    }
    std::vector<Task> open_tasks() override { return real_.open_tasks(); }
    WebhookReads& webhooks() override { return real_.webhooks(); }
    PartyAccessReads& party_access() override { return real_.party_access(); }
    std::vector<Platform> platforms() override { return real_.platforms(); }
    std::vector<ApiKey> keys() override { return real_.keys(); }
    std::vector<Neutral> neutrals(bool live) override { return real_.neutrals(live); }
    std::vector<TestClock> clocks() override { return real_.clocks(); }
    std::optional<Instant> last_beat() override { return real_.last_beat(); }
    std::vector<OutboxRow> outbox(std::string const& after, std::size_t limit) override {
        return real_.outbox(after, limit);
    }

private:
    void fail_if_asked() {
        if (failures > 0) {
            --failures;
            throw Fault("the database cannot be read");
        }
    }
    Reader& real_;
};

} // namespace parley
