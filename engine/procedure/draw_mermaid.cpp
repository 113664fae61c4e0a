#include "engine/procedure/draw.hpp"
#include "engine/procedure/draw_parts.hpp"

#include <fmt/format.h>

// Mermaid's language has no quotes inside quotes and ends statements with signs that titles may hold:
// every sign that it could take for its own is written by its number.

namespace parley {

namespace {

std::string mermaid_text(std::string_view text) {
    std::string out;
    for (char const c : plain(text)) {
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        bool const digit = c >= '0' && c <= '9';
        bool const harmless = c == ' ' || c == ',' || c == '.' || c == '(' || c == ')';
        bool const not_ascii = static_cast<unsigned char>(c) >= 0x80;
        if (letter || digit || harmless || not_ascii) out += c;
        else out += fmt::format("#{};", static_cast<int>(c));
    }
    return out;
}

// Stages may be called what Mermaid calls its own: end, state, note.
std::string id_of(Stage const& stage) { return "stage_" + stage.name; }

void draw_stage(std::string& out, Stage const& stage) {
    auto const line = [&](std::string_view text) {
        out += fmt::format("    {} : {}\n", id_of(stage), mermaid_text(text));
    };
    out += fmt::format("    state \"{}\" as {}\n", mermaid_text(spaced(stage.name)), id_of(stage));
    if (stage.ends()) return line(fmt::format("end, {}, {}", name_of(stage.status), stage.result));
    line(std::string(name_of(stage.kind)));
    if (!stage.waits_for.empty()) line(fmt::format("waits for {}", names_joined(stage.waits_for)));
    for (DeadlineRule const& rule : stage.deadlines)
        line(fmt::format("clock {}, {}", spaced(rule.name), words_of(rule)));
    for (Step const* const step : staying_steps(stage))
        line(fmt::format("{}: {} (stays)", names_joined(step->by), spaced(step->name)));
}

} // namespace

std::string draw_mermaid(Procedure const& procedure) {
    std::string out = "stateDiagram-v2\n";
    out += fmt::format("    accTitle: {}\n", mermaid_text(procedure.title));
    out += fmt::format("    accDescr: {}\n", mermaid_text(procedure.means));
    out += "    direction TB\n";
    for (Stage const& stage : procedure.stages) draw_stage(out, stage);
    out += fmt::format("    [*] --> {}\n", id_of(procedure.first()));
    for (Arrow const& arrow : arrows_of(procedure)) {
        std::string label;
        for (ArrowLabel const& part : arrow.labels) {
            if (!label.empty()) label += "<br/>";
            label += mermaid_text(words_of(part));
        }
        out += fmt::format("    {} --> {} : {}\n", id_of(procedure.stages[arrow.from]),
                           id_of(procedure.stages[arrow.to]), label);
    }
    for (Stage const& stage : procedure.stages)
        if (stage.ends()) out += fmt::format("    {} --> [*]\n", id_of(stage));
    return out;
}

} // namespace parley
