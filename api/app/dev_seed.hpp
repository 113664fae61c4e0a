#pragma once

#include "api/app/dev_people.hpp"

namespace parley::app {

// Files the demo's disputes and lets each live through its story, on a test clock of its own, through
// the engine as any client would. A dispute that is there already is left as it is. Refuses, in a line,
// what the engine refuses. Throws Fault.
net::awaitable<Done> seed_demo(Engine& engine, DevPeople const& people);

} // namespace parley::app
