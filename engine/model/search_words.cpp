#include "engine/model/search_words.hpp"

#include <algorithm>

namespace parley {

namespace {

// Zero where a byte separates words.
char folded(char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
    bool const kept =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    return kept ? c : '\0';
}

void cut(std::string& word) {
    if (word.size() <= search_word_bytes_max) return;
    std::size_t end = search_word_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xc0U) == 0x80U) --end;
    word.resize(end);
}

constexpr std::size_t prefix_bytes_min = 3;

} // namespace

std::string end_of_words(std::string const& word) {
    // The last code point there is follows whatever else a word goes on with, and the first whatever it
    // does not go on with.
    return word + (word.size() >= prefix_bytes_min ? "\xf4\x8f\xbf\xbf" : "\x01");
}

void add_search_words(std::vector<std::string>& out, std::string_view text) {
    std::string word;
    auto const keep = [&] {
        cut(word);
        bool const fresh = !word.empty() && std::ranges::find(out, word) == out.end();
        if (fresh && out.size() < kept_words_max) out.push_back(word);
        word.clear();
    };
    for (char const c : text) {
        char const kept = folded(c);
        if (kept != '\0') word += kept;
        else keep();
    }
    keep();
}

} // namespace parley
