#include "engine/procedure/draw.hpp"
#include "engine/procedure/draw_layout.hpp"

#include <fmt/format.h>

#include <algorithm>

// The drawing as SVG 1.1: shapes and words alone.

namespace parley {

namespace {

using namespace drawing;

// Lines are at least three times as bright or dark as either ground, words four and a half times
// (WCAG 2.2, 1.4.3 and 1.4.11).
constexpr std::string_view style = R"(<style>
.pp text{font-family:Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif;font-size:12px;fill:#1f2328}
.pp .title{font-size:20px;font-weight:bold}
.pp .heading{font-weight:bold}
.pp .quiet{fill:#57606a}
.pp .ground{fill:#ffffff}
.pp .box{fill:#f6f8fa;stroke:#57606a;stroke-width:1.5}
.pp .halo{stroke:#ffffff;stroke-width:7;fill:none}
.pp .line{stroke-width:1.75;fill:none}
.pp .clock{stroke-dasharray:6 4}
.pp .ink{stroke:#57606a}.pp .ink.full{fill:#57606a}
.pp .c0{stroke:#2a78d6}.pp .c0.full{fill:#2a78d6}
.pp .c1{stroke:#c2590c}.pp .c1.full{fill:#c2590c}
.pp .c2{stroke:#1f8a4c}.pp .c2.full{fill:#1f8a4c}
.pp .c3{stroke:#8a5cd6}.pp .c3.full{fill:#8a5cd6}
.pp .c4{stroke:#d1383d}.pp .c4.full{fill:#d1383d}
.pp .c5{stroke:#12858c}.pp .c5.full{fill:#12858c}
.pp .c6{stroke:#96701a}.pp .c6.full{fill:#96701a}
.pp .c7{stroke:#c2408f}.pp .c7.full{fill:#c2408f}
@media (prefers-color-scheme:dark){
.pp text{fill:#e6edf3}
.pp .quiet{fill:#9aa4af}
.pp .ground{fill:#0d1117}
.pp .box{fill:#161b22;stroke:#9aa4af}
.pp .halo{stroke:#0d1117}
.pp .ink{stroke:#9aa4af}.pp .ink.full{fill:#9aa4af}
}
</style>
)";
constexpr std::size_t colours = 8;

std::string_view class_of(Voice voice) {
    switch (voice) {
    case Voice::title: return "title";
    case Voice::heading: return "heading";
    case Voice::usual: return "usual";
    case Voice::quiet: return "quiet";
    }
    return "usual";
}

// What the drawing shows, for who cannot see it.
std::string description_of(Procedure const& procedure, std::vector<Exit> const& exits) {
    std::string out = fmt::format("{} It begins with {}.", plain(procedure.means),
                                  spaced(procedure.first().name));
    auto exit = exits.begin();
    for (std::size_t i = 0; i < procedure.stages.size(); ++i) {
        Stage const& stage = procedure.stages[i];
        out += fmt::format(" {}: ", spaced(stage.name));
        if (stage.ends()) {
            out += fmt::format("end, {}.", name_of(stage.status));
            continue;
        }
        std::string leads;
        for (; exit != exits.end() && exit->from == i; ++exit) {
            if (!leads.empty()) leads += ", ";
            leads += spaced(procedure.stages[exit->to].name);
            if (exit->by_clock) leads += " by the clock";
        }
        out += leads.empty() ? "leads nowhere." : fmt::format("leads to {}.", leads);
    }
    return out;
}

class Drawing {
public:
    explicit Drawing(Procedure const& procedure)
        : procedure_(procedure), layout_(lay_out(procedure)) {}

    std::string draw() {
        out_ = fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pp\" role=\"img\" lang=\"en\" "
            "aria-labelledby=\"pp-title pp-desc\" width=\"{0}\" height=\"{1}\" "
            "viewBox=\"0 0 {0} {1}\">\n<title id=\"pp-title\">{2}</title>\n"
            "<desc id=\"pp-desc\">{3}</desc>\n",
            layout_.width, layout_.height, xml_text(procedure_.title),
            xml_text(description_of(procedure_, layout_.exits)));
        out_ += style;
        out_ += fmt::format("<rect class=\"ground\" width=\"{}\" height=\"{}\"/>\n", layout_.width,
                            layout_.height);
        int y = margin;
        for (Words const& words : layout_.header) {
            y += words.voice == Voice::title ? title_height : line_height;
            write(words, margin, y - 5);
        }
        draw_legend(y + 14);
        draw_start();
        // Upright lines first: what crosses them passes over them.
        for (Trunk const& trunk : layout_.trunks) draw_upright(trunk);
        for (Exit const& exit : layout_.exits) draw_exit(exit);
        for (Trunk const& trunk : layout_.trunks) draw_entry(trunk);
        for (Exit const& exit : layout_.exits) draw_joint(exit);
        for (Box const& box : layout_.boxes) draw_box(box);
        out_ += "</svg>\n";
        return std::move(out_);
    }

private:
    // Upright lines that lie side by side should not look alike.
    std::string colour_of(std::size_t stage) const { return fmt::format("c{}", stage % colours); }

    void write(Words const& words, int x, int y) {
        std::size_t const indent = words.text.find_first_not_of(' ');
        if (indent == std::string::npos) return;
        out_ +=
            fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>\n", class_of(words.voice),
                        x + 5 * static_cast<int>(indent), y, xml_text(words.text.substr(indent)));
    }
    void line(std::string_view kind, int x1, int y1, int x2, int y2) {
        out_ += fmt::format("<path class=\"{}\" d=\"M{} {}L{} {}\"/>\n", kind, x1, y1, x2, y2);
    }
    // A level line, with a gap in what it crosses.
    void level(std::string const& colour, bool by_clock, int x1, int x2, int y) {
        line("halo", x1, y, x2 - (x2 > x1 ? 4 : -4), y);
        line(fmt::format("line {}{}", colour, by_clock ? " clock" : ""), x1, y, x2, y);
    }
    void head(std::string_view colour, int x, int y, int dx, int dy) {
        out_ += fmt::format("<path class=\"{} full\" d=\"M{} {}l{} {}l{} {}z\"/>\n", colour, x, y,
                            -9 * dx - 4 * dy, -9 * dy - 4 * dx, 8 * dy, 8 * dx);
    }

    void draw_legend(int y) {
        int x = margin;
        auto const entry = [&](bool by_clock, std::string_view text, int width) {
            line(by_clock ? "line ink clock" : "line ink", x, y, x + 44, y);
            head("ink", x + 48, y, 1, 0);
            write({std::string(text), Voice::quiet}, x + 56, y + 4);
            x += width;
        };
        entry(false, "someone acts", 190);
        entry(true, "a clock runs out", 210);
        write({"All arrows that lead to one stage join its line; rounded boxes are ends.",
               Voice::quiet},
              x, y + 4);
    }

    void draw_start() {
        Box const& first = layout_.boxes.front();
        int const x = first.x + 20;
        out_ += fmt::format("<circle class=\"ink full\" cx=\"{}\" cy=\"{}\" r=\"6\"/>\n", x,
                            first.y - 34);
        line("line ink", x, first.y - 34, x, first.y - 8);
        head("ink", x, first.y - 1, 0, 1);
    }

    void draw_upright(Trunk const& trunk) {
        if (trunk.bottom == 0) return;
        line(fmt::format("line {}{}", colour_of(trunk.to), trunk.by_clock ? " clock" : ""), trunk.x,
             trunk.top, trunk.x, trunk.bottom);
    }
    void draw_exit(Exit const& exit) {
        Box const& box = layout_.boxes[exit.from];
        level(colour_of(exit.to), exit.by_clock, box.x + box.width, layout_.trunks[exit.to].x,
              exit.y);
        int y = exit.words_y;
        for (Words const& words : exit.words) write(words, layout_.exits_x, (y += line_height) - 3);
    }
    void draw_entry(Trunk const& trunk) {
        if (trunk.bottom == 0) return;
        Box const& box = layout_.boxes[trunk.to];
        bool const from_left = box.x > trunk.x;
        int const edge = from_left ? box.x : box.x + box.width;
        int const way = from_left ? 1 : -1;
        std::string const colour = colour_of(trunk.to);
        // Drawn from the box, so that the gap ends before its own upright line.
        level(colour, trunk.by_clock, edge - 8 * way, trunk.x, trunk.entry_y);
        head(colour, edge - way, trunk.entry_y, way, 0);
    }
    // A dot where an arrow joins a line that goes on both ways.
    void draw_joint(Exit const& exit) {
        Trunk const& trunk = layout_.trunks[exit.to];
        if (exit.y <= trunk.top || exit.y >= trunk.bottom) return;
        out_ += fmt::format("<circle class=\"{} full\" cx=\"{}\" cy=\"{}\" r=\"3\"/>\n",
                            colour_of(exit.to), trunk.x, exit.y);
    }

    void draw_box(Box const& box) {
        Stage const& stage = procedure_.stages[box.stage];
        out_ += fmt::format("<g><title>{} [{}]</title>\n", xml_text(stage.means),
                            xml_text(stage.cites));
        auto const frame = [&](int inset, int radius) {
            out_ += fmt::format("<rect class=\"box\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
                                "rx=\"{}\"/>\n",
                                box.x + inset, box.y + inset, box.width - 2 * inset,
                                box.height - 2 * inset, radius);
        };
        frame(0, stage.ends() ? 20 : 3);
        if (stage.ends()) frame(4, 16);
        int y = box.y + padding;
        for (Words const& words : box.words) write(words, box.x + padding, (y += line_height) - 3);
        out_ += "</g>\n";
    }

    Procedure const& procedure_;
    Layout layout_;
    std::string out_;
};

} // namespace

std::string draw_svg(Procedure const& procedure) { return Drawing(procedure).draw(); }

} // namespace parley
