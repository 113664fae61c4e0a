#pragma once

#include "engine/base/shared.hpp"
#include "engine/core/core.hpp"
#include "engine/core/project.hpp"
#include "engine/ledger/envelope.hpp"
#include "engine/ports/reader.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace parley {

// Words that the views of a dispute show, by the event they lie beside; empty once erased.
struct Texts {
    std::shared_ptr<std::string const> filing;       // content of dispute_filed
    std::shared_ptr<std::string const> response;     // of responded
    std::shared_ptr<std::string const> completion;   // of notice_completed
    std::shared_ptr<std::string const> amendment;    // of claim_amended, the latest
    std::shared_ptr<std::string const> counterclaim; // of counterclaim_made
    // The latest of each side, by Side.
    std::array<std::shared_ptr<std::string const>, 2> emails, addresses; // of details_changed
    std::array<std::shared_ptr<std::string const>, 2> representatives;   // of representative_named
    using ByEvent = Shared<std::vector<std::pair<EventId, std::shared_ptr<std::string const>>>>;
    ByEvent outcomes; // of outcome_rendered
    ByEvent offers;   // of offer_made
};

struct DisputeEntry;

// What happens when if nobody acts, worked out when somebody first asks: most of those whose clock fires
// at night are looked at by nobody. Entries of one stage with the same deadlines share it.
class Timetable {
public:
    explicit Timetable(World const& world) : world_(world) {}
    // Safe from any thread; `entry` is one of those that share it.
    std::vector<TimetableEntry> const& of(DisputeEntry const& entry) const;

private:
    World const& world_;
    mutable std::once_flag once_;
    mutable std::vector<TimetableEntry> lines_;
};

// A dispute as it stands after its last durable event. Immutable; shared between threads.
struct DisputeEntry {
    DisputeState state;
    Heads heads;
    std::shared_ptr<Procedure const> procedure;
    Texts texts;
    std::shared_ptr<Timetable const> timetable; // null where it is quarantined
    std::string quarantine;                     // not empty: why its events cannot be replayed
};
using EntryPtr = std::shared_ptr<DisputeEntry const>;

// Rebuilds an entry from its stored events, in order. A stored event that cannot be replayed, or whose
// procedure this server does not have, quarantines the dispute: `quarantine` says why and nothing
// throws. Null when there are no events.
EntryPtr replay(World const& world, DisputeId dispute, std::vector<StoredEvent> const& events);

// The same from what was seen before, which is not quarantined: `from_its_last` begins with the last
// event that `seen` knows of.
// Null where that is not what is stored now, where what follows cannot be replayed, and where words were
// erased; then only the whole will do.
EntryPtr replay_on(World const& world, EntryPtr const& seen,
                   std::span<StoredEvent const> from_its_last);
// What is stored now. Reads and replays no more than what came after `seen`, where that still stands;
// `seen` may be null. Null when there is no such dispute. Throws Fault.
EntryPtr read_entry(World const& world, Reader& reader, DisputeId dispute, EntryPtr const& seen);

// The entry after one more event: what the committer publishes.
// `before` is null for a filing.
EntryPtr advance_entry(World const& world, DisputeEntry const* before, DisputeState after,
                       Heads const& heads, std::span<StoredEvent const> events);

} // namespace parley
