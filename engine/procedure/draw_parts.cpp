#include "engine/procedure/draw_parts.hpp"

#include "engine/procedure/behaviours.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace parley {

namespace {

// How many bytes from `at` on make a character that is not shown; 0 for one that is.
std::size_t hidden(std::string_view text, std::size_t at) {
    auto const byte = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
    if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0) return 2; // controls of another set
    if (byte(0) == 0xE2 && byte(1) == 0x80)
        if ((byte(2) >= 0x8E && byte(2) <= 0x8F) || (byte(2) >= 0xA8 && byte(2) <= 0xAE)) return 3;
    if (byte(0) == 0xE2 && byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9) return 3;
    if (byte(0) == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE) return 3; // no characters at all
    return 0;
}

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// The first bytes of a text that make at most `most` characters.
std::string_view first_characters(std::string_view text, std::size_t most) {
    std::size_t at = 0;
    for (std::size_t seen = 0; at < text.size(); ++at)
        if (begins_character(text[at]) && seen++ == most) break;
    return text.substr(0, at);
}

} // namespace

std::string plain(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        if (std::size_t const skip = hidden(text, at); skip > 0) {
            if (!out.empty() && out.back() != ' ') out += ' ';
            at += skip;
            continue;
        }
        out += text[at++];
    }
    return out;
}

std::string xml_text(std::string_view text) {
    std::string out;
    for (char const c : plain(text)) switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    return out;
}

std::string sentence_of(std::span<Condition const> conditions) {
    std::string out;
    for (Condition const& condition : conditions) {
        if (!out.empty()) out += " and ";
        out += sentence_of(condition).text();
    }
    return out;
}

std::size_t length_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::vector<std::string> wrapped(std::string_view text, std::size_t most) {
    std::vector<std::string> lines;
    std::string line;
    std::size_t length = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t const end = std::min(text.find(' ', at), text.size());
        std::string_view word = text.substr(at, end - at);
        at = end + 1;
        while (!word.empty()) {
            std::size_t const letters = length_of(word);
            if (length > 0 && length + 1 + letters > most) {
                lines.push_back(std::move(line));
                line.clear();
                length = 0;
            }
            std::string_view const fits = first_characters(word, most);
            if (length > 0) {
                line += ' ';
                ++length;
            }
            line += fits;
            length += length_of(fits);
            word.remove_prefix(fits.size());
        }
    }
    if (!line.empty()) lines.push_back(std::move(line));
    return lines;
}

std::vector<std::size_t> interrupted_for(Procedure const& procedure, std::string_view stage) {
    std::vector<std::size_t> out;
    auto const interrupts = [&](Step const& step) {
        return std::ranges::any_of(step.to,
                                   [&](Branch const& b) { return b.interrupts && b.to == stage; });
    };
    for (std::size_t i = 0; i < procedure.stages.size(); ++i)
        if (std::ranges::any_of(procedure.stages[i].steps, interrupts)) out.push_back(i);
    return out;
}

std::vector<Arrow> arrows_of(Procedure const& procedure) {
    std::map<std::string_view, std::size_t> index;
    for (std::size_t i = 0; i < procedure.stages.size(); ++i)
        index.emplace(procedure.stages[i].name, i);
    std::vector<Arrow> out;
    std::map<std::tuple<std::size_t, std::size_t, bool>, std::size_t> known;
    auto const add = [&](std::size_t from, std::size_t to, ArrowLabel label) {
        bool const by_clock =
            std::ranges::find(label.step->by, Role::clock) != label.step->by.end();
        auto const [place, is_new] = known.try_emplace({from, to, by_clock}, out.size());
        if (is_new) out.push_back({from, to, by_clock, {}});
        out[place->second].labels.push_back(label);
    };
    for (std::size_t from = 0; from < procedure.stages.size(); ++from) {
        std::vector<std::size_t> const back =
            interrupted_for(procedure, procedure.stages[from].name);
        for (Step const& step : procedure.stages[from].steps)
            for (Branch const& branch : step.to) {
                ArrowLabel const label{&step, &branch,
                                       branch.when.empty() && &branch != &step.to.front()};
                if (branch.to == "resume")
                    for (std::size_t const to : back) add(from, to, label);
                else if (auto const to = index.find(branch.to); to != index.end())
                    add(from, to->second, label);
            }
    }
    return out;
}

std::string words_of(ArrowLabel const& label) {
    std::string out = fmt::format("{}: {}", names_joined(label.step->by), spaced(label.step->name));
    if (!label.branch->when.empty()) out += fmt::format(", if {}", sentence_of(label.branch->when));
    else if (label.otherwise) out += ", otherwise";
    if (label.branch->to == "resume") out += " (back to what was interrupted)";
    if (label.branch->interrupts) out += " (interrupts)";
    return out;
}

std::vector<Step const*> staying_steps(Stage const& stage) {
    std::vector<Step const*> out;
    for (Step const& step : stage.steps)
        if (step.to.empty() ||
            std::ranges::any_of(step.to, [](Branch const& b) { return b.to == "stay"; }))
            out.push_back(&step);
    return out;
}

std::string words_of(DeadlineRule const& rule) {
    std::string out = words_of(rule.after);
    if (rule.by_step) out += ", started by a step";
    if (rule.keeps_running) out += ", outlives the stage";
    return out;
}

} // namespace parley
