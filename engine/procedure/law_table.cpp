#include "engine/procedure/resolver.hpp"

#include "engine/base/json.hpp"
#include "engine/model/countries.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

// The law table as a file: versioned data, never code.

namespace parley {

namespace {

constexpr std::size_t rows_max = 500;
constexpr std::size_t countries_max = 60;
constexpr std::size_t languages_max = 40;
constexpr std::string_view effects[] = {"binding",           "not_binding", "not_binding_below",
                                        "post_dispute_form", "voidable",    "extra_form",
                                        "court_option",      "controlled",  "unsettled"};
constexpr std::string_view forms[] = {"plain", "separate", "certified"};

std::string word_of(ObjectReader& object, std::string_view member,
                    std::span<std::string_view const> known) {
    std::string text = object.text(member, 60);
    if (text.empty() || std::ranges::find(known, text) != known.end()) return text;
    object.error(member, RefusalCode::invalid,
                 fmt::format("must be one of {}", fmt::join(known, ", ")));
    return text;
}

std::vector<std::string> countries_of(ObjectReader& object) {
    std::vector<std::string> out;
    Json const* const json = object.required("countries");
    if (json == nullptr) return out;
    if (!json->is_array() || json->empty() || json->size() > countries_max) {
        object.error("countries", RefusalCode::wrong_type,
                     fmt::format("must be a list of 1 to {} country codes", countries_max));
        return out;
    }
    for (std::size_t i = 0; i < json->size(); ++i) {
        Json const& item = (*json)[i];
        if (item.is_string() && is_country(item.get_ref<std::string const&>()))
            out.push_back(item.get<std::string>());
        else
            object.errors().push_back({fmt::format("{}/{}", object.pointer_to("countries"), i),
                                       RefusalCode::invalid,
                                       "must be an ISO 3166-1 code such as ES"});
    }
    return out;
}

// {"en": "I agree ...", "es": "..."}: the wording of an agreement, by language.
std::map<std::string, std::string> agreement_of(ObjectReader& object) {
    std::map<std::string, std::string> out;
    Json const* const json = object.optional("agreement");
    if (json == nullptr) return out;
    if (!json->is_object() || json->size() > languages_max) {
        object.error("agreement", RefusalCode::wrong_type,
                     fmt::format("must be an object of at most {} languages", languages_max));
        return out;
    }
    ObjectReader reader(*json, object.pointer_to("agreement"), object.errors());
    for (auto const& [language, text] : json->items())
        out.emplace(language, reader.text(language, 5'000));
    return out;
}

LawRow read_row(Json const& json, std::string pointer, std::vector<FieldError>& errors) {
    ObjectReader object(json, std::move(pointer), errors);
    LawRow row;
    row.jurisdiction = object.text("jurisdiction", 100);
    row.countries = countries_of(object);
    if (object.has("region")) row.region = object.text("region", 20);
    row.effect = word_of(object, "effect", effects);
    row.form = word_of(object, "form", forms);
    row.threshold = object.optional_money("threshold");
    if (row.threshold.has_value() != (row.effect == "not_binding_below"))
        object.error("threshold", RefusalCode::invalid,
                     "goes with the effect not_binding_below, and that effect with it");
    row.condition = object.text("condition", 500);
    row.authority = object.text("authority", 200);
    row.citation = object.text("citation", 200);
    row.agreement = agreement_of(object);
    row.from = object.instant("from");
    row.to = object.optional_instant("to");
    if (row.to && *row.to <= row.from)
        object.error("to", RefusalCode::invalid, "must be later than from");
    row.specificity = static_cast<std::int32_t>(object.integer("specificity", 0, 100));
    row.verified = object.boolean("verified");
    return row;
}

bool overlap(LawRow const& a, LawRow const& b) {
    if (a.specificity != b.specificity || a.region != b.region) return false;
    bool const in_time = (!a.to || b.from < *a.to) && (!b.to || a.from < *b.to);
    return in_time && std::ranges::find_first_of(a.countries, b.countries) != a.countries.end();
}

} // namespace

Result<LawTable> read_law_table(std::string_view text) {
    auto const json = parse_json(text);
    if (!json) return std::unexpected(json.error());
    std::vector<FieldError> errors;
    LawTable table;
    {
        ObjectReader object(*json, "", errors);
        table.version = object.text("version", 40);
        object.text("means");
        table.agreement = agreement_of(object);
        Json const* const rows = object.required("rows");
        if (rows != nullptr && (!rows->is_array() || rows->empty() || rows->size() > rows_max))
            object.error("rows", RefusalCode::wrong_type,
                         fmt::format("must be a list of 1 to {} rows", rows_max));
        else if (rows != nullptr)
            for (std::size_t i = 0; i < rows->size(); ++i)
                table.rows.push_back(read_row((*rows)[i], fmt::format("/rows/{}", i), errors));
    }
    for (std::size_t i = 0; i < table.rows.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (overlap(table.rows[i], table.rows[j]))
                errors.push_back({fmt::format("/rows/{}", i), RefusalCode::invalid,
                                  fmt::format("speaks about the same people as /rows/{}; give one "
                                              "of them a higher specificity",
                                              j)});
    if (errors.empty()) return table;
    return std::unexpected(refusal_of_file(RefusalCode::invalid, text, std::move(errors)));
}

} // namespace parley
