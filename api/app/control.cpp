#include "api/app/control.hpp"

#include "engine/base/fault.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <set>

namespace parley::app {

using local = net::local::stream_protocol;
using boost::system::error_code;

namespace {

constexpr std::size_t line_bytes_max = 64UL * 1024;
constexpr auto patience = std::chrono::seconds(30);
constexpr auto quiet = net::as_tuple(net::use_awaitable);

// A socket address holds some 100 bytes of path; a folder's path may be longer. Through its open
// descriptor any folder has a short name.
class FolderHandle {
public:
    explicit FolderHandle(std::string const& folder)
        : descriptor_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {}
    ~FolderHandle() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    FolderHandle(FolderHandle const&) = delete;
    FolderHandle& operator=(FolderHandle const&) = delete;
    bool is_open() const { return descriptor_ >= 0; }
    std::string socket_path() const {
        return fmt::format("/proc/self/fd/{}/control.sock", descriptor_);
    }

private:
    int descriptor_;
};

} // namespace

struct Control::Parts : std::enable_shared_from_this<Parts> {
    Parts(net::io_context& context, std::string const& where, Answerer how)
        : io(context), folder(where), answer(std::move(how)), acceptor(context) {}

    void open() {
        if (!folder.is_open())
            throw Fault("the data folder cannot be opened for its control socket");
        std::string const path = folder.socket_path();
        ::unlink(path.c_str());
        error_code error;
        acceptor.open(local(), error);
        if (!error) acceptor.bind(local::endpoint(path), error);
        if (!error && ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0)
            error.assign(errno, boost::system::system_category());
        if (!error) acceptor.listen(8, error);
        if (error)
            throw Fault(fmt::format("the control socket in the data folder cannot be made: {}",
                                    error.message()));
    }

    static net::awaitable<void> accept(std::shared_ptr<Parts> self) {
        while (self->acceptor.is_open()) {
            local::socket socket(self->io);
            auto [error] = co_await self->acceptor.async_accept(socket, quiet);
            if (!self->acceptor.is_open()) co_return;
            if (error) { // out of descriptors, perhaps: wait, do not spin
                net::steady_timer pause(self->io, std::chrono::milliseconds(100));
                co_await pause.async_wait(quiet);
                continue;
            }
            net::co_spawn(self->io, talk(self, std::move(socket)), net::detached);
        }
    }

    // Ends with the answer, or when the peer has been silent for too long.
    static net::awaitable<void> talk(std::shared_ptr<Parts> self, local::socket accepted) {
        auto socket = std::make_shared<local::socket>(std::move(accepted));
        net::steady_timer deadline(self->io, patience);
        deadline.async_wait([socket](error_code const& error) {
            error_code ignored;
            if (!error) socket->close(ignored);
        });
        std::string input;
        self->silent.insert(socket);
        auto [error, size] = co_await net::async_read_until(
            *socket, net::dynamic_buffer(input, line_bytes_max), '\n', quiet);
        self->silent.erase(socket);
        if (error) co_return;
        std::string output;
        try {
            output = co_await self->answer(input.substr(0, size - 1));
        } catch (std::exception const& fault) {
            std::fprintf(stderr, "parley: control socket: %s\n", fault.what());
            co_return; // the asker sees the connection end and says so
        }
        output += '\n';
        co_await net::async_write(*socket, net::buffer(output), quiet);
    }

    net::io_context& io;
    FolderHandle folder;
    Answerer answer;
    local::acceptor acceptor;
    std::set<std::shared_ptr<local::socket>> silent; // connected, and nothing asked yet
};

Control::Control(net::io_context& io, std::string const& folder, Answerer answer)
    : parts_(std::make_shared<Parts>(io, folder, std::move(answer))) {
    parts_->open();
    net::co_spawn(io, Parts::accept(parts_), net::detached);
}

Control::~Control() { stop(); }

void Control::stop() {
    if (!parts_->acceptor.is_open()) return;
    error_code ignored;
    parts_->acceptor.close(ignored);
    // Who has asked is answered; who has not would keep the loop alive until its patience ends.
    for (auto const& socket : parts_->silent) socket->close(ignored);
    ::unlink(parts_->folder.socket_path().c_str());
}

std::optional<std::string> ask_server(std::string const& folder, std::string line) {
    FolderHandle const handle(folder);
    if (!handle.is_open()) return std::nullopt;
    net::io_context io(1);
    local::socket socket(io);
    error_code error;
    socket.connect(local::endpoint(handle.socket_path()), error);
    if (error) return std::nullopt; // nobody there, or only what a killed server left
    line += '\n';
    std::string answer;
    bool answered = false;
    net::async_write(socket, net::buffer(line), [&](error_code const& written, std::size_t) {
        if (written) return;
        net::async_read_until(socket, net::dynamic_buffer(answer, line_bytes_max), '\n',
                              [&](error_code const& read, std::size_t) { answered = !read; });
    });
    io.run_for(patience);
    if (!answered)
        throw Fault(
            "the server on this data folder took the question and gave no answer; see its log");
    answer.resize(answer.find('\n'));
    return answer;
}

} // namespace parley::app
