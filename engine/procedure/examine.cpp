#include "engine/procedure/examine.hpp"

#include "engine/procedure/examine_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace parley {

namespace {

bool has_switches(Procedure const& procedure) {
    auto const about = [](std::vector<Condition> const& conditions) {
        return std::ranges::any_of(conditions,
                                   [](Condition const& c) { return c.fact == Fact::enabled; });
    };
    for (Stage const& stage : procedure.stages)
        for (Step const& step : stage.steps) {
            if (about(step.needs)) return true;
            for (Branch const& branch : step.to)
                if (about(branch.when)) return true;
        }
    return false;
}

// What some dispute can come to. A step that several stages share stands in the file once, and is alive
// where one of them can take it.
class Alive {
public:
    void add(CaseSpace const& space) {
        for (Case const& c : space.cases()) stages_.insert(c.stage);
        for (Stage const& stage : space.procedure().stages)
            for (Step const& step : stage.steps) {
                if (space.possible(&step)) places_.insert(step.pointer);
                for (Branch const& branch : step.to)
                    if (space.possible(&branch)) places_.insert(pointer_of(step, &branch));
            }
    }
    void report(Procedure const& procedure, std::vector<Finding>& findings) const {
        std::set<std::string> told;
        for (std::size_t i = 0; i < procedure.stages.size(); ++i) {
            Stage const& stage = procedure.stages[i];
            if (!stages_.contains(i)) {
                findings.push_back({"reachable",
                                    stage.pointer,
                                    "cannot be reached in any dispute, for the conditions on the "
                                    "ways here never hold; mend them or take the stage out",
                                    {}});
                continue; // its steps are no news
            }
            for (Step const& step : stage.steps) {
                if (!places_.contains(step.pointer)) {
                    if (told.insert(step.pointer).second)
                        findings.push_back(
                            {"dead",
                             step.pointer,
                             "can never be taken, whatever happens before; mend what "
                             "it needs or take it out",
                             {}});
                    continue;
                }
                for (Branch const& branch : step.to) {
                    // The last branch must leave no case open, so that it may well be for none.
                    if (branch.when.empty() && branch.to == "stay") continue;
                    std::string pointer = pointer_of(step, &branch);
                    if (places_.contains(pointer) || !told.insert(pointer).second) continue;
                    findings.push_back(
                        {"dead",
                         std::move(pointer),
                         fmt::format("can never be taken: no case leads from {} to "
                                     "{} this way; mend its conditions or take it out",
                                     stage.name, branch.to),
                         {}});
                }
            }
        }
    }

private:
    std::set<std::size_t> stages_;
    std::set<std::string> places_;
};

void add_new(std::vector<Finding>& all, std::vector<Finding> more) {
    for (Finding& finding : more) {
        bool const known = std::ranges::any_of(all, [&](Finding const& f) {
            return f.rule == finding.rule && f.pointer == finding.pointer;
        });
        if (!known) all.push_back(std::move(finding));
    }
}

} // namespace

Examination examine(Procedure const& procedure) {
    using enum CaseSpace::Switches;
    Examination out;
    examine_rights(procedure, out.findings);
    Alive alive;
    std::vector<CaseSpace::Switches> readings{as_written};
    if (has_switches(procedure)) readings.insert(readings.end(), {all_on, all_off});
    for (CaseSpace::Switches const switches : readings) {
        CaseSpace const space(procedure, switches);
        out.complete = out.complete && space.complete();
        alive.add(space);
        std::vector<Finding> found;
        examine_cases(space, found);
        if (space.complete()) examine_rounds(space, found);
        bool const ends =
            std::ranges::none_of(found, [](Finding const& f) { return f.rule == "ends"; });
        if (switches == as_written) {
            out.cases = space.cases().size();
            // Where something goes round, the longest way has no length.
            if (space.complete() && ends) out.ends = times_of(space);
        }
        add_new(out.findings, std::move(found));
        // What is wrong as the file stands is mended first.
        if (!out.findings.empty()) return out;
    }
    if (out.complete) alive.report(procedure, out.findings);
    return out;
}

std::string line_of_passing(CaseSpace const& space, Passing const& passing) {
    Cause const& cause = *passing.cause;
    Stage const& from = space.stage_of(passing.from);
    if (cause.step == nullptr)
        return fmt::format("clock: {} passes without effect ({})", cause.rule->name, from.name);
    std::string const where =
        cause.moves ? fmt::format("{} -> {}", from.name, space.stage_of(passing.to).name)
                    : from.name;
    if (cause.rule != nullptr && cause.rule->name != cause.step->name)
        return fmt::format("clock: {} passes, {} ({})", cause.rule->name, cause.step->name, where);
    return fmt::format("{}: {} ({})", name_of(cause.by), cause.step->name, where);
}

std::vector<std::string> lines_of(CaseSpace const& space, std::vector<std::uint32_t> const& way) {
    std::vector<std::string> lines;
    for (std::uint32_t const i : way) lines.push_back(line_of_passing(space, space.passings()[i]));
    return lines;
}

} // namespace parley
