// docs/ERRORS.md names every code that a caller can meet, with its status, and no other.
#include "api/http/problem.hpp"
#include "engine/base/refusal.hpp"
#include "tests/routes/house.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace parley::routes {
namespace {

using Statuses = std::map<std::string, std::set<unsigned>>; // by code

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_code_char(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

std::string text_of(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> cells_of(std::string const& line) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    return cells;
}

// Rows such as: | `busy` | 503 | means | do |
Statuses catalogue() {
    Statuses rows;
    std::istringstream page(text_of(std::string(PARLEY_SOURCE_DIR) + "/docs/ERRORS.md"));
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with("| `")) continue;
        auto const cells = cells_of(line);
        bool const whole = cells.size() == 5 && cells[3].size() > 10 && cells[4].size() > 5;
        EXPECT_TRUE(whole) << "a row has code, status, meaning and what to do: " << line;
        if (!whole) continue;
        std::string const code = cells[1].substr(2, cells[1].size() - 4);
        std::istringstream numbers(cells[2]);
        for (std::string number; std::getline(numbers, number, ',');)
            EXPECT_TRUE(rows[code].insert(static_cast<unsigned>(std::stoul(number))).second)
                << code << " stands there twice with " << number;
    }
    return rows;
}

// What the wire says for itself, as it stands in the code: {400, "bad_chunk", …}.
void add_faults(std::string const& text, Statuses& found) {
    for (std::size_t at = text.find(", \""); at != std::string::npos;
         at = text.find(", \"", at + 1)) {
        if (at < 4 || (text[at - 4] != '{' && text[at - 4] != '(')) continue;
        std::string const number = text.substr(at - 3, 3);
        if (!std::ranges::all_of(number, is_digit)) continue;
        auto const start = text.begin() + static_cast<std::ptrdiff_t>(at) + 3;
        auto const end = std::find_if_not(start, text.end(), is_code_char);
        if (number < "400" || end == text.end() || *end != '"') continue;
        found[std::string(start, end)].insert(static_cast<unsigned>(std::stoul(number)));
    }
}

Statuses code() {
    Statuses found;
    for (unsigned i = 0; i <= static_cast<unsigned>(RefusalCode::outcome_unknown); ++i) {
        auto const refusal = static_cast<RefusalCode>(i);
        found[std::string(name_of(refusal))].insert(http::status_of(kind_of(refusal)));
    }
    for (auto const& entry : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(PARLEY_SOURCE_DIR) / "api"))
        if (entry.path().extension() == ".cpp") add_faults(text_of(entry.path()), found);
    return found;
}

TEST(Errors, TheTypeOfAProblemLeadsToWhatItMeans) {
    House house;
    auto const problem = house.get("", "/v1/disputes");
    ASSERT_EQ(problem.status, 401U);
    auto const entry = house.get("", problem.at("/type"));
    EXPECT_EQ(entry.status, 200U) << entry.text;
    EXPECT_EQ(entry.at("/code"), "not_authenticated");
    EXPECT_EQ(entry.at("/status"), "401");
    EXPECT_TRUE(entry.at("/do").starts_with("Send `Authorization: Bearer`")) << entry.text;
    EXPECT_EQ(house.get("", "/problems/none").code(), "not_found");
}

TEST(Errors, TheCatalogueNamesEveryCodeWithItsStatusAndNoOther) {
    Statuses const known = code();
    ASSERT_GT(known.size(), 50U);
    Statuses const listed = catalogue();
    for (auto const& [name, statuses] : known)
        EXPECT_TRUE(listed.contains(name) && listed.at(name) == statuses)
            << name << ": docs/ERRORS.md lacks it, or has another status";
    for (auto const& [name, statuses] : listed)
        EXPECT_TRUE(known.contains(name)) << name << " is in docs/ERRORS.md and never given";
}

} // namespace
} // namespace parley::routes
