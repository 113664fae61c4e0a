#include "tests/app/program.hpp"

#include "api/app/samples.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <regex>

// A party of a live dispute signs in with the code that the machine's mail program was given.
namespace parley::app::testing {
namespace {

struct Shop {
    ScratchFolder scratch;
    std::string data = scratch.path() + "/data";
    std::string key;
    std::optional<ServeServer> server;

    Shop() {
        Ran const made =
            run_parley({"keys", "create", "--platform", "Shop", "--live", "--data", data});
        EXPECT_EQ(made.code, 0) << made.err;
        key = made.out.substr(0, made.out.find('\n'));
    }
    void serve(std::vector<std::string> const& more) {
        auto started = start_serve(data, more);
        ASSERT_TRUE(started) << started.error().line;
        server.emplace(std::move(*started));
    }
    // A live dispute, and a sign-in of its claimant that was begun or refused.
    ClientAnswer begin(Json& dispute) {
        DemoClient client(server->url);
        auto const filed = client.send("POST", "/v1/disputes", as(key, "", "file"),
                                       filing_of(Sample::lamp, SystemClock().now(), std::nullopt));
        EXPECT_TRUE(filed && filed->status == 201) << (filed ? filed->body : filed.error());
        dispute = Json::parse(filed->body);
        Json const whom = {{"party", dispute.at("parties").at(0).at("id")}};
        auto const begun =
            client.send("POST", "/v1/disputes/" + dispute.at("id").get<std::string>() + "/sign_ins",
                        as(key, "", "sign-in"), whom.dump());
        EXPECT_TRUE(begun) << begun.error();
        return begun.value_or(ClientAnswer{});
    }
};

TEST(Mail, TakesACodeToThePartyWhoSignsInWithIt) {
    Shop shop;
    std::string const program = shop.scratch.path() + "/sendmail",
                      box = shop.scratch.path() + "/box";
    std::ofstream(program) << "#!/bin/sh\ncat >\"$2.part\" && mv \"$2.part\" \"$2\"\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    shop.serve({"--sendmail", program + " -t " + box, "--mail-from", "odr@shop.example"});
    ASSERT_FALSE(::testing::Test::HasFailure());
    Json dispute;
    auto const begun = shop.begin(dispute);
    ASSERT_EQ(begun.status, 201U) << begun.body;

    auto const mail = shop.server->child.wait_for_file(box, std::chrono::seconds(60));
    ASSERT_TRUE(mail) << mail.error().line;
    EXPECT_NE(
        mail->find("\nTo: " + dispute.at("parties").at(0).at("email").get<std::string>() + "\n"),
        std::string::npos)
        << *mail;
    std::smatch code;
    ASSERT_TRUE(std::regex_search(*mail, code, std::regex("Your code: ([0-9]{8})\n"))) << *mail;
    EXPECT_EQ(begun.body.find(code[1].str()), std::string::npos) << "the platform is not told";

    DemoClient client(shop.server->url);
    Json const both = {{"link", Json::parse(begun.body).at("link")}, {"code", code[1].str()}};
    auto const in = client.send("POST", "/v1/sign_ins", {}, both.dump());
    ASSERT_TRUE(in && in->status < 300) << (in ? in->body : in.error());
    Json const token = Json::parse(in->body);
    EXPECT_TRUE(token.at("verified").get<bool>());
    auto const own = client.send("GET", "/v1/disputes/" + dispute.at("id").get<std::string>(),
                                 as(token.at("token").get<std::string>()));
    EXPECT_TRUE(own && own->status == 200) << (own ? own->body : own.error());

    EXPECT_EQ(stop(*shop.server), 0);
    EXPECT_FALSE(std::filesystem::exists(shop.data + "/outgoing.eml"));
    Ran const verified = run_parley({"journal", "verify", "--data", shop.data});
    EXPECT_EQ(verified.code, 0) << verified.out << verified.err;
}

TEST(Mail, WithoutAProgramALiveSignInIsRefusedAndSaysWhy) {
    Shop shop;
    shop.serve({});
    ASSERT_FALSE(::testing::Test::HasFailure());
    Json dispute;
    auto const begun = shop.begin(dispute);
    EXPECT_EQ(begun.status, 409U);
    EXPECT_NE(begun.body.find("--sendmail"), std::string::npos) << begun.body;
}

TEST(Mail, AProgramThatIsNoneIsRefusedAtTheStart) {
    ScratchFolder const scratch;
    for (char const* program : {"sendmail -t", "/nowhere/sendmail"}) {
        Ran const ran = run_parley({"serve", "--data", scratch.path() + "/data", "--sendmail",
                                    program, "--mail-from", "odr@shop.example"});
        EXPECT_EQ(ran.code, 2) << ran.err;
        EXPECT_NE(ran.err.find("/usr/sbin/sendmail"), std::string::npos) << ran.err;
    }
    Ran const half = run_parley({"serve", "--data", scratch.path() + "/data", "--mail-from", "x"});
    EXPECT_EQ(half.code, 2) << half.err;
}

} // namespace
} // namespace parley::app::testing
