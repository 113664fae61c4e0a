#include "engine/core/retelling.hpp"

#include "engine/core/filing.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/contains.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/core.h>

namespace parley {

namespace {

bool moves_it(Consequences const& then) { return then.entered || !then.marks.empty(); }

// Whoever can take a seat when the clock draws: the one whom the record drew at that very moment, or else
// those who sat there in the record, in their order, or else somebody who stands for all others.
class Draws {
public:
    explicit Draws(std::span<Written const> recorded) {
        for (Written const& written : recorded) {
            Event const& event = written.event;
            auto const* named = std::get_if<NeutralAppointed>(&event.body);
            if (named != nullptr) sat_[index_of(named->seat)].push_back(named->neutral);
            if (event.then.passed)
                drawn_[{event.then.passed->name, event.at}] =
                    named == nullptr ? std::nullopt : std::optional(named->neutral);
        }
    }

    std::vector<Candidate> roster(DisputeState const& state, Step const* step,
                                  Deadline const& due) const {
        if (step == nullptr || step->does != Behaviour::draw_neutral) return {};
        auto const recorded = drawn_.find({due.name, due.at});
        if (recorded != drawn_.end()) {
            if (!recorded->second) return {}; // nobody was free then
            return {candidate(*recorded->second)};
        }
        SeatKind const kind = *step->settings.seat;
        for (NeutralId const& neutral : sat_[index_of(kind)])
            if (may_sit(state, kind, neutral)) return {candidate(neutral)};
        Bytes16 bytes{};
        bytes[0] = 0x7f;
        bytes[14] = static_cast<std::uint8_t>(index_of(kind));
        bytes[15] = static_cast<std::uint8_t>(state.seat(kind).removed.size());
        return {candidate(NeutralId(bytes))};
    }
    static Candidate candidate(NeutralId neutral) {
        return {neutral, {SeatKind::mediator, SeatKind::decider}, {"en"}, "", "UTC", true};
    }

private:
    static bool may_sit(DisputeState const& state, SeatKind kind, NeutralId neutral) {
        Seat const& seat = state.seat(kind);
        Seat const& across =
            state.seat(kind == SeatKind::mediator ? SeatKind::decider : SeatKind::mediator);
        bool const was_asked = seat.status == SeatStatus::asked && seat.neutral == neutral;
        bool const sits_across = across.status != SeatStatus::vacant && across.neutral == neutral;
        return !was_asked && !sits_across && !contains(seat.removed, neutral) &&
               !contains(across.removed, neutral);
    }

    std::array<std::vector<NeutralId>, 2> sat_; // by SeatKind
    std::map<std::pair<std::string, Instant>, std::optional<NeutralId>> drawn_;
};

class Retelling {
public:
    Retelling(World const& world, Procedure const& procedure, DisputeId dispute,
              std::span<Written const> recorded)
        : world_(world), procedure_(procedure), dispute_(dispute), recorded_(recorded),
          draws_(recorded), entropy_(sha256(dispute.text())) {}

    // What was recorded, event by event.
    void follow() {
        for (Written const& written : recorded_) {
            take_down(written.event);
            apply(course_.state, dispute_, written.event);
        }
    }

    Result<void> file() {
        PARLEY_ASSERT(!recorded_.empty(), "a dispute begins with its filing");
        Filing filing = filed_again(recorded_.front());
        filing.dispute = dispute_;
        auto const& filed = std::get<DisputeFiled>(recorded_.front().event.body);
        auto decided = decide_filing_under(world_, procedure_, {filed.resolution, filed.calendars},
                                           filing, {recorded_.front().event.at, entropy_, {}});
        if (!decided) return std::unexpected(std::move(decided.error()));
        take_over(std::move(*decided));
        return {};
    }

    void take_again() {
        for (Written const& written : recorded_.subspan(1)) {
            Event const& event = written.event;
            if (event.then.passed || std::holds_alternative<ContentErased>(event.body)) continue;
            let_time_pass(event.at);
            if (event.step.empty()) grant_again(event);
            else act_again(written);
        }
    }

    void let_time_pass(Instant until) {
        while (Deadline const* due = first_due(course_.state, until)) {
            Stage const* const stage = procedure_.stage(course_.state.stage);
            std::vector<Candidate> const roster = draws_.roster(
                course_.state, stage == nullptr ? nullptr : stage->step(due->step), *due);
            take_over(fire(world_, procedure_, course_.state, *due, {due->at, entropy_, roster}));
        }
    }

