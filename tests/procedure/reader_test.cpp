#include "engine/procedure/procedure.hpp"
#include "tests/procedure/shipped.hpp"

#include <algorithm>
#include <functional>

// Procedure files that must not run, each made from a good one by one change, with the place and the
// sentence that a person gets to mend it.

namespace parley {
namespace {

struct Fault {
    std::string_view change;
    int track;
    std::function<void(OrderedJson&)> make;
    std::string_view pointer;
    std::string_view says;
};

OrderedJson& at(OrderedJson& file, std::string const& pointer) {
    return file.at(OrderedJson::json_pointer(pointer));
}
// Sets the member at a pointer.
std::function<void(OrderedJson&)> set(std::string pointer, OrderedJson value) {
    return [pointer = std::move(pointer), value = std::move(value)](OrderedJson& file) {
        file[OrderedJson::json_pointer(pointer)] = value;
    };
}
std::function<void(OrderedJson&)> remove(std::string pointer) {
    return [pointer = std::move(pointer)](OrderedJson& file) {
        auto const slash = pointer.rfind('/');
        OrderedJson& parent = at(file, pointer.substr(0, slash));
        if (parent.is_array()) parent.erase(std::stoul(pointer.substr(slash + 1)));
        else parent.erase(pointer.substr(slash + 1));
    };
}
std::function<void(OrderedJson&)> both(std::function<void(OrderedJson&)> first,
                                       std::function<void(OrderedJson&)> second) {
    return [first = std::move(first), second = std::move(second)](OrderedJson& file) {
        first(file);
        second(file);
    };
}
OrderedJson clock_step(OrderedJson to) {
    return {{"by", {"clock"}},
            {"does", "let_pass"},
            {"to", std::move(to)},
            {"means", "m"},
            {"cites", "own: test"}};
}
OrderedJson party_step(OrderedJson to) {
    return {{"by", {"claimant"}},
            {"does", "move_on"},
            {"to", std::move(to)},
            {"means", "m"},
            {"cites", "own: test"}};
}
OrderedJson deadline(std::string const& then) {
    return {{"after", "response_period"},
            {"actors", {"claimant"}},
            {"then", then},
            {"means", "m"},
            {"cites", "own: test"}};
}
OrderedJson parsed(char const* text) { return OrderedJson::parse(text); }

std::vector<Fault> faults() {
    std::string const response = "/stages/response";
    std::string const negotiation = "/stages/negotiation";
    std::string const mediation = "/stages/mediation";
    return {
        // what the reader sees
        {"an unknown member of the file", 2, set("/colour", "red"), "/colour", "is not a member"},
        {"an unknown member of a step", 2, set(response + "/steps/respond/bye", 1),
         "/stages/response/steps/respond/bye", "is not a member"},
        {"an unknown setting", 2, set(negotiation + "/steps/extend/does/extend_deadline/most", "x"),
         "/stages/negotiation/steps/extend/does/extend_deadline/most", "is not a member"},
        {"no meaning of a stage", 2, remove(response + "/means"), "/stages/response/means",
         "is missing"},
        {"no source of a step", 2, remove(response + "/steps/respond/cites"),
         "/stages/response/steps/respond/cites", "is missing"},
        {"no meaning of a parameter", 2, remove("/parameters/reply_period/means"),
         "/parameters/reply_period/means", "is missing"},
        {"no source of a deadline", 2, remove(response + "/deadlines/response/cites"),
         "/stages/response/deadlines/response/cites", "is missing"},
        {"a literal period", 2, set(response + "/deadlines/response/after", "P7D"),
         "/stages/response/deadlines/response/after", "is the literal `P7D`"},
        {"a literal number", 2, set(negotiation + "/steps/extend/does/extend_deadline/times", 1),
         "/stages/negotiation/steps/extend/does/extend_deadline/times",
         "must be the name of a parameter"},
        {"a literal number in a condition", 2,
         set(mediation + "/steps/recuse/to/0/when/1/replacements_below", 4),
         "/stages/mediation/steps/recuse/to/0/when/1/replacements_below",
         "must be the name of a parameter"},
        {"a parameter that is not there", 2,
         set(response + "/deadlines/response/after", "answer_period"),
         "/stages/response/deadlines/response/after", "which /parameters does not hold"},
        {"a number where a period must be", 2,
         set(response + "/deadlines/response/after", "peremptory_max"),
         "/stages/response/deadlines/response/after", "is no period"},
        {"a period where a number must be", 2,
         set(negotiation + "/steps/extend/does/extend_deadline/times", "reply_period"),
         "/stages/negotiation/steps/extend/does/extend_deadline/times", "is no number"},
        {"a value below its least", 2, set("/parameters/response_period/value", "PT3H"),
         "/parameters/response_period/value", "least says P1D"},
        {"a value above its most", 2, set("/parameters/peremptory_max/value", 9),
         "/parameters/peremptory_max/value", "most says 5"},
        {"two units in a period", 2, set("/parameters/response_period/value", "P1M7D"),
         "/parameters/response_period/value", "is no period"},
        {"a behaviour that is not there", 2, set(response + "/steps/respond/does", "apologise"),
         "/stages/response/steps/respond/does", "is `apologise`; write one of"},
        {"a role that is not there", 2, set(response + "/steps/respond/by/0", "seller"),
         "/stages/response/steps/respond/by/0", "is `seller`; write one of"},
        {"a fact that is not there", 2, set(response + "/steps/respond/to/0/when/0", "raining"),
         "/stages/response/steps/respond/to/0/when/0", "is `raining`; write one of"},
        {"a fact that needs an argument", 2, set(response + "/steps/respond/to/0/when/0", "marked"),
         "/stages/response/steps/respond/to/0/when/0", "needs to say which"},
        {"not of not", 2,
         set(response + "/steps/respond/to/0/when/0",
             parsed(R"({"not": {"not": "mediator_seated"}})")),
         "/stages/response/steps/respond/to/0/when/0/not/not", "is no condition"},
        {"a setting that is missing", 2,
         remove(mediation + "/steps/object/does/object_to_neutral/window"),
         "/stages/mediation/steps/object/does/object_to_neutral/window", "must be told it"},
        {"a name with a space", 2,
         set("/stages/the end",
             parsed(
                 R"({"kind":"end","status":"closed","result":"none","means":"m","cites":"own: test"})")),
         "/stages/the end", "a name is a lower-case letter"},
        {"an end that is open", 2, set("/stages/settled/status", "open"), "/stages/settled/status",
         "must not be open"},
        {"an end with steps", 2, set("/stages/settled/steps", OrderedJson::object()),
         "/stages/settled/steps", "is not a member"},
        {"common steps for no stage", 2, set("/common/0/in/0", "reponse"), "/common/0/in/0",
         "which is no live stage"},
        {"a deadline given twice", 2,
         set("/common/0/deadlines", {{"response", deadline("respondent_silent")}}),
         "/common/0/in/0", "a second deadline called response"},
        {"a track that is not there", 2, set("/track", "III"), "/track", "is `III`"},
        {"a role named twice", 2,
         set(response + "/steps/respond/notifies", {"claimant", "claimant"}),
         "/stages/response/steps/respond/notifies/1", "a second time"},
        // what the checker sees in a stage
        {"a deadline that leads nowhere", 2,
         set(response + "/deadlines/response/then", "nobody_answered"),
         "/stages/response/deadlines/response/then", "which is no step of response"},
        {"a deadline that leads to a person's step", 2,
         both(set(response + "/deadlines/response/then", "respond"),
              remove(response + "/steps/respondent_silent")),
         "/stages/response/deadlines/response/then", "which the clock may not take"},
        {"a step of the clock that nothing fires", 2,
         set(response + "/steps/later", clock_step("negotiation")), "/stages/response/steps/later",
         "no deadline leads to it"},
        {"a step that leads to no stage", 2, set(response + "/steps/withdraw/to", "nowhere"),
         "/stages/response/steps/withdraw/to", "which is no stage"},
        {"a behaviour the clock cannot do", 2,
         set(response + "/steps/respondent_silent/does", "accept_offer"),
         "/stages/response/steps/respondent_silent/does", "which the clock cannot do"},
        {"a claimant who answers for the respondent", 2,
         set(response + "/steps/respond/by", {"claimant"}), "/stages/response/steps/respond/by/0",
         "who may not do respond"},
        {"an auditor who acts", 2, set(negotiation + "/steps/ask_for_mediator/by", {"auditor"}),
         "/stages/negotiation/steps/ask_for_mediator/by/0", "who may not do move_on"},
        {"nobody who acts", 2, set(response + "/steps/withdraw/by", OrderedJson::array()),
         "/stages/response/steps/withdraw/by", "names nobody"},
        {"the clock beside a person", 2,
         set(response + "/steps/respondent_silent/by", {"clock", "administrator"}),
         "/stages/response/steps/respondent_silent/by", "names the clock and others"},
        {"a mediator in the decider's seat", 2,
         set(mediation + "/steps/disclose/does/disclose/seat", "decider"),
         "/stages/mediation/steps/disclose/by/0", "about the seat of the decider"},
        {"branches that leave a case out", 2, remove(response + "/steps/respond/to/1"),
         "/stages/response/steps/respond/to", "does not say where to go"},
        {"a branch behind an unconditional one", 2,
         [](OrderedJson& file) {
             at(file, "/stages/response/steps/respond/to").push_back({{"to", "settled"}});
         },
         "/stages/response/steps/respond/to/2", "can never be taken"},
        {"a branch twice", 2,
         [](OrderedJson& file) {
             OrderedJson& to = at(file, "/stages/response/steps/respond/to");
             to.insert(to.begin(), to.at(0));
         },
         "/stages/response/steps/respond/to/1", "can never be taken"},
        {"resuming without asking", 2,
         set("/stages/mediator_appointment/steps/accept_appointment/to/0/when",
             {"mediator_seated"}),
         "/stages/mediator_appointment/steps/accept_appointment/to/0",
         "without asking whether one waits"},
        {"an interruption without return", 2,
         set("/stages/response/steps/withdraw/to",
             parsed(R"([{"to": "negotiation", "interrupts": true}])")),
         "/stages/response/steps/withdraw/to/0", "no step of negotiation resumes it"},
        {"a deadline that never passes", 1,
         set("/stages/correction/steps/correct/to/0/when/0/deadline_passed", "corrections"),
         "/stages/correction/steps/correct/to/0/when/0", "which no stage has"},
        {"a mark that nobody makes", 2,
         set("/stages/deliberation/steps/decision_overdue/to/0/when/0/marked", "late"),
         "/stages/deliberation/steps/decision_overdue/to/0/when/0", "which no step makes"},
        {"arming what is not there", 2, set(mediation + "/steps/object/arms", {"objections"}),
         "/stages/mediation/steps/object/arms/0", "which is no deadline of mediation"},
        {"arming what starts by itself", 2,
         set(mediation + "/steps/object/arms", {"mediation", "objection_decision"}),
         "/stages/mediation/steps/object/arms/0", "which starts with its stage"},
        {"a clock that waits for a step in vain", 2, remove(mediation + "/steps/object/arms"),
         "/stages/mediation/deadlines/objection_decision/by_step", "no step arms this deadline"},
        {"an extension of nothing", 2,
         set(negotiation + "/steps/extend/does/extend_deadline/deadline", "response"),
         "/stages/negotiation/steps/extend/does/extend_deadline/deadline",
         "which is no deadline of negotiation"},
        {"a clock that says nothing of its return", 2,
         remove(mediation + "/deadlines/mediation/on_return"),
         "/stages/mediation/deadlines/mediation/on_return", "can be interrupted"},
        {"business days without a calendar", 2,
         both(set("/parameters/response_period/value", "P5B"),
              remove("/parameters/response_period/least")),
         "/stages/response/deadlines/response/calendar", "those of a calendar"},
        {"hours with a last day", 2,
         both(set("/parameters/response_period/value", "PT48H"),
              remove("/parameters/response_period/least")),
         "/stages/response/deadlines/response/ends", "must be instant"},
        {"parties and a neutral on one clock", 2,
         set(mediation + "/deadlines/mediation/actors", {"claimant", "mediator"}),
         "/stages/mediation/deadlines/mediation/actors", "must be one or both parties"},
        {"rooms for what is no message", 2, set(response + "/steps/withdraw/rooms", {"joint"}),
         "/stages/response/steps/withdraw/rooms", "only messages are said in a room"},
        {"telling the clock", 2, set(response + "/steps/withdraw/notifies", {"clock"}),
         "/stages/response/steps/withdraw/notifies/0", "which reads nothing"},
        {"an award on Track II for everyone", 2, remove("/stages/deliberation/steps/award/needs"),
         "/stages/deliberation/steps/award/needs", "must ask for track_is_one"},
        {"a recommendation that binds", 2,
         set("/stages/deliberation/steps/recommend/does/render_outcome/binding", "both"),
         "/stages/deliberation/steps/recommend/does/render_outcome/binding", "must be none"},
        {"a reflection without its clock", 2,
         set("/stages/recommended/steps/accept_outcome/does/accept_outcome/reflection",
             "acceptance_period"),
         "/stages/recommended/steps/accept_outcome/does/accept_outcome/reflection",
         "a deadline of recommended called reflection"},
        {"a first stage that files nothing", 2,
         both(set("/stages/notice/kind", "exchange"),
              set("/stages/notice/steps/file/does", "move_on")),
         "/stages/notice/kind", "must be filing"},
        {"a filing that leads nowhere", 2, remove("/stages/notice/steps/file/to"),
         "/stages/notice/steps/file/to", "must lead to another stage"},
        {"a parameter without use", 2,
         set("/parameters/nap_period",
             parsed(R"({"value":"P10D","means":"m","cites":"own: test"})")),
         "/parameters/nap_period", "is used by nothing"},
        {"accepting without reflection", 2,
         set("/stages/recommended/steps/accept_outcome/does", "accept_outcome"),
         "/stages/recommended/steps/accept_outcome/does/reflection", "must be told it"},
        {"a time to accept that ends with the reflection", 2,
         set("/parameters/acceptance_period/value", "P7D"),
         "/stages/recommended/deadlines/acceptance/after", "leaves no time to accept"},
        {"a time to accept shorter than the reflection", 2,
         both(set("/parameters/acceptance_period/value", "P5D"),
              remove("/parameters/acceptance_period/least")),
         "/stages/recommended/deadlines/acceptance/after", "leaves no time to accept"},
        {"a thousand extensions", 2,
         both(set("/parameters/extension_times/value", 1000),
              remove("/parameters/extension_times/most")),
         "/stages/negotiation/steps/extend/does/extend_deadline/times", "at most 10"},
        {"an extension of years", 2,
         both(set("/parameters/extension_max/value", "P2Y"),
              remove("/parameters/extension_max/most")),
         "/stages/negotiation/steps/extend/does/extend_deadline/period_most",
         "longer than 90 days"},
        {"a thousand replacements", 2,
         both(set("/parameters/replacements_max/value", 1000),
              remove("/parameters/replacements_max/most")),
         "/stages/mediation/steps/object/to/0/when/1", "at most 20"},
        {"a clock of ten years", 2,
         both(set("/parameters/compliance_max/value", "P10Y"),
              remove("/parameters/compliance_max/most")),
         "/stages/compliance/deadlines/compliance/after", "longer than 731 days"},
        {"a second click that nobody confirms", 2,
         remove("/stages/recommended/steps/confirm_arbitration"),
         "/stages/recommended/steps/agree_to_arbitration/does/give_consent/consents",
         "needs steps that confirm it"},
        {"a second click without a clock", 2,
         remove("/stages/recommended/steps/agree_to_arbitration/arms"),
         "/stages/recommended/steps/agree_to_arbitration/does/give_consent/consents",
         "must arm their clocks"},
        {"a confirmation of many consents", 2,
         set("/stages/recommended/steps/confirm_arbitration/does/confirm_consent/consents",
             {"arbitration", "mandate"}),
         "/stages/recommended/steps/confirm_arbitration/does/confirm_consent/consents",
         "the one consent"},
        {"a consent of no kind", 2,
         set("/stages/recommended/steps/revoke_arbitration/does/revoke_consent/consents",
             OrderedJson::array()),
         "/stages/recommended/steps/revoke_arbitration/does/revoke_consent/consents",
         "names no consent"},
        {"a switch that is a word", 2,
         both(set("/parameters/response_period/value", "soon"),
              set("/stages/award_reviewable/steps/request_review/needs",
                  parsed(R"([{"enabled":"response_period"}])"))),
         "/stages/award_reviewable/steps/request_review/needs/0/enabled", "neither true nor false"},
        {"a calendar that serves nothing", 2,
         set("/stages/response/deadlines/response/calendar", "of_actor"),
         "/stages/response/deadlines/response/calendar", "serves nothing"},
        {"a calendar of a neutral's own", 2,
         both(set("/parameters/decision_max/value", "P20B"),
              set("/stages/deliberation/deadlines/decision/calendar", "of_actor")),
         "/stages/deliberation/deadlines/decision/calendar", "must name a calendar"},
        {"a document that nobody files", 2,
         set("/documents", parsed(R"({"note":{"means":"m","cites":"c","fields":{
             "text":{"type":"text","means":"m"}}}})")),
         "/documents/note", "filed by no step"},
        {"a choice of one", 2,
         set("/documents", parsed(R"({"note":{"means":"m","cites":"c","fields":{
             "word":{"type":"choice","of":["yes"],"means":"m"}}}})")),
         "/documents/note/fields/word/of", "must list what can be chosen"},
        {"a document that is not there", 2,
         set(response + "/steps/withdraw/does", parsed(R"({"file_document":{"document":"note"}})")),
         "/stages/response/steps/withdraw/does/file_document/document",
         "no document of the procedure"},
        {"asking what no document says", 2,
         set(response + "/steps/withdraw/needs", parsed(R"([{"says":{"note.word":"yes"}}])")),
         "/stages/response/steps/withdraw/needs/0", "no document and field"},
        {"asking for a document that is not there", 2,
         set(response + "/steps/withdraw/needs", parsed(R"([{"filed":"note"}])")),
         "/stages/response/steps/withdraw/needs/0", "does not know"},
        {"both taking what one side takes", 2,
         set(response + "/steps/respond/needs", parsed(R"([{"both_took":"withdraw"}])")),
         "/stages/response/steps/respond/needs/0", "no step of response that both parties take"},
        {"a clock that no document sets", 2,
         set("/stages/response/deadlines/response/at", "note.day"),
         "/stages/response/deadlines/response/at", "no document and field"},
        {"an award without an agreement", 2, set("/rests_on", "law"),
         "/stages/deliberation/steps/award/does", "rests on no agreement"},
        {"a switch without a name", 2,
         set("/stages/award_reviewable/steps/request_review/needs", parsed(R"(["enabled"])")),
         "/stages/award_reviewable/steps/request_review/needs/0", "needs to say which"},
        {"clearing a mark that nobody makes", 2,
         set(response + "/steps/withdraw/clears", {"regret"}),
         "/stages/response/steps/withdraw/clears/0", "no step marks"},
        {"an objection to the file whose window passes nothing on", 2,
         set("/stages/mediation/steps/object_to_file/does/object_to_file/deadline", "mediation"),
         "/stages/mediation/steps/object_to_file/does/object_to_file/deadline",
         "when nobody objects"},
        {"a vacancy of nobody's seat", 2,
         set("/stages/annulled/steps/ask_for_decider/to/0/vacates", {"clerk"}),
         "/stages/annulled/steps/ask_for_decider/to/0/vacates/0", "write one of mediator, decider"},
        {"a settlement by silence", 2,
         set("/stages/negotiation/steps/negotiation_over/to", "consent_award"),
         "/stages/consent_award/steps/no_consent_award/to", "lets silence lead to settled"},
        {"one name for two clocks", 1,
         [](OrderedJson& file) {
             at(file, "/stages/reply/deadlines")["correction_window"] =
                 at(file, "/stages/reply/deadlines/reply");
             at(file, "/stages/reply/deadlines").erase("reply");
         },
         "/common/11/deadlines/correction_window", "call it something else"},
        // what the checker sees across stages
        {"no clock in a live stage", 2,
         both(remove("/stages/reply/deadlines"), remove("/stages/reply/steps/claimant_silent")),
         "/stages/reply/deadlines", "holds no deadline that starts with the stage"},
        {"a clock that may do nothing", 2,
         set(response + "/steps/respondent_silent/to",
             parsed(R"([{"when":["mediator_seated"],"to":"mediator_appointment"},{"to":"stay"}])")),
         "/stages/response/deadlines", "sure to move the dispute on"},
        {"a clock whose step may be barred", 2,
         set(response + "/steps/respondent_silent/needs", {"counterclaim_made"}),
         "/stages/response/deadlines", "sure to move the dispute on"},
        {"a stage out of reach", 2,
         set("/stages/afterthought", parsed(R"({"kind":"exchange","means":"m","cites":"own: test",
            "deadlines":{"review":{"after":"reply_period","actors":["claimant"],"then":"over","means":"m","cites":"own: test"}},
            "steps":{"over":{"by":["clock"],"does":"let_pass","to":"settled","means":"m","cites":"own: test"}}})")),
         "/stages/afterthought", "cannot be reached"},
        {"a stage without way out", 2,
         set("/stages/reply/steps",
             parsed(
                 R"({"reply":{"by":["claimant"],"does":"reply","to":"reply","means":"m","cites":"own: test"},
            "claimant_silent":{"by":["clock"],"does":"let_pass","to":"reply","means":"m","cites":"own: test"}})")),
         "/stages/reply", "lies on a way that can go round"},
        {"clocks that go round", 2,
         set("/stages/negotiation/steps/negotiation_over/to", "response"), "/stages/response",
         "go round for ever"},
        {"people who go round", 2, set("/stages/mediation/steps/back", party_step("negotiation")),
         "/stages/negotiation", "go round for ever"},
        {"replacements without bound", 2,
         set("/stages/mediation/steps/recuse/to",
             parsed(
                 R"([{"when":[{"not":"mediator_seated"}],"to":"mediator_appointment","interrupts":true},{"to":"stay"}])")),
         "/stages/mediator_appointment", "go round for ever"},
        {"a clock that runs once in a stage that returns", 1,
         remove("/stages/correction/steps/correct/to/0"), "/stages/correction/steps/correct/to",
         "runs once"},
        {"a clock that runs once and stops", 1,
         remove("/common/11/deadlines/correction_window/keeps_running"),
         "/common/11/deadlines/correction_window/keeps_running", "must be true with only_once"},
        {"silence that settles", 2, set("/stages/negotiation/steps/negotiation_over/to", "settled"),
         "/stages/negotiation/steps/negotiation_over/to", "lets silence lead to settled"},
        {"silence that binds", 2,
         set("/stages/recommended/steps/acceptance_over/to", "settled_by_contract"),
         "/stages/recommended/steps/acceptance_over/to",
         "lets silence lead to settled_by_contract"},
        {"silence that stands for an award", 1,
         set("/stages/response/steps/respondent_silent/to", "closed_award"),
         "/stages/response/steps/respondent_silent/to", "no award was given before"},
        {"a mediator before there can be one", 2,
         set("/stages/deficient/steps/propose",
             parsed(R"({"by":["mediator"],"does":"make_offer","means":"m","cites":"own: test"})")),
         "/stages/deficient/steps/propose/by", "nobody can have taken that seat"},
    };
}

