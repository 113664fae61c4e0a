#include "api/routes/dispute_json.hpp"
#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "api/access/etag.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace parley::routes {

namespace {

Result<Filing> read_filing(Services& services, Call const& call) {
    if (call.act_as())
        return refuse(RefusalCode::bad_parameter,
                      "The parties get their ids by filing; leave Parley-Act-As out of it.");
    auto validate_only = read_validate_only(call);
    if (!validate_only) return std::unexpected(std::move(validate_only.error()));
    auto body = read_body(call);
    if (!body) return std::unexpected(std::move(body.error()));
    Filing filing;
    filing.validate_only = *validate_only;
    if (!filing.validate_only) {
        auto key = read_receipt_key(call, *body);
        if (!key) return std::unexpected(std::move(key.error()));
        filing.receipt = std::move(*key);
    }
    auto input = read_file_input(*body);
    if (!input) return std::unexpected(std::move(input.error()));
    filing.input = std::move(*input);

    std::array<std::uint8_t, 10> random{};
    fill_random(random);
    filing.dispute = DisputeId::make(services.engine.clock().now(), random);
    filing.platform = *call.principal().platform;
    filing.live = call.principal().live;
    filing.actor = Actor{Role::claimant, "", filing.platform, false};
    return filing;
}

} // namespace

// POST /v1/disputes
net::awaitable<http::Response> file_dispute(Services& services, Call call) {
    auto filing = read_filing(services, call);
    if (!filing) co_return refused(call, filing.error());
    bool const validate_only = filing->validate_only;

    auto receipt = co_await services.engine.file(std::move(*filing));
    if (!receipt) co_return refused(call, receipt.error());

    DisputeEntry const& entry = *receipt->entry;
    Viewer const viewer{Role::platform, false, {}};
    std::string body = dispute_json(services.views, receipt->entry, viewer);
    // What only would be has no place to be found at, and no version to hold it to.
    if (validate_only) co_return http::json_response(200, std::move(body));
    auto answer = created("/v1/disputes/" + entry.state.id.text(), std::move(body));
    answer.set("ETag", access::etag_of(entry.state, viewer));
    if (receipt->replayed) answer.set("Idempotent-Replayed", "true");
    co_return answer;
}

} // namespace parley::routes
