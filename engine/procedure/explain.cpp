#include "engine/procedure/behaviours.hpp"
#include "engine/procedure/draw.hpp"
#include "engine/procedure/draw_parts.hpp"
#include "engine/procedure/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>

// A procedure as one would tell it. What several stages share is told once, after them.

namespace parley {

namespace {

constexpr std::size_t width = 96;

std::string_view words_of(Role role) {
    switch (role) {
    case Role::claimant: return "brings the claim";
    case Role::respondent: return "answers the claim";
    case Role::mediator: return "helps both sides settle and decides nothing";
    case Role::decider: return "gives the award or the recommendation";
    case Role::administrator: return "runs the proceedings and finds the neutrals";
    case Role::platform: return "brings disputes here and passes on what its customers say";
    case Role::auditor: return "reads and changes nothing";
    case Role::clock: return "nobody: what happens when a time has run out";
    }
    return "";
}

std::string_view words_of(Label label) {
    switch (label) {
    case Label::open: return "";
    case Label::negotiation:
        return "What is said here is protected as negotiation: a decider reads it only if every "
               "party agrees.";
    case Label::mediation:
        return "What is said here is protected as mediation: a decider reads it only if every "
               "party agrees.";
    }
    return "";
}

std::string_view words_of_status(std::string_view status) {
    if (status == "adopted") return "which is in force";
    if (status == "draft") return "a draft that was never adopted";
    if (status == "historic") return "which is no longer in force";
    return "rules of our own";
}

std::string_view bound_by(Stage const& end) {
    if (end.result == "settlement") return "both sides, by the terms they agreed on";
    if (end.result == "withdrawal") return "nobody; the claim was taken back";
    if (end.result == "award") return "both sides, by the award";
    if (end.result == "recommendation")
        return end.status == Status::decided
                   ? "both sides, by contract, once each has accepted the recommendation"
                   : "nobody by the recommendation alone; only who has promised to follow it";
    if (end.result == "judgment") return "the parties, by the judgment of the court";
    return "nobody; nothing was decided";
}

// "the claimant, the respondent or the clock".
std::string listed(std::vector<std::string> const& names, std::string_view last) {
    std::string out;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) out += i + 1 == names.size() ? fmt::format(" {} ", last) : ", ";
        out += names[i];
    }
    return out;
}
std::string listed(std::vector<Role> const& roles, std::string_view last) {
    std::vector<std::string> names;
    for (Role const role : roles) names.push_back(fmt::format("the {}", name_of(role)));
    return listed(names, last);
}
std::string spaced_list(std::vector<std::string> const& names) {
    std::vector<std::string> out;
    out.reserve(names.size());
    for (std::string const& name : names) out.push_back(spaced(name));
    return listed(out, "and");
}

std::string capital(std::string text) {
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text;
}

std::string cited(std::string const& means, std::string const& cites) {
    return cites.empty() ? plain(means) : fmt::format("{} [{}]", plain(means), plain(cites));
}

bool is_shared(std::string_view pointer) { return pointer.starts_with("/common/"); }
bool is_by_clock(Step const& step) {
    return std::ranges::find(step.by, Role::clock) != step.by.end();
}

class Telling {
public:
    explicit Telling(Procedure const& procedure) : procedure_(procedure) {}

    std::string tell() {
        tell_head();
        tell_roles();
        heading("The stages");
        std::size_t number = 0;
        for (Stage const& stage : procedure_.stages)
            if (!stage.ends()) tell_stage(++number, stage);
        tell_shared();
        heading("How it ends");
        for (Stage const& stage : procedure_.stages)
            if (stage.ends()) tell_end(stage);
        tell_parameters();
        return std::move(out_);
    }

private:
    void say(std::size_t indent, std::string_view text, std::string_view bullet = "") {
        std::string lead = std::string(indent, ' ') + std::string(bullet);
        for (std::string const& line : wrapped(text, width - lead.size())) {
            out_ += lead + line + '\n';
            lead = std::string(lead.size(), ' ');
        }
    }
    void heading(std::string_view text) {
        out_ += fmt::format("\n{}\n{}\n", text, std::string(text.size(), '-'));
    }

