#pragma once

#include "engine/base/refusal.hpp"

namespace parley {

// What a request is told whose Idempotency-Key is taken, in one set of words wherever that is noticed.
inline std::unexpected<Refusal> key_reused() {
    return refuse(
        RefusalCode::idempotency_key_reused,
        "This Idempotency-Key was used for another request; take a new key for a new request.");
}
inline std::unexpected<Refusal> key_in_progress() {
    return refuse(RefusalCode::idempotency_in_progress,
                  "A request with this Idempotency-Key is being worked on; ask again shortly.");
}

} // namespace parley
