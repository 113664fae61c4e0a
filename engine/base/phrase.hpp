#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace parley {

// A sentence for people that is mostly a literal of the program: it refers to that, or owns what was
// composed for the occasion. To say why an act is not open costs nothing until somebody reads it.
class Phrase {
public:
    Phrase() = default;
    template <std::size_t size>
    Phrase(char const (&literal)[size]) : literal_(literal, size - 1) {}
    Phrase(std::string composed) : composed_(std::move(composed)) {}

    std::string_view text() const {
        return composed_.empty() ? literal_ : std::string_view(composed_);
    }
    operator std::string_view() const { return text(); }
    bool empty() const { return text().empty(); }
    friend bool operator==(Phrase const& a, Phrase const& b) { return a.text() == b.text(); }

private:
    std::string_view literal_;
    std::string composed_;
};

} // namespace parley
