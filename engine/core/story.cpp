#include "engine/core/story.hpp"

#include "engine/core/behaviour.hpp"
#include "engine/core/filing.hpp"
#include "engine/core/project.hpp"
#include "engine/core/story_text.hpp"
#include "engine/core/story_trace.hpp"
#include "engine/procedure/behaviours.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace parley {

namespace {

using namespace stories;

// One story, told step by step in virtual time. Stops at the first thing that is not as it says.
class Telling {
public:
    Telling(World const& world, Procedure const& procedure, StoryText const& text,
            StoryListener const& told)
        : world_(world), procedure_(procedure), text_(text), told_(told),
          entropy_(sha256(text.name)) {
        if (told_) trace_.emplace(procedure);
    }

    // What did not fit, with its line; nothing when all was as told.
    std::optional<StoryFault> run() {
        for (auto const& [key, value] : text_.settings) {
            constexpr std::string_view known[] = {"claimant", "respondent", "amount",
                                                  "consents", "roster",     "missing"};
            if (std::ranges::find(known, key) == std::end(known))
                return fault(text_.line, fmt::format("'{}' is no setting of a story", key));
            if (key != "roster") continue;
            roster_text_ = value;
        }
        auto roster = read_roster(roster_text_);
        if (!roster) return fault(text_.line, "a roster reads: Mia mediator, Dan decider");
        roster_ = std::move(*roster);
        if (text_.rows.empty()) return fault(text_.line, "a story has a table");
        for (StoryRow const& row : text_.rows) {
            auto wrong = tell(row);
            if (trace_) told_(trace_->take_row(text_.name, row.line));
            if (wrong) return fault(row.line, std::move(*wrong));
        }
        return std::nullopt;
    }

private:
    using Wrong = std::optional<std::string>;

    std::optional<StoryFault> fault(std::size_t line, std::string detail) const {
        return StoryFault{text_.name, line, std::move(detail)};
    }

    Wrong tell(StoryRow const& row) {
        auto const [who, note] = cut(row.who, "(");
        role_ = parse_name<Role>(who);
        bool const waits = row.act == "wait";
        if (!role_ && !waits) return fmt::format("'{}' is nobody a story knows", row.who);
        verified_ = note != "unverified)";
        if (!row.when.empty()) {
            auto const at = read_when(row.when, zone());
            if (!at) return fmt::format("'{}' is no instant", row.when);
            if (*at < now_) return fmt::format("{} lies before the row above", row.when);
            now_ = *at;
        }
        if (auto wrong = let_time_pass()) return wrong;
        refused_.reset();
        if (!waits)
            if (auto wrong = act(row.act)) return wrong;
        bool refusal_told = false;
        for (std::string_view const expected : split(row.then, ';')) {
            refusal_told = refusal_told || expected.starts_with("refused:");
            if (auto wrong = check(expected))
                return fmt::format("{} (wanted: {})", *wrong, expected);
        }
        if (refused_ && !refusal_told)
            return fmt::format("refused: {}, {}", name_of(refused_->code), refused_->detail);
        return std::nullopt;
    }

    Zone const* zone() const {
        if (!role_) return world_.zones.find("UTC");
        auto const side = side_of(*role_);
        if (!side || !filed_)
            return world_.zones.find(side ? zone_of_filing(*side) : world_.administrator_zone);
        return world_.zones.find(state_.party(*side).time_zone);
    }
    std::string zone_of_filing(Side side) const {
        auto const input = read_filing(text_, procedure_, instant_max);
        if (!input) return "UTC";
        return side == Side::claimant ? input->claimant.time_zone : input->respondent.time_zone;
    }

    Wrong let_time_pass() {
        while (Deadline const* due = first_due(state_, now_)) {
            Decided decided =
                fire(world_, procedure_, state_, *due, {due->at, entropy_, roster_.candidates});
            std::string const step = due->step; // the state that holds it moves on
            if (auto wrong = take_over(std::move(decided), step)) return wrong;
        }
        return std::nullopt;
    }

