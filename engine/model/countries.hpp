#pragma once

#include <string_view>

namespace parley {

// Whether `code` is an officially assigned ISO 3166-1 alpha-2 code, in capitals; or XK, the
// user-assigned code that carriers and banks use for Kosovo.
bool is_country(std::string_view code);

} // namespace parley
