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

// Goes on by one stored event; says why it cannot.
std::optional<std::string> take(DisputeEntry& entry, StoredEvent const& stored) {
    auto const bad = [&](std::string const& why) {
        return fmt::format("event {} ({}): {}", stored.id, stored.type, why);
    };
    if (auto fits = check_next(entry.heads, stored); !fits) return bad(fits.error());
    Json const envelope = Json::parse(stored.envelope, nullptr, false);
    if (envelope.is_discarded()) return bad("is not JSON");
    auto event = read_event(envelope);
    if (!event) return bad(event.error());
    apply(entry.state, entry.state.id, *event);
    keep_text(entry.texts, stored, event->id);
    return std::nullopt;
}

// Another one where the stage, a deadline or the procedure has changed; `before` may be null.
void set_timetable(World const& world, DisputeEntry const* before, DisputeEntry& entry) {
    if (before != nullptr && before->state.stage == entry.state.stage &&
        before->state.stage_entered_at == entry.state.stage_entered_at &&
        before->state.deadlines == entry.state.deadlines && before->procedure == entry.procedure)
        entry.timetable = before->timetable;
    else entry.timetable = std::make_shared<Timetable const>(world);
}

EntryPtr replayed(World const& world, DisputeEntry const* before, DisputeEntry entry) {
    entry.procedure = world.procedures.find(entry.state.procedure);
    if (!entry.procedure) {
        std::string why = fmt::format("this server does not have its procedure {}",
                                      reference_text(entry.state.procedure));
        return quarantined(std::move(entry), std::move(why));
    }
    set_timetable(world, before, entry);
    return std::make_shared<DisputeEntry const>(std::move(entry));
}

} // namespace

std::vector<TimetableEntry> const& Timetable::of(DisputeEntry const& entry) const {
    std::call_once(once_, [&] { lines_ = timetable_of(world_, *entry.procedure, entry.state); });
    return lines_;
}

EntryPtr replay(World const& world, DisputeId dispute, std::vector<StoredEvent> const& events) {
    if (events.empty()) return nullptr;
    DisputeEntry entry;
    entry.state.id = dispute;
    for (StoredEvent const& stored : events)
        if (auto why = take(entry, stored)) return quarantined(std::move(entry), *why);
    return replayed(world, nullptr, std::move(entry));
}

EntryPtr replay_on(World const& world, EntryPtr const& seen,
                   std::span<StoredEvent const> from_its_last) {
    if (from_its_last.empty()) return nullptr;
    StoredEvent const& last = from_its_last.front();
    if (last.version != seen->heads.version || last.hash != seen->heads.top) return nullptr;
    if (from_its_last.size() == 1) return seen;
    DisputeEntry entry = *seen;
    for (StoredEvent const& stored : from_its_last.subspan(1)) {
        if (stored.type == "content_erased") return nullptr; // earlier words are gone, too
        if (take(entry, stored)) return nullptr;
    }
    return replayed(world, seen.get(), std::move(entry));
}

EntryPtr read_entry(World const& world, Reader& reader, DisputeId dispute, EntryPtr const& seen) {
    if (seen && seen->quarantine.empty())
        if (EntryPtr entry =
                replay_on(world, seen, reader.events(dispute.text(), seen->heads.version - 1)))
            return entry;
    return replay(world, dispute, reader.events(dispute.text()));
}

EntryPtr advance_entry(World const& world, DisputeEntry const* before, DisputeState after,
                       Heads const& heads, std::span<StoredEvent const> events) {
    auto entry = std::make_shared<DisputeEntry>();
    entry->heads = heads;
    entry->state = std::move(after);
    if (before != nullptr) entry->texts = before->texts;
    bool const same = before != nullptr && before->procedure->ref == entry->state.procedure;
    entry->procedure = same ? before->procedure : world.procedures.find(entry->state.procedure);
    PARLEY_ASSERT(entry->procedure, "filing and moving pin a procedure that the library has");
    for (StoredEvent const& stored : events) {
        if (auto id = EventId::parse(stored.id)) keep_text(entry->texts, stored, *id);
        if (stored.type == "content_erased") entry->texts = {};
    }
    set_timetable(world, before, *entry);
    return entry;
}

} // namespace parley
