#include "engine/core/transitions.hpp"

#include "engine/base/assert.hpp"
#include "engine/base/json.hpp"

#include <algorithm>

#include <fmt/core.h>

// Documents of the procedure: what is filed is held against the fields that the file declares.

namespace parley {

namespace {

std::unexpected<Refusal> refuse_value(FieldRule const& rule, RefusalCode code,
                                      std::string_view sentence) {
    return refuse_field(code, "/fields/" + rule.name,
                        fmt::format("{} {}. {}", rule.name, sentence, rule.means));
}

// A field that is a fact, as the text that the record keeps.
Result<std::string> fact_of(FieldRule const& rule, FieldValue const& value) {
    auto const* const words = std::get_if<std::string>(&value);
    switch (rule.type) {
    case FieldType::text: break; // words are content
    case FieldType::choice: {
        if (words != nullptr && std::ranges::find(rule.choices, *words) != rule.choices.end())
            return *words;
        std::string all;
        for (std::string const& choice : rule.choices) all += (all.empty() ? "" : ", ") + choice;
        return refuse_value(rule, RefusalCode::invalid, "must be one of: " + all);
    }
    case FieldType::yes_no:
        if (auto const* truth = std::get_if<bool>(&value)) return *truth ? "yes" : "no";
        return refuse_value(rule, RefusalCode::wrong_type, "must be true or false");
    case FieldType::number:
        if (auto const* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
        return refuse_value(rule, RefusalCode::wrong_type, "must be a whole number");
    case FieldType::date:
        if (auto const date = words == nullptr ? std::nullopt : parse_date(*words))
            return text_of(*date);
        return refuse_value(rule, RefusalCode::invalid, "must be a date such as 2026-11-28");
    case FieldType::instant:
        if (auto const at = words == nullptr ? std::nullopt : parse_instant(*words))
            return text_of(*at);
        return refuse_value(rule, RefusalCode::invalid,
                            "must be an RFC 3339 instant, such as 2026-11-28T10:00:00Z");
    case FieldType::money:
        if (auto const* money = std::get_if<Money>(&value)) return text_of(*money);
        return refuse_value(rule, RefusalCode::wrong_type,
                            "must be an amount with a currency: {\"amount\": 12990, \"currency\": "
                            "\"EUR\"}");
    }
    return std::string();
}

// Whoever must be somewhere by then needs to hear of it in time.
Result<void> check_notice(Act const& act, FieldRule const& rule, std::string const& value) {
    auto const at = parse_instant(value);
    if (!act.step.settings.notice || !at) return {};
    auto earliest =
        end_of_notice(act, *act.step.settings.notice, {Side::claimant, Side::respondent});
    if (!earliest) return std::unexpected(std::move(earliest.error()));
    if (*at > *earliest) return {};
    return refuse_value(
        rule, RefusalCode::out_of_range,
        fmt::format("must lie after {}, so that everyone has notice", text_of(*earliest)));
}

} // namespace

std::string const* value_of(DisputeState const& state, std::string_view field) {
    std::size_t const dot = field.find('.');
    auto const document = state.documents.find(std::string(field.substr(0, dot)));
    if (document == state.documents.end()) return nullptr;
    for (auto const& [name, value] : document->second.values)
        if (name == field.substr(dot + 1)) return &value;
    return nullptr;
}

Result<Said> file_document(Act const& act) {
    DocumentInput const& input = input_of<DocumentInput>(act);
    DocumentRule const* const rule = act.procedure.document(act.step.settings.document);
    PARLEY_ASSERT(rule != nullptr,
                  "a step files a document of the procedure, which reading the file checked");
    for (auto const& [name, value] : input.fields)
        if (rule->field(name) == nullptr)
            return refuse_field(RefusalCode::unknown_field, "/fields/" + pointer_token(name),
                                fmt::format("{} has no field called {}.", rule->name, name));
    DocumentFiled filed{rule->name, {}};
    std::string content;
    JsonWriter json(content);
    json.begin_object();
    bool words = false;
    for (FieldRule const& field : rule->fields) {
        auto const given = std::ranges::find_if(
            input.fields, [&](auto const& one) { return one.first == field.name; });
        if (given == input.fields.end()) {
            if (field.required)
                return refuse_value(field, RefusalCode::missing_field, "is missing");
            continue;
        }
        if (field.type == FieldType::text) {
            auto const* const text = std::get_if<std::string>(&given->second);
            if (text == nullptr)
                return refuse_value(field, RefusalCode::wrong_type, "must be words");
            if (field.required && text->empty())
                return refuse_value(field, RefusalCode::missing_field, "is empty");
            json.member(field.name, *text);
            words = true;
            continue;
        }
        auto value = fact_of(field, given->second);
        if (!value) return std::unexpected(std::move(value.error()));
        if (auto fine = check_notice(act, field, *value); !fine)
            return std::unexpected(std::move(fine.error()));
        filed.values.emplace_back(field.name, std::move(*value));
    }
    json.end_object();
    return Said(std::move(filed), words ? std::move(content) : std::string());
}

} // namespace parley
