#pragma once

#include "tests/app/program.hpp"

#include "api/app/samples.hpp"

#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

namespace parley::app::testing {

// Clients that file disputes and speak in them without a pause, and keep every answer. A call that is
// not answered with success is made again under its key until it is, as a careful client would.
class Traffic {
public:
    Traffic(std::string url, std::string key, int clients)
        : url_(std::move(url)), key_(std::move(key)) {
        for (int i = 0; i < clients; ++i) threads_.emplace_back([this, i] { live(i); });
    }
    ~Traffic() { stop(); }
    Traffic(Traffic const&) = delete;
    Traffic& operator=(Traffic const&) = delete;

    // Each client brings its last call to an end first.
    void stop() {
        over_ = true;
        threads_.clear();
    }
    // Waits until so many more were acknowledged; false when they are not within two minutes.
    bool wait_for_more(std::size_t count) const {
        std::size_t const wanted = acknowledged() + count;
        auto const until = std::chrono::steady_clock::now() + std::chrono::minutes(2);
        while (acknowledged() < wanted) {
            if (std::chrono::steady_clock::now() > until) return false;
            std::this_thread::sleep_for(
                std::chrono::milliseconds(1)); // others have to get somewhere
        }
        return true;
    }
    std::size_t acknowledged() const { return acknowledged_; }
    std::size_t turned_away() const { return turned_away_; }       // 503
    std::size_t without_advice() const { return without_advice_; } // 503 without Retry-After
    std::string wrong() const { // what was answered that must not be, or nothing
        std::scoped_lock const lock(mutex_);
        return wrong_;
    }
    std::string acks() const { // for `parley journal verify --acks`
        std::scoped_lock const lock(mutex_);
        return acks_;
    }

private:
    void live(int number) {
        DemoClient client(url_, std::chrono::seconds(100)); // machines of tests may pause
        std::string dispute, party;
        for (int turn = 0; !over_; ++turn) {
            bool const files = dispute.empty() || turn % 8 == 0;
            std::string const key = fmt::format("c{}-{}", number, turn);
            auto const answer = insist(
                client, files ? "/v1/disputes" : "/v1/disputes/" + dispute + "/actions/message",
                as(key_, files ? "" : party, key),
                files ? filing_of(Sample::lamp, SystemClock().now(), std::nullopt)
                      : R"({"text": "Is anybody there?"})");
            if (!answer) return;
            Json const json = Json::parse(answer->body);
            std::string event;
            if (files) {
                dispute = json.at("id").get<std::string>();
                party = json.at("parties").at(0).at("id").get<std::string>();
            } else {
                event = json.at("events").at(0).at("id").get<std::string>();
            }
            std::scoped_lock const lock(mutex_);
            acks_ += ack_line(dispute, event, key);
            ++acknowledged_;
        }
    }

    std::optional<ClientAnswer> insist(DemoClient& client, std::string const& path,
                                       HeaderList const& headers, std::string const& body) {
        auto const until = std::chrono::steady_clock::now() + std::chrono::minutes(3);
        std::string last;
        while (std::chrono::steady_clock::now() < until) {
            auto answer = client.send("POST", path, headers, body);
            if (!answer) { // the server is there throughout: it must say something
                last = answer.error();
                break;
            }
            if (answer->status == 200 || answer->status == 201) return *answer;
            if (answer->status == 503) {
                ++turned_away_;
                if (answer->header("retry-after").empty()) ++without_advice_;
            } else if (answer->status != 409) { // 409: the first try is still under way
                last = fmt::format("{} {}", answer->status, answer->body);
                break;
            }
            // Far sooner than is asked for, so that whatever can go wrong meanwhile is met.
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        std::scoped_lock const lock(mutex_);
        if (wrong_.empty()) wrong_ = last.empty() ? "no answer within three minutes" : last;
        return std::nullopt;
    }

    std::string const url_, key_;
    std::atomic<bool> over_ = false;
    std::atomic<std::size_t> acknowledged_ = 0, turned_away_ = 0, without_advice_ = 0;
    mutable std::mutex mutex_;
    std::string acks_, wrong_;          // guarded by mutex_
    std::vector<std::jthread> threads_; // last, so that it ends first
};

// Everything acknowledged is in the database once, and nothing that nobody asked for.
inline void expect_record_fits(std::string const& database, ScratchFolder const& scratch,
                               Traffic const& traffic) {
    std::string const acks = scratch.path() + "/acks";
    write_private_file(acks, traffic.acks());
    Ran const ran = run_parley({"journal", "verify", "--database", database, "--acks", acks});
    EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
    EXPECT_NE(ran.out.find(fmt::format("test log: {} events", traffic.acknowledged())),
              std::string::npos)
        << "wanted " << traffic.acknowledged() << " events\n"
        << ran.out;
}

} // namespace parley::app::testing
