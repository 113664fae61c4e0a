#pragma once

#include "api/http/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::http::test {

struct Answer {
    unsigned status = 0;
    std::vector<Header> headers;
    std::string body;
    std::string const* header(std::string_view name) const;
};

// A socket and nothing between it and the test: sends the very bytes it is given. Every wait ends
// after ten seconds, with nothing in hand.
class RawClient {
public:
    explicit RawClient(std::uint16_t port);
    ~RawClient();
    RawClient(RawClient const&) = delete;
    RawClient& operator=(RawClient const&) = delete;

    void send(std::string_view bytes); // ignores a peer that has gone
    void finish_sending();
    // The next answer on the connection; nothing when the peer closed or the wait ended.
    std::optional<Answer> receive(bool to_head = false);
    std::optional<Answer> ask(std::string_view bytes);
    // Reads until these words have come; gives everything up to their end.
    std::string receive_through(std::string_view words);
    // Everything until the peer closes; nothing when it does not.
    std::optional<std::string> receive_rest();
    // Whether the peer closes without another byte.
    bool is_closed();
    void reset(); // leaves rudely, with RST

private:
    bool fill();
    int socket_ = -1;
    bool ended_ = false;
    std::string buffer_;
};

} // namespace parley::http::test