    // The state moves on; folding the same events again must give the same state.
    Wrong take_over(Decided decided, std::string_view clock_step = {}) {
        DisputeState again = state_;
        for (Written const& written : decided.events) {
            if (trace_) trace_->add(again, dispute_, written.event, clock_step);
            apply(again, dispute_, written.event);
        }
        if (!(again == decided.after))
            return fmt::format("folding {} again gives another state",
                               type_of(decided.events.front().event));
        state_ = std::move(decided.after);
        return std::nullopt;
    }

    Actor actor() const {
        Actor actor{*role_, "key_story", std::nullopt, verified_};
        if (auto side = side_of(*role_)) actor.id = state_.party(*side).id.text();
        else if (auto seat = seat_of(*role_)) actor.id = state_.seat(*seat).neutral.text();
        return actor;
    }

    Wrong act(std::string_view text) {
        auto const [name, arguments] = cut(text, ":");
        auto const [act_name, room_name] = cut(name, " to ");
        if (act_name == "file") return file();
        Room room = Room::joint;
        if (!room_name.empty()) {
            auto const named = parse_name<Room>(room_name);
            if (!named) return fmt::format("'{}' is no room", room_name);
            room = *named;
        }
        Command command;
        command.dispute = dispute_;
        command.actor = actor();
        command.act = act_name;
        if (Step const* step = procedure_.step_anywhere(act_name)) {
            auto input = read_arguments(spec_of(step->does).input, room, arguments,
                                        {state_, roster_, zone(), world_, *role_,
                                         procedure_.document(step->settings.document)});
            if (!input) return input.error();
            command.input = std::move(*input);
        }
        return take_result(
            decide(world_, procedure_, state_, command, {now_, entropy_, roster_.candidates}));
    }

    Wrong file() {
        auto input = read_filing(text_, procedure_, now_);
        if (!input) return input.error();
        dispute_ = entropy_.make_id<DisputeId>(now_);
        Filing filing;
        filing.dispute = dispute_;
        filing.actor = {Role::claimant, "", std::nullopt, verified_};
        filing.input = std::move(*input);
        auto decided = decide_filing_under(world_, procedure_, filing, {now_, entropy_, {}});
        filed_ = decided.has_value();
        return take_result(std::move(decided));
    }

    Wrong take_result(Result<Decided> decided) {
        if (decided) return take_over(std::move(*decided));
        refused_ = std::move(decided.error());
        return std::nullopt;
    }

    Wrong check(std::string_view expected) const {
        if (expected.starts_with("->"))
            return check_equal("stage", state_.stage, trimmed(expected.substr(2)));
        if (expected.starts_with("refused:")) {
            std::string_view const got =
                refused_ ? name_of(refused_->code) : std::string_view("done");
            return check_equal("refused", got, trimmed(expected.substr(8)));
        }
        auto const [first, rest] = cut(expected, " ");
        if (first == "deadline") return check_deadline(rest);
        if (first == "mark") return state_.marked(rest) ? Wrong() : Wrong("there is no such mark");
        if (first == "no") return check_absence(rest);
        if (first == "outcome") return check_outcome(rest);
        if (first == "track") return check_equal("track", name_of(state_.resolution->track), rest);
        if (first == "status") return check_equal("status", name_of(state_.status), rest);
        if (first == "turn")
            return check_equal(
                "turn", turn_of(procedure_, state_, {role_.value_or(Role::claimant), true, {}}),
                rest);
        if (first == "seat") return check_seat(rest);
        if (first == "sees" || first == "hidden") return check_sight(rest, first == "sees");
        if (first == "language") return check_equal("language", state_.language, rest);
        if (first == "blocked" || first == "open") return check_act(rest, first == "open");
        if (expected.starts_with("stage since ")) {
            auto const at = read_when(expected.substr(12), zone());
            if (!at) return "that is no instant";
            return check_equal("stage since", text_of(state_.stage_entered_at), text_of(*at));
        }
        return "that is nothing a story can expect";
    }

