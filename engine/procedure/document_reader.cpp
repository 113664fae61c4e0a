#include "engine/model/countries.hpp"
#include "engine/procedure/reading.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

// What a procedure file says of documents, and of whom it is for.

namespace parley {

using namespace procedure_limits;

namespace {

FieldRule read_field(Reading& reading, std::string name, Json const& json, std::string pointer) {
    FieldRule field;
    reading.check_name(pointer, name);
    ObjectReader object(json, pointer, reading.errors);
    field.name = std::move(name);
    field.pointer = std::move(pointer);
    std::string const type = object.text("type", name_length_max);
    if (!type.empty())
        field.type =
            reading.word<FieldType>(field.pointer + "/type", type).value_or(FieldType::text);
    if (object.has("required")) field.required = object.boolean("required");
    field.choices = reading.names(object, "of");
    bool const chooses = field.type == FieldType::choice;
    if (chooses && (field.choices.size() < 2 || field.choices.size() > choices_max))
        object.error("of", RefusalCode::invalid,
                     fmt::format("must list what can be chosen, 2 to {} words", choices_max));
    if (!chooses && !field.choices.empty())
        object.error("of", RefusalCode::invalid, "belongs to a field of the type choice alone");
    for (std::size_t i = 0; i < field.choices.size(); ++i)
        reading.check_name(fmt::format("{}/of/{}", field.pointer, i), field.choices[i]);
    field.means = object.text("means");
    return field;
}

DocumentRule read_document(Reading& reading, std::string name, Json const& json,
                           OrderedJson const& ordered) {
    DocumentRule rule;
    rule.pointer = "/documents/" + pointer_token(name);
    reading.check_name(rule.pointer, name);
    rule.name = std::move(name);
    ObjectReader object(json, rule.pointer, reading.errors);
    rule.means = object.text("means");
    rule.cites = object.text("cites", 300);
    Json const* const fields = object.required("fields");
    if (fields == nullptr) return rule;
    if (!fields->is_object() || fields->empty() || fields->size() > fields_max) {
        object.error("fields", RefusalCode::wrong_type,
                     fmt::format("must be an object with 1 to {} fields", fields_max));
        return rule;
    }
    for (auto const& [field, value] : members_of(*fields, ordered.at("fields")))
        rule.fields.push_back(
            read_field(reading, field, *value, rule.pointer + "/fields/" + pointer_token(field)));
    return rule;
}

void check_countries(Reading& reading, ObjectReader& object,
                     std::vector<std::string> const& countries) {
    for (std::size_t i = 0; i < countries.size(); ++i)
        if (!is_country(countries[i]))
            reading.fault(fmt::format("{}/{}", object.pointer_to("countries"), i),
                          RefusalCode::invalid,
                          "must be an ISO 3166-1 alpha-2 country code in capitals, such as HK");
}

} // namespace

std::vector<DocumentRule> read_documents(Reading& reading, Json const& json,
                                         OrderedJson const& ordered) {
    std::vector<DocumentRule> out;
    if (!json.is_object() || json.size() > documents_max) {
        reading.fault("/documents", RefusalCode::wrong_type,
                      fmt::format("must be an object with at most {} documents", documents_max));
        return out;
    }
    for (auto const& [name, document] : members_of(json, ordered))
        out.push_back(read_document(reading, name, *document, ordered.at(name)));
    return out;
}

Admission read_admission(Reading& reading, Json const& json) {
    Admission out;
    ObjectReader object(json, "/admits", reading.errors);
    out.claimant = reading.words<PartyKind>(object, "claimant");
    out.respondent = reading.words<PartyKind>(object, "respondent");
    out.countries = reading.names(object, "countries");
    check_countries(reading, object, out.countries);
    if (!object.has("amount_most")) return out;
    std::string const name = object.text("amount_most", name_length_max);
    Parameter const* const most =
        name.empty() ? nullptr : reading.parameter(object.pointer_to("amount_most"), name);
    if (most != nullptr && !most->money)
        object.error("amount_most", RefusalCode::wrong_type,
                     fmt::format("names {}, which is no amount with a currency",
                                 Reading::quoted(most->name)));
    if (most != nullptr) out.amount_most = most->money;
    return out;
}

} // namespace parley
