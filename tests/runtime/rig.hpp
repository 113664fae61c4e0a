#pragma once

#include "engine/procedure/embedded_library.hpp"
#include "engine/runtime/committer.hpp"
#include "engine/store/data_folder.hpp"
#include "engine/store/keys.hpp"
#include "engine/store/sqlite.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/sqlite_reader.hpp"
#include "tests/model/samples.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace parley {

inline World const& shipped_world() {
    static World const world{ZoneRules::load(),          load_embedded_law(),
                             load_embedded_procedures(), "UTC",
                             load_embedded_routes(),     load_embedded_calendars()};
    return world;
}

// A real SQLite database in a folder of its own and a committer over it, with time turned by hand.
class Rig {
public:
    explicit Rig(Instant start = *parse_instant("2026-11-21T10:00:00Z"))
        : clock(start), folder_(temporary_.path()), journal(open_sqlite_journal(folder_)),
          reader(open_sqlite_reader(folder_)), cache(1000),
          committer(shipped_world(), *journal, *reader, clock, cache,
                    [this](std::string const& line) { logged.push_back(line); }) {
        platform = draw.make_id<PlatformId>(clock.now());
        journal->add_platform({platform, "Shop", clock.now()});
        committer.load_registry();
    }
    ~Rig() {
        reader.reset();
        journal.reset();
    }

    std::vector<Job> run(std::vector<Job> jobs) { return committer.run(std::move(jobs)); }

    Result<Receipt> ask(Asked asked) {
        Result<Receipt> answer = refuse(RefusalCode::busy, "was not answered");
        std::vector<Job> jobs;
        jobs.push_back(
            AskJob{std::move(asked), [&](Result<Receipt> got) { answer = std::move(got); }});
        run(std::move(jobs));
        return answer;
    }

    Filing filing(std::optional<TestClockId> on = std::nullopt) {
        Filing made;
        made.dispute = draw.make_id<DisputeId>(clock.now());
        made.platform = platform;
        made.actor.via = platform;
        auto input = read_file_input(nlohmann::json::parse(sample_filing_json()));
        EXPECT_TRUE(input.has_value());
        made.input = std::move(*input);
        made.input.clock = on;
        return made;
    }
    EntryPtr file(std::optional<TestClockId> on = std::nullopt) {
        auto receipt = ask(filing(on));
        EXPECT_TRUE(receipt.has_value()) << (receipt ? "" : receipt.error().detail);
        return receipt ? receipt->entry : nullptr;
    }
    static Command command(DisputeState const& state, Side side, std::string act, InputKind kind,
                           std::string const& body) {
        Command made;
        made.dispute = state.id;
        made.actor = {role_of(side), state.party(side).id.text(), state.platform, false};
        made.act = std::move(act);
        auto input = read_act_input(kind, nlohmann::json::parse(body));
        EXPECT_TRUE(input.has_value());
        made.input = std::move(*input);
        return made;
    }
    static Command respond(DisputeState const& state) {
        return command(state, Side::respondent, "respond", InputKind::respond,
                       R"({"answer":"contest","statement":"It was sent."})");
    }
    static Command message(DisputeState const& state, std::string const& text) {
        return command(state, Side::claimant, "message", InputKind::message,
                       R"({"text":")" + text + R"("})");
    }
    TestClockId add_clock() {
        TestClock made{draw.make_id<TestClockId>(clock.now()), platform, "clock", clock.now()};
        journal->add_clock(made);
        committer.load_registry();
        return made.id;
    }
    Result<Advanced> advance(TestClockId which, Instant to,
                             std::optional<ReceiptKey> receipt = {}) {
        Result<Advanced> answer = refuse(RefusalCode::busy, "was not answered");
        std::vector<Job> jobs;
        jobs.push_back(AdvanceJob{which, to, std::move(receipt), {}, {}, [&](Result<Advanced> got) {
                                      answer = std::move(got);
                                  }});
        for (int rounds = 0; rounds < 100 && !jobs.empty(); ++rounds) jobs = run(std::move(jobs));
        EXPECT_TRUE(jobs.empty()) << "the clock never arrives";
        return answer;
    }
    // Damages the records of disputes as a stray write on the disk would.
    void damage(std::vector<DisputeId> const& disputes) {
        store::Connection other(folder_.database().string(), store::Access::write);
        other.run("DROP TRIGGER IF EXISTS event_is_never_changed");
        store::Transaction transaction(other);
        store::Statement change(other,
                                "UPDATE event SET envelope = CAST('{}' AS BLOB) WHERE stream = ?");
        for (DisputeId const& dispute : disputes) {
            std::string const text = dispute.text();
            store::CompactKey const stream(text);
            change.bind_blob(stream.bytes());
            change.run();
            cache.forget(dispute);
        }
        transaction.commit();
    }
    EntryPtr stored(DisputeId dispute) {
        return replay(shipped_world(), dispute, reader->events(dispute.text()));
    }

    ManualClock clock;
    Entropy draw{Bytes32{42}};
    PlatformId platform;
    std::vector<std::string> logged;

private:
    TemporaryFolder temporary_;
    DataFolder folder_;

public:
    std::unique_ptr<Journal> journal;
    std::unique_ptr<Reader> reader;
    DisputeCache cache;
    Committer committer;
};

} // namespace parley
