#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

constexpr std::size_t search_words_max = 5; // in one question
constexpr std::size_t kept_words_max = 24;  // of one dispute
constexpr std::size_t search_word_bytes_max = 64;

// The words of a text as a search compares them: ASCII letters in lower case, digits, and every
// character beyond ASCII as it is; all else separates. Adds each once, up to kept_words_max in all;
// a longer word is cut between two characters.
void add_search_words(std::vector<std::string>& out, std::string_view text);

// The words that a word asks for, as a range of bytes from the word itself up to what this gives: those
// that begin with it, or, where it is too short for that to mean anything, the word alone.
std::string end_of_words(std::string const& word);

} // namespace parley
