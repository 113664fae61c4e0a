#include "api/routes/handlers.hpp"
#include "engine/base/embedded.hpp"

#include <memory>

namespace parley::embedded {
std::span<EmbeddedFile const> openapi(); // schemas/openapi.yaml as JSON, by cmake/yaml_to_json.cpp
} // namespace parley::embedded

namespace parley::routes {

// GET /openapi.json
net::awaitable<http::Response> get_openapi(Services&, Call) {
    static auto const text = std::make_shared<std::string const>(embedded::openapi().front().bytes);
    co_return http::shared_response(200, "application/json", text);
}

} // namespace parley::routes
