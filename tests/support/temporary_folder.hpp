#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace parley {

// A folder of its own that goes away with its owner. Its name has a space in it unless told otherwise,
// as some people's folders have.
class TemporaryFolder {
public:
    explicit TemporaryFolder(std::string_view prefix = "parley test ") {
        std::string name = std::filesystem::temp_directory_path() / prefix;
        name += "XXXXXX";
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("cannot make a folder like " + name);
        path_ = std::move(name);
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(TemporaryFolder const&) = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;
    std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

} // namespace parley
