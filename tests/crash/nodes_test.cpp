#include "tests/crash/dockets.hpp"
#include "tests/support/postgres_cluster.hpp"

#include "api/app/samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <random>
#include <thread>

// Three nodes on one database, no leader: they are killed, halted and restarted one after the other
// while clients speak to whichever they like. What was acknowledged has a number of its own, without
// gaps; deadlines pass once and at their instant; a neutral has no more cases than they take.
namespace parley::app::testing {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t nodes = 3, clients = 16;
constexpr std::size_t spoken_at_once = 48; // few, so that clients of different nodes meet in them
constexpr int most_cases = 5;              // that the mediator takes at one time

std::size_t acts_wanted() { return long_run() ? 200'000 : 4'000; }
std::size_t spoken_wanted() { return long_run() ? 2'000 : spoken_at_once; }
std::size_t due_wanted() { return long_run() ? 1'000 : 100; }

class Fleet {
public:
    Fleet() : database_(cluster_.make_database()), url_(cluster_.url(database_, "parley_owner")) {}
    ~Fleet() {
        if (!::testing::Test::HasFailure()) return;
        for (std::size_t node = 0; node < nodes; ++node)
            fmt::print("node {} said:\n{}\n", node,
                       read_file(folder_of(node) + ".log").value_or(""));
    }
    Fleet(Fleet const&) = delete;
    Fleet& operator=(Fleet const&) = delete;

    Instant now() const { return SystemClock().now() + ahead_us_; }
    void turn_to(Instant then) { ahead_us_ = then.us - SystemClock().now().us; }

    void start(std::size_t node) {
        if (node > 0) share_keys(folder_of(0), folder_of(node));
        // One seed: the same people and keys on every node, as in one house.
        auto server = start_dev(folder_of(node), {"--empty", "--seed", "7", "--database", url_},
                                {fmt::format("PARLEY_CLOCK_AHEAD={}", ahead_us_)});
        ASSERT_TRUE(server) << server.error().line;
        std::scoped_lock const lock(mutex_);
        ready_ = server->ready;
        slowest_ = std::max(slowest_, server->took);
        urls_[node] = server->url();
        servers_[node] = std::move(*server);
    }
    void start_all() {
        for (std::size_t node = 0; node < nodes; ++node) start(node);
    }
    void stop_all() {
        for (auto& server : servers_) EXPECT_EQ(stop(server.value()), 0);
    }
    // The node ends in one way or another, or is halted, and comes back.
    void disturb(std::size_t node, std::mt19937_64& random) {
        DevServer& server = servers_[node].value();
        int const how = static_cast<int>(random() % 3);
        ++disturbed_[static_cast<std::size_t>(how)];
        if (how == 0) {
            server.child.signal(SIGSTOP); // so long that others take over what it held
            std::this_thread::sleep_for(milliseconds(100 + random() % 2500));
            server.child.signal(SIGCONT);
            return;
        }
        server.child.signal(how == 1 ? SIGKILL : SIGTERM);
        EXPECT_EQ(server.child.wait(milliseconds(60'000)), how == 1 ? 128 + SIGKILL : 0);
        start(node);
    }

    std::string url_of(std::size_t node) const {
        std::scoped_lock const lock(mutex_);
        return urls_[node];
    }
    std::string key(char const* name) const {
        std::scoped_lock const lock(mutex_);
        return ready_.at("keys").at(name).get<std::string>();
    }
    std::string mediator() const {
        std::scoped_lock const lock(mutex_);
        return ready_.at("neutrals").at("mediator").get<std::string>();
    }
    std::string sql(std::string const& text) const { return cluster_.sql(database_, text); }
    std::string const& database_url() const { return url_; }
    std::string const& folder() const { return scratch_.path(); }
    std::string disturbances() const {
        return fmt::format("{} halts, {} kills, {} restarts; ready within {} ms at the slowest",
                           disturbed_[0], disturbed_[1], disturbed_[2], slowest_.count());
    }
    std::size_t disturbed() const { return disturbed_[0] + disturbed_[1] + disturbed_[2]; }

private:
    std::string folder_of(std::size_t node) const {
        return fmt::format("{}/node-{}", scratch_.path(), node);
    }

    ScratchFolder scratch_;
    PostgresCluster cluster_;
    std::string database_, url_;
    std::int64_t ahead_us_ = 0;
    mutable std::mutex mutex_;
    Json ready_;                                          // guarded by mutex_, as are the urls
    std::array<std::string, nodes> urls_;                 //
    std::array<std::optional<DevServer>, nodes> servers_; // one thread disturbs, starts and stops
    std::array<std::size_t, 3> disturbed_{};
    milliseconds slowest_{0};
};

// Someone who turns to any node, and to another one until there is an answer.
class Caller {
public:
    Caller(Fleet const& fleet, std::uint64_t seed) : fleet_(fleet), random_(seed) {}

    ClientAnswer send(std::string_view method, std::string const& path, HeaderList const& headers,
                      std::string const& body = {}) {
        auto const until = std::chrono::steady_clock::now() + std::chrono::minutes(3);
        std::string last;
        while (std::chrono::steady_clock::now() < until) {
            std::size_t const node = random_() % nodes;
            std::string url = fleet_.url_of(node);
            if (!clients_[node] || urls_[node] != url) {
                urls_[node] = url;
                clients_[node].emplace(std::move(url), milliseconds(2000));
            }
            auto answer = clients_[node]->send(method, path, headers, body);
            if (answer && answer->status != 503 &&
                answer->body.find("idempotency_in_progress") == std::string::npos)
                return std::move(*answer);
            last = answer ? answer->body : answer.error();
            std::this_thread::sleep_for(milliseconds(5));
        }
        ADD_FAILURE() << "no answer to " << path << " within three minutes: " << last;
        return {};
    }
    ClientAnswer post(std::string const& path, HeaderList const& headers, std::string const& body) {
        return send("POST", path, headers, body);
    }
    std::uint64_t draw() { return random_(); }

private:
    Fleet const& fleet_;
    std::mt19937_64 random_;
    std::array<std::string, nodes> urls_;
    std::array<std::optional<DemoClient>, nodes> clients_;
};

struct Filed {
    std::string id, claimant, respondent;
    Instant due; // when the response is
};

Filed file(Caller& caller, Fleet const& fleet, std::string const& key) {
    auto const answer = caller.post("/v1/disputes", as(fleet.key("platform"), "", key),
                                    filing_of(Sample::lamp, fleet.now(), std::nullopt));
    EXPECT_EQ(answer.status, 201U) << answer.body;
    if (answer.status != 201) return {};
    Json const dispute = Json::parse(answer.body);
    return {dispute.at("id").get<std::string>(),
            dispute.at("parties").at(0).at("id").get<std::string>(),
            dispute.at("parties").at(1).at("id").get<std::string>(),
            parse_instant(dispute.at("deadlines").at(0).at("at").get<std::string>()).value()};
}

ClientAnswer act(Caller& caller, std::string const& key, Filed const& dispute,
                 std::string const& as_party, std::string const& name, std::string const& body) {
    return caller.post("/v1/disputes/" + dispute.id + "/actions/" + name,
                       as(key, as_party, dispute.id + name), body);
}

std::vector<Filed> file_all(Fleet const& fleet, std::string const& what, std::size_t count) {
    std::vector<Filed> all(count);
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 6; ++t)
        threads.emplace_back([&, t] {
            Caller caller(fleet, t);
            for (std::size_t i = next++; i < count; i = next++)
                all[i] = file(caller, fleet, fmt::format("{}-{}", what, i));
        });
    threads.clear();
    return all;
}

// One act that was acknowledged.
struct Ack {
    std::size_t dispute;
    std::int64_t number; // in the joint room
    std::string event, key;
};

// Speaks in any dispute through any node until enough is said by all together.
void speak(Fleet const& fleet, std::vector<Filed> const& disputes, std::size_t who,
           std::uint64_t seed, std::atomic<std::size_t>& said, std::atomic<bool> const& over,
           std::vector<Ack>& acks) {
    Caller caller(fleet, seed);
    std::string const platform = fleet.key("platform");
    for (std::size_t turn = 0; !over || said < acts_wanted(); ++turn) {
        // All speak in the same few disputes, and move on to others as time goes by.
        std::size_t const moved = (disputes.size() - spoken_at_once) *
                                  std::min(said.load(), acts_wanted()) / acts_wanted();
        std::size_t const at = moved + caller.draw() % spoken_at_once;
        std::string key = fmt::format("say-{}-{}", who, turn);
        auto const answer =
            caller.post("/v1/disputes/" + disputes[at].id + "/actions/message",
                        as(platform, disputes[at].claimant, key), R"({"text": "Any news?"})");
        EXPECT_EQ(answer.status, 200U) << answer.body;
        if (answer.status != 200) return;
        Json const json = Json::parse(answer.body);
        Json const& event = json.at("events").at(0);
        acks.push_back({at, event.at("number").get<std::int64_t>(),
                        event.at("id").get<std::string>(), std::move(key)});
        ++said;
    }
}

// The acts and nothing else, each once, numbered without a gap and in the order of their callers.
void expect_dense(Fleet const& fleet, std::vector<Filed> const& disputes,
                  std::vector<std::vector<Ack>> const& acks) {
    std::vector<std::map<std::int64_t, std::string>> acked(disputes.size());
    for (auto const& of_one : acks) {
        std::vector<std::int64_t> last(disputes.size(), 0);
        for (Ack const& ack : of_one) {
            EXPECT_GT(ack.number, last[ack.dispute]) << "said later, numbered earlier: " << ack.key;
            last[ack.dispute] = ack.number;
            EXPECT_TRUE(acked[ack.dispute].emplace(ack.number, ack.event).second)
                << disputes[ack.dispute].id << " has two with number " << ack.number;
        }
    }
    Caller caller(fleet, 1);
    std::string const platform = fleet.key("platform");
    for (std::size_t at = 0; at < disputes.size(); ++at) {
        auto const docket = docket_of(caller, platform, disputes[at].id);
        EXPECT_EQ(docket.size(), acked[at].size() + 1) << disputes[at].id; // and its filing
        std::string time;
        std::int64_t number = 0;
        for (Json const& event : docket) {
            EXPECT_EQ(event.at("number").get<std::int64_t>(), ++number) << disputes[at].id;
            EXPECT_GE(event.at("at").get<std::string>(), time) << disputes[at].id;
            time = event.at("at").get<std::string>();
            if (number == 1) continue;
            EXPECT_EQ(acked[at][number], event.at("id").get<std::string>())
                << disputes[at].id << " " << number;
        }
    }
}

void expect_record_fits(Fleet const& fleet, std::vector<Filed> const& disputes,
                        std::vector<std::vector<Ack>> const& acks) {
    std::string lines;
    for (auto const& of_one : acks)
        for (Ack const& ack : of_one)
            lines += ack_line(disputes[ack.dispute].id, ack.event, ack.key);
    std::string const path = fleet.folder() + "/acks";
    write_private_file(path, lines);
    Ran const ran =
        run_parley({"journal", "verify", "--database", fleet.database_url(), "--acks", path});
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
}

// Many disputes want the one mediator at once, through all nodes.
void appoint_all(Fleet const& fleet, std::vector<Filed> const& disputes) {
    std::string const office = fleet.key("administrator"), platform = fleet.key("platform");
    std::string const path = "/v1/neutrals/" + fleet.mediator();
    Caller desk(fleet, 2);
    auto const limited =
        desk.post(path, as(office, "", "limit"), fmt::format(R"({{"load_most":{}}})", most_cases));
    ASSERT_EQ(limited.status, 200U) << limited.body;

    std::atomic<std::size_t> next = 0;
    std::atomic<int> won = 0;
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 8; ++t)
        threads.emplace_back([&, t] {
            Caller caller(fleet, 100 + t);
            for (std::size_t i = next++; i < disputes.size(); i = next++) {
                Filed const& one = disputes[i];
                auto const responded = act(caller, platform, one, one.respondent, "respond",
                                           R"({"answer": "contest", "statement": "It was sent."})");
                EXPECT_EQ(responded.status, 200U) << responded.body;
                auto const asked =
                    act(caller, platform, one, one.claimant, "ask_for_mediator", "{}");
                EXPECT_EQ(asked.status, 200U) << asked.body;
                auto const shown = caller.send("GET", "/v1/disputes/" + one.id, as(office));
                HeaderList headers = as(office, "", one.id + "appoint");
                headers.emplace_back("If-Match", shown.header("etag"));
                auto const seated =
                    caller.post("/v1/disputes/" + one.id + "/actions/appoint", headers,
                                with_neutrals(R"({"neutral": "$mediator", "reasons": "Free."})",
                                              fleet.mediator(), ""));
                if (seated.status == 200) ++won;
                else
                    EXPECT_NE(seated.body.find("neutral_unavailable"), std::string::npos)
                        << seated.status << " " << seated.body;
                auto const read = caller.send("GET", path, as(office));
                EXPECT_LE(Json::parse(read.body).at("load").get<int>(), most_cases);
            }
        });
    threads.clear();
    EXPECT_EQ(won, most_cases);
    EXPECT_EQ(fleet.sql("SELECT max(load) FROM parley.neutral"), fmt::format("{}", most_cases));
}

TEST(PostgreSQLNodes, AnyNodeTakesAnythingWhateverBecomesOfTheOthers) {
#ifndef PARLEY_FAULT_POINTS
    GTEST_SKIP() << "this build has no clock that runs ahead";
#endif
    std::uint64_t const seed = std::random_device{}();
    std::mt19937_64 random(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Fleet fleet;
    // Mid-morning a day from now, so that all that is filed is due at the end of one day.
    fleet.turn_to(
        Instant{SystemClock().now().us / us_per_day * us_per_day + us_per_day + 10 * us_per_hour});
    fleet.start_all();
    auto const due = file_all(fleet, "due", due_wanted());
    if (::testing::Test::HasFailure()) FAIL() << "filing";
    fleet.stop_all();

    // A week later, seconds before they are due; as if the nodes had been there all the time.
    Instant const when = due.front().due;
    Instant const back = when - (long_run() ? 60 : 8) * us_per_second;
    fleet.turn_to(back);
    fleet.sql(fmt::format("UPDATE parley.heartbeat SET at = {}", (back - 2 * us_per_second).us));
    fleet.start_all();
    auto const spoken = file_all(fleet, "spoken", spoken_wanted());
    auto const mediated = file_all(fleet, "mediated", 40);
    if (::testing::Test::HasFailure()) FAIL() << "filing again";

    std::atomic<std::size_t> said = 0;
    std::atomic<bool> over = false;
    std::vector<std::vector<Ack>> acks(clients);
    std::vector<std::jthread> threads;
    for (std::size_t who = 0; who < clients; ++who)
        threads.emplace_back(
            [&, who] { speak(fleet, spoken, who, seed + who, said, over, acks[who]); });
    std::jthread appointing([&] { appoint_all(fleet, mediated); });
    std::size_t const least = long_run() ? 60 : 6;
    while ((said < acts_wanted() || fleet.disturbed() < least || fleet.now() < when) &&
           !::testing::Test::HasFailure()) {
        fleet.disturb(random() % nodes, random);
        std::this_thread::sleep_for(milliseconds(random() % (long_run() ? 5000 : 1000)));
    }
    over = true;
    threads.clear();
    appointing.join();
    ASSERT_FALSE(::testing::Test::HasFailure());

    std::string const overdue =
        "SELECT count(*) FROM parley.deadline WHERE clock IS NULL AND at < ";
    for (int looks = 0; looks < 12'000; ++looks) {
        if (fleet.sql(fmt::format("{}{}", overdue, fleet.now().us)) == "0") break;
        std::this_thread::sleep_for(milliseconds(5));
    }
    Caller caller(fleet, 3);
    for (Filed const& one : due) {
        auto const passed = passed_in(docket_of(caller, fleet.key("platform"), one.id));
        EXPECT_EQ(passed.count("response"), 1U) << one.id;
        for (auto const& [name, at] : passed)
            if (name == "response") EXPECT_EQ(at, text_of(one.due)) << one.id;
    }
    expect_dense(fleet, spoken, acks);
    fleet.stop_all();
    expect_record_fits(fleet, spoken, acks);
    fmt::print("{} acts acknowledged, {} deadlines passed; {}\n", said.load(), due.size(),
               fleet.disturbances());
}

} // namespace
} // namespace parley::app::testing
