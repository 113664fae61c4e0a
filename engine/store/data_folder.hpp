#pragma once

#include <filesystem>
#include <string>

namespace parley {

// The folder that holds everything of one installation. While this lives, no other process can have
// it: two writers on one SQLite file can corrupt it.
class DataFolder {
public:
    // Makes the folder where there is none, readable by its owner alone, and locks it. Throws
    // Fault, naming the folder and who holds it. `database` is the file's name in it.
    explicit DataFolder(std::filesystem::path path, std::string database = "parley.db");
    ~DataFolder();
    DataFolder(DataFolder const&) = delete;
    DataFolder& operator=(DataFolder const&) = delete;

    std::filesystem::path const& path() const { return path_; }
    std::filesystem::path database() const { return path_ / database_; }

private:
    std::filesystem::path path_;
    std::string database_;
    int lock_ = -1;
};

} // namespace parley
