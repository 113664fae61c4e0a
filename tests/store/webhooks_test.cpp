#include "tests/store/database_test.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

class Webhooks : public DatabaseTest {
protected:
    WebhookWrites& writes_ = store_.journal->webhooks();
    WebhookReads& reads_ = store_.reader->webhooks();

    static WebhookEndpoint endpoint_of(std::uint32_t number) {
        WebhookEndpoint endpoint;
        endpoint.id = id_of<WebhookEndpointId>(number);
        endpoint.platform = id_of<PlatformId>(1);
        endpoint.url = "https://shop.example/hook";
        endpoint.description = "the shop";
        endpoint.events = {"dispute.filed", "dispute.offer_made"};
        endpoint.secret = std::string("sealed\0bytes", 12);
        endpoint.created_at = noon;
        endpoint.cursor = 5;
        return endpoint;
    }
    static WebhookDelivery delivery_of(std::uint32_t endpoint, std::uint32_t event) {
        WebhookDelivery row;
        row.endpoint = id_of<WebhookEndpointId>(endpoint);
        row.message = id_of<EventId>(event).text();
        row.position = event;
        row.dispute = dispute_of(1);
        row.number = event;
        row.type = "dispute.offer_made";
        row.at = noon;
        row.created_at = noon + event;
        row.next_at = noon + event;
        return row;
    }
    void add_and_lease(std::uint32_t number) {
        writes_.add(endpoint_of(number));
        WebhookEndpointId const id = id_of<WebhookEndpointId>(number);
        ASSERT_EQ(writes_.lease("node", {&id, 1}, noon, noon + 1000).size(), 1U);
    }
    std::vector<WebhookEndpointId> record(std::string const& holder, EndpointWork work) {
        return writes_.record(holder, {&work, 1});
    }
};

PARLEY_ON_BOTH_DATABASES(Webhooks);

TEST_P(Webhooks, AnEndpointIsKeptAsItWas) {
    WebhookEndpoint sent = endpoint_of(1);
    sent.previous_secret = "old";
    sent.previous_until = noon + 9;
    sent.signing = WebhookSigning::v1a;
    writes_.add(sent);
    auto const all = reads_.endpoints();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].id, sent.id);
    EXPECT_EQ(all[0].platform, sent.platform);
    EXPECT_EQ(all[0].url, sent.url);
    EXPECT_EQ(all[0].description, sent.description);
    EXPECT_EQ(all[0].events, sent.events);
    EXPECT_EQ(all[0].signing, sent.signing);
    EXPECT_EQ(all[0].status, EndpointStatus::enabled);
    EXPECT_EQ(all[0].secret, sent.secret);
    EXPECT_EQ(all[0].previous_secret, sent.previous_secret);
    EXPECT_EQ(all[0].previous_until, sent.previous_until);
    EXPECT_EQ(all[0].created_at, sent.created_at);
    EXPECT_EQ(all[0].cursor, 5U);
    EXPECT_FALSE(all[0].failing_since);
}

TEST_P(Webhooks, OneNodeAtATimeHoldsALease) {
    writes_.add(endpoint_of(1));
    WebhookEndpointId const id = id_of<WebhookEndpointId>(1);
    std::span<WebhookEndpointId const> const one(&id, 1);
    EXPECT_EQ(writes_.lease("a", one, noon, noon + 100).size(), 1U);
    EXPECT_EQ(writes_.lease("b", one, noon + 99, noon + 200).size(), 0U);
    EXPECT_EQ(writes_.lease("a", one, noon + 99, noon + 150).size(), 1U) << "its own";
    EXPECT_EQ(writes_.lease("b", one, noon + 150, noon + 300).size(), 1U) << "that was over";
    EXPECT_EQ(writes_.lease("a", one, noon + 160, noon + 300).size(), 0U);
    WebhookEndpointId const unknown = id_of<WebhookEndpointId>(2);
    EXPECT_EQ(writes_.lease("a", {&unknown, 1}, noon, noon + 100).size(), 0U);
}

