#pragma once

#include <cstdint>
#include <string_view>

namespace parley {

#ifdef PARLEY_FAULT_POINTS
// Kills the process, as kill -9 would, when the environment says PARLEY_FAIL=<name> or, for the Nth
// time it comes by, PARLEY_FAIL=<name>:<N>. Only in builds for crash tests.
void pass_fault_point(std::string_view name);
#define PARLEY_FAULT_POINT(name) ::parley::pass_fault_point(name)
// How far this process's clock is ahead of the machine's: PARLEY_CLOCK_AHEAD, in microseconds. So a
// test can let a server live in the hour when a deadline of real time falls due.
std::int64_t clock_ahead_us();
#else
#define PARLEY_FAULT_POINT(name) static_cast<void>(0)
#endif

} // namespace parley