TEST(ProcedureFiles, TheShippedOnesAreSound) {
    for (int const track : {1, 2}) {
        auto const procedure = read_procedure(
            source_file("workflows/uncitral-track-" + std::to_string(track) + "/1.json"));
        ASSERT_TRUE(procedure.has_value()) << procedure.error().detail;
        EXPECT_EQ(procedure->first().name, "notice");
        EXPECT_EQ(procedure->track, track == 1 ? Track::one : Track::two);
        EXPECT_EQ(procedure->stages.at(1).deadlines.at(0).after, (Period{7, PeriodUnit::days}));
        EXPECT_EQ(procedure->stages.at(2).deadlines.at(0).after_parameter, "response_period");
        // Either track can turn into the other under way, so each file has both ends.
        EXPECT_NE(procedure->stage("compliance"), nullptr);
        EXPECT_NE(procedure->stage("recommended"), nullptr);
    }
}

TEST(ProcedureFiles, AreWrittenBackAndReadTheSame) {
    auto const procedure = read_procedure(shipped(2).dump(1));
    ASSERT_TRUE(procedure.has_value()) << procedure.error().detail;
    EXPECT_EQ(procedure->stage("negotiation")->step("extend")->settings.times, 1);
    EXPECT_EQ(procedure->stage("negotiation")->step("accept")->pointer, "/common/0/steps/accept");
    EXPECT_EQ(procedure->stage("mediation")->step("message")->rooms.size(),
              5U); // its own, not the common one
}

