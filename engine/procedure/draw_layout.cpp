#include "engine/procedure/draw_layout.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace parley::drawing {

namespace {

// Room for that many characters of 12 pixels in the widest of the usual fonts.
constexpr std::size_t box_characters = 46;
constexpr int box_width = 350;
constexpr std::size_t end_characters = 38;
constexpr int end_width = 294;
constexpr std::size_t exit_characters = 62;
constexpr int exit_width = 460;
constexpr std::size_t header_characters = 120;
constexpr int row_gap = 30;
constexpr int trunk_gap = 14;
constexpr int header_bottom = 96; // room for the legend and the mark of the start

void say(std::vector<Words>& words, std::string_view text, Voice voice, std::size_t most) {
    bool first = true;
    for (std::string& line : wrapped(text, most - 2)) {
        words.push_back({first ? std::move(line) : "  " + line, voice});
        first = false;
    }
}

int height_of(std::vector<Words> const& words) {
    return static_cast<int>(words.size()) * line_height;
}

// Steps that lead nowhere, gathered by who may take them.
void say_staying(std::vector<Words>& words, Stage const& stage) {
    std::vector<std::pair<std::string, std::string>> by;
    for (Step const* const step : staying_steps(stage)) {
        std::string const who = names_joined(step->by);
        auto found = std::ranges::find(by, who, &std::pair<std::string, std::string>::first);
        if (found == by.end()) found = by.emplace(by.end(), who, "");
        found->second += found->second.empty() ? "" : ", ";
        found->second += spaced(step->name);
    }
    if (!by.empty()) say(words, "Without leaving:", Voice::usual, box_characters);
    for (auto const& [who, steps] : by)
        say(words, fmt::format("{}: {}", who, steps), Voice::quiet, box_characters);
}

std::vector<Words> words_of_stage(Stage const& stage) {
    std::vector<Words> words;
    std::size_t const most = stage.ends() ? end_characters : box_characters;
    say(words, spaced(stage.name), Voice::heading, most - 6);
    if (stage.ends()) {
        say(words, fmt::format("end: {}, {}", name_of(stage.status), plain(stage.result)),
            Voice::usual, most);
        say(words, plain(stage.means), Voice::quiet, most);
        return words;
    }
    std::string what(name_of(stage.kind));
    if (!stage.waits_for.empty())
        what += fmt::format(", waits for {}", names_joined(stage.waits_for));
    say(words, what, Voice::usual, most);
    for (DeadlineRule const& rule : stage.deadlines)
        say(words,
            fmt::format("Clock {}: {}, then {}", spaced(rule.name), words_of(rule),
                        spaced(rule.then)),
            Voice::usual, most);
    say_staying(words, stage);
    return words;
}

class Placing {
public:
    explicit Placing(Procedure const& procedure) : procedure_(procedure) {}

    Layout place() {
        out_.boxes.resize(procedure_.stages.size());
        out_.trunks.resize(procedure_.stages.size());
        out_.exits_x = margin + box_width + padding;
        place_header();
        place_rows();
        note_entries(false);
        int const inner = out_.exits_x + exit_width;
        int const outer = pack(false, inner) + trunk_gap;
        place_ends();
        note_entries(true);
        int const ends_x = pack(true, outer) + 2 * trunk_gap;
        out_.width = ends_x + end_width + margin;
        for (Box& box : out_.boxes)
            if (ends(box.stage)) box.x = ends_x;
        return std::move(out_);
    }

private:
    bool ends(std::size_t stage) const { return procedure_.stages[stage].ends(); }

    void place_header() {
        say(out_.header, plain(procedure_.title), Voice::title, header_characters - 30);
        say(out_.header,
            fmt::format("{}, version {}, track {}. Source: {} ({})", procedure_.ref.name,
                        procedure_.ref.version, name_of(procedure_.track), plain(procedure_.source),
                        procedure_.status),
            Voice::quiet, header_characters);
        y_ = margin + header_bottom;
        for (Words const& words : out_.header)
            y_ += words.voice == Voice::title ? title_height : line_height;
    }

