#include "engine/store/rows.hpp"

#include "engine/base/assert.hpp"

namespace parley::store {

void append_packed(std::string& out, std::vector<std::string> const& events) {
    for (std::string const& event : events) {
        CompactKey const key(event);
        PARLEY_ASSERT(key.bytes().size() == packed_key_size, "what a receipt names are event ids");
        out += key.bytes();
    }
}

} // namespace parley::store