TEST(ProcedureFiles, WithAFaultAreRefusedWithItsPlace) {
    for (Fault const& fault : faults()) {
        OrderedJson file = shipped(fault.track);
        fault.make(file);
        std::string const text = file.dump(2);
        auto const procedure = read_procedure(text);
        EXPECT_FALSE(procedure.has_value()) << fault.change;
        if (procedure) continue;
        EXPECT_EQ(procedure.error().code, RefusalCode::procedure_rejected) << fault.change;
        auto const& errors = procedure.error().errors;
        auto const found = std::ranges::find_if(errors, [&](FieldError const& error) {
            return error.pointer == fault.pointer &&
                   error.detail.find(fault.says) != std::string::npos;
        });
        std::string all;
        for (FieldError const& error : errors) all += "\n  " + error.detail;
        EXPECT_TRUE(found != errors.end()) << fault.change << all;
        if (found == errors.end()) continue;
        std::string const place =
            "line " + std::to_string(line_of(text, found->pointer)) + ", " + found->pointer + ": ";
        EXPECT_TRUE(found->detail.starts_with(place)) << found->detail;
    }
}

TEST(ProcedureFiles, NameTheLineOfAFault) {
    std::string text = source_file("workflows/uncitral-track-2/1.json");
    auto const place = text.find("\"then\": \"respondent_silent\"");
    ASSERT_NE(place, std::string::npos);
    text.replace(place, 27, "\"then\": \"respondent_silence\"");
    auto const line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(place), '\n');
    auto const procedure = read_procedure(text);
    ASSERT_FALSE(procedure.has_value());
    EXPECT_TRUE(procedure.error().detail.starts_with(
        "line " + std::to_string(line) +
        ", /stages/response/deadlines/response/then: names `respondent_silence`"))
        << procedure.error().detail;
}

