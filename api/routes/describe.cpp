#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"
#include "engine/base/embedded.hpp"

#include <array>
#include <map>
#include <memory>

namespace parley::embedded {
std::span<EmbeddedFile const> openapi(); // schemas/openapi.yaml as JSON, by cmake/yaml_to_json.cpp
std::span<EmbeddedFile const> errors();  // docs/ERRORS.md
} // namespace parley::embedded

namespace parley::routes {

namespace {

// One row of the catalogue: | `code` | status | means | do |
struct ErrorEntry {
    std::string_view status, means, remedy;
};
constexpr std::size_t cells = 4;

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::map<std::string_view, ErrorEntry, std::less<>> read_catalogue(std::string_view page) {
    std::map<std::string_view, ErrorEntry, std::less<>> entries;
    while (!page.empty()) {
        std::string_view line = page.substr(0, page.find('\n'));
        page.remove_prefix(std::min(line.size() + 1, page.size()));
        if (!line.starts_with("| `")) continue;
        std::array<std::string_view, cells> row{};
        for (std::string_view& cell : row) {
            line.remove_prefix(1);
            cell = trimmed(line.substr(0, line.find('|')));
            line.remove_prefix(std::min(line.find('|'), line.size()));
            if (line.empty()) break;
        }
        std::string_view const code = row[0].substr(1, row[0].size() - 2); // without its ticks
        entries[code] = {row[1], row[2], row[3]};
    }
    return entries;
}

} // namespace

// GET /openapi.json
net::awaitable<http::Response> get_openapi(Services&, Call) {
    static auto const text = std::make_shared<std::string const>(embedded::openapi().front().bytes);
    co_return http::shared_response(200, "application/json", text);
}

// GET /problems/{code}
// Where the `type` of a problem leads.
net::awaitable<http::Response> get_problem(Services&, Call call) {
    static auto const catalogue = read_catalogue(embedded::errors().front().bytes);
    auto const found = catalogue.find(call.param("code"));
    if (found == catalogue.end()) co_return refused(call, no_such("problem").error());
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    json.member("type", "/problems/" + call.param("code"));
    json.member("code", found->first);
    json.member("status", found->second.status);
    json.member("means", found->second.means);
    json.member("do", found->second.remedy);
    json.end_object();
    co_return http::json_response(200, std::move(body));
}

} // namespace parley::routes