    void tell_head() {
        for (std::string const& line : wrapped(plain(procedure_.title), width)) out_ += line + '\n';
        out_ += std::string(std::min(length_of(plain(procedure_.title)), width), '=') + '\n';
        say(0, fmt::format("{}, version {}", procedure_.ref.name, procedure_.ref.version));
        out_ += '\n';
        say(0, plain(procedure_.means));
        heading("What it rests on");
        say(0,
            fmt::format("{}, {}.", plain(procedure_.source), words_of_status(procedure_.status)));
        say(0, procedure_.track == Track::one
                   ? "It is for Track I, in which a dispute may end in an award that binds."
                   : "It is for Track II, in which no award is given unless both sides agree to "
                     "arbitrate after the dispute arose.");
        say(0,
            "What stands in brackets is where a rule comes from; \"own:\" says why we chose what "
            "the source leaves open.");
    }

    void tell_roles() {
        heading("Who takes part");
        std::map<Role, std::size_t> stages;
        for (Stage const& stage : procedure_.stages) {
            std::vector<Role> here;
            for (Step const& step : stage.steps)
                here.insert(here.end(), step.by.begin(), step.by.end());
            std::ranges::sort(here);
            here.erase(std::ranges::unique(here).begin(), here.end());
            for (Role const role : here) ++stages[role];
        }
        for (auto const& [role, count] : stages)
            say(2,
                fmt::format("the {}: {}; acts in {} stage{}", name_of(role), words_of(role), count,
                            count == 1 ? "" : "s"),
                "- ");
    }

    void tell_stage(std::size_t number, Stage const& stage) {
        out_ += '\n';
        say(0,
            fmt::format("{}. {} ({})", number, capital(spaced(stage.name)), name_of(stage.kind)));
        say(3, cited(stage.means, stage.cites));
        if (!stage.waits_for.empty())
            say(3, fmt::format("It is the turn of {}.", listed(stage.waits_for, "and")));
        say(3, words_of(stage.label));
        for (Step const& step : stage.steps)
            if (!is_by_clock(step) && !is_shared(step.pointer)) tell_step(stage, step);
        for (DeadlineRule const& rule : stage.deadlines)
            if (!is_shared(rule.pointer)) tell_clock(stage, rule);
        tell_by_name(stage);
        if (!stage.deadlines.empty()) say(3, silence_in(stage));
    }

    // What is told once, below, for all the stages that share it.
    void tell_by_name(Stage const& stage) {
        std::vector<std::string> acts, clocks;
        for (Step const& step : stage.steps)
            if (!is_by_clock(step) && is_shared(step.pointer)) acts.push_back(spaced(step.name));
        for (DeadlineRule const& rule : stage.deadlines)
            if (is_shared(rule.pointer)) clocks.push_back(spaced(rule.name));
        if (!acts.empty())
            say(3,
                fmt::format("Open here as in other stages, see below: {}.", listed(acts, "and")));
        if (!clocks.empty())
            say(3, fmt::format("Clocks as in other stages, see below: {}.", listed(clocks, "and")));
    }

    void tell_step(Stage const& stage, Step const& step) {
        say(3,
            fmt::format("{} may {}: {}", capital(listed(step.by, "or")), quoted(step.name),
                        cited(means_of(step), step.cites)),
            "- ");
        say(5, consequences_of(stage, step));
    }

    static std::string quoted(std::string_view name) { return fmt::format("\"{}\"", spaced(name)); }
    static std::string means_of(Step const& step) {
        return step.means.empty() ? std::string(spec_of(step.does).means) : step.means;
    }

