#pragma once

#include "engine/base/fault.hpp"
#include "engine/ports/journal.hpp"

#include <algorithm>
#include <functional>

namespace parley {

// The real journal, except where a test says otherwise.
class FaultyJournal final : public Journal {
public:
    explicit FaultyJournal(Journal& real) : real_(real) {}

    bool fails = false;      // every write is a Fault, and nothing of it is kept
    bool recovering = false; // as PostgreSQL's journal is, and SQLite's is not
    std::function<std::vector<UnitFate>(std::span<Unit>)>
        next_append;                   // once, in place of the real one
    std::function<void()> before_move; // once: what another node does meanwhile

    std::vector<UnitFate> append(std::span<Unit> units) override {
        fail_if_asked();
        if (auto once = std::exchange(next_append, {})) return once(units);
        return real_.append(units);
    }
    void add_platform(Platform const& what, WithReceipt const& receipt) override {
        fail_if_asked(), real_.add_platform(what, receipt);
    }
    void add_key(ApiKey const& what, WithReceipt const& receipt) override {
        fail_if_asked(), real_.add_key(what, receipt);
    }
    void revoke_key(ApiKeyId key, Instant at, WithReceipt const& receipt) override {
        fail_if_asked(), real_.revoke_key(key, at, receipt);
    }
    void add_neutral(Neutral const& what, WithReceipt const& receipt) override {
        fail_if_asked(), real_.add_neutral(what, receipt);
    }
    void update_neutral(Neutral const& what, WithReceipt const& receipt) override {
        fail_if_asked(), real_.update_neutral(what, receipt);
    }
    void add_clock(TestClock const& what, WithReceipt const& receipt) override {
        fail_if_asked(), real_.add_clock(what, receipt);
    }
    void set_clock(TestClockId clock, Instant now, WithReceipt const& receipt) override {
        fail_if_asked(), real_.set_clock(clock, now, receipt);
    }
    MoveFate move_task(Task const& after, TaskMovement const& movement,
                       std::optional<StoredReceipt> const& receipt) override {
        fail_if_asked();
        if (auto once = std::exchange(before_move, {})) once();
        return real_.move_task(after, movement, receipt);
    }
    void open_quarantine_task(TaskId id, DisputeId dispute, Instant at, Instant due) override {
        fail_if_asked(), real_.open_quarantine_task(id, dispute, at, due);
    }
    void beat(Instant now) override { fail_if_asked(), real_.beat(now); }
    bool take_lease(std::string const& name, std::string const& holder, Instant now,
                    Instant until) override {
        fail_if_asked();
        return real_.take_lease(name, holder, now, until);
    }
    void delete_receipts_before(Instant at) override {
        fail_if_asked(), real_.delete_receipts_before(at);
    }
    WebhookWrites& webhooks() override { return real_.webhooks(); }
    PartyAccessWrites& party_access() override { return real_.party_access(); }
    void delete_outbox(std::vector<std::string> const& ids) override { real_.delete_outbox(ids); }
    void checkpoint() override { real_.checkpoint(); }
    bool recovers() const override { return recovering; }
    void settle() override { fail_if_asked(); }

private:
    void fail_if_asked() const {
        if (fails) throw Fault("disk full");
    }
    Journal& real_;
};

} // namespace parley
