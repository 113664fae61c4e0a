// Linked into programs that get mimalloc (cmake/Room.cmake).

#include <mimalloc.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace {

constexpr std::size_t arena = std::size_t{1} << 30;
constexpr std::size_t segment = std::size_t{64} << 20; // what mimalloc wants an arena to begin at

// Disputes lie scattered over the heap, and an act touches one after another: with pages of 4 KiB most of
// them miss the processor's table of addresses. So the first GiB of the heap is a range for which the
// kernel is asked for pages of 2 MiB. Only what is touched takes memory; a kernel that has no such pages
// to give, or a limit that forbids the range, leaves things as they are.
[[gnu::constructor]] void prefer_large_pages() {
    void* const range = ::mmap(nullptr, arena + segment, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) return;
    auto const from = reinterpret_cast<std::uintptr_t>(range);
    auto* const start = static_cast<std::byte*>(range) + (segment - from % segment) % segment;
    ::madvise(start, arena, MADV_HUGEPAGE);
    mi_manage_os_memory(start, arena, true, false, true, -1);
}

} // namespace
