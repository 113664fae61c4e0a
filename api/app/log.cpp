#include "api/app/log.hpp"

#include "engine/base/json.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace parley::app {

void log_line(std::string_view level, std::string_view message, std::string_view request_id) {
    std::string line;
    JsonWriter json(line);
    json.begin_object().member("at", SystemClock().now()).member("level", level);
    if (!request_id.empty()) json.member("request_id", request_id);
    json.member("message", message).end_object();
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
}

void notify_manager(std::string_view state) {
    char const* const path =
        std::getenv("NOTIFY_SOCKET"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    sockaddr_un address{};
    if (path == nullptr || std::strlen(path) >= sizeof address.sun_path) return;
    int const handle = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (handle < 0) return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path, std::strlen(path));
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0'; // abstract namespace
    auto const size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
    ::sendto(handle, state.data(), state.size(), MSG_NOSIGNAL,
             reinterpret_cast<sockaddr*>(&address), size);
    ::close(handle);
}

} // namespace parley::app