    void place_rows() {
        std::vector<Arrow> arrows = arrows_of(procedure_);
        std::ranges::sort(arrows, {},
                          [](Arrow const& a) { return std::tuple(a.from, a.to, a.by_clock); });
        auto next = arrows.begin();
        for (std::size_t i = 0; i < procedure_.stages.size(); ++i) {
            Box& box = out_.boxes[i];
            box.stage = i;
            box.words = words_of_stage(procedure_.stages[i]);
            box.width = ends(i) ? end_width : box_width;
            box.height = height_of(box.words) + 2 * padding;
            if (ends(i)) continue;
            box.x = margin;
            box.y = y_;
            int bottom = y_ + entry_depth + padding;
            for (; next != arrows.end() && next->from == i; ++next) bottom = place(*next, bottom);
            y_ = std::max(bottom, box.y + box.height) + row_gap;
            box.height = y_ - row_gap - box.y; // its arrows leave it, however many there are
        }
        out_.height = y_ + margin - row_gap;
    }

    int place(Arrow const& arrow, int top) {
        Exit exit{arrow.from, arrow.to, arrow.by_clock, top, 0, {}};
        say(exit.words, fmt::format("to {}", spaced(procedure_.stages[arrow.to].name)),
            Voice::heading, exit_characters - 8);
        for (ArrowLabel const& label : arrow.labels)
            say(exit.words, words_of(label), Voice::usual, exit_characters);
        exit.y = top + height_of(exit.words) + 5;
        out_.exits.push_back(std::move(exit));
        return out_.exits.back().y + 8;
    }

    // Ends stand beside the middle of what leads to them, as far as there is room.
    void place_ends() {
        std::map<std::size_t, std::pair<int, int>> sums;
        for (Exit const& exit : out_.exits) {
            auto& [sum, count] = sums[exit.to];
            sum += exit.y / 8; // a thousand stages still fit an int
            ++count;
        }
        std::vector<std::pair<int, std::size_t>> wanted;
        for (std::size_t i = 0; i < out_.boxes.size(); ++i)
            if (ends(i)) {
                auto const [sum, count] = sums[i];
                wanted.emplace_back(count == 0 ? 0 : sum / count * 8 - out_.boxes[i].height / 2, i);
            }
        std::ranges::sort(wanted);
        int free = out_.boxes.front().y;
        for (auto const& [y, i] : wanted) {
            out_.boxes[i].y = std::max(y, free);
            free = out_.boxes[i].y + out_.boxes[i].height + row_gap;
        }
        out_.height = std::max(out_.height, free + margin - row_gap);
    }

    // How far the upright line of each stage reaches.
    void note_entries(bool of_ends) {
        for (Exit const& exit : out_.exits) {
            if (ends(exit.to) != of_ends) continue;
            Trunk& trunk = out_.trunks[exit.to];
            if (trunk.bottom == 0) {
                Box const& box = out_.boxes[exit.to];
                trunk.to = exit.to;
                trunk.entry_y = of_ends ? box.y + box.height / 2 : box.y + entry_depth;
                trunk.top = trunk.bottom = trunk.entry_y;
                trunk.by_clock = true;
            }
            trunk.by_clock = trunk.by_clock && exit.by_clock;
            trunk.top = std::min(trunk.top, exit.y);
            trunk.bottom = std::max(trunk.bottom, exit.y);
        }
    }

    // Puts upright lines side by side, short ones first, two in one column where they do not meet.
    // Gives where the last column lies.
    int pack(bool of_ends, int x) {
        std::vector<Trunk*> waiting;
        for (Trunk& trunk : out_.trunks)
            if (trunk.bottom > 0 && ends(trunk.to) == of_ends) waiting.push_back(&trunk);
        std::ranges::sort(waiting, {},
                          [](Trunk const* t) { return std::tuple(t->bottom - t->top, t->to); });
        std::vector<std::vector<Trunk const*>> columns;
        for (Trunk* const trunk : waiting) {
            auto const meets = [&](Trunk const* other) {
                return trunk->top <= other->bottom + trunk_gap &&
                       other->top <= trunk->bottom + trunk_gap;
            };
            auto column = std::ranges::find_if(
                columns, [&](auto const& held) { return std::ranges::none_of(held, meets); });
            if (column == columns.end()) column = columns.emplace(columns.end());
            column->push_back(trunk);
            trunk->x = x + trunk_gap * static_cast<int>(column - columns.begin() + 1);
        }
        return x + trunk_gap * static_cast<int>(columns.size());
    }

    Procedure const& procedure_;
    Layout out_;
    int y_ = 0;
};

} // namespace

Layout lay_out(Procedure const& procedure) { return Placing(procedure).place(); }

} // namespace parley::drawing
