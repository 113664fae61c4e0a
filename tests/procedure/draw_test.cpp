#include "engine/procedure/draw.hpp"
#include "engine/procedure/draw_parts.hpp"
#include "tests/procedure/shipped.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace parley {

namespace {

Procedure procedure_of(OrderedJson const& json) {
    auto read = read_procedure(json.dump());
    EXPECT_TRUE(read.has_value()) << (read ? "" : read.error().detail);
    return std::move(*read);
}

// What is wrong with a text as XML; empty where nothing is. Stricter than a parser: no DOCTYPE, no
// CDATA, no comments, and no entity but those of XML itself.
std::string fault_in(std::string_view xml) {
    std::vector<std::string> open;
    for (std::size_t at = 0; at < xml.size(); ++at) {
        char const c = xml[at];
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n') return "a control character";
        if (c == '>') return "a bare >";
        if (c == '&') {
            std::string_view const rest = xml.substr(at, 6);
            bool known = false;
            for (std::string_view const e : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
                known = known || rest.starts_with(e);
            if (!known) return "a bare &";
        }
        if (c != '<') continue;
        std::size_t end = at + 1; // a > in an attribute is escaped, so the first one ends the tag
        while (end < xml.size() && xml[end] != '>' && xml[end] != '<') ++end;
        if (end == xml.size() || xml[end] == '<') return "a tag that does not end";
        std::string_view const tag = xml.substr(at + 1, end - at - 1);
        at = end;
        std::ptrdiff_t const quotes = std::ranges::count(tag, '"');
        if (quotes % 2 != 0) return "an attribute that does not end: " + std::string(tag);
        if (tag.starts_with('?')) continue;
        std::string const name(
            tag.substr(tag.starts_with('/') ? 1 : 0, tag.find_first_of(" /", 1)));
        if (tag.starts_with('/')) {
            if (open.empty() || "/" + open.back() != tag) return "closes " + std::string(tag);
            open.pop_back();
        } else if (!tag.ends_with('/')) {
            open.push_back(name);
        }
    }
    return open.empty() ? "" : "never closes " + open.back();
}

TEST(Draw, DrawingsAreWellFormedXmlWithoutScriptOrAnythingFromElsewhere) {
    for (int const track : {1, 2}) {
        Procedure const procedure = procedure_of(shipped(track));
        std::string const svg = draw_svg(procedure);
        EXPECT_EQ(fault_in(svg), "");
        EXPECT_EQ(fault_in(draw_scxml(procedure)), "");
        for (std::string_view const never : {"<script", "href", "url(", "foreignObject", "@import"})
            EXPECT_EQ(svg.find(never), std::string::npos) << never;
        EXPECT_EQ(svg, draw_svg(procedure));
    }
}

TEST(Draw, TheCheckOfXmlSeesFaults) {
    EXPECT_NE(fault_in("<a><b></a></b>"), "");
    EXPECT_NE(fault_in("<a>&x;</a>"), "");
    EXPECT_NE(fault_in("<a"), "");
    EXPECT_NE(fault_in("<a b=\"></a>"), "");
    EXPECT_NE(fault_in("<a>"), "");
    EXPECT_EQ(fault_in("<a b=\"c\"><d/>&amp;</a>"), "");
}

TEST(Draw, EveryStageStepAndClockIsNamed) {
    for (int const track : {1, 2}) {
        Procedure const procedure = procedure_of(shipped(track));
        std::string const scxml = draw_scxml(procedure);
        std::string const mermaid = draw_mermaid(procedure);
        std::string const words = explain(procedure);
        std::string told; // words without where their lines end
        for (char const c : words)
            if (c != '\n' && c != ' ') told += c;
        auto const tight = [](std::string_view name) {
            std::string out;
            for (char const c : name)
                if (c != '_') out += c;
            return out;
        };
        std::string const svg = draw_svg(procedure);
        std::string seen; // words of the drawing, without where its lines end
        bool in_tag = false;
        for (char const c : svg) {
            if (c == '<') in_tag = true;
            if (!in_tag && c != ' ' && c != '\n') seen += c;
            if (c == '>') in_tag = false;
        }
        for (Stage const& stage : procedure.stages) {
            EXPECT_NE(scxml.find(" id=\"" + stage.name + "\""), std::string::npos) << stage.name;
            EXPECT_NE(mermaid.find(" as stage_" + stage.name + "\n"), std::string::npos);
            EXPECT_NE(seen.find(tight(stage.name)), std::string::npos) << stage.name;
            for (Step const& step : stage.steps) {
                EXPECT_NE(scxml.find('.' + step.name), std::string::npos) << step.name;
                EXPECT_NE(mermaid.find("#58; " + spaced(step.name)), std::string::npos)
                    << step.name;
                EXPECT_NE(seen.find(tight(step.name)), std::string::npos) << step.name;
                EXPECT_NE(told.find('"' + tight(step.name) + '"'), std::string::npos) << step.name;
            }
            for (DeadlineRule const& rule : stage.deadlines)
                EXPECT_NE(told.find("Clock\"" + tight(rule.name) + '"'), std::string::npos)
                    << rule.name;
        }
        for (Parameter const& parameter : procedure.parameters)
            EXPECT_NE(words.find("- " + parameter.name + ": "), std::string::npos)
                << parameter.name;
        EXPECT_NE(words.find("response_period: 7 calendar days (from 1 calendar day to 60"),
                  std::string::npos);
    }
}

TEST(Draw, WordsOfAHostileFileStayWords) {
    OrderedJson json = shipped(2);
    std::string const hostile = "</title><script>alert(1)</script> & \" ' ; : %% {x} #35; --> "
                                "\xE2\x80\xAE \t stage_x --> y";
    json["title"] = hostile;
    json["means"] = hostile;
    json["stages"]["response"]["means"] = hostile;
    auto const read = read_procedure(json.dump());
    ASSERT_TRUE(read.has_value()) << read.error().detail;
    std::string const svg = draw_svg(*read);
    EXPECT_EQ(fault_in(svg), "");
    EXPECT_EQ(svg.find("<script"), std::string::npos);
    EXPECT_EQ(fault_in(draw_scxml(*read)), "");
    std::string const mermaid = draw_mermaid(*read);
    EXPECT_EQ(std::ranges::count(mermaid, '\n'),
              std::ranges::count(draw_mermaid(procedure_of(shipped(2))), '\n'));
    EXPECT_EQ(mermaid.find("<script"), std::string::npos);
    EXPECT_EQ(svg.find("\xE2\x80\xAE"), std::string::npos);
    EXPECT_EQ(plain("a\xC2\x9B[31m\nb\xEF\xBF\xBF"), "a [31m b ");
}

} // namespace

} // namespace parley
