#include "engine/store/data_folder.hpp"

#include "engine/base/fault.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace parley {

namespace {

std::string reason(int error) { return std::generic_category().message(error); }

[[noreturn]] void fail(std::filesystem::path const& path, std::string const& what) {
    throw Fault("the data folder " + path.string() + " " + what);
}

void sync_folder(std::filesystem::path const& path) {
    int const folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return; // readable by others alone: nothing of ours to lose there
    ::fsync(folder);
    ::close(folder);
}

void make_folder(std::filesystem::path const& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return;
    std::filesystem::path const parent = path.parent_path();
    if (!parent.empty()) {
        std::filesystem::create_directories(parent, error);
        if (error) fail(path, "cannot be made: " + error.message());
    }
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        fail(path, "cannot be made: " + reason(errno));
    if (!std::filesystem::is_directory(path, error)) fail(path, "is not a folder");
    // Otherwise a power cut could lose the folder with all that was acknowledged inside it.
    sync_folder(parent.empty() ? "." : parent);
}

// Whoever holds the lock has written its process id into the file.
std::string holder(int lock) {
    std::array<char, 32> text{};
    ssize_t const size = ::pread(lock, text.data(), text.size(), 0);
    std::string pid;
    for (ssize_t i = 0; i < size; ++i) {
        char const c = text[static_cast<std::size_t>(i)];
        if (c < '0' || c > '9') break;
        pid += c;
    }
    return pid.empty() ? "another process" : "process " + pid;
}

} // namespace

DataFolder::DataFolder(std::filesystem::path path, std::string database)
    : path_(std::filesystem::absolute(path).lexically_normal()), database_(std::move(database)) {
    if (!path_.has_filename()) path_ = path_.parent_path(); // "data/" is "data"
    make_folder(path_);
    std::string const file = (path_ / "lock").string();
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock_ < 0) fail(path_, "cannot be locked: " + reason(errno));
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
        int const error = errno;
        std::string const who = holder(lock_);
        ::close(lock_);
        if (error == EWOULDBLOCK)
            fail(path_, "is in use by " + who + "; stop that process, or name another folder");
        fail(path_, "cannot be locked: " + reason(error));
    }
    std::string const pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock_, 0) != 0 ||
        ::pwrite(lock_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        int const error = errno;
        ::close(lock_);
        fail(path_, "cannot be written to: " + reason(error));
    }
}

// The file stays: deleting it would let two processes lock two files of the same name.
DataFolder::~DataFolder() { ::close(lock_); }

} // namespace parley
