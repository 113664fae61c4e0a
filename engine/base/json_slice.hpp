#pragma once

#include <string_view>

namespace parley {

// The raw bytes of member `key` of the JSON object in `object`, without parsing the rest; empty when
// it is not there. Only for JSON that Parley itself wrote: well-formed, keys without escapes.
std::string_view raw_member(std::string_view object, std::string_view key);
// The raw bytes of element `index` of a JSON array; empty when there is none.
std::string_view raw_element(std::string_view array, std::size_t index);

} // namespace parley
