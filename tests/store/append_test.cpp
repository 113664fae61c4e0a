#include "tests/store/database_test.hpp"

#include <gtest/gtest.h>

namespace parley {
namespace {

class Append : public DatabaseTest {
protected:
    std::int32_t load_of(std::uint32_t neutral) {
        for (Neutral const& one : store_.reader->neutrals(false))
            if (one.id == id_of<NeutralId>(neutral)) return one.load;
        return -1;
    }
};

PARLEY_ON_BOTH_DATABASES(Append);

TEST_P(Append, KeepsAnEventExactlyAsItWas) {
    Unit unit = make_unit(1, 0);
    StoredEvent& sent = unit.events[0];
    sent.room = Room::claimant_caucus;
    sent.number = 7;
    sent.content = std::string("{\"text\":\"\xc3\xa9\\u0000\"}");
    StoredEvent const expected = sent;
    ASSERT_EQ(store_.append(unit), UnitFate::won);

    auto const events = store_.reader->events(stream_of(1));
    ASSERT_EQ(events.size(), 1U);
    StoredEvent const& event = events[0];
    EXPECT_EQ(event.stream, expected.stream);
    EXPECT_EQ(event.version, expected.version);
    EXPECT_EQ(event.room, expected.room);
    EXPECT_EQ(event.number, expected.number);
    EXPECT_EQ(event.id, expected.id);
    EXPECT_EQ(event.stage, expected.stage);
    EXPECT_EQ(event.type, expected.type);
    EXPECT_EQ(event.at, expected.at);
    EXPECT_EQ(event.envelope, expected.envelope);
    EXPECT_EQ(event.nonce, expected.nonce);
    EXPECT_EQ(event.hash, expected.hash);
    EXPECT_EQ(event.content, expected.content);
    EXPECT_EQ(event.salt, expected.salt);
    EXPECT_EQ(event.position, 1U);
}

TEST_P(Append, NumbersEachLogDenselyInTheOrderGiven) {
    std::vector<Unit> units;
    for (std::uint32_t i = 1; i <= 10; ++i) units.push_back(make_unit(i, 0, i % 3 == 0));
    units[4].events.push_back(make_event(5, 2));
    units[4].expected_version = 0;
    store_.journal->append(units);
    EXPECT_EQ(store_.reader->log_size(false), 8U); // seven disputes, one of them with two events
    EXPECT_EQ(store_.reader->log_size(true), 3U);

    std::vector<std::string> streams;
    std::uint64_t position = 0;
    for (StoredEvent const& event : store_.reader->log(false, 1, 100)) {
        EXPECT_EQ(event.position, ++position);
        streams.push_back(event.stream);
    }
    EXPECT_EQ(streams, (std::vector{stream_of(1), stream_of(2), stream_of(4), stream_of(5),
                                    stream_of(5), stream_of(7), stream_of(8), stream_of(10)}));
    EXPECT_EQ(units[4].events[1].position, 5U);
    auto const live = store_.reader->log(true, 2, 1);
    ASSERT_EQ(live.size(), 1U);
    EXPECT_EQ(live[0].stream, stream_of(6));
    EXPECT_EQ(live[0].position, 2U);
    EXPECT_TRUE(store_.reader->log(false, 9, 10).empty());
}

TEST_P(Append, TakesSeveralUnitsOfOneStreamInABatch) {
    std::vector<Unit> units{make_unit(1, 0), make_unit(1, 1), make_unit(1, 2)};
    EXPECT_EQ(store_.journal->append(units),
              (std::vector{UnitFate::won, UnitFate::won, UnitFate::won}));
    EXPECT_EQ(store_.reader->events(stream_of(1)).size(), 3U);
    auto const later = store_.reader->events(stream_of(1), 2);
    ASSERT_EQ(later.size(), 1U);
    EXPECT_EQ(later[0].version, 3U);
}

TEST_P(Append, EventsOfSeveralStreamsComeStreamByStream) {
    for (std::uint64_t version : {0U, 1U})
        for (std::uint32_t stream : {1U, 2U, 3U})
            ASSERT_EQ(store_.append(make_unit(stream, version)), UnitFate::won);
    auto const all = store_.reader->events_of({stream_of(3), stream_of(9), stream_of(1)});
    ASSERT_EQ(all.size(), 4U);
    for (std::size_t i = 0; i < all.size(); i += 2) {
        auto const alone = store_.reader->events(all[i].stream);
        ASSERT_EQ(alone.size(), 2U);
        for (std::size_t k = 0; k < 2; ++k) {
            EXPECT_EQ(all[i + k].stream, alone[k].stream);
            EXPECT_EQ(all[i + k].version, k + 1);
            EXPECT_EQ(all[i + k].envelope, alone[k].envelope);
            EXPECT_EQ(all[i + k].content, alone[k].content);
        }
    }
    EXPECT_NE(all[0].stream, all[2].stream);
    EXPECT_TRUE(store_.reader->events_of({}).empty());
}

TEST_P(Append, AUnitWithAnotherVersionLosesAlone) {
    ASSERT_EQ(store_.append(make_unit(1, 0)), UnitFate::won);
    std::vector<Unit> units{make_unit(2, 0), make_unit(1, 0), make_unit(3, 5), make_unit(2, 1)};
    EXPECT_EQ(store_.journal->append(units), (std::vector{UnitFate::won, UnitFate::lost_version,
                                                          UnitFate::lost_version, UnitFate::won}));
    EXPECT_EQ(store_.reader->log_size(false), 3U);
    EXPECT_EQ(store_.reader->events(stream_of(2)).size(), 2U);
}

TEST_P(Append, WhatFollowsALoserOfItsStreamLosesToo) {
    Unit first = make_unit(1, 0);
    first.loads = {{id_of<NeutralId>(9), 1}}; // nobody has that number
    std::vector<Unit> units{first, make_unit(1, 1), make_unit(2, 0)};
    EXPECT_EQ(store_.journal->append(units),
              (std::vector{UnitFate::lost_load, UnitFate::lost_version, UnitFate::won}));
    EXPECT_EQ(store_.reader->log_size(false), 1U);

    // Also where the version has come to be the one that it expects, by other events.
    ASSERT_EQ(store_.append(make_unit(1, 0)), UnitFate::won);
    std::vector<Unit> late{make_unit(1, 0), make_unit(1, 1)};
    EXPECT_EQ(store_.journal->append(late),
              (std::vector{UnitFate::lost_version, UnitFate::lost_version}));
    EXPECT_EQ(store_.append(make_unit(1, 1)), UnitFate::won);
}

TEST_P(Append, AKeyIsTakenOnce) {
    Unit first = make_unit(1, 0);
    first.receipt = make_receipt("k1");
    Unit again = make_unit(2, 0);
    again.receipt = make_receipt("k1");
    Unit other = make_unit(3, 0);
    other.receipt = make_receipt("k2");
    std::vector<Unit> units{first, again, other};
    EXPECT_EQ(store_.journal->append(units),
              (std::vector{UnitFate::won, UnitFate::lost_receipt, UnitFate::won}));
    EXPECT_EQ(store_.append(again), UnitFate::lost_receipt);
    EXPECT_TRUE(store_.reader->events(stream_of(2)).empty());
}

TEST_P(Append, ARetryIsToldOfItsReceiptThoughItsVersionIsOldToo) {
    Unit unit = make_unit(1, 0);
    unit.receipt = make_receipt("k1");
    ASSERT_EQ(store_.append(unit), UnitFate::won);
    EXPECT_EQ(store_.append(unit), UnitFate::lost_receipt);
}

TEST_P(Append, ScopeAndKeyOfAReceiptAreKeptApart) {
    Unit first = make_unit(1, 0);
    first.receipt = make_receipt("bc");
    first.receipt->key.scope = "a";
    Unit second = make_unit(2, 0);
    second.receipt = make_receipt("c");
    second.receipt->key.scope = "ab";
    EXPECT_EQ(store_.append(first), UnitFate::won);
    EXPECT_EQ(store_.append(second), UnitFate::won);
    EXPECT_TRUE(store_.reader->receipt("a", "bc").has_value());
    EXPECT_TRUE(store_.reader->receipt("ab", "c").has_value());
    EXPECT_FALSE(store_.reader->receipt("abc", "").has_value());
}

TEST_P(Append, ANeutralNeverCarriesMoreThanTheCap) {
    store_.journal->add_neutral(make_neutral(1, 2));
    std::vector<UnitFate> fates;
    for (std::uint32_t i = 1; i <= 4; ++i) {
        Unit unit = make_unit(i, 0);
        unit.loads = {{id_of<NeutralId>(1), 1}};
        fates.push_back(store_.append(unit));
    }
    EXPECT_EQ(fates, (std::vector{UnitFate::won, UnitFate::won, UnitFate::lost_load,
                                  UnitFate::lost_load}));
    EXPECT_EQ(load_of(1), 2);
    Unit back = make_unit(1, 1);
    back.loads = {{id_of<NeutralId>(1), -1}};
    EXPECT_EQ(store_.append(back), UnitFate::won);
    EXPECT_EQ(load_of(1), 1);
    Unit far = make_unit(1, 2);
    far.loads = {{id_of<NeutralId>(1), -2}};
    EXPECT_EQ(store_.append(far), UnitFate::lost_load);
    EXPECT_EQ(load_of(1), 1);
}

TEST_P(Append, TheCapHoldsWithinABatchAndWithinAUnit) {
    store_.journal->add_neutral(make_neutral(1, 2));
    store_.journal->add_neutral(make_neutral(2, 1));
    NeutralId const one = id_of<NeutralId>(1);
    NeutralId const two = id_of<NeutralId>(2);
    std::vector<Unit> units{make_unit(1, 0), make_unit(2, 0), make_unit(3, 0), make_unit(4, 0)};
    units[0].loads = {{one, 1}, {two, 1}};
    units[1].loads = {{one, 1}, {two, 1}};            // the second is full, so neither is counted
    units[2].loads = {{one, 1}, {one, 1}};            // together over the cap
    units[3].loads = {{two, 1}, {two, -1}, {one, 1}}; // even for the second
    EXPECT_EQ(store_.journal->append(units), (std::vector{UnitFate::won, UnitFate::lost_load,
                                                          UnitFate::lost_load, UnitFate::won}));
    EXPECT_EQ(load_of(1), 2);
    EXPECT_EQ(load_of(2), 1);
}

TEST_P(Append, ACaseIsGivenBackThoughTheCapWasLowered) {
    Neutral neutral = make_neutral(1, 3);
    store_.journal->add_neutral(neutral);
    for (std::uint32_t i = 1; i <= 3; ++i) {
        Unit unit = make_unit(i, 0);
        unit.loads = {{neutral.id, 1}};
        ASSERT_EQ(store_.append(unit), UnitFate::won);
    }
    neutral.load_most = 1;
    store_.journal->update_neutral(neutral);
    EXPECT_EQ(load_of(1), 3);
    Unit back = make_unit(1, 1);
    back.loads = {{neutral.id, -1}};
    EXPECT_EQ(store_.append(back), UnitFate::won);
    EXPECT_EQ(load_of(1), 2);
}

TEST_P(Append, ALoserLeavesNothing) {
    store_.journal->add_neutral(make_neutral(1, 5));
    ASSERT_EQ(store_.append(make_unit(1, 0)), UnitFate::won);
    Unit loser = make_unit(1, 7);
    loser.dispute->stage = "mediation";
    loser.armed = {make_due(1, "answer", 1, noon)};
    loser.outbox = {{"evt_x/pty_y", "notice", dispute_of(1), "evt_x", "pty_y", "filed", noon}};
    loser.loads = {{id_of<NeutralId>(1), 1}};
    loser.erased = {EventId::parse(make_event(1, 1).id).value()};
    loser.receipt = make_receipt("k1");
    std::vector<Unit> units{make_unit(2, 0), loser};
    ASSERT_EQ(store_.journal->append(units), (std::vector{UnitFate::won, UnitFate::lost_version}));

    EXPECT_EQ(store_.reader->log_size(false), 2U);
    EXPECT_EQ(store_.reader->events(stream_of(1)).size(), 1U);
    EXPECT_TRUE(store_.reader->events(stream_of(1))[0].salt.has_value());
    EXPECT_TRUE(store_.reader->open_deadlines().empty());
    EXPECT_TRUE(store_.reader->outbox("", 10).empty());
    EXPECT_EQ(load_of(1), 0);
    EXPECT_FALSE(store_.reader->receipt(loser.receipt->key.scope, "k1").has_value());
    EXPECT_EQ(store_.reader->all_disputes({}, 10)[0].stage, "negotiation");
    EXPECT_EQ(store_.reader->all_disputes({}, 10)[0].version, 1U);
}

TEST_P(Append, ABatchOfLosersChangesNothing) {
    std::vector<Unit> units{make_unit(1, 4), make_unit(2, 4)};
    EXPECT_EQ(store_.journal->append(units),
              (std::vector{UnitFate::lost_version, UnitFate::lost_version}));
    EXPECT_EQ(store_.reader->log_size(false), 0U);
    EXPECT_EQ(store_.append(make_unit(1, 0)), UnitFate::won);
}

TEST_P(Append, AnEmptyBatchIsNothing) {
    EXPECT_TRUE(store_.append_all({}).empty());
    EXPECT_EQ(store_.reader->log_size(false), 0U);
}

TEST_P(Append, StreamsThatAreNoDisputesWorkAlike) {
    Unit unit;
    unit.stream = "configuration";
    StoredEvent event = make_event(1, 1);
    event.stream = unit.stream;
    unit.events = {event};
    EXPECT_EQ(store_.append(unit), UnitFate::won);
    EXPECT_EQ(store_.append(unit), UnitFate::lost_version);
    auto const events = store_.reader->events("configuration");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].stream, "configuration");
}

