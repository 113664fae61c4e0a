#include "api/app/files.hpp"

#include "engine/base/fault.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace parley::app {

std::optional<std::string> read_file(std::string const& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

void write_private_file(std::string const& path, std::string const& text) {
    auto const failed = [&](int error) {
        return Fault(
            fmt::format("cannot write {}: {}", path, std::generic_category().message(error)));
    };
    std::string const fresh = fmt::format("{}.{}", path, ::getpid());
    int const file =
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) throw failed(errno);
    std::size_t done = 0;
    bool good = true;
    while (good && done < text.size()) {
        ssize_t const size = ::write(file, text.data() + done, text.size() - done);
        good = size > 0;
        if (good) done += static_cast<std::size_t>(size);
    }
    good = good && ::fsync(file) == 0;
    int const error = errno;
    ::close(file);
    if (!good || std::rename(fresh.c_str(), path.c_str()) != 0) {
        int const why = good ? errno : error;
        ::unlink(fresh.c_str());
        throw failed(why);
    }
    std::string const parent = std::filesystem::path(path).parent_path().string();
    int const folder =
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    ::fsync(folder);
    ::close(folder);
}

Bytes32 kept_key(std::string const& folder, std::string const& name) {
    std::string const path = folder + '/' + name;
    if (auto const text = read_file(path))
        if (auto const kept = parse_digest(std::string_view(*text).substr(0, 64))) return *kept;
    Bytes32 const fresh = random32();
    write_private_file(path, hex_of(fresh) + "\n");
    return fresh;
}

} // namespace parley::app
