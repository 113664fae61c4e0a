#include "engine/procedure/draw.hpp"
#include "engine/procedure/embedded_library.hpp"
#include "engine/procedure/locales.hpp"
#include "tests/procedure/shipped.hpp"

// What a file says of itself in other languages.

namespace parley {
namespace {

Result<Procedure> read_with(char const* locales) {
    OrderedJson json = shipped(2);
    json["locales"] = OrderedJson::parse(locales);
    return read_procedure(json.dump());
}

TEST(Locales, TellTheTitleAndWhatThingsMeanWhereThereAreWords) {
    auto const read = read_with(
        R"({"es": {"/title": "Negociar", "/stages/response/means": "Se contesta.",
                   "/stages/response/steps/respond/means": "Contestar.",
                   "/parameters/response_period/means": "Cuanto tiempo."}})");
    ASSERT_TRUE(read) << read.error().detail;
    Procedure const told = told_in(*read, "es-MX");
    EXPECT_EQ(told.title, "Negociar");
    EXPECT_EQ(told.stage("response")->means, "Se contesta.");
    EXPECT_EQ(told.stage("response")->step("respond")->means, "Contestar.");
    EXPECT_EQ(told.stage("reply")->means, read->stage("reply")->means) << "the file's own";
    EXPECT_NE(explain(told).find("Se contesta."), std::string::npos);
    EXPECT_EQ(locale_for(*read, "es"), "es");
    EXPECT_EQ(locale_for(*read, "es-MX"), "es");
    EXPECT_EQ(locale_for(*read, "fr"), "");
    EXPECT_EQ(told_in(*read, "fr").title, read->title);
}

TEST(Locales, AFaultIsNamedWithItsPlace) {
    struct Row {
        char const* locales;
        char const* pointer;
    };
    for (Row const& row : {
             Row{R"({"es": {"/stages/nowhere/means": "x"}})",
                 "/locales/es/~1stages~1nowhere~1means"},
             {R"({"es": {"/stages/response/cites": "x"}})",
              "/locales/es/~1stages~1response~1cites"},
             {R"({"es": {"/stages/response/means": 7}})", "/locales/es/~1stages~1response~1means"},
             {R"({"es": {"/stages/response/means": ""}})", "/locales/es/~1stages~1response~1means"},
             {R"({"es": {"no pointer/means": "x"}})", "/locales/es/no pointer~1means"},
             {R"({"es": {"/stages/~9/means": "x"}})", "/locales/es/~1stages~1~09~1means"},
             {R"({"Spanish please": {}})", "/locales/Spanish please"},
             {R"({"": {}})", "/locales/"},
             {R"({"es": []})", "/locales/es"},
             {R"([])", "/locales"},
         }) {
        auto const read = read_with(row.locales);
        ASSERT_FALSE(read) << row.locales;
        EXPECT_EQ(read.error().errors.at(0).pointer, row.pointer) << row.locales;
    }
}

TEST(Locales, EveryStageOfTheShippedTracksHasItsWordsInSpanish) {
    ProcedureLibrary const library = load_embedded_procedures();
    for (char const* name : {"uncitral-track-1", "uncitral-track-2", "platform-claim"}) {
        auto const procedure = library.find(name, 1);
        Procedure const told = told_in(*procedure, "es");
        for (std::size_t i = 0; i < told.stages.size(); ++i)
            EXPECT_NE(told.stages[i].means, procedure->stages[i].means) << told.stages[i].name;
    }
    // A profile's words are its own.
    EXPECT_TRUE(library.find("ebram-covid19", 1)->locales.empty());
}

} // namespace
} // namespace parley
