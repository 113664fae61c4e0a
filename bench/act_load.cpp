#include "bench/act_load.hpp"

#include "bench/many.hpp"
#include "bench/scene.hpp"

#include "engine/runtime/committer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <stdexcept>
#include <utility>

namespace parley::bench {

Turn turn_of(std::size_t connection, std::size_t turn, std::size_t connections,
             std::size_t disputes) {
    std::size_t const of_its_own = disputes / connections;
    return {connection + connections * ((connection + turn) % of_its_own),
            (connection + turn / of_its_own) % 2 == 1};
}

// Files disputes and takes them to negotiation.
ActLoad::ActLoad(DevServer const& server, std::size_t connections, std::string keys)
    : server_(server), connections_(connections), keys_(std::move(keys)), filed_(act_disputes),
      turns_(connections, 0) {
    std::vector<std::size_t> turns(connections, 0);
    // Each connection files and answers its own: the first of each handful, the second, and so on.
    auto const place = [&](std::size_t connection) {
        return connection + connections * (turns[connection] / 2);
    };
    LoadResult const result = run_load(
        server.port, connections,
        [&](std::size_t connection) -> std::string {
            std::size_t const at = place(connection);
            if (at >= act_disputes) return {};
            if (turns[connection] % 2 == 0)
                return request_text("POST", "/v1/disputes", server.platform_key, "",
                                    fmt::format("{}file-{}", keys_, at), filing_json());
            return request_text("POST",
                                fmt::format("/v1/disputes/{}/actions/respond", filed_[at].id),
                                server.platform_key, filed_[at].respondent,
                                fmt::format("{}respond-{}", keys_, at), response_json());
        },
        0,
        [&](std::size_t connection, std::string_view body) {
            std::size_t const at = place(connection);
            if (turns[connection]++ % 2 == 1) return;
            auto const dispute = nlohmann::json::parse(body);
            filed_[at] = {dispute.at("id"), dispute.at("parties")[1].at("id"),
                          dispute.at("parties")[0].at("id")};
        });
    result.expect_none_failed("the preparation");
}

std::string ActLoad::next(std::size_t connection) {
    std::size_t const turn = turns_[connection]++;
    auto const [dispute, offers] = turn_of(connection, turn, connections_);
    Filed const& one = filed_[dispute];
    return request_text(
        "POST", fmt::format("/v1/disputes/{}/actions/{}", one.id, offers ? "offer" : "message"),
        server_.platform_key, offers ? one.respondent : one.claimant,
        fmt::format("{}act-{}-{}", keys_, connection, turn), offers ? offer_json() : message_json(),
        minimal_ ? "Prefer: return=minimal\r\n" : "");
}

LoadResult ActLoad::run(double seconds) {
    return run_load(
        server_.port, connections_, [&](std::size_t connection) { return next(connection); },
        seconds);
}

LoadResult ActLoad::run_at(double acts_per_second, double seconds) {
    return run_open_load(
        server_.port, connections_, [&](std::size_t connection) { return next(connection); },
        acts_per_second, seconds);
}

namespace {

// A journal that keeps what the committer would have written, instead of writing it.
class RecordingJournal final : public Journal {
public:
    explicit RecordingJournal(Journal& real) : real_(real) {}
    std::vector<UnitFate> append(std::span<Unit> units) override {
        if (!recording) return real_.append(units);
        for (Unit const& unit : units) recorded.push_back(unit);
        return std::vector<UnitFate>(units.size(), UnitFate::won);
    }
    void add_platform(Platform const& what, WithReceipt const& receipt) override {
        real_.add_platform(what, receipt);
    }
    void add_key(ApiKey const& what, WithReceipt const& receipt) override {
        real_.add_key(what, receipt);
    }
    void revoke_key(ApiKeyId key, Instant at, WithReceipt const& receipt) override {
        real_.revoke_key(key, at, receipt);
    }
    void add_neutral(Neutral const& what, WithReceipt const& receipt) override {
        real_.add_neutral(what, receipt);
    }
    void update_neutral(Neutral const& what, WithReceipt const& receipt) override {
        real_.update_neutral(what, receipt);
    }
    void add_clock(TestClock const& what, WithReceipt const& receipt) override {
        real_.add_clock(what, receipt);
    }
    void set_clock(TestClockId clock, Instant now, WithReceipt const& receipt) override {
        real_.set_clock(clock, now, receipt);
    }
    MoveFate move_task(Task const& after, TaskMovement const& movement,
                       std::optional<StoredReceipt> const& receipt) override {
        return real_.move_task(after, movement, receipt);
    }
    void open_quarantine_task(TaskId id, DisputeId dispute, Instant at, Instant due) override {
        real_.open_quarantine_task(id, dispute, at, due);
    }
    void beat(Instant now) override { real_.beat(now); }
    bool take_lease(std::string const& name, std::string const& holder, Instant now,
                    Instant until) override {
        return real_.take_lease(name, holder, now, until);
    }
    void delete_receipts_before(Instant at) override { real_.delete_receipts_before(at); }
    WebhookWrites& webhooks() override { return real_.webhooks(); }
    PartyAccessWrites& party_access() override { return real_.party_access(); }
    void delete_outbox(std::vector<std::string> const& ids) override { real_.delete_outbox(ids); }
    void checkpoint() override { real_.checkpoint(); }

