#include "api/routes/event_json.hpp"

#include "engine/base/json_slice.hpp"

namespace parley::routes {

bool may_read(DisputeEntry const& entry, Viewer const& viewer, StoredEvent const& event) {
    Stage const* const stage = entry.procedure->stage(event.stage);
    return stage != nullptr && may_see(entry.state, viewer, event.room, stage->label);
}

bool numbered_for(DisputeEntry const& entry, Viewer const& viewer, Room room) {
    for (Label const label : {Label::open, Label::negotiation, Label::mediation})
        if (!may_see(entry.state, viewer, room, label)) return false;
    return true;
}

namespace {

void write_members(JsonWriter& json, StoredEvent const& event, bool numbered) {
    std::string_view const facts = raw_member(event.envelope, "facts");
    json.member("room", name_of(event.room));
    json.key("number");
    if (numbered) json.value(event.number);
    else json.null();
    json.member("type", event.type);
    json.member("stage", event.stage);
    json.member("at", event.at);
    json.key("actor").begin_object();
    json.key("role").raw(raw_member(facts, "role"));
    json.key("id").raw(raw_member(event.envelope, "actor"));
    json.key("via");
    if (auto const via = raw_member(facts, "via"); !via.empty()) json.raw(via);
    else json.null();
    json.end_object();
    json.key("facts").raw(facts);
    json.key("content");
    if (event.content.empty()) json.null();
    else json.raw(event.content);
}

} // namespace

void write_event(JsonWriter& json, StoredEvent const& event, bool numbered) {
    json.begin_object();
    json.member("id", event.id);
    json.member("object", "event");
    write_members(json, event, numbered);
    json.end_object();
}

void write_feed_event(JsonWriter& json, StoredEvent const& event) {
    json.begin_object();
    json.member("id", event.id);
    json.member("object", "event");
    json.member("dispute", event.stream);
    write_members(json, event, true); // who follows it may read all of those rooms
    json.end_object();
}

} // namespace parley::routes