    std::string consequences_of(Stage const& stage, Step const& step) {
        std::vector<std::string> sentences;
        if (!step.needs.empty())
            sentences.push_back(fmt::format("Only if {}.", sentence_of(step.needs)));
        if (step.once_per_side) sentences.emplace_back("Once for each side.");
        if (step.verified_sign_in) sentences.emplace_back("Needs a sign-in of one's own.");
        sentences.push_back(where_it_leads(stage, step));
        if (!step.marks.empty())
            sentences.push_back(fmt::format("The record then shows: {}.", spaced_list(step.marks)));
        if (!step.clears.empty())
            sentences.push_back(
                fmt::format("The record no longer shows: {}.", spaced_list(step.clears)));
        if (!step.arms.empty())
            sentences.push_back(fmt::format("It starts the clock {}.", spaced_list(step.arms)));
        if (!step.stops.empty())
            sentences.push_back(fmt::format("It stops the clock {}.", spaced_list(step.stops)));
        if (!step.notifies.empty())
            sentences.push_back(fmt::format("Told: {}.", listed(step.notifies, "and")));
        std::string out;
        for (std::string const& sentence : sentences) {
            if (!out.empty()) out += ' ';
            out += sentence;
        }
        return out;
    }

    std::string where_it_leads(Stage const& stage, Step const& step) {
        if (step.to.empty()) return "The dispute stays where it is.";
        std::vector<std::string> parts;
        for (Branch const& branch : step.to) {
            std::string part;
            if (!branch.when.empty()) part = fmt::format("if {}, ", sentence_of(branch.when));
            else if (!parts.empty()) part = "otherwise ";
            part += place_of(stage, branch);
            if (branch.interrupts) part += ", and comes back here later";
            if (!branch.marks.empty())
                part += fmt::format(", and the record shows {}", spaced_list(branch.marks));
            for (SeatKind const seat : branch.vacates)
                part += fmt::format(", and the {} leaves", name_of(seat));
            parts.push_back(std::move(part));
        }
        std::string out;
        for (std::string const& part : parts) {
            if (!out.empty()) out += "; ";
            out += part;
        }
        return capital(std::move(out)) + '.';
    }
    std::string place_of(Stage const& stage, Branch const& branch) {
        if (branch.to == "stay") return "the dispute stays where it is";
        if (branch.to != "resume") return fmt::format("the dispute goes to {}", spaced(branch.to));
        std::vector<std::string> names;
        for (std::size_t const i : interrupted_for(procedure_, stage.name))
            names.push_back(spaced(procedure_.stages[i].name));
        if (names.empty()) return "the dispute goes back to what was interrupted";
        return fmt::format("the dispute goes back to what was interrupted: {}",
                           listed(names, "or"));
    }

    void tell_clock(Stage const& stage, DeadlineRule const& rule) {
        std::string text =
            fmt::format("Clock {}: {}", quoted(rule.name), parley::words_of(rule.after));
        if (!rule.after_parameter.empty()) text += fmt::format(" ({})", rule.after_parameter);
        text += rule.by_step ? " from the step that starts it" : " from the beginning of the stage";
        if (rule.receipt) {
            text += fmt::format(", which counts as received {} later",
                                parley::words_of(rule.receipt->after));
            if (rule.receipt->abroad)
                text += fmt::format(", abroad {}", parley::words_of(*rule.receipt->abroad));
        }
        if (!rule.actors.empty())
            text += fmt::format(", counted in the days of {}", listed(rule.actors, "and"));
        text += rule.ends == Ends::instant ? ", to the instant" : ", to the end of the last day";
        if (rule.keeps_running) text += "; it runs on where the stage is left";
        if (rule.only_once) text += "; it runs once in a dispute";
        if (rule.on_return == OnReturn::remaining)
            text += "; after an interruption it has the days that were left";
        say(3, fmt::format("{}. {}", text, cited(rule.means, rule.cites)), "- ");
        Step const* const then = stage.step(rule.then);
        if (then == nullptr) return;
        say(5, fmt::format("When it passes, {}: {} {}", quoted(then->name),
                           cited(means_of(*then), then->cites), consequences_of(stage, *then)));
    }

