#pragma once

#include "engine/procedure/cases.hpp"
#include "engine/procedure/examine.hpp"
#include "engine/procedure/reading.hpp"

// The parts of `examine`, one file each.

namespace parley {

// The acts of a way as people read them: "claimant: file (notice -> response)".
std::vector<std::string> lines_of(CaseSpace const& space, std::vector<std::uint32_t> const& way);
std::string line_of_passing(CaseSpace const& space, Passing const& passing);

// examine_rights.cpp: what is read off the text, stage by stage.
void examine_rights(Procedure const& procedure, std::vector<Finding>& findings);
// examine_cases.cpp: what is asked of every case and of every act in it.
void examine_cases(CaseSpace const& space, std::vector<Finding>& findings);
// examine_times.cpp: that every way ends, and when.
void examine_rounds(CaseSpace const& space, std::vector<Finding>& findings);
std::vector<WayToEnd> times_of(CaseSpace const& space);

} // namespace parley
