#pragma once

#include "engine/base/embedded.hpp"
#include "engine/core/core.hpp"
#include "engine/core/project.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace parley::embedded {
std::span<EmbeddedFile const> workflows();
}

namespace parley::test {

// The world of the binary: the embedded procedures and law, the machine's zones.
World const& world();
Procedure const& procedure(std::string_view name);
Instant at(std::string_view text); // "2026-03-05T10:00:00Z"

std::vector<Candidate> default_roster();
FileInput filing_input(Track track);
// One that this procedure admits, and that names it.
FileInput filing_input(Procedure const& procedure);

// A dispute that is played act by act. Checks at every step what must hold of all of them: folding
// the event as written, and as read back from its stored facts, gives the state that deciding gave.
class Play {
public:
    explicit Play(Track track, std::uint64_t seed = 1);
    explicit Play(std::string_view procedure, std::uint64_t seed = 1);

    Result<Decided> try_file(Instant now, FileInput input);
    void file(Instant now);
    void file(Instant now, FileInput input);
    // Lets due deadlines fire, then decides; the state moves only when the act is taken.
    Result<Decided> act(Instant now, Role role, std::string_view name, ActInput input = NoInput{},
                        bool verified = true, std::optional<std::uint64_t> expected = std::nullopt);
    // The same, which must be taken.
    void must(Instant now, Role role, std::string_view name, ActInput input = NoInput{});
    void wait(Instant now);
    void take_over(Decided decided);

    Actor actor(Role role, bool verified = true) const;
    Stamp stamp(Instant now);
    // To mediation with the first mediator of the roster seated at `now`; to deliberation likewise.
    void to_mediation(Instant now);
    Instant to_deliberation(Instant now);

    Procedure const& rules;
    DisputeState state;
    DisputeId id;
    Entropy entropy;
    std::vector<Candidate> roster = default_roster();
    std::vector<Written> record;
};

// The code of a refusal, or "taken".
std::string code_of(Result<Decided> const& result);
// The event written as an envelope's facts and read again.
Event stored_and_read(Event const& event);

RemedyInput refund(std::int64_t minor);
OutcomeInput award_input();
constexpr std::int64_t hour = us_per_hour;
constexpr std::int64_t day = us_per_day;

} // namespace parley::test