TEST(ProcedureFiles, ThatAreNoJsonAreRefused) {
    for (std::string_view const text :
         {"", "{", "[]", "null", "{\"procedure\": \"a\", \"procedure\": \"b\"}", "\xff"})
        EXPECT_FALSE(read_procedure(text).has_value()) << text;
}

TEST(ProcedureFiles, AreLimitedInSize) {
    OrderedJson file = shipped(2);
    OrderedJson const end = at(file, "/stages/withdrawn");
    for (int i = 0; i < 1'000; ++i) at(file, "/stages")["end_" + std::to_string(i)] = end;
    auto const many = read_procedure(file.dump());
    ASSERT_FALSE(many.has_value());
    EXPECT_EQ(many.error().errors.at(0).pointer, "/stages");
    EXPECT_NE(many.error().detail.find("holds 1026 stages; the most is 1000"), std::string::npos)
        << many.error().detail;

    EXPECT_FALSE(read_procedure(std::string(200'000, '[')).has_value());
    EXPECT_FALSE(read_procedure(std::string(3 * 1024 * 1024, ' ')).has_value());
    std::string deep = "\"mediator_seated\"";
    for (int i = 0; i < 40; ++i) deep = "{\"not\":" + deep + "}";
    std::string text = shipped(2).dump();
    auto const place = text.find("\"counterclaim_made\"");
    ASSERT_NE(place, std::string::npos);
    text.replace(place, 19, deep);
    auto const nested = read_procedure(text);
    ASSERT_FALSE(nested.has_value());
    EXPECT_EQ(nested.error().code, RefusalCode::too_deep);
}

// Whatever a member is replaced with, the reader answers; it never throws and never crashes.
TEST(ProcedureFiles, SurviveEveryMemberBeingSomethingElse) {
    OrderedJson const file = shipped(1);
    OrderedJson const flat = file.flatten();
    std::size_t tried = 0;
    for (auto const& [pointer, value] : flat.items()) {
        if (++tried % 37 != 0) continue; // all of them would take minutes without optimisation
        for (OrderedJson const& other : {OrderedJson(nullptr), OrderedJson(7), OrderedJson("x"),
                                         OrderedJson::array(), OrderedJson::object()}) {
            OrderedJson changed = file;
            changed[OrderedJson::json_pointer(pointer)] = other;
            static_cast<void>(read_procedure(changed.dump()));
        }
    }
    EXPECT_GT(tried, 500U);
    for (char const* pointer :
         {"/stages/response", "/stages", "/common", "/common/0", "/parameters",
          "/stages/response/deadlines", "/stages/response/steps", "/stages/response/steps/respond",
          "/stages/response/deadlines/response", "/common/0/steps",
          "/stages/negotiation/steps/extend/does"})
        for (OrderedJson const& other :
             {OrderedJson(nullptr), OrderedJson(7), OrderedJson("x"), OrderedJson::array(),
              OrderedJson::object(), OrderedJson({1, 2})}) {
            OrderedJson changed = file;
            changed[OrderedJson::json_pointer(pointer)] = other;
            EXPECT_FALSE(read_procedure(changed.dump()).has_value())
                << pointer << ' ' << other.dump();
        }
}

TEST(ProcedureLibraries, KeepVersionsApart) {
    ProcedureLibrary library;
    OrderedJson file = shipped(2);
    auto const first = library.add(file.dump());
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(library.add(file.dump())->get(), first->get()); // the same bytes again change nothing
    file["title"] = "Another";
    auto const other = library.add(file.dump());
    ASSERT_FALSE(other.has_value());
    EXPECT_NE(other.error().detail.find("with other bytes"), std::string::npos);
    file["version"] = 2;
    auto const second = library.add(file.dump());
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(library.latest("uncitral-track-2", instant_max), *second);
    EXPECT_EQ(library.find((*first)->ref), *first);
    EXPECT_EQ(library.find("uncitral-track-2", 1), *first);
    EXPECT_EQ(library.latest("uncitral-track-3", instant_max), nullptr);
    ProcedureRef forged = (*first)->ref;
    forged.sha256 = (*second)->ref.sha256;
    EXPECT_EQ(library.find(forged), nullptr);
    EXPECT_EQ(library.all().size(), 2U);
}

} // namespace
} // namespace parley
