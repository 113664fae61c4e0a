#include "tests/store/database_test.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace parley {
namespace {

class Reading : public DatabaseTest {
protected:
    void fill() { fill_lists(*store_.journal); }

    std::vector<std::uint32_t> list(DisputeFilter const& filter, std::size_t limit = 100,
                                    std::optional<std::uint32_t> before = std::nullopt) {
        std::optional<DisputeId> cursor;
        if (before) cursor = dispute_of(*before);
        std::vector<std::uint32_t> out;
        for (DisputeRow const& row : store_.reader->disputes(filter, cursor, limit)) {
            EXPECT_EQ(row.live, filter.live);
            for (std::uint32_t i = 1; i <= 100; ++i)
                if (row.id == dispute_of(i)) out.push_back(i);
        }
        return out;
    }
};

using Numbers = std::vector<std::uint32_t>;

PARLEY_ON_BOTH_DATABASES(Reading);

TEST_P(Reading, ListsRunFromTheNewestAndStayInTheirLog) {
    fill();
    EXPECT_EQ(list({}), (Numbers{12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}));
    DisputeFilter live;
    live.live = true;
    EXPECT_EQ(list(live), (Numbers{100}));
}

TEST_P(Reading, ListsAreNarrowedByEveryFilter) {
    fill();
    DisputeFilter filter;
    filter.platform = id_of<PlatformId>(1);
    EXPECT_EQ(list(filter), (Numbers{11, 9, 7, 5, 3, 1}));
    filter.status = Status::open;
    EXPECT_EQ(list(filter), (Numbers{9, 7, 5, 3, 1}));
    filter.stage = "mediation";
    EXPECT_EQ(list(filter), (Numbers{9, 3}));
    filter = {};
    filter.status = Status::settled;
    EXPECT_EQ(list(filter), (Numbers{12, 11, 10}));
    filter = {};
    filter.stage = "mediation";
    EXPECT_EQ(list(filter), (Numbers{12, 9, 6, 3}));
    filter = {};
    filter.neutral = id_of<NeutralId>(1);
    EXPECT_EQ(list(filter), (Numbers{12, 8, 6, 4})); // twelve has both seats and comes once
    filter.status = Status::open;
    EXPECT_EQ(list(filter), (Numbers{8, 6, 4}));
    filter = {};
    filter.party = id_of<PartyId>(7); // the respondent of three
    EXPECT_EQ(list(filter), (Numbers{3}));
    filter.party = id_of<PartyId>(8); // the claimant of four
    EXPECT_EQ(list(filter), (Numbers{4}));
    filter.neutral = id_of<NeutralId>(1);
    EXPECT_EQ(list(filter), (Numbers{4}));
    filter.neutral = id_of<NeutralId>(2);
    EXPECT_EQ(list(filter), Numbers{});
    filter = {};
    filter.reference = "SHARED";
    EXPECT_EQ(list(filter), (Numbers{7, 5}));
    filter.platform = id_of<PlatformId>(0);
    EXPECT_EQ(list(filter), Numbers{});
    filter = {};
    filter.reference = ""; // nobody asks so, and it must not match what was erased by accident
    EXPECT_EQ(list(filter), Numbers{});
}

TEST_P(Reading, PagesFollowOneAnotherWithoutGapOrRepeat) {
    fill();
    std::vector<DisputeFilter> filters(4);
    filters[1].platform = id_of<PlatformId>(1);
    filters[2].neutral = id_of<NeutralId>(1);
    filters[3].stage = "negotiation";
    for (DisputeFilter const& filter : filters) {
        Numbers const all = list(filter);
        Numbers paged;
        std::optional<std::uint32_t> before;
        for (int pages = 0; pages < 20; ++pages) {
            Numbers const page = list(filter, 2, before);
            if (page.empty()) break;
            EXPECT_LE(page.size(), 2U);
            paged.insert(paged.end(), page.begin(), page.end());
            before = page.back();
        }
        EXPECT_EQ(paged, all);
    }
}

TEST_P(Reading, AllDisputesComeOldestFirst) {
    fill();
    auto const first = store_.reader->all_disputes({}, 5);
    ASSERT_EQ(first.size(), 5U);
    EXPECT_EQ(first[0].id, dispute_of(1));
    auto const next = store_.reader->all_disputes(first.back().id, 100);
    ASSERT_EQ(next.size(), 8U);
    EXPECT_EQ(next[0].id, dispute_of(6));
    EXPECT_EQ(next[7].id, dispute_of(100));
}

TEST_P(Reading, DueDeadlinesComeSoonestFirstAndByClock) {
    TestClockId const clock = id_of<TestClockId>(1);
    TestClockId const other = id_of<TestClockId>(2);
    Unit one = make_unit(1, 0);
    one.armed = {make_due(1, "late", 1, noon + 30), make_due(1, "soon", 2, noon + 10)};
    Unit two = make_unit(2, 0);
    two.armed = {make_due(2, "middle", 1, noon + 20)};
    Unit three = make_unit(3, 0);
    three.armed = {make_due(3, "tested", 1, noon + 5, clock),
                   make_due(3, "tested", 2, noon + 6, other)};
    std::vector<Unit> units{one, two, three};
    store_.journal->append(units);

    auto const names = [](std::vector<DueRow> const& rows) {
        std::vector<std::string> out;
        for (DueRow const& row : rows) out.push_back(row.name);
        return out;
    };
    using Names = std::vector<std::string>;
    EXPECT_EQ(names(store_.reader->due({}, noon + 20, 10)), (Names{"soon", "middle"}));
    EXPECT_EQ(names(store_.reader->due({}, noon + 19, 10)), (Names{"soon"}));
    EXPECT_EQ(names(store_.reader->due({}, noon + 99, 1)), (Names{"soon"}));
    EXPECT_EQ(names(store_.reader->due(clock, noon + 99, 10)), (Names{"tested"}));
    EXPECT_EQ(store_.reader->due(clock, noon + 99, 10)[0].clock, clock);
    EXPECT_TRUE(store_.reader->due(clock, noon + 4, 10).empty());
    EXPECT_EQ(store_.reader->next_due(), noon + 10);
    EXPECT_EQ(names(store_.reader->due_between(noon + 10, noon + 30)), (Names{"middle", "late"}));
    EXPECT_EQ(store_.reader->open_deadlines().size(), 5U);
    EXPECT_EQ(store_.reader->open_deadlines()[0].dispute, dispute_of(1));
}

TEST_P(Reading, WithoutDeadlinesNoneIsNext) { EXPECT_FALSE(store_.reader->next_due().has_value()); }

TEST_P(Reading, AReceiptComesBackWholeUntilItExpires) {
    Unit unit = make_unit(1, 0);
    unit.receipt = make_receipt("old", noon);
    unit.receipt->told = R"({"now":"then"})";
    Unit later = make_unit(2, 0);
    later.receipt = make_receipt("new", noon + us_per_day);
    std::vector<Unit> units{unit, later};
    store_.journal->append(units);
    auto const found = store_.reader->receipt(unit.receipt->key.scope, "old");
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->key, unit.receipt->key);
    EXPECT_EQ(found->stream, unit.receipt->stream);
    EXPECT_EQ(found->version, 3U);
    EXPECT_EQ(found->events, unit.receipt->events);
    EXPECT_EQ(found->status, 201);
    EXPECT_EQ(found->at, noon);
    EXPECT_EQ(found->told, R"({"now":"then"})");

