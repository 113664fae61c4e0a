#pragma once

#include <stdexcept>
#include <string>

namespace parley {

// The world failed: disk, peer, database. Thrown in store, http and webhooks only; caught at few
// doors: the session, each thread's loop, and main.
class Fault : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// A commit whose fate is not known: it may or may not be durable. Answered as 503 with the advice to
// retry under the same key; the committer re-reads the tail before it writes again.
class UnknownFate : public Fault {
public:
    using Fault::Fault;
};

} // namespace parley