    Course take() { return std::move(course_); }

private:
    // Reads what the clocks did off an event, before it is applied.
    void take_down(Event const& event) {
        Consequences const& then = event.then;
        if (then.passed && moves_it(then)) {
            Deadline const* const passed = course_.state.deadline(then.passed->name);
            course_.lapses.push_back({then.passed->name,
                                      passed == nullptr ? std::vector<Side>() : passed->actors,
                                      event.at});
        }
        for (Deadline const& armed : then.armed)
            course_.times.push_back({armed.name, armed.actors, armed.at});
    }
    void take_over(Decided decided) {
        for (Written const& written : decided.events) take_down(written.event);
        course_.state = std::move(decided.after);
    }

    // More time for a cause outside the parties; where that clock does not run there is none to give.
    void grant_again(Event const& event) {
        auto const* moved = std::get_if<DeadlineExtended>(&event.body);
        if (moved == nullptr) return;
        auto granted = grant_extension(world_, course_.state, moved->deadline, moved->by,
                                       moved->cause, {event.at, entropy_, {}});
        if (granted) take_over(std::move(*granted));
    }

    void act_again(Written const& written) {
        Event const& event = written.event;
        Stage const* const stage = procedure_.stage(course_.state.stage);
        Step const* step = stage == nullptr ? nullptr : stage->step(event.step);
        if (step == nullptr) step = procedure_.step_anywhere(event.step);
        Command command;
        command.dispute = dispute_;
        command.act = event.step;
        command.actor = actor_again(event.actor);
        if (step != nullptr) {
            auto input = said_again(written, *step, procedure_.document(step->settings.document));
            if (!input)
                return refused(event, {RefusalCode::invalid,
                                       fmt::format("{} asks for something else here.", event.step),
                                       {},
                                       {},
                                       {}});
            command.input = std::move(*input);
        }
        std::vector<Candidate> roster;
        if (auto const* named = std::get_if<NeutralAppointed>(&event.body))
            roster.push_back(Draws::candidate(named->neutral));
        rename(command.input);
        auto decided =
            decide(world_, procedure_, course_.state, command, {event.at, entropy_, roster});
        if (!decided) return refused(event, std::move(decided.error()));
        auto const* offered = std::get_if<OfferMade>(&event.body);
        auto const* offered_now = std::get_if<OfferMade>(&decided->events.front().event.body);
        if (offered != nullptr && offered_now != nullptr)
            offers_[offered->offer] = offered_now->offer;
        take_over(std::move(*decided));
    }

    // Parties and neutrals are known by other ids here.
    Actor actor_again(Actor actor) const {
        if (auto const side = side_of(actor.role)) actor.id = course_.state.party(*side).id.text();
        else if (auto const seat = seat_of(actor.role))
            actor.id = course_.state.seat(*seat).neutral.text();
        return actor;
    }
    // So are offers, and the text of an outcome has another hash.
    void rename(ActInput& input) const {
        if (auto* meant = std::get_if<OfferRefInput>(&input)) {
            auto const known = meant->offer ? offers_.find(*meant->offer) : offers_.end();
            if (known != offers_.end()) meant->offer = known->second;
        }
        OutcomeState const* const outcome = course_.state.outcome();
        auto* const answered = std::get_if<OutcomeRefInput>(&input);
        if (answered != nullptr && outcome != nullptr && !answered->text_sha256.empty())
            answered->text_sha256 = outcome->text_sha256;
    }

    void refused(Event const& event, Refusal why) {
        if (course_.state.ended) ++course_.after_the_end;
        else course_.refused.push_back({event.step, event.actor.role, event.at, std::move(why)});
    }

    World const& world_;
    Procedure const& procedure_;
    DisputeId dispute_;
    std::span<Written const> recorded_;
    Draws draws_;
    Entropy entropy_;
    std::map<OfferId, OfferId> offers_; // as recorded, as here
    Course course_;
};

} // namespace

Course recorded_course(World const& world, Procedure const& own, DisputeId dispute,
                       std::span<Written const> recorded, Instant until) {
    Retelling retelling(world, own, dispute, recorded);
    retelling.follow();
    retelling.let_time_pass(until);
    return retelling.take();
}

Result<Course> course_under(World const& world, Procedure const& candidate, DisputeId dispute,
                            std::span<Written const> recorded, Instant until) {
    Retelling retelling(world, candidate, dispute, recorded);
    if (auto filed = retelling.file(); !filed) return std::unexpected(std::move(filed.error()));
    retelling.take_again();
    retelling.let_time_pass(until);
    return retelling.take();
}

} // namespace parley