TEST_P(Webhooks, WhoLostTheLeaseWritesNothing) {
    add_and_lease(1);
    WebhookEndpointId const id = id_of<WebhookEndpointId>(1);
    EndpointWork const work{id, 9, noon, "gone", {delivery_of(1, 7)}};
    EXPECT_EQ(record("another", work), std::vector{id});
    EXPECT_EQ(reads_.endpoints()[0].cursor, 5U);
    EXPECT_TRUE(reads_.deliveries(id, {}, 0, 10).empty());
    EXPECT_TRUE(record("node", work).empty());
    EXPECT_EQ(reads_.endpoints()[0].cursor, 9U);
    EXPECT_EQ(reads_.endpoints()[0].status, EndpointStatus::disabled);
    EXPECT_EQ(reads_.endpoints()[0].disabled_because, "gone");
    EXPECT_EQ(reads_.endpoints()[0].failing_since, noon);
    EXPECT_EQ(reads_.deliveries(id, {}, 0, 10).size(), 1U);
}

TEST_P(Webhooks, TheCursorNeverGoesBack) {
    add_and_lease(1);
    record("node", {id_of<WebhookEndpointId>(1), 9, {}, "", {}});
    record("node", {id_of<WebhookEndpointId>(1), 7, {}, "", {}});
    EXPECT_EQ(reads_.endpoints()[0].cursor, 9U);
}

TEST_P(Webhooks, ADeliveryHasOneRowThatFollowsIt) {
    add_and_lease(1);
    WebhookEndpointId const id = id_of<WebhookEndpointId>(1);
    WebhookDelivery row = delivery_of(1, 7);
    row.tries = 1;
    row.attempts = R"([{"status":500}])";
    record("node", {id, 7, noon, "", {row}});
    auto const pending = reads_.pending(id, 10);
    ASSERT_EQ(pending.size(), 1U);
    EXPECT_EQ(pending[0].message, row.message);
    EXPECT_EQ(pending[0].position, 7U);
    EXPECT_EQ(pending[0].dispute, row.dispute);
    EXPECT_EQ(pending[0].number, 7U);
    EXPECT_EQ(pending[0].type, row.type);
    EXPECT_EQ(pending[0].at, row.at);
    EXPECT_EQ(pending[0].tries, 1U);
    EXPECT_EQ(pending[0].next_at, row.next_at);
    EXPECT_EQ(pending[0].created_at, row.created_at);
    EXPECT_EQ(pending[0].attempts, row.attempts);
    row.state = DeliveryState::delivered;
    row.next_at.reset();
    record("node", {id, 7, {}, "", {row}});
    EXPECT_TRUE(reads_.pending(id, 10).empty());
    auto const kept = reads_.delivery(id, row.message);
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->state, DeliveryState::delivered);
    EXPECT_EQ(reads_.deliveries(id, {}, 0, 10).size(), 1U);
    EXPECT_EQ(reads_.settled_after(id, 6, 10), std::vector<std::uint64_t>{7});
    EXPECT_TRUE(reads_.settled_after(id, 7, 10).empty());
}

TEST_P(Webhooks, DeliveriesAreListedNewestFirstByState) {
    add_and_lease(1);
    add_and_lease(2);
    WebhookEndpointId const id = id_of<WebhookEndpointId>(1);
    std::vector<WebhookDelivery> rows;
    for (std::uint32_t i = 1; i <= 6; ++i) {
        rows.push_back(delivery_of(1, i));
        rows.back().state = static_cast<DeliveryState>(i % 3);
    }
    record("node", {id, 6, {}, "", rows});
    record("node", {id_of<WebhookEndpointId>(2), 6, {}, "", {delivery_of(2, 1)}});
    auto const numbers = [&](std::optional<DeliveryState> state, std::uint64_t before,
                             std::size_t limit) {
        std::vector<std::uint32_t> out;
        for (auto const& row : reads_.deliveries(id, state, before, limit))
            out.push_back(row.number);
        return out;
    };
    EXPECT_EQ(numbers({}, 0, 10), (std::vector<std::uint32_t>{6, 5, 4, 3, 2, 1}));
    EXPECT_EQ(numbers(DeliveryState::pending, 0, 10), (std::vector<std::uint32_t>{6, 3}));
    EXPECT_EQ(numbers(DeliveryState::delivered, 0, 10), (std::vector<std::uint32_t>{4, 1}));
    EXPECT_EQ(numbers(DeliveryState::failed, 0, 10), (std::vector<std::uint32_t>{5, 2}));
    auto const second = reads_.deliveries(id, {}, 0, 2).back().turn;
    EXPECT_EQ(numbers({}, second, 2), (std::vector<std::uint32_t>{4, 3}));
}

