#include "tests/crash/dockets.hpp"

#include "api/app/samples.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

// kill -9 under load, again and again: what was acknowledged is there exactly once, what was not can be
// asked again under its key, and the journal fits.
namespace parley::app::testing {
namespace {

constexpr int clients = 16;
constexpr auto ready_most = std::chrono::seconds(10); // the aim is 2; machines of tests are noisy

// One call as its client knows it: until it is answered it is asked again under the same key.
struct Call {
    std::string key, path, act_as, body;
};

// What all clients together know.
class Knowledge {
public:
    std::string new_key(std::string_view kind) {
        return fmt::format("{}-{}", kind, next_.fetch_add(1));
    }
    void acknowledge(Call const& call, Json const& answer) {
        std::scoped_lock const lock(mutex_);
        std::string const dispute = answer.at("id").get<std::string>();
        std::string event;
        if (answer.contains("events"))
            event = answer.at("events").at(0).at("id").get<std::string>();
        acks_ += ack_line(dispute, event, call.key);
        keys_.insert(call.key);
        if (!answer.contains("events"))
            disputes_.emplace_back(dispute, answer.at("parties").at(0).at("id").get<std::string>());
    }
    // A dispute to say something in; none before the first was filed.
    std::optional<std::pair<std::string, std::string>> some_dispute(std::uint64_t draw) {
        std::scoped_lock const lock(mutex_);
        if (disputes_.empty()) return std::nullopt;
        return disputes_[draw % disputes_.size()];
    }
    std::string acks() {
        std::scoped_lock const lock(mutex_);
        return acks_;
    }
    std::size_t effects() { // one event each
        std::scoped_lock const lock(mutex_);
        return keys_.size();
    }

private:
    std::mutex mutex_;
    std::atomic<std::uint64_t> next_{0};
    std::string acks_;
    std::set<std::string> keys_;
    std::vector<std::pair<std::string, std::string>> disputes_; // id, claimant
};

// Asks once. True: done with, so ask no more. A refusal fails the test: nothing asked here may be
// refused for good.
bool ask(DemoClient& client, DevServer const& server, Call const& call, Knowledge& knowledge) {
    auto const answer = client.send("POST", call.path,
                                    as(server.key("platform"), call.act_as, call.key), call.body);
    if (!answer) return false;                                        // killed in between
    if (answer->status == 503 || answer->status == 409) return false; // stopping, or still running
    EXPECT_TRUE(answer->status == 200 || answer->status == 201)
        << answer->status << " " << answer->body;
    if (answer->status < 300) knowledge.acknowledge(call, Json::parse(answer->body));
    return true;
}

// A client's life between two kills; what it was not told of is left in `open`.
void live(DevServer const& server, Knowledge& knowledge, std::atomic<bool> const& over,
          std::uint64_t seed, std::vector<Call>& open) {
    DemoClient client(server.url(), std::chrono::seconds(5));
    std::mt19937_64 random(seed);
    while (!over) {
        auto const dispute = random() % 4 == 0 ? std::nullopt : knowledge.some_dispute(random());
        Call call;
        if (dispute)
            call = {knowledge.new_key("message"),
                    "/v1/disputes/" + dispute->first + "/actions/message", dispute->second,
                    R"({"text": "Is anybody there?"})"};
        else
            call = {knowledge.new_key("file"), "/v1/disputes", "",
                    filing_of(Sample::lamp, SystemClock().now(), std::nullopt)};
        if (ask(client, server, call, knowledge)) continue;
        open.push_back(std::move(call));
        if (!over) std::this_thread::yield();
        return; // the server is gone
    }
}

// Runs the clients for that long, then kills the server under them.
std::vector<Call> load_and_kill(DevServer& server, Knowledge& knowledge,
                                std::chrono::milliseconds how_long, std::uint64_t seed,
                                bool kills_itself) {
    std::atomic<bool> over = false;
    std::vector<std::vector<Call>> open(clients);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < clients; ++i)
        threads.emplace_back([&, i] { live(server, knowledge, over, seed + i, open[i]); });
    if (kills_itself) {
        EXPECT_EQ(server.child.wait(std::chrono::seconds(60)), 128 + SIGKILL)
            << "the fault point was not reached";
    } else {
        std::this_thread::sleep_for(how_long);
        server.child.signal(SIGKILL);
        EXPECT_EQ(server.child.wait(std::chrono::seconds(20)), 128 + SIGKILL);
    }
    over = true;
    threads.clear();
    std::vector<Call> all;
    for (auto& calls : open)
        for (Call& call : calls) all.push_back(std::move(call));
    return all;
}

void ask_again(DevServer const& server, std::vector<Call> const& open, Knowledge& knowledge) {
    DemoClient client(server.url());
    for (Call const& call : open) {
        bool done = false;
        for (int tries = 0; tries < 100 && !done; ++tries)
            done = ask(client, server, call, knowledge);
        EXPECT_TRUE(done) << call.key;
    }
}

// Everything acknowledged is there once, nothing is there that nobody asked for.
void expect_journal_fits(std::string const& folder, Knowledge& knowledge) {
    std::string const acks = folder + ".acks";
    write_private_file(acks, knowledge.acks());
    Ran const ran = run_parley({"journal", "verify", "--data", folder, "--acks", acks});
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
    EXPECT_NE(ran.out.find(fmt::format("test log: {} events", knowledge.effects())),
              std::string::npos)
        << "wanted " << knowledge.effects() << " events\n"
        << ran.out;
}

struct Rounds {
    std::string folder;
    Knowledge knowledge;
    std::vector<Call> open;
    std::chrono::milliseconds slowest{0};

