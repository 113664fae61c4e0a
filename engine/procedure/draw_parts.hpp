#pragma once

#include "engine/procedure/procedure.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What the drawings and the explanation of a procedure share.

namespace parley {

// The text on one line, without what a screen or an XML file cannot take: control characters, marks
// that turn the direction of writing, and what is no character at all.
std::string plain(std::string_view text);
// The same, safe between tags and in attributes.
std::string xml_text(std::string_view text);
// "a counterclaim was made and no decider is seated"; empty where nothing is asked.
std::string sentence_of(std::span<Condition const> conditions);
// Lines of at most `most` characters, broken at spaces; a longer word is cut. None for an empty text.
std::vector<std::string> wrapped(std::string_view text, std::size_t most);
// How many characters a text has.
std::size_t length_of(std::string_view text);

// One step as it leads along an arrow.
struct ArrowLabel {
    Step const* step = nullptr;
    Branch const* branch = nullptr;
    bool otherwise = false; // reached where no branch before it holds, and asks nothing itself
};
// All that leads from one stage to another, by people or by the clock.
struct Arrow {
    std::size_t from = 0; // indexes of stages
    std::size_t to = 0;
    bool by_clock = false;
    std::vector<ArrowLabel> labels;
};
// The arrows in the order of the file. "resume" leads to each stage that may have been interrupted in
// favour of the present one; "stay" is no arrow.
std::vector<Arrow> arrows_of(Procedure const& procedure);
// "claimant, respondent: accept, if a settlement was reached".
std::string words_of(ArrowLabel const& label);

// The steps of a stage after which the dispute may still be there.
std::vector<Step const*> staying_steps(Stage const& stage);
// The stages that `resume` may lead back to from the stage of that name.
std::vector<std::size_t> interrupted_for(Procedure const& procedure, std::string_view stage);

// "7 calendar days, started by a step".
std::string words_of(DeadlineRule const& rule);

} // namespace parley
