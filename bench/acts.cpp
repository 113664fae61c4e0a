#include "bench/child.hpp"
#include "bench/load.hpp"
#include "bench/report.hpp"
#include "bench/scene.hpp"

#include "engine/procedure/embedded_library.hpp"
#include "engine/runtime/committer.hpp"
#include "engine/store/data_folder.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/sqlite_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <stdexcept>

namespace parley::bench {

namespace {

constexpr std::size_t disputes = 4096; // so that one has a few dozen acts at most, as real ones do
constexpr std::size_t connections = 64;
constexpr double seconds = 6;
constexpr std::size_t baseline_acts = 64 * 1024;
constexpr std::size_t acts_a_commit = 64;

struct Filed {
    std::string id;
    std::string respondent, claimant;
};

// Files disputes and takes them to negotiation, where both sides talk and make offers.
std::vector<Filed> prepare(DevServer const& server) {
    std::vector<Filed> filed(disputes);
    std::vector<std::size_t> turns(connections, 0);
    // Each connection files and answers its own: connection, connection + 64, and so on.
    auto const place = [&](std::size_t connection) {
        return connection + connections * (turns[connection] / 2);
    };
    LoadResult const result = run_load(
        server.port, connections,
        [&](std::size_t connection) -> std::string {
            std::size_t const at = place(connection);
            if (at >= disputes) return {};
            if (turns[connection] % 2 == 0)
                return request_text("POST", "/v1/disputes", server.platform_key, "",
                                    fmt::format("file-{}", at), filing_json());
            return request_text("POST",
                                fmt::format("/v1/disputes/{}/actions/respond", filed[at].id),
                                server.platform_key, filed[at].respondent,
                                fmt::format("respond-{}", at), response_json());
        },
        0,
        [&](std::size_t connection, std::string_view body) {
            std::size_t const at = place(connection);
            if (turns[connection]++ % 2 == 1) return;
            auto const dispute = nlohmann::json::parse(body);
            filed[at] = {dispute.at("id"), dispute.at("parties")[1].at("id"),
                         dispute.at("parties")[0].at("id")};
        });
    if (result.failed != 0) throw std::runtime_error("preparing failed: " + result.first_failure);
    return filed;
}

LoadResult over_http(std::string const& parley_binary) {
    DevServer const server(parley_binary);
    std::vector<Filed> const filed = prepare(server);
    std::vector<std::size_t> turns(connections, 0);
    return run_load(
        server.port, connections,
        [&](std::size_t connection) {
            std::size_t const turn = turns[connection]++;
            // Every connection walks over disputes of its own.
            Filed const& one = filed[connection + connections * (turn % (disputes / connections))];
            bool const offers = turn % 2 == 1;
            return request_text(
                "POST",
                fmt::format("/v1/disputes/{}/actions/{}", one.id, offers ? "offer" : "message"),
                server.platform_key, offers ? one.respondent : one.claimant,
                fmt::format("act-{}-{}", connection, turn), offers ? offer_json() : message_json());
        },
        seconds);
}

// A journal that keeps what the committer would have written, instead of writing it.
class RecordingJournal final : public Journal {
public:
    explicit RecordingJournal(Journal& real) : real_(real) {}
    std::vector<UnitFate> append(std::span<Unit> units) override {
        if (!recording) return real_.append(units);
        for (Unit& unit : units) recorded.push_back(unit);
        return std::vector<UnitFate>(units.size(), UnitFate::won);
    }
    void add_platform(Platform const& what) override { real_.add_platform(what); }
    void add_key(ApiKey const& what) override { real_.add_key(what); }
    void revoke_key(ApiKeyId key, Instant at) override { real_.revoke_key(key, at); }
    void add_neutral(Neutral const& what) override { real_.add_neutral(what); }
    void update_neutral(Neutral const& what) override { real_.update_neutral(what); }
    void add_clock(TestClock const& what, std::optional<StoredReceipt> const& receipt) override {
        real_.add_clock(what, receipt);
    }
    void set_clock(TestClockId clock, Instant now) override { real_.set_clock(clock, now); }
    void set_clock_once(TestClockId clock, Instant now, StoredReceipt const& receipt) override {
        real_.set_clock_once(clock, now, receipt);
    }
    void beat(Instant now) override { real_.beat(now); }
    void delete_receipts_before(Instant at) override { real_.delete_receipts_before(at); }
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

// The rows of the same acts, ready made, written 64 a commit by the store alone.
double baseline_per_second() {
    ScratchFolder const scratch;
    World const world{ZoneRules::load(), load_embedded_law(), load_embedded_procedures()};
    DataFolder folder(scratch.path() + "/data");
    auto real = open_sqlite_journal(folder);
    auto reader = open_sqlite_reader(folder);
    RecordingJournal journal(*real);
    SystemClock const clock;
    DisputeCache cache(disputes * 2);
    Committer committer(world, journal, *reader, clock, cache, [](std::string const&) {});
    Entropy entropy(random32());
    PlatformId const platform = entropy.make_id<PlatformId>(clock.now());
    journal.add_platform({platform, "bench", clock.now()});
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
    for (std::size_t act = 0; act < baseline_acts; ++act) {
        bool const offers = (act / disputes) % 2 == 1;
        DisputeState const& state = filed[act % disputes]->state;
        Side const side = offers ? Side::respondent : Side::claimant;
        Command command;
        command.dispute = state.id;
        command.actor = {role_of(side), state.party(side).id.text(), platform, false};
        command.act = offers ? "offer" : "message";
        command.input = offers ? offer : message;
        command.receipt = key(fmt::format("act-{}", act));
        ask(std::move(command));
    }
    auto const start = std::chrono::steady_clock::now();
    std::span<Unit> left(journal.recorded);
    while (!left.empty()) {
        std::size_t const count = std::min(acts_a_commit, left.size());
        for (UnitFate const fate : real->append(left.first(count)))
            if (fate != UnitFate::won) throw std::runtime_error("the baseline lost a unit");
        left = left.subspan(count);
    }
    std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - start;
    return static_cast<double>(baseline_acts) / passed.count();
}

std::vector<Figure> run(std::string const& parley_binary) {
    // The baseline runs before and after, so that a machine that changes its pace shows.
    double const before = baseline_per_second();
    LoadResult result = over_http(parley_binary);
    double const after = baseline_per_second();
    if (result.failed != 0) throw std::runtime_error("an act failed: " + result.first_failure);
    Figure figure;
    figure.name = "acts_sqlite";
    figure.value = result.per_second();
    figure.unit = "acts/s";
    figure.baseline = "the same rows in process, 64 a commit";
    figure.baseline_value = (before + after) / 2;
    figure.goal = "0.7 x, then 0.85";
    figure.note = fmt::format(
        "64 connections, {} acts; p50 {} us, p99 {} us; baseline {:.0f} before, {:.0f} after",
        result.done, result.percentile(0.5), result.percentile(0.99), before, after);
    return {figure};
}

} // namespace

Benchmark acts_benchmark(std::string parley_binary) {
    return {"acts_sqlite", "durable acts a second over HTTP on SQLite",
            [parley_binary = std::move(parley_binary)] { return run(parley_binary); }};
}

} // namespace parley::bench
