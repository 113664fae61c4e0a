#include "engine/procedure/behaviours.hpp"
#include "engine/procedure/draw.hpp"
#include "engine/procedure/draw_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace parley {

namespace {

// What the chart remembers. A function with an event as its last argument asks for the state as that
// event's own facts have left it; without one, for the state before.
constexpr std::string_view memory = R"(
    function told(event, when, name) {
      return !!(event.data && event.data[when] && event.data[when][name]);
    }
    function before(event, name) { return told(event, 'before', name); }
    function fact(event, name) { return told(event, 'facts', name); }
    function own_marks(event) { return (event && event.data && event.data.marks) || []; }
    function marked(name, event) {
      return marks[name] === true || own_marks(event).indexOf(name) >= 0;
    }
    function has_passed(name, event) {
      return passed[name] === true || !!(event && event.data && event.data.deadline === name);
    }
    function in_joint_room(event) {
      return !(event.data && event.data.room) || event.data.room === 'joint';
    }
    function sits_down(seat, event) {
      return !!event && !before(event, seat + '_seated') && fact(event, seat + '_seated');
    }
    function replacements(seat, event) {
      var sat = sittings[seat] + (sits_down(seat, event) ? 1 : 0);
      return sat > 0 ? sat - 1 : 0;
    }
    function most_replacements(event) {
      return Math.max(replacements('mediator', event), replacements('decider', event));
    }
    function note(event) {
      ['mediator', 'decider'].forEach(function (seat) {
        if (sits_down(seat, event)) sittings[seat] += 1;
      });
      own_marks(event).forEach(function (name) { marks[name] = true; });
      if (event.data && event.data.deadline) passed[event.data.deadline] = true;
      taken[event.name] = true;
    }
    function record(made, cleared) {
      var fresh = made.filter(function (name) { return !marks[name]; });
      cleared.forEach(function (name) { delete marks[name]; });
      fresh.forEach(function (name) { marks[name] = true; });
    }
)";

std::string quoted(std::string_view name) { return fmt::format("'{}'", name); }

std::string list_of(std::vector<std::string> const& names) {
    std::string out;
    for (std::string const& name : names) {
        if (!out.empty()) out += ", ";
        out += quoted(name);
    }
    return '[' + out + ']';
}

// The condition in ECMAScript; `now` where it is asked after the act's own facts.
std::string script_of(Condition const& condition, std::optional<SeatKind> seat, bool now) {
    std::string_view const event = now ? ", _event" : "";
    std::string out;
    if (condition.fact == Fact::marked)
        out = fmt::format("marked({}{})", quoted(condition.name), event);
    else if (condition.fact == Fact::deadline_passed)
        out = fmt::format("has_passed({}{})", quoted(condition.name), event);
    else if (condition.fact == Fact::resumes_a_stage) out = "(interrupted !== null)";
    else if (condition.fact == Fact::enabled)
        out = fmt::format("switches[{}]", quoted(condition.name));
    else if (condition.fact == Fact::replacements_below) {
        std::string const count =
            seat ? fmt::format("replacements({}{})", quoted(name_of(*seat)), event)
                 : fmt::format("most_replacements({})", now ? "_event" : "");
        out = fmt::format("({} < {})", count, condition.number);
    } else {
        out = fmt::format("{}(_event, {})", now ? "fact" : "before", quoted(chart_fact(condition)));
    }
    return condition.negated ? '!' + out : out;
}

void ask(std::string& all, std::string const& one) {
    if (!all.empty()) all += " && ";
    all += one;
}

class Chart {
public:
    explicit Chart(Procedure const& procedure) : procedure_(procedure) {}

