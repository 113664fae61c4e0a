#pragma once

#include "engine/core/core.hpp"
#include "engine/ledger/envelope.hpp"
#include "engine/ports/reader.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace parley {

// Something in the journal that cannot be as it is. Position 0: the fault lies beside the events (a
// row, a deadline), and stream says where.
struct JournalFault {
    bool live = false;
    std::uint64_t position = 0;
    std::string stream;
    std::string event; // evt_ or empty
    std::string reason;
};

// What a client was told is durable, and under which key it asked for it.
struct Acknowledged {
    std::string dispute;
    std::string event; // empty: the filing of that dispute
    std::string key;
};

struct LogSummary {
    std::uint64_t size = 0;
    Digest root{}; // RFC 6962 tree head over the leaves in position order
};

struct Verification {
    LogSummary test, live;
    std::uint64_t disputes = 0;
    std::uint64_t deadlines = 0;
    std::uint64_t notices = 0;  // that wait to be sent
    std::uint64_t tasks = 0;    // open ones
    std::uint64_t receipts = 0; // that are kept still
    std::uint64_t acknowledged = 0;
    std::uint64_t erased = 0;          // events whose content is gone by right
    std::uint64_t faults = 0;          // all of them
    std::optional<JournalFault> first; // the one with the lowest position; those without come last
    bool loads_compared = false;       // false: the journal grew meanwhile, so loads were left out
    std::uint64_t restless = 0;        // disputes written to at every look, so left out
};

// Recomputes everything that the journal claims: hashes, chains a stream and room, commitments where
// content remains, dense positions and versions, the state of every dispute, and from it what stands
// beside the events: rows, deadlines, notices, open tasks and loads, both ways, and the receipts and owners that
// point at it. Receipts are kept for a time only, so none is missed. Reads only, in pages, so it may
// run beside a server that writes: what was committed after the start is looked at again, not blamed.
class JournalVerifier {
public:
    JournalVerifier(World const& world, Reader& reader) : world_(world), reader_(reader) {}
    // Throws Fault when the store cannot be read.
    Verification run(std::span<Acknowledged const> acknowledged = {});

private:
    struct Beside { // the events of one dispute, in order
        std::vector<DueRow> deadlines;
        std::vector<OutboxRow> notices;
        std::vector<Task> tasks; // open ones that an act will end
    };
    using BesideEach = std::map<DisputeId, Beside>;
    struct Expected {
        DisputeRow row;
        Beside beside;
    };
    using OnRoster = std::pair<bool, NeutralId>; // of the live log, or of the test log

    LogSummary walk_log(bool live);
    void count_seen(std::string const& thing, std::string const& stream);
    void check_acknowledged(std::span<Acknowledged const> acknowledged);

    void check_disputes();
    void look_again(std::vector<DisputeId> doubtful);
    BesideEach all_beside();
    std::optional<DisputeRow> row_of(DisputeId dispute);
    std::optional<Expected> replay_dispute(DisputeId dispute, bool first_look);
    // What stands beside the events otherwise than they say; empty when all fits, or when replaying
    // broke and was blamed where it did.
    std::string misfit_of(std::optional<DisputeRow> const& row, DisputeId dispute, Beside found,
                          bool first_look);
    void follow_tasks(std::vector<Task>& open, DisputeState const& earlier, Decided const& decided);
    static std::string task_misfit(std::vector<Task> found, std::vector<Task> const& wanted);

    // verify_pointers.cpp
    void check_receipts();
    void check_owners();
    void check_loads(std::uint64_t size_before);

    void blame(JournalFault fault);
    void blame_beside(bool live, std::string stream, std::string reason) {
        blame({live, 0, std::move(stream), "", std::move(reason)});
    }

    World const& world_;
    Reader& reader_;
    Verification found_;
    std::unordered_map<std::string, Heads> heads_; // by stream
    std::unordered_map<std::string, std::uint64_t>
        seen_; // acknowledged event, or filed dispute -> how often
    std::unordered_map<std::string, std::string> stream_of_; // the same -> its stream
    std::map<OnRoster, std::int64_t> loads_;
    std::map<PlatformId, DisputeId> platforms_; // with the first dispute that has it
    std::map<std::pair<TestClockId, PlatformId>, DisputeId> clocks_;
};

} // namespace parley
