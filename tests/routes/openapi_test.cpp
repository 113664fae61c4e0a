// schemas/openapi.yaml is what integrators build against; here it is held against what the server is
// made of. tests/npm holds it against what a running server answers.
#include "api/http/problem.hpp"
#include "engine/model/members.hpp"
#include "engine/model/state.hpp"
#include "tests/routes/house.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace parley::routes {
namespace {

using Names = std::set<std::string>;

Json const& document() {
    static Json const json = [] {
        House house;
        return Json::parse(house.get("", "/openapi.json").text);
    }();
    return json;
}

Json const& component(std::string const& kind, std::string const& name) {
    static Json const none;
    auto const& all = document().at("components").at(kind);
    auto const found = all.find(name);
    if (found != all.end()) return *found;
    ADD_FAILURE() << "schemas/openapi.yaml has no component " << kind << '/' << name;
    return none;
}

// The thing itself where it is there by reference.
Json const& followed(Json const& json) {
    auto const reference = json.find("$ref");
    if (reference == json.end()) return json;
    return document().at(Json::json_pointer(reference->get<std::string>().substr(1)));
}

std::string lower_name_of(http::Method method) {
    std::string name(http::name_of(method));
    for (char& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return name;
}

Json const* operation_of(Route const& route) {
    auto const path = document().at("paths").find(route.pattern);
    if (path == document().at("paths").end()) return nullptr;
    auto const operation = path->find(lower_name_of(route.method));
    return operation == path->end() ? nullptr : &*operation;
}

std::string title_of(Route const& route) {
    return std::string(http::name_of(route.method)) + ' ' + std::string(route.pattern);
}

// Names of an operation's parameters that lie `in` path, query or header, those of its path included.
Names parameters_of(Route const& route, std::string const& in) {
    Names names;
    Json const& path = document().at("paths").at(std::string(route.pattern));
    for (Json const* owner : {&path, operation_of(route)})
        for (Json const& entry : owner->value("parameters", Json::array()))
            if (Json const& parameter = followed(entry); parameter.at("in") == in)
                names.insert(parameter.at("name").get<std::string>());
    return names;
}

Names words_of(std::string_view text) {
    Names names;
    while (!text.empty()) {
        auto const end = std::min(text.find(' '), text.size());
        names.emplace(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return names;
}

Names placeholders_of(std::string_view pattern) {
    Names names;
    for (auto open = pattern.find('{'); open != std::string_view::npos;
         open = pattern.find('{', open + 1))
        names.emplace(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
    return names;
}

TEST(OpenApi, EveryRouteIsDescribed) {
    for (Route const& route : all_routes())
        EXPECT_NE(operation_of(route), nullptr)
            << title_of(route) << " is missing in schemas/openapi.yaml";
}

TEST(OpenApi, EveryOperationDescribedIsARoute) {
    Names routes;
    for (Route const& route : all_routes())
        routes.insert(lower_name_of(route.method) + ' ' + std::string(route.pattern));
    for (auto const& [path, operations] : document().at("paths").items())
        for (auto const& [method, operation] : operations.items()) {
            if (method == "parameters") continue;
            EXPECT_TRUE(routes.contains(method + ' ' + path))
                << method << ' ' << path << " is no route of routes.cpp";
        }
}

TEST(OpenApi, ParametersCallersAndBodiesAreThoseOfTheRoute) {
    for (Route const& route : all_routes()) {
        Json const* const operation = operation_of(route);
        if (operation == nullptr) continue; // told above
        EXPECT_EQ(parameters_of(route, "query"), words_of(route.parameters)) << title_of(route);
        EXPECT_EQ(parameters_of(route, "path"), placeholders_of(route.pattern)) << title_of(route);
        EXPECT_EQ(operation->contains("requestBody"), route.takes == Takes::json)
            << title_of(route);
        bool const open = operation->contains("security") && operation->at("security").empty();
        EXPECT_EQ(open, route.callers == callers::anyone) << title_of(route);
        Names described, real;
        for (Json const& kind : operation->value("x-callers", Json::array()))
            described.insert(kind.get<std::string>());
        for (std::size_t i = 0; i < std::size(EnumNames<KeyKind>::names); ++i)
            if ((route.callers & bit(static_cast<KeyKind>(i))) != 0)
                real.emplace(EnumNames<KeyKind>::names[i]);
        EXPECT_EQ(described, real) << title_of(route) << ": x-callers";
    }
}

TEST(OpenApi, EveryOperationHasANameOfItsOwn) {
    Names names;
    for (Route const& route : all_routes())
        if (Json const* const operation = operation_of(route))
            EXPECT_TRUE(names.insert(operation->value("operationId", "")).second)
                << title_of(route);
}

// The last code of the enum; a new one goes before it or becomes it.
constexpr auto last_code = RefusalCode::outcome_unknown;

TEST(OpenApi, EveryCodeStandsUnderItsStatus) {
    std::map<unsigned, Names> described, real;
    for (auto const& [name, response] : document().at("components").at("responses").items()) {
        Json const& schema = response.at("content").at("application/problem+json").at("schema");
        Json const& own = schema.at("allOf").at(1).at("properties");
        Names& codes = described[own.at("status").at("const").get<unsigned>()];
        for (Json const& code : own.at("code").at("enum")) codes.insert(code.get<std::string>());
    }
    for (unsigned i = 0; i <= static_cast<unsigned>(last_code); ++i) {
        auto const code = static_cast<RefusalCode>(i);
        real[http::status_of(kind_of(code))].emplace(name_of(code));
    }
    EXPECT_EQ(described, real);
}

template <NamedEnum E>
void expect_names(std::string const& schema) {
    Json names = Json::array();
    for (std::string_view const name : EnumNames<E>::names) names.push_back(name);
    EXPECT_EQ(component("schemas", schema).value("enum", Json()), names) << schema;
}

TEST(OpenApi, EnumerationsHaveTheNamesOfTheModel) {
    expect_names<Side>("Side");
    expect_names<Role>("Role");
    expect_names<SeatKind>("Seat");
    expect_names<Room>("Room");
    expect_names<Label>("Label");
    expect_names<Status>("Status");
    expect_names<Track>("Track");
    expect_names<PartyKind>("PartyKind");
    expect_names<KeyKind>("KeyKind");
    expect_names<parley::Answer>("Answer");
    expect_names<OfferStatus>("OfferStatus");
    expect_names<OutcomeKind>("OutcomeKind");
    expect_names<Binding>("Binding");
    expect_names<ClaimReason>("ClaimReason");
    expect_names<RemedyKind>("RemedyKind");
    expect_names<ConsentKind>("ConsentKind");
    expect_names<ObjectionKind>("ObjectionKind");
    expect_names<WebhookSigning>("WebhookSigning");
    expect_names<EndpointStatus>("EndpointStatus");
    expect_names<DeliveryState>("DeliveryState");
    Json types = Json::array();
    for (std::string_view const name : event_names) types.push_back(name);
    EXPECT_EQ(component("schemas", "EventType").at("enum"), types);
}

// A schema without words and references, so that two of one meaning are equal.
Json bare(Json const& schema) {
    if (schema.is_array()) {
        Json list = Json::array();
        for (Json const& entry : schema) list.push_back(bare(entry));
        return list;
    }
    if (!schema.is_object()) return schema;
    Json out = Json::object();
    for (auto const& [name, value] : schema.items()) {
        bool const words = (name == "description" || name == "title") && value.is_string();
        bool const empty = name == "required" && value.empty();
        if (words || empty || name == "$schema" || name == "examples") continue;
        if (name == "$ref") out.update(bare(followed(schema)));
        else if (name == "allOf" && value.size() == 1) out.update(bare(value[0]));
        else out[name] = bare(value);
    }
    return out;
}

// offer_ref -> OfferRefInput
std::string input_name_of(std::string_view kind) {
    std::string name;
    bool capital = true;
    for (char const c : kind) {
        if (c != '_') name += capital ? static_cast<char>(c - 'a' + 'A') : c;
        capital = c == '_';
    }
    return name + "Input";
}

TEST(OpenApi, ActsTakeWhatTheirSchemasSay) {
    Names listed, real;
    auto const& act = document().at("paths").at("/v1/disputes/{dispute}/actions/{act}").at("post");
    auto const& body = act.at("requestBody").at("content").at("application/json").at("schema");
    for (Json const& entry : body.at("anyOf"))
        listed.insert(entry.at("$ref").get<std::string>().substr(sizeof("#/components/schemas")));
    for (std::size_t i = 0; i < std::size(EnumNames<InputKind>::names); ++i) {
        std::string const name = input_name_of(EnumNames<InputKind>::names[i]);
        real.insert(name);
        Json const schema = Json::parse(input_schema(static_cast<InputKind>(i)));
        EXPECT_EQ(bare(component("schemas", name)), bare(schema)) << name;
    }
    EXPECT_EQ(listed, real);
}

template <class Body>
void add_members(Names& names) {
    std::apply([&](auto const&... member) { (names.emplace(member.name), ...); },
               MembersOf<Body>::all);
}
template <class... Bodies>
Names members_of(std::variant<Bodies...> const*) {
    Names names;
    (add_members<Bodies>(names), ...);
    return names;
}

TEST(OpenApi, FactsAreThoseOfTheEvents) {
    Names real = members_of(static_cast<EventBody const*>(nullptr));
    real.merge(Names{"step", "role", "via", "verified", "then"}); // with every event
    Names described;
    for (auto const& [name, schema] : component("schemas", "EventFacts").at("properties").items())
        described.insert(name);
    EXPECT_EQ(described, real);
}

} // namespace
} // namespace parley::routes