    // The first clock that is sure to lead away, if nobody does anything.
    std::string silence_in(Stage const& stage) {
        std::vector<DeadlineRule const*> rules;
        for (DeadlineRule const& rule : stage.deadlines)
            if (!rule.by_step) rules.push_back(&rule);
        std::ranges::sort(rules, {}, [](DeadlineRule const* rule) {
            return std::pair(hours_of(rule->after), rule); // of equal ones, the first in the file
        });
        std::vector<std::string> parts;
        for (DeadlineRule const* const rule : rules) {
            Step const* const step = stage.step(rule->then);
            if (step == nullptr || !step->leads_away()) continue;
            std::string part = fmt::format("after {} ", parley::words_of(rule->after));
            if (!step->needs.empty()) part += fmt::format("(if {}) ", sentence_of(step->needs));
            std::string where = where_it_leads(stage, *step);
            where.pop_back();
            if (where.starts_with("The ") || where.starts_with("If "))
                where.front() = static_cast<char>(where.front() - 'A' + 'a');
            parts.push_back(part + where);
            bool const surely =
                step->needs.empty() && std::ranges::none_of(step->to, [](Branch const& branch) {
                    return branch.to == "stay";
                });
            if (surely) break;
        }
        if (parts.empty()) return "If nobody does anything, nothing happens yet.";
        std::string out = "If nobody does anything: ";
        for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : "; ") + parts[i];
        return out + '.';
    }

    // Steps and clocks under /common, each with the stages that have it.
    void tell_shared() {
        struct Shared {
            Stage const* stage = nullptr; // the first that has it
            Step const* step = nullptr;
            DeadlineRule const* rule = nullptr;
            std::vector<std::string> stages;
        };
        std::vector<Shared> shared;
        std::map<std::string_view, std::size_t> known;
        auto const note = [&](Stage const& stage, std::string const& pointer) -> Shared& {
            auto const [place, is_new] = known.try_emplace(pointer, shared.size());
            if (is_new) shared.push_back({&stage, nullptr, nullptr, {}});
            shared[place->second].stages.push_back(spaced(stage.name));
            return shared[place->second];
        };
        for (Stage const& stage : procedure_.stages) {
            for (Step const& step : stage.steps)
                if (is_shared(step.pointer) && !is_by_clock(step))
                    note(stage, step.pointer).step = &step;
            for (DeadlineRule const& rule : stage.deadlines)
                if (is_shared(rule.pointer)) note(stage, rule.pointer).rule = &rule;
        }
        if (shared.empty()) return;
        heading("What several stages share");
        for (Shared const& one : shared) {
            if (one.step != nullptr) tell_step(*one.stage, *one.step);
            else tell_clock(*one.stage, *one.rule);
            say(5, fmt::format("In: {}.", listed(one.stages, "and")));
        }
    }

    void tell_end(Stage const& end) {
        say(2,
            fmt::format("{} ({}): {}", capital(spaced(end.name)), name_of(end.status),
                        cited(end.means, end.cites)),
            "- ");
        say(4, fmt::format("Bound: {}.", bound_by(end)));
    }

    static std::string value_of(std::string const& text) {
        auto const period = parse_period(text);
        return period ? parley::words_of(*period) : plain(text);
    }
    void tell_parameters() {
        if (procedure_.parameters.empty()) return;
        heading("Its numbers");
        for (Parameter const& parameter : procedure_.parameters) {
            std::string text = fmt::format("{}: {}", parameter.name, value_of(parameter.text));
            if (!parameter.least.empty() && !parameter.most.empty())
                text += fmt::format(" (from {} to {})", value_of(parameter.least),
                                    value_of(parameter.most));
            else if (!parameter.least.empty())
                text += fmt::format(" (at least {})", value_of(parameter.least));
            else if (!parameter.most.empty())
                text += fmt::format(" (at most {})", value_of(parameter.most));
            say(2, fmt::format("{}. {}", text, cited(parameter.means, parameter.cites)), "- ");
            if (parameter.bracketed) say(4, "The drafters never agreed on this number.");
        }
    }

    Procedure const& procedure_;
    std::string out_;
};

} // namespace

std::string explain(Procedure const& procedure) { return Telling(procedure).tell(); }

} // namespace parley
