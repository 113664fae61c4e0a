#pragma once

#include "engine/core/project.hpp"
#include "engine/core/tasks.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parley::access {

// The strong tag of a dispute as one viewer sees it: `"v12-claimant"`. The number counts only what
// that viewer may see; the role is there because another viewer's twelfth version is another text.
std::string etag_of(DisputeState const& state, Viewer const& viewer);

// What an If-Match or If-None-Match field lists (RFC 9110 §13.1).
struct TagList {
    bool any = false;                // `*`
    std::vector<std::string> strong; // with their quotes
    std::vector<std::string> weak;   // without the W/
};
// Nothing where the field is not a list of tags.
std::optional<TagList> parse_tags(std::string_view field);

// True where a GET answers 304: weak comparison, as RFC 9110 §13.1.2 has it.
bool none_match_fails(TagList const& tags, std::string_view etag);

// What the core compares with the viewer's version: nothing for `*`, the present version where the
// list has it, and otherwise one that cannot be the present one. A weak tag never matches.
std::optional<std::uint64_t> expected_version(TagList const& tags, DisputeState const& state,
                                              Viewer const& viewer);

// The strong tag of a task: `"t3"`, and `"t3-returned"` once a lease in it has run out, which nobody
// writes down.
std::string task_tag(TaskMark const& mark);
// The marks that a list of tags names; nothing for `*`. A weak tag never matches.
std::optional<std::vector<TaskMark>> expected_marks(TagList const& tags);

} // namespace parley::access
