#pragma once

#include "engine/procedure/procedure.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What is proven of a procedure that read_procedure has accepted, over every case that a dispute can
// come into (docs/CHECKER.md says which rules, and what is exact).

namespace parley {

// One thing that a procedure must not do.
struct Finding {
    std::string rule;               // its name in docs/CHECKER.md
    std::string pointer;            // where it stands in the file
    std::string says;               // what is wrong and how to mend it
    std::vector<std::string> trace; // a shortest way there, one act a line; empty: seen in the text
    friend bool operator==(Finding const&, Finding const&) = default;
};

// How long a dispute can take to one of its ends, counted in the days of the file's periods.
struct WayToEnd {
    std::string end;    // the stage
    std::string status; // settled, withdrawn, decided, closed
    std::int64_t shortest_hours = 0;
    std::int64_t longest_hours = 0;
    std::vector<std::string> shortest, longest; // the ways, one change of stage a line
};

struct Examination {
    std::vector<Finding> findings;
    std::vector<WayToEnd> ends; // in the order of the file; those that can be reached
    std::size_t cases = 0;      // that were looked at, with the switches as the file has them
    // False where there were more cases than are looked at: findings are true, the rest is unknown.
    bool complete = true;
    bool proven() const { return complete && findings.empty(); }
};

// Pure. `procedure` was accepted by read_procedure. Takes memory for at most CaseSpace::cases_max
// cases, and stops there.
Examination examine(Procedure const& procedure);

// "7 days", "7 days 12 hours".
std::string days_of_hours(std::int64_t hours);

} // namespace parley
