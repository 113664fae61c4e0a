#include "engine/procedure/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

// What is asked of a procedure as a whole: where it starts, whose names are whose, what it rests on.

namespace parley {

namespace {

// A document that nobody files is dead weight, and what a procedure without an agreement gives binds
// nobody.
void check_documents(Procedure const& procedure, std::vector<FieldError>& faults) {
    std::set<std::string_view> filed;
    for (Stage const& stage : procedure.stages)
        for (Step const& step : stage.steps) {
            if (step.does == Behaviour::file_document) filed.insert(step.settings.document);
            if (procedure.rests_on != RestsOn::agreement &&
                step.does == Behaviour::render_outcome && step.settings.kind == OutcomeKind::award)
                faults.push_back({step.pointer + "/does", RefusalCode::invalid,
                                  "gives an award, but the procedure rests on no agreement; give a "
                                  "recommendation or let it rest on one"});
        }
    for (DocumentRule const& document : procedure.documents)
        if (!filed.contains(document.name))
            faults.push_back({document.pointer, RefusalCode::invalid,
                              "is filed by no step; take it out or let somebody file it"});
    if (procedure.rests_on != RestsOn::agreement && procedure.track == Track::one)
        faults.push_back({"/track", RefusalCode::invalid,
                          "must be II where the procedure rests on no agreement, for nobody has "
                          "agreed to an award"});
}

// `deadline_passed` and `only_once` know a deadline by its name alone.
void check_deadline_names(Procedure const& procedure, std::vector<FieldError>& faults) {
    std::set<std::string, std::less<>> by_name_alone;
    auto note = [&](std::vector<Condition> const& conditions) {
        for (Condition const& condition : conditions)
            if (condition.fact == Fact::deadline_passed) by_name_alone.insert(condition.name);
    };
    for (Stage const& stage : procedure.stages) {
        for (DeadlineRule const& rule : stage.deadlines)
            if (rule.only_once) by_name_alone.insert(rule.name);
        for (Step const& step : stage.steps) {
            note(step.needs);
            for (Branch const& branch : step.to) note(branch.when);
        }
    }
    std::map<std::string, std::string, std::less<>> places;
    for (Stage const& stage : procedure.stages)
        for (DeadlineRule const& rule : stage.deadlines) {
            auto const [place, is_new] = places.emplace(rule.name, rule.pointer);
            if (is_new || place->second == rule.pointer || !by_name_alone.contains(rule.name))
                continue;
            faults.push_back({rule.pointer, RefusalCode::invalid,
                              fmt::format("has the name of {}, and a condition or only_once knows "
                                          "it by its name alone; call it something else",
                                          place->second)});
        }
}

void check_start(Procedure const& procedure, std::vector<FieldError>& faults) {
    for (Stage const& stage : procedure.stages) {
        bool const is_first = &stage == &procedure.first();
        if (is_first != (stage.kind == StageKind::filing))
            faults.push_back({stage.pointer + "/kind", RefusalCode::invalid,
                              is_first
                                  ? "must be filing for the first stage, where a dispute begins"
                                  : "must not be filing; only the first stage is"});
    }
    Stage const& first = procedure.first();
    if (first.kind != StageKind::filing) return;
    if (first.steps.size() != 1)
        return faults.push_back({first.pointer + "/steps", RefusalCode::invalid,
                                 "must hold one step, which files the dispute"});
    // Nobody stands in the first stage: no clock runs there.
    std::vector<Branch> const& to = first.steps.front().to;
    bool const leads_on = !to.empty() && std::ranges::all_of(to, [&](Branch const& branch) {
        return branch.to != "stay" && branch.to != "resume" && branch.to != first.name;
    });
    if (!leads_on)
        faults.push_back({first.steps.front().pointer + "/to", RefusalCode::invalid,
                          "must lead to another stage, for no clock runs in this one"});
}

} // namespace

void check_whole(Procedure const& procedure, std::vector<FieldError>& faults) {
    check_start(procedure, faults);
    check_deadline_names(procedure, faults);
    check_documents(procedure, faults);
}

} // namespace parley
