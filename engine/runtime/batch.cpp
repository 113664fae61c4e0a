#include "engine/runtime/batch.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/fault.hpp"
#include "engine/base/overloaded.hpp"
#include "engine/core/tasks.hpp"
#include "engine/runtime/advance_record.hpp"
#include "engine/runtime/key_refusals.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace parley {

namespace {

// No dispute has a longer chain of clock steps; a longer one is a bug of its procedure.
constexpr int fires_most = 1000;
constexpr int tries_most = 8; // other nodes may be faster several times
constexpr std::size_t advance_chunk = 256;
constexpr std::string_view outage = "outage"; // the cause of an extension, as recorded

// Whether that deadline has had its day for this outage already: the process may have died between
// giving it and noting that it is back.
bool moved_for_outage(std::vector<StoredEvent> const& events, OutageJob const& what) {
    return std::ranges::any_of(events, [&](StoredEvent const& stored) {
        if (stored.at < what.out_since || stored.type != "deadline_extended") return false;
        auto const event = read_event(Json::parse(stored.envelope, nullptr, false));
        auto const* moved = event ? std::get_if<DeadlineExtended>(&event->body) : nullptr;
        return moved != nullptr && moved->cause == outage && moved->deadline == what.deadline;
    });
}

std::optional<ReceiptKey> const& receipt_of(Asked const& ask) {
    return std::visit(
        [](auto const& what) -> std::optional<ReceiptKey> const& { return what.receipt; }, ask);
}

// The reason may name an event that the caller may not know of; the log has it.
std::unexpected<Refusal> quarantine_refusal() {
    return refuse(RefusalCode::quarantined, "This dispute is set aside because its record does not "
                                            "replay; the operator looks into it.");
}

} // namespace

void Committer::Batch::take(std::vector<Job> some) {
    try {
        catch_up_for(some);
        read_ahead(some);
    } catch (Fault const& fault) {
        self_.log_(fmt::format("looking up versions failed: {}", fault.what()));
        self_.store_failed(false);
        for (Job& job : some)
            decline(job, RefusalCode::busy, "The store cannot be read just now; try again.");
        return;
    }
    for (Job& job : some) take_one(jobs_.emplace_back(std::move(job)));
}

std::vector<Job> Committer::Batch::give_back() {
    return {std::make_move_iterator(jobs_.begin()), std::make_move_iterator(jobs_.end())};
}

void Committer::Batch::take_one(Job& job) {
    try {
        std::visit(Overloaded{
                       [&](AskJob& what) { ask(job, what); },
                       [&](FireJob& what) { fire_now(job, what); },
                       [&](OutageJob& what) { extend_for_outage(job, what); },
                       [&](EraseJob& what) { erase(job, what); },
                       [&](AdvanceJob& what) { advance(job, what); },
                       [&](ChoreJob&) { PARLEY_ASSERT(false, "chores never enter a batch"); },
                   },
                   job);
    } catch (Fault const& fault) {
        self_.log_(fmt::format("reading for a command failed: {}", fault.what()));
        self_.store_failed(false);
        slots_.push_back(
            {&job,
             {},
             no_unit,
             refuse(RefusalCode::busy, "The store cannot be read just now; try again.")});
    }
}

void Committer::Batch::ask(Job& job, AskJob& what) {
    Slot slot{&job, {}, no_unit, Receipt{}};
    slot.result = decide_ask(what, slot);
    slots_.push_back(std::move(slot));
}

Result<Receipt> Committer::Batch::decide_ask(AskJob& what, Slot& slot) {
    auto const& key = receipt_of(*what.ask);
    if (key && key_taken(*key)) return key_in_progress();
    auto result =
        std::visit(Overloaded{
                       [&](Filing& filing) { return decide_filing_of(filing, slot); },
                       [&](Command& command) {
                           auto decided = decide_command(command, slot);
                           bool const again = slot.unit == no_unit && overtaken(command.dispute);
                           return again ? decide_command(command, slot) : std::move(decided);
                       },
                   },
                   *what.ask);
    if (!result && key) // refused now, but perhaps done already under this key
        if (auto before = recorded(*key)) return std::move(*before);
    return result;
}

