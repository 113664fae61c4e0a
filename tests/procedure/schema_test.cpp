#include "engine/base/json.hpp"
#include "engine/procedure/behaviours.hpp"
#include "engine/procedure/embedded_library.hpp"
#include "tests/procedure/shipped.hpp"

#include <algorithm>
#include <set>

// The published schema and the reader speak of the same members.

namespace parley {
namespace {

OrderedJson const& schema() {
    static OrderedJson const json = OrderedJson::parse(source_file("schemas/procedure.json"));
    return json;
}
std::set<std::string> keys_of(OrderedJson const& object) {
    std::set<std::string> out;
    for (auto const& [name, value] : object.items()) out.insert(name);
    return out;
}
OrderedJson const& of(std::string const& part) {
    return part.empty() ? schema() : schema().at("$defs").at(part);
}

bool reader_knows(OrderedJson file, std::string const& parent, std::string const& member) {
    std::string const pointer = parent + '/' + pointer_token(member);
    file[OrderedJson::json_pointer(pointer)] = OrderedJson::array({OrderedJson::array()});
    auto const procedure = read_procedure(file.dump());
    if (procedure) return true;
    return std::ranges::none_of(procedure.error().errors, [&](FieldError const& e) {
        return e.pointer == pointer && e.code == RefusalCode::unknown_field;
    });
}

struct Place {
    std::string part, pointer;
};
std::vector<Place> const places = {
    {"", ""},
    {"parameter", "/parameters/response_period"},
    {"stage", "/stages/mediation"},
    {"end", "/stages/settled"},
    {"deadline", "/stages/mediation/deadlines/mediation"},
    {"step", "/stages/mediation/steps/object"},
    {"branch", "/stages/mediation/steps/object/to/0"},
    {"common", "/common/0"},
};

TEST(ProcedureSchema, NamesOnlyMembersThatTheReaderKnows) {
    for (Place const& place : places)
        for (std::string const& member : keys_of(of(place.part).at("properties")))
            EXPECT_TRUE(reader_knows(shipped(2), place.pointer, member))
                << place.part << ' ' << member;
    EXPECT_FALSE(
        reader_knows(shipped(2), "/stages/mediation", "colour")); // the question can be answered no
}

TEST(ProcedureSchema, RequiresWhatTheReaderRequires) {
    for (Place const& place : places)
        for (std::string const& member : keys_of(of(place.part).at("properties"))) {
            OrderedJson file = shipped(2);
            OrderedJson& object =
                place.pointer.empty() ? file : file.at(OrderedJson::json_pointer(place.pointer));
            object.erase(member);
            auto const procedure = read_procedure(file.dump());
            bool const missing =
                !procedure &&
                std::ranges::any_of(procedure.error().errors, [&](FieldError const& e) {
                    return e.pointer == place.pointer + '/' + pointer_token(member) &&
                           e.code == RefusalCode::missing_field;
                });
            auto const required = of(place.part).at("required").get<std::vector<std::string>>();
            bool const demanded = std::ranges::find(required, member) != required.end();
            EXPECT_EQ(missing, demanded) << place.part << ' ' << member;
        }
}

// Every object of a shipped file against the schema's part for it.
void expect_keys(OrderedJson const& object, std::string const& part) {
    std::set<std::string> const known = keys_of(of(part).at("properties"));
    for (std::string const& key : keys_of(object))
        EXPECT_TRUE(known.contains(key)) << part << ' ' << key;
}
void expect_keys_of_all(OrderedJson const& parent, char const* member, std::string const& part) {
    if (!parent.contains(member)) return;
    for (auto const& [name, object] : parent.at(member).items()) expect_keys(object, part);
}

TEST(ProcedureSchema, HoldsEveryMemberOfTheShippedFiles) {
    for (int const track : {1, 2}) {
        OrderedJson const file = shipped(track);
        expect_keys(file, "");
        expect_keys_of_all(file, "parameters", "parameter");
        for (auto const& [name, stage] : file.at("stages").items()) {
            expect_keys(stage, stage.at("kind") == "end" ? "end" : "stage");
            expect_keys_of_all(stage, "deadlines", "deadline");
            expect_keys_of_all(stage, "steps", "step");
        }
        for (OrderedJson const& shared : file.at("common")) {
            expect_keys(shared, "common");
            expect_keys_of_all(shared, "steps", "step");
        }
    }
}

template <class Names>
std::set<std::string> set_of(Names const& names) {
    return {std::begin(names), std::end(names)};
}

TEST(ProcedureSchema, TellsEachBehaviourWhatItTakes) {
    std::set<std::string> bare, told;
    for (OrderedJson const& way : of("does").at("oneOf")) {
        if (way.contains("enum")) {
            for (OrderedJson const& name : way.at("enum")) bare.insert(name.get<std::string>());
            continue;
        }
        for (auto const& [name, object] : way.at("properties").items()) {
            auto const behaviour = parse_name<Behaviour>(name);
            ASSERT_TRUE(behaviour.has_value()) << name;
            EXPECT_EQ(keys_of(object.at("properties")), set_of(spec_of(*behaviour).parameters))
                << name;
            EXPECT_EQ(set_of(object.at("required").get<std::vector<std::string>>()),
                      set_of(spec_of(*behaviour).required))
                << name;
            told.insert(name);
        }
    }
    for (std::string_view const name : EnumNames<Behaviour>::names) {
        BehaviourSpec const& spec = spec_of(*parse_name<Behaviour>(name));
        EXPECT_EQ(bare.contains(std::string(name)), spec.required.empty()) << name;
        EXPECT_EQ(told.contains(std::string(name)), !spec.parameters.empty()) << name;
    }
}

TEST(ProcedureSchema, ListsTheNamesOfTheEngine) {
    auto const names = [](OrderedJson const& list) {
        return set_of(list.get<std::vector<std::string>>());
    };
    EXPECT_EQ(names(of("role").at("enum")), set_of(EnumNames<Role>::names));
    EXPECT_EQ(names(of("stage").at("properties").at("label").at("enum")),
              set_of(EnumNames<Label>::names));
    EXPECT_EQ(names(of("step").at("properties").at("rooms").at("items").at("enum")),
              set_of(EnumNames<Room>::names));
    std::set<std::string> kinds = names(of("stage").at("properties").at("kind").at("enum"));
    kinds.insert("end");
    EXPECT_EQ(kinds, set_of(EnumNames<StageKind>::names));
    std::set<std::string> facts = names(of("condition").at("oneOf").at(0).at("enum"));
    facts.insert({"marked", "deadline_passed", "replacements_below", "enabled", "both_took",
                  "filed", "filed_below", "says"});
    EXPECT_EQ(facts, set_of(EnumNames<Fact>::names));
}

TEST(Behaviours, AreDeclaredOneByOne) {
    for (std::size_t i = 0; i < std::size(EnumNames<Behaviour>::names); ++i) {
        BehaviourSpec const& spec = spec_of(static_cast<Behaviour>(i));
        EXPECT_FALSE(spec.means.empty());
        EXPECT_FALSE(spec.events.empty());
        for (std::string_view const event : spec.events)
            EXPECT_NE(std::ranges::find(event_names, event), std::end(event_names)) << event;
        for (std::string_view const required : spec.required)
            EXPECT_NE(std::ranges::find(spec.parameters, required), spec.parameters.end())
                << required;
    }
}

TEST(Behaviours, ConditionsReadAsSentences) {
    std::set<std::string> sentences;
    for (std::size_t i = 0; i < std::size(EnumNames<Fact>::names); ++i)
        for (bool const negated : {false, true}) {
            std::string const sentence(
                sentence_of({static_cast<Fact>(i), negated, "reflection", 4, "yes"}).text());
            EXPECT_GT(sentence.size(), 10U);
            EXPECT_TRUE(sentences.insert(sentence).second) << sentence;
        }
    EXPECT_EQ(sentence_of({Fact::offer_open_by_other_side, false, "", 0, ""}),
              "an offer by the other side is open");
    EXPECT_EQ(sentence_of({Fact::deadline_passed, true, "correction_window", 0, ""}),
              "the deadline correction_window has not passed");
}

TEST(EmbeddedWorkflows, AreThoseOfTheSourceTree) {
    ProcedureLibrary const library = load_embedded_procedures();
    for (std::string_view const name : {"uncitral-track-1", "uncitral-track-2"}) {
        auto const procedure = library.latest(name, instant_max);
        ASSERT_NE(procedure, nullptr) << name;
        EXPECT_EQ(procedure->text, source_file("workflows/" + std::string(name) + "/1.json"));
    }
    EXPECT_EQ(load_embedded_law().version, "2026-11");
}

} // namespace
} // namespace parley
