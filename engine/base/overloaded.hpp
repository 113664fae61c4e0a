#pragma once

namespace parley {

// Lambdas as one visitor of a variant.
template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};

} // namespace parley
