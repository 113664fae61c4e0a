#pragma once

#include "api/http/gate.hpp"
#include "api/http/message.hpp"
#include "engine/base/refusal.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace parley::http {

// The HTTP status that tells a caller what a refusal of that kind asks of it.
unsigned status_of(RefusalKind kind);

// A refusal as application/problem+json (RFC 9457). 401 carries WWW-Authenticate, 503 carries
// Retry-After, which `retry_after` sets.
Response problem(Refusal const& refusal, std::string const& request_id,
                 std::chrono::seconds retry_after = std::chrono::seconds(1));

// What the wire itself refuses: a head that does not pass the gate, a body too long, a fault
// within.
Response problem(unsigned status, std::string_view code, std::string_view detail,
                 std::string const& request_id);
Response problem(GateFault const& fault, std::string const& request_id);

// The reason phrase of a status, for people who read the wire.
std::string_view reason_of(unsigned status);

} // namespace parley::http
