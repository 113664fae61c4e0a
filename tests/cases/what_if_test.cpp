#include "engine/runtime/what_if.hpp"
#include "tests/cases/office.hpp"

// What past disputes would have become: the same procedure changes nothing, another one says what it would
// have changed, and nothing is written.

namespace parley {
namespace {

using namespace cases;

struct Answer {
    WhatIfTotals totals;
    std::map<DisputeId, Differences> differ;
    std::vector<std::string> not_taken;
};

class WhatIf : public DatabaseTest {
protected:
    // Every case of the collection, played once.
    void play_all() {
        Office office(store_);
        for (CaseFile const& file : case_files())
            ASSERT_NE(office.play(file), nullptr) << file.name;
    }
    Answer ask(Procedure const& candidate, std::string const& of) {
        Answer answer;
        answer.totals =
            what_if(shipped(), candidate, *store_.reader, {of, instant_max},
                    [&](Compared const& both, Differences const& found) {
                        answer.differ[both.dispute] = found;
                        if (!both.candidate)
                            answer.not_taken.emplace_back(name_of(both.candidate.error().code));
                    });
        return answer;
    }
    static Procedure changed(std::string const& name,
                             std::function<void(nlohmann::ordered_json&)> const& change) {
        std::ifstream file(PARLEY_SOURCE_DIR "/workflows/" + name + "/1.json");
        auto json = nlohmann::ordered_json::parse(file); // the order of stages counts
        json["version"] = 2;
        change(json);
        auto read = read_procedure(json.dump(), shipped().procedures);
        EXPECT_TRUE(read) << (read ? "" : read.error().detail);
        return std::move(*read);
    }
};
PARLEY_ON_BOTH_DATABASES(WhatIf);

TEST_P(WhatIf, TheSameProcedureChangesNothing) {
    play_all();
    std::size_t asked = 0;
    for (auto const& procedure : shipped().procedures.all()) {
        SCOPED_TRACE(procedure->ref.name);
        Answer const answer = ask(*procedure, procedure->ref.name);
        asked += answer.totals.disputes;
        EXPECT_GE(answer.totals.disputes, 1U);
        EXPECT_EQ(answer.totals.same, answer.totals.disputes);
        for (auto const& [dispute, found] : answer.differ) {
            ADD_FAILURE() << dispute.text() << " differs: end " << found.end << ", lost "
                          << found.lost.size() << ", spared " << found.spared.size() << ", times "
                          << found.moved.size() << ", refused " << found.refused.size();
            for (RefusedAct const& act : found.refused)
                ADD_FAILURE() << act.act << " " << name_of(act.why.code) << " " << act.why.detail;
        }
    }
    EXPECT_EQ(asked, case_files().size());
}

TEST_P(WhatIf, LessTimeToRespondShowsWhoWouldHaveBeenTooLate) {
    play_all();
    std::uint64_t const before = store_.reader->log_size(false);
    Procedure const strict = changed("uncitral-track-1", [](nlohmann::ordered_json& json) {
        json["parameters"]["response_period"]["value"] = "P1D";
    });
    Answer const answer = ask(strict, "uncitral-track-1");
    EXPECT_GT(answer.totals.lost, 0U);
    EXPECT_GT(answer.totals.other_ends + answer.totals.refused_acts, 0U);
    ASSERT_TRUE(answer.totals.times.contains("response"));
    EXPECT_EQ(answer.totals.times.at("response").longer, 0U);
    EXPECT_GT(answer.totals.times.at("response").shorter, 10U);
    EXPECT_LT(answer.totals.times.at("response").later_us, 0);
    for (auto const& [dispute, found] : answer.differ)
        for (Lapse const& lapse : found.lost)
            if (lapse.deadline == "response")
                EXPECT_EQ(lapse.sides, std::vector<Side>{Side::respondent});
    EXPECT_EQ(store_.reader->log_size(false), before) << "nothing was written";
}

TEST_P(WhatIf, WhatTheCandidateDoesNotTakeIsSaid) {
    play_all();
    Procedure const small = changed("uncitral-track-1", [](nlohmann::ordered_json& json) {
        json["admits"] = {{"claimant", {"consumer"}}};
    });
    Answer const answer = ask(small, "uncitral-track-1");
    EXPECT_GT(answer.totals.not_taken, 0U);
    EXPECT_EQ(answer.not_taken.size(), answer.totals.not_taken);
    EXPECT_EQ(answer.not_taken.front(), "out_of_scope");
    // An act that the candidate does not know.
    Procedure const mute = changed("uncitral-track-1", [](nlohmann::ordered_json& json) {
        json["stages"]["negotiation"]["steps"].erase("ask_for_mediator");
    });
    Answer const without = ask(mute, "uncitral-track-1");
    EXPECT_GT(without.totals.refused_acts, 0U);
}

} // namespace
} // namespace parley
