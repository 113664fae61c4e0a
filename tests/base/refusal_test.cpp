#include "engine/base/assert.hpp"
#include "engine/base/refusal.hpp"

#include <gtest/gtest.h>

#include <set>

namespace parley {
namespace {

constexpr auto last_code = RefusalCode::outcome_unknown;

TEST(Refusals, EveryCodeHasItsOwnNameAndTitle) {
    std::set<std::string_view> names;
    std::set<std::string_view> titles;
    for (int i = 0; i <= static_cast<int>(last_code); ++i) {
        auto const code = static_cast<RefusalCode>(i);
        std::string_view const name = name_of(code);
        EXPECT_FALSE(name.empty());
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos);
        EXPECT_TRUE(names.insert(name).second) << name;
        EXPECT_TRUE(titles.insert(title_of(code)).second) << name;
    }
}

TEST(Refusals, TheKindSaysWhatToDoNext) {
    struct Row {
        RefusalCode code;
        RefusalKind kind;
    };
    Row const rows[] = {
        {RefusalCode::unreadable, RefusalKind::malformed},
        {RefusalCode::idempotency_key_missing, RefusalKind::malformed},
        {RefusalCode::not_authenticated, RefusalKind::unauthenticated},
        {RefusalCode::not_permitted, RefusalKind::forbidden},
        {RefusalCode::not_found, RefusalKind::unknown},
        {RefusalCode::too_late, RefusalKind::conflict},
        {RefusalCode::idempotency_in_progress, RefusalKind::conflict},
        {RefusalCode::quarantined, RefusalKind::conflict},
        {RefusalCode::version_conflict, RefusalKind::stale},
        {RefusalCode::precondition_required, RefusalKind::condition_required},
        {RefusalCode::too_large, RefusalKind::too_large},
        {RefusalCode::unsupported_media_type, RefusalKind::unsupported},
        {RefusalCode::invalid, RefusalKind::invalid},
        {RefusalCode::idempotency_key_reused, RefusalKind::invalid},
        {RefusalCode::busy, RefusalKind::unavailable},
        {RefusalCode::outcome_unknown, RefusalKind::unavailable},
    };
    for (Row const& row : rows) EXPECT_EQ(kind_of(row.code), row.kind) << name_of(row.code);
}

TEST(Refusals, OneAboutAFieldNamesThePlace) {
    Refusal const refusal = refuse_field(RefusalCode::invalid, "/claim/amount", "is odd").error();
    ASSERT_EQ(refusal.errors.size(), 1U);
    EXPECT_EQ(refusal.errors[0], (FieldError{"/claim/amount", RefusalCode::invalid, "is odd"}));
    EXPECT_EQ(refusal.detail, "is odd");
}

TEST(AssertionsDeathTest, ABrokenOneSaysWhatDoesNotHoldAndAborts) {
    EXPECT_DEATH(PARLEY_ASSERT(1 + 1 == 3, "sums are right"),
                 "bug at .*sums are right .*1 \\+ 1 == 3");
    PARLEY_ASSERT(1 + 1 == 2, "sums are right");
}

} // namespace
} // namespace parley
