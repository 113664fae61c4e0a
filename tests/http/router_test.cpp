#include "api/http/router.hpp"

#include <gtest/gtest.h>

namespace parley::http {
namespace {

Router example() {
    Router router;
    router.add(Method::get, "/v1/disputes/{dispute}", 2);
    router.add(Method::get, "/v1/disputes", 0);
    router.add(Method::post, "/v1/disputes", 1);
    router.add(Method::post, "/v1/disputes/{dispute}/actions/{act}", 3);
    router.add(Method::get, "/v1/procedures/{name}", 4);
    router.add(Method::post, "/v1/procedures/check", 5);
    router.add(Method::get, "/v1/procedures/latest", 6);
    router.add(Method::get, "/", 7);
    return router;
}

TEST(Router, FindsALiteralPath) {
    Router const router = example();
    auto const found = router.find(Method::post, "/v1/disputes");
    ASSERT_TRUE(std::holds_alternative<Match>(found));
    EXPECT_EQ(std::get<Match>(found).handler, 1U);
    EXPECT_EQ(std::get<Match>(found).pattern, "/v1/disputes");
}

TEST(Router, CapturesPlaceholders) {
    Router const router = example();
    auto const found = router.find(Method::post, "/v1/disputes/dsp_1/actions/offer");
    ASSERT_TRUE(std::holds_alternative<Match>(found));
    auto const& match = std::get<Match>(found);
    EXPECT_EQ(match.handler, 3U);
    EXPECT_EQ(match.params["dispute"], "dsp_1");
    EXPECT_EQ(match.params["act"], "offer");
    EXPECT_EQ(match.params.size(), 2U);
}

TEST(Router, PrefersLiteralsWhateverTheOrder) {
    Router const router = example();
    EXPECT_EQ(std::get<Match>(router.find(Method::get, "/v1/procedures/latest")).handler, 6U);
    EXPECT_EQ(std::get<Match>(router.find(Method::get, "/v1/procedures/other")).handler, 4U);
}

TEST(Router, ALiteralWithoutTheMethodDoesNotHideAPlaceholderThatHasIt) {
    Router const router = example();
    auto const found = router.find(Method::get, "/v1/procedures/check");
    ASSERT_TRUE(std::holds_alternative<Match>(found));
    EXPECT_EQ(std::get<Match>(found).params["name"], "check");
}

TEST(Router, NamesTheMethodsThatThereAre) {
    Router const router = example();
    auto const found = router.find(Method::delete_, "/v1/disputes");
    ASSERT_TRUE(std::holds_alternative<MethodNotAllowed>(found));
    EXPECT_EQ(std::get<MethodNotAllowed>(found).allow, "GET, HEAD, POST");
}

TEST(Router, KnowsTheRoot) {
    Router const router = example();
    EXPECT_EQ(std::get<Match>(router.find(Method::get, "/")).handler, 7U);
}

TEST(Router, OtherPathsAreUnknown) {
    Router const router = example();
    for (auto path :
         {"/v1", "/v1/disputes/", "/v1/disputes/a/b", "/V1/disputes", "/v1/disputes//actions/offer",
          "", "v1/disputes", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n"})
        EXPECT_TRUE(std::holds_alternative<NoSuchPath>(router.find(Method::get, path))) << path;
}

TEST(RouterDeathTest, RefusesTheSameRouteTwice) {
    Router router = example();
    EXPECT_DEATH(router.add(Method::get, "/v1/disputes", 9), "two routes");
}

} // namespace
} // namespace parley::http
