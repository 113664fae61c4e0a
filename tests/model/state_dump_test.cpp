#include "engine/model/state.hpp"
#include "tests/model/event_samples.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <functional>
#include <regex>
#include <sstream>

namespace parley {
namespace {

// The names of the data members of a struct, read from the header that declares it.
std::vector<std::string> members_in(std::string const& header, std::string const& name) {
    std::ifstream file(PARLEY_SOURCE_DIR "/engine/model/" + header);
    std::vector<std::string> members;
    bool inside = false;
    std::regex const member(
        R"(^    [A-Za-z][A-Za-z0-9_:<>, ]* ([a-z][a-z0-9_]*)(\{\}| = [^()]*)?;.*)");
    for (std::string line; std::getline(file, line);) {
        if (line == "struct " + name + " {") inside = true;
        else if (inside && line == "};") break;
        else if (std::smatch match; inside && std::regex_match(line, match, member))
            members.push_back(match[1]);
    }
    return members;
}

std::vector<std::string> lines_of(std::string const& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

TEST(StateDump, HasALineForEveryMemberOfTheState) {
    std::vector<std::string> names;
    for (std::string const& line : lines_of(dump(DisputeState())))
        names.push_back(line.substr(0, line.find(' ')));
    auto const members = members_in("state.hpp", "DisputeState");
    ASSERT_GT(members.size(), 30U);
    EXPECT_EQ(names, members);
}

TEST(StateDump, ShowsEveryMemberOfThePartsInside) {
    DisputeState state;
    state.offers.edit().emplace_back();
    state.proposed_extension.emplace();
    state.suspended.edit().emplace_back();
    state.outcomes.edit().emplace_back();
    auto const shown = [&](std::string const& field) {
        for (std::string const& line : lines_of(dump(state)))
            if (line.starts_with(field + ' ')) return Json::parse(line.substr(field.size() + 1));
        return Json();
    };
    struct Row {
        std::string type;
        Json value;
    };
    for (auto const& [type, value] :
         {Row{"Offer", shown("offers").at(0)},
          Row{"ProposedExtension", shown("proposed_extension")}, Row{"Seat", shown("seats").at(1)},
          Row{"SuspendedDeadline", shown("suspended").at(0)},
          Row{"OutcomeState", shown("outcomes").at(0)}}) {
        auto const members = members_in("state.hpp", type);
        ASSERT_FALSE(members.empty()) << type;
        EXPECT_EQ(value.size(), members.size()) << type;
        for (std::string const& member : members)
            EXPECT_TRUE(value.contains(member)) << type << member;
    }
}

// Facts of a full sample hold as many members as the struct that is behind them declares.
TEST(EventCodec, WritesEveryMemberOfEveryKind) {
    char const* const structs[] = {
        "DisputeFiled",       "Responded",         "Replied",
        "OfferMade",          "OfferAccepted",     "OfferDeclined",
        "MessagePosted",      "ExtensionProposed", "DeadlineExtended",
        "StepTaken",          "NeutralAppointed",  "AppointmentAccepted",
        "NeutralObjected",    "ObjectionDecided",  "NeutralStoodDown",
        "InterestDisclosed",  "FinalDateSet",      "EvidenceSubmitted",
        "EvidenceRequested",  "OutcomeRendered",   "CorrectionRequested",
        "OutcomeAccepted",    "OutcomeRefused",    "ConsentGiven",
        "WithdrawalProposed", "Withdrawn",         "PerformanceConfirmed",
        "BreachReported",     "DeadlinePassed",    "ContentErased",
        "NoticeCompleted",    "FilePassed",        "FileObjected",
        "ReviewRequested",    "ReviewDecided",     "ConsentConfirmed",
        "ConsentRevoked",     "ConsentLapsed",     "FactsCorrected",
        "DetailsChanged",     "ClaimAmended",      "CounterclaimMade",
        "LanguageAsked",      "LanguagesListed",   "RepresentativeNamed",
        "BurdenReversed",     "ConsentAwardAsked", "OutcomePublished",
        "DocumentFiled",      "ProcedureAgreed",   "ProcedureChanged"};
    auto bodies = sample_bodies();
    bodies.resize(std::size(structs)); // what came later has its sample among the later ones
    for (Event const& later : later_samples()) bodies[later.body.index()] = later.body;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        Event event;
        event.body = bodies[i];
        std::string facts;
        append_facts(facts, event);
        EXPECT_EQ(Json::parse(facts).size() - 1, members_in("event.hpp", structs[i]).size())
            << structs[i];
    }
    std::string text;
    JsonWriter json(text);
    Deadline deadline = sample_deadline();
    deadline.counts_in = "of_actor";
    deadline.roll = true;
    write(json, deadline);
    EXPECT_EQ(Json::parse(text).size(), members_in("deadline.hpp", "Deadline").size());
    text.clear();
    JsonWriter again(text);
    write(again, publication_consent());
    EXPECT_EQ(Json::parse(text).size(), members_in("dispute.hpp", "Consent").size());
}

TEST(StateDump, TellsStatesApartAndEqualOnesNot) {
    EXPECT_EQ(dump(DisputeState()), dump(DisputeState()));
    std::vector<std::function<void(DisputeState&)>> const changes = {
        [](DisputeState& s) { s.version = 7; },
        [](DisputeState& s) { s.deadlines = {sample_deadline()}; },
        [](DisputeState& s) {
            s.taken.edit().push_back({Role::claimant, "offer", at("2026-11-21T10:00:00.000001Z")});
        },
        [](DisputeState& s) { s.extensions.edit()["negotiation"] = 1; },
        [](DisputeState& s) {
            s.passed.edit().emplace_back("response", at("2026-11-21T10:00:00Z"));
        },
        [](DisputeState& s) { s.seats.edit()[1].peremptory[0] = 1; },
        [](DisputeState& s) { s.counts[1][2] = 3; },
        [](DisputeState& s) { s.offers.edit().emplace_back().accepted_by[1] = true; },
        [](DisputeState& s) { s.resumes = ""; },
        [](DisputeState& s) { s.correction_asked_by = Side::claimant; },
    };
    std::string const plain = dump(DisputeState());
    for (auto const& change : changes) {
        DisputeState state;
        change(state);
        auto const before = lines_of(plain);
        auto const after = lines_of(dump(state));
        ASSERT_EQ(before.size(), after.size());
        std::size_t differing = 0;
        for (std::size_t i = 0; i < before.size(); ++i)
            differing += before[i] != after[i] ? 1U : 0U;
        EXPECT_EQ(differing, 1U) << dump(state);
    }
}

TEST(StateDump, WritesAFieldAsOneLineOfJson) {
    DisputeState state;
    state.stage = "a\nb";
    state.extensions.edit()["negotiation"] = 2;
    std::string const text = dump(state);
    EXPECT_THAT(text, testing::HasSubstr("\nstage \"a\\nb\"\n"));
    EXPECT_THAT(text, testing::HasSubstr("\nextensions {\"negotiation\":2}\n"));
    EXPECT_THAT(text, testing::HasSubstr("\nresumes null\n"));
}

} // namespace
} // namespace parley
