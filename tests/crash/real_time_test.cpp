#include "tests/crash/dockets.hpp"

#include "api/app/samples.hpp"

#include <fmt/format.h>

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <random>
#include <thread>

// Deadlines of real time fall due while the server is killed: none is lost, none is early, none
// passes twice, and against an answer that comes at the last moment exactly one of the two wins.
namespace parley::app::testing {
namespace {

using std::chrono::milliseconds;

constexpr int looks_most = 12'000; // five milliseconds apart: a minute for what takes a second

// Round by round a server's life of weeks. Its clock runs ahead of the machine's by what the test
// says (PARLEY_CLOCK_AHEAD), so that it can be started two seconds before a deadline.
class Weeks {
public:
    explicit Weeks(std::string folder) : folder_(std::move(folder)) {}

    Instant now() const { return SystemClock().now() + ahead_us_; }
    void turn_to(Instant then) { ahead_us_ = then.us - SystemClock().now().us; }
    void sleep_until(Instant then) const {
        if (std::int64_t const left = then.us - now().us; left > 0)
            std::this_thread::sleep_for(std::chrono::microseconds(left));
    }

    std::optional<DevServer> start(std::string const& fails_at = "") const {
        std::vector<std::string> environment = {fmt::format("PARLEY_CLOCK_AHEAD={}", ahead_us_)};
        if (!fails_at.empty()) environment.push_back("PARLEY_FAIL=" + fails_at);
        auto server = start_dev(folder_, {"--empty"}, std::move(environment));
        EXPECT_TRUE(server) << server.error().line;
        if (!server) return std::nullopt;
        return std::move(*server);
    }

    // As if the server had been within reach until then; a week's absence would give every deadline
    // another day, which is not what is tried here.
    void say_it_lived_until(Instant then) const {
        run(fmt::format("UPDATE heartbeat SET at = {}", then.us));
    }
    // Deadlines of real time that lie before now and have not passed.
    std::int64_t overdue() const {
        return run(
            fmt::format("SELECT count(*) FROM deadline WHERE clock IS NULL AND at < {}", now().us));
    }
    std::int64_t fired() const {
        return run("SELECT count(*) FROM event WHERE CAST(envelope AS TEXT)"
                   " LIKE '%\"actor\":\"clock\"%'");
    }
    std::string const& folder() const { return folder_; }

private:
    // Gives the first number of the answer, or 0.
    std::int64_t run(std::string const& sql) const {
        sqlite3* database = nullptr;
        EXPECT_EQ(sqlite3_open((folder_ + "/parley.db").c_str(), &database), SQLITE_OK);
        sqlite3_busy_timeout(database, 5000);
        std::int64_t number = 0;
        auto const read = [](void* out, int, char** values, char**) {
            *static_cast<std::int64_t*>(out) = values[0] != nullptr ? std::atoll(values[0]) : 0;
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(database, sql.c_str(), read, &number, nullptr), SQLITE_OK)
            << sqlite3_errmsg(database);
        sqlite3_close(database);
        return number;
    }

