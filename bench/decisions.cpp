#include "bench/many.hpp"
#include "bench/report.hpp"
#include "bench/scene.hpp"

#include "engine/core/core.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace parley::bench {

namespace {

constexpr int rounds = 100'000;

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    return std::move(*result);
}

// Microseconds of one call of `decide`, with applying and computing what follows, on one state.
double decision_us(World const& world, Procedure const& procedure, DisputeState const& state,
                   Command const& command, Instant at) {
    auto const start = std::chrono::steady_clock::now();
    std::uint64_t events = 0;
    for (int i = 0; i < rounds; ++i) {
        Entropy entropy(Bytes32{static_cast<std::uint8_t>(i)});
        auto const decided = decide(world, procedure, state, command, {at, entropy, {}});
        if (!decided) throw std::runtime_error(decided.error().detail);
        events += decided->events.size();
    }
    std::chrono::duration<double, std::micro> const passed =
        std::chrono::steady_clock::now() - start;
    if (events == 0) throw std::runtime_error("nothing was decided");
    return passed.count() / rounds;
}

// Decisions a second of so many threads at once, each deciding the three acts in turn.
struct Asked {
    DisputeState const* state;
    Command const* command;
};
double decisions_a_second(World const& world, Procedure const& procedure,
                          std::vector<Asked> const& acts, Instant at, std::size_t threads) {
    std::atomic<std::uint64_t> refused = 0;
    auto const decide_all = [&] {
        for (int i = 0; i < rounds; ++i) {
            Asked const& act = acts[static_cast<std::size_t>(i) % acts.size()];
            Entropy entropy(Bytes32{static_cast<std::uint8_t>(i)});
            if (!decide(world, procedure, *act.state, *act.command, {at, entropy, {}})) ++refused;
        }
    };
    auto const start = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> running;
        running.reserve(threads);
        for (std::size_t n = 0; n < threads; ++n) running.emplace_back(decide_all);
    }
    std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - start;
    if (refused > 0) throw std::runtime_error("a decision was refused");
    return static_cast<double>(rounds) * static_cast<double>(threads) / passed.count();
}

std::vector<Figure> run() {
    World const& world = shipped_world();
    Instant const at = *parse_instant("2026-11-21T10:00:00Z");
    Entropy entropy(Bytes32{7});
    Filing filing;
    filing.dispute = entropy.make_id<DisputeId>(at);
    filing.platform = entropy.make_id<PlatformId>(at);
    filing.actor.via = filing.platform;
    filing.input = must(read_file_input(nlohmann::json::parse(filing_json())));
    auto const filed = must(decide_filing(world, filing, {at, entropy, {}}));
    auto const procedure = world.procedures.find(filed.after.procedure);
    auto const command = [&](Side side, std::string act, InputKind kind, std::string const& body) {
        Command made;
        made.dispute = filing.dispute;
        made.actor = {role_of(side), filed.after.party(side).id.text(), filing.platform, false};
        made.act = std::move(act);
        made.input = must(read_act_input(kind, nlohmann::json::parse(body)));
        return made;
    };
    Command const respond =
        command(Side::respondent, "respond", InputKind::respond, response_json());
    auto const responded = must(decide(world, *procedure, filed.after, respond, {at, entropy, {}}));
    Command const message = command(Side::claimant, "message", InputKind::message, message_json());
    Command const offer = command(Side::respondent, "offer", InputKind::offer, offer_json());
    std::vector<Figure> figures;
    auto const add = [&](std::string name, double us, std::string note) {
        figures.push_back({std::move(name), us, "us", "", 0, "under 5 us", std::move(note)});
    };
    add("decision_message", decision_us(world, *procedure, responded.after, message, at),
        "a message in negotiation");
    add("decision_offer", decision_us(world, *procedure, responded.after, offer, at),
        "an offer in negotiation");
    add("decision_respond", decision_us(world, *procedure, filed.after, respond, at),
        "a response: leaves a stage, enters one, computes a deadline over two zones");
    std::vector<Asked> const acts = {
        {&responded.after, &message}, {&responded.after, &offer}, {&filed.after, &respond}};
    double const alone = decisions_a_second(world, *procedure, acts, at, 1);
    figures.push_back({"decisions_two_cores", decisions_a_second(world, *procedure, acts, at, 2),
                       "decisions/s", "the same on one", alone, "1,000,000 a second",
                       "the three acts above in turn, each with its own states"});
    return figures;
}

} // namespace

Benchmark decisions_benchmark() { return {"decisions", "one decision of the pure core", run}; }

} // namespace parley::bench