TEST_P(Append, ErasureTakesContentAndSaltOfThatEventAlone) {
    std::vector<Unit> units{make_unit(1, 0), make_unit(1, 1)};
    store_.journal->append(units);
    Unit erasing = make_unit(1, 2);
    erasing.events[0].content.clear();
    erasing.events[0].salt.reset();
    erasing.erased = {EventId::parse(make_event(1, 1).id).value()};
    ASSERT_EQ(store_.append(erasing), UnitFate::won);
    auto const events = store_.reader->events(stream_of(1));
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0].content, "");
    EXPECT_FALSE(events[0].salt.has_value());
    EXPECT_EQ(events[0].envelope, make_event(1, 1).envelope);
    EXPECT_EQ(events[1].content, R"({"text":"words"})");
    EXPECT_TRUE(events[1].salt.has_value());
    EXPECT_FALSE(events[2].salt.has_value());
}

TEST_P(Append, AnEventOfAnotherStreamCannotBeErased) {
    std::vector<Unit> units{make_unit(1, 0), make_unit(2, 0)};
    store_.journal->append(units);
    Unit erasing = make_unit(2, 1);
    erasing.erased = {EventId::parse(make_event(1, 1).id).value()};
    ASSERT_EQ(store_.append(erasing), UnitFate::won);
    EXPECT_TRUE(store_.reader->events(stream_of(1))[0].salt.has_value());
}