    std::optional<DevServer> start(std::vector<std::string> environment = {}) {
        auto server = start_dev(folder, {"--empty"}, std::move(environment));
        EXPECT_TRUE(server) << server.error().line;
        if (!server) return std::nullopt;
        slowest = std::max(slowest, server->took);
        EXPECT_LT(server->took, ready_most);
        return std::move(*server);
    }
};

TEST(Crash, NothingAcknowledgedIsLostOrDoneTwice) {
    ScratchFolder const scratch;
    Rounds run{.folder = scratch.path() + "/data", .knowledge = {}, .open = {}};
    std::uint64_t const seed = std::random_device{}();
    std::mt19937_64 random(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed));
    for (int round = 1; round <= kills(); ++round) {
        auto server = run.start();
        ASSERT_TRUE(server);
        ask_again(*server, run.open, run.knowledge);
        std::chrono::milliseconds const how_long(50 + random() % 750);
        run.open = load_and_kill(*server, run.knowledge, how_long, random(), false);
        if (::testing::Test::HasFailure()) FAIL() << "in round " << round;
    }
    auto server = run.start();
    ASSERT_TRUE(server);
    ask_again(*server, run.open, run.knowledge);
    EXPECT_EQ(stop(*server), 0);
    expect_journal_fits(run.folder, run.knowledge);
    fmt::print("{} kills, {} acknowledged, ready again within {} ms at the slowest\n", kills(),
               run.knowledge.effects(), run.slowest.count());
    EXPECT_GT(run.knowledge.effects(), static_cast<std::size_t>(kills()));
}

class CrashAt : public ::testing::TestWithParam<char const*> {};

TEST_P(CrashAt, TheSameKeyHasOneEffect) {
#ifndef PARLEY_FAULT_POINTS
    GTEST_SKIP() << "this build has no fault points";
#endif
    ScratchFolder const scratch;
    Rounds run{.folder = scratch.path() + "/data", .knowledge = {}, .open = {}};
    std::uint64_t const seed = std::random_device{}();
    std::mt19937_64 random(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed));
    for (int round = 1; round <= kills() / 4; ++round) {
        auto server = run.start({fmt::format("PARLEY_FAIL={}:{}", GetParam(), 5 + random() % 40)});
        ASSERT_TRUE(server);
        run.open = load_and_kill(*server, run.knowledge, {}, random(), true);
        EXPECT_FALSE(run.open.empty());
        auto again = run.start();
        ASSERT_TRUE(again);
        ask_again(*again, run.open, run.knowledge);
        EXPECT_EQ(stop(*again), 0);
        expect_journal_fits(run.folder, run.knowledge);
        if (::testing::Test::HasFailure()) FAIL() << "in round " << round;
    }
}
INSTANTIATE_TEST_SUITE_P(FaultPoints, CrashAt, ::testing::Values("after_commit", "before_commit"),
                         [](auto const& point) { return std::string(point.param); });

