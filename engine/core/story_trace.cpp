#include "engine/core/story_trace.hpp"

#include "engine/base/json.hpp"
#include "engine/core/apply.hpp"
#include "engine/core/conditions.hpp"
#include "engine/procedure/draw.hpp"

#include <algorithm>
#include <utility>

namespace parley {

namespace {

bool is_asked(std::vector<Condition> const& asked, std::string_view name) {
    return std::ranges::any_of(asked,
                               [&](Condition const& known) { return chart_fact(known) == name; });
}

void gather(std::vector<Condition> const& conditions, std::vector<Condition>& asked) {
    for (Condition condition : conditions) {
        condition.negated = false;
        if (!chart_keeps(condition.fact) && !is_asked(asked, chart_fact(condition)))
            asked.push_back(std::move(condition));
    }
}

void write_names(JsonWriter& json, std::string_view key, std::vector<std::string> const& names) {
    json.key(key).begin_array();
    for (std::string const& name : names) json.value(name);
    json.end_array();
}

} // namespace

StoryTrace::StoryTrace(Procedure const& procedure) : procedure_(procedure) {
    // Who sits is told always: the statechart counts replacements by it.
    gather({{Fact::mediator_seated, false, {}, 0, {}}, {Fact::decider_seated, false, {}, 0, {}}},
           asked_);
    for (Stage const& stage : procedure.stages)
        for (Step const& step : stage.steps) {
            gather(step.needs, asked_);
            for (Branch const& branch : step.to) gather(branch.when, asked_);
        }
}

void StoryTrace::add(DisputeState const& before, DisputeId dispute, Event const& event,
                     std::string_view clock_step) {
    DisputeState facts = before;
    apply_facts(facts, dispute, event);
    if (event.then.reevaluated) facts.resolution = event.then.reevaluated->after;
    DisputeState after = facts;
    apply_consequences(after, event);

    bool const filing = before.stage.empty(); // no dispute yet that anything could be asked of
    std::string_view const name = clock_step.empty() ? std::string_view(event.step) : clock_step;
    Step const* const step =
        procedure_.step_from(filing ? procedure_.first().name : before.stage, name);
    Asked const asked{side_of(event.actor.role),
                      step == nullptr ? std::nullopt : step->settings.seat};
    if (!events_.empty()) events_ += ',';
    JsonWriter json(events_);
    json.begin_object();
    json.member("event", std::string(name_of(event.actor.role)) + '.' + std::string(name));
    json.key("deadline");
    if (event.then.passed) json.value(event.then.passed->name);
    else json.null();
    json.member("room", name_of(event.room));
    json.key("before").begin_object();
    for (Condition const& condition : asked_)
        json.member(chart_fact(condition), !filing && holds(condition, before, asked));
    json.end_object().key("facts").begin_object();
    for (Condition const& condition : asked_)
        json.member(chart_fact(condition), holds(condition, facts, asked));
    json.end_object();
    std::vector<std::string> made;
    for (std::string const& mark : *facts.marks)
        if (!before.marked(mark)) made.push_back(mark);
    write_names(json, "marks", made);
    json.member("stage_after", after.stage);
    std::vector<std::string> marks_after = *after.marks;
    std::ranges::sort(marks_after);
    write_names(json, "marks_after", marks_after);
    json.end_object();
}

std::string StoryTrace::take_row(std::string_view story, std::size_t line) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    json.member("story", story);
    json.member("row", static_cast<std::int64_t>(line));
    json.key("events").raw('[' + std::exchange(events_, {}) + ']');
    json.end_object();
    return out;
}

} // namespace parley
