#include "engine/runtime/verify.hpp"
#include "tests/runtime/faulty_reader.hpp"
#include "tests/runtime/rig.hpp"

namespace parley {
namespace {

Verification verify(Reader& reader) { return JournalVerifier(shipped_world(), reader).run(); }

TEST(Verifier, WhatIsWrittenMeanwhileIsNotBlamed) {
    Rig rig;
    EntryPtr const filed = rig.file();
    bool answered = false;
    FaultyReader busy(*rig.reader);
    // Between the reading of a row and of what stands beside it.
    busy.after_disputes = [&] {
        if (std::exchange(answered, true)) return;
        ASSERT_TRUE(rig.ask(Rig::respond(filed->state)).has_value());
        rig.file();
    };
    auto const found = verify(busy);
    EXPECT_EQ(found.faults, 0U) << found.first->reason;
    EXPECT_EQ(found.restless, 0U);
    EXPECT_FALSE(found.loads_compared);
    EXPECT_TRUE(verify(*rig.reader).loads_compared);
}

TEST(Verifier, ADisputeThatNeverStandsStillIsLeftOutAndCounted) {
    Rig rig;
    EntryPtr const filed = rig.file();
    FaultyReader busy(*rig.reader);
    // Between the reading of a row and of what stands beside it.
    busy.after_disputes = [&] {
        ASSERT_TRUE(rig.ask(Rig::message(filed->state, "And another thing.")).has_value());
    };
    auto const found = verify(busy);
    EXPECT_EQ(found.faults, 0U) << found.first->reason;
    EXPECT_EQ(found.restless, 1U);
}

} // namespace
} // namespace parley