    auto const all = store_.reader->receipts({}, 10);
    ASSERT_EQ(all.size(), 2U);
    StoredReceipt const& old = all[0].at == noon ? all[0] : all[1];
    EXPECT_EQ(old.stream, unit.receipt->stream);
    EXPECT_EQ(old.events, unit.receipt->events);
    EXPECT_EQ(old.told, unit.receipt->told);
    EXPECT_EQ(old.key.fingerprint, unit.receipt->key.fingerprint);
    EXPECT_LT(all[0].name, all[1].name);
    EXPECT_EQ(store_.reader->receipts({}, 1).front().name, all[0].name);
    EXPECT_EQ(store_.reader->receipts(all[0].name, 10).front().name, all[1].name);
    EXPECT_TRUE(store_.reader->receipts(all[1].name, 10).empty());

    store_.journal->delete_receipts_before(noon); // at noon is not before noon
    EXPECT_TRUE(store_.reader->receipt(unit.receipt->key.scope, "old").has_value());
    store_.journal->delete_receipts_before(noon + 1);
    EXPECT_FALSE(store_.reader->receipt(unit.receipt->key.scope, "old").has_value());
    EXPECT_TRUE(store_.reader->receipt(unit.receipt->key.scope, "new").has_value());
    Unit again = make_unit(3, 0);
    again.receipt = make_receipt("old", noon + us_per_day);
    EXPECT_EQ(store_.append(again), UnitFate::won);
    store_.journal->delete_receipts_before(noon + 2 * us_per_day);
    EXPECT_FALSE(store_.reader->receipt(unit.receipt->key.scope, "new").has_value());
    EXPECT_FALSE(store_.reader->receipt(unit.receipt->key.scope, "old").has_value());
}

