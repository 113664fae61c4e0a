#include "engine/runtime/entry.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/json_slice.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace parley {

namespace {

using Text = std::shared_ptr<std::string const>;

// Later versions of one outcome or offer come with events of their own, so nothing is replaced.
void keep_text(Texts& texts, StoredEvent const& stored, EventId id) {
    if (stored.content.empty()) return;
    auto text = [&] { return std::make_shared<std::string const>(stored.content); };
    if (stored.type == "dispute_filed") texts.filing = text();
    if (stored.type == "responded") texts.response = text();
    if (stored.type == "outcome_rendered") texts.outcomes.edit().emplace_back(id, text());
    if (stored.type == "offer_made") texts.offers.edit().emplace_back(id, text());
    if (stored.type == "notice_completed") texts.completion = text();
    if (stored.type == "claim_amended") texts.amendment = text();
    if (stored.type == "counterclaim_made") texts.counterclaim = text();
    if (stored.type == "details_changed" || stored.type == "representative_named") {
        std::string_view const role = raw_member(raw_member(stored.envelope, "facts"), "role");
        std::size_t const side = role == "\"claimant\"" ? 0 : 1;
        if (stored.type == "representative_named") {
            texts.representatives[side] = text();
            return;
        }
        if (!raw_member(stored.content, "email").empty()) texts.emails[side] = text();
        if (!raw_member(stored.content, "address").empty()) texts.addresses[side] = text();
    }
}

EntryPtr quarantined(DisputeEntry entry, std::string why) {
    entry.quarantine = std::move(why);
    return std::make_shared<DisputeEntry const>(std::move(entry));
}

} // namespace

EntryPtr replay(World const& world, DisputeId dispute, std::vector<StoredEvent> const& events) {
    if (events.empty()) return nullptr;
    DisputeEntry entry;
    entry.state.id = dispute;
    for (StoredEvent const& stored : events) {
        auto const bad = [&](std::string const& why) {
            return fmt::format("event {} ({}): {}", stored.id, stored.type, why);
        };
        if (auto fits = check_next(entry.heads, stored); !fits)
            return quarantined(std::move(entry), bad(fits.error()));
        Json const envelope = Json::parse(stored.envelope, nullptr, false);
        if (envelope.is_discarded()) return quarantined(std::move(entry), bad("is not JSON"));
        auto event = read_event(envelope);
        if (!event) return quarantined(std::move(entry), bad(event.error()));
        apply(entry.state, dispute, *event);
        keep_text(entry.texts, stored, event->id);
    }
    entry.procedure = world.procedures.find(entry.state.procedure);
    if (!entry.procedure) {
        std::string why = fmt::format("this server does not have its procedure {}",
                                      reference_text(entry.state.procedure));
        return quarantined(std::move(entry), std::move(why));
    }
    entry.timetable = timetable_of(world, *entry.procedure, entry.state);
    return std::make_shared<DisputeEntry const>(std::move(entry));
}

EntryPtr advance_entry(World const& world, DisputeEntry const* before, DisputeState after,
                       Heads const& heads, std::span<StoredEvent const> events) {
    auto entry = std::make_shared<DisputeEntry>();
    entry->heads = heads;
    entry->state = std::move(after);
    if (before != nullptr) {
        entry->procedure = before->procedure;
        entry->texts = before->texts;
    } else {
        entry->procedure = world.procedures.find(entry->state.procedure);
        PARLEY_ASSERT(entry->procedure, "a filing pins a procedure that the library has");
    }
    for (StoredEvent const& stored : events) {
        if (auto id = EventId::parse(stored.id)) keep_text(entry->texts, stored, *id);
        if (stored.type == "content_erased") entry->texts = {};
    }
    if (before != nullptr && before->state.stage == entry->state.stage &&
        before->state.stage_entered_at == entry->state.stage_entered_at &&
        before->state.deadlines == entry->state.deadlines)
        entry->timetable = before->timetable;
    else entry->timetable = timetable_of(world, *entry->procedure, entry->state);
    return entry;
}

} // namespace parley