TEST_P(Append, ErasingForgetsTheReferenceInTheList) {
    ASSERT_EQ(store_.append(make_unit(1, 0)), UnitFate::won);
    Unit erasing = make_unit(1, 1);
    erasing.erased = {EventId::parse(make_event(1, 1).id).value()};
    ASSERT_EQ(store_.append(erasing), UnitFate::won);
    EXPECT_EQ(store_.reader->all_disputes({}, 10).at(0).reference, "");
}

TEST_P(Append, ADisputeRowMovesWithItsUnits) {
    ASSERT_EQ(store_.append(make_unit(1, 0)), UnitFate::won);
    Unit next = make_unit(1, 1);
    next.dispute->status = Status::settled;
    next.dispute->stage = "settled";
    next.dispute->neutrals = {id_of<NeutralId>(4), std::nullopt};
    next.dispute->reference = ""; // later rows leave it as the filing wrote it
    ASSERT_EQ(store_.append(next), UnitFate::won);
    auto const rows = store_.reader->all_disputes({}, 10);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].status, Status::settled);
    EXPECT_EQ(rows[0].stage, "settled");
    EXPECT_EQ(rows[0].neutrals[0], id_of<NeutralId>(4));
    EXPECT_FALSE(rows[0].neutrals[1].has_value());
    EXPECT_EQ(rows[0].reference, make_row(1).reference);
    EXPECT_NE(rows[0].reference, "");
    EXPECT_EQ(rows[0].version, 2U);
    EXPECT_EQ(rows[0].changed_at, noon + 2);
    EXPECT_EQ(rows[0].created_at, noon);
    EXPECT_EQ(rows[0].parties, make_row(1).parties);
    EXPECT_EQ(rows[0].procedure, "uncitral-track-2");
    EXPECT_EQ(rows[0].procedure_version, 1);
}

