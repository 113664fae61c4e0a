#include "engine/procedure/draw.hpp"
#include "engine/procedure/embedded_library.hpp"
#include "engine/procedure/examine.hpp"
#include "engine/procedure/routes.hpp"
#include "tests/procedure/shipped.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

// The procedures that the program carries, and what picks one of them.

namespace parley {
namespace {

ProcedureLibrary const& library() {
    static ProcedureLibrary const loaded = load_embedded_procedures();
    return loaded;
}

// docs/BOUNDS.md as the examination has it; PARLEY_WRITE_GOLDEN=1 writes it anew.
std::string bounds_of(Procedure const& procedure, Examination const& found) {
    std::string out =
        fmt::format("\n## {}\n\n| end | what it is | soonest | latest |\n|---|---|---|---|\n",
                    procedure.ref.name);
    for (WayToEnd const& way : found.ends)
        out += fmt::format("| `{}` | {} | {} | {} |\n", way.end, way.status,
                           days_of_hours(way.shortest_hours), days_of_hours(way.longest_hours));
    return out;
}

TEST(Library, TheBoundsInTheDocumentsAreThoseThatAreProven) {
    std::string const path = "docs/BOUNDS.md";
    std::string text = source_file(path);
    std::string wanted = text.substr(0, text.find("\n## "));
    for (auto const& procedure : library().all())
        wanted += bounds_of(*procedure, examine(*procedure));
    if (std::getenv("PARLEY_WRITE_GOLDEN") != nullptr)
        std::ofstream(std::string(PARLEY_SOURCE_DIR) + '/' + path) << wanted;
    else EXPECT_EQ(text, wanted) << "write it anew with PARLEY_WRITE_GOLDEN=1";
}

TEST(Library, HoldsTenProceduresAndEachIsProven) {
    EXPECT_EQ(library().all().size(), 10U);
    for (auto const& procedure : library().all()) {
        if (procedure->ref.name.starts_with("uncitral")) continue; // examine_test does
        Examination const found = examine(*procedure);
        EXPECT_TRUE(found.proven()) << procedure->ref.name << ": "
                                    << (found.findings.empty() ? "" : found.findings[0].says);
        EXPECT_FALSE(found.ends.empty()) << procedure->ref.name;
    }
}

// A procedure is data: no code of the engine or of the routes knows one by its name.
TEST(Library, IsKnownByNameToNoCode) {
    namespace fs = std::filesystem;
    for (char const* room : {"engine", "api/http", "api/access", "api/routes", "api/webhooks"})
        for (fs::directory_entry const& entry :
             fs::recursive_directory_iterator(fs::path(PARLEY_SOURCE_DIR) / room)) {
            if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
            std::ifstream file(entry.path());
            std::stringstream all;
            for (std::string line; std::getline(file, line);)
                all << line.substr(0, line.find("//")) << '\n';
            std::string text = all.str();
            for (auto const& procedure : library().all())
                // As the example of a message that names what can be extended.
                EXPECT_EQ(text.find('"' + procedure->ref.name + '"'), std::string::npos)
                    << entry.path() << " knows " << procedure->ref.name;
        }
}

TEST(Library, SaysWhomACourtBinds) {
    std::string const words = explain(*library().find("online-litigation", 1));
    EXPECT_NE(words.find("by the judgment of the court"), std::string::npos);
}

TEST(Profiles, ChangeNumbersAndWordsOfTheirBaseAlone) {
    auto const base = library().find("apec-b2b", 1);
    auto const profile = library().find("ebram-covid19", 1);
    ASSERT_TRUE(base && profile);
    ASSERT_TRUE(profile->extends.has_value());
    EXPECT_EQ(profile->extends->sha256, base->ref.sha256);
    ASSERT_EQ(profile->stages.size(), base->stages.size());
    for (std::size_t i = 0; i < base->stages.size(); ++i) {
        EXPECT_EQ(profile->stages[i].name, base->stages[i].name);
        EXPECT_EQ(profile->stages[i].steps.size(), base->stages[i].steps.size());
    }
    EXPECT_EQ(words_of(profile->stage("response")->deadlines.front().after), "3 calendar days");
    EXPECT_NE(profile->stage("mediator_pick")->means, base->stage("mediator_pick")->means);
}

TEST(Profiles, WithAFaultAreRefusedWithItsPlace) {
    OrderedJson const good = OrderedJson::parse(library().find("ebram-covid19", 1)->text);
    auto const refused = [&](auto const& change, std::string_view pointer, std::string_view says) {
        OrderedJson file = good;
        change(file);
        auto const read = read_procedure(file.dump(), library());
        ASSERT_FALSE(read.has_value()) << says;
        ASSERT_FALSE(read.error().errors.empty()) << read.error().detail;
        EXPECT_EQ(read.error().errors.front().pointer, pointer);
        EXPECT_NE(read.error().detail.find(says), std::string::npos) << read.error().detail;
    };
    refused([](OrderedJson& f) { f["extends"]["sha256"] = std::string(64, '0'); }, "/extends",
            "names the very bytes");
    refused([](OrderedJson& f) { f["extends"]["procedure"] = "nothing"; }, "/extends",
            "There is no nothing version 1");
    refused([](OrderedJson& f) { f["extends"] = "apec-b2b"; }, "/extends",
            "must name the procedure");
    refused([](OrderedJson& f) { f["stages"] = OrderedJson::object(); }, "/stages",
            "is nothing that a profile changes");
    refused([](OrderedJson& f) { f["parameters"]["other"] = {{"value", "P1D"}}; },
            "/parameters/other", "is no parameter of the procedure");
    refused([](OrderedJson& f) { f["texts"]["/stages/response/kind"] = "end"; },
            "/texts/~1stages~1response~1kind", "must name a means, cites or title");
    refused([](OrderedJson& f) { f["texts"]["stages"] = "x"; }, "/texts/stages",
            "must name a means, cites or title");
    EXPECT_FALSE(read_procedure(good.dump()).has_value()); // alone it has no base
}

TEST(Routes, TakeTheFirstThatFits) {
    auto const table = read_routes(R"({"version":"v","routes":[
        {"track":"II","claimant":["consumer"],"countries":["ES"],
         "amount_most":{"amount":10000,"currency":"EUR"},"procedure":"small","means":"m"},
        {"track":"II","procedure":"other","means":"m"},
        {"track":"I","procedure":"award","means":"m"}]})");
    ASSERT_TRUE(table.has_value()) << table.error().detail;
    std::vector<PartyFacts> parties(2);
    parties[0] = {{}, Side::claimant, PartyKind::consumer, "ES", "es", "UTC"};
    parties[1] = {{}, Side::respondent, PartyKind::business, "DE", "de", "UTC"};
    Currency const eur = *parse_currency("EUR");
    auto const taken = [&](Track track, Money amount) {
        return route_for(*table, track, parties, amount).procedure;
    };
    EXPECT_EQ(taken(Track::two, {10000, eur}), "small");
    EXPECT_EQ(taken(Track::two, {10001, eur}), "other");
    EXPECT_EQ(taken(Track::two, {100, *parse_currency("USD")}), "other");
    EXPECT_EQ(taken(Track::one, {100, eur}), "award");
    parties[0].country = "FR";
    EXPECT_EQ(taken(Track::two, {100, eur}), "other");
    EXPECT_FALSE(read_routes(R"({"version":"v","routes":[
        {"track":"I","procedure":"award","means":"m"}]})")
                     .has_value()); // Track II is left open
    EXPECT_FALSE(read_routes(R"({"version":"v","routes":[
        {"track":"I","procedure":"award","means":"m"},
        {"track":"II","countries":["ES"],"procedure":"small","means":"m"}]})")
                     .has_value()); // so are all countries but one
}

} // namespace
} // namespace parley
