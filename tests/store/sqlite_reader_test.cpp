#include "tests/store/store_world.hpp"

#include "engine/store/dispute_query.hpp"
#include "engine/store/sqlite.hpp"

#include <gtest/gtest.h>

#include <set>

namespace parley {
namespace {

class SqliteReading : public ::testing::Test {
protected:
    TemporaryFolder folder_;
    Store store_{folder_.path() / "data"};
};

// A page must cost the same however many disputes there are: a range of one index, never a sort.
TEST_F(SqliteReading, NoListSortsTheTable) {
    fill_lists(*store_.journal);
    store::Connection connection(store_.folder.database().string(), store::Access::read);
    for (unsigned bits = 0; bits < 128; ++bits) {
        DisputeFilter filter;
        if (bits & 1U) filter.platform = id_of<PlatformId>(1);
        if (bits & 2U) filter.neutral = id_of<NeutralId>(1);
        if (bits & 4U) filter.party = id_of<PartyId>(8);
        if (bits & 8U) filter.status = Status::open;
        if (bits & 16U) filter.stage = "mediation";
        if (bits & 32U) filter.reference = "SHARED";
        std::string sql =
            "EXPLAIN QUERY PLAN " + store::dispute_list_sql(filter, (bits & 64U) != 0);
        // A union sorts its two pages, each of which comes from a co-routine of its own.
        bool const is_union = sql.find(" UNION ") != std::string::npos;
        bool const has_index = (bits & (1U | 2U | 4U | 16U | 32U)) != 0;
        std::set<std::int64_t> co_routines;
        store::Statement plan(connection, sql);
        while (plan.step()) {
            std::string const line(plan.text(3));
            if (line.starts_with("CO-ROUTINE")) co_routines.insert(plan.number(0));
            if (!is_union || co_routines.contains(plan.number(1)))
                EXPECT_EQ(line.find("TEMP B-TREE"), std::string::npos) << sql << "\n" << line;
            EXPECT_FALSE(line.starts_with("SCAN event")) << sql << "\n" << line;
            if (has_index) EXPECT_FALSE(line.starts_with("SCAN dispute")) << sql << "\n" << line;
        }
        EXPECT_EQ(co_routines.size(), is_union ? 2U : 0U);
    }
}

TEST_F(SqliteReading, SeesOnlyWhatIsCommitted) {
    store_.append(make_unit(1, 0));
    // Someone holds a write transaction open with an event in it.
    {
        store::Connection writer(store_.folder.database().string(), store::Access::write);
        store::Transaction transaction(writer);
        writer.run("UPDATE log_head SET size = 99 WHERE log = 0");
        EXPECT_EQ(store_.reader->log_size(false), 1U);
    }
    EXPECT_EQ(store_.reader->log_size(false), 1U);
    store_.append(make_unit(2, 0));
    EXPECT_EQ(store_.reader->log_size(false), 2U);
}

} // namespace
} // namespace parley
