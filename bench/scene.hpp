#pragma once

#include "engine/model/command.hpp"

#include <string>

namespace parley::bench {

// A business dispute without frills, as JSON and as the core takes it: both sides speak English, so
// that every benchmark moves the same bytes.
std::string filing_json();
std::string response_json();
std::string message_json();
std::string offer_json();

} // namespace parley::bench
