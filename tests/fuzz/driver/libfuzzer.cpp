#include "tests/fuzz/fuzz_target.hpp"

#include <cstddef>
#include <cstdint>

// What libFuzzer calls. The build names the target; a Finding that leaves here ends the process, and
// the fuzzer keeps the bytes that caused it.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    parley::fuzz::PARLEY_FUZZ_TARGET({reinterpret_cast<char const*>(data), size});
    return 0;
}