bool Committer::Batch::key_taken(ReceiptKey const& key) {
    std::pair name(key.scope, key.key);
    if (before_ && !before_->answered_ && before_->keys_.contains(name)) return true;
    return !keys_.insert(std::move(name)).second;
}

Result<Receipt> Committer::Batch::decide_filing_of(Filing& filing, Slot& slot) {
    slot.dispute = filing.dispute;
    if (auto const& clock = filing.input.clock) {
        auto const known = registry_->clocks.find(*clock);
        if (filing.live || known == registry_->clocks.end() ||
            known->second.platform != filing.platform)
            return refuse_field(
                RefusalCode::invalid, "/clock",
                "There is no such test clock; create one with POST /v1/test/clocks.");
    }
    Entropy entropy(self_.seed());
    Stamp const stamp{now_of(filing.input.clock), entropy, roster(filing.live)};
    auto decided = decide_filing(self_.world_, filing, stamp);
    if (!decided) return std::unexpected(std::move(decided.error()));
    if (filing.validate_only) {
        Heads const heads;
        return Receipt{
            advance_entry(self_.world_, nullptr, std::move(decided->after), heads, {}), {}, false};
    }
    slot.unit = add(nullptr, std::move(*decided), entropy, filing.receipt);
    return Receipt{overlay_.at(filing.dispute), {}, false};
}

Result<Receipt> Committer::Batch::decide_command(Command& command, Slot& slot) {
    slot.dispute = command.dispute;
    EntryPtr entry = entry_of(command.dispute);
    if (!entry) return refuse(RefusalCode::not_found, "There is no such dispute.");
    if (!entry->quarantine.empty()) return quarantine_refusal();
    Instant const at = std::max(now_of(entry->state.clock), entry->state.last_at);
    entry = fire_due(std::move(entry), at);
    Entropy entropy(self_.seed());
    Stamp const stamp{at, entropy, roster(entry->state.live)};
    auto decided = decide(self_.world_, *entry->procedure, entry->state, command, stamp);
    if (!decided) return std::unexpected(std::move(decided.error()));
    if (command.validate_only)
        return Receipt{
            advance_entry(self_.world_, entry.get(), std::move(decided->after), entry->heads, {}),
            {},
            false};
    slot.unit = add(entry.get(), std::move(*decided), entropy, command.receipt);
    return Receipt{overlay_.at(command.dispute), {}, false};
}

bool Committer::Batch::overtaken(DisputeId dispute) {
    if (self_.writers_ == Writers::one || changed_.contains(dispute) ||
        (before_ && before_->changed_.contains(dispute)))
        return false; // nobody writes beside us, or what it was decided on loses together with it
    EntryPtr const seen = entry_of(dispute);
    overlay_.erase(dispute);
    catch_up({dispute});
    return entry_of(dispute) != seen;
}

void Committer::Batch::fire_now(Job& job, FireJob& what) {
    EntryPtr entry = entry_of(what.dispute);
    Instant const now = now_of(entry ? entry->state.clock : std::nullopt);
    if (entry && entry->quarantine.empty()) fire_due(std::move(entry), now);
    what.looked_at = now;
    slots_.push_back({&job, what.dispute, no_unit, Receipt{}});
}

void Committer::Batch::extend_for_outage(Job& job, OutageJob const& what) {
    EntryPtr const entry = entry_of(what.dispute);
    if (entry && entry->quarantine.empty() && entry->state.deadline(what.deadline) != nullptr &&
        !moved_for_outage(self_.reader_.events(what.dispute.text()), what)) {
        Entropy entropy(self_.seed());
        Stamp const stamp{std::max(what.out_since, entry->state.last_at), entropy, {}};
        auto decided = grant_extension(self_.world_, entry->state, what.deadline,
                                       {1, PeriodUnit::days}, std::string(outage), stamp);
        if (decided) add(entry.get(), std::move(*decided), entropy, {});
    }
    slots_.push_back({&job, what.dispute, no_unit, Receipt{}});
}

