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
    std::uint64_t tasks = 0; // open ones
    std::uint64_t acknowledged = 0;
    std::uint64_t erased = 0;          // events whose content is gone by right
    std::uint64_t faults = 0;          // all of them
    std::optional<JournalFault> first; // the one with the lowest position; those without come last
    bool loads_compared = false;       // false: the journal grew meanwhile, so loads were left out
};

// Recomputes everything that the journal claims: hashes, chains a stream and room, commitments where
// content remains, dense positions and versions, the state of every dispute, and from it the rows,
// deadlines, open tasks and loads that stand beside the events, both ways. Reads only, in pages, so it may run
// beside a server that writes: what was committed after the start is looked at again, not blamed.
class JournalVerifier {
public:
    JournalVerifier(World const& world, Reader& reader) : world_(world), reader_(reader) {}
    // Throws Fault when the store cannot be read.
    Verification run(std::span<Acknowledged const> acknowledged = {});

private:
    struct Expected { // beside the events of one dispute
        DisputeRow row;
        std::vector<DueRow> deadlines;
        std::vector<Task> tasks; // open ones that an act will end
    };
    // What the store holds beside the events, to be compared with what they say.
    struct Beside {
        std::vector<DueRow> deadlines;
        std::vector<Task> tasks;
    };
    using Besides = std::map<DisputeId, Beside>;

    LogSummary walk_log(bool live);
    void count_seen(std::string const& thing, std::string const& stream);
    void check_acknowledged(std::span<Acknowledged const> acknowledged);
    void check_disputes();
    void check_loads(std::uint64_t size_before);
    std::optional<Expected> replay_dispute(DisputeId dispute, bool count_loads);
    // True when row, deadlines and tasks agree with the events; blames the dispute only where `final`.
    bool agrees(DisputeRow const& row, Beside beside, bool first_look, bool final);
    void look_again(std::vector<DisputeId> const& doubtful);
    void follow_tasks(std::vector<Task>& open, DisputeState const& earlier, Decided const& decided);
    std::optional<DisputeRow> row_of(DisputeId dispute);
    Besides beside_events();
    void blame(JournalFault fault);

    World const& world_;
    Reader& reader_;
    Verification found_;
    std::unordered_map<std::string, Heads> heads_; // by stream
    std::unordered_map<std::string, std::uint64_t>
        seen_; // acknowledged event, or filed dispute -> how often
    std::unordered_map<std::string, std::string> stream_of_; // the same -> its stream
    std::map<NeutralId, std::int64_t> loads_;
};

} // namespace parley
