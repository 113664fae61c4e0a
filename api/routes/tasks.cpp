#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"
#include "api/routes/task_json.hpp"

#include "api/access/etag.hpp"
#include "engine/model/input_parts.hpp"

#include <nlohmann/json.hpp>

namespace parley::routes {

namespace {

struct OpenedTask {
    Staff staff;
    Task task;
};
net::awaitable<Result<OpenedTask>> open_task(Services& services, Call const& call) {
    auto const id = TaskId::parse(call.param("task"));
    auto const staff = staff_of(call.principal());
    if (!id || !staff) co_return no_such("task");
    auto task =
        co_await services.engine.read([id = *id](Reader& reader) { return reader.task(id); });
    if (!task || !may_see(*staff, *task)) co_return no_such("task");
    co_return OpenedTask{*staff, std::move(*task)};
}

// Nothing for `*`: any version will do.
Result<std::optional<std::vector<TaskMark>>> read_expected_marks(Call const& call) {
    auto const field = call.head().header("If-Match");
    if (!field)
        return refuse(RefusalCode::precondition_required,
                      "Read the task first and send its ETag as If-Match: others may be at it.");
    auto const tags = access::parse_tags(*field);
    if (!tags)
        return refuse(RefusalCode::bad_parameter,
                      "If-Match takes the ETag of the task, with its quotes, or *.");
    return access::expected_marks(*tags);
}

// A task of the office goes to someone who can do the office's acts.
Result<void> check_assignee(Services& services, Staff const& staff, std::string const& to) {
    auto const key = ApiKeyId::parse(to);
    if (!key) return {}; // a neutral: whether this one is for them is decided with the task
    auto const registry = services.engine.registry();
    auto const known = registry->keys.find(*key);
    if (known == registry->keys.end() || known->second.kind != KeyKind::administrator ||
        known->second.live != staff.live || known->second.revoked_at)
        return refuse_field(RefusalCode::invalid, "/to",
                            "There is no administrator's key of that id.");
    return {};
}

net::awaitable<http::Response> move_task(Services& services, Call call, TaskAct what) {
    auto opened = co_await open_task(services, call);
    if (!opened) co_return refused(call, opened.error());
    if (opened->staff.kind == KeyKind::auditor)
        co_return refused(call, no_moves_for_auditors().error());
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto key = read_receipt_key(call, *body);
    if (!key) co_return refused(call, key.error());
    auto move = read_task_move(what, *body);
    if (!move) co_return refused(call, move.error());
    auto expected = read_expected_marks(call);
    if (!expected) co_return refused(call, expected.error());
    if (what == TaskAct::assign)
        if (auto fine = check_assignee(services, opened->staff, move->to); !fine)
            co_return refused(call, fine.error());
    move->task = opened->task.id;
    move->by = opened->staff.worker;
    move->expected = std::move(*expected);
    auto moved = co_await services.engine.move_task(std::move(*move), std::move(*key));
    if (!moved) co_return refused(call, moved.error());
    co_return answer_for(opened->staff, *moved);
}

} // namespace

std::unexpected<Refusal> no_moves_for_auditors() {
    return refuse(RefusalCode::not_permitted, "An auditor reads tasks and moves none.");
}

Result<TaskMove> read_task_move(TaskAct what, Json const& body) {
    std::vector<FieldError> errors;
    Json const empty = Json::object();
    Json const& object = body.is_null() ? empty : body;
    ObjectReader reader(object, "", errors);
    TaskMove move;
    move.what = what;
    if (object.is_object()) {
        if (what == TaskAct::claim && reader.has("lease")) {
            Period const lease = reader.period("lease");
            if (lease.unit == PeriodUnit::hours) move.lease_us = lease.count * us_per_hour;
            else
                reader.error("lease", RefusalCode::invalid,
                             "must be a number of hours, such as PT2H");
        }
        if (what == TaskAct::assign) move.to = reader.text("to", input_limits::name);
        if (what == TaskAct::snooze) move.until = reader.instant("until");
        if (what == TaskAct::snooze) move.reason = reader.text("reason", input_limits::description);
        else if (what != TaskAct::claim)
            move.reason = reader.optional_text("reason", input_limits::description);
    }
    reader.finish();
    if (!errors.empty()) return std::unexpected(refusal_of(std::move(errors)));
    return move;
}

http::Response answer_for(Staff const& staff, TaskReceipt const& receipt) {
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    write_task(json, receipt.task, staff, receipt.now);
    json.end_object();
    auto answer = http::json_response(200, std::move(body));
    answer.set("ETag", access::task_tag(mark_of(receipt.task, receipt.now)));
    if (receipt.replayed) answer.set("Idempotent-Replayed", "true");
    return answer;
}

// GET /v1/tasks/{task}
net::awaitable<http::Response> get_task(Services& services, Call call) {
    auto opened = co_await open_task(services, call);
    if (!opened) co_return refused(call, opened.error());
    Instant const now = services.engine.now_of(opened->task.clock);
    std::string etag = access::task_tag(mark_of(opened->task, now));
    auto const mark = [&](http::Response& answer) {
        answer.set("ETag", etag);
        answer.set("Cache-Control", "private, no-cache");
        answer.set("Vary", "Authorization");
    };
    if (auto const field = call.head().header("If-None-Match")) {
        auto const tags = access::parse_tags(*field);
        if (tags && access::none_match_fails(*tags, etag)) {
            auto answer = http::empty_response(304);
            mark(answer);
            co_return answer;
        }
    }
    auto const movements = co_await services.engine.read(
        [id = opened->task.id](Reader& reader) { return reader.task_movements(id); });
    std::string body;
    JsonWriter json(body);
    json.begin_object();
    write_task(json, opened->task, opened->staff, now);
    write_movements(json, movements, opened->staff);
    json.end_object();
    auto answer = http::json_response(200, std::move(body));
    mark(answer);
    co_return answer;
}

// POST /v1/tasks/{task}/claim, .../release, .../assign, .../complete, .../snooze
net::awaitable<http::Response> claim_task(Services& services, Call call) {
    return move_task(services, std::move(call), TaskAct::claim);
}
net::awaitable<http::Response> release_task(Services& services, Call call) {
    return move_task(services, std::move(call), TaskAct::release);
}
net::awaitable<http::Response> assign_task(Services& services, Call call) {
    return move_task(services, std::move(call), TaskAct::assign);
}
net::awaitable<http::Response> complete_task(Services& services, Call call) {
    return move_task(services, std::move(call), TaskAct::complete);
}
net::awaitable<http::Response> snooze_task(Services& services, Call call) {
    return move_task(services, std::move(call), TaskAct::snooze);
}

} // namespace parley::routes
