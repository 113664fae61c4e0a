#include "engine/procedure/locales.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace parley {

namespace {

constexpr std::size_t locales_max = 50;
constexpr std::size_t places_max = 1'200;
constexpr std::size_t words_max = 2'000;

// "es", "pt-BR", "zh-Hant": the shape of BCP 47, not its registry.
bool is_tag(std::string_view text) {
    std::size_t length = 0;
    bool first = true;
    for (char const c : text) {
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (c == '-' && length > 0) {
            first = false;
            length = 0;
            continue;
        }
        if ((!letter && (first || c < '0' || c > '9')) || ++length > 8) return false;
    }
    return length > 0 && (!first || length <= 3);
}

bool has_words(OrderedJson const& whole, std::string const& place) {
    if (place != "/title" && !place.ends_with("/means")) return false;
    try {
        OrderedJson::json_pointer const at(place);
        return whole.contains(at) && whole.at(at).is_string();
    } catch (OrderedJson::exception const&) {
        return false; // no pointer of RFC 6901
    }
}

void read_words(Reading& reading, std::string const& pointer, Json const& json,
                OrderedJson const& whole, Procedure::Words& out) {
    if (!json.is_object() || json.size() > places_max)
        return reading.fault(pointer, RefusalCode::wrong_type,
                             fmt::format("must be an object with at most {} places, such as "
                                         "{{\"/stages/response/means\": \"...\"}}",
                                         places_max));
    for (auto const& [place, words] : json.items()) {
        std::string const here = pointer + '/' + pointer_token(place);
        bool const fits = words.is_string() && !words.get_ref<std::string const&>().empty() &&
                          words.get_ref<std::string const&>().size() <= words_max;
        if (!has_words(whole, place))
            reading.fault(here, RefusalCode::invalid,
                          "must name a means or the title of this file, such as "
                          "/stages/response/means");
        else if (!fits)
            reading.fault(here, RefusalCode::wrong_type,
                          fmt::format("must be words, at most {} bytes", words_max));
        else out[place] = words.get<std::string>();
    }
}

} // namespace

void read_locales(Reading& reading, Json const& json, OrderedJson const& whole,
                  Procedure& procedure) {
    if (!json.is_object() || json.size() > locales_max)
        return reading.fault(
            "/locales", RefusalCode::wrong_type,
            fmt::format("must be an object with at most {} languages", locales_max));
    for (auto const& [tag, words] : json.items()) {
        std::string const pointer = "/locales/" + pointer_token(tag);
        if (!is_tag(tag))
            reading.fault(pointer, RefusalCode::invalid,
                          "must be a language tag of BCP 47, such as es or zh-Hant");
        else read_words(reading, pointer, words, whole, procedure.locales[tag]);
    }
}

std::string_view locale_for(Procedure const& procedure, std::string_view asked) {
    auto found = procedure.locales.find(asked);
    if (found == procedure.locales.end())
        found = procedure.locales.find(asked.substr(0, asked.find('-')));
    return found == procedure.locales.end() ? std::string_view() : std::string_view(found->first);
}

Procedure told_in(Procedure const& procedure, std::string_view asked) {
    Procedure told = procedure;
    std::string_view const locale = locale_for(procedure, asked);
    if (locale.empty()) return told;
    Procedure::Words const& words = procedure.locales.find(locale)->second;
    auto const tell = [&](std::string const& place, std::string& text) {
        if (auto const found = words.find(place); found != words.end()) text = found->second;
    };
    tell("/title", told.title);
    tell("/means", told.means);
    for (Parameter& parameter : told.parameters)
        tell("/parameters/" + pointer_token(parameter.name) + "/means", parameter.means);
    for (DocumentRule& document : told.documents) {
        tell(document.pointer + "/means", document.means);
        for (FieldRule& field : document.fields) tell(field.pointer + "/means", field.means);
    }
    for (Stage& stage : told.stages) {
        tell(stage.pointer + "/means", stage.means);
        for (DeadlineRule& rule : stage.deadlines) tell(rule.pointer + "/means", rule.means);
        for (Step& step : stage.steps) tell(step.pointer + "/means", step.means);
    }
    return told;
}

} // namespace parley