void Committer::Batch::erase(Job& job, EraseJob const& what) {
    Slot slot{&job, what.dispute, no_unit, Receipt{}};
    EntryPtr entry = entry_of(what.dispute);
    if (!entry) {
        slot.result = refuse(RefusalCode::not_found, "There is no such dispute.");
    } else if (what.receipt && !keys_.emplace(what.receipt->scope, what.receipt->key).second) {
        slot.result = key_in_progress();
    } else if (auto before = what.receipt ? recorded(*what.receipt) : std::nullopt) {
        slot.result = std::move(*before);
    } else if (!entry->quarantine.empty()) {
        slot.result = quarantine_refusal();
    } else {
        Instant const at = std::max(now_of(entry->state.clock), entry->state.last_at);
        entry = fire_due(std::move(entry), at);
        EventsByRoom events;
        bool left = false; // without words there is nothing to erase but salts
        auto const add_events = [&](std::span<StoredEvent const> stored) {
            for (StoredEvent const& one : stored) {
                left = left || !one.content.empty();
                if (auto id = EventId::parse(one.id); id && one.salt)
                    events[static_cast<std::size_t>(one.room)].push_back(*id);
            }
        };
        add_events(self_.reader_.events(what.dispute.text()));
        std::string const stream = what.dispute.text();
        for (Unit const& unit : units_) // what this batch says is not stored yet
            if (unit.stream == stream) add_events(unit.events);
        if (left) {
            Entropy entropy(self_.seed());
            Stamp const stamp{at, entropy, {}};
            auto decided = erase_content(entry->state, std::move(events), what.actor, stamp);
            slot.unit = add(entry.get(), std::move(decided), entropy, what.receipt);
        }
        slot.result = Receipt{overlay_.at(what.dispute), {}, false};
    }
    slots_.push_back(std::move(slot));
}

void Committer::Batch::advance(Job& job, AdvanceJob& what) {
    Slot slot{&job, {}, no_unit, Receipt{}};
    auto const clock = registry_->clocks.find(what.clock);
    if (clock == registry_->clocks.end()) {
        slot.result = refuse(RefusalCode::not_found, "There is no such test clock.");
    } else if (auto before = advanced_before(what)) {
        if (auto done = std::exchange(what.done, {})) done(std::move(*before));
        return;
    } else if (what.receipt && key_taken(*what.receipt)) {
        slot.result = key_in_progress();
    } else if (auto const there = arrives_.find(what.clock);
               what.to < (there != arrives_.end() ? there->second : clock->second.now)) {
        slot.result = refuse(
            RefusalCode::clock_moves_forward_only,
            fmt::format("The clock stands at {}; it only moves forward.",
                        text_of(there != arrives_.end() ? there->second : clock->second.now)));
    } else {
        // A deadline that falls on `to` itself has not passed: acts of that instant come first (S10).
        auto const rows =
            self_.reader_.due(what.clock, what.to - 1, advance_chunk + what.stuck.size());
        std::vector<DisputeId> due;
        due.reserve(rows.size());
        for (DueRow const& row : rows) due.push_back(row.dispute);
        catch_up(due);
        bool more = false; // what another job of this batch fired may have left something due
        for (DueRow const& row : rows) {
            if (what.stuck.contains(row.dispute)) continue;
            EntryPtr const entry = entry_of(row.dispute);
            if (entry && entry->quarantine.empty()) fire_due(entry, what.to, &job);
            if (changed_.contains(row.dispute)) more = true;
            else what.stuck.insert(row.dispute);
        }
        if (!more) {
            arrived_.push_back(&job);
            arrives_[what.clock] = what.to;
        }
    }
    slots_.push_back(std::move(slot));
}

std::optional<Result<Advanced>> Committer::Batch::advanced_before(AdvanceJob const& what) {
    if (!what.receipt) return std::nullopt;
    auto const stored = self_.reader_.receipt(what.receipt->scope, what.receipt->key);
    if (!stored) return std::nullopt;
    if (stored->key.fingerprint != what.receipt->fingerprint) return key_reused();
    return advance_told(registry_->clocks.at(what.clock), stored->told);
}

