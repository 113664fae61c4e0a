#include "engine/core/behaviour.hpp"

#include "engine/base/json.hpp"

#include <fmt/core.h>

// Response, counterclaim and reply (Art. 4B, 4C).

namespace parley {

namespace {

Result<void> check_counterclaim(DisputeState const& state, ClaimInput const& claim) {
    Currency const currency = state.claim->amount.currency;
    if (claim.amount.currency != currency)
        return refuse_field(
            RefusalCode::currency_mismatch, "/counterclaim/amount/currency",
            fmt::format("A counterclaim is about the same transaction, in {}.", currency.text()));
    return check_currency(state, claim.remedies, "/counterclaim/remedies");
}

} // namespace

Result<Said> respond(Act const& act) {
    RespondInput const& input = input_of<RespondInput>(act);
    if (auto fine = check_currency(act.state, input.remedies, "/remedies"); !fine)
        return std::unexpected(std::move(fine.error()));
    Responded body{input.answer, facts_of(input.remedies), std::nullopt};
    if (input.counterclaim) {
        if (auto fine = check_counterclaim(act.state, *input.counterclaim); !fine)
            return std::unexpected(std::move(fine.error()));
        body.counterclaim = facts_of(*input.counterclaim);
    }

    std::string content;
    JsonWriter json(content);
    json.begin_object().member("statement", input.statement).key("remedies");
    write_descriptions(json, input.remedies);
    json.key("counterclaim");
    if (input.counterclaim) {
        json.begin_object().member("statement", input.counterclaim->statement).key("remedies");
        write_descriptions(json, input.counterclaim->remedies);
        json.end_object();
    } else {
        json.null();
    }
    json.end_object();
    return Said(std::move(body), std::move(content));
}

Result<Said> reply(Act const& act) {
    ReplyInput const& input = input_of<ReplyInput>(act);
    return Said(Replied{input.answer}, content_of("statement", input.statement));
}

} // namespace parley
