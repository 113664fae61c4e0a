#include "api/webhooks/service.hpp"

#include "api/webhooks/signature.hpp"
#include "engine/procedure/embedded_library.hpp"
#include "engine/store/data_folder.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/sqlite_reader.hpp"
#include "tests/http/listener.hpp"
#include "tests/model/samples.hpp"
#include "tests/support/run_on.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <condition_variable>
#include <mutex>

namespace parley::webhooks {
namespace {

using namespace std::chrono_literals;
using http::test::Listener;

World load_world() {
    return {ZoneRules::load(),      load_embedded_law(),      load_embedded_procedures(), "UTC",
            load_embedded_routes(), load_embedded_calendars()};
}

// An engine on real SQLite with one platform, and receivers of what it is told.
class Deliveries : public ::testing::Test {
protected:
    Deliveries() {
        engine_.start();
        write([&](Journal& journal) { journal.add_platform({platform_, "Shop", clock_.now()}); });
    }
    ~Deliveries() override {
        engine_.stop();
        reader_.reset();
        journal_.reset();
    }
    void write(std::function<void(Journal&)> what) {
        run_on(io_, [](Engine& engine, std::function<void(Journal&)> work) -> net::awaitable<bool> {
            co_await engine.write(std::move(work), true);
            co_return true;
        }(engine_, std::move(what)));
    }
    WebhookEndpointId add_endpoint(std::string const& url) {
        WebhookEndpoint endpoint;
        endpoint.id = draw_.make_id<WebhookEndpointId>(clock_.now());
        endpoint.platform = platform_;
        endpoint.url = url;
        endpoint.secret = seal_secret(key_, endpoint.id, std::string(secret_size, 's'));
        endpoint.created_at = clock_.now();
        write([&](Journal& journal) { journal.webhooks().add(endpoint); });
        return endpoint.id;
    }
    void file_dispute() {
        Filing filing;
        filing.dispute = draw_.make_id<DisputeId>(clock_.now());
        filing.platform = platform_;
        filing.actor.via = platform_;
        auto input = read_file_input(nlohmann::json::parse(sample_filing_json()));
        ASSERT_TRUE(input);
        filing.input = std::move(*input);
        auto const receipt = run_on(io_, engine_.file(std::move(filing)));
        ASSERT_TRUE(receipt) << receipt.error().detail;
    }
    std::unique_ptr<Service> service(std::string holder) {
        ServiceOptions options;
        options.key = key_;
        options.holder = std::move(holder);
        options.client.policy = http::AddressPolicy({http::parse_cidr("127.0.0.0/8").value()});
        options.lease_us = us_per_second;
        options.log = [this](std::string const& line) {
            {
                std::scoped_lock const lock(mutex_);
                logged_ += line + '\n';
            }
            came_.notify_all();
        };
        auto made = std::make_unique<Service>(engine_, std::move(options));
        made->start();
        return made;
    }
    // Takes what is sent and says 204; remembers each webhook-id as often as it came.
    void take(Listener::Peer& peer) {
        std::string const seen = peer.read_through("}}");
        auto const at = seen.find("webhook-id: ") + 12;
        {
            std::scoped_lock const lock(mutex_);
            ++seen_[seen.substr(at, seen.find("\r\n", at) - at)];
        }
        came_.notify_all();
        peer.write("HTTP/1.1 204 No Content\r\n\r\n");
    }
    bool have_come(std::size_t count) {
        std::unique_lock lock(mutex_);
        return came_.wait_for(lock, 20s, [&] { return seen_.size() >= count; });
    }

    bool has_logged(std::string const& words) {
        std::unique_lock lock(mutex_);
        return came_.wait_for(lock, 20s, [&] { return logged_.find(words) != std::string::npos; });
    }

    net::io_context io_{1}; // outlives the engine: see `run_on`
    World const world_ = load_world();
    SystemClock clock_;
    Entropy draw_{random32()};
    PlatformId platform_ = draw_.make_id<PlatformId>(clock_.now());
    Bytes32 key_ = random32();
    TemporaryFolder temporary_;
    DataFolder folder_{temporary_.path()};
    std::unique_ptr<Journal> journal_ = open_sqlite_journal(folder_);
    std::unique_ptr<Reader> reader_ = open_sqlite_reader(folder_);
    Engine engine_{world_, *journal_, *reader_, clock_, EngineOptions{}};
    std::mutex mutex_;
    std::condition_variable came_;
    std::map<std::string, int> seen_;
    std::string logged_;
};

TEST_F(Deliveries, TwoNodesShareTheWorkAndSendEachMessageOnce) {
    Listener listener([this](Listener::Peer& peer) { take(peer); });
    add_endpoint(listener.url());
    auto const one = service("one");
    auto const two = service("two");
    for (int i = 0; i < 10; ++i) file_dispute();
    EXPECT_TRUE(have_come(10));
    one->stop();
    two->stop();
    for (auto const& [message, count] : seen_) EXPECT_EQ(count, 1) << message;
    EXPECT_EQ(one->figures().delivered + two->figures().delivered, 10U);
}

TEST_F(Deliveries, AnotherNodeGoesOnWhereOneStopped) {
    Listener listener([this](Listener::Peer& peer) { take(peer); });
    add_endpoint(listener.url());
    {
        auto const one = service("one");
        file_dispute();
        EXPECT_TRUE(have_come(1));
        one->stop();
    }
    file_dispute();
    auto const two = service("two"); // once the lease of the first is over
    EXPECT_TRUE(have_come(2));
    two->stop();
    EXPECT_EQ(two->figures().delivered, 1U);
    for (auto const& [message, count] : seen_) EXPECT_EQ(count, 1) << message;
}

TEST_F(Deliveries, AnEndpointWithoutAnyoneThereIsOnRecordAndDelaysNobody) {
    std::string nowhere;
    {
        Listener gone([](Listener::Peer&) {});
        nowhere = gone.url();
    }
    auto const dead = add_endpoint(nowhere);
    Listener listener([this](Listener::Peer& peer) { take(peer); });
    add_endpoint(listener.url());
    auto const one = service("one");
    file_dispute();
    EXPECT_TRUE(have_come(1));
    one->stop();
    auto const pending = reader_->webhooks().pending(dead, 10);
    ASSERT_EQ(pending.size(), 1U);
    EXPECT_EQ(pending[0].tries, 1U);
    auto const attempts = nlohmann::json::parse(pending[0].attempts);
    EXPECT_TRUE(attempts[0]["status"].is_null());
    EXPECT_FALSE(attempts[0]["error"].get<std::string>().empty());
}

TEST_F(Deliveries, ASecretThatCannotBeOpenedIsAFailureAndNotASend) {
    Listener listener([this](Listener::Peer& peer) { take(peer); });
    auto const id = add_endpoint(listener.url());
    key_ = random32();
    auto const one = service("one");
    file_dispute();
    EXPECT_TRUE(has_logged("cannot be opened"));
    one->stop();
    EXPECT_EQ(listener.connections(), 0);
    EXPECT_EQ(reader_->webhooks().pending(id, 10).size(), 1U);
}

} // namespace
} // namespace parley::webhooks
