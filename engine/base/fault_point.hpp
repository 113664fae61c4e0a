#pragma once

#include <string_view>

namespace parley {

#ifdef PARLEY_FAULT_POINTS
// Kills the process, as kill -9 would, when the environment says PARLEY_FAIL=<name> or, for the Nth
// time it comes by, PARLEY_FAIL=<name>:<N>. Only in builds for crash tests.
void pass_fault_point(std::string_view name);
#define PARLEY_FAULT_POINT(name) ::parley::pass_fault_point(name)
#else
#define PARLEY_FAULT_POINT(name) static_cast<void>(0)
#endif

} // namespace parley
