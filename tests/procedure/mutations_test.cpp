#include "tests/procedure/mutations.hpp"

#include "engine/procedure/examine.hpp"

#include <map>

namespace parley {
namespace {

constexpr std::size_t shares = 8;

class Mutants : public testing::TestWithParam<std::size_t> {};

// Each file made wrong in one place after another is refused by the reader or has a finding. That the
// files themselves have none is what Examinations.ProveTheShippedProcedures says.
TEST_P(Mutants, AreAllCaught) {
    std::vector<Mutant> const mutants = Mutations(shipped(2), GetParam(), shares).all();
    EXPECT_GE(mutants.size(), 25U);
    for (Mutant const& mutant : mutants) {
        auto const procedure = read_procedure(mutant.file.dump());
        if (!procedure) continue;
        EXPECT_FALSE(examine(*procedure).findings.empty()) << mutant.kind << ": " << mutant.what;
    }
}
INSTANTIATE_TEST_SUITE_P(Shares, Mutants, testing::Range<std::size_t>(0, shares));

TEST(Mutations, AreManyAndOfManyKinds) {
    std::map<std::string, std::size_t> kinds;
    std::size_t made = 0;
    OrderedJson const good = shipped(2);
    for (Mutant const& mutant : Mutations(good).all()) {
        ++kinds[mutant.kind];
        ++made;
        EXPECT_NE(mutant.file, good) << mutant.kind << ": " << mutant.what;
    }
    std::printf("%zu files of %zu kinds\n", made, kinds.size());
    EXPECT_GE(made, 200U);
    EXPECT_GE(kinds.size(), 25U);
}

} // namespace
} // namespace parley