    static Wrong check_equal(std::string_view what, std::string_view got, std::string_view wanted) {
        if (got == wanted) return std::nullopt;
        return fmt::format("{}: {}", what, got);
    }
    Wrong check_deadline(std::string_view text) const {
        auto const [name, when] = cut(text, " ");
        Deadline const* deadline = state_.deadline(name);
        if (deadline == nullptr) return "there is no such deadline";
        auto const at = read_when(when, zone());
        if (!at) return "that is no instant";
        return check_equal("deadline", text_of(deadline->at), text_of(*at));
    }
    Wrong check_absence(std::string_view text) const {
        auto const [what, name] = cut(text, " ");
        bool present = false;
        if (what == "mark") present = state_.marked(name);
        else if (what == "deadline") present = state_.deadline(name) != nullptr;
        else if (what == "outcome") present = state_.outcome() != nullptr;
        else return "that is nothing a story can expect";
        return present ? Wrong("it is there") : Wrong();
    }
    Wrong check_outcome(std::string_view text) const {
        OutcomeState const* outcome = state_.outcome();
        if (outcome == nullptr) return "there is no outcome";
        std::string got(name_of(outcome->kind));
        if (text.find(" v") != std::string_view::npos) got += fmt::format(" v{}", outcome->version);
        if (text.ends_with(" published") || text.ends_with(" kept private"))
            got += outcome->published ? " published" : " kept private";
        if (text.ends_with(" annulled") || text.ends_with(" standing"))
            got += outcome->annulled ? " annulled" : " standing";
        if (text.ends_with(" binding one side"))
            got += outcome->binding == Binding::one_side ? " binding one side" : " otherwise";
        if (text.ends_with(" binding"))
            got += outcome->binding == Binding::both ? " binding" : " not binding";
        return check_equal("outcome", got, text);
    }
    Wrong check_seat(std::string_view text) const {
        auto const [seat_name, wanted] = cut(text, " ");
        auto const kind = parse_name<SeatKind>(seat_name);
        if (!kind) return "there is no such seat";
        Seat const& seat = state_.seat(*kind);
        if (parse_name<SeatStatus>(wanted))
            return check_equal("seat", name_of(seat.status), wanted);
        if (seat.status != SeatStatus::vacant && seat.neutral == roster_.find(wanted))
            return std::nullopt;
        return fmt::format("the seat is {}", name_of(seat.status));
    }
    // Whether who is named may read what is said in the joint room under that label.
    Wrong check_sight(std::string_view text, bool wanted) const {
        auto const label = parse_name<Label>(text);
        if (!label) return "a label is open, negotiation or mediation";
        if (!role_) return "nobody is named";
        bool const sees =
            may_see(state_, {*role_, verified_, seat_of(*role_)}, Room::joint, *label);
        if (sees == wanted) return std::nullopt;
        return sees ? "it may be read" : "it may not be read";
    }
    Wrong check_act(std::string_view name, bool wanted) const {
        if (!role_) return "nobody is named";
        Acts const acts = acts_of(procedure_, state_, {*role_, verified_, seat_of(*role_)});
        bool const open = std::ranges::any_of(
            acts.available, [&](AvailableAct const& a) { return a.step->name == name; });
        bool const blocked = std::ranges::any_of(
            acts.blocked, [&](BlockedAct const& a) { return a.step->name == name; });
        if (wanted ? open : blocked) return std::nullopt;
        return open ? "it is open" : blocked ? "it is blocked" : "it is not listed";
    }

    World const& world_;
    Procedure const& procedure_;
    StoryText const& text_;
    StoryListener const& told_;
    Entropy entropy_;
    std::optional<StoryTrace> trace_; // where somebody listens
    std::string roster_text_;
    StoryRoster roster_;
    DisputeId dispute_;
    DisputeState state_;
    Instant now_;
    bool filed_ = false;
    std::optional<Role> role_;
    bool verified_ = true;
    std::optional<Refusal> refused_;
};

} // namespace

StoriesResult run_stories(World const& world, Procedure const& procedure, std::string_view text,
                          StoryListener const& told) {
    StoriesResult result;
    for (StoryText const& story : split_stories(text)) {
        if (auto fault = Telling(world, procedure, story, told).run())
            result.faults.push_back(std::move(*fault));
        else ++result.passed;
    }
    return result;
}

} // namespace parley
