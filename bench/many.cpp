#include "bench/many.hpp"

#include "bench/scene.hpp"

#include "engine/procedure/embedded_library.hpp"
#include "engine/runtime/committer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace parley::bench {

namespace {

constexpr std::size_t batch = 256;

} // namespace

World const& shipped_world() {
    static World const world{ZoneRules::load(),          load_embedded_law(),
                             load_embedded_procedures(), "UTC",
                             load_embedded_routes(),     load_embedded_calendars()};
    return world;
}

ManyFiled file_many(Journal& journal, Reader& reader, std::size_t disputes, Instant at) {
    ManualClock clock(at);
    DisputeCache cache(batch);
    Committer committer(shipped_world(), journal, reader, clock, cache, [](std::string const&) {});
    Entropy entropy(random32());
    PlatformId const platform = entropy.make_id<PlatformId>(at);
    journal.add_platform({platform, "bench", at}, {});
    committer.load_registry();
    auto const input = read_file_input(nlohmann::json::parse(filing_json()));
    if (!input) throw std::runtime_error(input.error().detail);
    ManyFiled filed;
    filed.disputes.reserve(disputes);
    auto const start = std::chrono::steady_clock::now();
    while (filed.disputes.size() < disputes) {
        std::vector<Job> jobs;
        for (std::size_t i = std::min(batch, disputes - filed.disputes.size()); i > 0; --i) {
            // One a millisecond: ids grow with time, and so they lie side by side in the store.
            clock.set(at + static_cast<std::int64_t>(filed.disputes.size()) * 1000);
            DisputeId const id = entropy.make_id<DisputeId>(clock.now());
            filed.disputes.push_back(id);
            Filing filing{id, platform, false, {}, *input, {}, false};
            filing.actor.via = platform;
            jobs.push_back(AskJob{std::move(filing), [](Result<Receipt> const& answer) {
                                      if (!answer) throw std::runtime_error(answer.error().detail);
                                  }});
        }
        committer.run(std::move(jobs));
    }
    std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - start;
    filed.seconds = passed.count();
    return filed;
}

} // namespace parley::bench
