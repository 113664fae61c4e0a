#pragma once

#include "engine/base/refusal.hpp"
#include "engine/model/deadline.hpp"
#include "engine/procedure/calendar.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace parley {

// The offset of local time from UTC as a step function, for one IANA zone, as a value.
struct Zone {
    std::string name;
    struct Change {
        std::int64_t at_s; // UTC seconds; the offset holds from here on
        std::int32_t offset_s;
    };
    std::vector<Change> changes; // sorted; the first one holds from the beginning of time

    std::int32_t offset_at(Instant at) const; // seconds east of UTC
    Date local_date(Instant at) const;
    // The last microsecond whose local date is `date` (S2): right across daylight-saving changes.
    Instant end_of_day(Date date) const;
};

// All zones and the release they came from; loaded once by app and passed down.
class ZoneRules {
public:
    // Reads the operating system's time-zone data; throws Fault where there is none.
    static ZoneRules load();
    Zone const* find(std::string_view name) const;
    std::string const& version() const { return version_; } // "2025b"
    std::size_t size() const { return zones_.size(); }

private:
    std::map<std::string, Zone, std::less<>> zones_;
    std::string version_;
};

// One who must act, with the zone on record when the deadline is armed (S4).
struct TimedActor {
    std::string who;                    // "respondent", "mediator", "administrator"
    std::string zone;                   // IANA
    Calendar const* calendar = nullptr; // in which business days are counted; null: in none
    // How long after the anchor it counts as received by this actor, from when the days run (S12).
    std::optional<Period> receipt = std::nullopt;
    bool abroad = false; // the receipt is the longer one, for another country
};

// How a rule counts, beside its period.
struct Counting {
    bool instant = false; // elapsed time; no last day
    bool roll = false;    // a last day that is no business day gives way to the next one that is
};

struct ComputedDeadline {
    Instant at;
    std::string zone;            // of the actor whose end is the latest (S3)
    std::vector<Date> last_days; // one an actor, in order
    std::vector<std::string> trace;
    std::string calendar = "civil"; // that the last day stands in: "DE/2026-11"
};

// The end of `period` after `anchor` (S2 to S8). `because` starts the trace: what the anchor was.
// Refuses a zone it does not know, and business days of an actor without a calendar, or of a year that
// its calendar does not speak of.
Result<ComputedDeadline> compute_deadline(ZoneRules const& zones, Period period, Instant anchor,
                                          std::span<TimedActor const> actors, Counting counting,
                                          std::string_view because);
// Adds the days of `by` to each actor's last day, in days of the deadline's own kind (S11).
Result<ComputedDeadline> extend_deadline(ZoneRules const& zones, Deadline const& deadline,
                                         Period by, std::span<TimedActor const> actors,
                                         std::string_view because);
// When a deadline waited, and from when it goes on.
struct Interruption {
    Instant from;
    Instant to;
};
// Whole days left when it was interrupted, of the actor whose end it is (S11). Where the deadline counts
// business days, these are counted too, in `calendar`.
std::int32_t days_left(ZoneRules const& zones, Deadline const& deadline, Instant suspended_at,
                       Calendar const* calendar);
// The deadline that resumes: each actor has the days that this actor had left (S11).
Result<ComputedDeadline> resume_deadline(ZoneRules const& zones, Deadline const& deadline,
                                         Interruption const& interruption,
                                         std::span<TimedActor const> actors,
                                         std::string_view because);

} // namespace parley