Instant Committer::Batch::now_of(std::optional<TestClockId> const& clock) const {
    if (clock)
        if (auto const known = registry_->clocks.find(*clock); known != registry_->clocks.end())
            return known->second.now;
    return self_.clock_.now();
}

EntryPtr Committer::Batch::entry_of(DisputeId dispute) {
    auto const known = overlay_.find(dispute);
    if (known != overlay_.end()) return known->second;
    if (before_ && before_->changed_.contains(dispute)) return before_->overlay_.at(dispute);
    EntryPtr entry = self_.load(dispute);
    if (entry) overlay_.emplace(dispute, entry);
    return entry;
}

EntryPtr Committer::Batch::fire_due(EntryPtr entry, Instant at, Job* for_clock) {
    for (int fires = 0; fires < fires_most; ++fires) {
        Deadline const* due = first_due(entry->state, at);
        if (due == nullptr) return entry;
        Deadline const deadline = *due;
        Entropy entropy(self_.seed());
        Stamp const stamp{at, entropy, roster(entry->state.live)};
        Decided decided = fire(self_.world_, *entry->procedure, entry->state, deadline, stamp);
        std::size_t const unit = add(entry.get(), std::move(decided), entropy, {});
        entry = overlay_.at(entry->state.id);
        if (for_clock != nullptr)
            fired_in_.push_back(
                {for_clock,
                 unit,
                 {entry->state.id, deadline.name, deadline.at, deadline.step, entry->state.stage}});
        self_.fired.fetch_add(1, std::memory_order_relaxed);
    }
    self_.log_(fmt::format("dispute {}: {} deadlines in a row; its procedure does not come to rest",
                           entry->state.id.text(), fires_most));
    return entry;
}

std::size_t Committer::Batch::add(DisputeEntry const* before, Decided decided, Entropy& entropy,
                                  std::optional<ReceiptKey> const& receipt) {
    static DisputeState const nothing;
    DisputeState const& earlier = before != nullptr ? before->state : nothing;
    Effects effects = parley::effects(earlier, decided);
    Unit unit;
    if (before != nullptr) // a filing leaves nobody but the respondent with something to do
        unit.tasks = task_changes(self_.world_, *before->procedure, earlier, decided);
    if (before == nullptr || !lists_the_same(earlier, decided)) unit.dispute = list_row(decided);
    Heads heads = before != nullptr ? before->heads : Heads{};
    unit.stream = decided.after.id.text();
    unit.live = decided.after.live;
    unit.expected_version = heads.version;
    unit.expected_top = heads.top;
    std::string const procedure = reference_text(decided.after.procedure);
    unit.events.reserve(decided.events.size());
    for (Written& written : decided.events)
        unit.events.push_back(seal_event(heads, unit.stream, written.event, procedure,
                                         std::move(written.content), entropy));
    unit.armed = std::move(effects.armed);
    unit.disarmed = std::move(effects.disarmed);
    unit.outbox = std::move(effects.outbox);
    unit.loads = std::move(effects.loads);
    unit.erased = std::move(effects.erased);
    if (!unit.loads.empty()) loads_changed_ = true;
    if (receipt) {
        StoredReceipt stored{*receipt, unit.stream, heads.version, {}, 200, self_.clock_.now(), {}};
        for (StoredEvent const& event : unit.events) stored.events.push_back(event.id);
        unit.receipt = std::move(stored);
    }
    DisputeId const dispute = decided.after.id;
    overlay_[dispute] =
        advance_entry(self_.world_, before, std::move(decided.after), heads, unit.events);
    changed_.insert(dispute);
    units_.push_back(std::move(unit));
    return units_.size() - 1;
}