    std::string folder_;
    std::int64_t ahead_us_ = 0;
};

// One dispute whose respondent has to answer, and perhaps does so at the last moment.
struct Due {
    std::string dispute, respondent;
    Instant at;
    bool answers = false;
    unsigned status = 0; // of the answer; 0 while it is not known
};

void in_parallel(std::size_t threads, std::size_t count,
                 std::function<void(std::size_t)> const& work) {
    std::atomic<std::size_t> next = 0;
    std::vector<std::jthread> all;
    for (std::size_t t = 0; t < threads; ++t)
        all.emplace_back([&] {
            for (std::size_t i = next++; i < count; i = next++) work(i);
        });
}

std::vector<Due> file_all(DevServer const& server, Weeks const& weeks, std::size_t count) {
    std::vector<Due> all(count);
    in_parallel(4, count, [&](std::size_t i) {
        DemoClient client(server.url());
        Instant const now = weeks.now();
        auto const filed =
            client.send("POST", "/v1/disputes",
                        as(server.key("platform"), "", fmt::format("file-{}-{}", now.us, i)),
                        filing_of(Sample::lamp, now, std::nullopt));
        ASSERT_TRUE(filed && filed->status == 201) << (filed ? filed->body : filed.error());
        Json const dispute = Json::parse(filed->body);
        all[i] = {dispute.at("id").get<std::string>(),
                  dispute.at("parties").at(1).at("id").get<std::string>(),
                  parse_instant(dispute.at("deadlines").at(0).at("at").get<std::string>()).value(),
                  i % 3 == 0};
    });
    return all;
}

void answer(DevServer const& server, Due& due) {
    DemoClient client(server.url(), milliseconds(5000));
    auto const answer = client.send("POST", "/v1/disputes/" + due.dispute + "/actions/respond",
                                    as(server.key("platform"), due.respondent, "respond"),
                                    R"({"answer": "contest", "statement": "It was sent."})");
    if (answer && answer->status != 503) due.status = answer->status;
}

// Reads a docket again and again; one that tells of the deadline before the clock does is early.
void watch(DevServer const& server, Weeks const& weeks, std::vector<Due> const& all,
           std::atomic<bool> const& over) {
    DemoClient client(server.url(), milliseconds(2000));
    for (std::size_t i = 0; !over; ++i) {
        Due const& due = all[i % all.size()];
        auto const read = client.send("GET", "/v1/disputes/" + due.dispute + "/events?limit=100",
                                      as(server.key("platform")));
        if (weeks.now() > due.at) return; // from here on it may have passed
        if (read && read->status == 200)
            EXPECT_TRUE(passed_in(Json::parse(read->body).at("data")).empty()) << "early";
    }
}

// How the server dies in a round.
struct Death {
    std::string fails_at;    // a fault point, or empty
    std::int64_t after_us{}; // after the deadline: when it is killed, at the latest
};

void die_over_the_deadline(Weeks const& weeks, std::vector<Due>& all, Death const& death,
                           std::uint64_t seed) {
    Instant const due = all.front().at;
    auto server = weeks.start(death.fails_at);
    ASSERT_TRUE(server);
    std::atomic<bool> over = false;
    {
        std::jthread const watcher([&] { watch(*server, weeks, all, over); });
        std::jthread const answers([&] {
            in_parallel(4, all.size(), [&](std::size_t i) {
                if (!all[i].answers) return;
                std::mt19937_64 random(seed + i);
                weeks.sleep_until(due + static_cast<std::int64_t>(random() % 60'000) - 40'000);
                if (!over) answer(*server, all[i]);
            });
        });
        if (!death.fails_at.empty())
            static_cast<void>(server->child.wait(
                milliseconds(std::max<std::int64_t>(0, (due.us - weeks.now().us) / 1000) +
                             death.after_us / 1000)));
        weeks.sleep_until(due + death.after_us);
        server->child.signal(SIGKILL);
        over = true;
    }
    static_cast<void>(server->child.wait(milliseconds(20'000)));
}

// What became of one dispute: it passed once and at its instant, or it was answered in time.
void expect_one_winner(DevServer const& server, Due const& due) {
    DemoClient client(server.url());
    Json const docket = docket_of(client, server.key("platform"), due.dispute);
    int passed = 0, answered = 0;
    for (auto const& [name, at] : passed_in(docket)) {
        if (name != "response") continue;
        ++passed;
        EXPECT_EQ(at, text_of(due.at)) << due.dispute;
    }
    for (Json const& event : docket) {
        if (event.at("type") != "responded") continue;
        ++answered;
        EXPECT_LE(event.at("at").get<std::string>(), text_of(due.at)) << due.dispute;
    }
    EXPECT_EQ(passed + answered, 1)
        << due.dispute << ": passed " << passed << ", answered " << answered;
    if (due.status == 200) EXPECT_EQ(answered, 1) << due.dispute << " was told yes";
    if (due.status == 409) EXPECT_EQ(passed, 1) << due.dispute << " was told that it is too late";
    if (due.answers)
        EXPECT_TRUE(due.status == 200 || due.status == 409) << due.dispute << " " << due.status;
}

TEST(Crash, DeadlinesOfRealTimePassOnceAndOnTime) {
#ifndef PARLEY_FAULT_POINTS
    GTEST_SKIP() << "this build has no fault points, and no clock that runs ahead";
#endif
    ScratchFolder const scratch;
    Weeks weeks(scratch.path() + "/data");
    std::uint64_t const seed = std::random_device{}();
    std::mt19937_64 random(seed);
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::size_t const disputes_a_round = kills() >= 200 ? 500 : 60;
    int const rounds = kills() >= 200 ? 200 : 6;
    std::int64_t slowest_us = 0;
    // Mid-morning, so that all that a round files is due at the end of the same day.
    Instant morning{SystemClock().now().us / us_per_day * us_per_day + us_per_day +
                    10 * us_per_hour};
    for (int round = 1; round <= rounds; ++round) {
        weeks.turn_to(morning);
        auto server = weeks.start();
        ASSERT_TRUE(server);
        auto all = file_all(*server, weeks, disputes_a_round);
        if (::testing::Test::HasFailure()) FAIL() << "filing in round " << round;
        Instant const due = all.front().at;
        server->child.signal(SIGKILL);
        server->child.wait(milliseconds(20'000));

        weeks.say_it_lived_until(due - 3 * us_per_second);
        weeks.turn_to(due - 1'500'000);
        Death death{"", static_cast<std::int64_t>(random() % 200'000) - 20'000};
        if (round % 3 != 0)
            death = {fmt::format("{}:{}", round % 3 == 1 ? "before_commit" : "after_commit",
                                 1 + random() % 12),
                     3 * us_per_second};
        die_over_the_deadline(weeks, all, death, random());

        server = weeks.start();
        ASSERT_TRUE(server);
        weeks.sleep_until(due + 1);
        Instant const back = weeks.now();
        // Counted in looks: a machine that is halted halts the test with the server.
        for (int looks = 0; looks < looks_most && weeks.overdue() > 0; ++looks)
            std::this_thread::sleep_for(milliseconds(5));
        slowest_us = std::max(slowest_us, weeks.now().us - back.us);
        EXPECT_EQ(weeks.overdue(), 0);
        in_parallel(4, all.size(), [&](std::size_t i) {
            if (all[i].answers && all[i].status == 0) answer(*server, all[i]);
            expect_one_winner(*server, all[i]);
        });
        EXPECT_EQ(stop(*server), 0);
        if (::testing::Test::HasFailure()) FAIL() << "in round " << round << ", " << death.fails_at;
        morning = morning + 9 * us_per_day;
    }
    Ran const verified = run_parley({"journal", "verify", "--data", weeks.folder()});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
    fmt::print("{} kills, {} deadlines passed, all within {} ms of being back\n", 2 * rounds,
               weeks.fired(), slowest_us / 1000);
}

} // namespace
} // namespace parley::app::testing
