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
// retry under the same key: whatever of it became durable has its receipt, and is not done again.
class UnknownFate : public Fault {
public:
    using Fault::Fault;
};

} // namespace parley