std::optional<Result<Receipt>> Committer::Batch::recorded(ReceiptKey const& key) {
    auto const stored = self_.reader_.receipt(key.scope, key.key);
    if (!stored) return std::nullopt;
    auto const dispute = DisputeId::parse(stored->stream);
    if (stored->key.fingerprint != key.fingerprint || !dispute) return key_reused();
    auto events = self_.reader_.events(stored->stream);
    std::erase_if(events,
                  [&](StoredEvent const& event) { return event.version > stored->version; });
    Receipt receipt{replay(self_.world_, *dispute, events), {}, true};
    if (!receipt.entry) return refuse(RefusalCode::not_found, "There is no such dispute.");
    self_.note_quarantine(*dispute, *receipt.entry);
    if (!receipt.entry->quarantine.empty()) return quarantine_refusal();
    for (StoredEvent& event : events)
        if (std::ranges::find(stored->events, event.id) != stored->events.end())
            receipt.events.push_back(std::move(event));
    return receipt;
}

std::optional<Result<Receipt>> Committer::Batch::try_recorded(ReceiptKey const& key) {
    try {
        return recorded(key);
    } catch (Fault const& fault) {
        self_.log_(fmt::format("reading a receipt failed: {}", fault.what()));
        return refuse(
            RefusalCode::outcome_unknown,
            "The earlier answer cannot be read just now; retry with the same Idempotency-Key.");
    }
}

void Committer::Batch::commit() {
    if (units_.empty()) return;
    try {
        fates_ = self_.journal_.append(units_);
        self_.store_worked();
    } catch (Fault const& fault) {
        bool const unknown = dynamic_cast<UnknownFate const*>(&fault) != nullptr;
        self_.store_failed(unknown);
        self_.log_(
            fmt::format("a commit {}: {}", unknown ? "of unknown fate" : "failed", fault.what()));
        fate_unknown_ = unknown;
        failed_ = true;
    }
}

bool Committer::Batch::whole() const {
    return !failed_ &&
           std::ranges::all_of(fates_, [](UnitFate fate) { return fate == UnitFate::won; });
}

std::vector<Job> Committer::Batch::finish() {
    answered_ = true;
    if (failed_) {
        bool tell = !fate_unknown_; // by their receipts, where these can be told
        if (fate_unknown_ && self_.journal_.recovers()) {
            self_.in_doubt_.insert(changed_.begin(), changed_.end());
            tell = self_.settle();
        } else if (fate_unknown_) {
            for (DisputeId const& dispute : changed_) self_.refresh(dispute);
        }
        answer_all_failed(tell);
        return {};
    }
    publish();

    std::vector<Job> again;
    for (Slot& slot : slots_) {
        Job& job = *slot.job;
        bool const looked_at = slot.result.has_value() && !was_lost(slot.dispute);
        if (auto* fire = std::get_if<FireJob>(&job))
            fire->done(looked_at ? std::optional(fire->looked_at) : std::nullopt);
        if (auto* outage_job = std::get_if<OutageJob>(&job)) outage_job->done(looked_at);
        if (auto* advance = std::get_if<AdvanceJob>(&job)) finish_advance(slot, *advance, again);
        auto const finish_ask = [&](auto& done, int tries) {
            bool const won = slot.unit == no_unit
                                 ? !was_lost(slot.dispute) || slot.result.has_value()
                                 : fates_[slot.unit] == UnitFate::won;
            if (won) {
                if (slot.unit != no_unit) slot.result->events = std::move(units_[slot.unit].events);
                done(std::move(slot.result));
                return true;
            }
            if (tries >= tries_most) {
                done(refuse(RefusalCode::busy, "Others were faster several times; try again."));
                return true;
            }
            return false;
        };
        if (auto* erase = std::get_if<EraseJob>(&job)) finish_ask(erase->done, tries_most);
        if (auto* ask = std::get_if<AskJob>(&job)) {
            if (slot.unit != no_unit && fates_[slot.unit] == UnitFate::lost_receipt)
                if (auto before = try_recorded(*receipt_of(*ask->ask))) {
                    ask->done(std::move(*before));
                    continue;
                }
            if (!finish_ask(ask->done, ask->tries)) {
                ++ask->tries;
                again.push_back(std::move(job));
            }
        }
    }
    return again;
}