    bool recording = false;
    std::vector<Unit> recorded;

private:
    Journal& real_;
};

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    return std::move(*result);
}

} // namespace

std::vector<Unit> record_acts(Journal& real, Reader& reader, std::size_t acts, std::size_t disputes,
                              std::size_t connections) {
    World const& world = shipped_world();
    RecordingJournal journal(real);
    SystemClock const clock;
    DisputeCache cache(disputes * 2);
    Committer committer(world, journal, reader, clock, cache, [](std::string const&) {});
    Entropy entropy(random32());
    PlatformId const platform = entropy.make_id<PlatformId>(clock.now());
    journal.add_platform({platform, "bench", clock.now()}, {});
    committer.load_registry();

    auto const ask = [&](Asked asked) {
        Result<Receipt> answer = refuse(RefusalCode::busy, "not run");
        std::vector<Job> jobs;
        jobs.push_back(
            AskJob{std::move(asked), [&](Result<Receipt> got) { answer = std::move(got); }});
        committer.run(std::move(jobs));
        return must(std::move(answer));
    };
    auto const key = [&](std::string name) { return ReceiptKey{"bench", std::move(name), {}}; };
    FileInput const input = must(read_file_input(nlohmann::json::parse(filing_json())));
    std::vector<EntryPtr> filed;
    for (std::size_t i = 0; i < disputes; ++i) {
        Filing filing{entropy.make_id<DisputeId>(clock.now()), platform, false, {}, input,
                      key(fmt::format("file-{}", i)),          false};
        filing.actor.via = platform;
        auto const opened = ask(std::move(filing));
        Command respond;
        respond.dispute = opened.entry->state.id;
        respond.actor = {Role::respondent, opened.entry->state.party(Side::respondent).id.text(),
                         platform, false};
        respond.act = "respond";
        respond.input =
            must(read_act_input(InputKind::respond, nlohmann::json::parse(response_json())));
        respond.receipt = key(fmt::format("respond-{}", i));
        filed.push_back(ask(std::move(respond)).entry);
    }
    ActInput const message =
        must(read_act_input(InputKind::message, nlohmann::json::parse(message_json())));
    ActInput const offer =
        must(read_act_input(InputKind::offer, nlohmann::json::parse(offer_json())));
    journal.recording = true;
    for (std::size_t act = 0; act < acts; ++act) {
        auto const [dispute, offers] =
            turn_of(act % connections, act / connections, connections, disputes);
        DisputeState const& state = filed[dispute]->state;
        Side const side = offers ? Side::respondent : Side::claimant;
        Command command;
        command.dispute = state.id;
        command.actor = {role_of(side), state.party(side).id.text(), platform, false};
        command.act = offers ? "offer" : "message";
        command.input = offers ? offer : message;
        command.receipt = key(fmt::format("act-{}", act));
        ask(std::move(command));
    }
    return std::move(journal.recorded);
}

} // namespace parley::bench
