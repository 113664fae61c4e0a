#include "api/routes/task_json.hpp"

#include <array>

namespace parley::routes {

namespace {

// What is to be done, in a sentence.
std::string_view meaning_of(TaskKind kind) {
    switch (kind) {
    case TaskKind::appoint: return "Name someone from the roster for this seat.";
    case TaskKind::accept_appointment:
        return "Say whether you have the time and are impartial, or decline.";
    case TaskKind::decide_objection: return "Decide the objection to the neutral.";
    case TaskKind::mediate: return "Help the parties settle.";
    case TaskKind::set_final_date: return "Tell the parties by when the record closes.";
    case TaskKind::decide: return "Weigh the record and decide.";
    case TaskKind::correct: return "Correct the outcome, or leave it as it is.";
    case TaskKind::look_into_breach: return "A party reports that an outcome was not carried out.";
    case TaskKind::look_into_quarantine:
        return "The record of this dispute does not replay; find out why.";
    case TaskKind::review: return "Annul the outcome or let it stand.";
    case TaskKind::list_languages: return "Say which languages the proceedings can be held in.";
    case TaskKind::file_document: return "File the document that the procedure waits for.";
    case TaskKind::record_settlement: return "Record the settlement as an award.";
    case TaskKind::look_into_notice:
        return "There is doubt whether a party received the notice; look into it.";
    }
    return {};
}

void write_parties(JsonWriter& json, Task const& task) {
    json.key("parties").begin_array();
    for (Side const side : {Side::claimant, Side::respondent}) {
        auto const i = static_cast<std::size_t>(side);
        if (task.countries[i].empty()) continue; // where the events cannot be read
        json.begin_object();
        json.member("side", name_of(side));
        json.member("country", task.countries[i]);
        json.member("language", task.languages[i]);
        json.end_object();
    }
    json.end_array();
}

void write_due(JsonWriter& json, Task const& task) {
    json.key("due").begin_object();
    json.member("at", task.due_at);
    json.key("deadline");
    if (task.deadline.empty()) json.null();
    else json.value(task.deadline);
    json.member("binding", !task.deadline.empty());
    json.end_object();
}

void write_holder(JsonWriter& json, Task const& task, Instant now) {
    bool const open = !task.closed_at;
    bool const leased = open && !task.claimed_by.empty() && task.lease_until > now;
    json.key("claimed_by");
    if (leased) json.value(task.claimed_by);
    else json.null();
    json.key("lease_until");
    if (leased) json.value(*task.lease_until);
    else json.null();
    json.key("assigned_to");
    if (open && !task.assigned_to.empty()) json.value(task.assigned_to);
    else json.null();
    json.member("snoozed_until", open ? task.snoozed_until : std::optional<Instant>());
}

void write_closing(JsonWriter& json, Task const& task) {
    json.key("closed");
    if (!task.closed_at) {
        json.null();
        return;
    }
    json.begin_object();
    json.member("at", *task.closed_at);
    json.member("by", task.closed_by);
    json.member("how", name_of(task.end));
    json.member("late", *task.closed_at > task.due_at);
    json.end_object();
}

} // namespace

std::optional<Staff> staff_of(access::Principal const& principal) {
    switch (principal.kind) {
    case KeyKind::neutral:
        if (!principal.neutral) return std::nullopt;
        return Staff{
            principal.live, principal.kind, {principal.neutral->text(), principal.neutral}};
    case KeyKind::administrator:
    case KeyKind::auditor: return Staff{principal.live, principal.kind, {principal.key.text(), {}}};
    case KeyKind::platform:
    case KeyKind::party: return std::nullopt;
    }
    return std::nullopt;
}

bool may_see(Staff const& staff, Task const& task) {
    if (staff.live != task.live) return false;
    return staff.kind != KeyKind::neutral || task.neutral == staff.worker.neutral;
}

void write_task(JsonWriter& json, Task const& task, Staff const& staff, Instant now) {
    json.member("id", task.id);
    json.member("object", "task");
    json.member("live", task.live);
    json.member("queue", name_of(task.queue()));
    json.member("kind", name_of(task.kind));
    json.member("means", meaning_of(task.kind));
    json.member("dispute", task.dispute);
    json.member("platform", task.platform);
    json.member("stage", task.stage);
    json.key("seat");
    if (task.seat) json.value(name_of(*task.seat));
    else json.null();
    json.member("neutral", task.neutral);
    json.key("act");
    if (task.act.empty()) json.null();
    else json.value(task.act);
    json.member("reason", name_of(task.reason));
    json.member("amount", task.amount);
    write_parties(json, task);
    json.member("clock", task.clock);
    json.member("opened_at", task.opened_at);
    write_due(json, task);
    write_holder(json, task, now);
    write_closing(json, task);
    json.key("actions").begin_array();
    if (staff.kind != KeyKind::auditor)
        for (TaskAct const act : open_moves(task, staff.worker, now)) json.value(name_of(act));
    json.end_array();
}

void write_movements(JsonWriter& json, std::span<TaskMovement const> movements,
                     Staff const& staff) {
    bool const office = staff.kind != KeyKind::neutral;
    json.key("movements").begin_array();
    for (TaskMovement const& one : movements) {
        bool const readable = one.by == staff.worker.id || (office && one.by.starts_with("key_"));
        json.begin_object();
        json.member("what", name_of(one.what));
        json.member("at", one.at);
        json.member("by", one.by);
        if (!one.to.empty()) json.member("to", one.to);
        if (one.until) json.member("until", *one.until);
        if (readable && !one.reason.empty()) json.member("reason", one.reason);
        json.end_object();
    }
    json.end_array();
}

} // namespace parley::routes
