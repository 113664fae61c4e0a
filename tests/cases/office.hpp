#pragma once

#include "api/routes/dispute_json.hpp"
#include "engine/base/json.hpp"
#include "engine/procedure/behaviours.hpp"
#include "engine/procedure/embedded_library.hpp"
#include "engine/runtime/committer.hpp"
#include "tests/store/database_test.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>

// Disputes as people have them, one file each in tests/data, and a server's worth of classes that plays
// them. Every file says where its dispute must end.

namespace parley::cases {

inline World const& shipped() {
    static World const world{ZoneRules::load(),          load_embedded_law(),
                             load_embedded_procedures(), "UTC",
                             load_embedded_routes(),     load_embedded_calendars()};
    return world;
}

inline std::string text_in(Json const& json, char const* name) {
    return json.at(name).get<std::string>();
}

struct CaseFile {
    std::string name;
    Json json;
};

inline std::vector<CaseFile> const& case_files() {
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

} // namespace parley::cases
