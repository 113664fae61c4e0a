#include "tests/routes/house.hpp"

#include "api/access/api_key.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <thread>

namespace parley::routes {
namespace {

std::vector<Extra> key(std::string name) { return {{"Idempotency-Key", std::move(name)}}; }

TEST(Office, ASecretIsShownOnce) {
    House house;
    std::string const body =
        R"({"kind":"platform","owner":")" + house.platform_id + R"(","label":"second"})";
    auto const first = house.post(house.administrator, "/v1/keys", body, key("k1"));
    ASSERT_EQ(first.status, 201U) << first.text;
    std::string const secret = first.at("/secret");
    EXPECT_TRUE(access::parse_api_key(secret));
    auto const again = house.post(house.administrator, "/v1/keys", body, key("k1"));
    EXPECT_EQ(again.status, 201U);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.at("/secret"), "null");
    EXPECT_EQ(again.at("/id"), first.at("/id"));
    auto const read = house.get(house.administrator, first.header("Location"));
    EXPECT_EQ(read.at("/label"), "second");
    EXPECT_EQ(read.text.find(secret.substr(40)), std::string::npos);
    EXPECT_EQ(house.get(secret, "/v1/disputes").status, 200U);

    house.restart();
    auto const later = house.post(house.administrator, "/v1/keys", body, key("k1"));
    EXPECT_EQ(later.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(later.at("/id"), first.at("/id"));
    EXPECT_EQ(later.at("/secret"), "null");
}

TEST(Office, ARevokedKeyOpensNothing) {
    House house;
    auto const made = house.post(house.administrator, "/v1/keys", R"({"kind":"auditor"})");
    std::string const secret = made.at("/secret");
    EXPECT_EQ(house.get(secret, "/v1/disputes").status, 200U);
    auto const revoked = house.post(house.administrator, made.header("Location") + "/revoke", "");
    ASSERT_EQ(revoked.status, 200U) << revoked.text;
    EXPECT_NE(revoked.at("/revoked_at"), "null");
    EXPECT_EQ(house.get(secret, "/v1/disputes").status, 401U);
    for (char const* expected : {"", "true"}) {
        auto const twice =
            house.post(house.administrator, made.header("Location") + "/revoke", "", key("again"));
        EXPECT_EQ(twice.at("/revoked_at"), revoked.at("/revoked_at")) << "the first time counts";
        EXPECT_EQ(twice.header("Idempotent-Replayed"), expected);
    }
}

TEST(Office, AKeyNeedsAnOwnerThatExists) {
    House house;
    for (char const* body :
         {R"({"kind":"platform","owner":"plt_01KJMA0FM0E00R0081040G2081"})",
          R"({"kind":"platform"})",
          R"({"kind":"neutral","owner":"ntr_01KJMA0FM0E00R0081040G2081"})",
          R"({"kind":"neutral","owner":"x"})",
          R"({"kind":"party","owner":"pty_01KJMA0FM0E00R0081040G2081"})", R"({"kind":"emperor"})",
          R"({"kind":"administrator","owner":"plt_01KJMA0FM0E00R0081040G2081"})",
          R"({"kind":"auditor","live":true})"}) {
        auto const answer = house.post(house.administrator, "/v1/keys", body);
        EXPECT_EQ(answer.status, 422U) << body << answer.text;
    }
}

TEST(Office, LiveKeysHaveNoTestClocksAndSeeNoTestDispute) {
    net::io_context io; // outlives the engine: see `run_on`
    House house;
    Case one(house, Sale::consumer);
    auto made = access::make_api_key(KeyKind::platform, true, house.platform_id, "live", {1});
    net::co_spawn(io, house.engine().add_key(made.key), net::detached);
    io.run();
    std::string const& live = made.text;
    EXPECT_EQ(house.get(live, "/v1/test/clocks").status, 404U);
    EXPECT_EQ(house.get(live, "/v1/test/clocks").code(), house.get(live, "/v1/nothing").code());
    EXPECT_EQ(house.post(live, "/v1/test/clocks", "{}").status, 404U);
    EXPECT_EQ(
        house.post(live, "/v1/test/clocks/" + one.clock + "/advance", R"({"by":"P1D"})").status,
        404U);
    EXPECT_EQ(house.get(live, one.path).status, 404U);
    EXPECT_EQ(house.get(live, "/v1/disputes").json["data"], Json::array());
    auto const filed = house.post(live, "/v1/disputes", filing(Sale::consumer, one.clock));
    EXPECT_EQ(filed.status, 422U) << "a live dispute lives in real time";
    auto const real = house.post(live, "/v1/disputes", filing(Sale::consumer, ""));
    ASSERT_EQ(real.status, 201U) << real.text;
    EXPECT_EQ(real.at("/live"), "true");
    EXPECT_EQ(house.get(house.platform, real.header("Location")).status, 404U);
    EXPECT_EQ(house.get(house.administrator, real.header("Location")).status, 404U);
}

TEST(Office, AClockMovesForwardOnlyAndByOneOfTwoWays) {
    House house;
    std::string const path =
        "/v1/test/clocks/" + house.make_clock(house.platform, "2026-01-31T10:00:00Z");
    auto const advance = [&](std::string const& body) {
        return house.post(house.platform, path + "/advance", body);
    };
    EXPECT_EQ(advance(R"({"by":"P1D"})").at("/now"), "2026-02-01T10:00:00.000000Z");
    EXPECT_EQ(advance(R"({"by":"PT2H"})").at("/now"), "2026-02-01T12:00:00.000000Z");
    EXPECT_EQ(advance(R"({"by":"P2W"})").at("/now"), "2026-02-15T12:00:00.000000Z");
    EXPECT_EQ(advance(R"({"by":"P1M"})").at("/now"), "2026-03-15T12:00:00.000000Z");
    EXPECT_EQ(advance(R"({"to":"2026-03-31T00:00:00Z"})").at("/now"),
              "2026-03-31T00:00:00.000000Z");
    EXPECT_EQ(advance(R"({"by":"P1M"})").at("/now"), "2026-04-30T00:00:00.000000Z")
        << "the last day of April";
    EXPECT_EQ(advance(R"({"to":"2026-01-01T00:00:00Z"})").code(), "clock_moves_forward_only");
    for (char const* body :
         {"{}", R"({"by":"P1D","to":"2027-01-01T00:00:00Z"})", R"({"by":"P3B"})",
          R"({"by":"soon"})", R"({"by":"P1D","fast":true})", R"({"by":"P3660Y"})", "[]"})
        EXPECT_EQ(advance(body).status, 422U) << body;
    EXPECT_EQ(house.get(house.platform, path).at("/now"), "2026-04-30T00:00:00.000000Z");
    EXPECT_EQ(house.post(house.other_platform, path + "/advance", R"({"by":"P1D"})").status, 404U);
}

TEST(Office, AClockTurnedTwiceUnderOneKeyTurnsOnce) {
    House house;
    Case one(house, Sale::consumer);
    std::string const path = "/v1/test/clocks/" + one.clock;
    auto const first =
        house.post(house.platform, path + "/advance", R"({"by":"P9D"})", key("turn"));
    ASSERT_EQ(first.status, 200U) << first.text;
    ASSERT_EQ(first.json["fired"].size(), 1U) << first.text;
    EXPECT_EQ(first.at("/fired/0/step"), "respondent_silent");
    EXPECT_EQ(first.at("/fired/0/stage"), "mediator_appointment");
    EXPECT_EQ(first.at("/fired/0/at"), "2026-11-28T15:59:59.999999Z");
    auto const again =
        house.post(house.platform, path + "/advance", R"({"by":"P9D"})", key("turn"));
    EXPECT_EQ(again.text, first.text);
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(house.post(house.platform, path + "/advance", R"({"by":"P8D"})", key("turn")).status,
              422U);
    EXPECT_EQ(house.get(house.platform, path).at("/now"), first.at("/now"));

    ASSERT_EQ(one.advance("P1D").status, 200U);
    house.restart();
    auto const later =
        house.post(house.platform, path + "/advance", R"({"by":"P9D"})", key("turn"));
    EXPECT_EQ(later.text, first.text) << "the answer of then";
    EXPECT_EQ(later.header("Idempotent-Replayed"), "true");
}

TEST(Office, ClocksAreTheirPlatformsOwn) {
    House house;
    auto const made = house.post(house.platform, "/v1/test/clocks", R"({"name":"mine"})", key("c"));
    ASSERT_EQ(made.status, 201U);
    EXPECT_EQ(
        house.post(house.platform, "/v1/test/clocks", R"({"name":"mine"})", key("c")).at("/id"),
        made.at("/id"));
    EXPECT_EQ(house.post(house.platform, "/v1/test/clocks", R"({"name":"mine"})", key("c"))
                  .header("Idempotent-Replayed"),
              "true");
    EXPECT_EQ(house.get(house.other_platform, "/v1/test/clocks").json["data"], Json::array());
    EXPECT_EQ(house.get(house.platform, "/v1/test/clocks").json["data"].size(), 1U);
    EXPECT_EQ(
        house.post(house.other_platform, "/v1/disputes", filing(Sale::consumer, made.at("/id")))
            .status,
        422U);
    EXPECT_EQ(house.post(house.administrator, "/v1/test/clocks", "{}").status, 422U) << "for whom?";
    auto const given = house.post(house.administrator, "/v1/test/clocks",
                                  R"({"platform":")" + house.other_platform_id + R"("})");
    EXPECT_EQ(given.status, 201U) << given.text;
    EXPECT_EQ(house.get(house.other_platform, "/v1/test/clocks").json["data"].size(), 1U);
}

TEST(Office, TheRosterIsTheAdministratorsToChange) {
    House house;
    auto const list = house.get(house.platform, "/v1/neutrals");
    ASSERT_EQ(list.status, 200U) << list.text;
    EXPECT_EQ(list.json["data"].size(), 3U);
    EXPECT_FALSE(list.json["data"][0].contains("load"));
    EXPECT_EQ(house.get(house.platform, "/v1/neutrals?limit=2").json["has_more"], true);
    std::string const path = "/v1/neutrals/" + house.mediator_id;
    EXPECT_EQ(house.post(house.platform, path, R"({"available":false})").status, 403U);
    std::string const change = R"({"available":false,"load_most":3})";
    auto const changed = house.post(house.administrator, path, change, key("change"));
    ASSERT_EQ(changed.status, 200U) << changed.text;
    ASSERT_EQ(house.post(house.administrator, path, R"({"available":true})").status, 200U);
    auto const again = house.post(house.administrator, path, change, key("change"));
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.at("/available"), "true") << "as it is now, and not done once more";
    EXPECT_EQ(house.post(house.administrator, path, R"({"load_most":4})", key("change")).code(),
              "idempotency_key_reused");
    ASSERT_EQ(house.post(house.administrator, path, change).status, 200U);
    auto const read = house.get(house.administrator, path);
    EXPECT_EQ(read.at("/available"), "false");
    EXPECT_EQ(read.at("/load_most"), "3");
    EXPECT_EQ(house.post(house.administrator, path, R"({"name":"Someone Else"})").status, 422U);
    for (
        char const* body :
        {"{}",
         R"({"name":"A","seats":[],"languages":["en"],"country":"CH","time_zone":"Europe/Zurich"})",
         R"({"name":"A","seats":["king"],"languages":["en"],"country":"CH","time_zone":"Europe/Zurich"})",
         R"({"name":"A","seats":["mediator","mediator"],"languages":["en"],"country":"CH","time_zone":"Europe/Zurich"})",
         R"({"name":"A","seats":["mediator"],"languages":["en"],"country":"XX1","time_zone":"Europe/Zurich"})",
         R"({"name":"A","seats":["mediator"],"languages":["en"],"country":"CH","time_zone":"Mars/Olympus"})"})
        EXPECT_EQ(house.post(house.administrator, "/v1/neutrals", body).status, 422U) << body;
}

TEST(Office, APlatformIsMadeOnceAKey) {
    House house;
    auto const make = [&](std::string const& name) {
        return house.post(house.administrator, "/v1/platforms", R"({"name":")" + name + R"("})",
                          key("shop"));
    };
    auto const made = make("Shop");
    ASSERT_EQ(made.status, 201U) << made.text;
    auto const again = make("Shop");
    EXPECT_EQ(again.text, made.text);
    EXPECT_EQ(again.header("Location"), made.header("Location"));
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(make("Stall").code(), "idempotency_key_reused");
    EXPECT_EQ(make(R"(Two\nlines)").status, 422U);
    EXPECT_EQ(house.journal_fault(), "");
}

TEST(Office, AKeyStandsForWhatItFirstAskedEvenAfterARestart) {
    House house;
    std::string const first =
        R"({"name":"A","seats":["mediator"],"languages":["en"],"country":"CH","time_zone":"Europe/Zurich","load_most":5})";
    std::vector<Extra> const key = {{"Idempotency-Key", "one-neutral"}};
    auto const made = house.post(house.administrator, "/v1/neutrals", first, key);
    ASSERT_EQ(made.status, 201U) << made.text;
    ASSERT_EQ(
        house.post(house.administrator, "/v1/neutrals/" + made.at("/id"), R"({"load_most":9})")
            .status,
        200U);
    house.restart();
    auto const again = house.post(house.administrator, "/v1/neutrals", first, key);
    EXPECT_EQ(again.status, 201U) << again.text;
    EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
    EXPECT_EQ(again.at("/id"), made.at("/id"));
    EXPECT_EQ(again.at("/load_most"), "9") << "as it is now";
    for (auto const& [from, to] : {std::pair{R"(["en"])", R"(["fr"])"},
                                   std::pair{"Zurich", "Madrid"}, std::pair{":5}", ":6}"}}) {
        std::string other = first;
        other.replace(other.find(from), std::string_view(from).size(), to);
        auto const refused = house.post(house.administrator, "/v1/neutrals", other, key);
        EXPECT_EQ(refused.status, 422U) << other << refused.text;
        EXPECT_EQ(refused.code(), "idempotency_key_reused") << other;
    }
}

TEST(Office, ProceduresAreThereToBeRead) {
    House house;
    auto const list = house.get(house.mediator, "/v1/procedures");
    ASSERT_EQ(list.status, 200U) << list.text;
    ASSERT_GE(list.json["data"].size(), 2U);
    for (Json const& procedure : list.json["data"]) {
        auto const read = house.get(house.platform, procedure["href"]);
        EXPECT_EQ(read.at("/sha256"), procedure["sha256"].get<std::string>());
        EXPECT_EQ(read.at("/definition/procedure"), procedure["name"].get<std::string>());
        auto const text =
            house.engine()
                .world()
                .procedures
                .find(procedure["name"].get<std::string>(), procedure["version"].get<int>())
                ->text;
        auto const check =
            house.ask({house.platform, http::Method::post, "/v1/procedures/check", text});
        EXPECT_EQ(check.status, 200U) << check.text;
        EXPECT_EQ(check.at("/sha256"), read.at("/sha256"));
    }
    auto const refused = house.ask(
        {house.platform, http::Method::post, "/v1/procedures/check", R"({"procedure":"mine"})"});
    EXPECT_EQ(refused.status, 422U);
    EXPECT_FALSE(refused.json["errors"].empty());
}

TEST(Office, TheHouseSaysThatItLives) {
    House house;
    EXPECT_EQ(house.get("", "/livez").status, 200U);
    EXPECT_EQ(house.get("", "/readyz").status, 200U);
    EXPECT_EQ(house.get("", "/readyz?verbose").at("/checks/version"), "0.0.0-test");
    EXPECT_EQ(house.get("", "/.well-known/parley.json").at("/api"), "/v1");
    EXPECT_EQ(house.get("", "/metrics").status, 401U);
    auto const metrics = house.get(house.auditor, "/metrics");
    EXPECT_NE(metrics.text.find("\nparley_ready 1\n"), std::string::npos) << metrics.text;
    house.services().draining = true;
    EXPECT_EQ(house.get("", "/readyz").status, 503U);
    EXPECT_EQ(house.get(house.platform, "/v1/disputes").status, 200U)
        << "those inside are still served";
}

// A path of the route, with an id in it that no thing has.
std::string target_of(Route const& route) {
    std::string target;
    bool in_braces = false;
    for (char const c : route.pattern) {
        if (c == '{') in_braces = true;
        if (!in_braces) target += c;
        if (c != '}') continue;
        in_braces = false;
        target += "x";
    }
    return target;
}

TEST(Office, EachRouteIsForThoseItNames) {
    House house;
    Case one(house, Sale::consumer);
    std::vector<std::pair<KeyKind, std::string>> const keys = {
        {KeyKind::platform, house.platform}, {KeyKind::administrator, house.administrator},
        {KeyKind::neutral, house.mediator},  {KeyKind::auditor, house.auditor},
        {KeyKind::party, one.claimant_key},
    };
    for (Route const& route : all_routes()) {
        if (route.callers == callers::anyone) continue;
        for (auto const& [kind, secret] : keys) {
            auto const answer = house.ask({secret, route.method, target_of(route)});
            bool const named = (route.callers & bit(kind)) != 0;
            EXPECT_EQ(answer.code() != "not_permitted", named)
                << http::name_of(route.method) << ' ' << route.pattern << " by " << name_of(kind)
                << answer.text;
            EXPECT_NE(answer.status, 401U);
            EXPECT_LT(answer.status, 500U);
        }
    }
}

TEST(Office, NobodyIsAnsweredWithoutBeingAskedFor) {
    House house;
    for (Route const& route : all_routes()) {
        std::string const target = target_of(route);
        auto const answer = house.ask({"", route.method, target});
        if (route.callers == callers::anyone) EXPECT_NE(answer.status, 401U) << target;
        else EXPECT_EQ(answer.status, 401U) << target;
    }
}

// One exchange over a real socket, so that the two rooms are known to fit.
std::string exchange(std::uint16_t port, std::string const& request) {
    net::io_context io;
    net::ip::tcp::socket socket(io);
    socket.connect({net::ip::make_address("127.0.0.1"), port});
    net::write(socket, net::buffer(request));
    std::string answer;
    boost::system::error_code error;
    net::read(socket, net::dynamic_buffer(answer), error);
    return answer;
}

TEST(Office, TheWireAsksTheHandlerBeforeItReadsABody) {
    net::io_context io(1); // outlives the engine: see `run_on`
    House house;
    http::Server server(io, {}, house.api());
    server.start();
    std::thread thread([&io] { io.run(); });
    std::string const head = "Host: localhost\r\nConnection: close\r\n";
    std::string const bearer = "Authorization: Bearer " + house.platform + "\r\n";
    EXPECT_TRUE(exchange(server.port(), "GET /livez HTTP/1.1\r\n" + head + "\r\n")
                    .starts_with("HTTP/1.1 200 "));
    EXPECT_TRUE(exchange(server.port(), "GET /v1/disputes HTTP/1.1\r\n" + head + "\r\n")
                    .starts_with("HTTP/1.1 401 "));
    EXPECT_TRUE(exchange(server.port(), "POST /v1/disputes HTTP/1.1\r\n" + head + bearer +
                                            "Content-Length: 300000\r\n\r\n")
                    .starts_with("HTTP/1.1 413 "));
    std::string const body = filing(Sale::consumer, "");
    auto const filed = exchange(
        server.port(), "POST /v1/disputes HTTP/1.1\r\n" + head + bearer +
                           "Content-Type: application/json\r\nIdempotency-Key: wire\r\n" +
                           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_TRUE(filed.starts_with("HTTP/1.1 201 ")) << filed;
    EXPECT_NE(filed.find("Location: /v1/disputes/dsp_"), std::string::npos);
    net::co_spawn(io, server.stop(), net::detached);
    thread.join();
}

} // namespace
} // namespace parley::routes
