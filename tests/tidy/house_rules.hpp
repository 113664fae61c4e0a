#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace parley::tidy {

// One file of the house: its path from the root, such as engine/core/decide.cpp, and its text.
struct SourceFile {
    std::string path;
    std::string text;
};

// Each fault as "path:line: what is wrong". Empty when the file keeps the rules of the house.
std::vector<std::string> faults_of(SourceFile const& file);

// Faults between files: a header that brings nlohmann's whole JSON library along costs seconds in
// every file that sees it, so it serves .cpp files of its own room and nobody else.
std::vector<std::string> faults_between(std::vector<SourceFile> const& files);

// The text with comments, strings and characters blanked out, line breaks kept.
std::string code_only(std::string_view text);

} // namespace parley::tidy
