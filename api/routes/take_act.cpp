#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"

#include "api/access/etag.hpp"
#include "api/access/permit.hpp"
#include "engine/procedure/behaviours.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace parley::routes {

namespace {

// Acts by which one person settles what others wait for: two who decide at once would overwrite
// each other, so each says which version they decide on.
bool decides(Behaviour behaviour) {
    return behaviour == Behaviour::render_outcome || behaviour == Behaviour::correct_outcome ||
           behaviour == Behaviour::appoint_neutral || behaviour == Behaviour::decide_objection ||
           behaviour == Behaviour::decide_review || behaviour == Behaviour::record_settlement;
}

// The one act that no procedure has and every dispute knows.
bool is_of_the_house(Call const& call) { return call.param("act") == change_procedure_act; }

Result<std::optional<std::uint64_t>> read_expected(Call const& call, Opened const& opened,
                                                   Step const* step) {
    auto const field = call.head().header("If-Match");
    if (!field) {
        bool const needed =
            step == nullptr ? is_of_the_house(call) && opened.viewer.role == Role::administrator
                            : decides(step->does) &&
                                  std::ranges::find(step->by, opened.viewer.role) != step->by.end();
        if (!needed) return std::optional<std::uint64_t>{};
        return refuse(
            RefusalCode::precondition_required,
            "Read the dispute first and send its ETag as If-Match: this act decides for others.");
    }
    auto const tags = access::parse_tags(*field);
    if (!tags)
        return refuse(RefusalCode::bad_parameter,
                      "If-Match takes the ETag of the dispute, with its quotes, or *.");
    return access::expected_version(*tags, opened.entry->state, opened.viewer);
}

// The act in the path, as the stage has it; null where it has none of this name.
Step const* step_of(Call const& call, Opened const& opened) {
    return opened.entry->procedure->step_from(opened.entry->state.stage, call.param("act"));
}

Result<Command> read_command(Call const& call, Opened const& opened) {
    auto validate_only = read_validate_only(call);
    if (!validate_only) return std::unexpected(std::move(validate_only.error()));
    auto body = read_body(call);
    if (!body) return std::unexpected(std::move(body.error()));
    Command command;
    command.validate_only = *validate_only;
    if (!command.validate_only) {
        auto key = read_receipt_key(call, *body);
        if (!key) return std::unexpected(std::move(key.error()));
        command.receipt = std::move(*key);
    }
    command.dispute = opened.entry->state.id;
    command.act = call.param("act");
    command.actor = access::actor_of(call.principal(), opened.viewer, opened.entry->state);
    Step const* const step = step_of(call, opened);
    auto expected = read_expected(call, opened, step);
    if (!expected) return std::unexpected(std::move(expected.error()));
    command.expected = *expected;
    if (step == nullptr && !is_of_the_house(call)) {
        // Nothing was read of the body, so it must not be taken where meanwhile the act is open.
        if (!command.expected) command.expected = version_for(opened.entry->state, opened.viewer);
    } else {
        InputKind const kind = step == nullptr ? InputKind::procedure : spec_of(step->does).input;
        auto input = read_act_input(kind, *body);
        if (!input) return std::unexpected(std::move(input.error()));
        command.input = std::move(*input);
    }
    return command;
}

// Someone who left a dispute by an act and asks again under the same key: the scope of a key is its
// holder's alone, so whoever finds a receipt is who left it.
net::awaitable<std::optional<Receipt>> recorded(Services& services, Call const& call) {
    auto const dispute = DisputeId::parse(call.param("dispute"));
    auto body = read_body(call);
    if (!dispute || !body || !call.principal().neutral) co_return std::nullopt;
    auto const key = read_receipt_key(call, *body);
    if (!key) co_return std::nullopt;
    struct Recorded {
        std::optional<StoredReceipt> receipt;
        std::vector<StoredEvent> events;
    };
    auto found = co_await services.engine.read([key = *key](Reader& reader) {
        Recorded out{reader.receipt(key.scope, key.key), {}};
        if (out.receipt) out.events = reader.events(out.receipt->stream);
        return out;
    });
    if (!found.receipt || found.receipt->key.fingerprint != key->fingerprint ||
        found.receipt->stream != dispute->text())
        co_return std::nullopt;
    std::erase_if(found.events, [&](StoredEvent const& event) {
        return std::ranges::find(found.receipt->events, event.id) == found.receipt->events.end();
    });
    EntryPtr entry = co_await services.engine.find_at(*dispute, found.receipt->version);
    if (!entry || !entry->quarantine.empty()) co_return std::nullopt;
    co_return Receipt{std::move(entry), std::move(found.events), true};
}

// From what was seen of the dispute lately; nothing where that does not do.
std::optional<Command> command_lately(Services& services, Call const& call) {
    auto const lately = open_lately(services, call);
    if (!lately || step_of(call, *lately) == nullptr) return std::nullopt;
    auto command = read_command(call, *lately);
    if (!command) return std::nullopt;
    return std::move(*command);
}

} // namespace

// Who cannot take the act at all is told that, and what else is open, before being told what the body
// lacks. Nothing when only the body stands in the way.
net::awaitable<std::optional<Refusal>> barred(Services& services, Call const& call,
                                              Opened const& opened) {
    Command probe;
    probe.validate_only = true;
    probe.dispute = opened.entry->state.id;
    probe.act = call.param("act");
    probe.actor = access::actor_of(call.principal(), opened.viewer, opened.entry->state);
    auto const receipt = co_await services.engine.submit(std::move(probe));
    if (receipt) co_return std::nullopt;
    RefusalKind const kind = kind_of(receipt.error().code);
    if (kind == RefusalKind::forbidden || kind == RefusalKind::conflict) co_return receipt.error();
    co_return std::nullopt;
}

// POST /v1/disputes/{dispute}/actions/{act}
net::awaitable<http::Response> take_act(Services& services, Call call) {
    std::optional<Command> command = command_lately(services, call);
    if (!command) {
        // Perhaps another node has written meanwhile: nobody is refused by what was seen lately.
        auto const opened = co_await open_dispute(services, call);
        if (!opened) {
            if (opened.error().code == RefusalCode::not_found)
                if (auto const before = co_await recorded(services, call))
                    co_return answer_for(services, call, *before);
            co_return refused(call, opened.error());
        }
        auto read = read_command(call, *opened);
        if (!read) {
            if (kind_of(read.error().code) == RefusalKind::invalid)
                if (auto const refusal = co_await barred(services, call, *opened))
                    co_return refused(call, *refusal);
            co_return refused(call, read.error());
        }
        command = std::move(*read);
    }
    bool const validate_only = command->validate_only;
    auto const receipt = co_await services.engine.submit(*std::move(command));
    if (!receipt) co_return refused(call, receipt.error());
    auto answer = answer_for(services, call, *receipt);
    // What only would be has no version to hold it to.
    if (validate_only)
        std::erase_if(answer.headers, [](http::Header const& h) { return h.name == "ETag"; });
    co_return answer;
}

} // namespace parley::routes
