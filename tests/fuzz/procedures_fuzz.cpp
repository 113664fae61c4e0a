#include "engine/core/story.hpp"
#include "engine/procedure/draw.hpp"
#include "engine/procedure/embedded_library.hpp"
#include "engine/procedure/zone_file.hpp"
#include "tests/fuzz/fuzz_target.hpp"

#include <algorithm>

namespace parley::fuzz {

namespace {

World const& world() {
    static World const loaded = [] {
        World made;
        made.zones = ZoneRules::load();
        made.law = load_embedded_law();
        made.routes = load_embedded_routes();
        made.calendars = load_embedded_calendars();
        made.procedures = load_embedded_procedures();
        return made;
    }();
    return loaded;
}

std::size_t lines_of(std::string_view text) {
    return 1 + static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

} // namespace

void procedure(std::string_view bytes) {
    auto const read = read_procedure(bytes, world().procedures); // it may be a profile
    if (!read) {
        expect_sound(read.error());
        expect(!read.error().errors.empty(), "a procedure is refused and no place is at fault");
        return;
    }
    expect(read->text == bytes, "a procedure keeps another text than it was read from");
    expect(read->ref.sha256 == sha256(bytes), "a procedure is known by another hash");
    expect(!read->stages.empty() && read->first().kind == StageKind::filing,
           "a procedure does not begin with a filing");
    for (Stage const& stage : read->stages)
        expect(stage.ends() || stage.kind == StageKind::filing || !stage.deadlines.empty(),
               "a stage can last for ever");
    expect(draw_svg(*read).ends_with("</svg>\n"), "a drawing does not end");
    expect(draw_scxml(*read).ends_with("</scxml>\n"), "a statechart does not end");
    expect(!draw_mermaid(*read).empty() && !explain(*read).empty(), "a procedure without words");
}

void calendars(std::string_view bytes) {
    auto const read = read_calendars(bytes);
    if (!read) {
        expect_sound(read.error());
        return;
    }
    for (Calendar const& calendar : read->calendars) {
        auto const counted = add_business_days(calendar, make_date(calendar.from, 1, 1), 5);
        expect(!counted || calendar.is_business_day(counted->day), "a day off is a business day");
    }
}

void routes(std::string_view bytes) {
    auto const read = read_routes(bytes);
    if (!read) {
        expect_sound(read.error());
        return;
    }
    PartyFacts const parties[2]{};
    for (Track const track : {Track::one, Track::two})
        expect(route_for(*read, track, parties, Money{}).track == track,
               "a route of another track");
}

void law_table(std::string_view bytes) {
    auto const read = read_law_table(bytes);
    if (!read) {
        expect_sound(read.error());
        expect(!read.error().errors.empty(), "a law table is refused and no place is at fault");
        return;
    }
    expect(!read->rows.empty(), "a law table says nothing");
    PartyFacts const parties[2]{};
    ResolverFacts facts;
    facts.parties = parties;
    auto const resolved = resolve_track(*read, facts);
    if (!resolved) expect_sound(resolved.error());
    else expect(!explain(*resolved).empty(), "a track without a reason");
}

void story(std::string_view bytes) {
    static auto const rules = world().procedures.latest("uncitral-track-2", instant_max);
    StoriesResult const result = run_stories(world(), *rules, bytes);
    std::size_t const lines = lines_of(bytes);
    for (StoryFault const& fault : result.faults) {
        expect(!fault.detail.empty(), "a story fails without a reason");
        expect(fault.line >= 1 && fault.line <= lines, "a story fails beyond its file");
    }
}

void zone_file(std::string_view bytes) {
    auto const zone = read_zone_file("Fuzz/Zone", bytes);
    if (!zone) return;
    expect(!zone->changes.empty(), "a zone without an offset");
    expect(std::ranges::is_sorted(zone->changes, {}, &Zone::Change::at_s), "a zone out of order");
    for (Instant const at : {instant_min, Instant{1'700'000'000'000'000}, instant_max}) {
        Date const date = zone->local_date(at);
        expect(zone->end_of_day(date) >= at, "a day ends before an instant in it");
    }
}

} // namespace parley::fuzz
