#include "api/app/config.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <fmt/format.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>

namespace parley::fuzz {

namespace {

// A file without a name: the reader takes a path, and fuzzing must leave nothing on the disk.
class NamelessFile {
public:
    explicit NamelessFile(std::string_view bytes) : file_(memfd_create("settings", MFD_CLOEXEC)) {
        if (file_ < 0) throw std::runtime_error("there is no memory for a file");
        while (!bytes.empty()) {
            ssize_t const written = write(file_, bytes.data(), bytes.size());
            if (written <= 0) throw std::runtime_error("a file in memory cannot be written");
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    ~NamelessFile() { close(file_); }
    NamelessFile(NamelessFile const&) = delete;
    NamelessFile& operator=(NamelessFile const&) = delete;
    std::string path() const { return fmt::format("/proc/self/fd/{}", file_); }

private:
    int file_;
};

std::optional<std::string> nothing(std::string const&) { return std::nullopt; }

void expect_misuse(app::Failure const& failure) {
    expect(!failure.line.empty() && failure.exit_code == 2, "a setting is refused without a word");
}

} // namespace

void config(std::string_view bytes) {
    NamelessFile const file(bytes);
    app::ServeOptions flags;
    flags.config = file.path();
    auto const read = app::read_config(flags, nothing);
    if (!read) expect_misuse(read.error());
    else expect(!read->address.empty(), "nothing to listen on");

    auto const listen = app::parse_listen(bytes);
    if (!listen) expect_misuse(listen.error());
    else expect(!listen->address.empty(), "nothing to listen on");
}

} // namespace parley::fuzz
