#include "bench/child.hpp"
#include "bench/many.hpp"
#include "bench/report.hpp"

#include "engine/runtime/engine.hpp"
#include "engine/store/data_folder.hpp"
#include "engine/store/postgres_journal.hpp"
#include "engine/store/postgres_reader.hpp"
#include "engine/store/sqlite_journal.hpp"
#include "engine/store/sqlite_reader.hpp"
#include "tests/support/postgres_cluster.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <thread>

namespace parley::bench {

namespace {

constexpr std::size_t disputes = 100'000;

// A clock that runs, from another time.
class LaterClock final : public Clock {
public:
    explicit LaterClock(Instant from) : ahead_us_(from.us - real_.now().us) {}
    Instant now() const override { return real_.now() + ahead_us_; }

private:
    SystemClock real_;
    std::int64_t ahead_us_;
};

// All of them wait for a response whose time ends at one instant; the service comes up two days later.
Figure fire_all(std::string name, Journal& journal, Reader& reader) {
    Instant const filed_at = *parse_instant("2026-11-05T10:00:00Z");
    double const filed_s = file_many(journal, reader, disputes, filed_at).seconds;
    LaterClock const clock(filed_at + 9 * us_per_day);
    journal.beat(clock.now()); // no outage: nothing is moved by a day
    auto const due = [&] { return !reader.due(std::nullopt, clock.now() - 1, 1).empty(); };
    if (!due()) throw std::runtime_error("nothing is due");
    Engine engine(shipped_world(), journal, reader, clock, {});
    auto const start = std::chrono::steady_clock::now();
    engine.start(Timekeeping::on);
    while (due()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::chrono::duration<double> const passed = std::chrono::steady_clock::now() - start;
    std::uint64_t const fired = engine.figures().fired;
    engine.stop();
    if (fired != disputes)
        throw std::runtime_error(fmt::format("{} fired, not {}", fired, disputes));
    // Each once: a filing and one passing, and no more.
    if (std::uint64_t const events = reader.log_size(false); events != 2 * disputes)
        throw std::runtime_error(fmt::format("the log holds {} events", events));
    return {std::move(name),
            passed.count(),
            "s",
            "filing as many, 256 a commit",
            filed_s,
            "15 s",
            fmt::format("{} deadlines due at once, {:.0f} a second, each fired once", disputes,
                        static_cast<double>(disputes) / passed.count())};
}

std::vector<Figure> run() {
    std::vector<Figure> figures;
    {
        TemporaryFolder const scratch;
        DataFolder const folder(scratch.path() / "data");
        auto const journal = open_sqlite_journal(folder);
        auto const reader = open_sqlite_reader(folder);
        figures.push_back(fire_all("deadlines_sqlite", *journal, *reader));
    }
    PostgresCluster cluster(
        {.durable = true, .more = {"shared_buffers = 512MB", "max_wal_size = 8GB"}});
    std::string const database = cluster.make_database();
    auto const journal = open_postgres_journal(cluster.url(database));
    auto const reader = open_postgres_reader(cluster.url(database));
    figures.push_back(fire_all("deadlines_postgresql", *journal, *reader));
    return figures;
}

} // namespace

Benchmark deadlines_benchmark() {
    return {"deadlines", "100,000 deadlines that are due at once", run};
}

} // namespace parley::bench
