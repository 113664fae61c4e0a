#include "api/routes/handlers.hpp"
#include "api/routes/reply.hpp"
#include "api/routes/task_json.hpp"

#include "api/access/etag.hpp"
#include "engine/model/countries.hpp"
#include "engine/model/input_parts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>

namespace parley::routes {

namespace {

std::unexpected<Refusal> bad(std::string detail) {
    return refuse(RefusalCode::bad_parameter, std::move(detail));
}

// The office's queue holds nothing that a neutral may take: for them it is not there.
bool may_know_of(Staff const& staff, Queue queue) {
    return staff.kind != KeyKind::neutral || queue != Queue::administration;
}

struct OpenedQueue {
    Staff staff;
    TaskFilter filter;
};
Result<OpenedQueue> open_queue(Services& services, Call const& call) {
    auto const staff = staff_of(call.principal());
    auto const queue = parse_name<Queue>(call.param("queue"));
    if (!staff || !queue || !may_know_of(*staff, *queue)) return no_such("queue");
    TaskFilter filter;
    filter.live = staff->live;
    filter.queue = *queue;
    if (staff->kind == KeyKind::neutral) filter.neutral = staff->worker.neutral;
    filter.now = services.engine.clock().now();
    return OpenedQueue{*staff, std::move(filter)};
}

Result<void> narrow(OpenedQueue& queue, http::Head const& head) {
    TaskFilter& filter = queue.filter;
    if (auto const* kind = head.parameter("kind")) {
        filter.kind = parse_name<TaskKind>(*kind);
        if (!filter.kind) return bad("kind is one of " + names_joined<TaskKind>() + ".");
    }
    if (auto const* reason = head.parameter("reason")) {
        filter.reason = parse_name<ClaimReason>(*reason);
        if (!filter.reason) return bad("reason is one of " + names_joined<ClaimReason>() + ".");
    }
    if (auto const* language = head.parameter("language")) {
        if (!is_language_tag(*language))
            return bad("language is a tag of BCP 47, such as es or zh-Hans.");
        filter.language = *language;
    }
    if (auto const* country = head.parameter("country")) {
        if (!is_country(*country)) return bad("country is two capitals of ISO 3166-1, such as ES.");
        filter.country = *country;
    }
    if (auto const* holder = head.parameter("holder")) {
        if (*holder != "me" && *holder != "nobody") return bad("holder is me or nobody.");
        filter.holder = *holder == "me" ? queue.staff.worker.id : std::string();
    }
    return {};
}

std::string filter_text(http::Head const& head) {
    std::string out;
    for (std::string_view const name : {"kind", "reason", "language", "country", "holder"}) {
        if (auto const* value = head.parameter(name)) out += *value;
        out += '\0';
    }
    return out;
}

std::string text_of_place(TaskPlace const& place) {
    return fmt::format("{} {} {}", place.due_at.us, place.opened_at.us, place.id.text());
}

// What a cursor held. It is sealed, so one that cannot be read is none of ours.
std::optional<TaskPlace> place_in(std::string_view text) {
    TaskPlace place;
    auto const* const begin = text.data();
    auto const* const end = begin + text.size();
    auto const due = std::from_chars(begin, end, place.due_at.us);
    if (due.ec != std::errc{} || due.ptr == end) return std::nullopt;
    auto const opened = std::from_chars(due.ptr + 1, end, place.opened_at.us);
    if (opened.ec != std::errc{} || opened.ptr == end) return std::nullopt;
    auto const id = TaskId::parse({opened.ptr + 1, end});
    if (!id) return std::nullopt;
    place.id = *id;
    return place;
}

} // namespace

// GET /v1/queues
net::awaitable<http::Response> list_queues(Services& services, Call call) {
    auto const staff = staff_of(call.principal());
    if (!staff) co_return refused(call, no_such("queue").error());
    std::optional<NeutralId> neutral;
    if (staff->kind == KeyKind::neutral) neutral = staff->worker.neutral;
    auto const counts =
        co_await services.engine.read([live = staff->live, neutral](Reader& reader) {
            return reader.task_counts(live, neutral);
        });
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (QueueCount const& count : counts) {
        if (!may_know_of(*staff, count.queue)) continue;
        json.begin_object();
        json.member("name", name_of(count.queue));
        json.member("object", "queue");
        json.member("open", count.open);
        json.member("more", count.more);
        json.member("soonest_due_at", count.soonest_due_at);
        json.end_object();
    }
    json.end_array();
    json.member("has_more", false);
    json.key("next").null();
    json.end_object();
    co_return http::json_response(200, std::move(body));
}

// GET /v1/queues/{queue}/tasks
net::awaitable<http::Response> list_tasks(Services& services, Call call) {
    auto queue = open_queue(services, call);
    if (!queue) co_return refused(call, queue.error());
    if (auto fine = narrow(*queue, call.head()); !fine) co_return refused(call, fine.error());
    auto page = read_page(services, call, filter_text(call.head()));
    if (!page) co_return refused(call, page.error());

    auto const found = co_await services.engine.read(
        [filter = queue->filter, after = place_in(page->after),
         limit = page->limit](Reader& reader) { return reader.tasks(filter, after, limit); });
    std::string body;
    JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (Task const& task : found.tasks) {
        if (!may_see(queue->staff, task)) continue; // a second lock behind the query's filter
        Instant const now = services.engine.now_of(task.clock);
        json.begin_object();
        write_task(json, task, queue->staff, now);
        json.member("etag", access::task_tag(mark_of(task, now)));
        json.end_object();
    }
    json.end_array();
    std::optional<std::string> next;
    if (found.next) next = text_of_place(*found.next);
    write_page_end(json, services, *page, next);
    json.end_object();
    co_return http::json_response(200, std::move(body));
}

// POST /v1/queues/{queue}/next
net::awaitable<http::Response> next_task(Services& services, Call call) {
    auto queue = open_queue(services, call);
    if (!queue) co_return refused(call, queue.error());
    if (queue->staff.kind == KeyKind::auditor)
        co_return refused(call, no_moves_for_auditors().error());
    auto body = read_body(call);
    if (!body) co_return refused(call, body.error());
    auto key = read_receipt_key(call, *body);
    if (!key) co_return refused(call, key.error());
    auto move = read_task_move(TaskAct::claim, *body);
    if (!move) co_return refused(call, move.error());
    move->by = queue->staff.worker;
    // An administrator works in the office's queue alone: what waits in the others is for others.
    if (!move->by.neutral && queue->filter.queue != Queue::administration)
        co_return http::empty_response(204);
    auto taken =
        co_await services.engine.next_task(queue->filter, std::move(*move), std::move(*key));
    if (!taken) co_return refused(call, taken.error());
    if (!*taken) co_return http::empty_response(204);
    co_return answer_for(queue->staff, **taken);
}

} // namespace parley::routes
