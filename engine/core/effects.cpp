#include "engine/core/behaviour.hpp"

#include "engine/base/json.hpp"
#include "engine/base/json_slice.hpp"
#include "engine/model/search_words.hpp"

#include <algorithm>
#include <span>
#include <tuple>

#include <nlohmann/json.hpp>

namespace parley {

namespace {

// The last thing that everyone may know of: a confidence must not move a dispute in a list.
Instant changed_at(DisputeState const& state, std::span<Written const> events) {
    Instant latest = std::max(state.filed_at, state.stage_entered_at);
    for (TakenStep const& step : state.taken) latest = std::max(latest, step.at);
    for (Written const& written : events)
        if (written.event.room == Room::joint) latest = std::max(latest, written.event.at);
    return latest;
}

std::string text_in(std::string_view content, std::string_view object, std::string_view member) {
    std::string_view const raw = raw_member(raw_member(content, object), member);
    if (raw.empty()) return {};
    Json const text = Json::parse(raw, nullptr, false);
    return text.is_string() ? text.get<std::string>() : std::string();
}

// Only the notice has a reference and words to be found by, which everyone who may list the dispute
// may read in it; rows of later events leave both empty, which means unchanged.
void take_from_notice(DisputeRow& row, Decided const& decided) {
    for (Written const& written : decided.events) {
        if (!std::holds_alternative<DisputeFiled>(written.event.body)) continue;
        row.reference = text_in(written.content, "transaction", "reference");
        add_search_words(row.words, row.reference);
        for (Side const side : {Side::claimant, Side::respondent})
            add_search_words(row.words, text_in(written.content, name_of(side), "name"));
    }
}

// Who is told; none where the role has nobody in this dispute.
std::string addressee_of(DisputeState const& state, Role role) {
    if (auto side = side_of(role)) return state.party(*side).id.text();
    auto const seat = seat_of(role);
    if (!seat || state.seat(*seat).status == SeatStatus::vacant) return {};
    return state.seat(*seat).neutral.text();
}

void add_outbox(std::vector<OutboxRow>& out, DisputeState const& before, DisputeState const& state,
                Event const& event) {
    std::string const event_id = event.id.text();
    out.reserve(out.size() + event.then.notified.size());
    for (Notified const& notified : event.then.notified) {
        std::string addressee = addressee_of(state, notified.to);
        if (addressee.empty())
            addressee = addressee_of(before, notified.to); // who just left is told
        if (addressee.empty()) continue;
        std::string id = event_id + '/' + addressee;
        if (std::ranges::any_of(out, [&](OutboxRow const& row) { return row.id == id; })) continue;
        out.push_back({std::move(id), "notice", state.id, event_id, std::move(addressee),
                       notified.notice, event.at});
    }
}

// A case counts for a neutral from being asked until the seat or the dispute is done with.
std::optional<NeutralId> carried_by(DisputeState const& state, SeatKind kind) {
    Seat const& seat = state.seat(kind);
    if (state.ended || seat.status == SeatStatus::vacant) return std::nullopt;
    return seat.neutral;
}

} // namespace

DisputeRow list_row(Decided const& decided) {
    DisputeState const& state = decided.after;
    DisputeRow row;
    row.id = state.id;
    row.platform = state.platform;
    row.live = state.live;
    row.status = state.status;
    row.stage = state.stage;
    row.procedure = state.procedure.name;
    row.procedure_version = state.procedure.version;
    row.created_at = state.filed_at;
    row.changed_at = changed_at(state, decided.events);
    take_from_notice(row, decided);
    for (Side const side : {Side::claimant, Side::respondent})
        row.parties[index_of(side)] = state.party(side).id;
    for (SeatKind const kind : {SeatKind::mediator, SeatKind::decider})
        if (state.seat(kind).status != SeatStatus::vacant)
            row.neutrals[index_of(kind)] = state.seat(kind).neutral;
    row.clock = state.clock;
    row.version = state.version;
    return row;
}

// In the store `changed_at` is empty while the last event is what everyone saw change last; of `before`
// the state tells that only when an act was it.
bool lists_the_same(DisputeState const& before, Decided const& decided) {
    DisputeState const& after = decided.after;
    auto const shown = [](DisputeState const& s) {
        return std::tie(s.status, s.stage, s.seats, s.procedure, s.clock);
    };
    auto const seen_by_all = [](Written const& written) {
        return written.event.room == Room::joint &&
               !std::holds_alternative<ContentErased>(written.event.body);
    };
    return shown(before) == shown(after) && changed_at(before, {}) == before.last_at &&
           std::ranges::all_of(decided.events, seen_by_all);
}

Effects effects(DisputeState const& before, Decided const& decided) {
    DisputeState const& after = decided.after;
    Effects out;
    auto const same = [](Deadline const& a) {
        return [&a](Deadline const& b) { return a.name == b.name && a.stamp == b.stamp; };
    };
    for (Deadline const& deadline : after.deadlines)
        if (std::ranges::none_of(before.deadlines, same(deadline)))
            out.armed.push_back(
                {after.id, deadline.name, deadline.stamp, deadline.at, after.clock});
    for (Deadline const& deadline : before.deadlines)
        if (std::ranges::none_of(after.deadlines, same(deadline)))
            out.disarmed.emplace_back(deadline.name, deadline.stamp);
    for (Written const& written : decided.events) {
        add_outbox(out.outbox, before, after, written.event);
        if (auto const* erased = std::get_if<ContentErased>(&written.event.body))
            out.erased.insert(out.erased.end(), erased->events.begin(), erased->events.end());
    }
    for (SeatKind const kind : {SeatKind::mediator, SeatKind::decider}) {
        auto const was = carried_by(before, kind), is = carried_by(after, kind);
        if (was == is) continue;
        if (was) out.loads.push_back({*was, -1});
        if (is) out.loads.push_back({*is, +1});
    }
    return out;
}

} // namespace parley