// A dispute on a test clock, with its deadline of the moment.
struct Timed {
    std::string dispute, clock;
    Instant deadline;
};

std::vector<Timed> file_timed(DevServer const& server, int count, Instant start) {
    DemoClient client(server.url());
    std::string const key = server.key("platform");
    std::vector<Timed> all;
    for (int i = 0; i < count; ++i) {
        auto const clock =
            client.send("POST", "/v1/test/clocks", as(key, "", fmt::format("clock-{}", i)),
                        Json{{"name", "crash"}, {"now", text_of(start)}}.dump());
        EXPECT_TRUE(clock && clock->status == 201) << (clock ? clock->body : clock.error());
        std::string const id = Json::parse(clock->body).at("id").get<std::string>();
        auto const filed =
            client.send("POST", "/v1/disputes", as(key, "", fmt::format("timed-{}", i)),
                        filing_of(Sample::lamp, start, TestClockId::parse(id)));
        EXPECT_TRUE(filed && filed->status == 201) << (filed ? filed->body : filed.error());
        Json const dispute = Json::parse(filed->body);
        auto const at = parse_instant(dispute.at("deadlines").at(0).at("at").get<std::string>());
        all.push_back({dispute.at("id").get<std::string>(), id, at.value_or(Instant{})});
    }
    return all;
}

TEST(Crash, NoDeadlineIsLostEarlyOrDoubled) {
    ScratchFolder const scratch;
    Rounds run{.folder = scratch.path() + "/data", .knowledge = {}, .open = {}};
    std::uint64_t const seed = std::random_device{}();
    std::mt19937_64 random(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed));
    constexpr int disputes_a_round = 24;
    for (int round = 1; round <= kills() / 4; ++round) {
        run.folder = fmt::format("{}/data-{}", scratch.path(), round);
        auto server = run.start();
        ASSERT_TRUE(server);
        Instant const start = SystemClock().now();
        std::vector<Timed> const all = file_timed(*server, disputes_a_round, start);

        // Half of the clocks go just to the deadline, which is still in time; the others go past it.
        auto const target = [&](std::size_t i) { return all[i].deadline + (i % 2 == 0 ? 0 : 1); };
        auto const advance = [&](DevServer const& on, std::size_t i) {
            DemoClient client(on.url(), std::chrono::seconds(10));
            auto const answer =
                client.send("POST", "/v1/test/clocks/" + all[i].clock + "/advance",
                            as(on.key("platform"), "", fmt::format("advance-{}-{}", i, random())),
                            Json{{"to", text_of(target(i))}}.dump());
            return answer && answer->status < 300;
        };
        std::vector<std::jthread> threads;
        std::atomic<std::size_t> next = 0;
        std::vector<std::string> keys(all.size());
        for (std::size_t i = 0; i < all.size(); ++i)
            keys[i] = fmt::format("advance-{}-{}", i, random());
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                DemoClient client(server->url(), std::chrono::seconds(5));
                for (std::size_t i = next++; i < all.size(); i = next++)
                    static_cast<void>(client.send("POST",
                                                  "/v1/test/clocks/" + all[i].clock + "/advance",
                                                  as(server->key("platform"), "", keys[i]),
                                                  Json{{"to", text_of(target(i))}}.dump()));
            });
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 60'000));
        server->child.signal(SIGKILL);
        EXPECT_EQ(server->child.wait(std::chrono::seconds(20)), 128 + SIGKILL);
        threads.clear();

        auto again = run.start();
        ASSERT_TRUE(again);
        DemoClient client(again->url());
        for (std::size_t i = 0; i < all.size(); ++i) {
            // To go where it stands already is no step back; a clock that had not arrived goes on.
            EXPECT_TRUE(advance(*again, i)) << all[i].clock;
            auto const passed =
                passed_in(docket_of(client, again->key("platform"), all[i].dispute));
            EXPECT_EQ(passed.size(), i % 2 == 0 ? 0U : 1U) << all[i].dispute;
            for (auto const& [name, at] : passed) EXPECT_EQ(at, text_of(all[i].deadline)) << name;
        }
        EXPECT_EQ(stop(*again), 0);
        Ran const verified = run_parley({"journal", "verify", "--data", run.folder});
        EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
        if (::testing::Test::HasFailure()) FAIL() << "in round " << round;
    }
}

} // namespace
} // namespace parley::app::testing
