#include "api/routes/dispute_json.hpp"
#include "engine/base/json.hpp"
#include "engine/procedure/behaviours.hpp"
#include "engine/procedure/embedded_library.hpp"
#include "engine/runtime/committer.hpp"
#include "engine/runtime/verify.hpp"
#include "tests/store/database_test.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

// Disputes as people have them, one file each in tests/data: filed, carried on act by act to their end
// and read back from the journal. Every file says where it must end.

namespace parley {
namespace {

World const& shipped() {
    static World const world{ZoneRules::load(),          load_embedded_law(),
                             load_embedded_procedures(), "UTC",
                             load_embedded_routes(),     load_embedded_calendars()};
    return world;
}

std::string text_in(Json const& json, char const* name) { return json.at(name).get<std::string>(); }

struct CaseFile {
    std::string name;
    Json json;
};

std::vector<CaseFile> const& case_files() {
    static std::vector<CaseFile> const files = [] {
        std::vector<CaseFile> out;
        for (auto const& entry :
             std::filesystem::directory_iterator(PARLEY_SOURCE_DIR "/tests/data")) {
            if (entry.path().extension() != ".json") continue;
            std::ifstream file(entry.path());
            out.push_back({entry.path().stem().string(), Json::parse(file)});
        }
        std::ranges::sort(out, {}, &CaseFile::name);
        return out;
    }();
    return files;
}

// One server's worth of plain classes over one journal, with a clock of its own for each case.
class Office {
public:
    explicit Office(AnyStore& store)
        : store_(store), cache_(1000),
          committer_(shipped(), *store.journal, *store.reader, wall_, cache_,
                     [this](std::string const& line) { logged.push_back(line); }) {
        platform_ = draw_.make_id<PlatformId>(wall_.now());
        store_.journal->add_platform({platform_, "Marketplace", wall_.now()});
        for (char const* name : {"$mediator", "$mediator2", "$mediator3", "$mediator4"})
            add_neutral(name, {SeatKind::mediator});
        for (char const* name : {"$decider", "$decider2", "$decider3"})
            add_neutral(name, {SeatKind::decider});
        add_neutral("$both", {SeatKind::mediator, SeatKind::decider});
        committer_.load_registry();
    }

    // Plays a case to its end and gives the dispute as it stands then.
    EntryPtr play(CaseFile const& file) {
        Json filing = file.json.at("filing");
        Instant now = parse_instant(file.json.at("filed_at").get<std::string>()).value();
        TestClockId const clock = draw_.make_id<TestClockId>(wall_.now());
        store_.journal->add_clock({clock, platform_, file.name, now}, std::nullopt);
        committer_.load_registry();
        filing["clock"] = clock.text();
        auto input = read_file_input(filing);
        EXPECT_TRUE(input) << (input ? "" : input.error().detail);
        if (!input) return nullptr;
        Filing made;
        made.dispute = draw_.make_id<DisputeId>(now);
        made.platform = platform_;
        made.actor.via = platform_;
        made.input = std::move(*input);
        auto receipt = ask(std::move(made));
        EXPECT_TRUE(receipt) << (receipt ? "" : receipt.error().detail);
        if (!receipt) return nullptr;
        EntryPtr entry = receipt->entry;
        look_at(entry);
        std::size_t number = 0;
        for (Json const& act : file.json.at("acts")) {
            SCOPED_TRACE("act " + std::to_string(++number) + ": " + act.dump());
            if (act.contains("after")) {
                now = after(now, act.at("after").get<std::string>());
                advance(clock, now);
                entry = find(entry->state.id);
            }
            if (act.contains("act")) entry = take(entry, act);
            look_at(entry);
            if (testing::Test::HasFailure()) return entry;
        }
        // Whoever still has something to do lets it be: time ends every dispute.
        advance(clock, now + 400 * us_per_day);
        entry = find(entry->state.id);
        look_at(entry);
        return entry;
    }