TEST_P(Reading, TheOutboxIsReadInOrderAndEmptiedByName) {
    Unit unit = make_unit(1, 0);
    for (std::uint32_t i = 3; i >= 1; --i) {
        std::string const event = id_of<EventId>(i).text();
        std::string const party = id_of<PartyId>(i).text();
        unit.outbox.push_back(
            {event + "/" + party, "notice", dispute_of(1), event, party, "filed", noon + i});
    }
    store_.append(unit);
    auto rows = store_.reader->outbox("", 2);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].id, unit.outbox[2].id);
    EXPECT_EQ(rows[0].kind, "notice");
    EXPECT_EQ(rows[0].dispute, dispute_of(1));
    EXPECT_EQ(rows[0].event, unit.outbox[2].event);
    EXPECT_EQ(rows[0].addressee, unit.outbox[2].addressee);
    EXPECT_EQ(rows[0].notice, "filed");
    EXPECT_EQ(rows[0].at, noon + 1);
    store_.journal->delete_outbox({rows[0].id, rows[1].id, "unknown"});
    EXPECT_EQ(store_.reader->outbox(rows[1].id, 2).front().id, unit.outbox[0].id);
    rows = store_.reader->outbox("", 10);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].id, unit.outbox[0].id);
}

TEST_P(Reading, PeopleAndThingsComeBackAsTheyWere) {
    store_.journal->add_platform({id_of<PlatformId>(1), "Lamps & Co", noon});
    ApiKey key;
    key.id = id_of<ApiKeyId>(1);
    key.kind = KeyKind::neutral;
    key.live = true;
    key.owner = "ntr_x";
    key.label = "laptop";
    key.secret_sha256 = sha256("secret");
    key.created_at = noon;
    key.expires_at = noon + 5;
    store_.journal->add_key(key);
    store_.journal->add_neutral(make_neutral(1, 4));
    store_.journal->add_clock({id_of<TestClockId>(1), id_of<PlatformId>(1), "spring", noon},
                              make_receipt("c"));

    ASSERT_EQ(store_.reader->platforms().size(), 1U);
    EXPECT_EQ(store_.reader->platforms()[0].id, id_of<PlatformId>(1));
    EXPECT_EQ(store_.reader->platforms()[0].name, "Lamps & Co");
    EXPECT_EQ(store_.reader->platforms()[0].created_at, noon);

    auto keys = store_.reader->keys();
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys[0].id, key.id);
    EXPECT_EQ(keys[0].kind, KeyKind::neutral);
    EXPECT_TRUE(keys[0].live);
    EXPECT_EQ(keys[0].owner, "ntr_x");
    EXPECT_EQ(keys[0].label, "laptop");
    EXPECT_EQ(keys[0].secret_sha256, key.secret_sha256);
    EXPECT_EQ(keys[0].created_at, noon);
    EXPECT_EQ(keys[0].expires_at, noon + 5);
    EXPECT_FALSE(keys[0].revoked_at.has_value());
    store_.journal->revoke_key(key.id, noon + 3);
    store_.journal->revoke_key(key.id, noon + 4);
    EXPECT_EQ(store_.reader->keys()[0].revoked_at, noon + 3);

    auto neutrals = store_.reader->neutrals(false);
    ASSERT_EQ(neutrals.size(), 1U);
    EXPECT_TRUE(store_.reader->neutrals(true).empty());
    EXPECT_EQ(neutrals[0].name, "Neutral 1");
    EXPECT_EQ(neutrals[0].seats, (std::vector{SeatKind::mediator, SeatKind::decider}));
    EXPECT_EQ(neutrals[0].languages, (std::vector<std::string>{"en", "zh-Hans"}));
    EXPECT_EQ(neutrals[0].country, "NL");
    EXPECT_EQ(neutrals[0].time_zone, "Europe/Amsterdam");
    EXPECT_EQ(neutrals[0].load_most, 4);
    EXPECT_TRUE(neutrals[0].available);
    Neutral changed = neutrals[0];
    changed.seats = {SeatKind::decider};
    changed.languages = {};
    changed.available = false;
    changed.load = 3; // is not for this door
    store_.journal->update_neutral(changed);
    neutrals = store_.reader->neutrals(false);
    EXPECT_EQ(neutrals[0].seats, (std::vector{SeatKind::decider}));
    EXPECT_TRUE(neutrals[0].languages.empty());
    EXPECT_FALSE(neutrals[0].available);
    EXPECT_EQ(neutrals[0].load, 0);

    auto clocks = store_.reader->clocks();
    ASSERT_EQ(clocks.size(), 1U);
    EXPECT_EQ(clocks[0].name, "spring");
    EXPECT_EQ(clocks[0].platform, id_of<PlatformId>(1));
    EXPECT_TRUE(store_.reader->receipt(make_receipt("c").key.scope, "c").has_value());
    store_.journal->set_clock(clocks[0].id, noon + us_per_day);
    EXPECT_EQ(store_.reader->clocks()[0].now, noon + us_per_day);

    EXPECT_FALSE(store_.reader->last_beat().has_value());
    store_.journal->beat(noon);
    store_.journal->beat(noon + 1);
    EXPECT_EQ(store_.reader->last_beat(), noon + 1);
}

