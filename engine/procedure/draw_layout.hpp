#pragma once

#include "engine/procedure/draw_parts.hpp"

#include <string>
#include <vector>

// Where everything stands in the drawing of a procedure. Stages lie one below the other in the order of
// the file, and right of each the arrows that leave it, each with its words above its line. All arrows
// to one stage join a single upright line, the stage's own, which leads into it from above its leaving
// arrows; ends stand in a column of their own at the right. Words therefore never lie over each other,
// however many stages and steps there are. All measures are in pixels.

namespace parley::drawing {

enum class Voice { title, heading, usual, quiet };
struct Words {
    std::string text;
    Voice voice = Voice::usual;
};
struct Box {
    std::size_t stage = 0; // index
    int x = 0, y = 0, width = 0, height = 0;
    std::vector<Words> words;
};
// An arrow from the right edge of its box to the upright line of where it leads.
struct Exit {
    std::size_t from = 0, to = 0;
    bool by_clock = false;
    int words_y = 0; // top of its words
    int y = 0;       // of the line below them
    std::vector<Words> words;
};
// The upright line that everything leading to one stage joins.
struct Trunk {
    std::size_t to = 0;
    bool by_clock = false; // nobody but clocks leads there
    int x = 0, top = 0, bottom = 0;
    int entry_y = 0;
};
struct Layout {
    int width = 0, height = 0;
    int exits_x = 0; // where the words of arrows begin
    std::vector<Words> header;
    std::vector<Box> boxes; // by index of stage
    std::vector<Exit> exits;
    std::vector<Trunk> trunks; // by index of stage; those with top == bottom == 0 are not drawn
};

constexpr int margin = 24;
constexpr int line_height = 15;
constexpr int title_height = 26;
constexpr int padding = 12;
constexpr int entry_depth = 14; // how far below its upper edge a stage is entered

Layout lay_out(Procedure const& procedure);

} // namespace parley::drawing