    std::vector<std::string> logged;

private:
    // What is kept of earlier views never shows in a later one.
    void look_at(EntryPtr const& entry) {
        for (Viewer const viewer :
             {Viewer{Role::platform, false, {}}, {Role::claimant, true, {}}}) {
            routes::ViewCache fresh(1);
            EXPECT_EQ(routes::dispute_json(views_, entry, viewer),
                      routes::dispute_json(fresh, entry, viewer));
        }
    }
    void add_neutral(std::string name, std::vector<SeatKind> seats) {
        Neutral neutral;
        neutral.id = draw_.make_id<NeutralId>(wall_.now());
        neutral.name = name;
        neutral.seats = std::move(seats);
        neutral.languages = {"en"};
        neutral.country = "CH";
        neutral.time_zone = "Europe/Zurich";
        neutral.load_most = 1000;
        store_.journal->add_neutral(neutral);
        neutrals_.emplace_back(std::move(name), neutral.id);
    }
    Result<Receipt> ask(Asked asked) {
        Result<Receipt> answer = refuse(RefusalCode::busy, "was not answered");
        std::vector<Job> jobs;
        jobs.push_back(
            AskJob{std::move(asked), [&](Result<Receipt> got) { answer = std::move(got); }});
        committer_.run(std::move(jobs));
        return answer;
    }
    void advance(TestClockId clock, Instant to) {
        std::vector<Job> jobs;
        bool arrived = false;
        jobs.push_back(AdvanceJob{
            clock, to, {}, {}, {}, [&](Result<Advanced> got) { arrived = got.has_value(); }});
        for (int rounds = 0; rounds < 100 && !jobs.empty(); ++rounds)
            jobs = committer_.run(std::move(jobs));
        EXPECT_TRUE(arrived);
    }
    EntryPtr find(DisputeId dispute) {
        return replay(shipped(), dispute, store_.reader->events(dispute.text()));
    }
    static Instant after(Instant now, std::string const& period) {
        Period const length = parse_period(period).value();
        return now + length.count * (length.unit == PeriodUnit::hours ? us_per_hour : us_per_day);
    }

    static Actor actor_of(DisputeState const& state, Role role) {
        Actor actor{role, "key_office", {}, true};
        if (auto const side = side_of(role)) actor.id = state.party(*side).id.text();
        if (role == Role::mediator) actor.id = state.seat(SeatKind::mediator).neutral.text();
        if (role == Role::decider) actor.id = state.seat(SeatKind::decider).neutral.text();
        return actor;
    }
    // "$mediator" is someone on the roster, "$outcome" the text that the outcome shows, "$agreement"
    // the agreement to arbitrate as this side is shown it.
    std::string value_of(std::string const& word, DisputeState const& state, Role role) const {
        for (auto const& [name, id] : neutrals_)
            if (word == name) return id.text();
        if (word == "$outcome" && state.outcome() != nullptr) return state.outcome()->text_sha256;
        if (word != "$agreement") return word;
        Side const side = side_of(role).value_or(Side::claimant);
        std::string hash;
        for (AgreementText const& text :
             agreement_texts(shipped().law, state.parties, side, state.concluded_at))
            if (hash.empty() || text.locale == state.party(side).language) hash = text.sha256;
        return hash;
    }
    EntryPtr take(EntryPtr const& entry, Json const& act) {
        DisputeState const& state = entry->state;
        Role const role = parse_name<Role>(act.at("who").get<std::string>()).value();
        Command command;
        command.dispute = state.id;
        command.act = act.at("act").get<std::string>();
        command.actor = actor_of(state, role);
        Step const* const step = entry->procedure->step_from(state.stage, command.act);
        EXPECT_NE(step, nullptr);
        if (step == nullptr) return entry;
        Json body = act.value("body", Json::object());
        for (auto& [name, value] : body.items())
            if (value.is_string()) value = value_of(value.get<std::string>(), state, role);
        auto input = read_act_input(spec_of(step->does).input, body);
        EXPECT_TRUE(input) << (input ? "" : input.error().detail);
        if (!input) return entry;
        command.input = std::move(*input);
        auto receipt = ask(std::move(command));
        if (act.contains("refused")) {
            EXPECT_FALSE(receipt) << "was taken";
            if (!receipt) EXPECT_EQ(name_of(receipt.error().code), text_in(act, "refused"));
            return entry;
        }
        EXPECT_TRUE(receipt) << state.stage << ": "
                             << (receipt ? ""
                                         : std::string(name_of(receipt.error().code)) + ", " +
                                               receipt.error().detail);
        return receipt ? receipt->entry : entry;
    }

    AnyStore& store_;
    ManualClock wall_{parse_instant("2026-01-01T00:00:00Z").value()};
    Entropy draw_{Bytes32{7}};
    PlatformId platform_;
    std::vector<std::pair<std::string, NeutralId>> neutrals_;
    DisputeCache cache_;
    Committer committer_;
    routes::ViewCache views_{4};
};

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
