#include "engine/runtime/verify.hpp"
#include "tests/runtime/rig.hpp"

#include <functional>

namespace parley {
namespace {

// The real reader, and something that happens every time the verifier has read a page of dispute
// rows: between its reading of a row and of what stands beside it.
class BusyReader final : public Reader {
public:
    BusyReader(Reader& real, std::function<void()> meanwhile)
        : real_(real), meanwhile_(std::move(meanwhile)) {}

    std::vector<DisputeRow> all_disputes(std::optional<DisputeId> after,
                                         std::size_t limit) override {
        auto rows = real_.all_disputes(after, limit);
        meanwhile_();
        return rows;
    }

    std::vector<StoredEvent> events(std::string const& stream, std::uint64_t after) override {
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
    Reader& real_;
    std::function<void()> meanwhile_;
};

Verification verify(Reader& reader) { return JournalVerifier(shipped_world(), reader).run(); }

TEST(Verifier, WhatIsWrittenMeanwhileIsNotBlamed) {
    Rig rig;
    EntryPtr const filed = rig.file();
    bool answered = false;
    BusyReader busy(*rig.reader, [&] {
        if (std::exchange(answered, true)) return;
        ASSERT_TRUE(rig.ask(Rig::respond(filed->state)).has_value());
        rig.file();
    });
    auto const found = verify(busy);
    EXPECT_EQ(found.faults, 0U) << found.first->reason;
    EXPECT_EQ(found.restless, 0U);
    EXPECT_FALSE(found.loads_compared);
    EXPECT_TRUE(verify(*rig.reader).loads_compared);
}

TEST(Verifier, ADisputeThatNeverStandsStillIsLeftOutAndCounted) {
    Rig rig;
    EntryPtr const filed = rig.file();
    BusyReader busy(*rig.reader, [&] {
        ASSERT_TRUE(rig.ask(Rig::message(filed->state, "And another thing.")).has_value());
    });
    auto const found = verify(busy);
    EXPECT_EQ(found.faults, 0U) << found.first->reason;
    EXPECT_EQ(found.restless, 1U);
}

} // namespace
} // namespace parley
