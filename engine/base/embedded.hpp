#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace parley {

// A file of the source tree carried inside the binary; `name` is its path from the root.
struct EmbeddedFile {
    std::string_view name;
    std::string_view bytes;
};

} // namespace parley