    std::string draw() {
        // Some interpreters make a function of that name.
        std::string name = procedure_.ref.name;
        std::ranges::replace(name, '-', '_');
        out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        out_ += fmt::format("<scxml xmlns=\"http://www.w3.org/2005/07/scxml\" version=\"1.0\" "
                            "datamodel=\"ecmascript\" name=\"{}\" initial=\"Dispute\">\n",
                            xml_text(name));
        draw_data();
        out_ += fmt::format("  <state id=\"Dispute\" initial=\"{}\">\n",
                            xml_text(procedure_.first().name));
        // A clock that has nothing to do in the present stage passes, and that is remembered.
        out_ += "    <transition event=\"clock\"><script>note(_event);</script></transition>\n";
        for (Stage const& stage : procedure_.stages) draw_stage(stage);
        out_ += "  </state>\n</scxml>\n";
        return std::move(out_);
    }

private:
    void draw_data() {
        std::set<std::string> switches;
        auto const gather = [&](std::vector<Condition> const& conditions) {
            for (Condition const& condition : conditions)
                if (condition.fact == Fact::enabled)
                    switches.insert(fmt::format("{}: {}", quoted(condition.name),
                                                condition.number != 0 ? "true" : "false"));
        };
        for (Stage const& stage : procedure_.stages)
            for (Step const& step : stage.steps) {
                gather(step.needs);
                for (Branch const& branch : step.to) gather(branch.when);
            }
        out_ += "  <datamodel>\n";
        for (std::string_view const name : {"marks", "passed", "taken"})
            out_ += fmt::format("    <data id=\"{}\" expr=\"{{}}\"/>\n", name);
        out_ += "    <data id=\"sittings\" expr=\"{mediator: 0, decider: 0}\"/>\n"
                "    <data id=\"interrupted\" expr=\"null\"/>\n";
        out_ += fmt::format("    <data id=\"switches\" expr=\"{}\"/>\n  </datamodel>\n",
                            xml_text(fmt::format("{{{}}}", fmt::join(switches, ", "))));
        out_ += "  <script>";
        // Its lines stay lines, so it is escaped here and not as a text on one line.
        for (char const c : memory) {
            if (c == '&') out_ += "&amp;";
            else if (c == '<') out_ += "&lt;";
            else if (c == '>') out_ += "&gt;";
            else out_ += c;
        }
        out_ += "  </script>\n";
    }

    void draw_stage(Stage const& stage) {
        std::string const id = xml_text(stage.name);
        if (stage.ends()) {
            out_ += fmt::format("    <final id=\"{}\"/>\n", id);
            return;
        }
        out_ += fmt::format("    <state id=\"{}\">\n", id);
        for (Step const& step : stage.steps) draw_step(stage, step);
        out_ += "    </state>\n";
    }

    void draw_step(Stage const& stage, Step const& step) {
        std::string open;
        // What is said in another room leads nowhere; only messages can be.
        if (spec_of(step.does).input == InputKind::message) ask(open, "in_joint_room(_event)");
        if (step.once_per_side) ask(open, "!taken[_event.name]");
        for (Condition const& need : step.needs)
            ask(open, script_of(need, step.settings.seat, false));
        bool decided = false;
        for (Branch const& branch : step.to) {
            std::string holds = open;
            for (Condition const& when : branch.when)
                ask(holds, script_of(when, step.settings.seat, true));
            if (branch.to != "resume") {
                draw_transition(stage, step, holds, &branch, branch.to);
                decided = decided || branch.when.empty();
                continue;
            }
            for (std::size_t const i : interrupted_for(procedure_, stage.name)) {
                std::string const& back = procedure_.stages[i].name;
                std::string here = holds;
                ask(here, fmt::format("interrupted === {}", quoted(back)));
                draw_transition(stage, step, here, &branch, back);
            }
        }
        if (!decided) draw_transition(stage, step, open, nullptr, "stay");
    }

    void draw_transition(Stage const& stage, Step const& step, std::string const& holds,
                         Branch const* branch, std::string const& to) {
        std::string events;
        for (Role const role : step.by) {
            if (!events.empty()) events += ' ';
            events += fmt::format("{}.{}", name_of(role), step.name);
        }
        out_ += fmt::format("      <transition event=\"{}\"", xml_text(events));
        if (!holds.empty()) out_ += fmt::format(" cond=\"{}\"", xml_text(holds));
        if (to != "stay") out_ += fmt::format(" target=\"{}\"", xml_text(to));
        out_ += ">\n        <script>note(_event);";
        std::vector<std::string> marks = step.marks;
        if (branch != nullptr)
            marks.insert(marks.end(), branch->marks.begin(), branch->marks.end());
        if (!marks.empty() || !step.clears.empty())
            out_ += xml_text(fmt::format(" record({}, {});", list_of(marks), list_of(step.clears)));
        out_ += "</script>\n";
        if (to != "stay") {
            Stage const* const target = procedure_.stage(to);
            bool const waits = branch->interrupts && target != nullptr && !target->ends();
            out_ += fmt::format("        <assign location=\"interrupted\" expr=\"{}\"/>\n",
                                waits ? xml_text(quoted(stage.name)) : "null");
        }
        out_ += "      </transition>\n";
    }

    Procedure const& procedure_;
    std::string out_;
};

} // namespace

bool chart_keeps(Fact fact) {
    return fact == Fact::marked || fact == Fact::deadline_passed || fact == Fact::resumes_a_stage ||
           fact == Fact::enabled || fact == Fact::replacements_below;
}

std::string chart_fact(Condition const& condition) {
    std::string out(name_of(condition.fact));
    if (!condition.name.empty()) out += ':' + condition.name;
    if (!condition.value.empty()) out += '=' + condition.value;
    if (condition.number != 0) out += fmt::format(":{}", condition.number);
    return out;
}

std::string draw_scxml(Procedure const& procedure) { return Chart(procedure).draw(); }

} // namespace parley
