#include "api/access/etag.hpp"

#include <algorithm>
#include <charconv>

namespace parley::access {

namespace {

std::string tag_of(std::uint64_t version, Viewer const& viewer) {
    std::string tag = "\"v" + std::to_string(version) + '-';
    tag += name_of(viewer.role);
    // A sign-in that Parley checked opens rooms, and with them other acts.
    if (side_of(viewer.role) && viewer.verified) tag += "-verified";
    tag += '"';
    return tag;
}

// The version in a tag made for this viewer; nothing for a tag of another or of nobody.
std::optional<std::uint64_t> version_in(std::string_view tag, Viewer const& viewer) {
    if (!tag.starts_with("\"v")) return std::nullopt;
    std::uint64_t version = 0;
    auto const read = std::from_chars(tag.data() + 2, tag.data() + tag.size(), version);
    if (read.ec != std::errc{} || tag_of(version, viewer) != tag) return std::nullopt;
    return version;
}

void skip_blanks(std::string_view& text) {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
}

} // namespace

std::string etag_of(DisputeState const& state, Viewer const& viewer) {
    return tag_of(version_for(state, viewer), viewer);
}

std::optional<TagList> parse_tags(std::string_view field) {
    TagList list;
    skip_blanks(field);
    if (field.starts_with('*')) {
        field.remove_prefix(1);
        skip_blanks(field);
        if (!field.empty()) return std::nullopt;
        list.any = true;
        return list;
    }
    while (!field.empty()) {
        bool const weak = field.starts_with("W/");
        if (weak) field.remove_prefix(2);
        if (!field.starts_with('"')) return std::nullopt;
        auto const end = field.find('"', 1);
        if (end == std::string_view::npos) return std::nullopt;
        std::string_view const tag = field.substr(0, end + 1);
        if (std::ranges::any_of(tag, [](char c) { return c <= 0x20 || c == 0x7f; }))
            return std::nullopt;
        (weak ? list.weak : list.strong).emplace_back(tag);
        field.remove_prefix(end + 1);
        skip_blanks(field);
        if (field.empty()) return list;
        if (!field.starts_with(',')) return std::nullopt;
        field.remove_prefix(1);
        skip_blanks(field);
    }
    return std::nullopt;
}

bool none_match_fails(TagList const& tags, std::string_view etag) {
    return tags.any || std::ranges::find(tags.strong, etag) != tags.strong.end() ||
           std::ranges::find(tags.weak, etag) != tags.weak.end();
}

std::optional<std::uint64_t> expected_version(TagList const& tags, DisputeState const& state,
                                              Viewer const& viewer) {
    if (tags.any) return std::nullopt;
    std::uint64_t const present = version_for(state, viewer);
    std::uint64_t expected = 0; // every version from the first on is above it
    for (std::string const& tag : tags.strong) {
        auto const version = version_in(tag, viewer);
        if (version == present) return present;
        if (version) expected = std::max(expected, *version);
    }
    return expected;
}

std::string task_tag(TaskMark const& mark) {
    return "\"t" + std::to_string(mark.version) + (mark.returned ? "-returned\"" : "\"");
}

std::optional<std::vector<TaskMark>> expected_marks(TagList const& tags) {
    if (tags.any) return std::nullopt;
    std::vector<TaskMark> marks;
    for (std::string const& tag : tags.strong) {
        if (!tag.starts_with("\"t")) continue;
        TaskMark mark;
        std::from_chars(tag.data() + 2, tag.data() + tag.size(), mark.version);
        mark.returned = tag.ends_with("-returned\"");
        if (task_tag(mark) == tag) marks.push_back(mark);
    }
    return marks;
}

} // namespace parley::access
