#include "tests/model/event_samples.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <set>

namespace parley {
namespace {

std::string facts_of(Event const& event) {
    std::string facts;
    append_facts(facts, event);
    return facts;
}

std::string envelope_of(Event const& event) {
    std::string const zeros(64, '0');
    return fmt::format(
        R"({{"prev":"{}","stream":"dsp_01KJMA0FM0E00R0081040G2081","room":"{}","number":1,"id":"{}",)"
        R"("stage":"{}","type":"{}","version":1,"at":"{}","actor":"{}",)"
        R"("procedure":"uncitral-track-2/1@{}","facts":{},"commitment":"{}"}})",
        zeros, name_of(event.room), event.id.text(), event.stage, type_of(event), text_of(event.at),
        event.actor.id, zeros, facts_of(event), zeros);
}

Json parsed(std::string const& text) {
    auto json = parse_json(text);
    EXPECT_TRUE(json.has_value()) << text;
    return json.value_or(Json());
}

std::vector<std::string> golden_lines() {
    std::ifstream file(PARLEY_SOURCE_DIR "/tests/golden/events_v1.jsonl");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

TEST(EventCodec, SamplesCoverEveryKind) {
    std::set<std::string_view> kinds;
    for (Event const& event : sample_events()) kinds.insert(type_of(event));
    EXPECT_EQ(kinds.size(), std::size(event_names));
}

TEST(EventCodec, ReadsBackEveryKindAsItWas) {
    for (Event const& event : sample_events()) {
        auto const read = read_event(parsed(envelope_of(event)));
        ASSERT_TRUE(read.has_value()) << type_of(event) << ": " << read.error();
        EXPECT_EQ(*read, event) << envelope_of(event);
    }
}

// Released bytes keep their meaning for ever. PARLEY_WRITE_GOLDEN=1 writes the file anew; that is for
// a new kind of event, never for a changed one.
TEST(EventCodec, WritesTheBytesOfTheGoldenFile) {
    if (std::getenv("PARLEY_WRITE_GOLDEN") != nullptr) {
        std::ofstream file(PARLEY_SOURCE_DIR "/tests/golden/events_v1.jsonl");
        for (Event const& event : sample_events()) file << envelope_of(event) << '\n';
    }
    std::vector<std::string> written;
    for (Event const& event : sample_events()) written.push_back(envelope_of(event));
    EXPECT_EQ(golden_lines(), written);
}

TEST(EventCodec, ReadsTheGoldenFileAsTheSamples) {
    auto const events = sample_events();
    auto const lines = golden_lines();
    ASSERT_EQ(lines.size(), events.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto const read = read_event(parsed(lines[i]));
        ASSERT_TRUE(read.has_value()) << read.error();
        EXPECT_EQ(*read, events[i]) << lines[i];
    }
}

TEST(EventCodec, LeavesOutWhatIsNotThere) {
    Event event;
    event.body = MessagePosted{};
    EXPECT_EQ(facts_of(event), R"({"role":"clock"})");
    event.step = "message";
    event.actor.role = Role::claimant;
    EXPECT_EQ(facts_of(event), R"({"step":"message","role":"claimant"})");
}

struct Damage {
    std::string_view kind;    // of the sample that is damaged
    std::string_view pointer; // where
    std::string_view value;   // JSON put there, empty to remove it
    std::string_view sentence;
};

TEST(EventCodec, RefusesWhatDoesNotFitWithASentence) {
    Damage const rows[] = {
        {"replied", "/type", R"("replied_twice")", R"(/type "replied_twice" is no kind of event)"},
        {"replied", "/version", "2", "/version 2 of replied is not known, only 1"},
        {"replied", "/version", "99999999999", "/version must be -2147483648 to 2147483647"},
        {"replied", "/prev", R"("00")", "/prev must be 64 lower-case hexadecimal digits"},
        {"replied", "/number", "0", "/number must be 1 or more"},
        {"replied", "/number", "-1", "/number must be 0 to 4294967295"},
        {"replied", "/actor", R"("")", "/actor must not be empty"},
        {"replied", "/id", R"("dsp_01KJMA0FM0E00R0081040G2081")",
         "/id must be an id that starts with evt_"},
        {"replied", "/room", R"("hall")",
         "/room must be one of joint, claimant_caucus, respondent_caucus, neutral_notes, "
         "administration"},
        {"replied", "/at", R"("yesterday")", "/at must be an instant"},
        {"replied", "/extra", "1", "/extra is not known"},
        {"replied", "/stage", "", "/stage is missing"},
        {"replied", "/facts", "[]", "/facts must be an object"},
        {"replied", "/facts/answer", "", "/facts/answer is missing"},
        {"replied", "/facts/answer", R"("maybe")", "/facts/answer must be one of contest, accept"},
        {"replied", "/facts/answer", "null", "/facts/answer must be one of contest, accept"},
        {"replied", "/facts/mood", R"("good")", "/facts/mood is not known"},
        {"replied", "/facts/role", R"("judge")",
         "/facts/role must be one of claimant, respondent, mediator, decider, administrator, "
         "platform, "
         "auditor, clock"},
        {"replied", "/facts/role", "", "/facts/role is missing"},
        {"replied", "/facts/step", "7", "/facts/step must be a string"},
        {"replied", "/facts/verified", "1", "/facts/verified must be true or false"},
        {"replied", "/facts/via", R"("shop")", "/facts/via must be an id that starts with plt_"},
        {"replied", "/facts/then/after", "{}", "/facts/then/after is not known"},
        {"replied", "/facts/then/armed/0/then", "", "/facts/then/armed/0/then is missing"},
        {"replied", "/facts/then/armed/0/period", R"("P7D7H")",
         "/facts/then/armed/0/period must be a period"},
        {"replied", "/facts/then/armed/0/last_days/1", R"("2026-02-30")",
         "/facts/then/armed/0/last_days/1 must be a date"},
        {"replied", "/facts/then/armed/0/actors", R"({"0":"claimant"})",
         "/facts/then/armed/0/actors must be an array"},
        {"replied", "/facts/then/dropped/1/days_left", R"("5")",
         "/facts/then/dropped/1/days_left must be an integer"},
        {"offer_made", "/facts/remedies/0/amount/currency", R"("EURO")",
         "/facts/remedies/0/amount/currency must be an ISO 4217 code"},
        {"offer_made", "/facts/remedies/0/amount/scale", "2",
         "/facts/remedies/0/amount must be an object of amount and currency"},
        {"offer_made", "/facts/remedies/0/amount/amount", "1.5",
         "/facts/remedies/0/amount/amount must be an integer"},
        {"dispute_filed", "/facts/parties/1", "",
         "/facts/parties must hold the claimant, then the respondent"},
        {"dispute_filed", "/facts/parties/1/side", R"("claimant")",
         "/facts/parties must hold the claimant, then the respondent"},
        {"dispute_filed", "/facts/resolution/because/0/facts/0/1", "",
         "/facts/resolution/because/0/facts/0 must be an array of two"},
    };
    for (Damage const& row : rows) {
        Json envelope;
        for (Event const& event : sample_events())
            if (type_of(event) == row.kind) {
                envelope = parsed(envelope_of(event));
                break;
            }
        Json::json_pointer const place{std::string(row.pointer)};
        if (!row.value.empty()) envelope[place] = Json::parse(row.value);
        else if (Json& parent = envelope[place.parent_pointer()]; parent.is_object())
            parent.erase(place.back());
        else parent.erase(std::stoul(place.back()));
        auto const read = read_event(envelope);
        ASSERT_FALSE(read.has_value()) << row.pointer << ' ' << row.value;
        EXPECT_EQ(read.error(), row.sentence);
    }
    EXPECT_EQ(read_event(Json::parse("[]")).error(), "the event must be an object");
}

TEST(EventCodec, ShowsAResolutionWithItsFactsAsAnObject) {
    std::string out;
    JsonWriter json(out);
    write(json, sample_filed().resolution);
    EXPECT_EQ(out, R"({"table":"2026-11","because":[{"code":"B2B",)"
                   R"("rule":"Two businesses may agree to arbitrate.","cites":"Model Law Art. 7",)"
                   R"("facts":{"respondent.kind":"business","claimant.country":"ES"}}]})");
}

TEST(EventCodec, ShowsADeadlineAsItIsStored) {
    std::string out;
    JsonWriter json(out);
    write(json, sample_deadline());
    EXPECT_THAT(
        out,
        testing::StartsWith(
            R"({"name":"response","at":"2026-11-28T15:59:59.999999Z","zone":"Asia/Shanghai",)"));
    EXPECT_THAT(out, testing::HasSubstr(R"("then":"respondent_silent")"));
}

} // namespace
} // namespace parley