TEST_P(Append, ARowKeepsATimeThatIsNotOfTheLastEvent) {
    ASSERT_EQ(store_.append(make_unit(1, 0)), UnitFate::won);
    Unit next = make_unit(1, 1);
    next.dispute->changed_at = noon + 1; // what those in the joint room may know
    ASSERT_EQ(store_.append(next), UnitFate::won);
    EXPECT_EQ(store_.reader->all_disputes({}, 1)[0].changed_at, noon + 1);
    EXPECT_EQ(store_.reader->all_disputes({}, 1)[0].version, 2U);
    Unit last = make_unit(1, 2);
    ASSERT_EQ(store_.append(last), UnitFate::won);
    EXPECT_EQ(store_.reader->all_disputes({}, 1)[0].changed_at, noon + 3);
    EXPECT_EQ(store_.reader->disputes({}, {}, 1)[0].version, 3U);
}

TEST_P(Append, DeadlinesComeAndGoWithTheirStamp) {
    Unit unit = make_unit(1, 0);
    unit.armed = {make_due(1, "answer", 1, noon + 5), make_due(1, "answer", 2, noon + 9),
                  make_due(1, "reply", 3, noon + 7)};
    unit.disarmed = {{"answer", 1}}; // armed and dropped by one unit
    ASSERT_EQ(store_.append(unit), UnitFate::won);
    auto open = store_.reader->open_deadlines();
    ASSERT_EQ(open.size(), 2U);
    EXPECT_EQ(open[0].name, "answer");
    EXPECT_EQ(open[0].stamp, 2U);
    EXPECT_EQ(open[0].at, noon + 9);
    Unit stale = make_unit(1, 1);
    stale.disarmed = {{"answer", 1}, {"reply", 3}};
    ASSERT_EQ(store_.append(stale), UnitFate::won);
    open = store_.reader->open_deadlines();
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].stamp, 2U);
}

} // namespace
} // namespace parley
