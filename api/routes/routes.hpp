#pragma once

#include "api/http/server.hpp"
#include "api/routes/services.hpp"

#include <variant>

namespace parley::routes {

constexpr std::size_t json_body_max = 256 * 1024;

// The HTTP server's handler: who calls what is settled on the head alone, before a byte of the
// body is read; then one handler answers. For the server's thread.
class Api final : public http::Handler {
public:
    explicit Api(Services& services);

    std::variant<http::BodyPlan, http::Response> on_head(http::Head const& head) override;
    // A storage fault becomes 503; the service's log is told of it.
    net::awaitable<http::Response> handle(http::Request request) override;

private:
    Result<std::shared_ptr<Admission const>> admit(http::Head const& head, http::Match match);
    Services& services_;
    http::Router router_;
};

} // namespace parley::routes
