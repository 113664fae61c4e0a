#include "api/routes/acts_json.hpp"

#include "engine/base/blockers.hpp"
#include "engine/procedure/behaviours.hpp"

#include <fmt/format.h>

namespace parley::routes {

namespace {

std::string schema_of(Procedure const& procedure, Step const& step) {
    if (!step.settings.document.empty())
        return fmt::format("/v1/procedures/{}/{}/documents/{}", procedure.ref.name,
                           procedure.ref.version, step.settings.document);
    return fmt::format("/v1/schemas/acts/{}", name_of(spec_of(step.does).input));
}

ActTexts::Open open_text(Procedure const& procedure, Step const& step) {
    ActTexts::Open text;
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

ActTexts::Open const& ActTexts::open(ProcedurePtr const& procedure, Step const& step) {
    auto const [place, added] = open_.try_emplace(&step);
    if (added) {
        held_.insert(procedure);
        place->second = open_text(*procedure, step);
    }
    return place->second;
}

std::string const& ActTexts::blocked(ProcedurePtr const& procedure, BlockedAct const& act) {
    auto const [place, added] = blocked_.try_emplace(act.step);
    Blocked& known = place->second;
    if (added) held_.insert(procedure);
    if (known.because != act.because) {
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
    std::string const id = entry.state.id.text();
    Acts const acts = acts_of(*entry.procedure, entry.state, viewer);
    std::string line;
    json.key("actions").begin_array();
    for (AvailableAct const& act : acts.available) {
        ActTexts::Open const& text = texts.open(entry.procedure, *act.step);
        line.assign(text.before).append(id).append(text.after);
        JsonWriter rooms(line);
        for (Room const room : act.rooms) rooms.value(name_of(room));
        rooms.end_array().end_object();
        json.raw(line);
    }
    json.end_array();
    json.key("blocked").begin_array();
    for (BlockedAct const& act : acts.blocked) json.raw(texts.blocked(entry.procedure, act));
    json.end_array();
}

} // namespace parley::routes
