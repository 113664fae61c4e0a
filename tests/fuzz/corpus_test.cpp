#include "tests/fuzz/fuzz_target.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <vector>

// Every fuzz target over its corpus and the neighbourhood of it, so that what the fuzzer once found
// stays found without the fuzzer.

namespace parley::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t seed = 20'261'121;
constexpr int mutations = 2'000;
constexpr std::size_t corpus_files_min = 3;

// By name, so that the seed means the same on every machine.
std::map<std::string, std::string> corpus_of(std::string_view target) {
    std::map<std::string, std::string> files;
    fs::path const folder = fs::path(PARLEY_SOURCE_DIR) / "tests/fuzz/corpus" / target;
    for (auto const& entry : fs::directory_iterator(folder)) {
        std::ifstream in(entry.path(), std::ios::binary);
        files.emplace(entry.path().filename().string(),
                      std::string{std::istreambuf_iterator<char>(in), {}});
    }
    return files;
}

// The bytes as a C++ literal would have them, so that a failure can be typed in again.
std::string shown(std::string_view bytes) { return testing::PrintToString(std::string(bytes)); }

class Corpus : public testing::TestWithParam<FuzzTarget> {
protected:
    // False once the target has failed: one finding is enough to read.
    bool survives(std::string const& bytes, std::string const& what) {
        try {
            GetParam().run(bytes);
            return true;
        } catch (std::exception const& finding) {
            ADD_FAILURE() << GetParam().name << ", " << what << ": " << finding.what() << "\nbytes "
                          << shown(bytes);
            return false;
        }
    }
};

TEST_P(Corpus, EveryFileIsReadOrRefused) {
    auto const files = corpus_of(GetParam().name);
    EXPECT_GE(files.size(), corpus_files_min);
    for (auto const& [name, bytes] : files)
        if (!survives(bytes, name)) return;
}

TEST_P(Corpus, EveryTruncationIsReadOrRefused) {
    for (auto const& [name, bytes] : corpus_of(GetParam().name))
        for (std::size_t length = 0; length < bytes.size(); ++length)
            if (!survives(bytes.substr(0, length), name + " up to byte " + std::to_string(length)))
                return;
}

TEST_P(Corpus, EveryChangedByteIsReadOrRefused) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RecordProperty("seed", std::to_string(seed));
    std::vector<std::pair<std::string, std::string>> files;
    for (auto& file : corpus_of(GetParam().name))
        if (!file.second.empty()) files.push_back(file);
    ASSERT_FALSE(files.empty());
    // Drawn by hand from the engine: the distributions of the standard library differ by vendor.
    std::mt19937 draw(seed);
    for (int i = 0; i < mutations; ++i) {
        auto [name, bytes] = files[draw() % files.size()];
        std::size_t const place = draw() % bytes.size();
        bytes[place] = static_cast<char>(static_cast<unsigned char>(draw() & 0xffU));
        if (!survives(bytes, name + " with another byte " + std::to_string(place))) return;
    }
}

INSTANTIATE_TEST_SUITE_P(Parsers, Corpus, testing::ValuesIn(fuzz_targets()),
                         [](auto const& test) { return std::string(test.param.name); });

} // namespace
} // namespace parley::fuzz
