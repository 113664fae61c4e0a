#pragma once

#include <algorithm>

namespace parley {

// Whether one of the range is equal to `wanted`.
template <class Range, class T>
bool contains(Range const& range, T const& wanted) {
    return std::ranges::find(range, wanted) != std::ranges::end(range);
}

} // namespace parley
