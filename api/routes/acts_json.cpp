#include "api/routes/acts_json.hpp"

#include "engine/base/blockers.hpp"
#include "engine/procedure/behaviours.hpp"

#include <fmt/format.h>

#include <utility>

namespace parley::routes {

namespace {

std::string schema_of(Procedure const& procedure, Step const& step) {
    if (!step.settings.document.empty())
        return fmt::format("/v1/procedures/{}/{}/documents/{}", procedure.ref.name,
                           procedure.ref.version, step.settings.document);
    return fmt::format("/v1/schemas/acts/{}", name_of(spec_of(step.does).input));
}

StageActs::Open open_text(Procedure const& procedure, Step const& step) {
    StageActs::Open text;
    JsonWriter before(text.before);
    before.begin_object().member("name", step.name).member("method", "POST");
    before.key("href");
    text.before += "\"/v1/disputes/";
    // A step's name is plain by its schema, so nothing in it wants a backslash.
    text.after = fmt::format("/actions/{}\",", step.name);
    JsonWriter after(text.after);
    after.member("schema", schema_of(procedure, step)).member("means", step.means);
    after.key("rooms").begin_array();
    return text;
}

} // namespace

StageActs::StageActs(std::shared_ptr<Procedure const> procedure, Stage const& stage)
    : held_(std::move(procedure)), stage_(stage), blocked_(stage.steps.size()) {
    open_.reserve(stage.steps.size());
    for (Step const& step : stage.steps) open_.push_back(open_text(*held_, step));
}

std::string const& StageActs::blocked(BlockedAct const& act) {
    Blocked& known = blocked_[index_of(*act.step)];
    if (known.text.empty() || known.because != act.because) {
        known.because = act.because;
        known.text.clear();
        JsonWriter json(known.text);
        json.begin_object().member("name", act.step->name).key("because");
        write(json, act.because);
        json.end_object();
    }
    return known.text;
}

void write_acts(JsonWriter& json, ActTexts& texts, DisputeEntry const& entry,
                Viewer const& viewer) {
    Acts const acts = acts_of(*entry.procedure, entry.state, viewer);
    Stage const* const stage = entry.procedure->stage(entry.state.stage);
    StageActs* const known = stage != nullptr ? &texts.of(entry.procedure, *stage) : nullptr;
    std::string line;
    line.reserve(512);
    json.key("actions").begin_array();
    for (AvailableAct const& act : acts.available) {
        StageActs::Open const& text = known->open(*act.step);
        line.assign(text.before);
        entry.state.id.append_to(line);
        line += text.after;
        JsonWriter rooms(line);
        for (Room const room : act.rooms) rooms.value(name_of(room));
        rooms.end_array().end_object();
        json.raw(line);
    }
    json.end_array();
    json.key("blocked").begin_array();
    for (BlockedAct const& act : acts.blocked) json.raw(known->blocked(act));
    json.end_array();
}

} // namespace parley::routes