// Makes visible what was committed, before anyone is answered.
void Committer::Batch::publish() {
    for (std::size_t i = 0; i < units_.size(); ++i) {
        if (fates_[i] != UnitFate::won) {
            if (auto dispute = DisputeId::parse(units_[i].stream)) lost_.insert(*dispute);
            continue;
        }
        self_.committed_events.fetch_add(units_[i].events.size(), std::memory_order_relaxed);
        for (DueRow const& row : units_[i].armed)
            if (!row.clock && (!self_.soonest_armed_ || row.at < *self_.soonest_armed_))
                self_.soonest_armed_ = row.at;
    }
    if (!units_.empty()) self_.commits.fetch_add(1, std::memory_order_relaxed);
    for (DisputeId const& dispute : changed_) {
        if (was_lost(dispute)) self_.refresh(dispute);
        else self_.cache_.put(overlay_.at(dispute));
    }
    if (loads_changed_ || !lost_.empty()) self_.try_load_neutrals();
    for (FiredIn& one : fired_in_)
        if (fates_[one.unit] == UnitFate::won)
            std::get<AdvanceJob>(*one.job).fired.push_back(std::move(one.fired));
}

void Committer::Batch::finish_advance(Slot& slot, AdvanceJob& what, std::vector<Job>& again) {
    if (!slot.result) {
        if (what.done) what.done(std::unexpected(std::move(slot.result.error())));
        return;
    }
    bool const there = std::ranges::find(arrived_, slot.job) != arrived_.end();
    std::ranges::sort(what.fired, {}, [](Fired const& f) { return std::pair(f.at, f.dispute); });
    if (what.fired.size() > fired_max) what.fired.resize(fired_max);
    Result<TestClock> clock = there ? set_clock(what) : self_.registry()->clocks.at(what.clock);
    if (!clock) {
        if (what.done) what.done(std::unexpected(std::move(clock.error())));
        return;
    }
    if (what.done && (there || what.fired.size() >= fired_max)) {
        what.done(Advanced{std::move(*clock), std::move(what.fired), there, false});
        what.done = {};
        what.fired.clear();
    }
    if (!there) again.push_back(std::move(*slot.job));
}

Result<TestClock> Committer::Batch::set_clock(AdvanceJob const& what) {
    try {
        Journal::WithReceipt receipt;
        if (what.receipt)
            receipt = StoredReceipt{*what.receipt,      what.clock.text(),           0, {}, 200,
                                    self_.clock_.now(), told_of(what.to, what.fired)};
        self_.journal_.set_clock(what.clock, what.to, receipt);
        self_.store_worked();
        self_.load_registry(); // too, so that nobody is answered with a clock that stands still
        return self_.registry()->clocks.at(what.clock);
    } catch (Fault const& fault) {
        self_.store_failed(dynamic_cast<UnknownFate const*>(&fault) != nullptr);
        self_.log_(fmt::format("moving a test clock failed: {}", fault.what()));
        return std::unexpected(failed_refusal());
    }
}

Refusal Committer::Batch::failed_refusal() const {
    if (self_.saw_unknown_fate_)
        return {RefusalCode::outcome_unknown,
                "It is not known whether this was recorded; retry with the same Idempotency-Key.",
                {},
                {},
                {}};
    return {RefusalCode::busy, "Nothing was recorded: the store failed; try again.", {}, {}, {}};
}

void Committer::Batch::answer_all_failed(bool look) {
    Refusal const refusal = failed_refusal();
    for (Job& job : jobs_) {
        // Such a request may have been made and recorded before; then its answer stands.
        auto* ask = std::get_if<AskJob>(&job);
        if (look && ask != nullptr && receipt_of(*ask->ask))
            if (auto before = try_recorded(*receipt_of(*ask->ask))) {
                ask->done(std::move(*before));
                continue;
            }
        decline(job, refusal.code, refusal.detail);
    }
}

} // namespace parley
