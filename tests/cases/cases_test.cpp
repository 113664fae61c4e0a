#include "engine/runtime/verify.hpp"
#include "tests/cases/office.hpp"

#include <set>

// Each dispute of tests/data is filed, carried on act by act to its end and read back from the journal.

namespace parley {
namespace {

using namespace cases;

// Both databases; another is a line in tests/store/database_test.hpp.
class Cases : public DatabaseTest {};
PARLEY_ON_BOTH_DATABASES(Cases);

TEST_P(Cases, EachComesToTheEndThatItTells) {
    Office office(store_);
    std::set<std::string> played, shipped_names;
    for (auto const& procedure : shipped().procedures.all())
        shipped_names.insert(procedure->ref.name);
    for (CaseFile const& file : case_files()) {
        SCOPED_TRACE(file.name);
        EntryPtr const entry = office.play(file);
        ASSERT_NE(entry, nullptr);
        ASSERT_FALSE(HasFailure());
        DisputeState const& state = entry->state;
        Json const& end = file.json.at("end");
        EXPECT_EQ(entry->quarantine, "");
        played.insert(state.procedure.name);
        EXPECT_TRUE(state.ended) << state.stage;
        EXPECT_EQ(state.stage, text_in(end, "stage"));
        EXPECT_EQ(name_of(state.status), text_in(end, "status"));
        EXPECT_EQ(name_of(state.resolution->track), text_in(file.json, "track"));
        OutcomeState const* const outcome = state.outcome();
        if (end.at("outcome").is_null()) {
            EXPECT_EQ(outcome, nullptr);
        } else {
            ASSERT_NE(outcome, nullptr);
            EXPECT_EQ(name_of(outcome->kind), text_in(end, "outcome"));
            EXPECT_EQ(name_of(outcome->binding), text_in(end, "binding"));
        }
        // The words come back exactly as they were written, in whatever script.
        Json const told = Json::parse(*entry->texts.filing);
        EXPECT_EQ(told.at("claim").at("statement"),
                  file.json.at("filing").at("claim").at("statement"));
        for (char const* side : {"claimant", "respondent"})
            EXPECT_EQ(told.at(side).at("name"), file.json.at("filing").at(side).at("name"));
    }
    EXPECT_EQ(played, shipped_names) << "every procedure of the library has a case that it ends";
    JournalVerifier verifier(shipped(), *store_.reader);
    Verification const found = verifier.run();
    EXPECT_EQ(found.faults, 0U) << (found.first ? found.first->reason : "");
    EXPECT_EQ(found.disputes, case_files().size());
    EXPECT_TRUE(office.logged.empty()) << office.logged.front();
}

// The first code points of the scripts that the collection must hold.
std::string script_of(char32_t c) {
    struct Script {
        char32_t from, to;
        char const* name;
    };
    constexpr Script scripts[] = {
        {0x0370, 0x03ff, "Greek"},    {0x0400, 0x04ff, "Cyrillic"}, {0x0530, 0x058f, "Armenian"},
        {0x0590, 0x05ff, "Hebrew"},   {0x0600, 0x06ff, "Arabic"},   {0x0900, 0x097f, "Devanagari"},
        {0x0980, 0x09ff, "Bengali"},  {0x0b80, 0x0bff, "Tamil"},    {0x0d80, 0x0dff, "Sinhala"},
        {0x0e00, 0x0e7f, "Thai"},     {0x10a0, 0x10ff, "Georgian"}, {0x1200, 0x137f, "Ethiopic"},
        {0x3040, 0x30ff, "Japanese"}, {0x4e00, 0x9fff, "Chinese"},  {0xac00, 0xd7af, "Korean"},
    };
    for (Script const& script : scripts)
        if (c >= script.from && c <= script.to) return script.name;
    return "";
}
void note_scripts(std::string const& text, std::set<std::string>& out) {
    for (std::size_t i = 0; i < text.size();) {
        auto const lead = static_cast<unsigned char>(text[i]);
        std::size_t const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        char32_t c = length == 1 ? lead : lead & (0xffU >> (length + 1));
        for (std::size_t k = 1; k < length && i + k < text.size(); ++k)
            c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
        out.insert(script_of(c));
        i += length;
    }
    out.erase("");
}

TEST(CaseFiles, AreManyAndOfManyKinds) {
    std::set<std::string> countries, languages, currencies, reasons, scripts, tracks, ends;
    std::set<int> digits;
    for (CaseFile const& file : case_files()) {
        Json const& filing = file.json.at("filing");
        note_scripts(file.json.dump(), scripts);
        tracks.insert(file.json.at("track").get<std::string>());
        ends.insert(file.json.at("end").at("stage").get<std::string>());
        reasons.insert(filing.at("claim").at("reason").get<std::string>());
        std::string const currency = filing.at("claim").at("amount").at("currency");
        currencies.insert(currency);
        digits.insert(minor_digits(parse_currency(currency).value()));
        for (char const* side : {"claimant", "respondent"}) {
            countries.insert(filing.at(side).at("country").get<std::string>());
            languages.insert(filing.at(side).at("language").get<std::string>());
        }
        EXPECT_NE(filing.at("claimant").at("country"), filing.at("respondent").at("country"))
            << file.name << " does not cross a border";
    }
    EXPECT_GE(case_files().size(), 40U);
    EXPECT_GE(countries.size(), 40U);
    EXPECT_GE(languages.size(), 30U);
    EXPECT_GE(currencies.size(), 25U);
    EXPECT_GE(scripts.size(), 15U);
    EXPECT_EQ(digits, (std::set<int>{0, 2, 3}));
    EXPECT_EQ(tracks, (std::set<std::string>{"I", "II"}));
    EXPECT_EQ(reasons.size(), std::size(EnumNames<ClaimReason>::names)) << "each ground there is";
    EXPECT_GE(ends.size(), 7U);
}

} // namespace
} // namespace parley
