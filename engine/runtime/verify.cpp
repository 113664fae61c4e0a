#include "engine/runtime/verify.hpp"
#include "engine/core/tasks.hpp"

#include "engine/ledger/merkle.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <tuple>

namespace parley {

namespace {

constexpr std::size_t page = 1000;
constexpr int looks_most = 8; // at a dispute that is being written meanwhile
constexpr std::string_view notice_kind = "notice";

// The id just below: to ask a list that starts after an id for that very id.
DisputeId before(DisputeId id) {
    Bytes16 bytes = id.bytes();
    for (std::size_t i = bytes.size(); i-- > 0;)
        if (bytes[i]-- != 0) break;
    return DisputeId(bytes);
}

auto order_of(DueRow const& row) {
    return std::tie(row.dispute, row.name, row.stamp, row.at, row.clock);
}
auto order_of(OutboxRow const& row) {
    return std::tie(row.id, row.dispute, row.event, row.addressee, row.notice, row.at);
}

// The first row that is in `these` and not in `those`.
template <class Row>
std::optional<Row> first_only(std::vector<Row> these, std::vector<Row> those) {
    auto const less = [](Row const& a, Row const& b) { return order_of(a) < order_of(b); };
    std::ranges::sort(these, less);
    std::ranges::sort(those, less);
    std::vector<Row> only;
    std::ranges::set_difference(these, those, std::back_inserter(only), less);
    if (only.empty()) return std::nullopt;
    return std::move(only.front());
}

std::string text_of(DueRow const& row) {
    return fmt::format("{} (stamp {}, {})", row.name, row.stamp, text_of(row.at));
}
std::string text_of(OutboxRow const& row) {
    return fmt::format("{} of {} to {}", row.notice, row.event, row.addressee);
}

auto order_of(Task const& task) {
    return std::tie(task.kind, task.seat, task.id, task.neutral, task.stage, task.deadline);
}
bool less_task(Task const& a, Task const& b) { return order_of(a) < order_of(b); }

// What the row says otherwise than the events; empty when they agree. The reference is personal: it is
// no fact, and may be erased.
std::string difference(DisputeRow const& row, DisputeRow const& wanted) {
    auto const differ = [](std::string_view column, auto const& is, auto const& should) {
        return fmt::format("the dispute row has {} {}, the events say {}", column, is, should);
    };
    if (row.version != wanted.version) return differ("version", row.version, wanted.version);
    if (row.platform != wanted.platform)
        return differ("platform", row.platform.text(), wanted.platform.text());
    if (row.live != wanted.live) return differ("live", row.live, wanted.live);
    if (row.status != wanted.status)
        return differ("status", name_of(row.status), name_of(wanted.status));
    if (row.stage != wanted.stage) return differ("stage", row.stage, wanted.stage);
    if (row.procedure != wanted.procedure || row.procedure_version != wanted.procedure_version)
        return differ("procedure", row.procedure, wanted.procedure);
    if (row.created_at != wanted.created_at)
        return differ("created_at", text_of(row.created_at), text_of(wanted.created_at));
    if (row.changed_at != wanted.changed_at)
        return differ("changed_at", text_of(row.changed_at), text_of(wanted.changed_at));
    if (row.parties != wanted.parties) return "the dispute row names other parties than the events";
    if (row.neutrals != wanted.neutrals)
        return "the dispute row names other neutrals than the events";
    if (row.clock != wanted.clock) return "the dispute row names another clock than the events";
    return {};
}

// What must be in the log once for this acknowledgement to be true.
std::string const& thing_of(Acknowledged const& ack) {
    return ack.event.empty() ? ack.dispute : ack.event;
}

std::expected<Event, std::string> event_of(StoredEvent const& stored) {
    Json const envelope = Json::parse(stored.envelope, nullptr, false);
    if (envelope.is_discarded()) return std::unexpected("the envelope is not JSON");
    return read_event(envelope);
}

} // namespace

Verification JournalVerifier::run(std::span<Acknowledged const> acknowledged) {
    found_ = {};
    heads_.clear();
    loads_.clear();
    platforms_.clear();
    clocks_.clear();
    seen_.clear();
    stream_of_.clear();
    for (Acknowledged const& ack : acknowledged) seen_.emplace(thing_of(ack), 0);
    std::uint64_t const size_before = reader_.log_size(false) + reader_.log_size(true);
    found_.test = walk_log(false);
    found_.live = walk_log(true);
    check_acknowledged(acknowledged);
    check_disputes();
    check_receipts();
    check_owners();
    check_loads(size_before);
    return std::move(found_);
}

LogSummary JournalVerifier::walk_log(bool live) {
    MerkleFrontier tree;
    std::uint64_t const size = reader_.log_size(live);
    std::uint64_t next = 1;
    while (next <= size) {
        auto const events = reader_.log(live, next, page);
        if (events.empty()) break;
        for (StoredEvent const& stored : events) {
            if (stored.position > size) break;
            auto const wrong = [&](std::string reason) {
                blame({live, stored.position, stored.stream, stored.id, std::move(reason)});
            };
            if (stored.position != next)
                wrong(fmt::format("position {} is missing before it", next));
            next = stored.position + 1;
            Heads& heads = heads_[stored.stream];
            if (auto fits = check_next(heads, stored); !fits) {
                wrong(fits.error());
                // Go on from what is stored, so that one fault is not blamed on all that follow.
                auto const room = static_cast<std::size_t>(stored.room);
                heads.version = stored.version;
                heads.numbers[room] = stored.number;
                heads.last[room] = heads.top = stored.hash;
            }
            tree.add(leaf_hash(stored.hash, stored.nonce));
            count_seen(stored.id, stored.stream);
            if (stored.type == "dispute_filed") count_seen(stored.stream, stored.stream);
        }
    }
    if (next <= size)
        blame(
            {live, next, "", "",
             fmt::format("the log should hold {} events and ends before position {}", size, next)});
    if (auto const after = reader_.log(live, size + 1, 1);
        !after.empty() && reader_.log_size(live) < after.front().position)
        blame({live, after.front().position, after.front().stream, after.front().id,
               "it lies beyond the size of the log"});
    return {tree.size(), tree.root()};
}

void JournalVerifier::count_seen(std::string const& thing, std::string const& stream) {
    auto const seen = seen_.find(thing);
    if (seen == seen_.end()) return;
    ++seen->second;
    stream_of_[thing] = stream;
}

void JournalVerifier::check_acknowledged(std::span<Acknowledged const> acknowledged) {
    std::unordered_map<std::string, std::string> event_of_key;
    for (Acknowledged const& ack : acknowledged) {
        ++found_.acknowledged;
        std::string const& thing = thing_of(ack);
        std::uint64_t const times = seen_[thing];
        if (times != 1)
            blame({false, 0, ack.dispute, ack.event,
                   fmt::format("acknowledged under key {}, but {} in the journal", ack.key,
                               times == 0 ? "not" : "more than once")});
        else if (stream_of_[thing] != ack.dispute)
            blame({false, 0, ack.dispute, ack.event, "acknowledged for another dispute"});
        auto const [known, fresh] = event_of_key.emplace(ack.key, thing);
        if (!fresh && known->second != thing)
            blame({false, 0, ack.dispute, ack.event,
                   fmt::format("key {} had two effects; the other is {}", ack.key, known->second)});
    }
}

JournalVerifier::BesideEach JournalVerifier::all_beside() {
    BesideEach each;
    for (DueRow& row : reader_.open_deadlines()) {
        DisputeId const dispute = row.dispute;
        each[dispute].deadlines.push_back(std::move(row));
    }
    for (Task& task : reader_.open_tasks()) { // those done by hand may be over, whatever was said
        DisputeId const dispute = task.dispute;
        if (!done_by_hand(task.kind)) each[dispute].tasks.push_back(std::move(task));
    }
    std::string after;
    while (true) {
        auto some = reader_.outbox(after, page);
        if (some.empty()) return each;
        after = some.back().id;
        for (OutboxRow& row : some) {
            DisputeId const dispute = row.dispute;
            if (row.kind == notice_kind) each[dispute].notices.push_back(std::move(row));
        }
    }
}

void JournalVerifier::check_disputes() {
    BesideEach beside = all_beside();
    std::vector<DisputeId> doubtful;
    std::set<std::string> rows;
    std::optional<DisputeId> after;
    while (true) {
        auto const some = reader_.all_disputes(after, page);
        for (DisputeRow const& row : some) {
            rows.insert(row.id.text());
            platforms_.emplace(row.platform, row.id);
            if (row.clock) clocks_.emplace(std::pair(*row.clock, row.platform), row.id);
            Beside& own = beside[row.id];
            found_.deadlines += own.deadlines.size();
            found_.notices += own.notices.size();
            found_.tasks += own.tasks.size();
            if (!misfit_of(row, row.id, std::move(own), true).empty()) doubtful.push_back(row.id);
            beside.erase(row.id);
        }
        found_.disputes += some.size();
        if (some.size() < page) break;
        after = some.back().id;
    }
    for (auto const& [stream, heads] : heads_) {
        if (rows.contains(stream)) continue;
        if (auto dispute = DisputeId::parse(stream); dispute) doubtful.push_back(*dispute);
    }
    for (auto const& [dispute, own] : beside) doubtful.push_back(dispute);
    std::ranges::sort(doubtful);
    auto const twice = std::ranges::unique(doubtful);
    doubtful.erase(twice.begin(), twice.end());
    look_again(std::move(doubtful));
}

// A dispute may have changed between two of our reads; only what disagrees with itself while its
// version stands still is a fault.
void JournalVerifier::look_again(std::vector<DisputeId> doubtful) {
    for (int look = 1; look <= looks_most && !doubtful.empty(); ++look) {
        std::map<DisputeId, std::optional<DisputeRow>> before;
        for (DisputeId const dispute : doubtful) before.emplace(dispute, row_of(dispute));
        BesideEach beside = all_beside();
        std::vector<DisputeId> moved;
        for (auto const& [dispute, row] : before) {
            std::string reason = misfit_of(row, dispute, std::move(beside[dispute]), false);
            if (reason.empty()) continue;
            auto const after = row_of(dispute);
            bool const still =
                row.has_value() == after.has_value() && (!row || row->version == after->version);
            if (still) blame_beside(row && row->live, dispute.text(), std::move(reason));
            else moved.push_back(dispute);
        }
        doubtful = std::move(moved);
    }
    found_.restless = doubtful.size();
}

std::optional<DisputeRow> JournalVerifier::row_of(DisputeId dispute) {
    auto rows = reader_.all_disputes(before(dispute), 1);
    if (rows.empty() || rows.front().id != dispute) return std::nullopt;
    return std::move(rows.front());
}

std::optional<JournalVerifier::Expected> JournalVerifier::replay_dispute(DisputeId dispute,
                                                                         bool first_look) {
    DisputeState state;
    state.id = dispute;
    DisputeRow row;
    std::vector<OutboxRow> notices;
    std::vector<Task> tasks;
    std::set<std::string> erased;
    auto const events = reader_.events(dispute.text());
    auto const wrong = [&](StoredEvent const& stored, std::string reason) {
        if (!first_look) return; // it was said then
        blame({state.live, stored.position, stored.stream, stored.id, std::move(reason)});
    };
    for (StoredEvent const& stored : events) {
        auto event = event_of(stored);
        if (!event) {
            wrong(stored, fmt::format("{} cannot be replayed: {}", stored.type, event.error()));
            return std::nullopt;
        }
        DisputeState const earlier = state;
        apply(state, dispute, *event);
        if (auto const* erasure = std::get_if<ContentErased>(&event->body))
            for (EventId const id : erasure->events) erased.insert(id.text());
        Decided const decided{{Written{std::move(*event), ""}}, state};
        row = list_row(decided);
        Effects made = effects(earlier, decided);
        std::ranges::move(made.outbox, std::back_inserter(notices));
        follow_tasks(tasks, earlier, decided);
        if (!first_look) continue;
        for (LoadChange const& change : made.loads)
            loads_[{state.live, change.neutral}] += change.by;
    }
    if (events.empty()) return std::nullopt;
    for (StoredEvent const& stored : events)
        if (!erased.contains(stored.id)) {
            if (!stored.salt) wrong(stored, "its content is gone and no event tells of an erasure");
        } else {
            if (first_look) ++found_.erased;
            if (!stored.content.empty() || stored.salt)
                wrong(stored, "its content was erased and is still there");
        }
    if (!world_.procedures.find(state.procedure))
        wrong(events.front(), fmt::format("this program does not have its procedure {}",
                                          reference_text(state.procedure)));
    std::ranges::sort(tasks, less_task);
    Expected expected{std::move(row), {{}, std::move(notices), std::move(tasks)}};
    for (Deadline const& deadline : state.deadlines)
        expected.beside.deadlines.push_back(
            {dispute, deadline.name, deadline.stamp, deadline.at, state.clock});
    return expected;
}

// The tasks after an event, folded as the store folds them.
void JournalVerifier::follow_tasks(std::vector<Task>& open, DisputeState const& earlier,
                                   Decided const& decided) {
    auto const procedure = world_.procedures.find(decided.after.procedure);
    if (!procedure || earlier.version == 0) return;
    for (TaskChange const& change : task_changes(world_, *procedure, earlier, decided)) {
        auto const same = [&](Task const& task) {
            return task.kind == change.task.kind && task.seat == change.task.seat;
        };
        if (done_by_hand(change.task.kind)) continue;
        auto const known = std::ranges::find_if(open, same);
        bool const there = known != open.end();
        if (change.what == TaskChange::What::open && !there) {
            open.push_back(change.task);
        } else if (change.what == TaskChange::What::close && there) {
            open.erase(known);
        } else if (change.what == TaskChange::What::move && there) {
            known->stage = change.task.stage;
            known->deadline = change.task.deadline;
            known->due_at = change.task.due_at;
        }
    }
}

std::string JournalVerifier::misfit_of(std::optional<DisputeRow> const& row, DisputeId dispute,
                                       Beside found, bool first_look) {
    auto const faults_before = found_.faults;
    auto const expected = replay_dispute(dispute, first_look);
    if (!expected) {
        if (found_.faults > faults_before) return {}; // blamed where it broke
        if (row) return "it has a dispute row, but no events";
        if (!found.deadlines.empty())
            return fmt::format("an open deadline {} belongs to no dispute",
                               text_of(found.deadlines.front()));
        if (!found.notices.empty())
            return fmt::format("the notice {} belongs to no dispute",
                               text_of(found.notices.front()));
        if (!found.tasks.empty()) return "an open task belongs to no dispute";
        return {};
    }
    if (!row) return "it has events, but no dispute row";
    if (auto reason = difference(*row, expected->row); !reason.empty()) return reason;
    Beside const& wanted = expected->beside;
    if (auto only = first_only(wanted.deadlines, found.deadlines))
        return fmt::format("the deadline {} is missing", text_of(*only));
    if (auto only = first_only(found.deadlines, wanted.deadlines))
        return fmt::format("the deadline {} is open, but not by the events", text_of(*only));
    if (auto only = first_only(wanted.notices, found.notices))
        return fmt::format("the notice {} is missing", text_of(*only));
    if (auto only = first_only(found.notices, wanted.notices))
        return fmt::format("the notice {} waits, but not by the events", text_of(*only));
    return task_misfit(std::move(found.tasks), wanted.tasks);
}

std::string JournalVerifier::task_misfit(std::vector<Task> found, std::vector<Task> const& wanted) {
    std::ranges::sort(found, less_task);
    auto const differ = [](Task const& is, Task const& should) {
        bool const hard = !should.deadline.empty(); // a soft target follows zone data of its day
        return order_of(is) != order_of(should) || (hard && is.due_at != should.due_at);
    };
    auto const [is, should] = std::ranges::mismatch(
        found, wanted, [&](Task const& a, Task const& b) { return !differ(a, b); });
    if (is != found.end())
        return fmt::format("the task {} ({}) is open, but not so by the events", is->id.text(),
                           name_of(is->kind));
    if (should != wanted.end())
        return fmt::format("the task {} ({}) is missing", should->id.text(), name_of(should->kind));
    return {};
}

void JournalVerifier::blame(JournalFault fault) {
    ++found_.faults;
    auto const rank = [](JournalFault const& what) {
        return what.position == 0 ? UINT64_MAX : what.position;
    };
    if (!found_.first || rank(fault) < rank(*found_.first)) found_.first = std::move(fault);
}

} // namespace parley
