#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::app {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct ClientAnswer {
    unsigned status = 0;
    HeaderList headers; // names in lower case
    std::string body;

    std::string header(std::string_view lower_case_name) const; // empty when absent
};

// A small blocking HTTP/1.1 client for one server on this machine: one connection, kept open. For the
// demo and for tests, not for the open internet: no TLS, no redirects, no chunked answers. One thread.
class DemoClient {
public:
    // `url` is "http://HOST:PORT"; a wrong one shows on the first send.
    explicit DemoClient(std::string url,
                        std::chrono::milliseconds timeout = std::chrono::seconds(30));
    ~DemoClient();
    DemoClient(DemoClient&&) noexcept;
    DemoClient& operator=(DemoClient&&) noexcept;

    // Sends one request and waits for its answer. An error is one sentence, and leaves open whether the
    // server did what was asked. A kept connection that the server closed meanwhile is opened again.
    std::expected<ClientAnswer, std::string> send(std::string_view method, std::string_view path,
                                                  HeaderList const& headers,
                                                  std::string_view body = {});

private:
    struct Connection;
    std::unique_ptr<Connection> connection_;
};

} // namespace parley::app
