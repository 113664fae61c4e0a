#include "tests/routes/house.hpp"

#include "engine/core/core.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

// A consumer that knows only what a platform is told: the feed, and webhooks, which come late, twice,
// out of order, or not at all.

namespace parley::routes {
namespace {

std::vector<Json> read_feed(House& house, std::string const& key, std::string& after,
                            std::string const& limit = "100") {
    std::vector<Json> out;
    for (int pages = 0; pages < 1'000; ++pages) {
        auto const page =
            house.get(key, "/v1/events?limit=" + limit + (after.empty() ? "" : "&after=" + after));
        EXPECT_EQ(page.status, 200U) << page.text;
        for (Json const& event : page.json["data"]) out.push_back(event);
        after = page.at("/next");
        if (!page.json["has_more"].get<bool>()) return out;
    }
    ADD_FAILURE() << "the feed does not end";
    return out;
}

// The envelope that `apply` reads, from what the feed says.
Event event_of(Json const& told) {
    Json envelope = {{"prev", std::string(64, '0')},
                     {"stream", told["dispute"]},
                     {"version", 1},
                     {"actor", told["actor"]["id"]},
                     {"procedure", "as filed"},
                     {"commitment", std::string(64, '0')}};
    for (char const* same : {"room", "number", "id", "stage", "type", "at", "facts"})
        envelope[same] = told[same];
    auto event = read_event(envelope);
    EXPECT_TRUE(event) << (event ? "" : event.error()) << told;
    return event ? *event : Event{};
}

class Consumer {
public:
    explicit Consumer(House& house) : house_(house) {}

    // A webhook is a hint: that there is something, and up to which number.
    void hear(std::string const& dispute, std::uint32_t number) {
        if (number > numbers_[dispute]) catch_up();
        EXPECT_GE(numbers_[dispute], number);
    }
    void catch_up() {
        for (Json const& event : read_feed(house_, house_.platform, after_, "3")) {
            std::string const dispute = event["dispute"];
            EXPECT_EQ(event["number"], numbers_[dispute] + 1) << "a gap in " << dispute;
            numbers_[dispute] = event["number"];
            DisputeState& state = states_[dispute];
            state.id = DisputeId::parse(dispute).value();
            apply(state, state.id, event_of(event));
        }
    }
    DisputeState const& state(std::string const& dispute) const { return states_.at(dispute); }

private:
    House& house_;
    std::string after_;
    std::map<std::string, std::uint32_t> numbers_;
    std::map<std::string, DisputeState> states_;
};

DisputeState state_in_engine(House& house, std::string const& dispute) {
    auto const entry = house.engine().find_cached(DisputeId::parse(dispute).value());
    EXPECT_TRUE(entry);
    return entry ? entry->state : DisputeState{};
}

TEST(Feed, AConsumerOfHintsAndTheFeedRebuildsTheStateByteForByte) {
    House house;
    Consumer consumer(house);
    std::mt19937 random(7);
    std::vector<std::string> disputes;
    std::vector<std::unique_ptr<Case>> cases;
    for (Sale const sale : {Sale::consumer, Sale::business, Sale::consumer}) {
        cases.push_back(std::make_unique<Case>(house, sale));
        disputes.push_back(cases.back()->id);
    }
    cases[0]->go_to_negotiation();
    cases[0]->act_ok("claimant", "message", R"({"text":"Well?"})");
    cases[1]->go_to_deliberation();
    cases[2]->advance("P1Y");

    // What the webhooks would say, with a third of them lost, all twice, in any order.
    std::string from_start;
    std::vector<std::pair<std::string, std::uint32_t>> hints;
    for (Json const& event : read_feed(house, house.platform, from_start))
        for (int twice = 0; twice < 2; ++twice)
            if (random() % 3 != 0) hints.emplace_back(event["dispute"], event["number"]);
    std::shuffle(hints.begin(), hints.end(), random);
    for (auto const& [dispute, number] : hints) consumer.hear(dispute, number);
    consumer.catch_up(); // as one does now and then, for the last hint may be lost, too
    for (std::string const& dispute : disputes)
        EXPECT_EQ(dump(consumer.state(dispute)), dump(state_in_engine(house, dispute))) << dispute;
}

TEST(Feed, AnswersFromWhereOneHasReadTo) {
    House house;
    Case one(house, Sale::consumer);
    std::string after;
    auto const first = read_feed(house, house.platform, after);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0]["type"], "dispute_filed");
    EXPECT_EQ(first[0]["dispute"], one.id);
    EXPECT_EQ(first[0]["number"], 1);
    EXPECT_EQ(first[0]["content"]["claim"]["statement"], "Nothing arrived.");
    EXPECT_TRUE(read_feed(house, house.platform, after).empty());
    one.act_ok("respondent", "respond", R"({"answer":"contest","statement":"It was sent."})");
    auto const next = read_feed(house, house.platform, after);
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0]["type"], "responded");
}

TEST(Feed, HasNothingOfOthersAndNothingSaidInConfidence) {
    House house;
    Case one(house, Sale::consumer);
    one.go_to_mediation();
    std::string mine, theirs, office;
    read_feed(house, house.platform, mine);
    EXPECT_TRUE(read_feed(house, house.other_platform, theirs).empty());
    read_feed(house, house.administrator, office);
    one.act_ok("claimant_self", "message",
               R"({"room":"claimant_caucus","text":"I would take 40 BIRCH"})");
    one.act_ok("mediator", "message", R"({"room":"neutral_notes","text":"50 ALDER"})");
    for (auto const* key :
         {&house.platform, &house.other_platform, &house.administrator, &house.auditor}) {
        auto const page = house.get(*key, "/v1/events?limit=100");
        EXPECT_EQ(page.text.find("BIRCH"), std::string::npos);
        EXPECT_EQ(page.text.find("ALDER"), std::string::npos);
        EXPECT_EQ(page.text.find("caucus\""), std::string::npos);
        EXPECT_EQ(page.json["has_more"], false) << "not even that there is more";
    }
    EXPECT_TRUE(read_feed(house, house.platform, mine).empty());
    EXPECT_TRUE(read_feed(house, house.administrator, office).empty());
}

TEST(Feed, ACursorIsGoodForItsCallerAlone) {
    House house;
    Case one(house, Sale::consumer);
    std::string after;
    read_feed(house, house.platform, after);
    EXPECT_EQ(house.get(house.other_platform, "/v1/events?after=" + after).status, 400U);
    EXPECT_EQ(house.get(house.administrator, "/v1/events?after=" + after).status, 400U);
    EXPECT_EQ(house.get(house.platform, "/v1/events?after=" + after.substr(1)).status, 400U);
    EXPECT_EQ(house.get(house.platform, "/v1/disputes?after=" + after).status, 400U);
    std::string none;
    read_feed(house, house.other_platform, none);
    EXPECT_EQ(none.size(), after.size()) << "its length tells nothing of the log's";
}

TEST(Feed, IsForThoseWhoseViewNeverWidens) {
    House house;
    Case one(house, Sale::consumer);
    EXPECT_EQ(house.get(house.mediator, "/v1/events").status, 403U);
    EXPECT_EQ(house.get(one.claimant_key, "/v1/events").status, 403U);
    EXPECT_EQ(house.get("", "/v1/events").status, 401U);
    EXPECT_EQ(house.get(house.platform, "/v1/events", one.headers_of("claimant")).status, 400U);
    EXPECT_EQ(house.get(house.auditor, "/v1/events").json["data"].size(), 1U);
}

} // namespace
} // namespace parley::routes
