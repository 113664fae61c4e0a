#pragma once

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <string>

namespace parley {

using OrderedJson = nlohmann::ordered_json;

inline std::string source_file(std::string const& path) {
    std::ifstream file(std::string(PARLEY_SOURCE_DIR) + '/' + path);
    EXPECT_TRUE(file.good()) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}
inline OrderedJson shipped(int track) {
    return OrderedJson::parse(
        source_file("workflows/uncitral-track-" + std::to_string(track) + "/1.json"));
}

} // namespace parley
