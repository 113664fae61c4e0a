#include "api/webhooks/endpoint_queue.hpp"

#include "engine/base/digest.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace parley::webhooks {
namespace {

constexpr Instant noon{1'800'000'000'000'000};

// The queue of one endpoint, with time turned by hand, and a store that keeps what is recorded.
class Desk {
public:
    explicit Desk(QueueLimits limits = {}) : limits_(limits) { open(); }

    // A new holder: knows what is on record and nothing else.
    void open() {
        std::vector<WebhookDelivery> pending;
        std::vector<std::uint64_t> settled;
        for (auto const& [message, row] : rows) {
            if (row.state == DeliveryState::pending) pending.push_back(row);
            if (row.position > endpoint.cursor) settled.push_back(row.position);
        }
        queue = std::make_unique<EndpointQueue>(endpoint, pending, settled, limits_);
    }
    static StoredEvent event(std::uint64_t position, int dispute = 1) {
        StoredEvent out;
        out.position = position;
        out.id = "evt_" + std::to_string(position);
        Bytes16 id{};
        id[15] = static_cast<std::uint8_t>(dispute);
        out.stream = DisputeId(id).text();
        out.type = "message_posted";
        out.number = static_cast<std::uint32_t>(position);
        out.at = noon;
        return out;
    }
    void add(std::uint64_t position, int dispute = 1) { queue->add(event(position, dispute), now); }
    std::vector<std::string> take(std::size_t most = 100) {
        std::vector<std::string> out;
        for (WebhookDelivery const& one : queue->take(now, most)) {
            out.push_back(one.message);
            taken[one.message] = {one.position, one.message};
        }
        return out;
    }
    static Outcome outcome(unsigned status) {
        Outcome out;
        out.started = noon;
        out.status = status;
        return out;
    }
    void finish(std::string const& message, Outcome const& what, double chance = 0) {
        queue->finish(taken.at(message), what, now, chance);
        record();
    }
    void finish(std::string const& message, unsigned status) { finish(message, outcome(status)); }
    void record() {
        while (auto work = queue->work(now)) {
            endpoint.cursor = std::max(endpoint.cursor, work->cursor);
            endpoint.failing_since = work->failing_since;
            if (!work->disable_because.empty()) endpoint.disabled_because = work->disable_because;
            for (WebhookDelivery& row : work->rows) rows[row.message] = row;
            queue->recorded();
        }
    }
    void wait(std::int64_t us) { now = now + us; }

    WebhookEndpoint endpoint;
    std::map<std::string, WebhookDelivery> rows;
    std::map<std::string, DeliveryKey> taken;
    std::unique_ptr<EndpointQueue> queue;
    Instant now = noon;

private:
    QueueLimits limits_;
};

using Messages = std::vector<std::string>;

TEST(EndpointQueue, SendsInOrderAndOneAtATimeForADispute) {
    Desk desk;
    desk.add(1);
    desk.add(2);
    desk.add(3, 2);
    EXPECT_EQ(desk.take(), (Messages{"evt_1", "evt_3"}));
    EXPECT_EQ(desk.take(), Messages{});
    desk.finish("evt_1", 200);
    EXPECT_EQ(desk.take(), Messages{"evt_2"});
    desk.finish("evt_3", 204);
    desk.finish("evt_2", 299);
    EXPECT_EQ(desk.endpoint.cursor, 3U);
    for (auto const& [message, row] : desk.rows) EXPECT_EQ(row.state, DeliveryState::delivered);
}

// Table-driven: what each status means.
TEST(EndpointQueue, OnlyTheTwoHundredsAreASuccess) {
    struct Row {
        unsigned status;
        bool success, rests, gone;
    };
    for (Row const& row : {Row{200, true, false, false},  Row{201, true, false, false},
                           Row{204, true, false, false},  Row{299, true, false, false},
                           Row{0, false, false, false},   Row{300, false, false, false},
                           Row{301, false, false, false}, Row{302, false, false, false},
                           Row{304, false, false, false}, Row{307, false, false, false},
                           Row{308, false, false, false}, Row{400, false, false, false},
                           Row{401, false, false, false}, Row{404, false, false, false},
                           Row{408, false, false, false}, Row{410, false, false, true},
                           Row{429, false, true, false},  Row{500, false, false, false},
                           Row{501, false, false, false}, Row{502, false, true, false},
                           Row{503, false, false, false}, Row{504, false, true, false},
                           Row{599, false, false, false}, Row{999, false, false, false}}) {
        SCOPED_TRACE(row.status);
        Desk desk;
        desk.add(1);
        desk.take();
        desk.finish("evt_1", row.status);
        EXPECT_EQ(desk.rows.at("evt_1").state == DeliveryState::delivered, row.success);
        EXPECT_EQ(desk.queue->resting_until().has_value(), row.rests);
        EXPECT_EQ(desk.endpoint.disabled_because, row.gone ? "gone" : "");
        if (!row.success && !row.gone) {
            EXPECT_EQ(desk.rows.at("evt_1").next_at, desk.now + 5 * us_per_second);
        }
    }
}

TEST(EndpointQueue, KeepsTheScheduleToTheTenthAttempt) {
    Desk desk;
    desk.add(1);
    Instant const start = desk.now;
    std::int64_t total = 0;
    for (std::size_t i = 0; i < waits_us.size(); ++i) {
        ASSERT_EQ(desk.take(), Messages{"evt_1"}) << i;
        desk.finish("evt_1", 500);
        WebhookDelivery const& row = desk.rows.at("evt_1");
        ASSERT_EQ(row.state, DeliveryState::pending);
        EXPECT_EQ(row.next_at, desk.now + waits_us[i]) << i;
        desk.wait(waits_us[i] - 1);
        EXPECT_EQ(desk.take(), Messages{}) << "a microsecond early";
        desk.wait(1);
        total += waits_us[i];
    }
    EXPECT_EQ(total, 75 * us_per_hour + 35 * minute_us + 5 * us_per_second);
    EXPECT_EQ(desk.take(), Messages{"evt_1"});
    desk.finish("evt_1", 500);
    EXPECT_EQ(desk.rows.at("evt_1").state, DeliveryState::failed);
    EXPECT_EQ(desk.now, start + total);
    desk.wait(100 * us_per_day);
    EXPECT_EQ(desk.take(), Messages{});
    auto const attempts = nlohmann::json::parse(desk.rows.at("evt_1").attempts);
    EXPECT_EQ(attempts.size(), 10U);
    EXPECT_EQ(attempts[0]["status"], 500);
    EXPECT_TRUE(attempts[9]["next_at"].is_null());
}

TEST(EndpointQueue, ChanceAddsUpToAFifth) {
    for (double const chance : {0.0, 0.5, 1.0}) {
        Desk desk;
        desk.add(1);
        desk.take();
        desk.finish("evt_1", Desk::outcome(500), chance);
        EXPECT_EQ(desk.rows.at("evt_1").next_at,
                  desk.now + static_cast<std::int64_t>(5e6 * (1 + 0.2 * chance)));
    }
}

TEST(EndpointQueue, AfterThreeFailuresLaterOnesPass) {
    Desk desk;
    desk.add(1);
    desk.add(2);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(desk.take(), Messages{"evt_1"});
        desk.finish("evt_1", 500);
        if (i < 2) desk.wait(waits_us[static_cast<std::size_t>(i)]);
    }
    EXPECT_EQ(desk.take(), Messages{"evt_2"});
    desk.finish("evt_2", 200);
    desk.wait(waits_us[2]);
    EXPECT_EQ(desk.take(), Messages{"evt_1"}) << "and the first is still tried";
}

TEST(EndpointQueue, WhatWaitsBehindAFailureDoesNotHoldTheCursor) {
    Desk desk;
    desk.add(1);
    desk.take();
    desk.finish("evt_1", 500);
    desk.add(2);
    desk.add(3, 2);
    EXPECT_EQ(desk.take(), Messages{"evt_3"});
    desk.finish("evt_3", 200);
    EXPECT_EQ(desk.endpoint.cursor, 3U);
    EXPECT_EQ(desk.rows.at("evt_2").state, DeliveryState::pending);
}

TEST(EndpointQueue, ADeadEndpointIsTriedWithOneAtATime) {
    Desk desk;
    for (std::uint64_t i = 1; i <= 20; ++i) desk.add(i, static_cast<int>(i));
    int attempts = 0;
    for (int round = 0; round < 10; ++round)
        for (std::string const& message : desk.take()) {
            desk.finish(message, 0);
            ++attempts;
        }
    EXPECT_LE(attempts, 8) << "four in flight, a second four perhaps";
    EXPECT_GE(attempts, 5);
    EXPECT_FALSE(desk.queue->wants_more(desk.now));
    // Rests get longer, up to five minutes; after each a single one goes.
    std::int64_t last = 0;
    for (int i = 0; i < 12; ++i) {
        std::int64_t const rest = desk.queue->resting_until()->us - desk.now.us;
        EXPECT_GE(rest, last);
        EXPECT_LE(rest, 5 * minute_us);
        last = rest;
        desk.wait(rest);
        auto const probe = desk.take();
        ASSERT_EQ(probe.size(), 1U);
        desk.finish(probe[0], 0);
    }
    EXPECT_EQ(last, 5 * minute_us);
    desk.wait(last);
    auto const probe = desk.take();
    desk.finish(probe.at(0), 200);
    EXPECT_FALSE(desk.queue->resting_until());
    EXPECT_EQ(desk.take().size(), 4U) << "it is well again";
}

TEST(EndpointQueue, RetryAfterIsWaitedForByAll) {
    Desk desk;
    desk.add(1);
    desk.add(2, 2);
    desk.take(1);
    Outcome busy = Desk::outcome(503);
    busy.retry_after_us = 60 * us_per_second;
    desk.finish("evt_1", busy);
    EXPECT_EQ(desk.rows.at("evt_1").next_at, desk.now + 60 * us_per_second);
    desk.wait(60 * us_per_second - 1);
    EXPECT_EQ(desk.take(), Messages{});
    desk.wait(1);
    EXPECT_EQ(desk.take(), Messages{"evt_1"});
    busy.retry_after_us = 100 * us_per_day;
    desk.finish("evt_1", busy);
    EXPECT_EQ(desk.rows.at("evt_1").next_at, desk.now + us_per_day) << "at most a day";
}

TEST(EndpointQueue, FiveDaysOfNothingButFailuresSwitchItOff) {
    Desk desk;
    std::uint64_t position = 1;
    desk.add(position);
    desk.take();
    desk.finish("evt_1", 500);
    Instant const first = desk.now;
    EXPECT_EQ(desk.endpoint.failing_since, first);
    while (desk.now < first + failing_most_us) {
        desk.wait(6 * us_per_hour);
        ++position;
        desk.add(position, static_cast<int>(position));
        for (std::string const& message : desk.take(1)) {
            EXPECT_EQ(desk.endpoint.disabled_because, "") << desk.now.us - first.us;
            desk.finish(message, 500);
        }
    }
    EXPECT_EQ(desk.endpoint.disabled_because, "failing");
    EXPECT_EQ(desk.take(), Messages{});
}

TEST(EndpointQueue, OneSuccessBeginsTheFiveDaysAnew) {
    Desk desk;
    desk.add(1);
    desk.take();
    desk.finish("evt_1", 500);
    desk.wait(5 * us_per_second);
    desk.take();
    desk.finish("evt_1", 200);
    EXPECT_FALSE(desk.endpoint.failing_since);
}

TEST(EndpointQueue, ANewHolderSendsNothingTwiceThatIsOnRecord) {
    Desk desk;
    for (std::uint64_t i = 1; i <= 6; ++i) desk.add(i, static_cast<int>(i));
    auto const first = desk.take();
    ASSERT_EQ(first.size(), 4U);
    desk.finish("evt_2", 200); // the others are under way when the node dies
    desk.finish("evt_4", 500);
    desk.open();
    EXPECT_EQ(desk.queue->read_to(), 0U) << "the first is not on record";
    for (std::uint64_t i = 1; i <= 6; ++i) desk.add(i, static_cast<int>(i));
    desk.wait(5 * us_per_second);
    std::set<std::string> again;
    for (int round = 0; round < 5; ++round)
        for (std::string const& message : desk.take()) {
            EXPECT_TRUE(again.insert(message).second);
            desk.finish(message, 200);
        }
    EXPECT_EQ(again, (std::set<std::string>{"evt_1", "evt_3", "evt_4", "evt_5", "evt_6"}));
    EXPECT_EQ(desk.endpoint.cursor, 6U);
}

TEST(EndpointQueue, WhatCannotBeRecordedIsKeptAndHoldsItsPlace) {
    Desk desk;
    for (std::uint64_t i = 1; i <= 8; ++i) desk.add(i, static_cast<int>(i));
    desk.take();
    desk.queue->finish(desk.taken.at("evt_1"), Desk::outcome(200), desk.now, 0);
    ASSERT_TRUE(desk.queue->work(desk.now));
    desk.queue->not_recorded();
    EXPECT_EQ(desk.take(), Messages{}) << "four are not on record";
    desk.record();
    EXPECT_EQ(desk.rows.at("evt_1").state, DeliveryState::delivered);
    EXPECT_EQ(desk.take(), Messages{"evt_5"});
}

TEST(EndpointQueue, ReadsNoFurtherThanItCanHold) {
    QueueLimits limits;
    limits.ready = 3;
    Desk desk(limits);
    for (std::uint64_t i = 1; i <= 3; ++i) {
        EXPECT_TRUE(desk.queue->wants_more(desk.now));
        desk.add(i);
    }
    EXPECT_FALSE(desk.queue->wants_more(desk.now));
    desk.take();
    desk.finish("evt_1", 200);
    EXPECT_TRUE(desk.queue->wants_more(desk.now));
}

TEST(EndpointQueue, AMoveOverEventsOfOthersIsRecordedNowAndThen) {
    Desk desk;
    desk.queue->read_up_to(10);
    desk.record();
    EXPECT_EQ(desk.endpoint.cursor, 10U);
    desk.queue->read_up_to(20);
    desk.record();
    EXPECT_EQ(desk.endpoint.cursor, 10U) << "that is not worth a write";
    desk.wait(30 * us_per_second);
    desk.record();
    EXPECT_EQ(desk.endpoint.cursor, 20U);
    desk.queue->read_up_to(5'000);
    desk.record();
    EXPECT_EQ(desk.endpoint.cursor, 5'000U);
}

TEST(EndpointQueue, ATestOrAReplayPutInLineElsewhereIsSent) {
    Desk desk;
    desk.add(1);
    desk.take();
    desk.finish("evt_1", 200);
    WebhookDelivery again = desk.rows.at("evt_1");
    again.state = DeliveryState::pending;
    again.next_at = desk.now;
    WebhookDelivery test;
    test.message = "whm_1";
    test.next_at = desk.now;
    desk.queue->sync({again, test});
    desk.queue->sync({again, test});
    EXPECT_EQ(desk.take(), (Messages{"whm_1", "evt_1"}));
    desk.finish("evt_1", 200);
    desk.finish("whm_1", 200);
    EXPECT_EQ(nlohmann::json::parse(desk.rows.at("evt_1").attempts).size(), 2U);
    EXPECT_EQ(desk.take(), Messages{});
}

TEST(EndpointQueue, TheDeliveryLogIsJsonWhateverTheAnswerWas) {
    Desk desk;
    desk.add(1);
    desk.take();
    Outcome odd = Desk::outcome(200);
    odd.answer = std::string("\xff\x00\"\\\n", 5) + std::string(10'000, 'x');
    desk.finish("evt_1", odd);
    auto const attempts = nlohmann::json::parse(desk.rows.at("evt_1").attempts);
    EXPECT_EQ(attempts[0]["answer_cut"], true);
    EXPECT_EQ(attempts[0]["answer"].get<std::string>().size(), 2'000U);
}

} // namespace
} // namespace parley::webhooks