TEST_P(Webhooks, AReplayPutsInLineWhatIsOver) {
    add_and_lease(1);
    WebhookEndpointId const id = id_of<WebhookEndpointId>(1);
    std::vector<WebhookDelivery> rows;
    for (std::uint32_t i = 1; i <= 4; ++i) {
        rows.push_back(delivery_of(1, i));
        rows.back().state = i == 4 ? DeliveryState::pending : DeliveryState::failed;
        rows.back().tries = 10;
    }
    record("node", {id, 4, {}, "", rows});
    EXPECT_EQ(writes_.replay(id, {rows[0].message, {}, {}}, noon + 50), 1U);
    EXPECT_EQ(writes_.replay(id, {rows[3].message, {}, {}}, noon + 50), 0U) << "it is in line";
    auto const again = reads_.delivery(id, rows[0].message);
    EXPECT_EQ(again->state, DeliveryState::pending);
    EXPECT_EQ(again->tries, 0U);
    EXPECT_EQ(again->next_at, noon + 50);
    EXPECT_EQ(writes_.replay(id, {{}, noon + 2, noon + 3}, noon + 60), 1U);
    EXPECT_EQ(reads_.delivery(id, rows[1].message)->next_at, noon + 60);
    EXPECT_EQ(writes_.replay(id, {{}, noon, {}}, noon + 70), 1U) << "the third alone is left";
}

TEST_P(Webhooks, ATestMessageIsPutInLineOnce) {
    writes_.add(endpoint_of(1));
    WebhookDelivery row;
    row.endpoint = id_of<WebhookEndpointId>(1);
    row.message = id_of<WebhookMessageId>(1).text();
    row.type = "endpoint.test";
    row.at = row.created_at = noon;
    row.next_at = noon;
    writes_.add_delivery(row);
    writes_.add_delivery(row);
    auto const pending = reads_.pending(row.endpoint, 10);
    ASSERT_EQ(pending.size(), 1U);
    EXPECT_EQ(pending[0].message, row.message);
    EXPECT_FALSE(pending[0].dispute);
}

TEST_P(Webhooks, ChangingAnEndpointThatStoodStillForgetsItsFailures) {
    add_and_lease(1);
    WebhookEndpointId const id = id_of<WebhookEndpointId>(1);
    record("node", {id, 6, noon, "failing", {delivery_of(1, 6)}});
    WebhookEndpoint changed = endpoint_of(1);
    changed.url = "https://shop.example/new";
    writes_.update(changed);
    auto const now = reads_.endpoints()[0];
    EXPECT_EQ(now.url, changed.url);
    EXPECT_EQ(now.status, EndpointStatus::enabled);
    EXPECT_EQ(now.disabled_because, "");
    EXPECT_FALSE(now.failing_since);
    EXPECT_EQ(now.cursor, 6U) << "that is the deliveries' own";
    record("node", {id, 6, noon, "", {}});
    writes_.update(changed);
    EXPECT_EQ(reads_.endpoints()[0].failing_since, noon) << "it was at work";
    EXPECT_NE(fault_of([&] { writes_.update(endpoint_of(2)); }), "");
}

