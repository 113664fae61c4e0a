#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace parley {

// Hands the text to the parser and leaves a mark at the first byte it has not taken, from which a
// fault learns its line. nlohmann's SAX interface says only what was read, never where.
class MarkingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = char const*;
    using reference = char const&;

    MarkingIterator(char const* at, char const** mark) : at_(at), mark_(mark) {}
    reference operator*() const { return *at_; }
    MarkingIterator& operator++() {
        *mark_ = ++at_;
        return *this;
    }
    MarkingIterator operator++(int) {
        MarkingIterator const before = *this;
        ++*this;
        return before;
    }
    bool operator==(MarkingIterator const& other) const { return at_ == other.at_; }

private:
    char const* at_;
    char const** mark_;
};

inline std::size_t line_at(std::string_view text, std::size_t offset) {
    auto const before = text.substr(0, offset);
    return 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
}

} // namespace parley
