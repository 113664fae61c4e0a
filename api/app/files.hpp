#pragma once

#include "engine/base/digest.hpp"

#include <optional>
#include <string>

namespace parley::app {

// The whole file, or nothing when it cannot be read.
std::optional<std::string> read_file(std::string const& path);

// Writes a file that only its owner may read, whole or not at all, durable when it returns; one that
// is there is replaced. Throws Fault.
void write_private_file(std::string const& path, std::string const& text);

// The 32 bytes in that file of the folder, in hexadecimal; made and kept the first time. Throws Fault.
Bytes32 kept_key(std::string const& folder, std::string const& name);

} // namespace parley::app
