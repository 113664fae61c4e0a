#pragma once

#include <cstdint>

namespace parley::store {

// Log and position as one key: log * 2^56 + position (schemas/sql/001_journal.sqlite.sql).
constexpr int log_shift = 56;
constexpr std::int64_t position_mask = (std::int64_t{1} << log_shift) - 1;

constexpr std::int64_t place_of(bool live, std::uint64_t position) {
    return (live ? std::int64_t{1} << log_shift : 0) | static_cast<std::int64_t>(position);
}
constexpr std::uint64_t position_of(std::int64_t place) {
    return static_cast<std::uint64_t>(place & position_mask);
}

} // namespace parley::store
