#include "bench/child.hpp"
#include "bench/load.hpp"
#include "bench/report.hpp"

#include "engine/core/tasks.hpp"
#include "engine/store/data_folder.hpp"
#include "engine/store/sqlite.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/task_query.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace parley::bench {

namespace {

constexpr std::size_t connections = 4;
constexpr std::size_t pages_a_walk = 25;
constexpr double seconds = 5;
constexpr std::size_t batch = 256;
constexpr std::string_view languages[] = {"en", "es", "fr", "de", "zh-Hans", "ja", "pt-BR", "ar"};
constexpr std::string_view countries[] = {"GB", "ES", "FR", "DE", "CN", "JP", "BR", "EG"};

// One open dispute as the store holds it: an event, a list row, a deadline and a task of the office.
Unit open_dispute(Entropy& entropy, PlatformId platform, Instant now) {
    Unit unit;
    DisputeId const id = entropy.make_id<DisputeId>(now);
    unit.stream = id.text();
    StoredEvent event;
    event.stream = unit.stream;
    event.version = 1;
    event.number = 1;
    event.id = entropy.make_id<EventId>(now).text();
    event.stage = "mediator_appointment";
    event.type = "step_taken";
    event.at = now;
    event.envelope = "{}"; // never read here
    event.nonce = entropy.draw32();
    event.hash = entropy.draw32();
    unit.events.push_back(std::move(event));

    DisputeRow row;
    row.id = id;
    row.platform = platform;
    row.stage = "mediator_appointment";
    row.procedure = "uncitral-track-2";
    row.procedure_version = 1;
    row.created_at = row.changed_at = now;
    row.reference = fmt::format("ORD-{}", entropy.below(10'000'000));
    row.parties = {entropy.make_id<PartyId>(now), entropy.make_id<PartyId>(now)};
    row.version = 1;
    unit.dispute = std::move(row);

    Task task;
    task.id = entropy.make_id<TaskId>(now);
    task.dispute = id;
    task.platform = platform;
    task.kind = TaskKind::appoint;
    task.seat = SeatKind::mediator;
    task.stage = "mediator_appointment";
    task.act = "appoint";
    for (std::size_t side = 0; side < 2; ++side) {
        std::size_t const one = entropy.below(std::size(languages));
        task.languages[side] = languages[one];
        task.countries[side] = countries[one];
    }
    task.reason = static_cast<ClaimReason>(entropy.below(std::size(EnumNames<ClaimReason>::names)));
    task.amount = Money{static_cast<std::int64_t>(entropy.below(50'000)), *parse_currency("EUR")};
    task.opened_at = now - static_cast<std::int64_t>(entropy.below(10 * us_per_day));
    // So far away that nothing falls due while we measure.
    task.due_at =
        now + 300 * us_per_day + static_cast<std::int64_t>(entropy.below(30 * us_per_day));
    task.deadline = "mediator_appointment";
    unit.armed.push_back({id, task.deadline, 1, task.due_at, std::nullopt});
    unit.tasks.push_back({TaskChange::What::open, std::move(task)});
    return unit;
}

void fill(std::string const& data, std::size_t disputes) {
    DataFolder const folder(data);
    auto journal = open_sqlite_journal(folder);
    Entropy entropy(Bytes32{11});
    Instant const now = SystemClock().now();
    PlatformId const platform = entropy.make_id<PlatformId>(now);
    journal->add_platform({platform, "bench", now});
    for (std::size_t done = 0; done < disputes;) {
        std::vector<Unit> units;
        for (; units.size() < batch && done < disputes; ++done)
            // One a millisecond, as ids grow with time.
            units.push_back(open_dispute(entropy, platform,
                                         now - static_cast<std::int64_t>(disputes - done) * 1000));
        journal->append(units);
    }
}

// Every connection walks page by page into the queue and starts anew, each time with another filter.
LoadResult over_http(DevServer const& server) {
    struct Walk {
        std::string next;
        std::size_t pages = 0;
        std::size_t turn = 0;
    };
    std::vector<Walk> walks(connections);
    constexpr std::string_view filters[] = {"", "&language=es",    "", "&country=JP",
                                            "", "&reason=damaged", "", "&holder=nobody"};
    return run_load(
        server.port, connections,
        [&](std::size_t connection) {
            Walk& walk = walks[connection];
            if (walk.next.empty() || ++walk.pages == pages_a_walk) walk = {"", 0, walk.turn + 1};
            auto const filter = filters[(walk.turn + connection) % std::size(filters)];
            return request_text("GET",
                                fmt::format("/v1/queues/administration/tasks?limit=20{}{}{}",
                                            filter, walk.next.empty() ? "" : "&after=", walk.next),
                                server.administrator_key, "", "", "");
        },
        seconds,
        [&](std::size_t connection, std::string_view body) {
            auto const page = nlohmann::json::parse(body);
            if (!page.contains("data")) return; // a refusal, counted as a failure
            if (page.at("data").size() != 20)
                throw std::runtime_error("a page is not full: " + std::string(body));
            walks[connection].next = page.at("next");
        });
}

// The page alone: the same statement on a connection of our own, and nothing of HTTP or JSON.
LoadResult bare_sql(std::string const& data) {
    store::Connection connection(data + "/parley.db", store::Access::read);
    TaskFilter filter;
    filter.now = SystemClock().now();
    LoadResult result;
    std::optional<TaskPlace> after;
    auto const start = std::chrono::steady_clock::now();
    std::chrono::duration<double> passed{};
    while (passed.count() < 2) {
        auto const before = std::chrono::steady_clock::now();
        TaskPage const page = store::list_tasks(connection, filter, after, 20);
        auto const now = std::chrono::steady_clock::now();
        if (page.tasks.size() != 20) throw std::runtime_error("a bare page is not full");
        after = page.next;
        result.latencies_us.push_back(static_cast<std::uint32_t>(
            std::chrono::duration_cast<std::chrono::microseconds>(now - before).count()));
        if (++result.done % pages_a_walk == 0) after.reset();
        passed = now - start;
    }
    result.seconds = passed.count();
    return result;
}

std::vector<Figure> run(std::string const& parley_binary, std::size_t disputes) {
    DevServer const server(parley_binary, {},
                           [&](std::string const& data) { fill(data, disputes); });
    LoadResult result = over_http(server);
    result.expect_none_failed("a page");
    LoadResult bare = bare_sql(server.data());
    Figure figure;
    figure.name = "queue_page";
    figure.value = result.percentile(0.99) / 1000.0;
    figure.unit = "ms p99";
    figure.baseline = "p99 of the same statement in process";
    figure.baseline_value = bare.percentile(0.99) / 1000.0;
    figure.goal = "under 50 ms with 1,000,000 (--full)";
    figure.note = fmt::format("{} open disputes, pages of 20, {} connections, half of the pages "
                              "filtered; {} pages, p50 {:.2f} ms; bare p50 {:.3f} ms",
                              disputes, connections, result.done, result.percentile(0.5) / 1000.0,
                              bare.percentile(0.5) / 1000.0);
    return {figure};
}

} // namespace

Benchmark queue_benchmark(std::string parley_binary, std::size_t disputes) {
    return {"queue_page", "a page of a queue among many open disputes",
            [parley_binary = std::move(parley_binary), disputes] {
                return run(parley_binary, disputes);
            }};
}

} // namespace parley::bench