TEST_P(Reading, ChangingWhatIsNotThereIsAFault) {
    EXPECT_THROW(store_.journal->set_clock(id_of<TestClockId>(9), noon), Fault);
    EXPECT_THROW(store_.journal->revoke_key(id_of<ApiKeyId>(9), noon), Fault);
    EXPECT_THROW(store_.journal->update_neutral(make_neutral(9, 1)), Fault);
    store_.journal->add_platform({id_of<PlatformId>(1), "one", noon});
    EXPECT_THROW(store_.journal->add_platform({id_of<PlatformId>(1), "two", noon}), Fault);
    EXPECT_EQ(store_.append(make_unit(1, 0)), UnitFate::won); // an ordinary fault breaks nothing
}

TEST_P(Reading, WhoseKeyIsTakenNothingIsMadeOrChanged) {
    TestClock const clock{id_of<TestClockId>(1), id_of<PlatformId>(1), "a", noon};
    TestClock const other{id_of<TestClockId>(2), id_of<PlatformId>(1), "b", noon};
    ApiKey api_key;
    api_key.id = id_of<ApiKeyId>(1);
    Neutral const neutral = make_neutral(1, 4);
    Neutral busier = neutral;
    busier.load_most = 9;
    StoredReceipt const taken = make_receipt("c");
    store_.journal->add_clock(clock, taken);
    store_.journal->add_key(api_key);
    store_.journal->add_neutral(neutral);

    Journal& journal = *store_.journal;
    EXPECT_THROW(journal.add_clock(other, taken), Fault);
    EXPECT_THROW(journal.set_clock(clock.id, noon + 1, taken), Fault);
    EXPECT_THROW(journal.add_platform({id_of<PlatformId>(1), "Lamps", noon}, taken), Fault);
    api_key.id = id_of<ApiKeyId>(2);
    EXPECT_THROW(journal.add_key(api_key, taken), Fault);
    EXPECT_THROW(journal.revoke_key(id_of<ApiKeyId>(1), noon, taken), Fault);
    EXPECT_THROW(journal.add_neutral(make_neutral(2, 4), taken), Fault);
    EXPECT_THROW(journal.update_neutral(busier, taken), Fault);

    ASSERT_EQ(store_.reader->clocks().size(), 1U);
    EXPECT_EQ(store_.reader->clocks()[0].now, noon);
    EXPECT_TRUE(store_.reader->platforms().empty());
    ASSERT_EQ(store_.reader->keys().size(), 1U);
    EXPECT_FALSE(store_.reader->keys()[0].revoked_at);
    ASSERT_EQ(store_.reader->neutrals(false).size(), 1U);
    EXPECT_EQ(store_.reader->neutrals(false)[0].load_most, 4);
    EXPECT_EQ(store_.reader->receipts({}, 10).size(), 1U);
}

TEST_P(Reading, ManyThreadsReadWhileOneWrites) {
    std::atomic<bool> done = false;
    std::atomic<int> torn = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) // more than there are connections
        threads.emplace_back([&] {
            while (!done) {
                auto const events = store_.reader->log(false, 1, 1000);
                for (std::size_t at = 0; at < events.size(); ++at)
                    if (events[at].position != at + 1) ++torn;
                if (events.size() % 3 != 0) ++torn; // each unit has three events
            }
        });
    for (std::uint32_t i = 1; i <= 60; ++i) {
        Unit unit = make_unit(i, 0);
        unit.events.push_back(make_event(i, 2));
        unit.events.push_back(make_event(i, 3));
        EXPECT_EQ(store_.append(unit), UnitFate::won);
    }
    done = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(torn, 0);
    EXPECT_EQ(store_.reader->log_size(false), 180U);
}

} // namespace
} // namespace parley
