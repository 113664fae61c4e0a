#pragma once

#include "engine/core/core.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Inside core: the words of story tables.

namespace parley::stories {

struct StoryRow {
    std::size_t line = 0;
    std::string when, who, act, then;
};
struct StoryText {
    std::string name;
    std::size_t line = 0;
    std::vector<std::pair<std::string, std::string>>
        settings; // "claimant" -> "consumer ES Europe/Madrid es"
    std::vector<StoryRow> rows;
};
// The stories of a file. Text between them is for readers.
std::vector<StoryText> split_stories(std::string_view text);

std::string_view trimmed(std::string_view text);
// The parts between `separator`, trimmed, without empty ones.
std::vector<std::string_view> split(std::string_view text, char separator);
// Splits at the first `separator`; the second part is empty where there is none.
std::pair<std::string_view, std::string_view> cut(std::string_view text,
                                                  std::string_view separator);

// "2026-03-05 10:00 UTC", "2026-03-05T10:00:00.000001Z", "2026-03-05 23:59 here" (local in `zone`),
// "end of 2026-03-09" (in UTC) or "end of 2026-03-09 here".
std::optional<Instant> read_when(std::string_view text, Zone const* zone);

// "refund 60.00", "replacement", "payment 12.50 by claimant", several with "and".
std::optional<std::vector<RemedyInput>> read_remedies(std::string_view text, Currency currency);

// The neutrals a story knows by name.
struct StoryRoster {
    std::vector<std::string> names;
    std::vector<Candidate> candidates;
    NeutralId find(std::string_view name) const; // nil when unknown
};
// "Mia mediator, Dan decider, Bo mediator decider"; the default cast when empty.
std::optional<StoryRoster> read_roster(std::string_view text);

// What the party, transaction and consent lines say, or why they cannot be read.
std::expected<FileInput, std::string> read_filing(StoryText const& story,
                                                  Procedure const& procedure, Instant at);

// What an act of a story takes: `arguments` in words, by the kind of input.
struct StoryContext {
    DisputeState const& state;
    StoryRoster const& roster;
    Zone const* zone;
    World const& world;
    Role role;                    // who acts
    DocumentRule const* document; // that the act files; null: none
};
std::expected<ActInput, std::string> read_arguments(InputKind kind, Room room,
                                                    std::string_view arguments,
                                                    StoryContext const& context);

} // namespace parley::stories
