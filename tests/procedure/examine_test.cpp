#include "engine/procedure/examine.hpp"

#include "engine/procedure/cases.hpp"
#include "tests/procedure/shipped.hpp"

#include <algorithm>
#include <functional>

// What is proven of the shipped procedures, and the generic bugs of procedures found in real rule sets,
// each seeded into a good file.

namespace parley {
namespace {

OrderedJson& at(OrderedJson& file, std::string const& pointer) {
    return file.at(OrderedJson::json_pointer(pointer));
}
OrderedJson& common_step(OrderedJson& file, std::string const& name) {
    for (OrderedJson& common : file.at("common"))
        if (common.contains("steps") && common.at("steps").contains(name))
            return common.at("steps").at(name);
    throw std::out_of_range(name);
}
OrderedJson parsed(char const* text) { return OrderedJson::parse(text); }

Procedure read(OrderedJson const& file) {
    auto procedure = read_procedure(file.dump());
    EXPECT_TRUE(procedure.has_value()) << procedure.error().detail;
    return procedure ? std::move(*procedure) : Procedure{};
}

std::string text_of(Examination const& found) {
    std::string out;
    for (Finding const& finding : found.findings) {
        out += "[" + finding.rule + "] " + finding.pointer + ": " + finding.says + "\n";
        for (std::string const& line : finding.trace) out += "    " + line + "\n";
    }
    return out;
}

WayToEnd const* way_to(Examination const& found, std::string_view end) {
    auto const way = std::ranges::find(found.ends, end, &WayToEnd::end);
    return way == found.ends.end() ? nullptr : &*way;
}

TEST(Examinations, ProveTheShippedProcedures) {
    for (int const track : {1, 2}) {
        Examination const found = examine(read(shipped(track)));
        EXPECT_TRUE(found.proven()) << text_of(found);
        EXPECT_GT(found.cases, 1'000U);
        // Every end of the file can be reached, and has a way whose last line leads there.
        EXPECT_EQ(found.ends.size(), 7U);
        for (WayToEnd const& way : found.ends) {
            EXPECT_LE(way.shortest_hours, way.longest_hours) << way.end;
            ASSERT_FALSE(way.shortest.empty()) << way.end;
            EXPECT_TRUE(way.shortest.back().ends_with("-> " + way.end + ")"))
                << way.shortest.back();
            EXPECT_TRUE(way.longest.back().ends_with("-> " + way.end + ")")) << way.longest.back();
        }
    }
}

// A file without objections, extensions, reopening and a completed notice takes what its periods add up
// to: 7 to answer, 10 to negotiate, 10 of mediation, 10 of final communications.
TEST(Examinations, AddUpThePeriodsOfAWay) {
    OrderedJson file = parsed(R"({"procedure":"short","version":1,"title":"t","means":"m",
        "source":"own","status":"own","track":"II",
        "parameters":{"week":{"value":"P7D","means":"m","cites":"own: test"},
                      "ten":{"value":"P10D","means":"m","cites":"own: test"}},
        "stages":{
          "notice":{"kind":"filing","means":"m","cites":"own: test","steps":{
            "file":{"by":["claimant"],"does":"file_dispute","to":"response",
              "notifies":["claimant","respondent"],"means":"m","cites":"own: test"}}},
          "response":{"kind":"exchange","label":"open","means":"m","cites":"own: test",
            "deadlines":{"response":{"after":"week","actors":["claimant","respondent"],
              "then":"over","means":"m","cites":"own: test"}},
            "steps":{
              "talk":{"by":["claimant","respondent"],"does":"move_on","to":"later",
                "notifies":["claimant","respondent"],"means":"m","cites":"own: test"},
              "over":{"by":["clock"],"does":"let_pass","to":"later",
                "notifies":["claimant","respondent"],"means":"m","cites":"own: test"}}},
          "later":{"kind":"exchange","label":"open","means":"m","cites":"own: test",
            "deadlines":{"later":{"after":"ten","actors":["claimant","respondent"],
              "then":"over","means":"m","cites":"own: test"}},
            "steps":{
              "over":{"by":["clock"],"does":"let_pass","to":"closed",
                "notifies":["claimant","respondent"],"means":"m","cites":"own: test"}}},
          "closed":{"kind":"end","status":"closed","result":"none","means":"m",
            "cites":"own: test"}}})");
    Examination const found = examine(read(file));
    EXPECT_TRUE(found.proven()) << text_of(found);
    WayToEnd const* const way = way_to(found, "closed");
    ASSERT_NE(way, nullptr);
    EXPECT_EQ(way->longest_hours, (7 + 10) * 24);
    EXPECT_EQ(way->shortest_hours, 10 * 24); // talking ends the first stage at once
    EXPECT_EQ(way->longest.back(), "day  17  clock: later passes, over (later -> closed)");
}

TEST(Examinations, CountWhatTheyMayBeExtendedBy) {
    OrderedJson file = shipped(1);
    std::int64_t const before = way_to(examine(read(file)), "closed_award")->longest_hours;
    at(file, "/parameters/extension_max/value") = "P4D";
    EXPECT_EQ(way_to(examine(read(file)), "closed_award")->longest_hours, before - 6 * 24);
}

// The days until a paper counts as received are part of every way, those abroad of the longest.
TEST(Examinations, CountTheDaysUntilReceipt) {
    OrderedJson file = shipped(2);
    WayToEnd const before = *way_to(examine(read(file)), "closed_without_prejudice");
    file["parameters"]["deemed"] =
        parsed(R"({"value": "P3D", "means": "m", "cites": "own: test"})");
    file["parameters"]["deemed_abroad"] =
        parsed(R"({"value": "P9D", "means": "m", "cites": "own: test"})");
    at(file, "/stages/response/deadlines/response")["receipt"] =
        parsed(R"({"after": "deemed", "abroad": "deemed_abroad"})");
    Examination const found = examine(read(file));
    ASSERT_TRUE(found.proven()) << text_of(found);
    WayToEnd const after = *way_to(found, "closed_without_prejudice");
    // The response is waited for twice, for a doubtful notice is looked into and answered anew once.
    EXPECT_EQ(after.longest_hours - before.longest_hours, 2 * 9 * 24);
}

TEST(Examinations, ShowAShortestWayToWhatIsWrong) {
    OrderedJson file = shipped(2);
    at(file, "/stages/response/steps/respondent_silent/to") = "closed_without_prejudice";
    Examination const found = examine(read(file));
    auto const silence = std::ranges::find(found.findings, "silence", &Finding::rule);
    ASSERT_NE(silence, found.findings.end()) << text_of(found);
    EXPECT_EQ(silence->pointer, "/stages/response/steps/respondent_silent/to");
    EXPECT_EQ(silence->trace,
              (std::vector<std::string>{"claimant: file (notice -> response)",
                                        "clock: response passes, respondent_silent (response -> "
                                        "closed_without_prejudice)"}));
}

// What a person had to see to find these: the generic bugs of real rule sets.
struct Bug {
    std::string_view id;
    std::function<void(OrderedJson&)> make;
    std::string_view rule; // of the checker; empty: the reader sees it
    std::string_view says;
};

std::vector<Bug> bugs() {
    return {
        {"K1 deadlock",
         [](OrderedJson& f) {
             at(f, "/stages/reply").erase("deadlines");
             at(f, "/stages/reply/steps").erase("claimant_silent");
         },
         "", "holds no deadline that starts with the stage"},
        {"K2 missing transition",
         [](OrderedJson& f) { at(f, "/stages/response/deadlines/response").erase("then"); }, "",
         "is missing"},
        {"K3 dangling anchor",
         [](OrderedJson& f) { at(f, "/stages/mediation/steps/object").erase("arms"); }, "",
         "no step arms this deadline"},
        {"K4 role mismatch",
         [](OrderedJson& f) {
             at(f, "/stages/final_communications/steps/set_final_date/by") = {"mediator"};
         },
         "roles", "has no part in final_communications"},
        {"K5 dangling reference",
         [](OrderedJson& f) { at(f, "/stages/response/steps/withdraw/to") = "elsewhere"; }, "",
         "which is no stage"},
        {"K6 incomplete guards",
         [](OrderedJson& f) { at(f, "/stages/response/steps/respond/to").erase(1); }, "",
         "does not say where to go"},
        {"K7 no unit", [](OrderedJson& f) { at(f, "/parameters/response_period/value") = 14; }, "",
         "is no period"},
        {"K8 incentive inversion",
         [](OrderedJson& f) {
             // Only who was silent may have the award corrected.
             at(f, "/stages/response/steps/respondent_silent/marks").push_back("was_silent");
             for (char const* stage : {"award_communicated", "award_reviewable", "correction"})
                 at(f, std::string("/stages/") + stage + "/steps/request_correction/needs")
                     .push_back({{"marked", "was_silent"}});
         },
         "silence", "which is closed to one who answers"},
        {"K9 silence rewards the silent",
         [](OrderedJson& f) {
             at(f, "/stages/response/steps/respondent_silent/to") = "closed_without_prejudice";
         },
         "silence", "spares a silent respondent"},
        {"K10 unfair sink",
         [](OrderedJson& f) {
             at(f, "/stages/reply/steps/claimant_silent/to") = "closed_without_prejudice";
         },
         "way back", "leaves the claimant no way back"},
        {"K11 unheard",
         [](OrderedJson& f) {
             at(f, "/stages/award_communicated/steps/request_correction/notifies") = {"decider"};
         },
         "told", "leaves out the"},
        {"K12 notice risk",
         [](OrderedJson& f) {
             common_step(f, "reopen_response")["to"] = "negotiation";
             common_step(f, "correct_facts")["by"] = {"administrator"};
         },
         "way back", "leaves the respondent no way back"},
        {"K13 information leak",
         [](OrderedJson& f) { at(f, "/stages/negotiation/label") = "open"; }, "confidence",
         "must be negotiation"},
        {"K13 who mediated decides",
         [](OrderedJson& f) {
             OrderedJson& award = at(f, "/stages/deliberation/steps/recommend");
             award["by"] = {"mediator"};
             award["does"]["render_outcome"]["seat"] = "mediator";
         },
         "own case", "lets who mediated decide"},
        {"K14 timer scope",
         [](OrderedJson& f) { at(f, "/stages/mediation/deadlines/mediation").erase("on_return"); },
         "", "can be interrupted"},
        {"K15 sink on the applicant",
         [](OrderedJson& f) {
             at(f, "/stages")["ask"] = parsed(R"({"kind":"exchange","label":"open","means":"m",
                "cites":"own: test","deadlines":{"ask":{"after":"reply_period","actors":["claimant"],
                "then":"not_asked","means":"m","cites":"own: test"}},"steps":{
                "ask":{"by":["claimant","respondent"],"does":"move_on","to":"mediator_appointment",
                "notifies":["claimant","respondent"],"means":"m","cites":"own: test"},
                "not_asked":{"by":["clock"],"does":"let_pass","to":"closed_without_prejudice",
                "notifies":["claimant","respondent"],"means":"m","cites":"own: test"}}})");
             at(f, "/stages/response/steps/respondent_silent/to") = "ask";
         },
         "silence", "makes the other side ask in ask or lose"},
        {"K16 zone undeclared",
         [](OrderedJson& f) {
             at(f, "/stages/mediation/deadlines/mediation/actors") = {"claimant", "mediator"};
         },
         "", "must be one or both parties"},
        {"K17 no citation", [](OrderedJson& f) { at(f, "/stages/response").erase("cites"); }, "",
         "is missing"},
        {"K18 unreachable",
         [](OrderedJson& f) {
             at(f, "/stages/recommended/steps/accept_outcome")["needs"] = {"settlement_reached"};
         },
         "reachable", "cannot be reached in any dispute"},
        {"K19 no exit",
         [](OrderedJson& f) {
             OrderedJson& to = at(f, "/stages/mediation/steps/recuse/to");
             to.at(0).at("when").erase(1);
             to.erase(1);
         },
         "", "go round for ever"},
        {"K20 no bound",
         [](OrderedJson& f) {
             at(f, "/parameters/extension_times/value") = 1'000;
             at(f, "/parameters/extension_times").erase("most");
         },
         "", "as good as without end"},
        {"K21 two ways for one event",
         [](OrderedJson& f) {
             OrderedJson& to = at(f, "/stages/response/steps/respond/to");
             to.insert(to.begin(), to.at(0));
         },
         "", "can never be taken"},
        {"K22 silence that binds a consumer",
         [](OrderedJson& f) {
             at(f, "/stages/recommended/steps/acceptance_over/to") = "settled_by_contract";
         },
         "", "lets silence lead to"},
        {"K22 a binding word that anyone can give",
         [](OrderedJson& f) {
             at(f, "/stages/recommended/steps/accept_outcome").erase("verified_sign_in");
         },
         "consents", "must have said so themselves"},
        {"K23 silence as admission",
         [](OrderedJson& f) {
             at(f, "/stages/response/steps/respondent_silent/does") = "accept_offer";
         },
         "", "which the clock cannot do"},
    };
}

TEST(Examinations, FindTheGenericBugs) {
    for (Bug const& bug : bugs()) {
        OrderedJson file = shipped(2);
        bug.make(file);
        auto const procedure = read_procedure(file.dump());
        EXPECT_EQ(procedure.has_value(), !bug.rule.empty()) << bug.id;
        if (!procedure) {
            std::string all;
            for (FieldError const& error : procedure.error().errors) all += error.detail + "\n";
            EXPECT_NE(all.find(bug.says), std::string::npos) << bug.id << "\n" << all;
            continue;
        }
        Examination const found = examine(*procedure);
        EXPECT_TRUE(std::ranges::any_of(found.findings,
                                        [&](Finding const& finding) {
                                            return finding.rule == bug.rule &&
                                                   finding.says.find(bug.says) != std::string::npos;
                                        }))
            << bug.id << "\n"
            << text_of(found);
    }
}

TEST(Examinations, SeeWhoDecidesTwice) {
    OrderedJson file = shipped(1);
    at(file, "/stages/annulled/steps/ask_for_decider/to/0").erase("vacates");
    Examination const found = examine(read(file)); // reviews are off, and looked at all the same
    auto const own = std::ranges::find(found.findings, "own case", &Finding::rule);
    ASSERT_NE(own, found.findings.end()) << text_of(found);
    EXPECT_TRUE(std::ranges::any_of(own->trace, [](std::string const& line) {
        return line.find("decide_review") != std::string::npos;
    }));
}

// A mark that another step takes away bounds nothing, which no look at one step at a time shows.
TEST(Examinations, GiveTheWholeRound) {
    OrderedJson file = shipped(2);
    for (OrderedJson& common : file.at("common"))
        if (common.contains("steps") && common.at("steps").contains("doubt_notice"))
            common.at("steps").at("doubt_notice")["clears"] = {"notice_reopened"};
    Examination const found = examine(read(file));
    auto const round = std::ranges::find(found.findings, "ends", &Finding::rule);
    ASSERT_NE(round, found.findings.end()) << text_of(found);
    auto const from = std::ranges::find(round->trace, "and from here round, for ever:");
    ASSERT_NE(from, round->trace.end()) << text_of(found);
    EXPECT_TRUE(std::any_of(from, round->trace.end(), [](std::string const& line) {
        return line.find("reopen_response") != std::string::npos;
    })) << text_of(found);
    EXPECT_TRUE(found.ends.empty()); // the longest way has no length
}

// Twenty switches that anyone can throw make more cases than there is memory: the answer is a limit.
TEST(Examinations, StopAtALimitAndSaySo) {
    OrderedJson file = shipped(2);
    for (int i = 0; i < 20; ++i) {
        std::string const mark = "switch_" + std::to_string(i);
        at(file, "/stages/negotiation/steps")["throw_" + std::to_string(i)] = {
            {"by", {"claimant", "respondent"}},       {"does", "move_on"}, {"marks", {mark}},
            {"notifies", {"claimant", "respondent"}}, {"means", "m"},      {"cites", "own: test"}};
        at(file, "/stages/negotiation/steps")["end_" + std::to_string(i)] = {
            {"by", {"claimant", "respondent"}},
            {"does", "move_on"},
            {"needs", {{{"marked", mark}}}},
            {"to", "mediator_appointment"},
            {"notifies", {"claimant", "respondent"}},
            {"means", "m"},
            {"cites", "own: test"}};
    }
    Examination const found = examine(read(file));
    EXPECT_FALSE(found.complete);
    EXPECT_FALSE(found.proven());
    EXPECT_LE(found.cases, CaseSpace::cases_max);
    EXPECT_TRUE(found.ends.empty());
}

TEST(Examinations, RefuseHostileFilesAtTheGate) {
    std::string stages = R"({"procedure":"many","version":1,"stages":{)";
    for (int i = 0; i < 100'000; ++i) stages += "\"s" + std::to_string(i) + "\":{},";
    stages.back() = '}';
    EXPECT_FALSE(read_procedure(stages + "}").has_value());
    for (char const* value : {"P0D", "P99999999999999999999D", "P3660Y", "PT0H"}) {
        OrderedJson file = shipped(2);
        at(file, "/parameters/negotiation_period/value") = value;
        at(file, "/parameters/negotiation_period").erase("least");
        at(file, "/parameters/negotiation_period").erase("most");
        EXPECT_FALSE(read_procedure(file.dump()).has_value()) << value;
    }
}

} // namespace
} // namespace parley
