#include "api/app/dev_seed.hpp"

#include "api/app/samples.hpp"
#include "engine/procedure/behaviours.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace parley::app {
namespace {

// Stories happen in the weeks before the demo was made; this is how far back they begin.
constexpr std::int64_t story_days = 25;

Failure failure_of(SeededStory const& story, std::string_view what, Refusal const& refusal) {
    return {fmt::format("the demo \"{}\" stopped at {}: {}", story.clock, what, refusal.detail), 1};
}

// Who is meant by a word of the story.
Actor actor_of(std::string_view who, DisputeState const& state, DevPeople const& people) {
    auto const role = parse_name<Role>(who).value_or(Role::platform);
    if (auto const side = side_of(role))
        return {role, state.party(*side).id.text(), people.platform.id, false};
    if (role == Role::mediator) return {role, people.mediator.id.text(), {}, true};
    if (role == Role::decider) return {role, people.arbitrator.id.text(), {}, true};
    return {role, people.administrator_key.key.id.text(), {}, true};
}

Result<Command> command_of(Move const& move, DisputeEntry const& entry, DevPeople const& people) {
    Step const* step = entry.procedure->step_anywhere(move.act);
    if (step == nullptr)
        return refuse(RefusalCode::no_such_act, fmt::format("there is no act {}", move.act));
    auto const body = parse_json(
        with_neutrals(move.body, people.mediator.id.text(), people.arbitrator.id.text()));
    if (!body) return std::unexpected(body.error());
    auto input = read_act_input(spec_of(step->does).input, *body);
    if (!input) return std::unexpected(input.error());
    Command command;
    command.dispute = entry.state.id;
    command.actor = actor_of(move.who, entry.state, people);
    command.act = std::string(move.act);
    command.input = std::move(*input);
    return command;
}

net::awaitable<Done> file(Engine& engine, DevPeople const& people, SeededStory const& story,
                          DisputeId dispute, TestClock clock) {
    if (!engine.registry()->clocks.contains(clock.id)) {
        auto const made = co_await engine.add_clock(clock);
        if (!made) co_return std::unexpected(failure_of(story, "its clock", made.error()));
    }
    auto const body = parse_json(filing_of(story.sample, clock.now, clock.id));
    auto input = body ? read_file_input(*body) : std::unexpected(body.error());
    if (!input) co_return std::unexpected(failure_of(story, "the notice", input.error()));
    Filing filing;
    filing.dispute = dispute;
    filing.platform = people.platform.id;
    filing.actor = {Role::claimant, "", people.platform.id, false};
    filing.input = std::move(*input);
    auto receipt = co_await engine.file(std::move(filing));
    if (!receipt) co_return std::unexpected(failure_of(story, "the notice", receipt.error()));
    co_return Done{};
}

net::awaitable<Done> live_through(Engine& engine, DevPeople const& people, SeededStory const& story,
                                  DisputeId dispute, TestClock clock) {
    Instant now = clock.now;
    for (Move const& move : story.moves) {
        if (move.who == "time") {
            now = now + parse_period(move.act).value_or(Period{}).count * us_per_day;
            auto advanced = co_await engine.advance_clock(clock.id, now);
            if (!advanced) co_return std::unexpected(failure_of(story, move.act, advanced.error()));
            continue;
        }
        EntryPtr const entry = co_await engine.find(dispute);
        auto command = command_of(move, *entry, people);
        if (!command) co_return std::unexpected(failure_of(story, move.act, command.error()));
        auto receipt = co_await engine.submit(std::move(*command));
        if (!receipt) co_return std::unexpected(failure_of(story, move.act, receipt.error()));
    }
    co_return Done{};
}

} // namespace

net::awaitable<Done> seed_demo(Engine& engine, DevPeople const& people) {
    Entropy entropy(sha256({"parley-dev-stories/v1\n", people.seed}));
    Instant const start = people.made_at - story_days * us_per_day;
    for (SeededStory const& story : seeded_stories()) {
        TestClock const clock{entropy.make_id<TestClockId>(start), people.platform.id,
                              std::string(story.clock), start};
        auto const dispute = entropy.make_id<DisputeId>(start);
        if (co_await engine.find(dispute)) continue;
        if (Done filed = co_await file(engine, people, story, dispute, clock); !filed)
            co_return filed;
        if (Done lived = co_await live_through(engine, people, story, dispute, clock); !lived)
            co_return lived;
    }
    co_return Done{};
}

} // namespace parley::app