TEST_P(Webhooks, ADeletedEndpointTakesItsDeliveriesAlong) {
    add_and_lease(1);
    WebhookEndpointId const id = id_of<WebhookEndpointId>(1);
    record("node", {id, 6, {}, "", {delivery_of(1, 6)}});
    writes_.remove(id);
    EXPECT_TRUE(reads_.endpoints().empty());
    EXPECT_TRUE(reads_.deliveries(id, {}, 0, 10).empty());
    EXPECT_EQ(record("node", {id, 6, {}, "", {delivery_of(1, 6)}}), std::vector{id});
}

TEST_P(Webhooks, OldDeliveriesGoButForThoseInLine) {
    add_and_lease(1);
    WebhookEndpointId const id = id_of<WebhookEndpointId>(1);
    std::vector<WebhookDelivery> rows;
    for (std::uint32_t i = 1; i <= 4; ++i) {
        rows.push_back(delivery_of(1, i));
        rows.back().state = i == 1 ? DeliveryState::pending : DeliveryState::delivered;
    }
    record("node", {id, 4, {}, "", rows});
    writes_.delete_deliveries_before(noon + 3);
    std::vector<std::uint32_t> left;
    for (auto const& row : reads_.deliveries(id, {}, 0, 10)) left.push_back(row.number);
    EXPECT_EQ(left, (std::vector<std::uint32_t>{4, 3, 1}));
}

// --- the feed ------------------------------------------------------------------------------------

class Feed : public DatabaseTest {
protected:
    void append(std::uint32_t dispute, std::uint64_t expected, std::uint32_t platform, Room room,
                bool live = false) {
        Unit unit = make_unit(dispute, expected, live);
        unit.events[0].room = room;
        unit.dispute->platform = id_of<PlatformId>(platform);
        ASSERT_EQ(store_.append(unit), UnitFate::won);
    }
};

PARLEY_ON_BOTH_DATABASES(Feed);

TEST_P(Feed, GivesAPlatformItsOwnEventsInLogOrder) {
    append(1, 0, 1, Room::joint);
    append(2, 0, 2, Room::joint);
    append(1, 1, 1, Room::claimant_caucus);
    append(1, 2, 1, Room::joint);
    append(3, 0, 1, Room::joint);
    append(4, 0, 1, Room::joint, true);
    append(3, 1, 1, Room::administration);
    FeedQuery query;
    query.platform = id_of<PlatformId>(1);
    auto page = store_.reader->feed(query);
    std::vector<std::uint64_t> positions;
    for (auto const& event : page.events) positions.push_back(event.position);
    EXPECT_EQ(positions, (std::vector<std::uint64_t>{1, 4, 5}));
    EXPECT_EQ(page.read_to, 6U);
    EXPECT_EQ(page.events[0].content, R"({"text":"words"})");
    EXPECT_FALSE(page.events[0].envelope.empty());
    query.with_bytes = false;
    EXPECT_TRUE(store_.reader->feed(query).events[0].envelope.empty());

    query.platform.reset();
    query.administration = true;
    EXPECT_EQ(store_.reader->feed(query).events.size(), 5U) << "both platforms and the office";
    query.live = true;
    EXPECT_EQ(store_.reader->feed(query).events.size(), 1U);
}

TEST_P(Feed, AStretchEndsAtItsLimitsAndTheNextBeginsThere) {
    append(1, 0, 1, Room::joint);
    for (std::uint64_t i = 1; i < 10; ++i)
        append(1, i, 1, i % 3 == 0 ? Room::joint : Room::neutral_notes);
    FeedQuery query;
    query.platform = id_of<PlatformId>(1);
    query.limit = 2;
    auto page = store_.reader->feed(query);
    EXPECT_EQ(page.events.size(), 2U);
    EXPECT_EQ(page.read_to, 4U);
    query.after = page.read_to;
    query.scan_most = 2;
    page = store_.reader->feed(query);
    EXPECT_TRUE(page.events.empty());
    EXPECT_EQ(page.read_to, 6U);
    query.after = 10;
    page = store_.reader->feed(query);
    EXPECT_TRUE(page.events.empty());
    EXPECT_EQ(page.read_to, 10U);
}

} // namespace
} // namespace parley
